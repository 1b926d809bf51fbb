/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typed: a value that a person typed, in the form in which a server's values are compared.
 */
#include "base/clock.h"
#include "mappers/mapper_decode.h"

#include <string.h>

static bool is_number(struct str text)
{
	bool any = false;

	for (size_t i = 0; i < text.len; i++) {
		const bool digit = text.p[i] >= '0' && text.p[i] <= '9';

		if (!digit && text.p[i] != '.' && !(i == 0 && text.p[i] == '-'))
			return false;
		any = any || digit;
	}
	return any;
}

static bool is_time(struct str text)
{
	int64_t ignored;

	return clock_parse(text, &ignored);
}

static bool is_boolean(struct str text)
{
	return str_equal_z(text, "true") || str_equal_z(text, "false");
}

static bool is_integer(struct str text)
{
	return is_number(text) && str_find(text, '.') == text.len;
}

static bool is_text(struct str text)
{
	return text.len > 0;
}

/* Types without a row are made of several parts, or named by ids. */
static const struct {
	bool (*accepts)(struct str canonical);
	const char *expected;
} checks[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { is_text, "a text" },
	[FIELD_NUMBER] = { is_number, "a number" },
	[FIELD_INTEGER] = { is_integer, "a number without a fraction" },
	[FIELD_BOOLEAN] = { is_boolean, "true or false" },
	[FIELD_DATE] = { is_time, "a date (2026-01-31)" },
	[FIELD_TIMESTAMP] = { is_time, "a point in time (2026-01-31T10:00:00Z)" },
	[FIELD_URL] = { is_text, "an address" },
	[FIELD_LINKEDIN] = { is_text, "an address" },
	[FIELD_SELECT] = { is_text, "a text" },
};

static bool canonical(const struct field *field, struct str text, struct arena *arena,
		      struct str *ret_text, struct error *err)
{
	const struct mapper_context context = { 0 };
	struct decoder decoder = {
		.context = &context, .side = SIDE_RECORDS, .arena = arena, .err = err
	};
	struct json_object *node = field->type == FIELD_BOOLEAN && field->n_map == 0 ?
					   json_object_new_boolean(str_equal_z(text, "true")) :
					   json_object_new_string_len(text.p, (int)text.len);
	const bool ok = decode_text(&decoder, field, node, ret_text);

	json_object_put(node);
	return ok;
}

bool mapper_typed(const struct field *field, struct str text, struct arena *arena,
		  struct value *ret_value, struct error *err)
{
	const struct str typed = str_trim(text);
	struct str clean;

	if (checks[field->type].accepts == NULL)
		return error_set(err, ERR_USAGE,
				 "%.*s is made of several parts and cannot be given as one text: "
				 "choose a side, or edit it there",
				 STR_ARG(field->name));
	if (typed.len == 0) {
		*ret_value = value_empty();
		return true;
	}
	if (typed.len > LIMIT_TYPED_BYTES)
		return error_set(err, ERR_USAGE, "a value for %.*s is longer than %d bytes",
				 STR_ARG(field->name), LIMIT_TYPED_BYTES);
	const bool is_odd = field->type == FIELD_BOOLEAN && field->n_map == 0 && !is_boolean(typed);

	if (is_odd || !canonical(field, typed, arena, &clean, err) ||
	    (field->n_map == 0 && !checks[field->type].accepts(clean)))
		return error_set(err, ERR_USAGE, "%.*s needs %s", STR_ARG(field->name),
				 checks[field->type].expected);
	*ret_value = value_scalar(arena, arena_copy(arena, clean));
	return true;
}
