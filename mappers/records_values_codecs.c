/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attribute: an array of value objects, each with its own history.
 *
 *   "job_title": [{ "active_from": …, "active_until": null, "created_by_actor": {type, id},
 *                   "attribute_type": "text", "value": "Software Engineer" }]
 *
 * Which key holds the value is said by attribute_type, not by our field's type: a workspace may keep a
 * date in an interaction, a text in a select.
 */
#include "mappers/codec.h"
#include "mappers/records_values.h"

#include <assert.h>

struct value_keys {
	const char *attribute_type;
	const char *paths[3]; /* the first that is there */
};

static const struct value_keys value_keys[] = {
	{ "text", { "value" } },
	{ "number", { "value" } },
	{ "checkbox", { "value" } },
	{ "rating", { "value" } },
	{ "date", { "value" } },
	{ "timestamp", { "value" } },
	{ "currency", { "currency_value" } },
	{ "domain", { "domain" } },
	{ "select", { "option.title" } },
	{ "status", { "status.title" } },
	{ "email-address", { "email_address", "original_email_address" } },
	{ "phone-number", { "phone_number", "normalized_phone_number", "original_phone_number" } },
	{ "personal-name", { "full_name" } },
	{ "interaction", { "interacted_at" } },
};

/* The value of an item, whatever its attribute's type; NULL if it has none that we know. */
static struct json_object *value_in(struct json_object *item, const struct value_keys *keys)
{
	for (size_t i = 0; i < COUNT_OF(keys->paths) && keys->paths[i] != NULL; i++) {
		struct json_object *node = json_walk(item, keys->paths[i]);

		if (node != NULL)
			return node;
	}
	return NULL;
}

static bool find_value(struct json_object *item, struct json_object **ret_node)
{
	const struct str type = json_text_or_empty(json_child(item, "attribute_type"));

	*ret_node = NULL;
	for (size_t i = 0; i < COUNT_OF(value_keys); i++) {
		if (type.len > 0 && !str_equal_z(type, value_keys[i].attribute_type))
			continue;
		*ret_node = value_in(item, &value_keys[i]);
		if (type.len > 0 || *ret_node != NULL)
			return true;
	}
	return type.len == 0;
}

/* ---- Who and when ---- */

static enum actor actor_of(struct json_object *item)
{
	static const struct {
		const char *type;
		enum actor actor;
	} actors[] = {
		{ "workspace-member", ACTOR_MEMBER },
		{ "system", ACTOR_SYSTEM },
		{ "api-token", ACTOR_TOKEN },
		{ "app", ACTOR_TOKEN },
	};
	const struct str type = json_text_or_empty(json_walk(item, "created_by_actor.type"));

	for (size_t i = 0; i < COUNT_OF(actors); i++) {
		if (str_equal_z(type, actors[i].type))
			return actors[i].actor;
	}
	return ACTOR_UNKNOWN;
}

/* A list is as young as its youngest element, and whoever added that one is its actor. */
static void note_time(struct json_object *item, struct value *value)
{
	const int64_t from = decode_time(json_child(item, "active_from"));

	if (value->active_from != 0 && from <= value->active_from)
		return;
	value->active_from = from;
	value->actor = actor_of(item);
}

/* ---- Items ---- */

typedef bool item_fn(struct decoder *decoder, const struct field *field, struct json_object *item,
		     struct value *value);

static bool decode_items(struct decoder *decoder, const struct field *field,
			 struct json_object *node, size_t room, item_fn *decode_item,
			 struct value *ret)
{
	if (!json_object_is_type(node, json_type_array))
		return decode_fail(decoder, field->path[SIDE_RECORDS], "is not an array");
	const size_t n = json_object_array_length(node);
	const bool set = field_shape(field->type) == SHAPE_SET;
	struct value value = decode_room(decoder, set ? n : room);

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(node, i);

		if (!json_object_is_type(item, json_type_object))
			return decode_fail(decoder, field->path[SIDE_RECORDS],
					   "has an element that is no object");
		if (json_child(item, "active_until") != NULL || (!set && value.n > 0))
			continue;
		if (!decode_item(decoder, field, item, &value))
			return false;
		note_time(item, &value);
	}
	if (value.state == VALUE_UNKNOWN)
		value = (struct value){ .state = VALUE_UNKNOWN };
	else if (value.n == 0)
		value.state = VALUE_EMPTY;
	*ret = value;
	return true;
}

static bool text_item(struct decoder *decoder, const struct field *field, struct json_object *item,
		      struct value *value)
{
	struct json_object *node;
	struct str text;

	if (!find_value(item, &node))
		return decode_fail(decoder, field->path[SIDE_RECORDS],
				   "is of an attribute_type that this field cannot hold");
	return decode_element(decoder, field, node, &text) &&
	       decode_add(decoder, field, value, text, (struct str){ NULL, 0 });
}

/* A value that names a member of a collection by its id. */
static bool member_item(struct decoder *decoder, const struct field *field,
			struct json_object *item, struct value *value)
{
	static const char *const ids[] = { "target_record_id", "referenced_actor_id" };
	const enum collection which = field_collection(field, SIDE_RECORDS);
	struct str id = { NULL, 0 };

	if (which == COLLECTION_NONE)
		return text_item(decoder, field, item, value);
	for (size_t i = 0; i < COUNT_OF(ids) && id.len == 0; i++)
		id = decode_id(decoder, json_child(item, ids[i]));
	if (id.len == 0)
		return decode_fail(decoder, field->path[SIDE_RECORDS], "has no id of a record");
	const struct str text = decode_member(decoder, which, id);

	if (text.len == 0)
		value->state = VALUE_UNKNOWN;
	return decode_add(decoder, field, value, text, (struct str){ NULL, 0 });
}

static const struct part_key name_parts[] = {
	{ "first_name", NAME_GIVEN, codec_line },
	{ "last_name", NAME_FAMILY, codec_line },
	{ "full_name", NAME_FULL, codec_line },
};

/* Has the item a part, or at least the key of one? */
static bool has_part(struct json_object *item, const struct part_key *parts, size_t n, bool null)
{
	for (size_t i = 0; i < n; i++) {
		struct json_object *node;

		if (json_lookup(item, str_from(parts[i].key), &node) && (null || node != NULL))
			return true;
	}
	return false;
}

static bool name_item(struct decoder *decoder, const struct field *field, struct json_object *item,
		      struct value *value)
{
	if (!has_part(item, name_parts, COUNT_OF(name_parts), false))
		return decode_valueless(decoder, field);
	return decode_parts(decoder, field, item, name_parts, COUNT_OF(name_parts), value);
}

/* Each part of a location may be null. */
static bool location_item(struct decoder *decoder, const struct field *field,
			  struct json_object *item, struct value *value)
{
	if (!has_part(item, records_location_parts, n_records_location_parts, true))
		return decode_valueless(decoder, field);
	return decode_parts(decoder, field, item, records_location_parts, n_records_location_parts,
			    value);
}

static bool decode_texts(struct decoder *decoder, const struct field *field,
			 struct json_object *node, struct value *value)
{
	return decode_items(decoder, field, node, 1, text_item, value);
}

static bool decode_members(struct decoder *decoder, const struct field *field,
			   struct json_object *node, struct value *value)
{
	return decode_items(decoder, field, node, 1, member_item, value);
}

static bool decode_name(struct decoder *decoder, const struct field *field,
			struct json_object *node, struct value *value)
{
	return decode_items(decoder, field, node, NAME_PART_COUNT, name_item, value);
}

static bool decode_location(struct decoder *decoder, const struct field *field,
			    struct json_object *node, struct value *value)
{
	return decode_items(decoder, field, node, LOCATION_PART_COUNT, location_item, value);
}

/* ---- Encoding ---- */

/* A number without a country of its own goes as the string it is. */
static void encode_phones(struct encoder *encoder, const struct field *field,
			  const struct value *value)
{
	(void)field;
	json_open(&encoder->json, '[');
	for (uint32_t i = 0; i < value->n; i++) {
		const struct str text = value->items[i].text;
		const struct str region = codec_phone_region(&encoder->arena, text);

		if (region.len == 0) {
			json_string(&encoder->json, text);
			continue;
		}
		json_open(&encoder->json, '{');
		json_key(&encoder->json, "original_phone_number");
		json_string(&encoder->json, text);
		json_key(&encoder->json, "country_code");
		json_string(&encoder->json, region);
		json_close(&encoder->json, '}');
	}
	json_close(&encoder->json, ']');
}

/* All three parts are required. */
static void encode_name(struct encoder *encoder, const struct field *field,
			const struct value *value)
{
	const struct str given = value_part(value, NAME_GIVEN);
	const struct str family = value_part(value, NAME_FAMILY);
	struct str full = value_part(value, NAME_FULL);

	(void)field;
	if (full.len == 0)
		full = str_trim(arena_format(&encoder->arena, "%.*s %.*s", STR_ARG(given),
					     STR_ARG(family)));
	json_open(&encoder->json, '[');
	json_open(&encoder->json, '{');
	json_key(&encoder->json, "first_name");
	json_string(&encoder->json, given);
	json_key(&encoder->json, "last_name");
	json_string(&encoder->json, family);
	json_key(&encoder->json, "full_name");
	json_string(&encoder->json, full);
	json_close(&encoder->json, '}');
	json_close(&encoder->json, ']');
}

static void encode_locations(struct encoder *encoder, const struct field *field,
			     const struct value *value)
{
	(void)field;
	json_open(&encoder->json, '[');
	encode_location(encoder, value);
	json_close(&encoder->json, ']');
}

static void encode_one_member(struct encoder *encoder, const struct field *field, struct str text)
{
	const bool actor = field_collection(field, SIDE_RECORDS) == COLLECTION_MEMBERS;

	json_open(&encoder->json, '{');
	json_key(&encoder->json, actor ? "referenced_actor_type" : "target_object");
	json_string(&encoder->json, actor ? STR_LIT("workspace-member") : STR_LIT("companies"));
	json_key(&encoder->json, actor ? "referenced_actor_id" : "target_record_id");
	json_string(&encoder->json, encode_member(encoder, field, text));
	json_close(&encoder->json, '}');
}

static void encode_members(struct encoder *encoder, const struct field *field,
			   const struct value *value)
{
	const bool one = field->single[SIDE_RECORDS];

	if (field_collection(field, SIDE_RECORDS) == COLLECTION_NONE) {
		encode_texts(encoder, field, value);
		return;
	}
	json_open(&encoder->json, '[');
	for (uint32_t i = 0; i < (one ? 1 : value->n); i++)
		encode_one_member(encoder, field, value->items[i].text);
	json_close(&encoder->json, ']');
}

const struct type_codec records_values_codecs[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { decode_texts, encode_scalar },
	[FIELD_NUMBER] = { decode_texts, encode_scalar },
	[FIELD_INTEGER] = { decode_texts, encode_scalar },
	[FIELD_BOOLEAN] = { decode_texts, encode_scalar },
	[FIELD_DATE] = { decode_texts, encode_scalar },
	[FIELD_TIMESTAMP] = { decode_texts, encode_scalar },
	[FIELD_URL] = { decode_texts, encode_scalar },
	[FIELD_LINKEDIN] = { decode_texts, encode_scalar },
	[FIELD_EMAIL_SET] = { decode_texts, encode_texts },
	[FIELD_PHONE_SET] = { decode_texts, encode_phones },
	[FIELD_SELECT] = { decode_texts, encode_scalar },
	[FIELD_TEXT_SET] = { decode_texts, encode_texts },
	[FIELD_REFERENCE] = { decode_members, encode_members },
	[FIELD_REFERENCE_SET] = { decode_members, encode_members },
	[FIELD_REFERENCE_OF_MANY] = { decode_members, encode_members },
	[FIELD_LOCATION] = { decode_location, encode_locations },
	[FIELD_NAME] = { decode_name, encode_name },
};
