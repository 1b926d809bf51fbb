/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slice: as much of a rolled side's turn as the budget leaves (core/budget.h), page by page.
 *
 * Where the turn stands is stored with the page behind which it stands: a death costs no page twice.  A
 * page that cannot be read is asked for again by the next cycle.
 */
#include "daemon/runner/pages.h"
#include "daemon/runner/rolling.h"

#include "state/changed.h"

static void pump(struct runner *runner, enum side side);

static void end_side(struct runner *runner)
{
	if (--runner->n_slicing == 0)
		runner_phase_done(runner);
}

/* ---- The turn ---- */

/* Its generation is younger than whatever this cycle has written.  The guard's count goes on with it, so
 * that begin and count are one transaction. */
static bool store_begun(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct store *store = runner_store(runner);
	int64_t newest = 0;

	if (!store_person_newest(store, &newest, err) ||
	    !store_scan_start(store, side, runner_now(runner), &scan->generation, err))
		return false;
	scan->turn = (struct turn){ .generation = scan->generation,
				    .started_at = runner_now(runner),
				    .mark = rolling_mark(runner, side),
				    .cycle = runner->cycle.report.id,
				    .unasked = scan->turn.unasked,
				    .newest = newest };
	scan_save(&scan->scan, &scan->turn.at);
	return store_turn_put(store, side, &scan->turn, err) &&
	       store_changed_turn(store, side, runner->changes_held, err);
}

static bool begin_turn(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct store *store = runner_store(runner);
	int64_t n_lost = 0;

	if (!store_intent_lost(store, side, &n_lost, err))
		return false;
	scan_start(&scan->scan, rolling_page_size(runner, side), 1);
	scan->scan.twice = n_lost > 0;
	scan->n_unreadable = 0;
	scan->was_unreadable = false;
	return store_begin(store, err) && store_begun(runner, side, err) &&
	       store_commit(store, err);
}

/* Every page of this pass was read; true as long as nothing failed. */
static bool end_pass(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct store *store = runner_store(runner);
	int64_t n_distinct = 0;

	if (!store_scan_count(store, side, scan->turn.generation, &n_distinct, err))
		return false;
	scan_settle(&scan->scan, (uint64_t)n_distinct + scan->n_unreadable);
	if (scan->scan.state == SCAN_RUNNING) {
		scan->was_unreadable = scan->was_unreadable || scan->n_unreadable > 0;
		scan->n_unreadable = 0;
		return true;
	}
	scan->turn.n_distinct = (uint64_t)n_distinct;
	scan->turn.end = scan->n_unreadable > 0 || scan->was_unreadable ? TURN_READ : TURN_WHOLE;
	if (scan->scan.state == SCAN_INCOMPLETE)
		runner_note_incomplete(runner, side, scan->scan.why_incomplete);
	return store_scan_end(store, side, scan->turn.generation,
			      scan->scan.state == SCAN_COMPLETE && scan->turn.end == TURN_WHOLE,
			      runner_now(runner), err);
}

/* In the transaction of the page. */
static bool go_on(struct runner *runner, enum side side, const struct page_result *result,
		  struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct error bad;

	if (!scan_page_done(&scan->scan, &result->page, &result->said, &bad)) {
		(void)error_wrap(&bad, "%s", side_name(side));
		cycle_note_failure(&runner->cycle, side, &bad);
		scan->scan.state = SCAN_INCOMPLETE;
	} else if (scan_is_drained(&scan->scan) && !end_pass(runner, side, err)) {
		return false;
	}
	/* What is no list, or not a whole one, is read again from its begin. */
	if (scan->scan.state == SCAN_INCOMPLETE)
		return rolling_begin_anew(runner, side, err);
	scan->turn.n_unreadable = scan->n_unreadable;
	scan->turn.was_unreadable = scan->was_unreadable;
	if (scan->scan.state == SCAN_RUNNING)
		scan_save(&scan->scan, &scan->turn.at);
	return store_turn_put(runner_store(runner), side, &scan->turn, err);
}

/* ---- The slice ---- */

static void on_page(struct runner *runner, enum side side, const struct page_result *result)
{
	struct side_scan *scan = &runner->scans[side];

	runner_changed(runner);
	if (!result->read || scan->scan.state != SCAN_RUNNING)
		end_side(runner);
	else
		pump(runner, side);
}

static const struct page_use slice_use = { .alone = true, .with = go_on, .on_page = on_page };

static bool may_read(struct runner *runner, enum side side)
{
	const struct side_scan *scan = &runner->scans[side];
	const struct budget_rate rate = rolling_rate(runner, side);
	const int64_t due_at = runner->cycle.report.started_at + rate.interval_ns;
	struct sender_stats stats;

	sender_stats(runner->options.transport.sender[side], &stats);
	const bool due = runner->reach == REACH_QUICK && runner_now(runner) >= due_at;

	if (runner->stopping)
		return false;
	/* While nothing is known of a side there is nothing else to use its requests for. */
	if (scan->known_since == 0 && runner->reach == REACH_QUICK && !due)
		return true;
	return budget_page(&runner->budgets[side], &rate, stats.used_last_minute, due);
}

static void pump(struct runner *runner, enum side side)
{
	struct side_scan *scan = &runner->scans[side];
	struct scan_page page;

	if (!may_read(runner, side) || !scan_next(&scan->scan, &page))
		end_side(runner);
	else
		pages_fetch(runner, side, &page, &slice_use);
}

static bool begin_side(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	const struct budget_rate rate = rolling_rate(runner, side);

	budget_slice(&runner->budgets[side], &rate, runner_requests(runner, side),
		     runner_now(runner));
	if (scan->turn.generation == 0)
		return begin_turn(runner, side, err);
	scan_load(&scan->scan, &scan->turn.at, 1);
	scan->n_unreadable = scan->turn.n_unreadable;
	scan->was_unreadable = scan->turn.was_unreadable;
	return true;
}

/* One that ended and could not be concluded from yet waits for that; a side that has become short is read
 * whole by the next cycle. */
static bool has_turn(const struct runner *runner, enum side side)
{
	const struct side_scan *scan = &runner->scans[side];

	return scan->rolled && scan->turn.end == TURN_RUNNING &&
	       (scan->turn.generation != 0 || scan->turn.unasked ||
		!rolling_fits(runner, side, scan->n_distinct));
}

void runner_slice(struct runner *runner)
{
	bool reads[SIDE_COUNT];
	struct error err;

	runner->n_slicing = 0;
	for (int side = 0; side < SIDE_COUNT; side++) {
		reads[side] = has_turn(runner, (enum side)side);
		if (reads[side] && !begin_side(runner, (enum side)side, &err)) {
			runner_store_failed(runner, &err);
			runner_phase_done(runner);
			return;
		}
		runner->n_slicing += reads[side];
	}
	if (runner->n_slicing == 0) {
		runner_phase_done(runner);
		return;
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (reads[side])
			pump(runner, (enum side)side);
	}
}
