/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attribute: the value itself; a list where the attribute can hold several.
 */
#include "mappers/codec.h"
#include "mappers/records_attributes.h"

static struct value finished(struct value value)
{
	if (value.n == 0)
		value.state = VALUE_EMPTY;
	return value;
}

static bool add_node(struct decoder *decoder, const struct field *field, struct json_object *node,
		     struct value *value)
{
	struct str text;

	return decode_element(decoder, field, node, &text) &&
	       decode_add(decoder, field, value, text, (struct str){ NULL, 0 });
}

static bool decode_scalar(struct decoder *decoder, const struct field *field,
			  struct json_object *node, struct value *ret)
{
	struct value value = decode_room(decoder, 1);

	if (!add_node(decoder, field, node, &value))
		return false;
	*ret = finished(value);
	return true;
}

static bool decode_set(struct decoder *decoder, const struct field *field, struct json_object *node,
		       struct value *ret)
{
	if (field->single[SIDE_RECORDS] || field_shape(field->type) != SHAPE_SET)
		return decode_scalar(decoder, field, node, ret);
	if (!json_object_is_type(node, json_type_array))
		return decode_fail(decoder, field->path[SIDE_RECORDS], "is not an array");
	const size_t n = json_object_array_length(node);
	struct value value = decode_room(decoder, n);

	for (size_t i = 0; i < n; i++) {
		if (!add_node(decoder, field, json_object_array_get_idx(node, i), &value))
			return false;
	}
	*ret = finished(value);
	return true;
}

/* { "record_id": … } names a company; an owner is an e-mail address, a segment its title. */
static bool decode_reference(struct decoder *decoder, const struct field *field,
			     struct json_object *node, struct value *ret)
{
	const enum collection which = field_collection(field, SIDE_RECORDS);

	if (which != COLLECTION_COMPANIES)
		return decode_set(decoder, field, node, ret);
	const struct str id = decode_id(decoder, json_child(node, "record_id"));

	if (id.len == 0)
		return decode_fail(decoder, field->path[SIDE_RECORDS], "has no record_id");
	return decode_one_member(decoder, field, which, id, ret);
}

/* The whole name is one string. */
static bool decode_name(struct decoder *decoder, const struct field *field,
			struct json_object *node, struct value *ret)
{
	struct value value = decode_room(decoder, NAME_PART_COUNT);
	struct str raw;

	if (!json_text(node, &raw))
		return decode_fail(decoder, field->path[SIDE_RECORDS], "is not a string");
	const struct str text = codec_line(decoder->arena, raw);

	value.items[NAME_FULL] = (struct item){ .text = text, .key = text };
	value.n = text.len > 0 ? NAME_PART_COUNT : 0;
	*ret = finished(value);
	return true;
}

static bool decode_location(struct decoder *decoder, const struct field *field,
			    struct json_object *node, struct value *ret)
{
	struct value value = decode_room(decoder, LOCATION_PART_COUNT);

	if (json_object_is_type(node, json_type_array) && json_object_array_length(node) == 0) {
		*ret = value_empty();
		return true;
	}
	if (!json_object_is_type(node, json_type_object))
		return decode_fail(decoder, field->path[SIDE_RECORDS], "is not an object");
	if (!decode_parts(decoder, field, node, records_location_parts, n_records_location_parts,
			  &value))
		return false;
	*ret = finished(value);
	return true;
}

/* ---- Encoding ---- */

static void encode_set(struct encoder *encoder, const struct field *field,
		       const struct value *value)
{
	if (field->single[SIDE_RECORDS])
		encode_scalar(encoder, field, value);
	else
		encode_texts(encoder, field, value);
}

static void encode_reference(struct encoder *encoder, const struct field *field,
			     const struct value *value)
{
	if (field_collection(field, SIDE_RECORDS) != COLLECTION_COMPANIES) {
		if (field->type == FIELD_REFERENCE)
			encode_scalar(encoder, field, value);
		else
			encode_set(encoder, field, value);
		return;
	}
	json_open(&encoder->json, '{');
	json_key(&encoder->json, "record_id");
	json_string(&encoder->json, encode_member(encoder, field, value->items[0].text));
	json_close(&encoder->json, '}');
}

static void encode_name(struct encoder *encoder, const struct field *field,
			const struct value *value)
{
	const struct str full = value_part(value, NAME_FULL);

	(void)field;
	if (full.len > 0) {
		json_string(&encoder->json, full);
		return;
	}
	json_string(&encoder->json,
		    str_trim(arena_format(&encoder->arena, "%.*s %.*s",
					  STR_ARG(value_part(value, NAME_GIVEN)),
					  STR_ARG(value_part(value, NAME_FAMILY)))));
}

static void encode_place(struct encoder *encoder, const struct field *field,
			 const struct value *value)
{
	(void)field;
	encode_location(encoder, value);
}

const struct type_codec records_attributes_codecs[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { decode_scalar, encode_scalar },
	[FIELD_NUMBER] = { decode_scalar, encode_scalar },
	[FIELD_INTEGER] = { decode_scalar, encode_scalar },
	[FIELD_BOOLEAN] = { decode_scalar, encode_scalar },
	[FIELD_DATE] = { decode_scalar, encode_scalar },
	[FIELD_TIMESTAMP] = { decode_scalar, encode_scalar },
	[FIELD_URL] = { decode_scalar, encode_scalar },
	[FIELD_LINKEDIN] = { decode_scalar, encode_scalar },
	[FIELD_EMAIL_SET] = { decode_set, encode_set },
	[FIELD_PHONE_SET] = { decode_set, encode_set },
	[FIELD_SELECT] = { decode_scalar, encode_scalar },
	[FIELD_TEXT_SET] = { decode_set, encode_set },
	[FIELD_REFERENCE] = { decode_reference, encode_reference },
	[FIELD_REFERENCE_SET] = { decode_reference, encode_reference },
	[FIELD_REFERENCE_OF_MANY] = { decode_reference, encode_reference },
	[FIELD_LOCATION] = { decode_location, encode_place },
	[FIELD_NAME] = { decode_name, encode_name },
};
