/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_print: the field table in force, in the syntax of the configuration: what is printed gives
 * the same table when it is put into the file.
 */
#include "daemon/config/config.h"

#include <stdio.h>

/* Control characters never come in (config_read.c); these two are all that remains to escape. */
static void print_text(FILE *out, struct str text)
{
	(void)fputc('"', out);
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			(void)fputc('\\', out);
		(void)fputc(text.p[i], out);
	}
	(void)fputc('"', out);
}

static void print_member(FILE *out, const char *name, struct str text)
{
	(void)fprintf(out, " %s = ", name);
	print_text(out, text);
	(void)fputs(";", out);
}

static void print_map(FILE *out, const struct field *field)
{
	(void)fputs("\n    values = (", out);
	for (size_t i = 0; i < field->n_map; i++) {
		(void)fputs(i > 0 ? ", (" : " (", out);
		print_text(out, field->map[i].side[SIDE_RECORDS]);
		(void)fputs(", ", out);
		print_text(out, field->map[i].side[SIDE_PEOPLE]);
		(void)fputc(')', out);
	}
	(void)fputs(" );", out);
}

static void print_row(FILE *out, const struct field *field, enum direction direction)
{
	(void)fputs("  {", out);
	print_member(out, "field", field->name);
	print_member(out, "type", str_from(field_type_name(field->type)));
	print_member(out, "records", field->path[SIDE_RECORDS]);
	print_member(out, "people", field->path[SIDE_PEOPLE]);
	(void)fputs("\n   ", out);
	print_member(out, "direction", str_from(direction_name(direction)));
	print_member(out, "conflict", str_from(policy_name(field->policy)));
	(void)fprintf(out, " enforce = %s;", field->enforce ? "true" : "false");
	if (field->n_map > 0)
		print_map(out, field);
	(void)fputs(" }", out);
}

void config_print_fields(const struct config *config, FILE *out)
{
	const char *separator = "\n";

	(void)fputs("fields = (", out);
	for (size_t i = 0; i < config->fields.n; i++) {
		const struct field *field = &config->fields.fields[i];

		if (field->path[SIDE_RECORDS].len == 0)
			continue; /* read for users only, no row of the file */
		(void)fputs(separator, out);
		print_row(out, field, config->configured_directions[i]);
		separator = ",\n";
	}
	for (size_t i = 0; i < config->n_switched_off; i++) {
		(void)fputs(separator, out);
		(void)fputs("  {", out);
		print_member(out, "field", config->switched_off[i]);
		(void)fputs(" enabled = false; }", out);
		separator = ",\n";
	}
	(void)fputs("\n);\n", out);
}
