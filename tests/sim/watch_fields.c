/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch_fields: P10, field by field: what an update names must have changed by it.
 */
#include "check.h"

#include <json-c/json.h>
#include <string.h>

struct naming {
	struct sim *sim;
	const struct body *body;
	const struct facts *was, *is;
};

/* The parts of a name are one field: they may go together. */
static bool is_name(const char *name)
{
	static const char *const parts[] = { "familyName", "givenName", "additionalName",
					     "honorificPrefix", "initials" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(name, parts[i]) == 0)
			return true;
	}
	return false;
}

static void check_named(const struct naming *naming, struct json_object *fields)
{
	struct sim *sim = naming->sim;
	const struct body *body = naming->body;

	if (!json_object_is_type(fields, json_type_object))
		return;
	json_object_object_foreach(fields, name, value)
	{
		const size_t cell = facts_cell(sim->box, body->side, str_from(name));

		(void)value;
		if (cell == FACTS_CELLS || is_name(name) ||
		    naming->was->cells[cell] != naming->is->cells[cell])
			continue;
		sim_violate(sim, P10_LEAST_TRAFFIC, "unchanged field",
			    "%s %s (h%u) was sent \"%s\", which it held already",
			    body->side == SANDBOX_PEOPLE ? "people" : "records", body->id,
			    body->human, name);
	}
}

/* {"records":[{"id":…,"attributes":{…}}]} */
static struct json_object *in_batch(struct json_object *records, const char *id)
{
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		struct json_object *named = json_object_object_get(record, "id");

		if (named != NULL && strcmp(json_object_get_string(named), id) == 0)
			return json_object_object_get(record, "attributes");
	}
	return NULL;
}

void watch_fields(struct sim *sim, const struct body *body, const struct facts *was,
		  const struct facts *is, struct str text)
{
	const struct naming naming = { sim, body, was, is };
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root = json_tokener_parse_ex(tokener, text.p, (int)text.len);
	struct json_object *data = NULL;
	struct json_object *fields = root;

	json_tokener_free(tokener);
	if (body->side == SANDBOX_RECORDS && json_object_object_get_ex(root, "data", &data))
		fields = json_object_object_get(data, "values");
	else if (body->side == SANDBOX_RECORDS &&
		 json_object_object_get_ex(root, "records", &data) &&
		 json_object_is_type(data, json_type_array))
		fields = in_batch(data, body->id);
	else if (body->side == SANDBOX_RECORDS)
		fields = json_object_object_get(root, "attributes");
	check_named(&naming, fields);
	json_object_put(root);
}
