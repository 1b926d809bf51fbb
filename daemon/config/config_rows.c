/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_rows: one row of `fields` as it stands in the file.
 *
 *   { field = "job_title"; type = "text"; records = "job_title"; people = "jobTitle";
 *     direction = "both"; conflict = "newest"; enforce = false; enabled = true;
 *     values = ( ("CEO", "Chief Executive") ); }
 *
 * A row takes the place of the built-in one of its name; what it leaves out is taken from there.
 */
#include "daemon/config/config_p.h"

#include "base/limits.h"
#include "daemon/config/nearest.h"

#include <stdio.h>
#include <string.h>

#define KEY_MAX_BYTES 96

static const char *const row_keys[] = {
	"field",  "type",     "records", "people",  "direction",
	"values", "conflict", "enforce", "enabled",
};

struct config_row *config_row_find(struct config_rows *rows, struct str name)
{
	for (size_t i = 0; i < rows->list.n; i++) {
		if (str_equal(rows->list.items[i].field.name, name))
			return &rows->list.items[i];
	}
	return NULL;
}

bool config_is_identifier(struct str text)
{
	static const char allowed[] =
		"_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (text.len == 0 || text.len > 64)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (strchr(allowed, text.p[i]) == NULL || text.p[i] == '\0')
			return false;
	}
	return true;
}

/* ---- Members of a row ---- */

struct member {
	struct config_load *load;
	const config_setting_t *setting;
	char key[KEY_MAX_BYTES]; /* "fields[2].type" */
	uint32_t line;
};

static bool find_member(struct config_load *load, const config_setting_t *group,
			const char *row_key, const char *name, struct member *ret_member)
{
	const config_setting_t *setting = config_setting_get_member(group, name);

	*ret_member = (struct member){ .load = load, .setting = setting };
	(void)snprintf(ret_member->key, sizeof(ret_member->key), "%s.%s", row_key, name);
	ret_member->line = config_setting_source_line(setting != NULL ? setting : group);
	return setting != NULL;
}

static struct str member_text(const struct member *m)
{
	return str_from(config_read_text(m->load, m->setting, m->key));
}

static void read_type(const struct member *m, struct field *field)
{
	const struct str name = member_text(m);

	if (!field_type_from_name(name, &field->type))
		(void)config_complain(
			m->load, m->line, m->key,
			"\"%.*s\" is none of text, number, integer, boolean, date, "
			"timestamp, url, email_set, phone_set, select, text_set, reference, "
			"reference_set, location, name",
			STR_ARG(name));
}

static void read_path(const struct member *m, enum side side, struct field *field)
{
	const struct str path = member_text(m);

	if (config_is_identifier(path))
		field->path[side] = path;
	else
		(void)config_complain(m->load, m->line, m->key,
				      "must be a name of letters, digits, _ and -, of 1 to 64");
}

static void read_direction(const struct member *m, struct field *field)
{
	const struct str name = member_text(m);

	if (!direction_from_name(name, &field->direction) || field->direction == DIRECTION_NONE)
		(void)config_complain(m->load, m->line, m->key,
				      "\"%.*s\" is none of \"both\", \"to_people\", \"to_records\"",
				      STR_ARG(name));
}

static void read_conflict(const struct member *m, struct field *field)
{
	const struct str name = member_text(m);

	if (!policy_from_name(name, &field->policy))
		(void)config_complain(
			m->load, m->line, m->key,
			"\"%.*s\" is none of \"newest\", \"records\", \"people\", \"manual\"",
			STR_ARG(name));
}

/* ---- The map of values ---- */

static bool is_sequence(const config_setting_t *setting)
{
	return config_setting_is_list(setting) || config_setting_is_array(setting);
}

static bool read_pair(const struct member *m, const config_setting_t *pair,
		      struct value_pair *ret_pair)
{
	if (!is_sequence(pair) || config_setting_length(pair) != SIDE_COUNT)
		return config_complain(m->load, config_setting_source_line(pair), m->key,
				       "each element must be a pair, (\"records value\", "
				       "\"people value\")");
	for (unsigned side = 0; side < SIDE_COUNT; side++) {
		const char *text =
			config_read_text(m->load, config_setting_get_elem(pair, side), m->key);

		if (text == NULL)
			return false;
		if (*text == '\0')
			return config_complain(m->load, config_setting_source_line(pair), m->key,
					       "a pair holds an empty text; leave that pair out");
		ret_pair->side[side] = str_from(text);
	}
	return true;
}

static void read_values(const struct member *m, struct config_row *row)
{
	if (!is_sequence(m->setting) || config_setting_length(m->setting) > LIMIT_VALUE_MAP) {
		(void)config_complain(m->load, m->line, m->key,
				      "must be a list of at most %d pairs, ( (\"records value\", "
				      "\"people value\"), … )",
				      LIMIT_VALUE_MAP);
		return;
	}

	const size_t n = (size_t)config_setting_length(m->setting);
	struct value_pair *map =
		arena_alloc(&m->load->config.arena, n > 0 ? n : 1, sizeof(struct value_pair));

	for (size_t i = 0; i < n; i++) {
		if (!read_pair(m, config_setting_get_elem(m->setting, (unsigned)i), &map[i]))
			return;
	}
	row->map = map;
	row->field.map = map;
	row->field.n_map = n;
}

/* ---- The row ---- */

static void complain_unknown_members(struct config_load *load, const config_setting_t *group,
				     const char *row_key)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, i);
		const struct str name = str_from(config_setting_name(setting));
		const char *nearest = nearest_name(name, row_keys, COUNT_OF(row_keys));
		char key[KEY_MAX_BYTES];

		if (str_equal_z(name, nearest))
			continue;
		(void)snprintf(key, sizeof(key), "%s.%.*s", row_key, STR_ARG(str_head(name, 64)));
		(void)config_complain(load, config_setting_source_line(setting), key,
				      "unknown key; the nearest known one is %s", nearest);
	}
}

static void read_members(struct config_load *load, const config_setting_t *group,
			 struct config_row *row)
{
	struct field *field = &row->field;
	struct member m;

	if (find_member(load, group, row->key, "type", &m))
		read_type(&m, field);
	if (find_member(load, group, row->key, "records", &m))
		read_path(&m, SIDE_RECORDS, field);
	if (find_member(load, group, row->key, "people", &m))
		read_path(&m, SIDE_PEOPLE, field);
	if (find_member(load, group, row->key, "direction", &m))
		read_direction(&m, field);
	if (find_member(load, group, row->key, "conflict", &m))
		read_conflict(&m, field);
	if (find_member(load, group, row->key, "enforce", &m))
		(void)config_read_bool(load, m.setting, m.key, &field->enforce);
	if (find_member(load, group, row->key, "values", &m))
		read_values(&m, row);
	row->enabled = true;
	if (find_member(load, group, row->key, "enabled", &m))
		(void)config_read_bool(load, m.setting, m.key, &row->enabled);
}

/* A row that nobody knows must say all that there is to say. */
static void complain_incomplete(struct config_load *load, const config_setting_t *group,
				const struct config_row *row)
{
	static const char *const needed[] = { "type", "records", "people" };
	struct member m;

	for (size_t i = 0; i < COUNT_OF(needed); i++) {
		const bool known =
			row->built_in &&
			(i == 0 || row->field.path[i == 1 ? SIDE_RECORDS : SIDE_PEOPLE].len > 0);

		if (!find_member(load, group, row->key, needed[i], &m) && !known)
			(void)config_complain(load, m.line, m.key,
					      "missing; no built-in row \"%.*s\" says it",
					      STR_ARG(row->field.name));
	}
}

static bool read_name(struct config_load *load, const config_setting_t *group, const char *row_key,
		      struct str *ret_name)
{
	struct member m;

	if (!find_member(load, group, row_key, "field", &m))
		return config_complain(load, m.line, m.key, "missing; every row has a name");
	*ret_name = member_text(&m);
	if (!config_is_identifier(*ret_name))
		return config_complain(load, m.line, m.key,
				       "must be a name of letters, digits, _ and -, of 1 to 64");
	return true;
}

static struct config_row *row_for(struct config_load *load, struct config_rows *rows,
				  struct str name)
{
	struct config_row *row = config_row_find(rows, name);

	if (row == NULL) {
		row = VEC_PUSH(&rows->list);
		*row = (struct config_row){
			.field = { .name = name, .policy = load->config.sync.conflict },
		};
	}
	return row;
}

void config_read_row(struct config_load *load, struct config_rows *rows,
		     const config_setting_t *setting, unsigned index)
{
	const uint32_t line = config_setting_source_line(setting);
	char key[sizeof(((struct config_row *)NULL)->key)];
	struct str name;

	(void)snprintf(key, sizeof(key), "fields[%u]", index);
	if (!config_setting_is_group(setting)) {
		(void)config_complain(load, line, key, "is %s, must be a row { field = …; }",
				      config_kind_name(setting));
		return;
	}
	complain_unknown_members(load, setting, key);
	if (!read_name(load, setting, key, &name))
		return;

	struct config_row *row = row_for(load, rows, name);

	if (row->in_fields) {
		(void)config_complain(load, line, key,
				      "\"%.*s\" has a row already, in line %u; leave one out",
				      STR_ARG(name), row->line);
		return;
	}
	(void)snprintf(row->key, sizeof(row->key), "%s", key);
	row->line = line;
	row->in_fields = true;
	read_members(load, setting, row);
	complain_incomplete(load, setting, row);
}
