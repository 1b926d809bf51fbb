/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/untaken.h"

#include "daemon/runner/plan.h"
#include "daemon/runner/references.h"

/* A set whose elements one side holds as texts, and the other one as members of a collection. */
static bool is_titled(const struct field *field)
{
	return field_collection(field, SIDE_PEOPLE) != COLLECTION_NONE &&
	       field_collection(field, SIDE_RECORDS) == COLLECTION_NONE &&
	       !field->single[SIDE_RECORDS];
}

/* Is there a set in which the other side may be unable to take an element of `from`? */
static bool is_concerned(const struct runner *runner, const struct field *field, enum side from)
{
	const enum side to = side_other(from);

	if (from == SIDE_RECORDS && is_titled(field))
		return true;
	return runner->mapper[to]->takes != NULL && field_shape(field->type) == SHAPE_SET &&
	       field_collection(field, to) == COLLECTION_NONE && field->path[to].len > 0;
}

static bool can_take(const struct runner *runner, const struct field *field, enum side to,
		     struct str text)
{
	if (field_collection(field, to) != COLLECTION_NONE)
		return !references_lack_text(runner, to, field, text);
	return runner->mapper[to]->takes == NULL || runner->mapper[to]->takes(field, text);
}

static bool holds(const struct person *person, size_t row, const struct item *item)
{
	return person != NULL && value_is_set(&person->values[row]) &&
	       value_has(&person->values[row], item->key);
}

/* The other side has no such element, and never had: it could not be written there.  One that was agreed
 * before, or that the counterpart shows, is merged all the same: it, or the whole collection, may be gone
 * from there only since.  shadow: of the person that has it; other: its counterpart; each may be NULL. */
static bool is_untaken(const struct runner *runner, size_t row, enum side from,
		       const struct person *shadow, const struct person *other,
		       const struct item *item)
{
	return !can_take(runner, &runner->table->fields[row], side_other(from), item->text) &&
	       !holds(shadow, row, item) && !holds(other, row, item);
}

/* Where it was in the whole list: the first of them may be the primary. */
static void insert(struct value *value, uint32_t at, const struct item *item)
{
	uint32_t i = value->n++;

	for (; i > at; i--)
		value->items[i] = value->items[i - 1];
	value->items[i] = *item;
}

void untaken_keep(const struct runner *runner, const struct pair *pair, struct intent *intent,
		  struct arena *arena)
{
	const enum side side = intent->target;
	const struct person *now = &pair->now[side];
	const struct person *shadow = pair->has_shadow[side] ? &pair->shadow[side] : NULL;
	struct value *base = arena_alloc(arena, runner->table->n, sizeof(struct value));

	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &now->values[i];
		struct value *write = &intent->write.values[i];

		base[i] = intent->base.values[i];
		if (!is_concerned(runner, &runner->table->fields[i], side) || !value_is_set(all))
			continue;
		base[i] = *all;
		if (write->state == VALUE_UNKNOWN)
			continue;
		const uint32_t n = value_is_set(write) ? write->n : 0;
		struct value kept = value_items(arena, n + all->n);

		for (kept.n = 0; kept.n < n; kept.n++)
			kept.items[kept.n] = write->items[kept.n];
		for (uint32_t k = 0; k < all->n; k++) {
			if (is_untaken(runner, i, side, shadow, &pair->now[side_other(side)],
				       &all->items[k]))
				insert(&kept, k, &all->items[k]);
		}
		*write = kept.n > 0 ? kept : value_empty();
	}
	intent->base.values = base;
}

static struct value taken_of(const struct runner *runner, size_t row, enum side from,
			     const struct value *all, const struct person *shadow,
			     const struct person *other, struct arena *arena)
{
	struct value some = value_items(arena, all->n);

	some.n = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		if (!is_untaken(runner, row, from, shadow, other, &all->items[i]))
			some.items[some.n++] = all->items[i];
	}
	if (some.n == all->n)
		return *all;
	return some.n > 0 ? some : value_empty();
}

static void note_left_out(struct runner *runner, const struct field *field, enum side from,
			  const struct value *all, const struct value *some)
{
	const enum side to = side_other(from);
	const enum collection which = field_collection(field, to);
	uint64_t n = 0;

	for (uint32_t i = 0; i < all->n; i++) {
		if (value_is_set(some) && value_has(some, all->items[i].key))
			continue;
		n++;
		if (which != COLLECTION_NONE)
			references_seek(runner, to, field, all->items[i].text);
	}
	if (n > 0)
		references_leave_out(runner, which, n);
}

struct person untaken_without(struct runner *runner, enum side from, const struct person *person,
			      const struct person *shadow, const struct person *other,
			      struct arena *arena)
{
	struct person known = *person;

	known.values = arena_alloc(arena, runner->table->n, sizeof(struct value));
	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &person->values[i];

		known.values[i] = *all;
		if (!is_concerned(runner, &runner->table->fields[i], from) || !value_is_set(all))
			continue;
		known.values[i] = taken_of(runner, i, from, all, shadow, other, arena);
		if (direction_flows_from(runner->table->fields[i].direction, from))
			note_left_out(runner, &runner->table->fields[i], from, all,
				      &known.values[i]);
	}
	return known;
}

void untaken_not_agreed(const struct runner *runner, const struct intent *intent,
			const struct person *old, struct person *shadow, struct arena *arena)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		struct value *value = &shadow->values[i];

		if (is_concerned(runner, &runner->table->fields[i], intent->target) &&
		    value_is_set(value))
			*value = taken_of(runner, i, intent->target, value, old, &intent->source,
					  arena);
	}
}

bool untaken_are_edits(struct runner *runner, const struct pair *pair, enum side left,
		       bool *ret_untaken, struct error *err)
{
	const struct person *shadow = &pair->shadow[left];
	struct arena arena = { 0 };
	struct person now = person_copy(&arena, runner->table, &pair->now[left]);

	for (size_t i = 0; i < runner->table->n; i++) {
		if (shadow->values[i].state == VALUE_UNKNOWN)
			now.values[i] = (struct value){ .state = VALUE_UNKNOWN };
	}
	const enum fate fate =
		removal_fate(runner->table, &runner->rules, left, &now, shadow, false);

	arena_release(&arena);
	*ret_untaken = false;
	return fate != FATE_SAME ||
	       plan_was_refused(runner, pair, side_other(left), ret_untaken, err);
}
