/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/likeness.h"

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

bool likeness_shows_all(const struct field_table *table, const struct intent *intent,
			const struct person *person)
{
	for (size_t i = 0; i < table->n; i++) {
		if (!likeness_shows(table, intent, i, person))
			return false;
	}
	return true;
}

size_t likeness_count(const struct field_table *table, const struct intent *intent,
		      const struct person *person)
{
	size_t n = 0;

	for (size_t i = 0; i < table->n; i++)
		n += value_is_set(&intent->write.values[i]) &&
		     likeness_shows(table, intent, i, person);
	return n;
}
