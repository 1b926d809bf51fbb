/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle: stores what became of the jobs that were answered: shadows, links, history, quarantine and the
 * end of the intent, all of one turn of the loop in one transaction.
 *
 * The shadow moves in the written fields only.  An edit that somebody made to another field between our
 * reading and our write stands in the same answer, and must still be found by the next scan.
 */
#include "core/sets.h"

#include "daemon/runner/admit.h"
#include "daemon/runner/blast.h"
#include "daemon/runner/likeness.h"
#include "daemon/runner/plan.h"
#include "daemon/runner/push.h"
#include "daemon/runner/untaken.h"
#include "daemon/runner/wishes.h"
#include "daemon/runner/yield.h"
#include "state/unreadable.h"

#include <assert.h>

/* For an undo, which takes back updates only.  A target that was not known to hold anything was read
 * before it was written, and held nothing. */
static void keep_held(const struct job *job, size_t i, const struct person *agreed,
		      struct history_entry *entry)
{
	const struct value *base = &job->intent.base.values[i];
	const struct value *answer = &agreed->values[i];

	entry->old_held = base->state != VALUE_UNKNOWN ? *base : value_empty();
	entry->new_held = answer->state != VALUE_UNKNOWN ? *answer : job->intent.write.values[i];
}

static struct person what_was_agreed(const struct job *job, const struct person *answer,
				     struct arena *arena)
{
	return job->found ? likeness_agreed(job->push->runner->table, &job->intent, answer, arena) :
			    *answer;
}

static struct str why(const struct job *job, const struct field *field)
{
	if (job->intent.kind == INTENT_CREATE)
		return STR_LIT("no counterpart");
	if (job->result == RESULT_MOVED)
		return STR_LIT("sent, but the answer was lost, and it is something else by now");
	return intent_reason(&job->intent, field->name);
}

bool settle_add_history(const struct job *job, int64_t link, struct error *err)
{
	struct runner *runner = job->push->runner;
	const struct intent *intent = &job->intent;
	struct arena arena = { 0 };
	const struct person agreed = what_was_agreed(job, &job->answer, &arena);
	bool ok = true;

	for (size_t i = 0; i < runner->table->n && ok; i++) {
		const struct field *field = &runner->table->fields[i];

		if (intent->write.values[i].state == VALUE_UNKNOWN)
			continue;
		struct history_entry entry = {
			.cycle = runner->cycle.report.id,
			.link = link,
			.at = runner_now(runner),
			.side = intent->target,
			.side_id = job->answer.id,
			.field = field->name,
			.action = intent->kind == INTENT_CREATE ? STR_LIT("create") :
								  STR_LIT("update"),
			.old_value = field_display(&arena, field->type, &intent->base.values[i]),
			.new_value = field_display(&arena, field->type, &agreed.values[i]),
			.reason = why(job, field),
		};

		if (intent->kind == INTENT_UPDATE)
			keep_held(job, i, &agreed, &entry);
		ok = store_history_add(runner_store(runner), &entry, err);
	}
	arena_release(&arena);
	return ok;
}

/* What the target holds after our write: the answer, with marks that only we know of. */
static struct person answered_person(const struct job *job, const struct person *shadow,
				     struct arena *arena)
{
	const struct field_table *table = job->push->runner->table;
	struct person person = person_copy(arena, table, &job->answer);

	for (size_t i = 0; i < table->n; i++) {
		if (person.values[i].state == VALUE_UNKNOWN)
			person.values[i] = job->intent.write.values[i];
		merge_keep_invented(&person.values[i], &job->intent.write.values[i]);
		if (shadow != NULL)
			merge_keep_invented(&person.values[i], &shadow->values[i]);
	}
	return person;
}

static void move_written(const struct job *job, struct person *shadow, const struct person *from)
{
	const struct field_table *table = job->push->runner->table;

	for (size_t i = 0; i < table->n; i++) {
		if (job->intent.write.values[i].state != VALUE_UNKNOWN)
			shadow->values[i] = from->values[i];
	}
}

static bool shows_one_of(const struct value *one, const struct value *many)
{
	return !value_is_set(many) || (value_is_set(one) && value_has(many, one->items[0].key));
}

/* Elements that the target had added or removed by itself are not agreed yet: they travel next. */
static void keep_own_edits(const struct job *job, const struct pair *pair,
			   const struct person *answer, struct person *shadow, struct arena *arena)
{
	const struct field_table *table = job->push->runner->table;
	const enum side target = job->intent.target;
	const struct value unknown = { 0 };

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];

		if (job->intent.write.values[i].state == VALUE_UNKNOWN ||
		    field_shape(field->type) != SHAPE_SET ||
		    !direction_flows_from(field->direction, target))
			continue;
		if (field->single[SIDE_RECORDS]) {
			/* The record is to show the primary of what people hold now. */
			if (target == SIDE_PEOPLE &&
			    !shows_one_of(&job->intent.source.values[i], &answer->values[i]))
				shadow->values[i] = pair->shadow[target].values[i];
			continue;
		}
		shadow->values[i] = sets_shadow_after(
			field, &answer->values[i], &job->intent.base.values[i],
			pair->has_shadow[target] ? &pair->shadow[target].values[i] : &unknown,
			&job->intent.source.values[i], &job->intent.write.values[i], arena);
	}
}

static struct person shadow_of(const struct pair *pair, enum side side,
			       const struct field_table *table, struct arena *arena)
{
	struct person shadow = person_copy(arena, table, &pair->shadow[side]);

	if (!pair->has_shadow[side])
		shadow.id = pair->link.side_id[side];
	return shadow;
}

/* Where the target's own edit is still to travel, our write must not pass for its date. */
static void date_shadows(const struct job *job, const struct pair *pair, struct person *answer,
			 struct person shadow[SIDE_COUNT])
{
	const struct field_table *table = job->push->runner->table;
	const enum side target = job->intent.target;
	const enum side source = side_other(target);
	const int64_t before = pair->shadow[target].updated_at;

	merge_date_shadow(table, pair->shadow[source].updated_at, &pair->now[source],
			  &shadow[source]);
	merge_date_shadow(table, before, answer, &shadow[target]);
	if (shadow[target].updated_at == before)
		answer->updated_at = pair->now[target].updated_at;
}

bool settle_update(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	struct store *store = runner_store(runner);
	const enum side target = job->intent.target;
	const enum side source = side_other(target);
	struct arena arena = { 0 };
	struct pair pair;
	bool ok = store_pair_get(store, job->intent.link, &arena, &pair, err);

	if (ok) {
		struct person answer = answered_person(job, &pair.shadow[target], &arena);
		const struct person agreed = what_was_agreed(job, &answer, &arena);
		struct person shadow[SIDE_COUNT];

		for (int side = 0; side < SIDE_COUNT; side++)
			shadow[side] = shadow_of(&pair, (enum side)side, runner->table, &arena);
		move_written(job, &shadow[target], &agreed);
		keep_own_edits(job, &pair, &agreed, &shadow[target], &arena);
		untaken_not_agreed(runner, &job->intent, &pair.shadow[target], &shadow[target],
				   &arena);
		move_written(job, &shadow[source], &job->intent.source);
		date_shadows(job, &pair, &answer, shadow);
		ok = store_settle(store, job->intent.link, target, &answer, &shadow[target], err) &&
		     store_settle(store, job->intent.link, source, &pair.now[source],
				  &shadow[source], err) &&
		     (job->found || job->result == RESULT_SAME ||
		      store_unreadable_answered(store, target, job->intent.target_id, err)) &&
		     store_quarantine_lift(store, target, job->intent.link, (struct str){ NULL, 0 },
					   err) &&
		     wishes_written(runner, &job->intent, &answer, &pair, err) &&
		     (job->result == RESULT_SAME ||
		      settle_add_history(job, job->intent.link, err)) &&
		     store_intent_delete(store, job->intent.id, err);
	}
	if (ok && job->result == RESULT_DONE)
		ok = blast_written(runner, &job->intent, &pair, err);
	arena_release(&arena);
	runner->cycle.report.updated[target] += ok && job->result == RESULT_DONE;
	return ok;
}

/* What the source had and the create did not carry (it could not be read in that cycle) is not agreed. */
static struct person carried_source(const struct job *job, struct arena *arena)
{
	const struct field_table *table = job->push->runner->table;
	struct person source = person_copy(arena, table, &job->intent.source);

	for (size_t i = 0; i < table->n; i++) {
		if (job->intent.write.values[i].state == VALUE_UNKNOWN &&
		    value_is_set(&source.values[i]) &&
		    direction_flows_from(table->fields[i].direction,
					 side_other(job->intent.target)))
			source.values[i] = (struct value){ 0 };
	}
	return source;
}

/* Both sides as they stand now, with what is agreed of each. */
static bool settle_both(const struct job *job, const struct pair *pair, const struct person *agreed,
			const struct person *carried, struct error *err)
{
	struct store *store = runner_store(job->push->runner);
	const enum side target = job->intent.target;
	const enum side source = side_other(target);

	return store_settle(store, pair->link.id, target, &pair->now[target], agreed, err) &&
	       store_settle(store, pair->link.id, source, &pair->now[source], carried, err);
}

static bool settle_sent(const struct job *job, int64_t link, const struct person *agreed,
			struct arena *arena, struct error *err)
{
	const struct person carried = carried_source(job, arena);
	struct pair pair;

	return store_pair_get(runner_store(job->push->runner), link, arena, &pair, err) &&
	       settle_both(job, &pair, agreed, &carried, err);
}

/* What only the new person's own side can say (its id, when it was made) is not agreed: it travels next.
 * A default that its server gave to a field of both sides is no edit, and stays. */
static struct person without_own_facts(const struct job *job, const struct person *answer,
				       struct arena *arena)
{
	const struct field_table *table = job->push->runner->table;
	const enum side target = job->intent.target;
	struct person person = person_copy(arena, table, answer);

	for (size_t i = 0; i < table->n; i++) {
		const enum direction direction = table->fields[i].direction;

		if (value_is_set(&person.values[i]) && direction_flows_from(direction, target) &&
		    !direction_flows_from(direction, side_other(target)))
			person.values[i] = (struct value){ 0 };
	}
	return person;
}

static bool settle_create(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	struct store *store = runner_store(runner);
	const enum side target = job->intent.target;
	struct arena arena = { 0 };
	const struct person answer = answered_person(job, NULL, &arena);
	const struct person sent = job->intent.write;
	enum observation observation;
	struct str ids[SIDE_COUNT];
	int64_t link = 0;

	ids[target] = answer.id;
	ids[side_other(target)] = job->intent.source_id;
	/* Also of one that a scan has read: what the list left out is asked for when it is read again. */
	bool ok = runner_observe(runner, target, &answer, NULL, runner->scans[target].generation,
				 &observation, err);

	/* Another link has that person already: the server did not create anybody. */
	if (ok && observation != OBSERVED_UNKNOWN) {
		arena_release(&arena);
		job->words =
			STR_LIT("the answer to the create names a person that is linked already");
		return settle_refused(job, err);
	}
	runner->again = ignored_leave(job) || runner->again;
	const struct person said = what_was_agreed(job, &answer, &arena);
	const struct person agreed = without_own_facts(job, &said, &arena);

	ok = ok &&
	     store_link_add(store, ids, STR_LIT("created"), runner->cycle.report.id,
			    runner_now(runner), &link, err) &&
	     settle_sent(job, link, &agreed, &arena, err) &&
	     store_quarantine_lift(store, target, 0, job->intent.source_id, err) &&
	     settle_add_history(job, link, err) && store_intent_delete(store, job->intent.id, err);

	arena_release(&arena);
	job->intent.write = sent;
	runner->cycle.report.created[target] += ok;
	return ok;
}

static bool settle_done(struct job *job, struct error *err)
{
	static bool (*const settlers[])(struct job *, struct error *) = {
		[INTENT_CREATE] = settle_create,
		[INTENT_UPDATE] = settle_update,
		[INTENT_REMOVE] = settle_removed,
		[INTENT_RESTORE] = settle_restored,
	};
	static_assert(COUNT_OF(settlers) == INTENT_KIND_COUNT, "every kind");

	return settlers[job->intent.kind](job, err);
}

static struct job job_found(struct push *push, const struct intent *intent,
			    const struct person *answer, enum job_result result)
{
	return (struct job){
		.push = push,
		.intent = *intent,
		.current = *answer,
		.answer = *answer,
		.result = result,
		.found = true,
		.was_gone = intent->kind == INTENT_REMOVE && answer->archived_at == 0 &&
			    !plan_writes_fields(push->runner, intent),
	};
}

/*
 * Linked by a key: ours, edited since, or a twin that somebody made.  What it shows of what was sent is
 * agreed either way; everything else is met for the first time.  By hand it may have been merged already.
 */
static bool settle_matched(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	const enum side target = job->intent.target;
	struct arena arena = { 0 };
	struct pair pair;
	bool ok = store_pair_get(runner_store(runner), job->intent.link, &arena, &pair, err);

	if (ok && !pair.has_shadow[SIDE_RECORDS] && !pair.has_shadow[SIDE_PEOPLE]) {
		struct person agreed = person_copy(&arena, runner->table, &pair.now[target]);
		struct person carried = person_copy(&arena, runner->table, &job->intent.source);

		for (size_t i = 0; i < runner->table->n; i++) {
			if (job->intent.write.values[i].state != VALUE_UNKNOWN &&
			    likeness_shows(runner->table, &job->intent, i, &pair.now[target]))
				continue;
			agreed.values[i] = likeness_kept(runner->table, &job->intent, i,
							 &pair.now[target], &arena);
			carried.values[i] =
				value_common(&carried.values[i], &agreed.values[i], &arena);
		}
		ok = settle_both(job, &pair, &agreed, &carried, err);
	}
	arena_release(&arena);
	runner->cycle.report.created[target] += ok;
	return ok && settle_add_history(job, job->intent.link, err);
}

bool settle_found(struct runner *runner, const struct intent *intent, const struct person *answer,
		  struct error *err)
{
	struct push push = { .runner = runner, .side = intent->target };
	struct job job = job_found(&push, intent, answer, RESULT_DONE);
	const bool is_linked = intent->kind == INTENT_CREATE && intent->link != 0;
	const bool is_update = intent->kind == INTENT_UPDATE;
	const bool ok = is_linked                      ? settle_matched(&job, err) :
			is_update && ignored_any(&job) ? settle_ignored(&job, err) :
							 settle_done(&job, err);

	arena_release(&job.arena);
	return ok;
}

bool settle_unknown(struct runner *runner, const struct intent *intent, const struct person *now,
		    struct error *err)
{
	struct push push = { .runner = runner, .side = intent->target };
	struct job job = job_found(&push, intent, now, RESULT_MOVED);

	return settle_add_history(&job, intent->link, err) &&
	       store_intent_delete(runner_store(runner), intent->id, err);
}

/* The target is not what the decision was made for: it is merged again, with what it holds now. */
static bool settle_moved(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	enum observation observation;

	runner->again = true;
	return (!job->found || settle_add_history(job, job->intent.link, err)) &&
	       store_intent_delete(runner_store(runner), job->intent.id, err) &&
	       runner_observe(runner, job->push->side, &job->answer, NULL,
			      runner->scans[job->push->side].generation, &observation, err);
}

bool settle_refused(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	const struct intent *intent = &job->intent;
	const struct quarantine quarantine = {
		.target = intent->target,
		.link = intent->link,
		.source_id =
			intent->kind == INTENT_CREATE ? intent->source_id : (struct str){ NULL, 0 },
		.target_id = intent->target_id,
		.status = job->status,
		.words = job->words,
		.content = plan_intent_content(runner, intent),
		.attempts = 1,
		.first_at = runner_now(runner),
		.last_at = runner_now(runner),
	};

	return store_quarantine_put(runner_store(runner), &quarantine, err) &&
	       store_intent_delete(runner_store(runner), intent->id, err);
}

/* A unique value is taken: perhaps by somebody who gives it away in this very cycle.  Or what it refers to is
 * dead: without that, or with what takes its place. */
static bool settle_again(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;

	if (runner->cycle.merge_rounds >= CYCLE_MERGE_ROUNDS)
		return settle_refused(job, err);
	runner->again = true;
	if (job->result == RESULT_CLASH && job->intent.kind == INTENT_UPDATE)
		yield_note_clash(runner, job->intent.link);
	return store_intent_delete(runner_store(runner), job->intent.id, err);
}

static bool settle_gone(struct job *job, struct error *err)
{
	struct runner *runner = job->push->runner;
	const struct intent *intent = &job->intent;
	struct conflict conflict = {
		.kind = STR_LIT("gone"),
		.link = intent->link,
		.evidence = intent->target == SIDE_PEOPLE ?
				    STR_LIT("edited on records, but not found on people any more") :
				    STR_LIT("edited on people, but not found on records any more"),
		.first_cycle = runner->cycle.report.id,
		.last_cycle = runner->cycle.report.id,
	};

	conflict.side_id[intent->target] = intent->target_id;
	conflict.side_id[side_other(intent->target)] = intent->source_id;
	return store_conflict_put(runner_store(runner), &conflict, err) &&
	       store_intent_delete(runner_store(runner), intent->id, err);
}

static bool settle_dropped(struct job *job, struct error *err)
{
	return store_intent_delete(runner_store(job->push->runner), job->intent.id, err);
}

bool settle_jobs(struct push *push, struct error *err)
{
	static bool (*const settlers[])(struct job *, struct error *) = {
		[RESULT_DONE] = settle_done,        [RESULT_SAME] = settle_update,
		[RESULT_MOVED] = settle_moved,      [RESULT_REFUSED] = settle_refused,
		[RESULT_CLASH] = settle_again,      [RESULT_GONE] = settle_gone,
		[RESULT_DEAD] = settle_again,       [RESULT_DROPPED] = settle_dropped,
		[RESULT_UNCERTAIN] = recover_later, [RESULT_IGNORED] = settle_ignored,
	};
	struct store *store = runner_store(push->runner);

	if (push_count(push, JOB_ANSWERED) == 0)
		return true;
	if (!store_begin(store, err))
		return false;
	for (struct job *job = push->jobs; job != NULL; job = job->next) {
		if (job->state != JOB_ANSWERED)
			continue;
		if (!settlers[job->result](job, err))
			return false;
		admit_answered(push->runner->options.admit, job, push->runner->table);
	}
	return store_commit(store, err);
}
