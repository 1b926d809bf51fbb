/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/mapper_decode.h"

#include "base/clock.h"
#include "base/limits.h"
#include "mappers/codec.h"
#include "mappers/people_property.h"
#include "mappers/titles.h"
#include "mappers/value_map.h"

#include <assert.h>

bool decode_fail(struct decoder *decoder, struct str path, const char *what)
{
	const char *noun = decoder->side == SIDE_PEOPLE ? "person" : "record";

	if (decoder->id.len == 0)
		return error_set(decoder->err, ERR_MALFORMED, "a %s: %.*s %s", noun, STR_ARG(path),
				 what);
	return error_set(decoder->err, ERR_MALFORMED, "%s %.*s: %.*s %s", noun,
			 STR_ARG(decoder->id), STR_ARG(path), what);
}

struct str decode_id(struct decoder *decoder, struct json_object *node)
{
	int64_t number;
	struct str text;

	if (json_text(node, &text))
		return arena_copy(decoder->arena, text);
	if (json_integer(node, &number))
		return arena_format(decoder->arena, "%lld", (long long)number);
	return (struct str){ NULL, 0 };
}

int64_t decode_time(struct json_object *node)
{
	int64_t ns;

	return clock_parse(json_text_or_empty(node), &ns) ? ns : 0;
}

/* ---- Scalars ---- */

enum accept { ACCEPT_STRING = 1, ACCEPT_NUMBER = 2, ACCEPT_BOOLEAN = 4, ACCEPT_ALL = 7 };

struct text_codec {
	struct str (*canon)(struct arena *arena, struct str raw);
	unsigned accept;
	const char *expected;
};

static const struct text_codec text_codecs[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { codec_text, ACCEPT_STRING, "is not a string" },
	[FIELD_NUMBER] = { codec_number, ACCEPT_NUMBER | ACCEPT_STRING, "is not a number" },
	[FIELD_INTEGER] = { codec_number, ACCEPT_NUMBER | ACCEPT_STRING, "is not a number" },
	[FIELD_BOOLEAN] = { codec_line, ACCEPT_BOOLEAN, "is not a boolean" },
	[FIELD_DATE] = { codec_date, ACCEPT_STRING, "is not a date" },
	[FIELD_TIMESTAMP] = { codec_timestamp, ACCEPT_STRING, "is not a timestamp" },
	[FIELD_URL] = { codec_url, ACCEPT_STRING, "is not a string" },
	[FIELD_LINKEDIN] = { codec_linkedin, ACCEPT_STRING, "is not a string" },
	[FIELD_EMAIL_SET] = { codec_email, ACCEPT_STRING, "is not a string" },
	[FIELD_PHONE_SET] = { NULL, ACCEPT_STRING, "is not a string" }, /* needs a region */
	[FIELD_SELECT] = { codec_line, ACCEPT_STRING, "is not a string" },
	[FIELD_TEXT_SET] = { codec_line, ACCEPT_STRING, "is not a string" },
	/* Where an attribute holds the text itself: an owner's e-mail address, a segment's title. */
	[FIELD_REFERENCE] = { codec_email, ACCEPT_STRING, "is not a string" },
	[FIELD_REFERENCE_SET] = { codec_line, ACCEPT_STRING, "is not a string" },
	[FIELD_REFERENCE_OF_MANY] = { codec_line, ACCEPT_STRING, "is not a string" },
};

static unsigned kind_of(struct json_object *node)
{
	switch (json_object_get_type(node)) {
	case json_type_string:
		return ACCEPT_STRING;
	case json_type_int:
	case json_type_double:
		return ACCEPT_NUMBER;
	case json_type_boolean:
		return ACCEPT_BOOLEAN;
	case json_type_null:
	case json_type_object:
	case json_type_array:
		break;
	}
	return 0;
}

struct str decode_canonical(struct arena *arena, enum field_type type, struct str raw)
{
	const struct text_codec *codec = &text_codecs[type];

	return codec->canon != NULL ? codec->canon(arena, raw) : codec_line(arena, raw);
}

/* What JSON types a value may come in. */
static unsigned accepted(const struct decoder *decoder, const struct field *field)
{
	/* What has a value map may be spelled in any way. */
	if (field->n_map > 0)
		return ACCEPT_ALL;
	if (field->type == FIELD_BOOLEAN && decoder->side == SIDE_PEOPLE &&
	    people_property_form(field->path[SIDE_PEOPLE]) == PEOPLE_FORM_STRING)
		return ACCEPT_BOOLEAN | ACCEPT_STRING;
	return text_codecs[field->type].accept;
}

bool decode_text(struct decoder *decoder, const struct field *field, struct json_object *node,
		 struct str *ret_text)
{
	const struct text_codec *codec = &text_codecs[field->type];
	struct str raw;

	*ret_text = (struct str){ NULL, 0 };
	if (node == NULL)
		return true;
	if ((kind_of(node) & accepted(decoder, field)) == 0 ||
	    !json_scalar(node, decoder->arena, &raw))
		return decode_fail(decoder, field->path[decoder->side], codec->expected);
	const struct str text =
		codec->canon != NULL ?
			codec->canon(decoder->arena, raw) :
			codec_phone(decoder->arena, raw, decoder->context->default_region);

	*ret_text = value_map_read(decoder->arena, field, decoder->side, text);
	return true;
}

bool decode_valueless(struct decoder *decoder, const struct field *field)
{
	return decode_fail(decoder, field->path[decoder->side], "has an element without a value");
}

bool decode_element(struct decoder *decoder, const struct field *field, struct json_object *node,
		    struct str *ret_text)
{
	if (node == NULL)
		return decode_valueless(decoder, field);
	return decode_text(decoder, field, node, ret_text);
}

/* ---- References ---- */

static bool is_reference(enum field_type type)
{
	return type == FIELD_REFERENCE || type == FIELD_REFERENCE_SET ||
	       type == FIELD_REFERENCE_OF_MANY;
}

bool decode_can(const struct mapper_context *context, const struct field *field)
{
	bool any = false;

	for (int side = 0; side < SIDE_COUNT; side++) {
		const enum collection which = field_collection(field, (enum side)side);

		if (which != COLLECTION_NONE && context->collections[which] == NULL)
			return false;
		any = any || which != COLLECTION_NONE;
	}
	return any || !is_reference(field->type);
}

struct str decode_member(struct decoder *decoder, enum collection which, struct str id)
{
	const struct str text =
		codec_line(decoder->arena, titles_of_id(decoder->context->collections[which], id));

	if (text.len == 0 && decoder->context->on_missed != NULL)
		decoder->context->on_missed(decoder->context->missed_payload, which, id);
	return text;
}

/* ---- Items ---- */

struct value decode_room(struct decoder *decoder, size_t n)
{
	struct value value = value_items(decoder->arena, n > 0 ? (uint32_t)n : 1);

	value.n = 0;
	return value;
}

static struct str joined(struct arena *arena, struct str a, struct str b)
{
	if (a.len == 0 || b.len == 0)
		return a.len > 0 ? a : b;
	return arena_format(arena, "%.*s,%.*s", STR_ARG(a), STR_ARG(b));
}

/* The same view where nothing is folded. */
static struct str element_key(struct decoder *decoder, struct str text)
{
	const struct str folded = codec_fold(decoder->arena, text);

	return str_equal(folded, text) ? text : folded;
}

bool decode_add(struct decoder *decoder, const struct field *field, struct value *value,
		struct str text, struct str extra)
{
	struct item item = { .text = text, .key = text, .extra = extra };

	if (text.len == 0)
		return true;
	if (field_shape(field->type) == SHAPE_SET) {
		item.key = element_key(decoder, text);
		const uint32_t at = value_find(value, item.key);

		if (at < value->n) {
			struct item *there = &value->items[at];

			there->extra = joined(decoder->arena, there->extra, extra);
			return true;
		}
		if (value->n == LIMIT_SET_ITEMS)
			return decode_fail(decoder, field->path[decoder->side],
					   "has too many elements");
	}
	value->items[value->n++] = item;
	return true;
}

bool decode_one_member(struct decoder *decoder, const struct field *field, enum collection which,
		       struct str id, struct value *ret)
{
	const struct str text = decode_member(decoder, which, id);
	struct value value = decode_room(decoder, 1);

	if (!decode_add(decoder, field, &value, text, (struct str){ NULL, 0 }))
		return false;
	*ret = text.len > 0 ? value : (struct value){ .state = VALUE_UNKNOWN };
	return true;
}

/* ---- Parts ---- */

static struct str codec_coordinate(struct arena *arena, struct str raw)
{
	return codec_number(arena, raw);
}

const struct part_key records_location_parts[] = {
	{ "line_1", LOCATION_LINE_1, codec_line },
	{ "line_2", LOCATION_LINE_2, codec_line },
	{ "line_3", LOCATION_LINE_3, codec_line },
	{ "line_4", LOCATION_LINE_4, codec_line },
	{ "locality", LOCATION_LOCALITY, codec_line },
	{ "region", LOCATION_REGION, codec_line },
	{ "postcode", LOCATION_POSTCODE, codec_line },
	{ "country_code", LOCATION_COUNTRY, codec_country },
	{ "latitude", LOCATION_LATITUDE, codec_coordinate },
	{ "longitude", LOCATION_LONGITUDE, codec_coordinate },
};
const size_t n_records_location_parts = COUNT_OF(records_location_parts);
static_assert(COUNT_OF(records_location_parts) == LOCATION_PART_COUNT, "every part has its key");

bool decode_parts(struct decoder *decoder, const struct field *field, struct json_object *object,
		  const struct part_key *parts, size_t n, struct value *value)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		struct json_object *node = json_child(object, parts[i].key);
		const bool number = parts[i].canon == codec_coordinate;
		struct str raw;

		if (node == NULL)
			continue;
		if ((kind_of(node) & (number ? ACCEPT_STRING | ACCEPT_NUMBER : ACCEPT_STRING)) ==
			    0 ||
		    !json_scalar(node, decoder->arena, &raw))
			return decode_fail(decoder,
					   arena_format(decoder->arena, "%.*s.%s",
							STR_ARG(field->path[decoder->side]),
							parts[i].key),
					   "is not a string");
		const struct str text = parts[i].canon(decoder->arena, raw);

		value->items[parts[i].part] = (struct item){ .text = text, .key = text };
		any = any || text.len > 0;
	}
	value->n = any ? field_part_count(field->type) : 0;
	return true;
}
