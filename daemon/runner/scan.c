/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan: reads both sides at once, page by page; of a side that is rolled (rolling.h) the newest pages, until
 * one of them shows somebody whom a list has shown before.  If none does, a gap stays open behind them in
 * the state (state/turns.h), until they reach over it or a later turn has read it.
 */
#include "daemon/runner/pages.h"
#include "daemon/runner/references.h"
#include "daemon/runner/rolling.h"

#include "state/turns.h"

/* Pages of one side in flight: what they hold is all that the scan keeps in memory. */
#define PAGES_IN_FLIGHT 4
/* So many newest pages without anybody known: the rest is left to the turn. */
#define NEWEST_MOST 10

static void pump(struct runner *runner, enum side side);

static bool both_ended(const struct runner *runner)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (runner->scans[side].scan.state == SCAN_RUNNING)
			return false;
	}
	return true;
}

static void end_side(struct runner *runner, enum side side)
{
	runner->scans[side].scan.state = SCAN_INCOMPLETE;
	if (both_ended(runner))
		runner_phase_done(runner);
}

/* A side that does not answer at all: reading the other one would be for nothing. */
static void note_unread(struct runner *runner, enum side side)
{
	struct side_scan *scan = &runner->scans[side];

	if (!scan->began)
		runner->scans[side_other(side)].scan.failed = true;
}

/* ---- Of a rolled side ---- */

static const struct page_use newest_use;

static void ask_newest(struct runner *runner, enum side side, uint32_t number, uint64_t offset)
{
	const struct scan_page page = { .number = number,
					.offset = offset,
					.size = rolling_page_size(runner, side),
					.order = SCAN_NEWEST_FIRST };

	pages_fetch(runner, side, &page, &newest_use);
}

static void on_newest(struct runner *runner, enum side side, const struct page_result *result)
{
	struct side_scan *scan = &runner->scans[side];
	const struct scan_page *page = &result->page;

	if (result->read && result->said.total > scan->scan.total)
		scan->scan.total = result->said.total;
	/* Nobody on it: the list ends here, or is not what it should be. */
	scan->reached = result->read && result->listed;
	runner_changed(runner);
	if (!result->read)
		note_unread(runner, side);
	if (result->read && !scan->reached && result->said.n_members > 0 &&
	    page->number + 1 < NEWEST_MOST && !runner->stopping && !scan->scan.failed)
		ask_newest(runner, side, page->number + 1, page->offset + result->said.n_members);
	else
		end_side(runner, side);
}

static const struct page_use newest_use = { .alone = true, .newest = true, .on_page = on_newest };

/* ---- Of a side that is read whole ---- */

static void on_page(struct runner *runner, enum side side, const struct page_result *result)
{
	struct side_scan *scan = &runner->scans[side];
	struct error err;

	if (!result->read) {
		scan_page_failed(&scan->scan);
		note_unread(runner, side);
	} else if (!scan_page_done(&scan->scan, &result->page, &result->said, &err)) {
		(void)error_wrap(&err, "%s", side_name(side));
		cycle_note_failure(&runner->cycle, side, &err);
	}
	runner_changed(runner);
	pump(runner, side);
}

static const struct page_use whole_use = { .on_page = on_page };

/* The state counts who was seen: pages may repeat persons. */
static bool end_pass(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct store *store = runner_store(runner);
	int64_t n_distinct = 0;

	if (!pages_flush(runner, side, err) ||
	    !store_scan_count(store, side, scan->generation, &n_distinct, err))
		return false;
	scan->n_distinct = (uint64_t)n_distinct;
	scan_settle(&scan->scan, scan->n_distinct + scan->n_unreadable);
	if (scan->scan.state == SCAN_RUNNING) {
		scan->was_unreadable = scan->was_unreadable || scan->n_unreadable > 0;
		scan->n_unreadable = 0;
		return true;
	}
	const bool read_all = scan->scan.state == SCAN_COMPLETE;

	if (read_all)
		scan->whole_since = scan->generation;
	scan->complete = read_all && scan->n_unreadable == 0 && !scan->was_unreadable;
	if (!read_all)
		runner_note_incomplete(runner, side, scan->scan.why_incomplete);
	return store_begin(store, err) &&
	       store_scan_end(store, side, scan->generation, scan->complete, runner_now(runner),
			      err) &&
	       (!read_all || rolling_known(runner, side, scan->generation, err)) &&
	       store_commit(store, err);
}

static void pump(struct runner *runner, enum side side)
{
	struct side_scan *scan = &runner->scans[side];
	struct scan_page page;
	struct error err;

	if (runner->stopping)
		scan->scan.failed = true;
	if (rolling_outgrown(runner, side)) {
		if (!pages_flush(runner, side, &err) || !rolling_turn_over(runner, side, &err))
			runner_store_failed(runner, &err);
		end_side(runner, side);
		return;
	}
	while (scan_next(&scan->scan, &page))
		pages_fetch(runner, side, &page, &whole_use);
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

void runner_note_incomplete(struct runner *runner, enum side side, const char *why)
{
	struct error incomplete;

	if (runner->stopping || runner->cycle.report.failure.code != ERR_OK)
		return;
	(void)error_set(&incomplete, ERR_TRANSIENT, "%s: the list is incomplete: %s; try later",
			side_name(side), why);
	cycle_note_failure(&runner->cycle, side, &incomplete);
}

/* Whether a create that nobody answered is sent again hangs on who is not there; at first contact
 * every create does. */
static bool start_side(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	int64_t n_lost = 0;
	int64_t n_links = 0;

	if (!store_intent_lost(runner_store(runner), side, &n_lost, err) ||
	    !store_link_count(runner_store(runner), &n_links, err))
		return false;
	scan_start(&scan->scan, rolling_page_size(runner, side), PAGES_IN_FLIGHT);
	scan->scan.twice = n_lost > 0;
	scan->scan.anew = n_links == 0;
	return store_scan_start(runner_store(runner), side, runner_now(runner), &scan->generation,
				err);
}

static void choose_seeds(struct runner *runner)
{
	references_choose_rows(runner);
	for (int side = 0; side < SIDE_COUNT; side++)
		runner->raw_seed[side] =
			runner->table->fingerprint ^ references_seed(runner, (enum side)side);
}

void runner_scan(struct runner *runner)
{
	bool waits = false;
	struct error err;

	choose_seeds(runner);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!start_side(runner, (enum side)side, &err)) {
			runner_store_failed(runner, &err);
			runner_phase_done(runner);
			return;
		}
		/* While nothing is known of it, the newest page says no more than any other. */
		if (runner->scans[side].rolled && runner->scans[side].known_since == 0)
			runner->scans[side].scan.state = SCAN_INCOMPLETE;
		else
			waits = true;
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (runner->scans[side].scan.state != SCAN_RUNNING)
			continue;
		if (runner->scans[side].rolled)
			ask_newest(runner, (enum side)side, 0, 0);
		else
			pump(runner, (enum side)side);
	}
	if (!waits)
		runner_phase_done(runner);
}
