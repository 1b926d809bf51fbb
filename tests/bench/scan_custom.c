/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_custom.h"

#include <stdio.h>

#define FROM "\"active_from\":\"2023-01-01T15:00:00.000000000Z\",\"active_until\":null,"
#define ACTOR "\"created_by_actor\":{\"type\":\"system\",\"id\":null},"
#define VALUE(type, json) "{" FROM ACTOR json ",\"attribute_type\":\"" type "\"}"
#define OPTION(title) \
	VALUE("select", "\"option\":{\"id\":{\"option_id\":\"e37175a9\"},\"title\":\"" title "\"," \
			"\"is_archived\":false}")

/* One field of each type, as each kind of server shows the same value. */
static const struct {
	enum field_type type;
	const char *values, *attributes, *people;
} kinds[] = {
	{ FIELD_TEXT, "[" VALUE("text", "\"value\":\"Met at the fair\"") "]", "\"Met at the fair\"",
	  "\"Met at the fair\"" },
	{ FIELD_NUMBER, "[" VALUE("number", "\"value\":12.5") "]", "12.5", "12.5" },
	{ FIELD_INTEGER, "[" VALUE("rating", "\"value\":4") "]", "4", "4" },
	{ FIELD_BOOLEAN, "[" VALUE("checkbox", "\"value\":true") "]", "true", "true" },
	{ FIELD_DATE, "[" VALUE("date", "\"value\":\"1990-05-17\"") "]", "\"1990-05-17\"",
	  "\"1990-05-17T00:00:00+00:00\"" },
	{ FIELD_TIMESTAMP,
	  "[" VALUE("timestamp", "\"value\":\"2026-01-31T10:00:00.000000000Z\"") "]",
	  "\"2026-01-31T10:00:00.000Z\"", "\"2026-01-31T10:00:00+00:00\"" },
	{ FIELD_SELECT, "[" OPTION("Qualified") "]", "\"Qualified\"", "\"Qualified\"" },
	{ FIELD_TEXT_SET, "[" OPTION("Chess") "," OPTION("Opera") "]", "[\"Chess\",\"Opera\"]",
	  "[\"Opera\",\"Chess\"]" },
};

static const char *name_of(unsigned i)
{
	static char names[CUSTOM_FIELDS][16];

	(void)snprintf(names[i], sizeof(names[i]), "custom_%u", i);
	return names[i];
}

void custom_rows(struct field rows[static CUSTOM_FIELDS])
{
	for (unsigned i = 0; i < CUSTOM_FIELDS; i++) {
		const struct str name = str_from(name_of(i));

		rows[i] = (struct field){ .name = name,
					  .type = kinds[i % COUNT_OF(kinds)].type,
					  .path = { name, name } };
	}
}

void custom_values(struct json_object *record, enum side side, enum record_shape shape)
{
	struct json_object *into = record;

	if (side == SIDE_RECORDS)
		into = json_object_object_get(record,
					      shape == RECORD_ATTRIBUTES ? "attributes" : "values");
	for (unsigned i = 0; i < CUSTOM_FIELDS; i++) {
		const char *json = kinds[i % COUNT_OF(kinds)].people;

		if (side == SIDE_RECORDS)
			json = shape == RECORD_ATTRIBUTES ? kinds[i % COUNT_OF(kinds)].attributes :
							    kinds[i % COUNT_OF(kinds)].values;
		if (json_object_object_add(into, name_of(i), json_tokener_parse(json)) != 0)
			bench_fail("custom values", NULL);
	}
}
