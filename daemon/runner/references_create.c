/* SPDX-License-Identifier: Apache-2.0 */
/*
 * references_create: makes what is referred to and missing on the other side, where
 * references.create_missing says so.
 *
 * Only what a reading of this very cycle did not find is made, one after the other: a create whose answer
 * was lost is found by the next reading, and not repeated, unless a second one would be refused.  Where it
 * is refused because its like is there, that one is asked for, and stays what it is.
 */
#include "daemon/runner/fetch.h"
#include "daemon/runner/references.h"

#include "base/log.h"

#include <assert.h>

static void create_next(struct runner *runner);
static void submit(struct runner *runner, const struct member *model);

bool references_can_create(const struct runner *runner, enum collection which)
{
	static const enum reference_kind kinds[] = {
		[COLLECTION_TAGS] = REFERENCE_TAGS,
		[COLLECTION_SEGMENTS] = REFERENCE_SEGMENTS,
		[COLLECTION_ORGANIZATIONS] = REFERENCE_COMPANIES,
		[COLLECTION_USERS] = REFERENCE_OWNERS,
		[COLLECTION_COMPANIES] = REFERENCE_COMPANIES,
		[COLLECTION_MEMBERS] = REFERENCE_OWNERS,
	};
	static_assert(COUNT_OF(kinds) == COLLECTION_COUNT, "every collection has its kind");

	return runner->options.config->references[kinds[which]].create_missing &&
	       !runner->options.dry_run &&
	       collection_can_create(runner->mapper[collection_side(which)], which);
}

/* What the other side has by that text: its name, and its domains. */
static struct member model_of(const struct runner *runner, enum collection which, struct str text)
{
	static const enum collection counterparts[] = {
		[COLLECTION_TAGS] = COLLECTION_NONE,
		[COLLECTION_SEGMENTS] = COLLECTION_NONE,
		[COLLECTION_ORGANIZATIONS] = COLLECTION_COMPANIES,
		[COLLECTION_USERS] = COLLECTION_NONE,
		[COLLECTION_COMPANIES] = COLLECTION_ORGANIZATIONS,
		[COLLECTION_MEMBERS] = COLLECTION_NONE,
	};
	static_assert(COUNT_OF(counterparts) == COLLECTION_COUNT, "every collection");

	if (counterparts[which] == COLLECTION_NONE)
		return (struct member){ .title = text };
	const struct members *members = &runner->references->sets[counterparts[which]].members;

	for (size_t i = 0; i < members->list.n; i++) {
		if (str_equal(members->list.items[i].text, text))
			return members->list.items[i];
	}
	return (struct member){ 0 };
}

/* It is a write as any other. */
static bool add_history(struct runner *runner, enum collection which, const struct member *made,
			struct error *err)
{
	struct arena arena = { 0 };
	const struct history_entry entry = {
		.cycle = runner->cycle.report.id,
		.at = runner_now(runner),
		.side = collection_side(which),
		.side_id =
			arena_format(&arena, "/%s/%.*s", collection_name(which), STR_ARG(made->id)),
		.field = str_from(collection_name(which)),
		.action = STR_LIT("create"),
		.new_value = made->title,
		.reason = STR_LIT("create_missing"),
	};
	const bool ok = store_history_add(runner_store(runner), &entry, err);

	arena_release(&arena);
	return ok;
}

static bool take_created(struct runner *runner, const struct answer *answer, struct error *err)
{
	const enum collection which = runner->references->creating;
	struct known *known = &runner->references->sets[which];
	const size_t n_before = known->members.list.n;
	struct error failed;
	struct page_info info;

	if (!collection_decode(runner->mapper[collection_side(which)], which, answer->body,
			       &known->texts, &known->members, &info, err))
		return false;
	if (known->members.list.n == n_before)
		return error_set(err, ERR_MALFORMED, "the answer shows none");
	const struct member *made = &known->members.list.items[n_before];

	if (runner->references->asserting && !runner->references->creating_lost)
		return true;
	runner->cycle.report.references[collection_side(which)]++;
	LOG_INFO("a missing one was created", LOG_STR("collection", collection_name(which)),
		 LOG_TEXT("id", made->id));
	if (!add_history(runner, which, made, &failed))
		runner_store_failed(runner, &failed);
	return true;
}

/* Nothing more is made of this collection in this cycle.  What was refused is not tried again before the
 * next reading; of what may have been made, that reading tells. */
static void take_failure(struct runner *runner, const struct answer *answer, struct error *err)
{
	struct references *references = runner->references;
	const enum collection which = references->creating;
	struct known *known = &references->sets[which];
	const bool later =
		answer->judgement == JUDGE_LIMITED || answer->judgement == JUDGE_TRANSIENT;

	(void)error_wrap(err, "%s: creating one of the %s", side_name(collection_side(which)),
			 collection_name(which));
	LOG_WARN("what is missing cannot be created now", LOG_ERR(err));
	known->created = true;
	if (!later && !answer->uncertain && answer->judgement != JUDGE_OK)
		references_give_up(known, known->missing.items[references->next_missing - 1]);
}

static void on_created(void *payload, struct answer *answer)
{
	struct runner *runner = payload;
	struct references *references = runner->references;
	const enum collection which = references->creating;
	const struct str text = references->sets[which].missing.items[references->next_missing - 1];
	struct error err = answer->err;

	if (answer->judgement == JUDGE_OK && take_created(runner, answer, &err)) {
		create_next(runner);
		return;
	}
	const struct member model = model_of(runner, which, text);

	const bool there = answer->judgement == JUDGE_CLASH && !references->asserting;

	references->creating_lost = references->creating_lost || answer->uncertain;
	if ((there || (answer->uncertain && references->n_attempts < REFERENCES_ATTEMPTS_MOST)) &&
	    !runner->stopping &&
	    collection_create_repeats(runner->mapper[collection_side(which)], which,
				      model.known_by)) {
		references->asserting = references->asserting || there;
		submit(runner, &model);
		return;
	}
	take_failure(runner, answer, &err);
	create_next(runner);
}

static void submit(struct runner *runner, const struct member *model)
{
	struct references *references = runner->references;
	const enum collection which = references->creating;
	const enum side side = collection_side(which);
	struct request request;

	references->n_attempts++;
	references->n_requests[side]++;
	if (references->asserting)
		collection_assert(runner->mapper[side], which, model->known_by, &request);
	else
		collection_create(runner->mapper[side], which, model->title, model->known_by,
				  &request);
	fetch_submit(runner, side, &request, FETCH_BODY, SENDER_PUSH, on_created, runner);
}

static bool start(struct runner *runner, enum collection which, struct str text)
{
	struct references *references = runner->references;
	const struct member model = model_of(runner, which, text);

	if (model.title.len == 0 ||
	    collection_has_alike(&references->sets[which].members, model.title, model.known_by))
		return false;
	references->creating = which;
	references->n_attempts = 0;
	references->creating_lost = references->asserting = false;
	submit(runner, &model);
	return true;
}

static void create_next(struct runner *runner)
{
	struct references *references = runner->references;
	struct error err;

	for (int i = 0; i < COLLECTION_COUNT; i++) {
		const enum collection which = (enum collection)i;
		struct known *known = &references->sets[i];

		while (known->found_out && !known->created && !runner->stopping &&
		       !runner->halted[collection_side(which)] &&
		       references->next_missing < known->missing.n) {
			const struct str text = known->missing.items[references->next_missing++];

			if (start(runner, which, text))
				return;
			references_give_up(known, text);
		}
		known->created = known->created || known->missing.n > 0;
		references->next_missing = 0;
	}
	if (!references_name(runner, &err))
		runner_store_failed(runner, &err);
	references->then(runner);
}

void references_create(struct runner *runner)
{
	const struct references *references = runner->references;
	bool any = false;

	for (int i = 0; i < COLLECTION_COUNT; i++)
		any = any || (references->sets[i].missing.n > 0 && !references->sets[i].created);
	if (any)
		create_next(runner);
	else
		references->then(runner);
}
