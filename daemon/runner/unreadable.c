/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/unreadable.h"

#include "base/log.h"
#include "state/unreadable.h"

/* Whoever may be meant. */
#define MARK_VAGUE 0

/* ---- Who cannot be read ---- */

/* The widest that a person may be. */
#define TOO_MUCH "it shows more than can be compared"

static void describe(enum side side, bool vague, const struct error *bad, struct error *ret)
{
	(void)error_set(ret, ERR_MALFORMED,
			"%s; until that is mended on the %s side, this person and its counterpart "
			"are left as they are, and their edits wait",
			bad->msg, side_name(side));
	if (vague)
		(void)error_wrap(ret,
				 TOO_MUCH ", so that nobody who is new on %s is linked or "
					  "created across",
				 side_name(side_other(side)));
}

static void note_too_many(struct runner *runner, enum side side, const struct error *bad)
{
	struct error all = *bad;

	(void)error_wrap(&all,
			 "%s: more than %d persons of the list cannot be read, so that it does not "
			 "count as whole; check dialect and fields; one of them",
			 side_name(side), UNREADABLE_MOST);
	cycle_note_failure(&runner->cycle, side, &all);
}

static void note_nameless(struct runner *runner, enum side side, enum unreadable_in in,
			  const struct error *bad)
{
	struct error nameless = *bad;

	(void)error_wrap(
		&nameless,
		in == UNREADABLE_IN_LIST ?
			"%s: a person of the list is left out and cannot be named, so that the "
			"list does not count as whole; mend that person" :
			"%s: a person that was looked for is left out and cannot be named; "
			"mend that person",
		side_name(side));
	cycle_note_failure(&runner->cycle, side, &nameless);
}

static bool is_vague(const struct unreadable *unreadable)
{
	return unreadable->n_marks == MAPPER_MARKS_MOST;
}

static bool put(struct runner *runner, struct unreadable *unreadable, const struct error *bad,
		bool *ret_taken, struct error *err)
{
	enum unreadable_taken taken;
	struct error words;

	describe(unreadable->side, is_vague(unreadable), bad, &words);
	unreadable->words = str_from(words.msg);
	if (!store_unreadable_put(runner_store(runner), unreadable, &taken, err))
		return false;
	if (taken == UNREADABLE_NEW)
		LOG_WARN("a person cannot be read, and is in quarantine",
			 LOG_STR("side", side_name(unreadable->side)), LOG_ERR(bad));
	if (taken == UNREADABLE_TOO_MANY)
		note_too_many(runner, unreadable->side, bad);
	*ret_taken = taken != UNREADABLE_TOO_MANY;
	return true;
}

bool unreadable_take(struct runner *runner, enum side side, enum unreadable_in in,
		     const struct raw_record *record, struct str id, const struct error *bad,
		     bool *ret_taken, struct error *err)
{
	struct arena arena = { 0 };
	uint64_t *marks = alloc_zeroed(MAPPER_MARKS_MOST, sizeof(*marks));
	const struct str named = mapper_raw_id(runner->mapper[side], record->bytes, &arena);
	struct unreadable unreadable = {
		.side = side,
		.id = named,
		.content = record->digest,
		.listed = in == UNREADABLE_IN_LIST,
		.generation = runner->scans[side].generation,
		.now = runner_now(runner),
		.marks = marks,
		.n_marks = mapper_marks(&runner->context, record->bytes, marks),
	};
	bool ok = true;

	*ret_taken = false;
	if (is_vague(&unreadable))
		marks[0] = MARK_VAGUE;
	if (in == UNREADABLE_ALONE && !str_equal(named, id))
		cycle_note_failure(&runner->cycle, side, bad);
	else if (named.len == 0)
		note_nameless(runner, side, in, bad);
	else
		ok = put(runner, &unreadable, bad, ret_taken, err);
	free(marks);
	arena_release(&arena);
	return ok;
}

void unreadable_take_target(struct runner *runner, enum side side, const struct raw_record *record,
			    struct str id, const struct error *bad)
{
	struct store *store = runner_store(runner);
	struct error err;
	bool taken;

	if (!store_begin(store, &err) ||
	    !unreadable_take(runner, side, UNREADABLE_ALONE, record, id, bad, &taken, &err) ||
	    !store_commit(store, &err))
		runner_store_failed(runner, &err);
}

/* ---- Who is like one ---- */

/* Shorter words say nothing: "de", "Jr". */
#define WORD_LEAST 3

struct parking {
	struct runner *runner;
	enum side side; /* whose unlinked persons are looked at */
	struct str
		vague; /* one of the other side shows more than was looked at; empty: none does */
	bool stranger; /* one of the other side was never read: his keys may be what is wrong */
	uint64_t n_parked;
};

static bool is_shown(const struct parking *parking, uint64_t mark, bool *ret_shown,
		     struct error *err)
{
	return *ret_shown ||
	       store_unreadable_shows(runner_store(parking->runner), side_other(parking->side),
				      mark, ret_shown, err);
}

/* Somebody without any key is told by his name: any word of it will do. */
static bool shares_a_name(const struct parking *parking, const struct person *person,
			  struct arena *arena, bool *ret_shown, struct error *err)
{
	const int row = parking->runner->table->name;
	bool ok = true;

	if (row < 0 || !value_is_set(&person->values[row]))
		return true;
	for (unsigned part = 0; ok && part < NAME_PART_COUNT; part++) {
		struct str rest = value_part(&person->values[row], part);
		struct str word;

		while (ok && str_cut(&rest, ' ', &word))
			ok = word.len < WORD_LEAST ||
			     is_shown(parking, mapper_mark_word(arena, word), ret_shown, err);
	}
	return ok;
}

static bool park_if_alike(void *payload, const struct person *person, struct arena *arena,
			  struct error *err)
{
	struct parking *parking = payload;
	struct match_key keys[MATCH_KEYS_MAX];
	const size_t n = match_keys(person, parking->runner->table, parking->side, arena, keys);
	bool shown = parking->vague.len > 0;
	bool keyless = true;
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++) {
		if (keys[i].kind == KEY_IDENTICAL)
			continue;
		keyless = keyless && keys[i].kind == KEY_MARKER;
		ok = is_shown(parking, mapper_mark(keys[i].kind, keys[i].key), &shown, err);
	}
	if (ok && (keyless || parking->stranger))
		ok = shares_a_name(parking, person, arena, &shown, err);
	parking->n_parked += shown;
	return ok && (!shown ||
		      store_park(runner_store(parking->runner), parking->side, person->id, err));
}

bool unreadable_may_be(struct runner *runner, enum side side, const struct person *person,
		       struct arena *arena, bool *ret_may, struct error *err)
{
	const struct parking parking = { .runner = runner, .side = side_other(side) };
	struct match_key keys[MATCH_KEYS_MAX];
	const size_t n = match_keys(person, runner->table, side, arena, keys);
	bool ok = true;

	*ret_may = false;
	for (size_t i = 0; ok && i < n; i++) {
		if (keys[i].kind != KEY_IDENTICAL)
			ok = is_shown(&parking, mapper_mark(keys[i].kind, keys[i].key), ret_may,
				      err);
	}
	return ok && is_shown(&parking, MARK_VAGUE, ret_may, err);
}

/* Without a word everybody who is new would seem to be passed over; once while it lasts. */
static void warn_of_all(const struct parking *parking)
{
	bool *said = &parking->runner->vague_said[parking->side];
	const bool was_said = *said;

	*said = parking->vague.len > 0 && parking->n_parked > 0;
	if (*said && !was_said)
		LOG_WARN("nobody who is new on a side is linked or created across: a person of the "
			 "other side cannot be read, and " TOO_MUCH,
			 LOG_STR("side", side_name(parking->side)),
			 LOG_TEXT("unreadable", parking->vague),
			 LOG_U64("waiting", parking->n_parked));
}

static bool park_alike(struct parking *parking, struct arena *arena, bool *ret_any,
		       struct error *err)
{
	struct store *store = runner_store(parking->runner);
	const enum side other = side_other(parking->side);

	if (!store_unreadable_any(store, other, ret_any, err) ||
	    !store_unreadable_who(store, other, MARK_VAGUE, arena, &parking->vague, err) ||
	    !store_unreadable_stranger(store, other, 0, &parking->stranger, err))
		return false;
	return !*ret_any ||
	       store_unlinked_each(store, parking->side, 0, park_if_alike, parking, err);
}

bool unreadable_park(struct runner *runner, struct error *err)
{
	struct arena arena = { 0 };
	bool are_any = false;
	bool ok = true;

	for (int side = 0; ok && side < SIDE_COUNT; side++) {
		struct parking parking = { .runner = runner, .side = (enum side)side };
		bool any = false;

		ok = park_alike(&parking, &arena, &any, err);
		if (ok)
			warn_of_all(&parking);
		are_any = are_any || any;
	}
	arena_release(&arena);
	return ok && (!are_any || store_unreadable_park(runner_store(runner), err));
}
