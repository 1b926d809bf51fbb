/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: merges the pairs of which a side differs and decides what is to be created; all of it stands as
 * intents in the state before anything is sent.
 */
#include "daemon/runner/plan.h"

#include "base/limits.h"
#include "daemon/runner/admit.h"

#include <stdint.h>

/* Links a transaction. */
#define MERGE_BATCH 256

bool plan_may_write(const struct runner *runner, enum side target)
{
	return direction_flows_from(runner->rules.direction, side_other(target));
}

static void describe_reasons(const struct runner *runner, const struct merge_result *merged,
			     enum side target, struct buf *out)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (merged->fields[i].write[target].state == VALUE_UNKNOWN)
			continue;
		buf_add_str(out, runner->table->fields[i].name);
		buf_addf(out, ": %s\n", merged->fields[i].reason);
	}
}

struct digest plan_content(const struct runner *runner, const struct person *write)
{
	struct person content = *write;

	content.archived_at = 0;
	return person_digest(&content, runner->table);
}

/* What the merge did not see of the record's tags is still there, and must be after the write. */
static void keep_unknown_tags(const struct runner *runner, const struct person *records,
			      struct intent *intent, struct arena *arena)
{
	struct value *base = arena_alloc(arena, runner->table->n, sizeof(struct value));

	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &records->values[i];
		struct value *write = &intent->write.values[i];

		base[i] = intent->base.values[i];
		if (!field_is_tags(&runner->table->fields[i]) || !value_is_set(all))
			continue;
		base[i] = *all;
		if (write->state == VALUE_UNKNOWN)
			continue;
		const uint32_t n = value_is_set(write) ? write->n : 0;
		struct value kept = value_items(arena, n + all->n);

		for (kept.n = 0; kept.n < n; kept.n++)
			kept.items[kept.n] = write->items[kept.n];
		for (uint32_t k = 0; k < all->n; k++) {
			if (titles_id_of(runner->tags, all->items[k].text).len == 0)
				kept.items[kept.n++] = all->items[k];
		}
		*write = kept.n > 0 ? kept : value_empty();
	}
	intent->base.values = base;
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
	int64_t id;
	bool blocked = false;

	person_init(&intent.write, arena, runner->table);
	intent.write.id = intent.target_id;
	for (size_t i = 0; i < runner->table->n; i++)
		intent.write.values[i] = merged->fields[i].write[target];
	if (target == SIDE_RECORDS)
		keep_unknown_tags(runner, &pair->now[target], &intent, arena);
	if (!admit_intent(runner->options.admit, &intent, runner->table))
		return true;
	const struct digest content = plan_content(runner, &intent.write);

	if (!store_quarantine_blocks(runner_store(runner), target, pair->link.id,
				     (struct str){ NULL, 0 }, &content, &blocked, err))
		return false;
	*ret_added = !blocked;
	if (blocked)
		return true;
	buf_init(&reasons, SIZE_MAX / 2);
	describe_reasons(runner, merged, target, &reasons);
	intent.reasons = buf_str(&reasons);
	const bool ok = store_intent_add(runner_store(runner), &intent, &id, err);

	buf_release(&reasons);
	runner->n_updates[target]++;
	runner->intents_total++;
	return ok;
}

/*
 * At most one write in flight per link: what the other side is to get is merged again after it, with
 * what this one has become.  People first: their lists hold what a record with one e-mail cannot; but
 * in the last round records, so that a people write that keeps failing does not hold them up.  A plan
 * shows both.
 */
static bool add_updates(struct runner *runner, const struct pair *pair,
			const struct merge_result *merged, struct arena *arena, struct error *err)
{
	static const enum side people_first[] = { SIDE_PEOPLE, SIDE_RECORDS };
	static const enum side records_first[] = { SIDE_RECORDS, SIDE_PEOPLE };
	const enum side *order =
		runner->cycle.merge_rounds < CYCLE_MERGE_ROUNDS ? people_first : records_first;
	const bool both = merged->writes[SIDE_RECORDS] && merged->writes[SIDE_PEOPLE];

	for (size_t i = 0; i < SIDE_COUNT; i++) {
		bool added = false;

		/* What was refused is not wanted any more. */
		if (!merged->writes[order[i]] &&
		    !store_quarantine_lift(runner_store(runner), order[i], pair->link.id,
					   (struct str){ NULL, 0 }, err))
			return false;
		if (merged->writes[order[i]] &&
		    !add_update(runner, pair, merged, order[i], arena, &added, err))
			return false;
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

/*
 * Tags that have no counterpart on people cannot be written there.  They are left out of the record's
 * value for the merge, as if they were not there; the record stays staged, so that every cycle asks
 * again whether the tag exists by now.
 */
static struct person without_unknown_tags(struct runner *runner, const struct person *records,
					  struct arena *arena)
{
	struct person known = *records;

	known.values = arena_alloc(arena, runner->table->n, sizeof(struct value));
	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &records->values[i];

		known.values[i] = *all;
		if (!field_is_tags(&runner->table->fields[i]) || !value_is_set(all) ||
		    runner->context.tags == NULL)
			continue;
		struct value some = value_items(arena, all->n);

		some.n = 0;
		for (uint32_t k = 0; k < all->n; k++) {
			if (titles_id_of(runner->tags, all->items[k].text).len > 0)
				some.items[some.n++] = all->items[k];
		}
		runner->n_unknown_tags += all->n - some.n;
		known.values[i] = some.n > 0 ? some : value_empty();
	}
	return known;
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
	const struct person known[SIDE_COUNT] = {
		[SIDE_RECORDS] = without_unknown_tags(runner, &pair->now[SIDE_RECORDS], arena),
		[SIDE_PEOPLE] = pair->now[SIDE_PEOPLE],
	};
	struct merge_side sides[SIDE_COUNT];

	for (int side = 0; side < SIDE_COUNT; side++)
		sides[side] = (struct merge_side){
			.now = &known[side],
			.shadow = pair->has_shadow[side] ? &pair->shadow[side] : NULL,
			.old_seen_at = pair->old_seen_at[side],
		};
	merge_pair(runner->table, &runner->rules, sides, arena, ret_merged);
}

static bool on_pair(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	struct runner *runner = payload;
	struct merge_result merged;

	runner->n_dirty++;
	runner_changed(runner);
	/* What becomes of an archived person is decided by the rules for removals, not by a merge. */
	if (pair->now[SIDE_PEOPLE].archived_at != 0)
		return true;
	plan_merge(runner, pair, arena, &merged);
	if (!add_updates(runner, pair, &merged, arena, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!settle_agreed(runner, pair, &merged, (enum side)side, err))
			return false;
	}
	return report_conflicts(runner, pair, &merged, err);
}

/* ---- Creates ---- */

struct creating {
	struct runner *runner;
	enum side target;
};

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

static bool on_unlinked(void *payload, const struct person *source, struct arena *arena,
			struct error *err)
{
	const struct creating *creating = payload;
	struct runner *runner = creating->runner;
	struct error why;
	int64_t id;
	bool blocked = false;
	struct intent intent = {
		.kind = INTENT_CREATE,
		.target = creating->target,
		.source_id = source->id,
		.source = creating->target == SIDE_PEOPLE ?
				  without_unknown_tags(runner, source, arena) :
				  *source,
		.cycle = runner->cycle.report.id,
		.created_at = runner_now(runner),
		.reasons = STR_LIT("no counterpart\n"),
	};

	if (!merge_create(runner->table, &runner->rules, creating->target, &intent.source, arena,
			  &intent.write, &why))
		return refuse_create(runner, creating->target, source, &why, err);
	person_init(&intent.base, arena, runner->table);
	for (size_t i = 0; i < runner->table->n && runner->context.tags == NULL; i++) {
		if (field_is_tags(&runner->table->fields[i]))
			intent.write.values[i] = (struct value){ .state = VALUE_UNKNOWN };
	}
	if (!admit_intent(runner->options.admit, &intent, runner->table))
		return true;
	const struct digest content = plan_content(runner, &intent.write);

	if (!store_quarantine_blocks(runner_store(runner), creating->target, 0, source->id,
				     &content, &blocked, err))
		return false;
	if (blocked)
		return true;
	runner->n_creates[creating->target]++;
	runner_changed(runner);
	runner->intents_total++;
	return store_intent_add(runner_store(runner), &intent, &id, err);
}

/* Only what both sides were read whole for: a person missing from a list may be there all the same. */
static bool may_create(const struct runner *runner, enum side target)
{
	return direction_flows_from(runner->options.config->sync.create, side_other(target)) &&
	       plan_may_write(runner, target) && runner->scans[target].complete &&
	       runner->scans[side_other(target)].read_all;
}

static bool plan_creates(struct runner *runner, struct error *err)
{
	struct store *store = runner_store(runner);

	if (!store_begin(store, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct creating creating = { runner, (enum side)side };

		if (may_create(runner, creating.target) &&
		    !store_unlinked_each(store, side_other(creating.target), on_unlinked, &creating,
					 err))
			return false;
	}
	return store_commit(store, err);
}

/* False, with the failure noted: nothing is to be decided. */
static bool know_whom(struct runner *runner)
{
	struct error err;

	if (admit_resolve(runner->options.admit, runner_store(runner), &err))
		return true;
	/* Who is unknown may be on a page that could not be read. */
	if (runner->cycle.report.failure.code == ERR_OK || err.code == ERR_STORE)
		cycle_note_failure(&runner->cycle, SIDE_RECORDS, &err);
	runner->stopping = true;
	return false;
}

void runner_merge(struct runner *runner)
{
	bool unreadable[LIMIT_FIELDS] = { false };
	struct error err;

	if (!know_whom(runner)) {
		runner_phase_done(runner);
		return;
	}
	for (size_t i = 0; i < runner->table->n; i++)
		unreadable[i] =
			runner->context.tags == NULL && field_is_tags(&runner->table->fields[i]);
	runner->rules.unreadable = unreadable;

	/* Every link with a contested field has just been met; other field conflicts are over. */
	if (!store_pairs_dirty(runner_store(runner), MERGE_BATCH, on_pair, runner, &err) ||
	    !store_conflict_sweep(runner_store(runner), "field", runner->cycle.report.id, &err) ||
	    !store_quarantine_sweep(runner_store(runner), &err) || !plan_creates(runner, &err))
		runner_store_failed(runner, &err);
	runner->rules.unreadable = NULL;
	runner_phase_done(runner);
}
