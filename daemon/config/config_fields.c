/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_fields: the field table in force.
 *
 *   built-in rows of the dialect, and those that we know but that are off by default
 *     <- references.*   switch a row on or off and name its attribute
 *     <- fields         the file's own rows
 *     -> checked (config_rules.c), limited by sync.direction, packed into the config
 */
#include "daemon/config/config_p.h"

#include "base/limits.h"
#include "mappers/people_property.h"
#include "mappers/value_map.h"

#include <stdio.h>
#include <string.h>

/* ---- References ---- */

struct known_reference {
	const char *group; /* in the configuration */
	const char *key;   /* of its attribute there */
	const char *field;
	enum field_type type;
	const char *people;
};

/* Tags are titles that the people side keeps behind IRIs; the others are things of their own. */
static const struct known_reference known_references[REFERENCE_COUNT] = {
	[REFERENCE_COMPANIES] = { "references.companies", "references.companies.records", "company",
				  FIELD_REFERENCE, "organizations" },
	[REFERENCE_TAGS] = { "references.tags", "references.tags.records", "tags", FIELD_TEXT_SET,
			     "tags" },
	[REFERENCE_SEGMENTS] = { "references.segments", "references.segments.records", "segments",
				 FIELD_REFERENCE_SET, "segments" },
	[REFERENCE_OWNERS] = { "references.owners", "references.owners.records", "owner",
			       FIELD_REFERENCE, "owner" },
};

static void add_reference(struct config_load *load, struct config_rows *rows,
			  enum reference_kind kind)
{
	const struct known_reference *known = &known_references[kind];
	struct config_reference *reference = &load->config.references[kind];
	struct config_row *row = config_row_find(rows, str_from(known->field));

	if (row == NULL) {
		row = VEC_PUSH(&rows->list);
		*row = (struct config_row){
			.field = { .name = str_from(known->field), .type = known->type },
			.built_in = true,
			.by_default = kind == REFERENCE_COMPANIES,
		};
	}
	row->field.path[SIDE_RECORDS] = str_from(reference->records);
	row->field.path[SIDE_PEOPLE] = str_from(known->people);
	row->enabled = reference->enabled;
	row->line = config_line(load, known->key);
	(void)snprintf(row->key, sizeof(row->key), "%s", known->group);
	if (*reference->records != '\0' && !config_is_identifier(str_from(reference->records)))
		(void)config_complain(load, config_line(load, known->key), known->key,
				      "must be a name of letters, digits, _ and -, of 1 to 64");
}

/* Switched on, but without an attribute, neither here nor in a row of `fields`. */
static void check_reference(struct config_load *load, struct config_rows *rows,
			    enum reference_kind kind)
{
	const struct known_reference *known = &known_references[kind];
	const struct config_row *row = config_row_find(rows, str_from(known->field));

	if (row->enabled && !row->in_fields && row->field.path[SIDE_RECORDS].len == 0)
		(void)config_complain(load, config_line(load, known->key), known->key,
				      "missing; name the records attribute that holds the %s",
				      known->field);
}

/* What is in force in the end: a row of `fields` can switch a reference on or off too. */
static void settle_reference(struct config *config, enum reference_kind kind)
{
	const struct known_reference *known = &known_references[kind];
	struct config_reference *reference = &config->references[kind];

	reference->enabled = false;
	for (size_t i = 0; i < config->fields.n; i++) {
		const struct field *field = &config->fields.fields[i];

		if (!str_equal_z(field->path[SIDE_PEOPLE], known->people) ||
		    field->direction == DIRECTION_NONE)
			continue;
		reference->enabled = true;
		reference->records = field->path[SIDE_RECORDS].p;
	}
}

/* ---- Building ---- */

static void add_built_in(struct config_load *load, struct config_rows *rows)
{
	struct field defaults[LIMIT_FIELDS];
	const size_t n = field_defaults(load->config.records.dialect == DIALECT_ATTRIBUTES,
					LIMIT_FIELDS, defaults);

	for (size_t i = 0; i < n; i++) {
		*VEC_PUSH(&rows->list) = (struct config_row){
			.field = defaults[i],
			.built_in = true,
			.by_default = true,
			.enabled = true,
		};
	}
	for (int kind = 0; kind < REFERENCE_COUNT; kind++)
		add_reference(load, rows, (enum reference_kind)kind);
	*VEC_PUSH(&rows->list) = (struct config_row){
		.field = { .name = STR_LIT("customer_id"),
			   .type = FIELD_TEXT,
			   .path = { [SIDE_PEOPLE] = STR_LIT("customerId") },
			   .direction = DIRECTION_TO_RECORDS },
		.built_in = true,
	};
	for (size_t i = 0; i < rows->list.n; i++) {
		struct config_row *row = &rows->list.items[i];

		row->field.policy = load->config.sync.conflict;
		if (row->line == 0) {
			row->line = config_line(load, "fields");
			(void)snprintf(row->key, sizeof(row->key), "fields");
		}
	}
}

static void put_properties(struct config_load *load, struct config_rows *rows)
{
	struct config_row *emails = config_row_find(rows, STR_LIT("emails"));
	struct config_row *phones = config_row_find(rows, STR_LIT("phones"));

	if (emails != NULL)
		emails->field.path[SIDE_PEOPLE] = str_from(load->config.people.email_property);
	if (phones != NULL)
		phones->field.path[SIDE_PEOPLE] = str_from(load->config.people.phone_property);
}

static void read_rows(struct config_load *load, struct config_rows *rows)
{
	const unsigned n = load->rows != NULL ? (unsigned)config_setting_length(load->rows) : 0;

	if (n > LIMIT_FIELDS) {
		(void)config_complain(load, config_line(load, "fields"), "fields",
				      "has %u rows; at most %d are allowed", n, LIMIT_FIELDS);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		config_read_row(load, rows, config_setting_get_elem(load->rows, i), i);
}

/* What follows from the finished row alone. */
static void settle_row(struct config_load *load, struct config_row *row)
{
	struct field *field = &row->field;
	const bool addresses = field->type == FIELD_EMAIL_SET || field->type == FIELD_PHONE_SET;

	if (field->type == FIELD_URL || field->type == FIELD_LINKEDIN)
		field->type = str_equal_z(field->path[SIDE_PEOPLE], "linkedinId") ? FIELD_LINKEDIN :
										    FIELD_URL;
	if (field->type == FIELD_REFERENCE &&
	    people_property_form(field->path[SIDE_PEOPLE]) == PEOPLE_FORM_IRIS)
		field->type = FIELD_REFERENCE_OF_MANY;
	field->unread[SIDE_PEOPLE] =
		people_property_access(field->path[SIDE_PEOPLE]) == PEOPLE_WRITE_ONLY;
	/* An attribute of that dialect holds one text. */
	field->single[SIDE_RECORDS] =
		(addresses && load->config.records.dialect == DIALECT_ATTRIBUTES) ||
		field->type == FIELD_REFERENCE_OF_MANY;
	value_map_prepare(&load->config.arena, field->type, row->map, field->n_map);
}

/* ---- Packing ---- */

/* The users record needs the number, though no attribute of the person holds it: one more row of the table
 * is read with the person, and costs no request. */
static bool is_read_for_users(const struct config *config, const struct config_row *row)
{
	return config->users.enabled && str_equal_z(row->field.name, "customer_id") &&
	       (!row->enabled || row->field.path[SIDE_RECORDS].len == 0);
}

static void pack(struct config_load *load, const struct config_rows *rows)
{
	struct config *config = &load->config;
	struct field *fields = arena_alloc(&config->arena, rows->list.n, sizeof(*fields));
	enum direction *configured = arena_alloc(&config->arena, rows->list.n, sizeof(*configured));
	struct str *off = arena_alloc(&config->arena, rows->list.n, sizeof(*off));
	size_t n = 0;

	for (size_t i = 0; i < rows->list.n; i++) {
		const struct config_row *row = &rows->list.items[i];
		const bool unmapped = is_read_for_users(config, row);

		if (!row->enabled && row->by_default)
			off[config->n_switched_off++] = row->field.name;
		if (!row->enabled && !unmapped)
			continue;
		fields[n] = row->field;
		if (unmapped)
			fields[n].path[SIDE_RECORDS] = (struct str){ NULL, 0 };
		configured[n] = unmapped ? DIRECTION_NONE : row->field.direction;
		fields[n].direction = config_limit_direction(configured[n], config->sync.direction);
		n++;
	}
	config->configured_directions = configured;
	config->switched_off = off;
	field_table_init(&config->fields, fields, n);
}

void config_build_fields(struct config_load *load)
{
	struct config_rows rows = { 0 };

	add_built_in(load, &rows);
	put_properties(load, &rows);
	read_rows(load, &rows);
	for (size_t i = 0; i < rows.list.n; i++)
		settle_row(load, &rows.list.items[i]);
	for (int kind = 0; kind < REFERENCE_COUNT; kind++)
		check_reference(load, &rows, (enum reference_kind)kind);
	config_check_rows(load, &rows);
	pack(load, &rows);
	for (int kind = 0; kind < REFERENCE_COUNT; kind++)
		settle_reference(&load->config, (enum reference_kind)kind);
	VEC_RELEASE(&rows.list);
}
