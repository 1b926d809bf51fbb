/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A create's body as the record that it makes.  Two APIs answer in the form in which they are written
 * to, and add an id; in the dialect `values` each written value becomes a value object.
 */
#include "mappers/json_tree.h"
#include "mappers/mapper.h"
#include "mappers/schema.h"

#include <json-c/linkhash.h>
#include <string.h>

#define ECHO_ID "echo"

/* json-c takes over the member. */
static void put(struct json_object *object, const char *key, struct json_object *member)
{
	(void)json_object_object_add(object, key, member);
}

static struct json_object *bare(struct json_object *root)
{
	put(root, "id", json_object_new_string(ECHO_ID));
	return json_object_get(root);
}

/* A create of one field alone lacks what every person has. */
static struct json_object *named(struct json_object *root)
{
	static const char key[] = "familyName";

	if (json_child(root, key) == NULL)
		put(root, key, json_object_new_string(ECHO_ID));
	return bare(root);
}

/* "x" becomes { "value": "x" }; an object holds its own keys. */
static struct json_object *item_of(struct json_object *written)
{
	if (json_object_is_type(written, json_type_object))
		return json_object_get(written);
	struct json_object *item = json_object_new_object();

	put(item, "value", json_object_get(written));
	return item;
}

static struct json_object *items_of(struct json_object *written)
{
	struct json_object *items = json_object_new_array();

	if (!json_object_is_type(written, json_type_array)) {
		if (written != NULL)
			(void)json_object_array_add(items, item_of(written));
		return items;
	}
	for (size_t i = 0; i < json_object_array_length(written); i++)
		(void)json_object_array_add(items, item_of(json_object_array_get_idx(written, i)));
	return items;
}

static struct json_object *value_objects(struct json_object *root)
{
	struct json_object *record = json_object_new_object();
	struct json_object *id = json_object_new_object();
	struct json_object *values = json_object_new_object();
	struct json_object *written = json_walk(root, "data.values");

	if (written != NULL) {
		json_object_object_foreach(written, key, member)
		{
			put(values, key, items_of(member));
		}
	}
	put(id, "record_id", json_object_new_string(ECHO_ID));
	put(record, "id", id);
	put(record, "values", values);
	return record;
}

static const struct {
	const char *mapper;
	struct json_object *(*record_of)(struct json_object *root);
} echoes[] = {
	{ "values", value_objects },
	{ "attributes", bare },
	{ "people", named },
};

bool mapper_echo(const struct mapper *mapper, const struct request *request, struct arena *arena,
		 struct str *ret_raw, struct error *err)
{
	struct json_object *root;

	if (!buf_ok(&request->body) || !json_parse(buf_str(&request->body), &root, err))
		return error_set(err, ERR_INTERNAL, "a create that is no JSON");
	for (size_t i = 0; i < COUNT_OF(echoes); i++) {
		if (strcmp(echoes[i].mapper, mapper->name) != 0)
			continue;
		struct json_object *record = echoes[i].record_of(root);

		*ret_raw = arena_copy(arena, str_from(json_object_to_json_string_ext(
						     record, JSON_C_TO_STRING_PLAIN)));
		json_object_put(record);
	}
	json_object_put(root);
	return true;
}
