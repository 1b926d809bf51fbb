/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recover: what an earlier process or cycle left behind.
 *
 * What was never sent is decided anew.  What was sent may have happened: creates are looked for once the
 * scans are through (match.c), and recover_tells() says whether these can deny one; of updates and
 * removals the target itself tells, also once it was read.
 * An update that happened is settled as if it had been answered, so that its history is not lost and what
 * the server made of the values is not taken for somebody's edit.
 */
#include "daemon/runner/likeness.h"
#include "daemon/runner/plan.h"
#include "daemon/runner/push.h"
#include "state/unreadable.h"

static void note_late(struct runner *runner, int64_t until)
{
	struct cycle_report *report = &runner->cycle.report;

	if (report->late_until < until)
		report->late_until = until;
}

bool recover_later(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	const enum side target = job->intent.target;

	runner->keeps_sent = true;
	if (job->intent.kind != INTENT_CREATE || !push_may_come_late(job))
		return true;
	/* The server may still be at it.  It is given as long again as its answer was. */
	const int64_t until =
		runner_now(runner) + runner->options.config->endpoint[target].timeout_ns;

	note_late(runner, until);
	return store_intent_late(runner_store(runner), job->intent.id, until, err);
}

void runner_recover(struct runner *runner)
{
	struct store *store = runner_store(runner);
	struct error err;

	/* Whom a slice has shown since: before a user's edit makes somebody else of him. */
	if (!store_begin(store, &err) || !store_intent_recover(store, &err) ||
	    !store_commit(store, &err) ||
	    (runner->cycle.rolls && !match_lost_creates(runner, &err)))
		runner_store_failed(runner, &err);
	runner_phase_done(runner);
}

static enum finding finding_of(const struct runner *runner, const struct intent *intent,
			       const struct pair *pair)
{
	const struct person *now = &pair->now[intent->target];
	const bool gone = runner_is_gone(runner, pair, intent->target);

	if (intent->kind == INTENT_RESTORE)
		return !gone && now->archived_at == 0 ? FINDING_HAPPENED : FINDING_NOT;
	if (intent->kind == INTENT_REMOVE && !plan_writes_fields(runner, intent))
		return gone || now->archived_at != 0 ? FINDING_HAPPENED : FINDING_NOT;
	return gone ? FINDING_UNKNOWN : likeness_finding(runner->table, intent, now);
}

/* A list may leave out what a person's own answer holds: what it does not show is decided anew, read
 * before it is written, and stands in the history as what nobody can tell. */
static bool settle_shown(struct runner *runner, const struct intent *intent,
			 const struct person *now, struct arena *arena, struct error *err)
{
	struct intent shown = *intent;
	struct intent hidden = *intent;
	bool any_hidden = false;

	shown.write = person_copy(arena, runner->table, &intent->write);
	hidden.write = person_copy(arena, runner->table, &intent->write);
	for (size_t i = 0; intent->kind == INTENT_UPDATE && i < runner->table->n; i++) {
		const bool lacks = likeness_lacks(intent, i, now);

		(lacks ? &shown : &hidden)->write.values[i] = (struct value){ 0 };
		any_hidden = any_hidden || lacks;
	}
	return settle_found(runner, &shown, now, err) &&
	       (!any_hidden || settle_unknown(runner, &hidden, now, err));
}

static bool settle_one(void *payload, const struct intent *intent, struct arena *arena,
		       struct error *err)
{
	struct runner *runner = payload;
	struct store *store = runner_store(runner);
	struct pair pair;

	if (intent->kind == INTENT_CREATE)
		return true;
	if (!store_pair_get(store, intent->link, arena, &pair, err))
		return false;
	const bool known =
		!pair.unreadable[intent->target] &&
		(runner_is_gone(runner, &pair, intent->target) ||
		 pair.generation[intent->target] == runner->scans[intent->target].generation);

	if (!known) {
		runner->keeps_sent = true;
		return true;
	}
	switch (finding_of(runner, intent, &pair)) {
	case FINDING_HAPPENED:
		return settle_shown(runner, intent, &pair.now[intent->target], arena, err);
	case FINDING_UNKNOWN:
		return settle_unknown(runner, intent, &pair.now[intent->target], err);
	case FINDING_NOT:
		break;
	}
	return store_intent_delete(store, intent->id, err);
}

bool recover_settle(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);

	if (!store_begin(store, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!store_intent_each(store, (enum side)side, 0, UINT32_MAX, settle_one, runner,
				       err))
			return false;
	}
	return store_commit(store, err);
}

/* The target was read while the server could still carry the create out. */
static bool is_early(struct runner *runner, const struct intent *intent)
{
	const struct side_scan *scan = &runner->scans[intent->target];
	const int64_t began_at =
		scan->rolled ? scan->turn.started_at : runner->cycle.report.started_at;
	struct error err;

	/* Farther off than it was ever set: the clock was set back since. */
	if (began_at >= intent->late_until ||
	    intent->late_until - runner_now(runner) >
		    runner->options.config->endpoint[intent->target].timeout_ns)
		return false;
	(void)error_set(&err, ERR_UNCERTAIN,
			"%s: the creation of a person timed out, and the server may still be at it",
			side_name(intent->target));
	cycle_note_lost_create(&runner->cycle, intent->target, &err);
	note_late(runner, intent->late_until);
	return true;
}

bool recover_tells(struct runner *runner, const struct intent *intent, bool *ret_tells,
		   struct error *err)
{
	const struct side_scan *scan = &runner->scans[intent->target];
	bool perhaps = false;

	if (!store_unreadable_stranger(runner_store(runner), intent->target, intent->sent_at,
				       &perhaps, err))
		return false;
	*ret_tells = scan->complete && !scan->asks_on && !perhaps && !is_early(runner, intent) &&
		     (!scan->rolled || scan->turn.cycle >= intent->cycle);
	return !*ret_tells || scan->n_distinct > 0 ||
	       store_scan_since(runner_store(runner), intent->target, intent->sent_at,
				scan->whole_since, ret_tells, err);
}
