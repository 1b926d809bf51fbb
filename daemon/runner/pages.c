/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/pages.h"

#include "daemon/runner/fetch.h"
#include "daemon/runner/references.h"
#include "daemon/runner/unreadable.h"
#include "state/turns.h"

/* Persons a transaction at least, as long as nobody has changed. */
#define COMMIT_EVERY 500

struct page_fetch {
	struct runner *runner;
	enum side side;
	const struct page_use *use;
	struct page_result result;
	int64_t gap; /* behind a rolled side's newest pages; 0: none is open */
	int64_t before; /* whom an older reading's list has shown was on a list before; 0: not asked for */
};

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

static bool note_listed(struct page_fetch *fetch, struct str id, struct error *err)
{
	return fetch->result.listed || fetch->before == 0 ||
	       store_person_listed(runner_store(fetch->runner), fetch->side, id, fetch->before,
				   &fetch->result.listed, err);
}

/* Of whom nobody knows who it is: the scan is no longer complete, and nothing is concluded from it. */
static bool take_unreadable(struct page_fetch *fetch, const struct raw_record *record,
			    const struct error *bad, struct arena *arena, struct error *err)
{
	struct runner *runner = fetch->runner;
	const struct str id = mapper_raw_id(runner->mapper[fetch->side], record->bytes, arena);
	bool taken = false;

	if (!note_listed(fetch, id, err) ||
	    !unreadable_take(runner, fetch->side, UNREADABLE_IN_LIST, record,
			     (struct str){ NULL, 0 }, bad, &taken, err))
		return false;
	runner->scans[fetch->side].n_unreadable += !taken;
	return true;
}

static bool take_record(struct page_fetch *fetch, const struct answer *answer,
			const struct raw_record *record, struct error *err)
{
	struct runner *runner = fetch->runner;
	const enum side side = fetch->side;
	struct side_scan *scan = &runner->scans[side];
	struct arena arena = { 0 };
	struct person person;
	struct error bad;
	bool ok = true;

	if (fetch_decode(runner, side, answer, record->bytes, &arena, &person, &bad)) {
		enum observation observation;

		ok = note_listed(fetch, person.id, err) &&
		     runner_observe(runner, side, &person,
				    companies_is_missed(runner, side) ? NULL : &record->digest,
				    scan->generation, &observation, err) &&
		     companies_note(runner, side, person.id, err) &&
		     confirm_if_unsure(runner, side, &person, observation, err);
	} else {
		ok = take_unreadable(fetch, record, &bad, &arena, err);
	}
	arena_release(&arena);
	return ok;
}

static bool mark_known(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	bool known;

	for (size_t i = 0; i < scan->known.n; i++) {
		if (!store_mark_seen(runner_store(runner), side, &scan->known.items[i],
				     scan->generation, &known, err))
			return false;
	}
	scan->known.n = 0;
	return true;
}

/*
 * Of the newest pages' persons only those count who were seen before the gap was found: what these pages
 * themselves have shown since is in front of it.  Before anybody is marked as seen.
 */
static bool find_listed(struct page_fetch *fetch, const struct answer *answer, struct error *err)
{
	const enum side side = fetch->side;
	const struct side_scan *scan = &fetch->runner->scans[side];
	struct store *store = runner_store(fetch->runner);
	bool *listed = &fetch->result.listed;

	if (!scan->rolled || fetch->result.page.order != SCAN_NEWEST_FIRST)
		return true;
	if (!store_gap_get(store, side, &fetch->gap, err))
		return false;
	fetch->before = !fetch->use->newest ? INT64_MAX :
			fetch->gap != 0     ? fetch->gap :
					      scan->generation;
	for (size_t i = 0; i < answer->known.n && !*listed; i++) {
		if (!store_raw_listed(store, side, &answer->known.items[i], fetch->before, listed,
				      err))
			return false;
	}
	return true;
}

/* In the transaction of the page: who is read for the first time is listed from then on, and must not be
 * taken for the end of what is not known.  A slice that comes from the newest end may find it, too. */
static bool note_gap(const struct page_fetch *fetch, struct error *err)
{
	const struct side_scan *scan = &fetch->runner->scans[fetch->side];
	struct store *store = runner_store(fetch->runner);

	if (fetch->before == 0 || scan->known_since == 0 || fetch->result.said.n_members == 0)
		return true;
	if (!fetch->result.listed)
		return store_gap_open(store, fetch->side, scan->generation, err);
	return fetch->gap == 0 || !fetch->use->newest || store_gap_close(store, fetch->side, err);
}

/* Marks who was recognised, and takes the answer's other records. */
static bool store_page(struct page_fetch *fetch, const struct answer *answer, struct error *err)
{
	struct runner *runner = fetch->runner;
	struct store *store = runner_store(runner);

	if (!store_begin(store, err))
		return false;
	bool ok = find_listed(fetch, answer, err) && mark_known(runner, fetch->side, err);

	for (size_t i = 0; ok && i < answer->records.n; i++)
		ok = take_record(fetch, answer, &answer->records.items[i], err);
	ok = ok && note_gap(fetch, err);
	if (ok && fetch->use->with != NULL)
		ok = fetch->use->with(runner, fetch->side, &fetch->result, err);
	if (ok && store_commit(store, err))
		return true;
	store_rollback(store);
	return false;
}

bool pages_flush(struct runner *runner, enum side side, struct error *err)
{
	struct store *store = runner_store(runner);

	if (store_begin(store, err) && mark_known(runner, side, err) && store_commit(store, err))
		return true;
	store_rollback(store);
	return false;
}

/* A commit costs more than marking those who have not changed. */
static bool take_page(struct page_fetch *fetch, const struct answer *answer, struct error *err)
{
	struct side_scan *scan = &fetch->runner->scans[fetch->side];

	for (size_t i = 0; i < answer->known.n; i++)
		*VEC_PUSH(&scan->known) = answer->known.items[i];
	if (!fetch->use->alone && answer->records.n == 0 && scan->known.n < COMMIT_EVERY)
		return true;
	return store_page(fetch, answer, err);
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

static void note_failed(const struct page_fetch *fetch, struct error *err)
{
	/* One person may be gone or refused; a list that is, is not this API's. */
	if (err->code == ERR_GONE || err->code == ERR_REJECTED)
		err->code = ERR_MALFORMED;
	(void)error_wrap(err, "%s: page %u of the list", side_name(fetch->side),
			 fetch->result.page.number + 1);
	cycle_note_failure(&fetch->runner->cycle, fetch->side, err);
}

static void on_answer(void *payload, struct answer *answer)
{
	struct page_fetch *fetch = payload;
	struct runner *runner = fetch->runner;
	struct side_scan *scan = &runner->scans[fetch->side];
	struct page_result *result = &fetch->result;
	struct error err;

	result->said = (struct scan_answer){ .total = answer->info.total,
					     .n_members = answer->info.n_members,
					     .has_next = answer->info.has_next,
					     .content = content_of(answer) };
	if (answer->judgement != JUDGE_OK) {
		note_failed(fetch, &answer->err);
	} else if (!take_page(fetch, answer, &err)) {
		runner_store_failed(runner, &err);
	} else {
		result->read = scan->began = true;
		scan->n_seen += result->said.n_members;
	}
	fetch->use->on_page(runner, fetch->side, result);
	free(fetch);
}

void pages_fetch(struct runner *runner, enum side side, const struct scan_page *page,
		 const struct page_use *use)
{
	static const enum page_order orders[] = {
		[SCAN_OLDEST_FIRST] = ORDER_CREATED_ASC,
		[SCAN_NEWEST_FIRST] = ORDER_CREATED_DESC,
		[SCAN_UNORDERED] = ORDER_NONE,
	};
	struct page_fetch *fetch = alloc_zeroed(1, sizeof(*fetch));
	const struct page_request wanted = { .offset = page->offset,
					     .number = page->number,
					     .size = page->size,
					     .order = orders[page->order] };
	struct request request;

	*fetch = (struct page_fetch){
		.runner = runner, .side = side, .use = use, .result.page = *page
	};
	runner->scans[side].n_pages++;
	runner->mapper[side]->list(&runner->context, &wanted, &request);
	fetch_submit(runner, side, &request, FETCH_CHANGED, SENDER_SCAN, on_answer, fetch);
}
