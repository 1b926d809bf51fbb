/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/likeness.h"

#include <assert.h>
#include <limits.h>

bool likeness_shows(const struct field_table *table, const struct intent *intent, size_t i,
		    const struct person *person)
{
	const struct field *field = &table->fields[i];
	const struct value *write = &intent->write.values[i];
	const struct value *seen = &person->values[i];
	const struct value *source = &intent->source.values[i];
	const bool to_records = intent->target == SIDE_RECORDS;
	struct arena arena = { 0 };

	if (write->state == VALUE_UNKNOWN || !merge_value_changed(field, write, seen))
		return true;
	/* What a set becomes is made of both sides: only the whole tells. */
	if (!value_is_set(write) || !value_is_set(seen) || field_shape(field->type) == SHAPE_SET)
		return false;
	const bool agrees = merge_values_agree(field, to_records ? seen : source,
					       to_records ? source : seen, &arena);

	arena_release(&arena);
	return agrees;
}

bool likeness_shares(const struct field_table *table, const struct intent *intent, size_t i,
		     const struct person *person)
{
	const struct value *write = &intent->write.values[i];
	const struct value *seen = &person->values[i];

	if (!value_is_set(write) || !value_is_set(seen))
		return false;
	if (field_shape(table->fields[i].type) != SHAPE_SET)
		return likeness_shows(table, intent, i, person);
	for (uint32_t j = 0; j < write->n; j++) {
		if (value_has(seen, write->items[j].key))
			return true;
	}
	return false;
}

bool likeness_lacks(const struct intent *intent, size_t i, const struct person *person)
{
	return value_is_set(&intent->write.values[i]) && !value_is_set(&intent->base.values[i]) &&
	       person->values[i].state == VALUE_UNKNOWN;
}

struct value likeness_kept(const struct field_table *table, const struct intent *intent, size_t i,
			   const struct person *person, struct arena *arena)
{
	if (field_shape(table->fields[i].type) != SHAPE_SET)
		return (struct value){ .state = VALUE_UNKNOWN };
	return value_common(&person->values[i], &intent->write.values[i], arena);
}

bool likeness_tells(const struct field *field)
{
	static const bool tells[] = {
		[FIELD_TEXT] = true,       [FIELD_NUMBER] = true,
		[FIELD_INTEGER] = true,    [FIELD_BOOLEAN] = false,
		[FIELD_DATE] = true,       [FIELD_TIMESTAMP] = true,
		[FIELD_URL] = true,        [FIELD_LINKEDIN] = true,
		[FIELD_EMAIL_SET] = true,  [FIELD_PHONE_SET] = true,
		[FIELD_SELECT] = false,    [FIELD_TEXT_SET] = false,
		[FIELD_REFERENCE] = false, [FIELD_REFERENCE_SET] = false,
		[FIELD_LOCATION] = true,   [FIELD_REFERENCE_OF_MANY] = false,
		[FIELD_NAME] = true,
	};
	static_assert(COUNT_OF(tells) == FIELD_TYPE_COUNT, "every type tells or not");

	return tells[field->type];
}

bool likeness_shows_all(const struct field_table *table, const struct intent *intent,
			const struct person *person)
{
	for (size_t i = 0; i < table->n; i++) {
		if (!likeness_shows(table, intent, i, person))
			return false;
	}
	return true;
}

/* ---- Updates of unknown outcome ---- */

/* The elements that the write added are there and those that it took away are not; their order is the
 * server's. */
static bool shows_elements(const struct value *write, const struct value *base,
			   const struct value *seen)
{
	const uint32_t n_write = value_is_set(write) ? write->n : 0;
	const uint32_t n_base = value_is_set(base) ? base->n : 0;
	bool moved = false;

	for (uint32_t i = 0; i < n_write; i++) {
		const struct str key = write->items[i].key;

		if (value_has(base, key))
			continue;
		if (!value_has(seen, key))
			return false;
		moved = true;
	}
	for (uint32_t i = 0; i < n_base; i++) {
		const struct str key = base->items[i].key;

		if (value_has(write, key))
			continue;
		if (value_has(seen, key))
			return false;
		moved = true;
	}
	return moved;
}

static bool shows_update(const struct field_table *table, const struct intent *intent, size_t i,
			 const struct person *person)
{
	return likeness_shows(table, intent, i, person) ||
	       (field_shape(table->fields[i].type) == SHAPE_SET &&
		person->values[i].state != VALUE_UNKNOWN &&
		shows_elements(&intent->write.values[i], &intent->base.values[i],
			       &person->values[i]));
}

/* What is only taken away somebody else may have taken away, and one of a few values anybody may choose. */
static bool is_told_by(const struct field *field, const struct value *write,
		       const struct value *base)
{
	if (!value_is_set(write) || !likeness_tells(field))
		return false;
	if (field_shape(field->type) != SHAPE_SET)
		return true;
	for (uint32_t i = 0; i < write->n; i++) {
		if (!value_has(base, write->items[i].key))
			return true;
	}
	return false;
}

enum finding likeness_finding(const struct field_table *table, const struct intent *intent,
			      const struct person *person)
{
	bool as_before = true;
	size_t n_shown = 0;
	size_t n_hidden = 0;

	for (size_t i = 0; i < table->n; i++) {
		const struct value *seen = &person->values[i];

		if (intent->write.values[i].state == VALUE_UNKNOWN || seen->state == VALUE_UNKNOWN)
			continue;
		const bool shown = shows_update(table, intent, i, person);

		if (shown && is_told_by(&table->fields[i], &intent->write.values[i],
					&intent->base.values[i]))
			return FINDING_HAPPENED;
		n_shown += shown;
		n_hidden += !shown;
		as_before = as_before &&
			    !merge_value_changed(&table->fields[i], seen, &intent->base.values[i]);
	}
	if (n_shown > 0 && n_hidden == 0)
		return FINDING_HAPPENED;
	return as_before ? FINDING_NOT : FINDING_UNKNOWN;
}

/* As if the write had just been answered: all that was written, in the order and the spelling that the
 * server gives it. */
static struct value agreed_set(const struct value *write, const struct value *seen,
			       struct arena *arena)
{
	const uint32_t n_seen = value_is_set(seen) ? seen->n : 0;
	const uint32_t n_write = value_is_set(write) ? write->n : 0;
	struct value agreed = value_items(arena, n_write + 1);

	agreed.n = 0;
	for (uint32_t i = 0; i < n_seen; i++) {
		if (value_has(write, seen->items[i].key))
			agreed.items[agreed.n++] = seen->items[i];
	}
	for (uint32_t i = 0; i < n_write; i++) {
		if (!value_has(seen, write->items[i].key))
			agreed.items[agreed.n++] = write->items[i];
	}
	return agreed.n > 0 ? agreed : value_empty();
}

struct person likeness_agreed(const struct field_table *table, const struct intent *intent,
			      const struct person *seen, struct arena *arena)
{
	struct person agreed = person_copy(arena, table, seen);

	for (size_t i = 0; i < table->n; i++) {
		const struct value *write = &intent->write.values[i];
		const bool is_set = field_shape(table->fields[i].type) == SHAPE_SET;

		if (write->state == VALUE_UNKNOWN) {
			/* A create: what nobody sent was not there. */
			if (intent->kind == INTENT_CREATE && value_is_set(&agreed.values[i]))
				agreed.values[i] = value_empty();
		} else if (!likeness_shows(table, intent, i, seen)) {
			agreed.values[i] =
				is_set ? agreed_set(write, &agreed.values[i], arena) : *write;
		}
	}
	return agreed;
}

int likeness_score(const struct field_table *table, const struct intent *intent,
		   const struct person *person)
{
	int n_shown = 0;
	int n_other = 0;

	for (size_t i = 0; i < table->n; i++) {
		const struct value *write = &intent->write.values[i];

		if (value_is_set(write) && likeness_shows(table, intent, i, person))
			n_shown++;
		else
			n_other += value_is_set(write) || value_is_set(&person->values[i]);
	}
	return n_shown > 0 ? n_shown * (int)table->n - n_other : INT_MIN;
}
