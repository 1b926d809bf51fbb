/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/wishes.h"

#include "daemon/runner/plan.h"

/* What is wished for one field. */
struct wished {
	bool on[SIDE_COUNT];
	struct wish side[SIDE_COUNT];
};

struct wishes {
	struct runner *runner;
	const struct pair *pair;
	struct arena *arena;
	struct wished *fields; /* one a row of the table */
	size_t n;
	struct merge_result *merged; /* without the wishes, until they are taken in */
};

static bool on_wish(void *payload, const struct wish *wish, struct arena *row_arena,
		    struct error *err)
{
	struct wishes *wishes = payload;
	const int at = field_find(wishes->runner->table, wish->field);
	struct arena *arena = wishes->arena;

	(void)row_arena;
	/* The field is mapped otherwise by now: nobody can say what was wished. */
	if (at < 0 || wish->value.state == VALUE_UNKNOWN || wish->base.state == VALUE_UNKNOWN)
		return store_wish_drop(runner_store(wishes->runner), wish->link, wish->field, err);
	struct wished *wished = &wishes->fields[at];

	wished->on[wish->side] = true;
	wished->side[wish->side] = (struct wish){
		.link = wish->link,
		.side = wish->side,
		.field = wishes->runner->table->fields[at].name,
		.value = value_copy(arena, &wish->value),
		.base = value_copy(arena, &wish->base),
		.reason = arena_copy(arena, wish->reason),
		.at = wish->at,
	};
	wishes->n++;
	return true;
}

/* ---- What the sides hold ---- */

static const struct value *held(const struct pair *pair, enum side side, size_t i)
{
	const struct value *now = &pair->now[side].values[i];

	return now->state != VALUE_UNKNOWN ? now : &pair->shadow[side].values[i];
}

/* What a side never said it has is empty, as far as is known; the push reads it before it writes. */
static bool holds(const struct wishes *wishes, enum side side, size_t i, const struct value *value)
{
	const struct value *now = held(wishes->pair, side, i);

	if (now->state == VALUE_UNKNOWN)
		return !value_is_set(value);
	return !merge_value_changed(&wishes->runner->table->fields[i], now, value);
}

static bool may_be_written(const struct wishes *wishes, enum side side, size_t i)
{
	const enum side from = side_other(side);

	return direction_flows_from(wishes->runner->table->fields[i].direction, from) &&
	       direction_flows_from(wishes->runner->rules.direction, from);
}

static bool was_edited(const struct wishes *wishes, enum side side, size_t i)
{
	const struct field *field = &wishes->runner->table->fields[i];

	return merge_value_changed(field, held(wishes->pair, side, i),
				   &wishes->pair->shadow[side].values[i]);
}

/* Can it still be done as it was meant? */
static bool is_in_force(const struct wishes *wishes, size_t i)
{
	const struct wished *wished = &wishes->fields[i];
	const bool is_set = field_shape(wishes->runner->table->fields[i].type) == SHAPE_SET;

	for (int s = 0; s < SIDE_COUNT; s++) {
		const enum side side = (enum side)s;
		const struct wish *wish = &wished->side[s];

		if (!wished->on[s]) {
			if (!is_set && was_edited(wishes, side, i))
				return false;
			continue;
		}
		if (holds(wishes, side, i, &wish->value))
			continue;
		if (!holds(wishes, side, i, &wish->base) || !may_be_written(wishes, side, i))
			return false;
	}
	return true;
}

/* ---- The end of a wish ---- */

/* Was it never written?  Then what was wished is kept in the history. */
static bool keep_lost(const struct wishes *wishes, const struct wish *wish, size_t i,
		      struct error *err)
{
	struct runner *runner = wishes->runner;
	const struct field *field = &runner->table->fields[i];
	const struct value *shadow = &wishes->pair->shadow[wish->side].values[i];
	struct arena *arena = wishes->arena;

	if (!merge_value_changed(field, &wish->value, shadow) ||
	    !merge_value_changed(field, &wish->value, &wish->base))
		return true;
	const struct history_entry entry = {
		.cycle = runner->cycle.report.id,
		.link = wish->link,
		.at = runner_now(runner),
		.side = wish->side,
		.side_id = wishes->pair->link.side_id[wish->side],
		.field = field->name,
		.action = STR_LIT("lost"),
		.old_value = field_display(arena, field->type, &wish->value),
		.new_value = field_display(arena, field->type, held(wishes->pair, wish->side, i)),
		.reason =
			arena_format(arena, "%.*s: edited meanwhile, left", STR_ARG(wish->reason)),
	};

	return store_history_add(runner_store(runner), &entry, err);
}

static bool end_wish(struct wishes *wishes, size_t i, bool lost, struct error *err)
{
	struct wished *wished = &wishes->fields[i];

	for (int s = 0; s < SIDE_COUNT; s++) {
		if (lost && wished->on[s] && !keep_lost(wishes, &wished->side[s], i, err))
			return false;
		wished->on[s] = false;
	}
	return store_wish_drop(runner_store(wishes->runner), wishes->pair->link.id,
			       wishes->runner->table->fields[i].name, err);
}

static bool is_wished(const struct wished *wished)
{
	return wished->on[SIDE_RECORDS] || wished->on[SIDE_PEOPLE];
}

static bool drop_overtaken(struct wishes *wishes, struct error *err)
{
	for (size_t i = 0; i < wishes->runner->table->n; i++) {
		if (is_wished(&wishes->fields[i]) && !is_in_force(wishes, i) &&
		    !end_wish(wishes, i, true, err))
			return false;
	}
	return true;
}

/* ---- The merge ---- */

/* As if the wished edits had been made at their sides. */
static struct pair as_wished(const struct wishes *wishes)
{
	const size_t n = wishes->runner->table->n;
	struct pair pair = *wishes->pair;

	for (int s = 0; s < SIDE_COUNT; s++) {
		pair.now[s].values = arena_alloc(wishes->arena, n, sizeof(struct value));
		pair.shadow[s].values = arena_alloc(wishes->arena, n, sizeof(struct value));
		for (size_t i = 0; i < n; i++) {
			const struct wished *wished = &wishes->fields[i];

			pair.now[s].values[i] = wished->on[s] ? wished->side[s].value :
								wishes->pair->now[s].values[i];
			pair.shadow[s].values[i] = wished->on[s] ?
							   wished->side[s].base :
							   wishes->pair->shadow[s].values[i];
		}
	}
	return pair;
}

static enum verdict verdict_of(const struct field_merge *field)
{
	const bool to_records = field->write[SIDE_RECORDS].state != VALUE_UNKNOWN;
	const bool to_people = field->write[SIDE_PEOPLE].state != VALUE_UNKNOWN;

	if (to_records && to_people)
		return VERDICT_TO_BOTH;
	if (to_records || to_people)
		return to_people ? VERDICT_TO_PEOPLE : VERDICT_TO_RECORDS;
	return VERDICT_AGREED;
}

/* The wished value, as the merge saw it (without tags that do not exist). */
static struct value to_write(const struct merge_result *as_wished, enum side side, size_t i)
{
	struct value value = as_wished->now[side].values[i];

	value.active_from = 0;
	value.actor = ACTOR_UNKNOWN;
	return value;
}

/* The rules of the field want the side to hold something else: a one-way field is put back. */
static bool is_overruled(const struct wishes *wishes, const struct merge_result *as_wished,
			 size_t i)
{
	const struct wished *wished = &wishes->fields[i];
	const enum side side = wished->on[SIDE_RECORDS] ? SIDE_RECORDS : SIDE_PEOPLE;

	return !wished->on[side_other(side)] &&
	       field_shape(wishes->runner->table->fields[i].type) != SHAPE_SET &&
	       as_wished->fields[i].write[side].state != VALUE_UNKNOWN;
}

/* What becomes of one field; with nothing to write any more the wish is over. */
static bool take_field(struct wishes *wishes, const struct merge_result *as_wished, size_t i,
		       struct error *err)
{
	const struct wished *wished = &wishes->fields[i];
	const bool decided = wished->on[SIDE_RECORDS] && wished->on[SIDE_PEOPLE];
	const struct wish *wish =
		&wished->side[wished->on[SIDE_RECORDS] ? SIDE_RECORDS : SIDE_PEOPLE];
	struct field_merge field = { .reason = wish->reason.p, .by_hand = true };

	if (is_overruled(wishes, as_wished, i))
		return end_wish(wishes, i, true, err);
	for (int s = 0; s < SIDE_COUNT; s++) {
		const enum side side = (enum side)s;

		/* Elements of a set that the other side added or took away go with it. */
		if (!decided)
			field.write[s] = as_wished->fields[i].write[s];
		if (wished->on[s] && field.write[s].state == VALUE_UNKNOWN &&
		    !holds(wishes, side, i, &wished->side[s].value))
			field.write[s] = to_write(as_wished, side, i);
	}
	field.verdict = verdict_of(&field);
	if (field.verdict == VERDICT_AGREED)
		return end_wish(wishes, i, false, err);
	wishes->merged->fields[i] = field;
	/* Until it is written, nobody has agreed on anything. */
	for (int s = 0; s < SIDE_COUNT; s++)
		wishes->merged->shadow[s].values[i] = wishes->pair->shadow[s].values[i];
	return true;
}

static void count(const struct runner *runner, struct merge_result *merged)
{
	merged->n_conflicts = 0;
	merged->writes[SIDE_RECORDS] = merged->writes[SIDE_PEOPLE] = false;
	for (size_t i = 0; i < runner->table->n; i++) {
		merged->n_conflicts += merged->fields[i].verdict == VERDICT_CONFLICT;
		for (int s = 0; s < SIDE_COUNT; s++)
			merged->writes[s] = merged->writes[s] ||
					    merged->fields[i].write[s].state != VALUE_UNKNOWN;
	}
}

static bool take_all(struct wishes *wishes, struct error *err)
{
	struct runner *runner = wishes->runner;
	const struct pair pair = as_wished(wishes);
	struct merge_result merged;

	plan_merge(runner, &pair, wishes->arena, &merged);
	for (size_t i = 0; i < runner->table->n; i++) {
		const bool unreadable =
			runner->rules.unreadable != NULL && runner->rules.unreadable[i];

		if (is_wished(&wishes->fields[i]) && !unreadable &&
		    !take_field(wishes, &merged, i, err))
			return false;
	}
	count(runner, wishes->merged);
	return true;
}

static bool load(struct wishes *wishes, struct error *err)
{
	wishes->fields =
		arena_alloc(wishes->arena, wishes->runner->table->n, sizeof(struct wished));
	return store_wish_each(runner_store(wishes->runner), wishes->pair->link.id, on_wish, wishes,
			       err);
}

bool wishes_merge(struct runner *runner, const struct pair *pair, struct arena *arena,
		  struct merge_result *ret_merged, struct error *err)
{
	struct wishes wishes = {
		.runner = runner, .pair = pair, .arena = arena, .merged = ret_merged
	};

	plan_merge(runner, pair, arena, ret_merged);
	if (!load(&wishes, err))
		return false;
	return wishes.n == 0 || (drop_overtaken(&wishes, err) && take_all(&wishes, err));
}

/* ---- After a write ---- */

static bool agree(const struct wishes *wishes, enum side target, const struct value *answer,
		  size_t i)
{
	const struct value *other = held(wishes->pair, side_other(target), i);
	const bool is_records = target == SIDE_RECORDS;

	return merge_values_agree(&wishes->runner->table->fields[i], is_records ? answer : other,
				  is_records ? other : answer, wishes->arena);
}

/* What the server made of the wished value is what was wished from now on. */
static bool note_written(struct wishes *wishes, enum side target, const struct value *answer,
			 size_t i, struct error *err)
{
	struct wished *wished = &wishes->fields[i];

	if (agree(wishes, target, answer, i) || !may_be_written(wishes, side_other(target), i))
		return end_wish(wishes, i, false, err);
	if (!wished->on[target])
		return true;
	wished->side[target].value = *answer;
	return store_wish_put(runner_store(wishes->runner), &wished->side[target], err);
}

bool wishes_written(struct runner *runner, const struct intent *intent, const struct person *answer,
		    const struct pair *pair, struct error *err)
{
	struct arena arena = { 0 };
	struct wishes wishes = { .runner = runner, .pair = pair, .arena = &arena };
	bool ok = load(&wishes, err);

	for (size_t i = 0; ok && wishes.n > 0 && i < runner->table->n; i++) {
		if (is_wished(&wishes.fields[i]) && intent->write.values[i].state != VALUE_UNKNOWN)
			ok = note_written(&wishes, intent->target, &answer->values[i], i, err);
	}
	arena_release(&arena);
	return ok;
}
