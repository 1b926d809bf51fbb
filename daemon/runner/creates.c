/* SPDX-License-Identifier: Apache-2.0 */
/*
 * creates: who is to be created on the other side.
 */
#include "daemon/runner/lookup.h"
#include "daemon/runner/plan.h"
#include "daemon/runner/references.h"
#include "daemon/runner/untaken.h"

static bool refuse_create(struct runner *runner, enum side target, const struct person *source,
			  const struct error *why, struct error *err)
{
	const struct quarantine quarantine = {
		.target = target,
		.source_id = source->id,
		.words = str_from(why->msg),
		.content = plan_content(runner, source),
		.attempts = 1,
		.first_at = runner_now(runner),
		.last_at = runner_now(runner),
	};

	return store_quarantine_put(runner_store(runner), &quarantine, err);
}

bool plan_create(struct runner *runner, enum side target, const struct person *source,
		 struct arena *arena, struct intent *ret_intent, bool *ret_possible,
		 struct error *err)
{
	struct error why;

	*ret_intent = (struct intent){
		.kind = INTENT_CREATE,
		.target = target,
		.source_id = source->id,
		.source = untaken_without(runner, side_other(target), source, NULL, NULL, arena),
		.cycle = runner->cycle.report.id,
		.created_at = runner_now(runner),
		.reasons = STR_LIT("no counterpart\n"),
	};
	*ret_possible = merge_create(runner->table, target, &ret_intent->source, arena,
				     &ret_intent->write, &why);
	if (!*ret_possible)
		return refuse_create(runner, target, source, &why, err);
	person_init(&ret_intent->base, arena, runner->table);
	for (size_t i = 0; i < runner->table->n; i++) {
		if (runner->unreadable[i] ||
		    references_lack(runner, target, i, &ret_intent->write.values[i]))
			ret_intent->write.values[i] = (struct value){ .state = VALUE_UNKNOWN };
	}
	return true;
}

struct creating {
	struct runner *runner;
	enum side target;
	size_t n_left; /* persons who were asked for */
};

/* The target was read whole, or it was asked for this person. */
static bool is_asked(struct creating *creating, struct str id)
{
	if (!creating->runner->scans[creating->target].rolled)
		return true;
	const bool asked = lookup_allows(creating->runner->lookup, creating->target, id);

	creating->n_left -= asked;
	return asked;
}

static bool on_unlinked(void *payload, const struct person *source, struct arena *arena,
			struct error *err)
{
	struct creating *creating = payload;
	struct runner *runner = creating->runner;
	struct intent intent;
	bool possible = false;
	bool added;

	if (runner->scans[creating->target].rolled && creating->n_left == 0)
		return error_set(err, ERR_CANCELED, "nobody else was asked for");
	if (!runner_goes_on(runner, err))
		return false;
	if (!is_asked(creating, source->id))
		return true;
	return plan_create(runner, creating->target, source, arena, &intent, &possible, err) &&
	       (!possible || plan_add(runner, &intent, &added, err));
}

/* A list that shows nobody answers no question either.  One that has just outgrown the cycle has many who
 * are new, and its newest pages were not read. */
static bool is_rolled_known(const struct side_scan *scan)
{
	return side_is_known(scan) && scan->n_seen > 0 && scan->turn.generation != scan->generation;
}

/* Only what is known to be new: a person missing from a list may be there all the same. */
bool plan_may_create(const struct runner *runner, enum side target)
{
	const struct side_scan *scan = &runner->scans[target];
	const bool known = scan->rolled ? is_rolled_known(scan) : scan->complete;

	return direction_flows_from(runner->options.config->sync.create, side_other(target)) &&
	       plan_may_write(runner, target) && known &&
	       side_is_known(&runner->scans[side_other(target)]);
}

bool plan_each_new(struct runner *runner, enum side target, person_fn *fn, void *payload,
		   struct error *err)
{
	const enum side source = side_other(target);
	const struct side_scan *scan = &runner->scans[source];

	return store_unlinked_each(runner_store(runner), source,
				   scan->rolled ? 0 : scan->generation, fn, payload, err) ||
	       err->code == ERR_CANCELED;
}

bool plan_creates(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);

	if (!store_begin(store, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct creating creating = { .runner = runner,
					     .target = (enum side)side,
					     .n_left = lookup_count(runner->lookup,
								    (enum side)side) };

		if (plan_may_create(runner, creating.target) &&
		    !plan_each_new(runner, creating.target, on_unlinked, &creating, err))
			return false;
	}
	return store_commit(store, err);
}
