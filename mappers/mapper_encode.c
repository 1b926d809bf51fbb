/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/mapper_encode.h"

#include "base/clock.h"
#include "mappers/codec.h"
#include "mappers/json_guard.h"
#include "mappers/people_property.h"
#include "mappers/titles.h"
#include "mappers/value_map.h"

#include <string.h>

void encoder_release(struct encoder *encoder)
{
	arena_release(&encoder->arena);
}

/* ---- Targets ---- */

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void target_escape(struct buf *target, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_unreserved(text.p[i]))
			buf_add_char(target, text.p[i]);
		else
			buf_addf(target, "%%%02X", (unsigned)(unsigned char)text.p[i]);
	}
}

/* ---- Fields ---- */

bool encoder_maps(const struct encoder *encoder, const struct field *field)
{
	return field->path[encoder->side].len > 0 && encoder->codecs[field->type].encode != NULL &&
	       decode_can(encoder->context, field);
}

static bool same_first(const struct value *a, const struct value *b)
{
	return a->state == VALUE_SET && b->state == VALUE_SET &&
	       str_equal(a->items[0].text, b->items[0].text);
}

/* Two values of the records side may have one spelling here. */
static bool same_spelling(struct encoder *encoder, const struct field *field, const struct value *a,
			  const struct value *b)
{
	if (!value_is_set(a) || !value_is_set(b))
		return false;
	return str_equal(
		value_map_written(&encoder->arena, field, encoder->side, a->items[0].text),
		value_map_written(&encoder->arena, field, encoder->side, b->items[0].text));
}

bool encoder_differs(struct encoder *encoder, const struct field *field,
		     const struct value *current, const struct value *desired)
{
	if (field->n_map > 0 && field_shape(field->type) == SHAPE_SCALAR &&
	    same_spelling(encoder, field, current, desired))
		return false;
	if (field->single[encoder->side] && same_first(current, desired))
		return false;
	if (field_shape(field->type) == SHAPE_SET && !field_has_primary(field->type))
		return !value_equal_as_set(current, desired);
	return !value_equal(current, desired);
}

void encode_field(struct encoder *encoder, const struct field *field, const struct value *value)
{
	json_key_of(&encoder->json, field->path[encoder->side]);
	if (value_is_set(value))
		encoder->codecs[field->type].encode(encoder, field, value);
	else
		json_null(&encoder->json);
}

void encode_set_fields(struct encoder *encoder, const struct person *person)
{
	const struct field_table *table = encoder->context->fields;

	for (size_t i = 0; i < table->n; i++) {
		if (value_is_set(&person->values[i]) && encoder_maps(encoder, &table->fields[i]))
			encode_field(encoder, &table->fields[i], &person->values[i]);
	}
}

/* ---- Values ---- */

void encode_time(struct encoder *encoder, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(ns, encoder->fraction_digits, text);
	text[strlen(text) - 1] = '\0'; /* its Z */
	json_string(&encoder->json, arena_format(&encoder->arena, "%s%s", text, encoder->zone));
}

typedef void text_writer(struct encoder *encoder, struct str text);

static void encode_plain(struct encoder *encoder, struct str text)
{
	json_string(&encoder->json, text);
}

/* What is no number goes out as the string it is, and is the server's to refuse. */
static void encode_number(struct encoder *encoder, struct str text)
{
	struct error ignored;
	const bool begins =
		text.len > 0 && (text.p[0] == '-' || (text.p[0] >= '0' && text.p[0] <= '9'));

	if (begins && json_guard(text, &ignored))
		json_raw(&encoder->json, text);
	else
		json_string(&encoder->json, text);
}

static void encode_boolean(struct encoder *encoder, struct str text)
{
	if (str_equal_z(text, "true") || str_equal_z(text, "false"))
		json_raw(&encoder->json, text);
	else
		json_string(&encoder->json, text);
}

static void encode_timestamp(struct encoder *encoder, struct str text)
{
	int64_t ns;

	if (clock_parse(text, &ns))
		encode_time(encoder, ns);
	else
		json_string(&encoder->json, text);
}

static void encode_linkedin(struct encoder *encoder, struct str text)
{
	json_string(&encoder->json, encoder->side == SIDE_RECORDS ?
					    codec_linkedin_url(&encoder->arena, text) :
					    text);
}

/* The JSON type that the document demands of a property goes before the type of the field. */
static text_writer *writer_of_form(enum people_form form, enum field_type type)
{
	const bool bare = type == FIELD_NUMBER || type == FIELD_INTEGER || type == FIELD_BOOLEAN;

	if (form == PEOPLE_FORM_INTEGER)
		return encode_number;
	if (form == PEOPLE_FORM_BOOLEAN)
		return encode_boolean;
	return form == PEOPLE_FORM_STRING && bare ? encode_plain : NULL;
}

void encode_text(struct encoder *encoder, const struct field *field, struct str canonical)
{
	static text_writer *const writers[FIELD_TYPE_COUNT] = {
		[FIELD_TEXT] = encode_plain,
		[FIELD_NUMBER] = encode_number,
		[FIELD_INTEGER] = encode_number,
		[FIELD_BOOLEAN] = encode_boolean,
		[FIELD_DATE] = encode_plain,
		[FIELD_TIMESTAMP] = encode_timestamp,
		[FIELD_URL] = encode_plain,
		[FIELD_LINKEDIN] = encode_linkedin,
		[FIELD_EMAIL_SET] = encode_plain,
		[FIELD_PHONE_SET] = encode_plain,
		[FIELD_SELECT] = encode_plain,
		[FIELD_TEXT_SET] = encode_plain,
		[FIELD_REFERENCE] = encode_plain,
		[FIELD_REFERENCE_SET] = encode_plain,
		[FIELD_REFERENCE_OF_MANY] = encode_plain,
	};

	text_writer *write = NULL;

	if (encoder->side == SIDE_PEOPLE)
		write = writer_of_form(people_property_form(field->path[SIDE_PEOPLE]), field->type);
	if (write == NULL)
		write = writers[field->type];
	write(encoder, value_map_written(&encoder->arena, field, encoder->side, canonical));
}

void encode_scalar(struct encoder *encoder, const struct field *field, const struct value *value)
{
	encode_text(encoder, field, value->items[0].text);
}

struct str encode_member(struct encoder *encoder, const struct field *field, struct str canonical)
{
	const enum collection which = field_collection(field, encoder->side);

	return titles_id_of(encoder->context->collections[which],
			    value_map_written(&encoder->arena, field, encoder->side, canonical));
}

void encode_texts(struct encoder *encoder, const struct field *field, const struct value *value)
{
	json_open(&encoder->json, '[');
	for (uint32_t i = 0; i < value->n; i++)
		encode_text(encoder, field, value->items[i].text);
	json_close(&encoder->json, ']');
}

void encode_location(struct encoder *encoder, const struct value *value)
{
	json_open(&encoder->json, '{');
	for (size_t i = 0; i < n_records_location_parts; i++) {
		json_key(&encoder->json, records_location_parts[i].key);
		json_string_or_null(&encoder->json,
				    value_part(value, records_location_parts[i].part));
	}
	json_close(&encoder->json, '}');
}
