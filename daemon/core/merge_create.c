/* SPDX-License-Identifier: Apache-2.0 */
#include "core/merge.h"
#include "core/name.h"

static struct value name_for_people(const struct field_table *table, const struct person *source,
				    struct arena *arena)
{
	struct value name = value_empty();

	if (table->name >= 0 && value_is_set(&source->values[table->name]))
		name = name_to_people(arena, &source->values[table->name], NULL, NULL);
	if (value_part(&name, NAME_FAMILY).len > 0 || table->emails < 0 ||
	    !value_is_set(&source->values[table->emails]))
		return name;
	return name_from_email(arena, source->values[table->emails].items[0].text);
}

bool merge_create(const struct field_table *table, enum side target, const struct person *source,
		  struct arena *arena, struct person *ret_person, struct error *err)
{
	const enum side from = side_other(target);
	struct person person;

	person_init(&person, arena, table);
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const struct value unknown = { 0 };

		if (!value_is_set(&source->values[i]) ||
		    !direction_flows_from(field->direction, from))
			continue;
		person.values[i] = merge_carried(field, from, &source->values[i], &unknown, arena);
		if (field->single[target] && field_shape(field->type) == SHAPE_SET)
			person.values[i].n = 1;
	}
	if (target == SIDE_PEOPLE) {
		if (table->name < 0)
			return error_set(
				err, ERR_REJECTED,
				"people persons need a familyName and the field \"name\" is switched off");
		person.values[table->name] = name_for_people(table, source, arena);
		if (value_part(&person.values[table->name], NAME_FAMILY).len == 0)
			return error_set(
				err, ERR_REJECTED,
				"a people person needs a familyName, and this record has neither a name nor an e-mail to take one from");
		person.marker = source->id;
	}
	*ret_person = person;
	return true;
}
