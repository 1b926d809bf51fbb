/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle_removal: stores that a person was removed from its side, or brought back.
 */
#include "daemon/runner/plan.h"
#include "daemon/runner/push.h"

#include "state/removals.h"

static bool add_note(const struct job *job, const char *action, const char *what, struct error *err)
{
	struct runner *runner = job->push->runner;
	const struct intent *intent = &job->intent;
	const struct history_entry entry = {
		.cycle = runner->cycle.report.id,
		.link = intent->link,
		.at = runner_now(runner),
		.side = intent->target,
		.side_id = intent->target_id,
		.action = str_from(action),
		.new_value = str_from(what),
		.reason = intent_reason(intent, (struct str){ "", 0 }),
	};

	return store_history_add(runner_store(runner), &entry, err);
}

/* What is known of the target from now on: what it answered, or that it is not there. */
static bool know_target(const struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	const enum side target = job->intent.target;
	const int64_t generation = runner->scans[target].generation;
	enum observation observation;

	if (job->was_gone)
		return store_person_gone(runner_store(runner), target, job->intent.target_id,
					 generation + 1, runner->cycle.report.id, err);
	return runner_observe(runner, target, &job->answer, NULL, generation, &observation, err);
}

bool settle_removed(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	struct store *store = runner_store(runner);
	const struct intent *intent = &job->intent;
	const bool tagged = plan_writes_fields(runner, intent);
	struct arena arena = { 0 };
	struct pair pair;
	bool ok = know_target(job, err) && store_pair_get(store, intent->link, &arena, &pair, err);

	if (ok) {
		const bool archived = pair.now[SIDE_PEOPLE].archived_at != 0;

		ok = (tagged ? settle_add_history(job, intent->link, err) :
			       add_note(job, "remove", job->was_gone ? "deleted" : "archived",
					err)) &&
		     store_link_dissolve(store, intent->link,
					 archived ? LINK_END_ARCHIVED : LINK_END_REMOVED, err);
	}
	arena_release(&arena);
	if (tagged)
		runner->cycle.report.updated[intent->target] += ok;
	else
		runner->cycle.report.removed[intent->target] += ok;
	return ok;
}

bool settle_restored(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	struct store *store = runner_store(runner);

	runner->again = true;
	runner->cycle.report.updated[job->intent.target]++;
	return know_target(job, err) && add_note(job, "restore", "un-archived", err) &&
	       store_quarantine_lift(store, job->intent.target, job->intent.link,
				     (struct str){ NULL, 0 }, err) &&
	       store_intent_delete(store, job->intent.id, err);
}
