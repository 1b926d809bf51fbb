/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes to the people side.  A merge patch keeps what it doesn't name; null clears a scalar and is
 * refused for an array ([] clears one); an object is merged member by member; an array replaces the old
 * one, whose rows are made anew: so it is sent only if it changed, and then with its elements whole.
 */
#include "mappers/people.h"

#include <string.h>

#define MERGE_PATCH "application/merge-patch+json"

/* ---- Lists ---- */

/* What the target holds under this key, whole; empty if it doesn't. */
static struct str kept_element(const struct encoder *encoder, struct str key)
{
	if (encoder->current == NULL || !value_has(encoder->current, key))
		return (struct str){ NULL, 0 };
	return encoder->current->items[value_find(encoder->current, key)].extra;
}

static void encode_objects(struct encoder *encoder, const struct field *field, const char *key,
			   const struct value *value)
{
	json_open(&encoder->json, '[');
	for (uint32_t i = 0; i < value->n; i++) {
		const struct str kept = kept_element(encoder, value->items[i].key);

		if (kept.len > 0) {
			json_raw(&encoder->json, kept);
			continue;
		}
		json_open(&encoder->json, '{');
		json_key(&encoder->json, key);
		encode_text(encoder, field, value->items[i].text);
		json_close(&encoder->json, '}');
	}
	json_close(&encoder->json, ']');
}

static void encode_emails(struct encoder *encoder, const struct field *field,
			  const struct value *value)
{
	encode_objects(encoder, field, encoder->context->email_key, value);
}

static void encode_phones(struct encoder *encoder, const struct field *field,
			  const struct value *value)
{
	encode_objects(encoder, field, encoder->context->phone_key, value);
}

/* The IRI of a member; empty if there is none of that text. */
static struct str member_iri(struct encoder *encoder, const struct field *field,
			     struct str canonical)
{
	const struct str id = encode_member(encoder, field, canonical);

	return id.len > 0 ? arena_format(&encoder->arena, "/%s/%.*s",
					 collection_name(field_collection(field, SIDE_PEOPLE)),
					 STR_ARG(id)) :
			    id;
}

static void encode_strings(struct encoder *encoder, const struct field *field,
			   const struct value *value)
{
	json_open(&encoder->json, '[');
	for (uint32_t i = 0; i < value->n; i++) {
		const struct str kept = kept_element(encoder, value->items[i].key);

		if (kept.len > 0) {
			json_raw(&encoder->json, kept);
		} else if (field_collection(field, SIDE_PEOPLE) != COLLECTION_NONE) {
			const struct str iri = member_iri(encoder, field, value->items[i].text);

			if (iri.len > 0)
				json_string(&encoder->json, iri);
		} else {
			encode_text(encoder, field, value->items[i].text);
		}
	}
	json_close(&encoder->json, ']');
}

static void encode_reference(struct encoder *encoder, const struct field *field,
			     const struct value *value)
{
	json_string_or_null(&encoder->json, member_iri(encoder, field, value->items[0].text));
}

/* ---- Parts ---- */

/* familyName is never cleared: a person without one is refused. */
static bool part_differs(const struct part_key *part, const struct value *current,
			 const struct value *desired)
{
	const struct str wanted = value_part(desired, part->part);

	if (str_equal(value_part(current, part->part), wanted))
		return false;
	return wanted.len > 0 || strcmp(part->key, "familyName") != 0;
}

static size_t write_parts(struct encoder *encoder, const struct field *field,
			  const struct part_key *parts, size_t n, const struct value *current,
			  const struct value *desired)
{
	size_t written = 0;

	for (size_t i = 0; i < n; i++) {
		if (field_part_elsewhere(field, parts[i].part) ||
		    !part_differs(&parts[i], current, desired))
			continue;
		json_key(&encoder->json, parts[i].key);
		json_string_or_null(&encoder->json, value_part(desired, parts[i].part));
		written++;
	}
	return written;
}

static size_t write_location(struct encoder *encoder, const struct field *field,
			     const struct value *current, const struct value *desired)
{
	bool any = false;

	for (size_t i = 0; i < n_people_location_parts; i++)
		any = any || part_differs(&people_location_parts[i], current, desired);
	if (!any)
		return 0;
	json_key_of(&encoder->json, field->path[SIDE_PEOPLE]);
	json_open(&encoder->json, '{');
	(void)write_parts(encoder, field, people_location_parts, n_people_location_parts, current,
			  desired);
	json_close(&encoder->json, '}');
	return 1;
}

/* ---- Fields ---- */

/* Names and locations are written in parts, by write_field(). */
static const struct type_codec codecs[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { .encode = encode_scalar },
	[FIELD_NUMBER] = { .encode = encode_scalar },
	[FIELD_INTEGER] = { .encode = encode_scalar },
	[FIELD_BOOLEAN] = { .encode = encode_scalar },
	[FIELD_DATE] = { .encode = encode_scalar },
	[FIELD_TIMESTAMP] = { .encode = encode_scalar },
	[FIELD_URL] = { .encode = encode_scalar },
	[FIELD_LINKEDIN] = { .encode = encode_scalar },
	[FIELD_EMAIL_SET] = { .encode = encode_emails },
	[FIELD_PHONE_SET] = { .encode = encode_phones },
	[FIELD_SELECT] = { .encode = encode_scalar },
	[FIELD_TEXT_SET] = { .encode = encode_strings },
	[FIELD_REFERENCE] = { .encode = encode_reference },
	[FIELD_REFERENCE_SET] = { .encode = encode_strings },
	[FIELD_REFERENCE_OF_MANY] = { .encode = encode_strings },
};

static struct encoder encoder_for(const struct mapper_context *context, struct request *request)
{
	return (struct encoder){ .context = context,
				 .side = SIDE_PEOPLE,
				 .codecs = codecs,
				 .fraction_digits = 0,
				 .zone = "+00:00",
				 .json = json_writer(&request->body) };
}

static size_t write_whole(struct encoder *encoder, const struct field *field,
			  const struct value *current, const struct value *desired)
{
	if (!encoder_maps(encoder, field) || !encoder_differs(encoder, field, current, desired))
		return 0;
	encoder->current = current;
	if (field_shape(field->type) == SHAPE_SET && !value_is_set(desired)) {
		json_key_of(&encoder->json, field->path[SIDE_PEOPLE]);
		json_raw(&encoder->json, STR_LIT("[]"));
	} else {
		encode_field(encoder, field, desired);
	}
	encoder->current = NULL;
	return 1;
}

/* Returns how many properties were written. */
static size_t write_field(struct encoder *encoder, const struct field *field,
			  const struct value *current, const struct value *desired)
{
	if (desired->state == VALUE_UNKNOWN || field->path[SIDE_PEOPLE].len == 0)
		return 0;
	if (field->type == FIELD_NAME)
		return write_parts(encoder, field, people_name_parts, n_people_name_parts, current,
				   desired);
	if (field->type == FIELD_LOCATION)
		return write_location(encoder, field, current, desired);
	return write_whole(encoder, field, current, desired);
}

/* ---- Requests ---- */

static void write_request(struct request *ret, enum method method, const char *content_type)
{
	request_init(ret, method, REQUEST_WRITE);
	ret->content_type = content_type;
	ret->accept = PEOPLE_ACCEPT;
	buf_add_z(&ret->target, "/people");
}

static void patch_request(struct request *ret, struct str id)
{
	write_request(ret, METHOD_PATCH, MERGE_PATCH);
	buf_add_char(&ret->target, '/');
	target_escape(&ret->target, id);
}

/* Not in the API's documents; vendors' clients use it. */
static void delete_request(struct request *ret, struct str id)
{
	request_init(ret, METHOD_DELETE, REQUEST_WRITE);
	ret->accept = PEOPLE_ACCEPT;
	buf_add_z(&ret->target, "/people/");
	target_escape(&ret->target, id);
}

void people_create(const struct mapper_context *context, const struct person *person,
		   struct request *ret)
{
	const struct value nothing = value_empty();

	write_request(ret, METHOD_POST, PEOPLE_ACCEPT);
	struct encoder encoder = encoder_for(context, ret);

	json_open(&encoder.json, '{');
	for (size_t i = 0; i < context->fields->n; i++)
		(void)write_field(&encoder, &context->fields->fields[i], &nothing,
				  &person->values[i]);
	if (context->marker && person->marker.len > 0) {
		json_key(&encoder.json, "externalSource");
		json_string(&encoder.json, arena_format(&encoder.arena, PEOPLE_MARKER_PREFIX "%.*s",
							STR_ARG(person->marker)));
	}
	json_close(&encoder.json, '}');
	encoder_release(&encoder);
}

void people_update(const struct mapper_context *context, const struct person *current,
		   const struct person *desired, struct request *ret)
{
	size_t written = 0;

	patch_request(ret, current->id);
	struct encoder encoder = encoder_for(context, ret);

	json_open(&encoder.json, '{');
	for (size_t i = 0; i < context->fields->n; i++)
		written += write_field(&encoder, &context->fields->fields[i], &current->values[i],
				       &desired->values[i]);
	json_close(&encoder.json, '}');
	encoder_release(&encoder);
	if (written == 0)
		buf_reset(&ret->target);
}

void people_remove(const struct mapper_context *context, struct str id, int64_t when,
		   struct request *ret)
{
	if (when == MAPPER_DELETE) {
		delete_request(ret, id);
		return;
	}
	patch_request(ret, id);
	struct encoder encoder = encoder_for(context, ret);

	json_open(&encoder.json, '{');
	json_key(&encoder.json, "archivedAt");
	if (when != MAPPER_RESTORE)
		encode_time(&encoder, when);
	else
		json_null(&encoder.json);
	json_close(&encoder.json, '}');
	encoder_release(&encoder);
}
