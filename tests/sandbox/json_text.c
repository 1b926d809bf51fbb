/* SPDX-License-Identifier: Apache-2.0 */
#include "json_text.h"

#define JSON_DEPTH 32

static void add_escaped(struct buf *out, unsigned char c)
{
	switch (c) {
	case '"':
		buf_add_z(out, "\\\"");
		break;
	case '\\':
		buf_add_z(out, "\\\\");
		break;
	case '/':
		buf_add_z(out, "\\/");
		break;
	case '\n':
		buf_add_z(out, "\\n");
		break;
	case '\r':
		buf_add_z(out, "\\r");
		break;
	case '\t':
		buf_add_z(out, "\\t");
		break;
	default:
		buf_addf(out, "\\u%04x", c);
	}
}

void json_add_text(struct buf *out, struct str text, enum json_style style)
{
	size_t from = 0;

	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if (c >= ' ' && c != '"' && c != '\\' && (c != '/' || style == JSON_SLASH_PLAIN))
			continue;
		buf_add(out, text.p + from, i - from);
		add_escaped(out, c);
		from = i + 1;
	}
	if (text.len > from)
		buf_add(out, text.p + from, text.len - from);
	buf_add_char(out, '"');
}

void json_add_comma(struct buf *out)
{
	const char last = out->len > 0 ? out->bytes[out->len - 1] : '{';

	if (last != '{' && last != '[' && last != ',')
		buf_add_char(out, ',');
}

void json_add_key(struct buf *out, const char *name)
{
	json_add_comma(out);
	json_add_text(out, str_from(name), JSON_SLASH_PLAIN);
	buf_add_char(out, ':');
}

void json_add_member(struct buf *out, const char *name, struct str text, enum json_style style)
{
	json_add_key(out, name);
	json_add_text(out, text, style);
}

struct str json_quote(struct arena *arena, struct str text, enum json_style style)
{
	struct buf out;

	buf_init(&out, text.len * 6 + 2);
	json_add_text(&out, text, style);
	const struct str quoted = arena_copy(arena, buf_str(&out));

	buf_release(&out);
	return quoted;
}

struct json_object *json_read(struct str text)
{
	if (text.len == 0 || text.len > INT32_MAX - 1)
		return NULL;
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *value = json_tokener_parse_ex(tokener, text.p, (int)text.len);
	enum json_tokener_error error = json_tokener_get_error(tokener);

	/* A number at the very end is only complete when the end is seen. */
	if (error == json_tokener_continue) {
		value = json_tokener_parse_ex(tokener, "", 1);
		error = json_tokener_get_error(tokener);
	}
	json_tokener_free(tokener);
	if (error != json_tokener_success) {
		json_object_put(value);
		return NULL;
	}
	return value;
}

struct json_object *json_member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	return json_object_object_get_ex(object, name, &value) ? value : NULL;
}

bool json_has(struct json_object *object, const char *name)
{
	return json_object_is_type(object, json_type_object) &&
	       json_object_object_get_ex(object, name, NULL);
}

bool json_is_text(const struct json_object *value)
{
	return json_object_is_type(value, json_type_string);
}

struct str json_str(struct json_object *value)
{
	if (!json_is_text(value))
		return (struct str){ 0 };
	return (struct str){ json_object_get_string(value),
			     (size_t)json_object_get_string_len(value) };
}

struct str json_member_str(struct json_object *object, const char *name)
{
	return json_str(json_member(object, name));
}

struct str json_write(struct arena *arena, struct json_object *value)
{
	return arena_copy(arena,
			  str_from(json_object_to_json_string_ext(
				  value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
}
