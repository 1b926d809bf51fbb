/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the dialect `values` says of an object's attributes, and of the token that asks.
 */
#include "mappers/mapper_encode.h"
#include "mappers/schema.h"

#include <string.h>

/* An archived one is told from one that never was. */
void schema_attributes_request(const struct mapper_context *context, struct request *ret)
{
	request_init(ret, METHOD_GET, REQUEST_READ);
	ret->accept = "application/json";
	buf_add_z(&ret->target, "/v2/objects/");
	target_escape(&ret->target, str_from(context->object));
	buf_add_z(&ret->target, "/attributes?show_archived=true");
}

static bool is_true(struct json_object *object, const char *key)
{
	struct json_object *member = json_child(object, key);

	return json_object_is_type(member, json_type_boolean) && json_object_get_boolean(member);
}

static bool decode_attribute(struct json_object *node, struct arena *arena,
			     struct schema_attribute *ret, struct error *err)
{
	const struct str slug = json_text_or_empty(json_child(node, "api_slug"));
	const struct str type = json_text_or_empty(json_child(node, "type"));

	if (slug.len == 0 || type.len == 0)
		return error_set(err, ERR_MALFORMED,
				 "attributes: one is without its api_slug or type");
	*ret = (struct schema_attribute){
		.slug = arena_copy(arena, slug),
		.type = arena_copy(arena, type),
		.writable = is_true(node, "is_writable"),
		.required = is_true(node, "is_required"),
		.multi = is_true(node, "is_multiselect"),
		.archived = is_true(node, "is_archived"),
	};
	return true;
}

static bool decode_list(struct json_object *list, struct arena *arena, struct schema *ret,
			struct error *err)
{
	if (!json_object_is_type(list, json_type_array))
		return error_set(err, ERR_MALFORMED, "attributes: data is not an array");
	const size_t n = json_object_array_length(list);

	if (n > LIMIT_SCHEMA_ATTRIBUTES)
		return error_set(err, ERR_MALFORMED, "attributes: there are more than %d",
				 LIMIT_SCHEMA_ATTRIBUTES);
	struct schema_attribute *attributes = arena_alloc(arena, n + 1, sizeof(*attributes));

	for (size_t i = 0; i < n; i++) {
		if (!decode_attribute(json_object_array_get_idx(list, i), arena, &attributes[i],
				      err))
			return false;
	}
	/* No attribute, but a row may map it out as if it were one. */
	attributes[n] =
		(struct schema_attribute){ .slug = STR_LIT("record_id"), .type = STR_LIT("text") };
	*ret = (struct schema){ .live = true, .n = n + 1, .attributes = attributes };
	return true;
}

bool schema_attributes_decode(struct str body, struct arena *arena, struct schema *ret,
			      struct error *err)
{
	struct json_object *root;

	if (!json_parse(body, &root, err))
		return error_wrap(err, "attributes");
	const bool ok = decode_list(json_child(root, "data"), arena, ret, err);

	json_object_put(root);
	return ok;
}

/* ---- The token ---- */

void schema_token_request(struct request *ret)
{
	request_init(ret, METHOD_GET, REQUEST_READ);
	ret->accept = "application/json";
	buf_add_z(&ret->target, "/v2/self");
}

bool schema_token_decode(struct str body, struct arena *arena, struct schema_token *ret,
			 struct error *err)
{
	struct json_object *root;

	if (!json_parse(body, &root, err))
		return error_wrap(err, "self");
	struct json_object *active = json_child(root, "active");
	const bool ok = json_object_is_type(active, json_type_boolean);

	if (ok)
		*ret = (struct schema_token){
			.active = json_object_get_boolean(active),
			.scopes = arena_copy(arena, json_text_or_empty(json_child(root, "scope"))),
		};
	json_object_put(root);
	return ok || error_set(err, ERR_MALFORMED, "self: active is not a boolean");
}

bool schema_token_has(const struct schema_token *token, const char *scope)
{
	const struct str wanted = str_from(scope);
	struct str rest = token->scopes;
	struct str granted;

	while (str_cut(&rest, ' ', &granted)) {
		if (str_equal(granted, wanted) ||
		    (str_ends(wanted, STR_LIT(":read")) && str_starts(granted, wanted) &&
		     str_equal_z(str_skip(granted, wanted.len), "-write")))
			return true;
	}
	return false;
}
