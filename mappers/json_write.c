/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/json_write.h"

#include "base/clock.h"

#include <inttypes.h>
#include <json-c/linkhash.h>
#include <string.h>

struct json_writer json_writer(struct buf *out)
{
	return (struct json_writer){ .out = out };
}

static void begin(struct json_writer *writer)
{
	if (writer->comma)
		buf_add_char(writer->out, ',');
	writer->comma = true;
}

void json_open(struct json_writer *writer, char bracket)
{
	begin(writer);
	buf_add_char(writer->out, bracket);
	writer->comma = false;
}

void json_close(struct json_writer *writer, char bracket)
{
	buf_add_char(writer->out, bracket);
	writer->comma = true;
}

/* The text between quotes; runs that need no escape are added at once. */
static void quoted(struct buf *out, struct str text)
{
	size_t start = 0;

	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, text.p + start, i - start);
		start = i + 1;
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_add_z(out, "\\n");
		else
			buf_addf(out, "\\u%04x", (unsigned)c);
	}
	if (text.len > start)
		buf_add(out, text.p + start, text.len - start);
	buf_add_char(out, '"');
}

void json_key(struct json_writer *writer, const char *key)
{
	json_key_of(writer, str_from(key));
}

void json_key_of(struct json_writer *writer, struct str key)
{
	begin(writer);
	quoted(writer->out, key);
	buf_add_char(writer->out, ':');
	writer->comma = false;
}

void json_string(struct json_writer *writer, struct str text)
{
	begin(writer);
	quoted(writer->out, text);
}

void json_string_or_null(struct json_writer *writer, struct str text)
{
	if (text.len > 0)
		json_string(writer, text);
	else
		json_null(writer);
}

void json_time_or_null(struct json_writer *writer, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES] = "";

	if (ns != 0)
		clock_format(ns, 3, text);
	json_string_or_null(writer, str_from(text));
}

void json_number(struct json_writer *writer, uint64_t number)
{
	begin(writer);
	buf_addf(writer->out, "%" PRIu64, number);
}

void json_null(struct json_writer *writer)
{
	json_raw(writer, STR_LIT("null"));
}

void json_raw(struct json_writer *writer, struct str json)
{
	begin(writer);
	buf_add_str(writer->out, json);
}

static bool is_identity(const char *key)
{
	return key[0] == '@' || strcmp(key, "id") == 0;
}

static void object_content(struct json_writer *writer, struct json_object *object)
{
	json_open(writer, '{');
	json_object_object_foreach(object, key, member)
	{
		if (is_identity(key))
			continue;
		json_key(writer, key);
		json_content(writer, member);
	}
	json_close(writer, '}');
}

static void array_content(struct json_writer *writer, struct json_object *array)
{
	const size_t n = json_object_array_length(array);

	json_open(writer, '[');
	for (size_t i = 0; i < n; i++)
		json_content(writer, json_object_array_get_idx(array, i));
	json_close(writer, ']');
}

void json_content(struct json_writer *writer, struct json_object *node)
{
	switch (json_object_get_type(node)) {
	case json_type_object:
		object_content(writer, node);
		return;
	case json_type_array:
		array_content(writer, node);
		return;
	case json_type_string:
		json_string(writer, (struct str){ json_object_get_string(node),
						  (size_t)json_object_get_string_len(node) });
		return;
	case json_type_null:
	case json_type_boolean:
	case json_type_int:
	case json_type_double:
		json_raw(writer,
			 str_from(json_object_to_json_string_ext(node, JSON_C_TO_STRING_PLAIN)));
		return;
	}
}
