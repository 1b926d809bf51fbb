/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: merges the pairs of which a side differs and decides what is to be created; all of it stands as
 * intents in the state before anything is sent.
 */
#include "daemon/runner/plan.h"

#include "daemon/runner/admit.h"
#include "daemon/runner/blast.h"
#include "daemon/runner/flap.h"
#include "daemon/runner/references.h"
#include "daemon/runner/removals.h"
#include "daemon/runner/untaken.h"
#include "daemon/runner/wishes.h"
#include "daemon/runner/yield.h"
#include "state/unreadable.h"

#include <stdint.h>

/* Links a transaction. */
#define MERGE_BATCH 256

bool plan_may_write(const struct runner *runner, enum side target)
{
	return direction_flows_from(runner->rules.direction, side_other(target));
}

static void describe_reasons(const struct runner *runner, const struct merge_result *merged,
			     const struct intent *intent, bool yields, struct buf *out)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (intent->write.values[i].state == VALUE_UNKNOWN)
			continue;
		buf_add_str(out, runner->table->fields[i].name);
		buf_addf(out, ": %s\n",
			 yields ? "given up first, somebody else is to have it" :
				  merged->fields[i].reason);
	}
}

struct digest plan_content(const struct runner *runner, const struct person *write)
{
	struct person content = *write;

	content.archived_at = 0;
	return person_digest(&content, runner->table);
}

bool plan_writes_fields(const struct runner *runner, const struct intent *intent)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (intent->write.values[i].state != VALUE_UNKNOWN)
			return true;
	}
	return false;
}

struct digest plan_intent_content(const struct runner *runner, const struct intent *intent)
{
	return plan_content(runner,
			    plan_writes_fields(runner, intent) ? &intent->write : &intent->base);
}

bool plan_is_refused(struct runner *runner, const struct intent *intent, bool *ret_refused,
		     struct error *err)
{
	const struct digest content = plan_intent_content(runner, intent);
	const struct str source =
		intent->kind == INTENT_CREATE ? intent->source_id : (struct str){ NULL, 0 };

	return store_quarantine_blocks(runner_store(runner), intent->target, intent->link, source,
				       &content, ret_refused, err);
}

bool plan_add(struct runner *runner, const struct intent *intent, bool *ret_added,
	      struct error *err)
{
	struct store *store = runner_store(runner);
	bool waits = false;
	bool blocked = false;
	int64_t id;

	*ret_added = false;
	if (!admit_intent(runner->options.admit, intent, runner->table))
		return true;
	if (runner->keeps_sent && !store_intent_of_link(store, intent->link, &waits, err))
		return false;
	if (!plan_is_refused(runner, intent, &blocked, err))
		return false;
	if (waits || blocked)
		return true;
	*ret_added = true;
	if (intent->kind == INTENT_CREATE)
		runner->n_creates[intent->target]++;
	else
		runner->n_updates[intent->target]++;
	runner->intents_total++;
	runner_changed(runner);
	return store_intent_add(store, intent, &id, err);
}

/*
 * What is to be written.  A record that holds one e-mail shows one of people's: where both sides are to
 * change, people's half comes first, or its failure would leave a removal forgotten.  A plan shows both.
 */
static void take_writes(struct runner *runner, const struct merge_result *merged, enum side target,
			struct intent *intent)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		const struct field *field = &runner->table->fields[i];
		const struct field_merge *merge = &merged->fields[i];
		const bool later = target == SIDE_RECORDS && field->single[SIDE_RECORDS] &&
				   field_shape(field->type) == SHAPE_SET &&
				   merge->write[SIDE_PEOPLE].state != VALUE_UNKNOWN;

		if ((!later || runner->options.dry_run) &&
		    !references_lack(runner, target, i, &merge->write[target]))
			intent->write.values[i] = merge->write[target];
	}
}

/* A value that the last reading left out is older than that: it has to be read before it is written. */
static void date_base(const struct runner *runner, const struct person *seen, struct intent *intent)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (intent->write.values[i].state != VALUE_UNKNOWN &&
		    seen->values[i].state == VALUE_UNKNOWN)
			intent->base.seen_at = 0;
	}
}

/* *ret_added false: the same write was refused before, or is none of those that are asked for. */
static bool add_update(struct runner *runner, const struct pair *pair,
		       const struct merge_result *merged, enum side target, struct arena *arena,
		       bool *ret_added, struct error *err)
{
	const enum side source = side_other(target);
	struct intent intent = {
		.kind = INTENT_UPDATE,
		.target = target,
		.link = pair->link.id,
		.target_id = pair->link.side_id[target],
		.source_id = pair->link.side_id[source],
		.source = merged->now[source],
		.base = merged->now[target],
		.cycle = runner->cycle.report.id,
		.created_at = runner_now(runner),
	};
	struct buf reasons;

	person_init(&intent.write, arena, runner->table);
	intent.write.id = intent.target_id;
	take_writes(runner, merged, target, &intent);
	date_base(runner, &pair->now[target], &intent);
	if (!flap_freeze(runner, pair, merged, target, &intent.write, err))
		return false;
	*ret_added = false;
	if (!plan_writes_fields(runner, &intent))
		return true;
	untaken_keep(runner, pair, &intent, arena);
	const bool yields = yield_first(runner, pair, &intent, arena);

	buf_init(&reasons, SIZE_MAX / 2);
	describe_reasons(runner, merged, &intent, yields, &reasons);
	intent.reasons = buf_str(&reasons);
	runner->again = runner->again || yields;
	const bool ok = plan_add(runner, &intent, ret_added, err);

	buf_release(&reasons);
	return ok;
}

/* Not on a list that was read to its end, and nobody could say whether it is gone: it is not written. */
static bool is_missing(const struct runner *runner, const struct pair *pair, enum side side)
{
	return runner->scans[side].whole_since != 0 &&
	       pair->generation[side] < runner->scans[side].whole_since;
}

/*
 * At most one write in flight per link: what the other side is to get is merged again after it, with
 * what this one has become.  People first: their lists hold what a record with one e-mail cannot; but
 * in the last round records, so that a people write that keeps failing does not hold them up.  A plan
 * shows both.
 */
static bool add_updates(struct runner *runner, const struct pair *pair,
			const struct merge_result *merged, struct arena *arena, bool *ret_added,
			struct error *err)
{
	static const enum side people_first[] = { SIDE_PEOPLE, SIDE_RECORDS };
	static const enum side records_first[] = { SIDE_RECORDS, SIDE_PEOPLE };
	const enum side *order =
		runner->cycle.merge_rounds < CYCLE_MERGE_ROUNDS ? people_first : records_first;
	const bool both = merged->writes[SIDE_RECORDS] && merged->writes[SIDE_PEOPLE];

	for (size_t i = 0; i < SIDE_COUNT; i++) {
		bool added = false;

		if (is_missing(runner, pair, order[i]))
			continue;
		/* What was refused is not wanted any more. */
		if (!merged->writes[order[i]] &&
		    !store_quarantine_lift(runner_store(runner), order[i], pair->link.id,
					   (struct str){ NULL, 0 }, err))
			return false;
		if (merged->writes[order[i]] &&
		    !add_update(runner, pair, merged, order[i], arena, &added, err))
			return false;
		*ret_added = *ret_added || added;
		if (both && added && !runner->options.dry_run) {
			runner->again = true;
			return true;
		}
	}
	return true;
}

static bool report_conflicts(struct runner *runner, const struct pair *pair,
			     const struct merge_result *merged, struct error *err)
{
	struct store *store = runner_store(runner);
	const int64_t cycle = runner->cycle.report.id;

	for (size_t i = 0; i < runner->table->n && merged->n_conflicts > 0; i++) {
		if (merged->fields[i].verdict != VERDICT_CONFLICT)
			continue;
		const struct conflict conflict = {
			.kind = STR_LIT("field"),
			.link = pair->link.id,
			.field = runner->table->fields[i].name,
			.side_id = { pair->link.side_id[0], pair->link.side_id[1] },
			.evidence = str_from(merged->fields[i].reason),
			.first_cycle = cycle,
			.last_cycle = cycle,
		};

		if (!store_conflict_put(store, &conflict, err))
			return false;
	}
	return store_conflict_sweep_link(store, pair->link.id, cycle, err);
}

/* What is staged is what the side really holds, with values that it did not say taken from before. */
static bool settle_agreed(struct runner *runner, const struct pair *pair,
			  struct merge_result *merged, enum side side, struct error *err)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (pair->now[side].values[i].state != VALUE_UNKNOWN)
			merged->now[side].values[i] = pair->now[side].values[i];
	}
	return store_settle(runner_store(runner), pair->link.id, side, &merged->now[side],
			    &merged->shadow[side], err);
}

void plan_merge(struct runner *runner, const struct pair *pair, struct arena *arena,
		struct merge_result *ret_merged)
{
	struct person known[SIDE_COUNT];
	struct merge_side sides[SIDE_COUNT];

	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct person *shadow = pair->has_shadow[side] ? &pair->shadow[side] : NULL;

		known[side] = untaken_without(runner, (enum side)side, &pair->now[side], shadow,
					      &pair->now[side_other((enum side)side)], arena);
		sides[side] = (struct merge_side){
			.now = &known[side],
			.shadow = shadow,
			.old_seen_at = pair->old_seen_at[side],
		};
	}
	merge_pair(runner->table, &runner->rules, sides, arena, ret_merged);
}

bool plan_was_refused(struct runner *runner, const struct pair *pair, enum side target,
		      bool *ret_refused, struct error *err)
{
	struct arena arena = { 0 };
	struct merge_result merged;
	struct intent intent = { .kind = INTENT_UPDATE, .target = target, .link = pair->link.id };

	plan_merge(runner, pair, &arena, &merged);
	person_init(&intent.write, &arena, runner->table);
	intent.base = merged.now[target];
	take_writes(runner, &merged, target, &intent);
	untaken_keep(runner, pair, &intent, &arena);
	const bool ok = !plan_writes_fields(runner, &intent) ||
			plan_is_refused(runner, &intent, ret_refused, err);

	arena_release(&arena);
	return ok;
}

/* A rolled side is being read with another field table, and has not come to this person: what it holds in
 * the new fields would have to be asked for one by one. */
static bool is_unread(const struct runner *runner, const struct pair *pair)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct side_scan *scan = &runner->scans[side];

		if (scan->rolled && !side_is_known(scan) &&
		    (scan->turn.generation == 0 || pair->generation[side] < scan->turn.generation))
			return true;
	}
	return false;
}

static bool on_pair(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	struct runner *runner = payload;
	struct merge_result merged;
	bool added = false;

	runner->n_dirty++;
	if (!runner_goes_on(runner, err))
		return false;
	if (pair->unreadable[SIDE_RECORDS] || pair->unreadable[SIDE_PEOPLE])
		return store_unreadable_keep(runner_store(runner), pair->link.id,
					     runner->cycle.report.id, err);
	if (removals_concern(pair) || is_unread(runner, pair))
		return true;
	if (!wishes_merge(runner, pair, arena, &merged, err))
		return false;
	if ((!runner->changes_held && !add_updates(runner, pair, &merged, arena, &added, err)) ||
	    !blast_note(runner, pair, &merged, added, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!settle_agreed(runner, pair, &merged, (enum side)side, err))
			return false;
	}
	return report_conflicts(runner, pair, &merged, err);
}

/* Every link with a contested or flapping field has just been met; other such conflicts are over. */
static bool sweep(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);
	const int64_t cycle = runner->cycle.report.id;

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (runner->scans[side].rolled && !side_is_known(&runner->scans[side]))
			return true;
	}
	return store_conflict_sweep(store, "field", cycle, err) &&
	       store_conflict_sweep(store, "flapping", cycle, err) &&
	       store_conflict_sweep(store, "held", cycle, err) &&
	       store_quarantine_sweep(store, err);
}

static void merge(struct runner *runner)
{
	const bool late = runner->cycle.merge_rounds > 1;
	struct error err;

	references_count_anew(runner);
	/* What a side that refuses everything left unsent is decided anew, with what is known by now. */
	if (!admit_resolve(runner->options.admit, runner_store(runner), &err) ||
	    (late && (!store_intent_recover(runner_store(runner), &err) ||
		      !removals_settle(runner, late, &err))) ||
	    !store_pairs_dirty(runner_store(runner), MERGE_BATCH, on_pair, runner, &err) ||
	    !blast_guard(runner, &err) || !removals_plan(runner, &err) || !sweep(runner, &err) ||
	    !plan_creates(runner, &err))
		runner_store_failed(runner, &err);
	runner->again = runner->again || references_are_wanted(runner);
	runner_phase_done(runner);
}

void runner_merge(struct runner *runner)
{
	references_refresh(runner, merge);
}
