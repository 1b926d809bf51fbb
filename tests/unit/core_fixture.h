/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core_fixture: a field table of one row and persons written as short texts, for the table tests of the
 * core.  "-" is unknown, "" empty, "a" a scalar, "a,b" a set, "given|additional|family" a people name,
 * "first||last" a records name.
 */
#ifndef CRMSYNC_TESTS_CORE_FIXTURE_H
#define CRMSYNC_TESTS_CORE_FIXTURE_H

#include "base/buf.h"
#include "base/clock.h"
#include "core/match.h"
#include "core/merge.h"

#include <string.h>

struct one_field {
	struct field row;
	struct field_table table;
};

static inline void one_field_init(struct one_field *one, enum field_type type, enum policy policy,
				  enum direction direction)
{
	one->row = (struct field){ .name = STR_LIT("x"),
				   .type = type,
				   .path = { STR_LIT("x"), STR_LIT("x") },
				   .direction = direction,
				   .policy = policy };
	field_table_init(&one->table, &one->row, 1);
}

static inline struct value value_of(struct arena *arena, enum field_type type, const char *text)
{
	const char sep = field_shape(type) == SHAPE_PARTS ? '|' : ',';
	struct str rest = str_from(text);
	struct str part;
	struct value value = { 0 };

	if (strcmp(text, "-") == 0)
		return value;
	if (rest.len == 0)
		return value_empty();
	if (field_shape(type) == SHAPE_SCALAR)
		return value_scalar(arena, rest);
	value = value_items(arena, field_shape(type) == SHAPE_PARTS ? field_part_count(type) : 16);
	uint32_t n = 0;

	while (str_cut(&rest, sep, &part))
		value.items[n++] = (struct item){ .text = part, .key = part };
	if (field_shape(type) == SHAPE_SET)
		value.n = n;
	return value;
}

static inline struct person person_of(struct arena *arena, const struct field_table *table,
				      const char *text)
{
	struct person person;

	person_init(&person, arena, table);
	person.id = STR_LIT("id");
	person.values[0] = value_of(arena, table->fields[0].type, text);
	return person;
}

/* The inverse of value_of(), for comparing. */
static inline const char *text_of(struct arena *arena, enum field_type type,
				  const struct value *value)
{
	struct buf out;

	if (value->state == VALUE_UNKNOWN)
		return "-";
	if (value->state == VALUE_EMPTY)
		return "";
	buf_init(&out, 4096);
	const char *sep = field_shape(type) == SHAPE_PARTS ? "|" : ",";

	for (uint32_t i = 0; i < value->n; i++)
		buf_addf(&out, "%s%.*s", i > 0 ? sep : "", STR_ARG(value->items[i].text));
	while (field_shape(type) == SHAPE_PARTS && out.len > 0 && out.bytes[out.len - 1] == '|')
		buf_truncate(&out, out.len - 1);
	const struct str text = arena_copy(arena, buf_str(&out));

	buf_release(&out);
	return text.p;
}

#endif
