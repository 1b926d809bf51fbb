/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan: reads both sides at once, page by page.  A record whose raw bytes are known is only marked as
 * seen; the others are decoded and staged.  Nothing of a page that broke off is taken.
 */
#include "daemon/runner/fetch.h"

/* Pages of one side in flight: what they hold is all that the scan keeps in memory. */
#define PAGES_IN_FLIGHT 4

/* Persons a transaction at least, as long as nobody has changed. */
#define COMMIT_EVERY 500

struct page_fetch {
	struct runner *runner;
	enum side side;
	struct scan_page page;
};

static void pump(struct runner *runner, enum side side);

bool runner_observe(struct runner *runner, enum side side, const struct person *person,
		    const struct digest *raw, int64_t generation, enum observation *ret_observation,
		    struct error *err)
{
	struct arena arena = { 0 };
	struct match_key keys[MATCH_KEYS_MAX];

	const size_t n = match_keys(person, runner->table, side, &arena, keys);
	const bool ok = store_observe(runner_store(runner), side, person, raw, generation, keys, n,
				      ret_observation, err);

	arena_release(&arena);
	return ok;
}

/* An unreadable record is left out and the scan is no longer complete: nothing is concluded from it. */
static bool take_record(struct runner *runner, enum side side, const struct answer *answer,
			const struct raw_record *record, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct arena arena = { 0 };
	struct person person;
	struct error bad;
	bool ok = true;

	if (fetch_decode(runner, side, answer, record->bytes, &arena, &person, &bad)) {
		enum observation observation;

		ok = runner_observe(runner, side, &person, &record->digest, scan->generation,
				    &observation, err) &&
		     confirm_if_unsure(runner, side, &person, observation, err);
	} else {
		scan->n_unreadable++;
		(void)error_wrap(&bad, "%s: a record of the list is left out", side_name(side));
		cycle_note_failure(&runner->cycle, side, &bad);
	}
	arena_release(&arena);
	return ok;
}

/* Marks who was recognised, and takes `answer`'s other records (NULL: none). */
static bool store_page(struct runner *runner, enum side side, const struct answer *answer,
		       struct error *err)
{
	struct store *store = runner_store(runner);
	struct side_scan *scan = &runner->scans[side];

	if (!store_begin(store, err))
		return false;
	for (size_t i = 0; i < scan->known.n; i++) {
		bool known;

		if (!store_mark_seen(store, side, &scan->known.items[i], scan->generation, &known,
				     err))
			goto rollback;
	}
	for (size_t i = 0; answer != NULL && i < answer->records.n; i++) {
		if (!take_record(runner, side, answer, &answer->records.items[i], err))
			goto rollback;
	}
	scan->known.n = 0;
	if (store_commit(store, err))
		return true;
rollback:
	store_rollback(store);
	return false;
}

/* Pages on which nobody changed are stored several together: a commit costs more than they do. */
static bool take_page(struct runner *runner, enum side side, const struct answer *answer,
		      struct error *err)
{
	struct side_scan *scan = &runner->scans[side];

	for (size_t i = 0; i < answer->known.n; i++)
		*VEC_PUSH(&scan->known) = answer->known.items[i];
	if (answer->records.n == 0 && scan->known.n < COMMIT_EVERY)
		return true;
	return store_page(runner, side, answer, err);
}

/* Of all records of a page, whatever their order. */
static uint64_t content_of(const struct answer *answer)
{
	uint64_t content = 0;

	for (size_t i = 0; i < answer->known.n; i++)
		content += digest_head(&answer->known.items[i]);
	for (size_t i = 0; i < answer->records.n; i++)
		content += digest_head(&answer->records.items[i].digest);
	return content;
}

static void on_page(void *payload, struct answer *answer)
{
	struct page_fetch *fetch = payload;
	struct runner *runner = fetch->runner;
	const enum side side = fetch->side;
	struct side_scan *scan = &runner->scans[side];
	const struct scan_page page = fetch->page;
	const struct scan_answer said = { .total = answer->info.total,
					  .n_members = answer->info.n_members,
					  .has_next = answer->info.has_next,
					  .content = content_of(answer) };
	struct error err;

	free(fetch);
	if (answer->judgement != JUDGE_OK) {
		/* One person may be gone or refused; a list that is, is not this API's. */
		if (answer->err.code == ERR_GONE || answer->err.code == ERR_REJECTED)
			answer->err.code = ERR_MALFORMED;
		(void)error_wrap(&answer->err, "%s: page %u of the list", side_name(side),
				 page.number + 1);
		cycle_note_failure(&runner->cycle, side, &answer->err);
		scan_page_failed(&scan->scan);
		/* A side that does not answer at all: reading the other one would be for nothing. */
		if (!scan->began)
			runner->scans[side_other(side)].scan.failed = true;
	} else if (!take_page(runner, side, answer, &err)) {
		scan_page_failed(&scan->scan);
		runner_store_failed(runner, &err);
	} else {
		scan->began = true;
		scan->n_seen += said.n_members;
		if (!scan_page_done(&scan->scan, &page, &said, &err)) {
			(void)error_wrap(&err, "%s", side_name(side));
			cycle_note_failure(&runner->cycle, side, &err);
		}
	}
	runner_changed(runner);
	pump(runner, side);
}

static void request_page(struct runner *runner, enum side side, const struct scan_page *page)
{
	struct page_fetch *fetch = alloc_zeroed(1, sizeof(*fetch));
	const struct page_request wanted = { .offset = page->offset,
					     .number = page->number,
					     .size = page->size,
					     .order = page->descending ? ORDER_CREATED_DESC :
									 ORDER_CREATED_ASC };
	struct request request;

	*fetch = (struct page_fetch){ runner, side, *page };
	runner->mapper[side]->list(&runner->context, &wanted, &request);
	fetch_submit(runner, side, &request, FETCH_CHANGED, SENDER_SCAN, on_page, fetch);
}

/* The state counts who was seen: pages may repeat persons. */
static bool end_pass(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct store *store = runner_store(runner);
	int64_t n_distinct = 0;

	if (!store_page(runner, side, NULL, err) ||
	    !store_scan_count(store, side, scan->generation, &n_distinct, err))
		return false;
	scan->n_distinct = (uint64_t)n_distinct;
	scan_settle(&scan->scan, scan->n_distinct + scan->n_unreadable);
	if (scan->scan.state == SCAN_RUNNING) {
		scan->was_unreadable = scan->was_unreadable || scan->n_unreadable > 0;
		scan->n_unreadable = 0;
		return true;
	}
	scan->read_all = scan->scan.state == SCAN_COMPLETE;
	scan->complete = scan->read_all && scan->n_unreadable == 0 && !scan->was_unreadable;
	if (scan->scan.state == SCAN_INCOMPLETE && !runner->stopping &&
	    runner->cycle.report.failure.code == ERR_OK) {
		struct error incomplete;

		(void)error_set(&incomplete, ERR_TRANSIENT,
				"%s: the list is incomplete: %s; try later", side_name(side),
				scan->scan.why_incomplete);
		cycle_note_failure(&runner->cycle, side, &incomplete);
	}
	return store_begin(store, err) &&
	       store_scan_end(store, side, scan->generation, scan->complete, runner_now(runner),
			      err) &&
	       store_commit(store, err);
}

static bool both_ended(const struct runner *runner)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct scan *scan = &runner->scans[side].scan;

		if (scan->state == SCAN_RUNNING)
			return false;
	}
	return true;
}

static void pump(struct runner *runner, enum side side)
{
	struct side_scan *scan = &runner->scans[side];
	struct scan_page page;
	struct error err;

	if (runner->stopping)
		scan->scan.failed = true;
	while (scan_next(&scan->scan, &page))
		request_page(runner, side, &page);
	if (!scan_is_drained(&scan->scan))
		return;
	if (!end_pass(runner, side, &err)) {
		scan->scan.state = SCAN_INCOMPLETE;
		runner_store_failed(runner, &err);
	}
	if (scan->scan.state == SCAN_RUNNING)
		pump(runner, side);
	else if (both_ended(runner))
		runner_phase_done(runner);
}

/* Whether a create that nobody answered is sent again hangs on who is not there. */
static bool start_side(struct runner *runner, enum side side, uint32_t page_size, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	int64_t n_lost = 0;

	side_scan_reset(scan);
	scan_start(&scan->scan, page_size, PAGES_IN_FLIGHT);
	if (!store_intent_lost(runner_store(runner), side, &n_lost, err))
		return false;
	scan->scan.twice = n_lost > 0;
	return store_scan_start(runner_store(runner), side, runner_now(runner), &scan->generation,
				err);
}

void runner_scan(struct runner *runner)
{
	const struct config *config = runner->options.config;
	const uint32_t sizes[SIDE_COUNT] = { config->records.page_size,
					     config->people.items_per_page };
	struct error err;

	for (size_t i = 0; i < runner->table->n; i++)
		runner->unreadable[i] =
			runner->context.tags == NULL && field_is_tags(&runner->table->fields[i]);
	runner->rules.unreadable = runner->unreadable;
	runner->raw_seed[SIDE_RECORDS] = runner->table->fingerprint;
	runner->raw_seed[SIDE_PEOPLE] =
		runner->table->fingerprint ^
		(runner->context.tags != NULL ? 1 + titles_fingerprint(runner->tags) : 0);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!start_side(runner, (enum side)side, sizes[side], &err)) {
			runner_store_failed(runner, &err);
			runner_phase_done(runner);
			return;
		}
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		pump(runner, (enum side)side);
}
