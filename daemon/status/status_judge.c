/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/status.h"

#include "base/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Nothing new for so long, and for so many of the usual rounds, is stale. */
#define STALE_NS (60 * 60 * NS_PER_S)
#define STALE_TURNS 4

const char *status_mode_name(enum status_mode mode)
{
	static const char *const names[] = {
		[MODE_DAEMON] = "daemon",
		[MODE_ONESHOT] = "oneshot",
	};
	static_assert(COUNT_OF(names) == MODE_COUNT, "every mode has a name");

	return names[mode];
}

const char *status_state_name(enum status_state state)
{
	static const char *const names[] = {
		[STATE_STARTING] = "starting", [STATE_IDLE] = "idle",
		[STATE_SCANNING] = "scanning", [STATE_MATCHING] = "matching",
		[STATE_PUSHING] = "pushing",   [STATE_BACKING_OFF] = "backing_off",
		[STATE_STOPPING] = "stopping", [STATE_STOPPED] = "stopped",
	};
	static_assert(COUNT_OF(names) == STATE_COUNT, "every state has a name");

	return names[state];
}

const char *health_name(enum health health)
{
	static const char *const names[] = {
		[HEALTH_OK] = "ok",
		[HEALTH_DEGRADED] = "degraded",
		[HEALTH_FAILING] = "failing",
	};
	static_assert(COUNT_OF(names) == HEALTH_COUNT, "every health has a name");

	return names[health];
}

enum status_state status_state_of(enum phase phase)
{
	static const enum status_state states[] = {
		[PHASE_IDLE] = STATE_IDLE,        [PHASE_LOAD] = STATE_SCANNING,
		[PHASE_RECOVER] = STATE_PUSHING,  [PHASE_SCAN] = STATE_SCANNING,
		[PHASE_CONFIRM] = STATE_SCANNING, [PHASE_MATCH] = STATE_MATCHING,
		[PHASE_LOOKUP] = STATE_MATCHING,  [PHASE_MERGE] = STATE_MATCHING,
		[PHASE_PUSH] = STATE_PUSHING,     [PHASE_NOTES] = STATE_PUSHING,
		[PHASE_SLICE] = STATE_SCANNING,   [PHASE_FINISH] = STATE_PUSHING,
	};
	static_assert(COUNT_OF(states) == PHASE_COUNT, "every phase has its state");

	return states[phase];
}

/* ---- Health ---- */

static void blame(struct status *status, enum health health, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void blame(struct status *status, enum health health, const char *fmt, ...)
{
	struct status_reasons *reasons = &status->reasons;
	va_list args;

	if (health > status->health)
		status->health = health;
	if (reasons->n == STATUS_REASONS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(reasons->texts[reasons->n], sizeof(reasons->texts[0]), fmt, args);
	va_end(args);
	reasons->n++;
}

/* A cycle that was told to stop; a daemon goes on with it at its next start. */
static bool was_cut(const struct status *status)
{
	const enum err_code code = status->last_cycle.failure.code;

	return status->mode == MODE_DAEMON && (code == ERR_OK || code == ERR_CANCELED);
}

static void judge_last_cycle(struct status *status)
{
	const struct cycle_report *last = &status->last_cycle;

	if (last->outcome == OUTCOME_FAILED && last->failure.code == ERR_STORE)
		blame(status, HEALTH_FAILING, "the state cannot be read or written");
	else if (last->outcome == OUTCOME_FAILED)
		blame(status, HEALTH_FAILING, "the last cycle failed: %s, %s",
		      side_name(last->failure_side), err_code_name(last->failure.code));
	if (last->outcome == OUTCOME_GUARDED)
		blame(status, HEALTH_DEGRADED, "the guard holds back %" PRIu64 " changes",
		      last->guarded);
	if (last->outcome == OUTCOME_PARTIAL && !was_cut(status))
		blame(status, HEALTH_DEGRADED, "the last cycle left work for the next one");
	/* With an authorisation lost the side is there and yet nothing works. */
	const struct status_side *side = &status->sides[last->failure_side];

	if (last->outcome != OUTCOME_FAILED && last->failure.code == ERR_AUTH &&
	    !side->token_refused && !side->writes_refused)
		blame(status, HEALTH_FAILING, "%s refuses the token",
		      side_name(last->failure_side));
}

/* Nothing is wrong with that: they only wait. */
static void name_put_off(struct status *status)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		const uint64_t n = status->last_cycle.put_off[side];

		if (n > 0)
			blame(status, HEALTH_OK,
			      "persons that are created when the whole list of %s has been read: "
			      "%" PRIu64,
			      side_name((enum side)side), n);
	}
}

/* ---- The sides ---- */

struct moment {
	char text[CLOCK_TEXT_BYTES + 16];
};

/* A probe is a request of a cycle: it does not come before that. */
static struct moment next_probe(const struct status *status, const struct status_side *side)
{
	const int64_t at = side->next_probe_at > status->next_cycle_at ? side->next_probe_at :
									 status->next_cycle_at;
	char when[CLOCK_TEXT_BYTES];
	struct moment probe = { "a probe is due" };

	if (at > status->updated_at) {
		clock_format(at, 0, when);
		(void)snprintf(probe.text, sizeof(probe.text), "next probe at %s", when);
	}
	return probe;
}

static void judge_side(struct status *status, enum side i)
{
	const struct status_side *side = &status->sides[i];
	const struct moment probe = next_probe(status, side);
	char when[CLOCK_TEXT_BYTES];

	if (side->circuit != BREAKER_CLOSED) {
		clock_format(side->failing_since, 0, when);
		blame(status, HEALTH_FAILING,
		      "%s does not answer, or only with errors, since %s; %s", side_name(i), when,
		      probe.text);
	} else if (!side->reachable) {
		blame(status, HEALTH_FAILING, "%s cannot be reached", side_name(i));
	}
	if (side->token_refused)
		blame(status, HEALTH_FAILING, "%s refuses the token; %s", side_name(i), probe.text);
	else if (side->writes_refused)
		blame(status, HEALTH_FAILING, "%s refuses every write; %s", side_name(i),
		      probe.text);
	if (side->told_until > status->updated_at) {
		clock_format(side->told_until, 0, when);
		blame(status, HEALTH_DEGRADED, "%s asked to be left alone until %s", side_name(i),
		      when);
	}
}

/* Much longer than a daemon takes when all is well, however long its readings and its pauses are. */
static void judge_freshness(struct status *status)
{
	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct status_freshness *side = &status->freshness[i];
		const int64_t since = side->last_complete_scan_at > status->started_at ?
					      side->last_complete_scan_at :
					      status->started_at;
		const int64_t usual = STALE_TURNS * (status->interval_ns + side->turn_ns);
		const int64_t limit = usual > STALE_NS ? usual : STALE_NS;

		if (status->updated_at - since > limit)
			blame(status, HEALTH_DEGRADED,
			      "stale: %s has not been read whole for %" PRId64 " min",
			      side_name((enum side)i),
			      (status->updated_at - since) / (60 * NS_PER_S));
	}
}

void status_judge(struct status *status)
{
	const struct status_totals *totals = &status->totals;

	status->health = HEALTH_OK;
	status->reasons.n = 0;
	for (int side = 0; side < SIDE_COUNT; side++)
		judge_side(status, (enum side)side);
	if (status->has_last_cycle)
		judge_last_cycle(status);
	if (status->mode == MODE_DAEMON)
		judge_freshness(status);
	if (status->config_refused)
		blame(status, HEALTH_DEGRADED,
		      "the changed configuration is refused, the old one is in force; see the log");
	if (totals->conflicts > 0)
		blame(status, HEALTH_DEGRADED, "conflicts that wait for a decision: %" PRId64,
		      totals->conflicts);
	if (totals->quarantined > 0)
		blame(status, HEALTH_DEGRADED,
		      "refused writes and unreadable persons in quarantine: %" PRId64,
		      totals->quarantined);
	if (status->has_last_cycle)
		name_put_off(status);
}
