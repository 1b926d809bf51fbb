/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finish: the figures of the cycle, its outcome, and what is no longer kept of the history.
 */
#include "daemon/runner/references.h"

#include "base/log.h"
#include "daemon/status/report.h"
#include "state/counters.h"
#include "state/notes.h"
#include "state/users.h"

static uint64_t ceil_div(uint64_t n, uint64_t by)
{
	return (n + by - 1) / by;
}

/*
 * The least number of requests that could have done the same: the pages, one write a change (or a
 * batch), and the readings before the updates, as many in one as the API allows.
 */
static uint64_t least_requests(const struct runner *runner, enum side side)
{
	const struct mapper_caps *caps = &runner->mapper[side]->caps;
	const struct config *config = runner->options.config;
	const struct side_scan *scan = &runner->scans[side];
	const uint64_t batch = caps->batch ? config->records.batch_size : 1;
	const uint64_t list = scan->rolled ? scan->n_pages :
			      scan->began  ? scan_least_requests(&scan->scan, scan->n_distinct) :
					     0;
	const uint64_t pages = runner->n_confirmed[side] + runner->n_lookups[side] +
			       runner->n_note_requests[side] +
			       (side == SIDE_RECORDS ? runner->n_user_requests : 0) + list +
			       runner->references->n_requests[side];

	if (runner->options.dry_run)
		return pages;
	return pages + ceil_div(runner->n_creates[side], batch) +
	       ceil_div(runner->n_updates[side], batch) +
	       ceil_div(runner->n_updates[side], caps->page_max);
}

static bool count_state(struct runner *runner, struct error *err)
{
	struct cycle_report *report = &runner->cycle.report;
	struct store *store = runner_store(runner);
	int64_t links = 0;
	int64_t conflicts = 0;
	int64_t quarantined = 0;
	int64_t notes_waiting = 0;
	int64_t users_waiting = 0;

	/* Whoever was not found is met again by every push, as long as the edit waits. */
	if (runner->pushed && !store_conflict_sweep(store, "gone", report->id, err))
		return false;
	if (!store_link_count(store, &links, err) ||
	    !store_conflict_count(store, &conflicts, err) ||
	    !store_quarantine_count(store, &quarantined, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		int64_t waiting = 0;

		if (!store_intent_count(store, (enum side)side, &waiting, err))
			return false;
		report->waiting += (uint64_t)waiting;
	}
	if (!store_note_write_count(store, &notes_waiting, err) ||
	    !store_user_write_count(store, &users_waiting, err))
		return false;
	report->waiting += (uint64_t)notes_waiting + (uint64_t)users_waiting;
	for (int side = 0; side < SIDE_COUNT; side++) {
		report->put_off[side] = lookup_waits_count(&runner->waits[side]);
		report->waiting += report->put_off[side];
	}
	report->conflicts = (uint64_t)conflicts;
	report->quarantined = (uint64_t)quarantined;
	const uint64_t touched =
		runner->n_dirty + report->created[SIDE_RECORDS] + report->created[SIDE_PEOPLE];

	report->unchanged = (uint64_t)links > touched ? (uint64_t)links - touched : 0;
	return true;
}

static void count_requests(struct runner *runner)
{
	struct cycle_report *report = &runner->cycle.report;

	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats;

		sender_stats(runner->options.transport.sender[side], &stats);
		report->requests[side] = runner_requests(runner, (enum side)side);
		report->retries += stats.retries - runner->retries_before[side];
		report->requests_least[side] = least_requests(runner, (enum side)side);
	}
}

static enum outcome judge_outcome(const struct runner *runner)
{
	const struct cycle_report *report = &runner->cycle.report;
	const bool both = runner->scans[SIDE_RECORDS].began && runner->scans[SIDE_PEOPLE].began;

	if (report->failure.code == ERR_OK || report->failure.code == ERR_CANCELED)
		return report->guarded > 0 ? OUTCOME_GUARDED :
		       runner->stopping    ? OUTCOME_PARTIAL :
					     OUTCOME_OK;
	if (!both || report->failure.code == ERR_STORE || report->failure.code == ERR_AUTH)
		return OUTCOME_FAILED;
	return report->guarded > 0 ? OUTCOME_GUARDED : OUTCOME_PARTIAL;
}

static bool store_report(struct runner *runner, struct error *err)
{
	const struct config *config = runner->options.config;
	const struct cycle_report *report = &runner->cycle.report;
	const int64_t kept = (int64_t)config->sync.history_days * 86400 * NS_PER_S;
	struct store *store = runner_store(runner);
	struct buf summary;

	buf_init(&summary, REPORT_BYTES);
	report_format(report, &summary);
	const bool ok = store_begin(store, err) &&
			store_cycle_end(store, report->id, str_from(outcome_name(report->outcome)),
					buf_str(&summary), report->ended_at, err) &&
			store_counters_add(store, report, err) &&
			store_history_retain(store, report->ended_at - kept, err) &&
			store_commit(store, err);

	buf_release(&summary);
	return ok;
}

void runner_finish(struct runner *runner)
{
	struct cycle_report *report = &runner->cycle.report;
	struct error err;

	count_requests(runner);
	references_report(runner);
	if (report->failure.code != ERR_STORE &&
	    (!references_store_sought(runner, &err) || !count_state(runner, &err)))
		runner_store_failed(runner, &err);
	report->ended_at = runner_now(runner);
	report->outcome = judge_outcome(runner);
	if (report->failure.code != ERR_STORE && !store_report(runner, &err)) {
		runner_store_failed(runner, &err);
		report->outcome = OUTCOME_FAILED;
	}
	cycle_enter(&runner->cycle, PHASE_IDLE);
	runner->busy = false;
	runner_changed(runner);
	runner->options.on_done(runner->options.payload, report);
}
