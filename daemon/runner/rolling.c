/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/rolling.h"

uint32_t rolling_page_size(const struct runner *runner, enum side side)
{
	const struct config *config = runner->options.config;

	return side == SIDE_RECORDS ? config->records.page_size : config->people.items_per_page;
}

struct budget_rate rolling_rate(const struct runner *runner, enum side side)
{
	const struct config_sync *sync = &runner->options.config->sync;
	struct sender_stats stats;

	sender_stats(runner->options.transport.sender[side], &stats);
	return (struct budget_rate){ .allowed = stats.allowed_per_minute,
				     .share = sync->scan_share,
				     .interval_ns = sync->interval_ns };
}

uint64_t rolling_mark(const struct runner *runner, enum side side)
{
	return runner->table->fingerprint ^ rolling_page_size(runner, side);
}

/* Where no total is announced an empty page has to end the list. */
bool rolling_fits(const struct runner *runner, enum side side, uint64_t n_persons)
{
	const struct budget_rate rate = rolling_rate(runner, side);
	const uint32_t size = rolling_page_size(runner, side);
	const uint64_t pages = (n_persons + size - 1) / size;

	return budget_fits(&rate, runner->mapper[side]->caps.totals ? pages : pages + 1);
}

static bool prepare_side(struct runner *runner, enum side side, struct error *err)
{
	struct store *store = runner_store(runner);
	struct side_scan *scan = &runner->scans[side];
	int64_t n = 0;

	if (!store_person_count(store, side, &n, err) ||
	    !store_turn_get(store, side, &scan->turn, err))
		return false;
	/* The next one takes its place. */
	if (scan->turn.generation != 0 && scan->turn.mark != rolling_mark(runner, side))
		scan->turn = (struct turn){ .unasked = scan->turn.unasked };
	scan->rolled = scan->turn.generation != 0 || !rolling_fits(runner, side, (uint64_t)n);
	if (!scan->rolled)
		return true;
	runner->cycle.rolls = true;
	scan->n_distinct = (uint64_t)n;
	if (scan->turn.end != TURN_RUNNING) {
		scan->whole_since = scan->turn.generation;
		scan->n_distinct = scan->turn.n_distinct;
		scan->complete = scan->turn.end == TURN_WHOLE;
	}
	return store_known_get(store, side, runner->table->fingerprint, &scan->known_since, err);
}

bool rolling_prepare(struct runner *runner, struct error *err)
{
	if (!store_person_newest(runner_store(runner), &runner->newest_before, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!prepare_side(runner, (enum side)side, err))
			return false;
	}
	return true;
}

bool rolling_outgrown(const struct runner *runner, enum side side)
{
	const struct side_scan *scan = &runner->scans[side];
	const struct scan *list = &scan->scan;
	const struct budget_rate rate = rolling_rate(runner, side);

	if (runner->reach == REACH_WHOLE || scan->rolled || list->state != SCAN_RUNNING ||
	    list->in_flight > 0 || list->ended || list->failed || !list->first_answered)
		return false;
	return !budget_fits(&rate, list->n_pages > 0 ? list->n_pages : list->next_number + 1);
}

bool rolling_turn_over(struct runner *runner, enum side side, struct error *err)
{
	struct side_scan *scan = &runner->scans[side];
	struct cycle_report *report = &runner->cycle.report;
	struct store *store = runner_store(runner);
	int64_t n = 0;

	scan->rolled = runner->cycle.rolls = true;
	scan->turn = (struct turn){ .generation = scan->generation,
				    .started_at = runner_now(runner),
				    .mark = rolling_mark(runner, side),
				    .cycle = report->id - 1, /* this one's writes come behind it */
				    .newest = runner->newest_before,
				    .n_unreadable = scan->n_unreadable,
				    .was_unreadable = scan->was_unreadable };
	scan_save(&scan->scan, &scan->turn.at);
	report->kind = "incremental";
	if (!store_begin(store, err) || !store_turn_put(store, side, &scan->turn, err) ||
	    !store_cycle_kind(store, report->id, str_from(report->kind), err) ||
	    !store_person_count(store, side, &n, err) ||
	    !store_known_get(store, side, runner->table->fingerprint, &scan->known_since, err) ||
	    !store_commit(store, err))
		return false;
	scan->n_distinct = (uint64_t)n;
	return true;
}

bool rolling_known(struct runner *runner, enum side side, int64_t generation, struct error *err)
{
	return store_known_set(runner_store(runner), side, generation, runner->table->fingerprint,
			       err) &&
	       store_turn_drop(runner_store(runner), side, err);
}

bool rolling_begin_anew(struct runner *runner, enum side side, struct error *err)
{
	struct turn *turn = &runner->scans[side].turn;

	*turn = (struct turn){ .unasked = turn->unasked };
	return turn->unasked ? store_turn_put(runner_store(runner), side, turn, err) :
			       store_turn_drop(runner_store(runner), side, err);
}

bool rolling_conclude(struct runner *runner, struct error *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct side_scan *scan = &runner->scans[side];

		/* A cycle that matches twice has begun the turn anew by then. */
		if (!scan->rolled || scan->whole_since == 0 || scan->asks_on ||
		    scan->turn.generation != scan->whole_since)
			continue;
		if (!rolling_known(runner, (enum side)side, scan->whole_since, err))
			return false;
		runner->waits[side].concluded = scan->complete ? scan->turn.newest : 0;
		/* At the end of one that was not understood as a whole nobody was asked for. */
		scan->turn.unasked = scan->turn.unasked && !scan->complete;
		if (!rolling_begin_anew(runner, (enum side)side, err))
			return false;
	}
	return true;
}
