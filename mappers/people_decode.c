/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person as the people side sends it.  Nulls are left out of answers, so absent is empty here; an
 * object without members may come as []; keys that begin with '@' are the serialiser's and may differ
 * in every answer.
 *
 * "A person must always contain a familyname": that it is there is the only proof that an answer shows the
 * person, and that what is absent is null.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "mappers/codec.h"
#include "mappers/people.h"
#include "mappers/value_map.h"

#include <assert.h>

const struct part_key people_name_parts[] = {
	{ "givenName", NAME_GIVEN, codec_line },
	{ "additionalName", NAME_ADDITIONAL, codec_line },
	{ "familyName", NAME_FAMILY, codec_line },
	{ "honorificPrefix", NAME_PREFIX, codec_line },
	{ "initials", NAME_INITIALS, codec_line },
};
const size_t n_people_name_parts = COUNT_OF(people_name_parts);
static_assert(COUNT_OF(people_name_parts) == PEOPLE_NAME_PARTS, "every part has its key");

const struct part_key people_location_parts[] = {
	{ "street", LOCATION_LINE_1, codec_line },
	{ "postalCode", LOCATION_POSTCODE, codec_line },
	{ "city", LOCATION_LOCALITY, codec_line },
	{ "country", LOCATION_COUNTRY, codec_country },
};
const size_t n_people_location_parts = COUNT_OF(people_location_parts);

struct str people_last_part(struct str iri)
{
	size_t start = iri.len;

	while (start > 0 && iri.p[start - 1] != '/')
		start--;
	return str_skip(iri, start);
}

static struct value finished(struct value value)
{
	if (value.n == 0)
		value.state = VALUE_EMPTY;
	return value;
}

/* ---- Codecs ---- */

static bool decode_scalar(struct decoder *decoder, const struct field *field,
			  struct json_object *node, struct value *ret)
{
	struct value value = decode_room(decoder, 1);
	struct str text;

	if (!decode_text(decoder, field, node, &text) ||
	    !decode_add(decoder, field, &value, text, (struct str){ NULL, 0 }))
		return false;
	*ret = finished(value);
	return true;
}

/* The element as it is sent back: without what names it. */
static struct str element_content(struct decoder *decoder, struct json_object *element)
{
	struct buf text;

	buf_init(&text, LIMIT_RECORD_BYTES);
	struct json_writer json = json_writer(&text);

	json_content(&json, element);
	const struct str content = arena_copy(decoder->arena, buf_str(&text));

	buf_release(&text);
	return content;
}

/* "emailAddresses": [{ "email": … }].  A null is left out of answers, so a row without its address
 * is a blank one; of a list that has no other nothing is known: neither that it is empty. */
static bool decode_objects(struct decoder *decoder, const struct field *field, const char *key,
			   struct json_object *node, struct value *ret)
{
	if (!json_object_is_type(node, json_type_array))
		return decode_fail(decoder, field->path[SIDE_PEOPLE], "is not an array");
	const size_t n = json_object_array_length(node);
	struct value value = decode_room(decoder, n);

	for (size_t i = 0; i < n; i++) {
		struct json_object *element = json_object_array_get_idx(node, i);
		struct json_object *held;
		struct str text;

		if (!json_object_is_type(element, json_type_object))
			return decode_fail(decoder, field->path[SIDE_PEOPLE],
					   "has an element that is no object");
		if (!json_lookup(element, str_from(key), &held))
			continue;
		if (!decode_element(decoder, field, held, &text))
			return false;
		if (!decode_add(decoder, field, &value, text, element_content(decoder, element)))
			return false;
	}
	*ret = n > 0 && value.n == 0 ? (struct value){ .state = VALUE_UNKNOWN } : finished(value);
	return true;
}

static bool decode_emails(struct decoder *decoder, const struct field *field,
			  struct json_object *node, struct value *ret)
{
	return decode_objects(decoder, field, decoder->context->email_key, node, ret);
}

static bool decode_phones(struct decoder *decoder, const struct field *field,
			  struct json_object *node, struct value *ret)
{
	return decode_objects(decoder, field, decoder->context->phone_key, node, ret);
}

/* A member of a collection as an IRI, or as an object that says it. */
static bool iri_of(struct decoder *decoder, const struct field *field, struct json_object *element,
		   struct str *ret_iri)
{
	struct json_object *named = json_child(element, "@id");

	*ret_iri = json_text_or_empty(named != NULL ? named : element);
	return ret_iri->len > 0 ||
	       decode_fail(decoder, field->path[SIDE_PEOPLE], "is not a string");
}

static bool add_element(struct decoder *decoder, const struct field *field,
			struct json_object *element, struct value *value, bool *ret_known)
{
	const enum collection which = field_collection(field, SIDE_PEOPLE);
	struct str text;

	*ret_known = true;
	if (which == COLLECTION_NONE) {
		if (!decode_text(decoder, field, element, &text))
			return false;
	} else {
		if (!iri_of(decoder, field, element, &text))
			return false;
		text = decode_member(decoder, which, people_last_part(text));
		*ret_known = text.len > 0;
		text = value_map_read(decoder->arena, field, SIDE_PEOPLE, text);
	}
	return decode_add(decoder, field, value, text, element_content(decoder, element));
}

static bool decode_strings(struct decoder *decoder, const struct field *field,
			   struct json_object *node, struct value *ret)
{
	if (!json_object_is_type(node, json_type_array))
		return decode_fail(decoder, field->path[SIDE_PEOPLE], "is not an array");
	const size_t n = json_object_array_length(node);
	struct value value = decode_room(decoder, n);
	bool all_known = true;

	for (size_t i = 0; i < n; i++) {
		struct json_object *element = json_object_array_get_idx(node, i);
		bool known;

		if (element == NULL)
			return decode_valueless(decoder, field);
		if (!add_element(decoder, field, element, &value, &known))
			return false;
		all_known = all_known && known;
	}
	/* A list that is known in part is not known: nothing is concluded from it. */
	*ret = all_known ? finished(value) : (struct value){ .state = VALUE_UNKNOWN };
	return true;
}

/* "owner": "/users/7" */
static bool decode_reference(struct decoder *decoder, const struct field *field,
			     struct json_object *node, struct value *ret)
{
	struct value value = decode_room(decoder, 1);
	bool known;

	if (!add_element(decoder, field, node, &value, &known))
		return false;
	*ret = known ? finished(value) : (struct value){ .state = VALUE_UNKNOWN };
	return true;
}

/* The parts are properties of the person itself. */
static bool decode_name(struct decoder *decoder, const struct field *field,
			struct json_object *root, struct value *ret)
{
	struct value value = decode_room(decoder, NAME_PART_COUNT);
	struct part_key parts[PEOPLE_NAME_PARTS];
	size_t n = 0;

	for (size_t i = 0; i < n_people_name_parts; i++) {
		if (!field_part_elsewhere(field, people_name_parts[i].part))
			parts[n++] = people_name_parts[i];
	}
	if (!decode_parts(decoder, field, root, parts, n, &value))
		return false;
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
		return decode_fail(decoder, field->path[SIDE_PEOPLE], "is not an object");
	if (!decode_parts(decoder, field, node, people_location_parts, n_people_location_parts,
			  &value))
		return false;
	*ret = finished(value);
	return true;
}

typedef bool decode_fn(struct decoder *decoder, const struct field *field, struct json_object *node,
		       struct value *ret);

static decode_fn *const decoders[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = decode_scalar,
	[FIELD_NUMBER] = decode_scalar,
	[FIELD_INTEGER] = decode_scalar,
	[FIELD_BOOLEAN] = decode_scalar,
	[FIELD_DATE] = decode_scalar,
	[FIELD_TIMESTAMP] = decode_scalar,
	[FIELD_URL] = decode_scalar,
	[FIELD_LINKEDIN] = decode_scalar,
	[FIELD_EMAIL_SET] = decode_emails,
	[FIELD_PHONE_SET] = decode_phones,
	[FIELD_SELECT] = decode_scalar,
	[FIELD_TEXT_SET] = decode_strings,
	[FIELD_LOCATION] = decode_location,
	[FIELD_NAME] = decode_name,
	[FIELD_REFERENCE] = decode_reference,
	[FIELD_REFERENCE_SET] = decode_strings,
	[FIELD_REFERENCE_OF_MANY] = decode_strings,
};

/* ---- The person ---- */

static bool decode_fields(struct decoder *decoder, struct json_object *root, struct person *person)
{
	const struct field_table *table = decoder->context->fields;

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const struct str path = field->path[SIDE_PEOPLE];
		decode_fn *decode = decoders[field->type];

		if (path.len == 0 || decode == NULL || !decode_can(decoder->context, field))
			continue;
		struct json_object *node =
			field->type == FIELD_NAME ? root : json_child_of(root, path);

		if (field->unread[SIDE_PEOPLE])
			continue;
		person->values[i] = value_empty();
		if (node != NULL && !decode(decoder, field, node, &person->values[i]))
			return false;
	}
	return true;
}

/* Whether somebody is archived must never be guessed. */
static bool decode_archived(struct decoder *decoder, struct json_object *root, int64_t *ret_ns)
{
	struct json_object *node = json_child(root, "archivedAt");

	*ret_ns = 0;
	if (node == NULL)
		return true;
	if (!clock_parse(json_text_or_empty(node), ret_ns))
		return decode_fail(decoder, STR_LIT("archivedAt"), "is not a date");
	if (*ret_ns == 0)
		*ret_ns = 1; /* 1970 itself; 0 is "not archived" */
	return true;
}

/* Of an answer to a write that has no familyName at all nothing but the id is taken. */
static bool decode_whole(struct decoder *decoder, struct json_object *root, bool *ret_whole)
{
	const struct str key = STR_LIT("familyName");
	struct json_object *node = NULL;
	struct str family = { NULL, 0 };

	*ret_whole = json_lookup(root, key, &node) || !decoder->context->part;
	/* One of another type is the name's to tell. */
	if (!*ret_whole || (node != NULL && !json_text(node, &family)))
		return true;
	if (node != NULL && codec_line(decoder->arena, family).len > 0)
		return true;
	return decode_fail(decoder, key, "is missing or empty");
}

struct str people_marked(struct str source)
{
	return str_starts(source, STR_LIT(PEOPLE_MARKER_PREFIX)) ?
		       str_skip(source, sizeof(PEOPLE_MARKER_PREFIX) - 1) :
		       (struct str){ NULL, 0 };
}

static bool decode_tree(struct decoder *decoder, struct json_object *root, struct person *person)
{
	const struct str source = json_text_or_empty(json_child(root, "externalSource"));
	bool whole;

	person->id = decode_id(decoder, json_child(root, "id"));
	if (person->id.len == 0)
		person->id = people_last_part(decode_id(decoder, json_child(root, "@id")));
	decoder->id = person->id;
	if (person->id.len == 0)
		return decode_fail(decoder, STR_LIT("id"), "is missing");
	if (!decode_archived(decoder, root, &person->archived_at) ||
	    !decode_whole(decoder, root, &whole))
		return false;
	person->created_at = decode_time(json_child(root, "createdAt"));
	person->updated_at = decode_time(json_child(root, "updatedAt"));
	person->marker = arena_copy(decoder->arena, people_marked(source));
	return !whole || decode_fields(decoder, root, person);
}

bool people_decode(const struct mapper_context *context, struct str raw, struct arena *arena,
		   struct person *ret, struct error *err)
{
	struct decoder decoder = { context, SIDE_PEOPLE, arena, { NULL, 0 }, err };
	struct json_object *root;
	struct person person;

	if (!json_parse(raw, &root, err))
		return error_wrap(err, "a person");
	person_init(&person, arena, context->fields);
	const bool good = decode_tree(&decoder, root, &person);

	json_object_put(root);
	if (good)
		*ret = person;
	return good;
}
