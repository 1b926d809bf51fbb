/* SPDX-License-Identifier: Apache-2.0 */
/*
 * references_create: makes what is referred to and missing on the other side, where
 * references.create_missing says so.
 *
 * Only what a reading of this very cycle did not find is made, one after the other: a create whose answer
 * was lost is found by the next reading, and not repeated.
 */
#include "daemon/runner/fetch.h"
#include "daemon/runner/references.h"

#include "base/log.h"

#include <assert.h>

static void create_next(struct runner *runner);

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

static void on_created(void *payload, struct answer *answer)
{
	struct runner *runner = payload;
	struct references *references = runner->references;
	struct known *known = &references->sets[references->creating];
	const enum side side = collection_side(references->creating);
	struct page_info info;
	struct error err = answer->err;

	if (answer->judgement != JUDGE_OK ||
	    !collection_decode(runner->mapper[side], references->creating, answer->body,
			       &known->texts, &known->members, &info, &err)) {
		(void)error_wrap(&err, "%s: creating one of the %s", side_name(side),
				 collection_name(references->creating));
		LOG_WARN("what is missing cannot be created now", LOG_ERR(&err));
		known->created = true;
	}
	create_next(runner);
}

static bool start(struct runner *runner, enum collection which, struct str text)
{
	struct references *references = runner->references;
	const enum side side = collection_side(which);
	const struct member model = model_of(runner, which, text);
	struct request request;

	if (model.title.len == 0 ||
	    collection_has_alike(&references->sets[which].members, model.title, model.known_by))
		return false;
	LOG_INFO("a missing one is created", LOG_STR("collection", collection_name(which)));
	references->creating = which;
	references->n_requests[side]++;
	collection_create(runner->mapper[side], which, model.title, model.known_by, &request);
	fetch_submit(runner, side, &request, FETCH_BODY, SENDER_PUSH, on_created, runner);
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
			if (start(runner, which, known->missing.items[references->next_missing++]))
				return;
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
