/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_values: values as JSON, with all that the state holds of them.
 */
#include "daemon/commands/export.h"

#include <assert.h>

void export_text(struct export *export, const char *key, struct str text)
{
	json_key(&export->writer, key);
	json_string_or_null(&export->writer, text);
}

void export_time(struct export *export, const char *key, int64_t ns)
{
	json_key(&export->writer, key);
	json_time_or_null(&export->writer, ns);
}

void export_number(struct export *export, const char *key, int64_t number)
{
	json_key(&export->writer, key);
	if (number > 0)
		json_number(&export->writer, (uint64_t)number);
	else
		json_null(&export->writer);
}

static const char *part_name(enum field_type type, unsigned part)
{
	static const char *const of_name[] = {
		[NAME_GIVEN] = "given",       [NAME_ADDITIONAL] = "additional",
		[NAME_FAMILY] = "family",     [NAME_PREFIX] = "prefix",
		[NAME_INITIALS] = "initials", [NAME_FULL] = "full",
	};
	static const char *const of_location[] = {
		[LOCATION_LINE_1] = "line_1",     [LOCATION_LINE_2] = "line_2",
		[LOCATION_LINE_3] = "line_3",     [LOCATION_LINE_4] = "line_4",
		[LOCATION_LOCALITY] = "locality", [LOCATION_REGION] = "region",
		[LOCATION_POSTCODE] = "postcode", [LOCATION_COUNTRY] = "country",
		[LOCATION_LATITUDE] = "latitude", [LOCATION_LONGITUDE] = "longitude",
	};
	static_assert(COUNT_OF(of_name) == NAME_PART_COUNT, "every part of a name");
	static_assert(COUNT_OF(of_location) == LOCATION_PART_COUNT, "every part of a location");

	return type == FIELD_NAME ? of_name[part] : of_location[part];
}

static void put_parts(struct export *export, enum field_type type, const struct value *value)
{
	json_open(&export->writer, '{');
	for (uint32_t i = 0; i < value->n && i < field_part_count(type); i++) {
		if (value->items[i].text.len > 0)
			export_text(export, part_name(type, i), value->items[i].text);
	}
	json_close(&export->writer, '}');
}

static void put_set(struct export *export, const struct value *value)
{
	json_open(&export->writer, '[');
	for (uint32_t i = 0; i < value->n; i++)
		json_string(&export->writer, value->items[i].text);
	json_close(&export->writer, ']');
}

void export_value(struct export *export, const char *key, enum field_type type,
		  const struct value *value)
{
	json_key(&export->writer, key);
	if (!value_is_set(value)) {
		json_null(&export->writer);
		return;
	}
	switch (field_shape(type)) {
	case SHAPE_SCALAR:
		json_string(&export->writer, value->items[0].text);
		break;
	case SHAPE_SET:
		put_set(export, value);
		break;
	case SHAPE_PARTS:
		put_parts(export, type, value);
		break;
	}
}

/* Elements as the side gave them, with labels and ids of its own. */
static void put_given(struct export *export, const struct value *value)
{
	bool any = false;

	for (uint32_t i = 0; i < value->n; i++)
		any = any || value->items[i].extra.len > 0;
	if (!any)
		return;
	json_key(&export->writer, "given");
	json_open(&export->writer, '[');
	for (uint32_t i = 0; i < value->n; i++)
		json_string_or_null(&export->writer, value->items[i].extra);
	json_close(&export->writer, ']');
}

void export_fields(struct export *export, const char *key, const struct person *person)
{
	static const char *const actors[] = {
		[ACTOR_UNKNOWN] = "",
		[ACTOR_MEMBER] = "member",
		[ACTOR_SYSTEM] = "system",
		[ACTOR_TOKEN] = "token",
	};
	static_assert(COUNT_OF(actors) == ACTOR_COUNT, "every actor");
	const struct field_table *table = &export->call->context->config->fields;

	json_key(&export->writer, key);
	json_open(&export->writer, '{');
	for (size_t i = 0; i < table->n; i++) {
		const struct value *value = &person->values[i];

		if (value->state == VALUE_UNKNOWN)
			continue;
		json_key_of(&export->writer, table->fields[i].name);
		json_open(&export->writer, '{');
		export_value(export, "value", table->fields[i].type, value);
		if (value->active_from != 0)
			export_time(export, "set_at", value->active_from);
		if (value->actor != ACTOR_UNKNOWN)
			export_text(export, "set_by", str_from(actors[value->actor]));
		put_given(export, value);
		json_close(&export->writer, '}');
	}
	json_close(&export->writer, '}');
}
