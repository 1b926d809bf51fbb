/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/json_tree.h"

#include "base/limits.h"
#include "mappers/json_guard.h"

#include <json-c/json_tokener.h>
#include <limits.h>
#include <string.h>

#define KEY_BYTES 256

bool json_parse(struct str text, struct json_object **ret_root, struct error *err)
{
	if (!json_guard(text, err))
		return false;
	if (text.len > INT_MAX)
		return error_set(err, ERR_MALFORMED, "JSON of %zu bytes is too long", text.len);
	/* json-c counts a scalar inside the innermost container as one level more than the guard. */
	struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);

	if (tokener == NULL)
		return error_set(err, ERR_INTERNAL, "json-c gives no tokener");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	struct json_object *root = json_tokener_parse_ex(tokener, text.p, (int)text.len);
	const enum json_tokener_error outcome = json_tokener_get_error(tokener);
	const size_t end = json_tokener_get_parse_end(tokener);

	json_tokener_free(tokener);
	/* White space behind the end is checked by the guard and not consumed by json-c. */
	if (outcome != json_tokener_success || str_trim(str_skip(text, end)).len != 0) {
		json_object_put(root);
		return error_set(err, ERR_MALFORMED, "JSON at byte %zu: %s", end,
				 json_tokener_error_desc(outcome));
	}
	if (!json_object_is_type(root, json_type_object) &&
	    !json_object_is_type(root, json_type_array)) {
		json_object_put(root);
		return error_set(err, ERR_MALFORMED, "JSON that is neither an object nor an array");
	}
	*ret_root = root;
	return true;
}

struct json_object *json_child(struct json_object *object, const char *key)
{
	struct json_object *member = NULL;

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	(void)json_object_object_get_ex(object, key, &member);
	return member;
}

bool json_lookup(struct json_object *object, struct str key, struct json_object **ret_member)
{
	char text
		/* json-c wants a NUL behind it; no path of a configuration is longer */
		[KEY_BYTES];

	*ret_member = NULL;
	if (!json_object_is_type(object, json_type_object) || key.len >= sizeof(text))
		return false;
	memcpy(text, key.len > 0 ? key.p : "", key.len);
	text[key.len] = '\0';
	return json_object_object_get_ex(object, text, ret_member);
}

struct json_object *json_child_of(struct json_object *object, struct str key)
{
	struct json_object *member;

	(void)json_lookup(object, key, &member);
	return member;
}

bool json_has_key(struct json_object *object, struct str key)
{
	struct json_object *member;

	return json_lookup(object, key, &member);
}

struct json_object *json_walk(struct json_object *object, const char *dotted)
{
	struct str rest = str_from(dotted);
	struct str part;

	while (object != NULL && str_cut(&rest, '.', &part))
		object = json_child_of(object, part);
	return object;
}

bool json_text(struct json_object *node, struct str *ret_text)
{
	if (!json_object_is_type(node, json_type_string))
		return false;
	*ret_text = (struct str){ json_object_get_string(node),
				  (size_t)json_object_get_string_len(node) };
	return true;
}

struct str json_text_or_empty(struct json_object *node)
{
	struct str text;

	return json_text(node, &text) ? text : (struct str){ NULL, 0 };
}

bool json_scalar(struct json_object *node, struct arena *arena, struct str *ret_text)
{
	switch (json_object_get_type(node)) {
	case json_type_string:
		return json_text(node, ret_text);
	case json_type_boolean:
		*ret_text = json_object_get_boolean(node) ? STR_LIT("true") : STR_LIT("false");
		return true;
	case json_type_int:
	case json_type_double:
		/* A double that was parsed keeps its text. */
		*ret_text = arena_copy(arena, str_from(json_object_to_json_string_ext(
						      node, JSON_C_TO_STRING_PLAIN)));
		return true;
	case json_type_null:
	case json_type_object:
	case json_type_array:
		break;
	}
	return false;
}

bool json_integer(struct json_object *node, int64_t *ret_number)
{
	if (!json_object_is_type(node, json_type_int))
		return false;
	*ret_number = json_object_get_int64(node);
	return true;
}
