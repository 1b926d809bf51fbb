/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters that a server of the people side really has, as its lists describe them:
 *
 *   "search": { "mapping": [{ "variable": "emailAddresses.email[]", … }] }
 *
 * A filter that it has not is ignored: the answer is everybody.
 */
#include "mappers/json_tree.h"
#include "mappers/schema.h"

static struct json_object *either(struct json_object *object, const char *key,
				  const char *prefixed_key)
{
	struct json_object *member = json_child(object, key);

	return member != NULL ? member : json_child(object, prefixed_key);
}

static bool decode_filters(struct json_object *root, struct arena *arena,
			   struct schema_filters *ret, struct error *err)
{
	struct json_object *list =
		either(either(root, "search", "hydra:search"), "mapping", "hydra:mapping");

	*ret = (struct schema_filters){ 0 };
	if (!json_object_is_type(list, json_type_array))
		return true;
	const size_t n = json_object_array_length(list);

	if (n > LIMIT_SCHEMA_FILTERS)
		return error_set(err, ERR_MALFORMED, "search: there are more than %d filters",
				 LIMIT_SCHEMA_FILTERS);
	struct str *names = arena_alloc(arena, n > 0 ? n : 1, sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = arena_copy(arena,
				      json_text_or_empty(either(json_object_array_get_idx(list, i),
								"variable", "hydra:variable")));
	*ret = (struct schema_filters){ .told = true, .n = n, .names = names };
	return true;
}

bool schema_filters_decode(struct str body, struct arena *arena, struct schema_filters *ret,
			   struct error *err)
{
	struct json_object *root;

	if (!json_parse(body, &root, err))
		return error_wrap(err, "search");
	const bool ok = decode_filters(root, arena, ret, err);

	json_object_put(root);
	return ok;
}

bool schema_filters_have(const struct schema_filters *filters, struct str name)
{
	for (size_t i = 0; i < filters->n; i++) {
		if (str_equal(filters->names[i], name))
			return true;
	}
	return false;
}
