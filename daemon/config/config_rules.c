/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_rules: what a row of the field table must not be: it writes what its side never takes, maps
 * the same thing as another row, or has a map of values that cannot be read backwards.  And what the
 * table must have for other keys.
 */
#include "daemon/config/config_p.h"

#include "mappers/people_property.h"

#include <stdio.h>
#include <string.h>

static bool is_enabled(const struct config_row *row)
{
	return row->enabled && row->field.path[SIDE_RECORDS].len > 0 &&
	       row->field.path[SIDE_PEOPLE].len > 0;
}

static bool writes_to(const struct config_row *row, enum side side)
{
	return direction_flows_from(row->field.direction, side_other(side));
}

static void complain_row(struct config_load *load, const struct config_row *row, const char *member,
			 const char *what)
{
	char key[sizeof(row->key) + 16];

	(void)snprintf(key, sizeof(key), "%s.%s", row->key, member);
	(void)config_complain(load, row->line, key, "%s", what);
}

/* ---- What a side never takes ---- */

static const char *const records_read_only[] = {
	"record_id",
	"created_at",
	"created_by",
	"updated_at",
	"avatar_url",
	"twitter_follower_count",
	"strongest_connection_strength",
	"strongest_connection_strength_legacy",
	"strongest_connection_user",
};

static bool is_read_only(enum side side, struct str path)
{
	if (side == SIDE_PEOPLE)
		return people_property_access(path) == PEOPLE_READ_ONLY;
	for (size_t i = 0; i < COUNT_OF(records_read_only); i++) {
		if (str_equal_z(path, records_read_only[i]))
			return true;
	}
	return str_ends(path, STR_LIT("_interaction"));
}

static void check_writable(struct config_load *load, const struct config_row *row)
{
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side side = (enum side)i;
		char what[160];

		if (!writes_to(row, side) || !is_read_only(side, row->field.path[side]))
			continue;
		(void)snprintf(what, sizeof(what),
			       "%s.%.*s is never written; give direction = \"%s\"", side_name(side),
			       STR_ARG(row->field.path[side]),
			       side == SIDE_RECORDS ? "to_people" : "to_records");
		complain_row(load, row, "direction", what);
	}
	if (row->field.unread[SIDE_PEOPLE] && writes_to(row, SIDE_RECORDS)) {
		char what[160];

		(void)snprintf(what, sizeof(what),
			       "people.%.*s is never shown; give direction = \"to_people\"",
			       STR_ARG(row->field.path[SIDE_PEOPLE]));
		complain_row(load, row, "direction", what);
	}
	if (load->config.people.marker && writes_to(row, SIDE_PEOPLE) &&
	    str_equal_z(row->field.path[SIDE_PEOPLE], "externalSource"))
		complain_row(
			load, row, "people",
			"externalSource is the marker; set people.marker = false or map another "
			"property");
}

/* ---- Types ---- */

static void check_type(struct config_load *load, const struct config_row *row)
{
	const struct field *field = &row->field;
	const bool is_name = str_equal_z(field->path[SIDE_PEOPLE], "name");
	const enum people_form form = people_property_form(field->path[SIDE_PEOPLE]);

	if (!people_form_fits(form, field)) {
		char what[160];

		(void)snprintf(what, sizeof(what), "people.%.*s is %s, which \"%s\" cannot hold",
			       STR_ARG(field->path[SIDE_PEOPLE]), people_form_name(form),
			       field_type_name(field->type));
		complain_row(load, row, "type", what);
	}
	if (is_name != (field->type == FIELD_NAME))
		complain_row(
			load, row, "people",
			"type \"name\" and the property \"name\" (all its parts) belong together");
	if (str_equal_z(field->name, "emails") &&
	    !str_equal_z(field->path[SIDE_PEOPLE], load->config.people.email_property))
		complain_row(load, row, "people", "set people.email_property instead");
	if (str_equal_z(field->name, "phones") &&
	    !str_equal_z(field->path[SIDE_PEOPLE], load->config.people.phone_property))
		complain_row(load, row, "people", "set people.phone_property instead");
}

/* ---- Maps of values ---- */

static bool may_have_map(enum field_type type)
{
	switch (field_shape(type)) {
	case SHAPE_SCALAR:
		return type != FIELD_REFERENCE && type != FIELD_LINKEDIN;
	case SHAPE_SET:
		return type == FIELD_TEXT_SET;
	case SHAPE_PARTS:
		break;
	}
	return false;
}

/* A value that is read on a side must say which one it is on the other. */
static void check_map_side(struct config_load *load, const struct config_row *row, enum side side)
{
	const struct field *field = &row->field;

	for (size_t i = 0; i < field->n_map; i++) {
		for (size_t k = 0; k < i; k++) {
			char what[160];

			if (!str_equal(field->map[i].key[side], field->map[k].key[side]))
				continue;
			(void)snprintf(what, sizeof(what),
				       "the %s value \"%.60s\" stands in two pairs; leave one out",
				       side_name(side), field->map[i].side[side].p);
			complain_row(load, row, "values", what);
			return;
		}
	}
}

static void check_map(struct config_load *load, const struct config_row *row)
{
	if (row->field.n_map > 0 && !may_have_map(row->field.type)) {
		complain_row(load, row, "values",
			     "only single values and text_set can be translated; leave it out");
		return;
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (direction_flows_from(row->field.direction, (enum side)side))
			check_map_side(load, row, (enum side)side);
	}
}

/* ---- Row against row ---- */

/* The parts that a row of type name writes, whatever other rows there are. */
static bool is_part_of_name(struct str path)
{
	static const char *const parts[] = { "givenName", "additionalName", "familyName" };

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (str_equal_z(path, parts[i]))
			return true;
	}
	return false;
}

static bool same_place(const struct field *a, const struct field *b, enum side side)
{
	if (str_equal(a->path[side], b->path[side]))
		return true;
	return side == SIDE_PEOPLE && ((a->type == FIELD_NAME && is_part_of_name(b->path[side])) ||
				       (b->type == FIELD_NAME && is_part_of_name(a->path[side])));
}

static void check_against(struct config_load *load, const struct config_row *row,
			  const struct config_row *other)
{
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side side = (enum side)i;
		char what[200];

		if (!writes_to(row, side) || !writes_to(other, side) ||
		    !same_place(&row->field, &other->field, side))
			continue;
		(void)snprintf(
			what, sizeof(what),
			"the field \"%.*s\" writes %s.%.*s already; map another one or switch "
			"that row off",
			STR_ARG(other->field.name), side_name(side),
			STR_ARG(other->field.path[side]));
		complain_row(load, row, side_name(side), what);
	}
}

/* An error belongs to the later row of the file; rows that it does not name come first. */
static bool comes_after(const struct config_row *row, size_t i, const struct config_row *other,
			size_t k)
{
	if (row->in_fields != other->in_fields)
		return row->in_fields;
	return row->line != other->line ? row->line > other->line : i > k;
}

/* ---- Rows that other keys need ---- */

static const char *why_no_tag(const struct config_rows *rows)
{
	for (size_t i = 0; i < rows->list.n; i++) {
		const struct config_row *row = &rows->list.items[i];

		if (!is_enabled(row) || !str_equal_z(row->field.name, "tags"))
			continue;
		if (row->field.type != FIELD_TEXT_SET)
			return "\"tag\" needs a field \"tags\" of type text_set";
		if (!writes_to(row, SIDE_RECORDS))
			return "\"tag\" writes to records, but the field \"tags\" is to_people only";
		return NULL;
	}
	return "\"tag\" needs a field \"tags\": switch references.tags on, and name the records "
	       "attribute that holds them";
}

/* on_removed stands as it is in force: where nothing is written to records, nothing is tagged. */
static void check_tag(struct config_load *load, const struct config_rows *rows)
{
	static const char key[] = "sync.on_removed.people";
	const char *why = why_no_tag(rows);

	if (load->config.sync.on_people_removed == PEOPLE_REMOVAL_TAG && why != NULL)
		(void)config_complain(load, config_line(load, key), key, "%s", why);
}

void config_check_rows(struct config_load *load, const struct config_rows *rows)
{
	for (size_t i = 0; i < rows->list.n; i++) {
		const struct config_row *row = &rows->list.items[i];

		if (!is_enabled(row))
			continue;
		check_type(load, row);
		check_writable(load, row);
		check_map(load, row);
		for (size_t k = 0; k < rows->list.n; k++) {
			const struct config_row *other = &rows->list.items[k];

			if (k != i && is_enabled(other) && comes_after(row, i, other, k))
				check_against(load, row, other);
		}
	}
	check_tag(load, rows);
}
