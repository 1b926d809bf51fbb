/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forget: erases a person, on both sides one, from the state.
 */
#include "state/forget.h"

#include "daemon/commands/verbs.h"
#include "daemon/commands/whom.h"

static bool print_whom(const struct whom *whom, struct error *err)
{
	bool ok = printf("forgotten:") >= 0;

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (whom->id[side].len > 0)
			ok = printf(" %s %.*s", side_name((enum side)side),
				    STR_ARG(whom->id[side])) >= 0 &&
			     ok;
	}
	return listing_printed(ok && puts("") >= 0, err);
}

/* Of who was never read only what keeps others from being taken for him is kept: without that his
 * counterpart would be created beside him. */
static bool was_read(const struct whom *whom, struct str word, struct error *err)
{
	return whom->has_link || whom->known[SIDE_RECORDS] || whom->known[SIDE_PEOPLE] ||
	       error_set(
		       err, ERR_USAGE,
		       "%.*s was never read, as it cannot be, and nothing that it holds is kept; "
		       "mend it on its side, sync, and forget it then; or remove it there and sync",
		       STR_ARG(word));
}

/* *ret_again: it was forgotten before. */
static bool erase(struct verb_call *call, struct whom *whom, bool *ret_again, struct arena *arena,
		  struct error *err)
{
	struct store *store = call->store;
	const struct str word = call->words[0];
	int64_t at;

	if (!whom_forgotten(store, word, &at, err))
		return false;
	*ret_again = at != 0;
	return *ret_again ||
	       (whom_find(store, word, arena, whom, err) && was_read(whom, word, err) &&
		whom_narrow(store, word, arena, whom, err) &&
		store_forget(store, whom->id, verb_now(), err));
}

static bool run(struct verb_call *call, struct error *err)
{
	struct arena arena = { 0 };
	struct whom whom = { 0 };
	bool again = false;

	if (!store_begin(call->store, err))
		return false;
	bool ok = erase(call, &whom, &again, &arena, err) && store_commit(call->store, err);

	if (!ok)
		store_rollback(call->store);
	ok = ok && (store_scrub(call->store, err) ||
		    error_wrap(err, "forgotten, but not overwritten everywhere yet"));
	if (ok && !call->context->quiet)
		ok = again ? listing_printed(puts("was forgotten before") >= 0, err) :
			     print_whom(&whom, err);
	arena_release(&arena);
	return ok;
}

int command_forget(struct command_context *context)
{
	static const struct verb verb = { "forget", "an ID", 1, 1, 0, STORE_WRITE, run };

	return verbs_run(context, NULL, 0, &verb);
}
