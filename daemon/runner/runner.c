/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner: the phases in their order.  core/cycle.h says which phase follows which; each phase is a
 * file of its own here.
 */
#include "daemon/config/mapping.h"
#include "daemon/runner/lookup.h"
#include "daemon/runner/references.h"
#include "daemon/runner/rolling.h"

#include <assert.h>
#include <string.h>

int64_t runner_now(const struct runner *runner)
{
	return runner->options.transport.ops->now(runner->options.transport.self);
}

void runner_changed(struct runner *runner)
{
	if (runner->options.on_change != NULL)
		runner->options.on_change(runner->options.payload);
}

bool runner_goes_on(struct runner *runner, struct error *err)
{
	runner_changed(runner);
	return !runner->stopping || error_set(err, ERR_CANCELED, "told to stop");
}

static void note_requests_before(struct runner *runner)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats;

		sender_stats(runner->options.transport.sender[side], &stats);
		runner->requests_before[side] = stats.requests;
		runner->retries_before[side] = stats.retries;
	}
}

uint64_t runner_requests(const struct runner *runner, enum side side)
{
	struct sender_stats stats;

	sender_stats(runner->options.transport.sender[side], &stats);
	return stats.requests - runner->requests_before[side];
}

void side_scan_reset(struct side_scan *scan)
{
	VEC_RELEASE(&scan->known);
	*scan = (struct side_scan){ .scan = { .total = -1 } };
}

struct runner *runner_new(const struct runner_options *options)
{
	struct runner *runner = alloc_zeroed(1, sizeof(*runner));
	const struct config *config = options->config;

	*runner = (struct runner){ .options = *options, .table = &config->fields };
	for (int side = 0; side < SIDE_COUNT; side++)
		runner->mapper[side] = mapping_mapper(config, (enum side)side);
	runner->context = mapping_context(config);
	runner->references = references_new(runner);
	runner->context.on_missed = references_on_missed;
	runner->context.missed_payload = runner;
	return runner;
}

void runner_free(struct runner *runner)
{
	if (runner == NULL)
		return;
	references_free(runner->references);
	lookup_free(runner->lookup);
	for (int side = 0; side < SIDE_COUNT; side++) {
		side_scan_reset(&runner->scans[side]);
		VEC_RELEASE(&runner->unsure[side]);
		lookup_waits_release(&runner->waits[side]);
	}
	VEC_RELEASE(&runner->clashed);
	arena_release(&runner->unsure_arena);
	free(runner);
}

static void start_phase(struct runner *runner)
{
	static void (*const phases[])(struct runner *) = {
		[PHASE_IDLE] = NULL,
		[PHASE_LOAD] = runner_load,
		[PHASE_RECOVER] = runner_recover,
		[PHASE_SCAN] = runner_scan,
		[PHASE_CONFIRM] = runner_confirm,
		[PHASE_MATCH] = runner_match,
		[PHASE_LOOKUP] = runner_lookup,
		[PHASE_MERGE] = runner_merge,
		[PHASE_PUSH] = runner_push,
		[PHASE_USERS] = runner_users,
		[PHASE_NOTES] = runner_notes,
		[PHASE_SLICE] = runner_slice,
		[PHASE_FINISH] = runner_finish,
	};
	static_assert(COUNT_OF(phases) == PHASE_COUNT, "every phase has its function");

	runner_changed(runner);
	phases[runner->cycle.phase](runner);
}

/* Nothing can be decided while a side has not answered at all.  One of which nothing is known yet is not
 * asked before the slice. */
static bool is_blind(const struct runner *runner)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct side_scan *scan = &runner->scans[side];

		if (!scan->began && !scan->complete && (!scan->rolled || scan->known_since != 0))
			return true;
	}
	return false;
}

static bool must_finish(const struct runner *runner)
{
	const enum err_code code = runner->cycle.report.failure.code;

	if (runner->stopping || code == ERR_STORE || code == ERR_INTERNAL)
		return true;
	if (runner->cycle.phase == PHASE_LOAD)
		return code != ERR_OK;
	return runner->cycle.phase == PHASE_SCAN && is_blind(runner);
}

void runner_phase_done(struct runner *runner)
{
	const enum phase next =
		must_finish(runner) ? PHASE_FINISH : cycle_after(&runner->cycle, runner->again);

	assert(runner->busy);
	cycle_enter(&runner->cycle, next);
	if (next == PHASE_MERGE || next == PHASE_MATCH)
		runner->again = false;
	start_phase(runner);
}

void runner_store_failed(struct runner *runner, const struct error *err)
{
	store_rollback(runner_store(runner));
	cycle_note_failure(&runner->cycle, SIDE_RECORDS, err);
	runner->stopping = true;
}

static void begin(void *payload)
{
	struct runner *runner = payload;

	cycle_enter(&runner->cycle, PHASE_LOAD);
	start_phase(runner);
}

struct merge_rules runner_rules(const struct config *config, int64_t now)
{
	const struct config_sync *sync = &config->sync;

	return (struct merge_rules){
		.direction = sync->direction,
		.newest_fallback =
			sync->newest_fallback == SIDE_PEOPLE ? POLICY_PEOPLE : POLICY_RECORDS,
		.clock_tolerance_ns = sync->clock_tolerance_ns,
		.now = now,
	};
}

static void forget_last_cycle(struct runner *runner)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		/* What a slice was not sure of is asked for by this cycle. */
		if (!runner->scans[side].rolled)
			runner->unsure[side].n = 0;
		side_scan_reset(&runner->scans[side]);
		runner->n_updates[side] = runner->n_creates[side] = 0;
		runner->n_confirmed[side] = runner->n_lookups[side] = 0;
		runner->n_note_requests[side] = 0;
		runner->n_user_requests = 0;
		runner->halted[side] = false;
	}
	if (runner->unsure[SIDE_RECORDS].n + runner->unsure[SIDE_PEOPLE].n == 0)
		arena_reset(&runner->unsure_arena);
	lookup_free(runner->lookup);
	runner->lookup = NULL;
	runner->stopping = runner->again = runner->pushed = false;
	runner->n_dirty = runner->intents_done = runner->intents_total = 0;
	runner->clashed.n = 0;
	runner->removals_held = runner->changes_held = runner->changes_allowed = false;
	runner->keeps_sent = false;
	runner->n_changed = 0;
	memset(runner->n_cleared, 0, sizeof(runner->n_cleared));
}

static bool note_start(struct runner *runner, struct error *err)
{
	struct cycle_report *report = &runner->cycle.report;

	if (runner->reach != REACH_WHOLE && !rolling_prepare(runner, err))
		return false;
	report->kind = runner->cycle.rolls ? "incremental" : "full";
	return store_cycle_start(runner_store(runner), str_from(report->kind), report->started_at,
				 &report->id, err);
}

void runner_start(struct runner *runner, enum reach reach)
{
	static const enum removal_rule records_rules[] = { [RECORDS_REMOVAL_ARCHIVE] = RULE_ARCHIVE,
							   [RECORDS_REMOVAL_IGNORE] = RULE_KEEP,
							   [RECORDS_REMOVAL_DELETE] = RULE_DELETE };
	static const enum removal_rule people_rules[] = { [PEOPLE_REMOVAL_UNLINK] = RULE_KEEP,
							  [PEOPLE_REMOVAL_DELETE] = RULE_DELETE,
							  [PEOPLE_REMOVAL_TAG] = RULE_TAG };
	const struct config_sync *sync = &runner->options.config->sync;
	struct cycle_report *report = &runner->cycle.report;
	struct error err;

	assert(!runner->busy);
	runner->busy = true;
	runner->reach = reach;
	forget_last_cycle(runner);
	runner->cycle = (struct cycle){ .dry_run = runner->options.dry_run };
	report->n_cycles = 1;
	report->started_at = runner_now(runner);
	runner->rules = runner_rules(runner->options.config, report->started_at);
	runner->removal_rules = (struct removal_rules){
		.of = { [SIDE_RECORDS] = records_rules[sync->on_records_removed],
			[SIDE_PEOPLE] = people_rules[sync->on_people_removed] },
		.removal_wins = sync->on_edited_removed == EDITED_REMOVAL_WINS,
	};
	note_requests_before(runner);
	if (!note_start(runner, &err))
		runner_store_failed(runner, &err);
	runner->options.transport.ops->defer(runner->options.transport.self, begin, runner);
}

void runner_stop(struct runner *runner)
{
	runner->stopping = true;
}

void runner_view(const struct runner *runner, struct runner_view *ret_view)
{
	*ret_view = (struct runner_view){ .phase = runner->cycle.phase,
					  .cycle = runner->cycle.report.id,
					  .started_at = runner->cycle.report.started_at,
					  .intents_done = runner->intents_done,
					  .intents_total = runner->intents_total,
					  .report = runner->cycle.report };
	for (int side = 0; side < SIDE_COUNT; side++) {
		ret_view->seen[side] = runner->scans[side].n_seen;
		ret_view->total[side] = runner->scans[side].scan.total;
		ret_view->rolled[side] = runner->scans[side].rolled;
	}
}
