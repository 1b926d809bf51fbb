/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/records_common.h"

#include "mappers/codec.h"

#include <json-c/linkhash.h>

void records_request(const struct mapper_context *context, enum method method,
		     enum request_kind kind, const char *behind, bool body, struct request *ret)
{
	request_init(ret, method, kind);
	buf_add_z(&ret->target, "/v2/objects/");
	target_escape(&ret->target, str_from(context->object));
	buf_add_z(&ret->target, "/records");
	buf_add_z(&ret->target, behind);
	ret->content_type = body ? "application/json" : NULL;
	ret->accept = "application/json";
}

void records_request_of(const struct mapper_context *context, enum method method,
			enum request_kind kind, struct str id, bool body, struct request *ret)
{
	records_request(context, method, kind, "/", body, ret);
	target_escape(&ret->target, id);
}

struct str records_email_path(const struct mapper_context *context)
{
	const struct field_table *table = context->fields;

	return table->emails >= 0 ? table->fields[table->emails].path[SIDE_RECORDS] :
				    (struct str){ NULL, 0 };
}

struct json_writer records_query_begin(const struct mapper_context *context, struct request *ret)
{
	records_request(context, METHOD_POST, REQUEST_READ, "/query", true, ret);
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "filter");
	json_open(&json, '{');
	return json;
}

void records_query_end(struct json_writer *json, uint64_t limit)
{
	json_close(json, '}');
	json_key(json, "limit");
	json_number(json, limit);
	json_close(json, '}');
}

void records_read(const struct mapper_context *context, struct str id, struct request *ret)
{
	records_request_of(context, METHOD_GET, REQUEST_READ, id, false, ret);
}

void records_remove(const struct mapper_context *context, struct str id, int64_t when,
		    struct request *ret)
{
	(void)when; /* a record is deleted, not dated */
	records_request_of(context, METHOD_DELETE, REQUEST_WRITE, id, false, ret);
}

/* A phone that is no number makes the server refuse the person as a whole. */
bool records_takes(const struct field *field, struct str text)
{
	return field->type != FIELD_PHONE_SET || codec_phone_is_number(text);
}

/* ---- Decoding ---- */

/*
 * What a record says of itself, beside its attributes: a row may map it out, as if it were one.  An
 * attribute of that name goes first.
 */
static bool decode_own(struct decoder *decoder, const struct record_shape *shape,
		       const struct field *field, struct json_object *root, struct value *ret)
{
	static const char *const own[] = { "created_at", "updated_at" };
	const struct str path = field->path[SIDE_RECORDS];
	struct json_object *node = NULL;
	struct str text;

	if (field_shape(field->type) != SHAPE_SCALAR || field->type == FIELD_REFERENCE)
		return true;
	if (str_equal_z(path, "record_id"))
		node = json_walk(root, shape->id);
	for (size_t i = 0; i < COUNT_OF(own); i++) {
		if (str_equal_z(path, own[i]))
			node = json_child(root, own[i]);
	}
	if (node == NULL)
		return true;
	if (!decode_text(decoder, field, node, &text))
		return false;
	*ret = text.len > 0 ? value_scalar(decoder->arena, text) : value_empty();
	return true;
}

static bool is_asked(const struct mapper_context *context, size_t i)
{
	return context->asked != NULL && context->asked->values[i].state != VALUE_UNKNOWN;
}

static bool decode_fields(struct decoder *decoder, const struct record_shape *shape,
			  struct json_object *root, struct json_object *values,
			  struct person *person)
{
	const struct field_table *table = decoder->context->fields;

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const struct type_codec *codec = &shape->codecs[field->type];
		const struct str path = field->path[SIDE_RECORDS];
		struct json_object *node;

		if (path.len == 0 || codec->decode == NULL || !decode_can(decoder->context, field))
			continue;
		if (!json_lookup(values, path, &node)) {
			/* Absent is unknown: an answer may leave attributes out.  A record's own
			 * leaves out only what never had a value. */
			if (is_asked(decoder->context, i))
				person->values[i] = value_empty();
			if (!decode_own(decoder, shape, field, root, &person->values[i]))
				return false;
			continue;
		}
		person->values[i] = value_empty();
		if ((node != NULL || !shape->has_null) &&
		    !codec->decode(decoder, field, node, &person->values[i]))
			return false;
	}
	return true;
}

static bool is_null(struct json_object *values, const struct field_table *table, int row)
{
	struct json_object *node;

	return row >= 0 && json_lookup(values, table->fields[row].path[SIDE_RECORDS], &node) &&
	       node == NULL;
}

/* A cleared attribute is shown as null; but somebody who had a name and an e-mail, and has neither of them
 * nor anything else, was not shown. */
static bool is_nobody(const struct decoder *decoder, struct json_object *values)
{
	const struct field_table *table = decoder->context->fields;

	if (!is_null(values, table, table->name) || !is_null(values, table, table->emails))
		return false;
	json_object_object_foreach(values, key, member)
	{
		(void)key;
		if (member != NULL)
			return false;
	}
	return true;
}

/* Only one of the dialects has updated_at; the other's records lack the key. */
static bool decode_tree(struct decoder *decoder, const struct record_shape *shape,
			struct json_object *root, struct person *person)
{
	struct json_object *values = json_child(root, shape->values);

	person->id = decoder->id = decode_id(decoder, json_walk(root, shape->id));
	if (person->id.len == 0)
		return decode_fail(decoder, str_from(shape->id), "is missing");
	if (!json_object_is_type(values, json_type_object))
		return decode_fail(decoder, str_from(shape->values), "is not an object");
	if (shape->has_null && !decoder->context->part && is_nobody(decoder, values))
		return decode_fail(decoder, str_from(shape->values), "holds nothing but nulls");
	person->created_at = decode_time(json_child(root, "created_at"));
	person->updated_at = decode_time(json_child(root, "updated_at"));
	return decode_fields(decoder, shape, root, values, person);
}

bool records_decode(const struct mapper_context *context, const struct record_shape *shape,
		    struct str raw, struct arena *arena, struct person *ret, struct error *err)
{
	struct decoder decoder = { context, SIDE_RECORDS, arena, { NULL, 0 }, err };
	struct json_object *root;
	struct person person;

	if (!json_parse(raw, &root, err))
		return error_wrap(err, "a record");
	person_init(&person, arena, context->fields);
	const bool good = decode_tree(&decoder, shape, root, &person);

	json_object_put(root);
	if (good)
		*ret = person;
	return good;
}
