/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cycle.h"

#include <assert.h>

#define TO(phase) (1u << (phase))

static const unsigned permitted[] = {
	[PHASE_IDLE] = TO(PHASE_LOAD),
	[PHASE_LOAD] = TO(PHASE_RECOVER) | TO(PHASE_FINISH),
	[PHASE_RECOVER] = TO(PHASE_SCAN) | TO(PHASE_FINISH),
	[PHASE_SCAN] = TO(PHASE_CONFIRM) | TO(PHASE_FINISH),
	[PHASE_CONFIRM] = TO(PHASE_MATCH) | TO(PHASE_FINISH),
	[PHASE_MATCH] = TO(PHASE_LOOKUP) | TO(PHASE_MERGE) | TO(PHASE_FINISH),
	[PHASE_LOOKUP] = TO(PHASE_MATCH) | TO(PHASE_MERGE) | TO(PHASE_FINISH),
	[PHASE_MERGE] = TO(PHASE_PUSH) | TO(PHASE_USERS) | TO(PHASE_FINISH),
	[PHASE_PUSH] = TO(PHASE_MERGE) | TO(PHASE_USERS) | TO(PHASE_FINISH),
	[PHASE_USERS] = TO(PHASE_NOTES) | TO(PHASE_FINISH),
	[PHASE_NOTES] = TO(PHASE_SLICE) | TO(PHASE_FINISH),
	[PHASE_SLICE] = TO(PHASE_FINISH),
	[PHASE_FINISH] = TO(PHASE_IDLE),
};
static_assert(COUNT_OF(permitted) == PHASE_COUNT, "every phase has its edges");

void cycle_enter(struct cycle *cycle, enum phase phase)
{
	assert((permitted[cycle->phase] & TO(phase)) != 0);
	if (phase == PHASE_MERGE)
		cycle->merge_rounds++;
	cycle->phase = phase;
}

enum phase cycle_after(const struct cycle *cycle, bool again)
{
	static const enum phase next[] = {
		[PHASE_IDLE] = PHASE_LOAD,     [PHASE_LOAD] = PHASE_RECOVER,
		[PHASE_RECOVER] = PHASE_SCAN,  [PHASE_SCAN] = PHASE_CONFIRM,
		[PHASE_CONFIRM] = PHASE_MATCH, [PHASE_MATCH] = PHASE_MERGE,
		[PHASE_LOOKUP] = PHASE_MERGE,  [PHASE_MERGE] = PHASE_PUSH,
		[PHASE_PUSH] = PHASE_USERS,    [PHASE_USERS] = PHASE_NOTES,
		[PHASE_NOTES] = PHASE_FINISH,  [PHASE_SLICE] = PHASE_FINISH,
		[PHASE_FINISH] = PHASE_IDLE,
	};
	static_assert(COUNT_OF(next) == PHASE_COUNT, "every phase has a successor");

	if (cycle->phase == PHASE_MERGE && cycle->dry_run)
		return PHASE_USERS;
	if (cycle->phase == PHASE_PUSH && again && cycle->merge_rounds < CYCLE_MERGE_ROUNDS)
		return PHASE_MERGE;
	if (cycle->phase == PHASE_MATCH && cycle->rolls)
		return PHASE_LOOKUP;
	if (cycle->phase == PHASE_LOOKUP && again)
		return PHASE_MATCH;
	if (cycle->phase == PHASE_NOTES && cycle->rolls && !cycle->dry_run)
		return PHASE_SLICE;
	return next[cycle->phase];
}

/* How much a failure says about the whole cycle; a higher one is kept. */
static int severity(enum err_code code)
{
	static const int ranks[] = {
		[ERR_OK] = 0,        [ERR_CANCELED] = 1,  [ERR_GONE] = 1,
		[ERR_REJECTED] = 1,  [ERR_UNCERTAIN] = 2, [ERR_RATE_LIMITED] = 2,
		[ERR_TRANSIENT] = 3, [ERR_MALFORMED] = 4, [ERR_AUTH] = 5,
		[ERR_LOCKED] = 6,    [ERR_FOREIGN] = 6,   [ERR_CONFIG] = 6,
		[ERR_CREATE] = 6,    [ERR_USAGE] = 6,     [ERR_STORE] = 7,
		[ERR_INTERNAL] = 8,
	};
	static_assert(COUNT_OF(ranks) == ERR_CODE_COUNT, "every code has a rank");

	return ranks[code];
}

static void keep_worse(struct cycle *cycle, enum side side, const struct error *err)
{
	if (severity(err->code) <= severity(cycle->report.failure.code))
		return;
	cycle->report.failure = *err;
	cycle->report.failure_side = side;
}

void cycle_note_failure(struct cycle *cycle, enum side side, const struct error *err)
{
	cycle->report.n_failures++;
	keep_worse(cycle, side, err);
}

void cycle_note_lost_create(struct cycle *cycle, enum side side, const struct error *err)
{
	cycle->report.n_lost_creates++;
	keep_worse(cycle, side, err);
}

bool cycle_lost_creates_only(const struct cycle_report *report)
{
	const enum err_code code = report->failure.code;

	return report->n_lost_creates > 0 && report->n_failures == 0 &&
	       (code == ERR_TRANSIENT || code == ERR_UNCERTAIN);
}

void cycle_report_add(struct cycle_report *report, const struct cycle_report *next)
{
	const struct cycle_report before = *report;

	*report = *next;
	report->n_cycles += before.n_cycles;
	report->started_at = before.started_at;
	for (int side = 0; side < SIDE_COUNT; side++) {
		report->created[side] += before.created[side];
		report->updated[side] += before.updated[side];
		report->removed[side] += before.removed[side];
		report->notes[side] += before.notes[side];
		report->references[side] += before.references[side];
		report->requests[side] += before.requests[side];
		report->requests_least[side] += before.requests_least[side];
	}
	report->users += before.users;
	report->linked += before.linked;
	report->retries += before.retries;
	/* What the one wrote to is unchanged for the other. */
	if (before.unchanged < next->unchanged)
		report->unchanged = before.unchanged;
}

const char *phase_name(enum phase phase)
{
	static const char *const names[] = {
		[PHASE_IDLE] = "idle",     [PHASE_LOAD] = "load",       [PHASE_RECOVER] = "recover",
		[PHASE_SCAN] = "scan",     [PHASE_CONFIRM] = "confirm", [PHASE_MATCH] = "match",
		[PHASE_LOOKUP] = "lookup", [PHASE_MERGE] = "merge",     [PHASE_PUSH] = "push",
		[PHASE_USERS] = "users",   [PHASE_NOTES] = "notes",     [PHASE_SLICE] = "slice",
		[PHASE_FINISH] = "finish",
	};
	static_assert(COUNT_OF(names) == PHASE_COUNT, "every phase has a name");

	return names[phase];
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_OK] = "ok",
		[OUTCOME_PARTIAL] = "partial",
		[OUTCOME_GUARDED] = "guarded",
		[OUTCOME_FAILED] = "failed",
	};
	static_assert(COUNT_OF(names) == OUTCOME_COUNT, "every outcome has a name");

	return names[outcome];
}
