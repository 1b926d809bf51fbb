/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: reads the collections that persons refer to, before anything is decoded or decided with them:
 * page by page, one collection after the other.  Companies that can't be listed (dialect attributes) are
 * asked for one by one, through persons whom the scan has shown (companies.c).
 */
#include "daemon/runner/fetch.h"
#include "daemon/runner/references.h"

#include "base/limits.h"
#include "base/log.h"
#include "state/members.h"

#include <inttypes.h>
#include <string.h>

#define COMPANIES_IN_FLIGHT 8

struct reading {
	references_fn *then;
	bool queued[COLLECTION_COUNT];
	enum collection which;
	uint32_t n_pages;
	uint32_t n_requests;
	struct arena texts;
	struct members members;
	struct mapper_titles *ids; /* of the members so far */
	size_t next_holder;
	size_t n_flying;
	bool asks_again; /* for those that were not there */
	bool failed;
};

static void read_next(struct runner *runner);
static void request_page(struct runner *runner);

static const struct mapper *mapper_of(const struct runner *runner)
{
	return runner->mapper[collection_side(runner->references->reading->which)];
}

static void submit(struct runner *runner, struct request *request, fetch_fn *fn)
{
	struct reading *reading = runner->references->reading;
	const enum side side = collection_side(reading->which);

	reading->n_requests++;
	runner->references->n_requests[side]++;
	fetch_submit(runner, side, request, FETCH_BODY, SENDER_PUSH, fn, runner);
}

static void clear(struct reading *reading)
{
	VEC_RELEASE(&reading->members.list);
	arena_release(&reading->texts);
	titles_clear(reading->ids);
	reading->n_pages = reading->n_requests = 0;
	reading->next_holder = 0;
	reading->failed = reading->asks_again = false;
}

/* ---- The end of a collection ---- */

/* What was known of it stands; without that it is unknown in this cycle: nothing is concluded from it and
 * none is written.  Everything else can go on, unless the token is refused. */
static void do_without(struct runner *runner, const struct answer *answer, struct error *err)
{
	struct references *references = runner->references;
	const enum collection which = references->reading->which;
	const enum side side = collection_side(which);

	(void)error_wrap(err, "%s: reading the %s", side_name(side), collection_name(which));
	if (answer->judgement == JUDGE_AUTH && answer->status != 403) {
		cycle_note_failure(&runner->cycle, side, err);
		references->given_up[side] = true;
	} else if (references->sets[which].read_at > 0) {
		LOG_WARN("a collection cannot be read, and is taken for what it was", LOG_ERR(err));
	} else {
		LOG_WARN("a collection cannot be read, and is left alone in this cycle",
			 LOG_ERR(err));
	}
	references->given_up[side] = references->given_up[side] || answer->status == 0;
	references->reading->failed = true;
}

/* of_all: else single ones were asked for, and what is known gets no younger. */
static void take(struct runner *runner, bool of_all)
{
	struct reading *reading = runner->references->reading;
	struct known *known = &runner->references->sets[reading->which];
	const int64_t read_at = known->read_at;
	const uint32_t n_requests = known->n_requests;

	if (!reading->failed && !runner->stopping) {
		references_replace(runner, reading->which, &reading->members, &reading->texts,
				   reading->n_requests);
		if (!of_all) {
			known->read_at = read_at;
			known->n_requests = n_requests;
		}
	}
	read_next(runner);
}

/* A server that ignores the page serves the same one for ever; pages that drift repeat members. */
static bool keep_new(struct reading *reading, size_t n_before, struct error *err)
{
	size_t n = n_before;

	for (size_t i = n_before; i < reading->members.list.n; i++) {
		const struct member member = reading->members.list.items[i];

		if (titles_of_id(reading->ids, member.id).len > 0)
			continue;
		if (!titles_add(reading->ids, member.id, member.id))
			return error_set(err, ERR_MALFORMED, "more than %d members",
					 LIMIT_COLLECTION_ITEMS);
		reading->members.list.items[n++] = member;
	}
	reading->members.list.n = n;
	return true;
}

/* ---- Companies of the dialect attributes ---- */

static void pump_companies(struct runner *runner);

static void on_company(void *payload, struct answer *answer)
{
	struct runner *runner = payload;
	struct reading *reading = runner->references->reading;
	const size_t n_before = reading->members.list.n;
	struct page_info info;
	struct error err = answer->err;

	reading->n_flying--;
	/* Nobody has it any more; or it is a stray one. */
	if (answer->status != 404 && !reading->failed &&
	    (answer->judgement != JUDGE_OK ||
	     !collection_decode(mapper_of(runner), reading->which, answer->body, &reading->texts,
				&reading->members, &info, &err) ||
	     !keep_new(reading, n_before, &err)))
		do_without(runner, answer, &err);
	pump_companies(runner);
}

/* What was not asked for stays as it was known. */
static void keep_others(struct runner *runner)
{
	struct reading *reading = runner->references->reading;
	const struct members *known = &runner->references->sets[reading->which].members;

	for (size_t i = 0; i < known->list.n; i++) {
		const struct member *member = &known->list.items[i];

		if (titles_of_id(reading->ids, member->id).len == 0)
			*VEC_PUSH(&reading->members.list) = (struct member){
				.id = arena_copy(&reading->texts, member->id),
				.title = arena_copy(&reading->texts, member->title),
				.known_by = arena_copy(&reading->texts, member->known_by),
			};
	}
}

static void take_companies(struct runner *runner)
{
	struct references *references = runner->references;
	const bool gathered = references->gathers;

	if (!companies_are_all(runner))
		keep_others(runner);
	companies_asked(runner);
	take(runner, gathered);
}

/* One stray 404 says nothing: who is not there is asked for twice. */
static const struct member *next_holder(struct runner *runner)
{
	struct reading *reading = runner->references->reading;
	const struct members *holders = &runner->references->holders;

	if (reading->failed || runner->stopping)
		return NULL;
	if (reading->next_holder == holders->list.n && reading->n_flying == 0 &&
	    !reading->asks_again) {
		reading->asks_again = true;
		reading->next_holder = 0;
	}
	while (reading->next_holder < holders->list.n) {
		const struct member *holder = &holders->list.items[reading->next_holder++];

		if (titles_of_id(reading->ids, holder->id).len == 0)
			return holder;
	}
	return NULL;
}

static void pump_companies(struct runner *runner)
{
	struct reading *reading = runner->references->reading;
	const struct member *holder;

	while (reading->n_flying < COMPANIES_IN_FLIGHT && (holder = next_holder(runner)) != NULL) {
		struct request request;

		collection_company_of(&runner->context, holder->title, &request);
		reading->n_flying++;
		submit(runner, &request, on_company);
	}
	if (reading->n_flying == 0)
		take_companies(runner);
}

/* ---- Pages ---- */

static bool take_page(struct runner *runner, const struct answer *answer, bool *ret_all,
		      struct error *err)
{
	struct reading *reading = runner->references->reading;
	const struct mapper *mapper = mapper_of(runner);
	const size_t n_before = reading->members.list.n;
	struct page_info info = { 0 };

	if (!collection_decode(mapper, reading->which, answer->body, &reading->texts,
			       &reading->members, &info, err) ||
	    !keep_new(reading, n_before, err))
		return false;
	if (reading->members.list.n == 0 && info.total > 0)
		return error_set(err, ERR_MALFORMED, "none is shown of %" PRId64, info.total);
	*ret_all = reading->members.list.n == n_before ||
		   (info.total >= 0 && reading->members.list.n >= (uint64_t)info.total);
	return true;
}

static void on_page(void *payload, struct answer *answer)
{
	struct runner *runner = payload;
	struct reading *reading = runner->references->reading;
	struct error err = answer->err;
	bool all = false;

	reading->n_pages++;
	if (answer->judgement != JUDGE_OK || !take_page(runner, answer, &all, &err)) {
		do_without(runner, answer, &err);
		all = true;
	}
	if (!all && !runner->stopping)
		request_page(runner);
	else
		take(runner, true);
}

static void request_page(struct runner *runner)
{
	const struct reading *reading = runner->references->reading;
	struct request request;

	collection_page(mapper_of(runner), reading->which, reading->n_pages, &request);
	submit(runner, &request, on_page);
}

/* ---- One after the other ---- */

static void conclude(struct runner *runner)
{
	struct references *references = runner->references;
	references_fn *then = references->reading->then;
	struct error err;

	clear(references->reading);
	titles_free(references->reading->ids);
	free(references->reading);
	references->reading = NULL;
	if (!references_name(runner, &err))
		runner_store_failed(runner, &err);
	then(runner);
}

static void read_next(struct runner *runner)
{
	struct reading *reading = runner->references->reading;

	clear(reading);
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		struct known *known = &runner->references->sets[i];
		const enum side side = collection_side((enum collection)i);

		if (!reading->queued[i] || runner->stopping || runner->references->given_up[side])
			continue;
		reading->queued[i] = false;
		reading->which = (enum collection)i;
		known->tried = true;
		known->wanted = false;
		if (companies_are_met(runner, reading->which))
			pump_companies(runner);
		else
			request_page(runner);
		return;
	}
	conclude(runner);
}

static void read_some(struct runner *runner, const bool queued[COLLECTION_COUNT],
		      references_fn *then)
{
	struct reading *reading;
	bool any = false;

	for (int i = 0; i < COLLECTION_COUNT; i++)
		any = any || queued[i];
	if (!any) {
		then(runner);
		return;
	}
	reading = alloc_zeroed(1, sizeof(*reading));
	reading->then = then;
	reading->ids = titles_new();
	memcpy(reading->queued, queued, sizeof(reading->queued));
	runner->references->reading = reading;
	read_next(runner);
}

void references_refresh(struct runner *runner, references_fn *then)
{
	bool queued[COLLECTION_COUNT];

	for (int i = 0; i < COLLECTION_COUNT; i++)
		queued[i] = (runner->references->sets[i].wanted ||
			     companies_are_met(runner, (enum collection)i)) &&
			    references_may_refresh(runner, (enum collection)i);
	runner->references->then = then;
	read_some(runner, queued, references_create);
}

void runner_load(struct runner *runner)
{
	bool queued[COLLECTION_COUNT];
	struct error err;

	if (!references_begin(runner, &err)) {
		runner_store_failed(runner, &err);
		runner_phase_done(runner);
		return;
	}
	for (int i = 0; i < COLLECTION_COUNT; i++) {
		struct known *known = &runner->references->sets[i];

		known->reread = known->read_at == STORE_MEMBERS_OLD;
		queued[i] = known->needed && known->listed &&
			    !companies_are_met(runner, (enum collection)i) &&
			    references_is_stale(runner, (enum collection)i);
	}
	companies_begin(runner);
	read_some(runner, queued, runner_phase_done);
}
