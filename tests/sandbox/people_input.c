/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "normal.h"

#include "base/clock.h"

#include <string.h>

struct input {
	struct call *call;
	const struct attribute *attribute;
	const struct record *record; /* what a PATCH merges into; NULL otherwise */
	struct change *change;
};

typedef bool parse_fn(struct input *input, struct json_object *value);

static const char *php_type(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		return "bool";
	case json_type_double:
		return "float";
	case json_type_int:
		return "int";
	case json_type_object:
	case json_type_array:
		return "array";
	case json_type_string:
		return "string";
	case json_type_null:
	default:
		return "NULL";
	}
}

static bool wrong_type(struct input *input, const char *wanted, struct json_object *value)
{
	return people_fail(input->call, 400,
			   "The type of the \"%s\" attribute must be \"%s\", \"%s\" given.",
			   input->attribute->slug, wanted, php_type(value));
}

static bool parse_text(struct input *input, struct json_object *value)
{
	if (!json_is_text(value))
		return wrong_type(input, "string", value);
	if (json_str(value).len == 0 && (input->attribute->flags & ATTR_REQUIRED) != 0)
		return people_violation(input->call, input->attribute->slug,
					"This value should not be blank.");
	people_put_text(input->call, input->change, json_str(value));
	return true;
}

static void put_json(struct input *input, struct json_object *value)
{
	const struct str text = json_write(input->call->arena, value);

	change_put(input->change, input->call->arena, text, text);
}

static bool parse_flag(struct input *input, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_boolean))
		return wrong_type(input, "bool", value);
	put_json(input, value);
	return true;
}

static bool parse_integer(struct input *input, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_int))
		return wrong_type(input, "int", value);
	put_json(input, value);
	return true;
}

bool people_read_time(struct call *call, struct str text, int64_t *ret_ns)
{
	if (!clock_parse(text, ret_ns))
		return people_fail(call, 400, "Failed to parse time string (%.*s)", STR_ARG(text));
	/* A date alone is midnight of the server's own clock. */
	if (!str_ends(text, STR_LIT("Z")) && !str_ends(text, STR_LIT("+00:00")))
		call_violation(call, "a time that is not UTC: %.*s", STR_ARG(text));
	return true;
}

static bool parse_time(struct input *input, struct json_object *value)
{
	char text[CLOCK_TEXT_BYTES];
	int64_t ns = 0;

	if (!json_is_text(value))
		return wrong_type(input, "string", value);
	if (!people_read_time(input->call, json_str(value), &ns))
		return false;
	clock_format(ns, 0, text);
	people_put_text(input->call, input->change,
			arena_format(input->call->arena, "%.19s+00:00", text));
	return true;
}

/* A whole number will do for a float. */
static bool parse_number(struct input *input, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return wrong_type(input, "float", value);
	put_json(input, value);
	return true;
}

/* Kept without a time, and shown with one. */
static bool parse_date(struct input *input, struct json_object *value)
{
	char text[CLOCK_TEXT_BYTES];
	int64_t ns = 0;

	if (!json_is_text(value))
		return wrong_type(input, "string", value);
	if (!clock_parse(json_str(value), &ns))
		return people_fail(input->call, 400, "Failed to parse time string (%.*s)",
				   STR_ARG(json_str(value)));
	clock_format(ns, 0, text);
	people_put_text(input->call, input->change,
			arena_format(input->call->arena, "%.10sT00:00:00+00:00", text));
	return true;
}

const struct record *people_iri(struct call *call, struct str iri, const char *collection)
{
	const struct str prefix = arena_format(call->arena, "/%s/", collection);
	const struct object *object = call_object(call, str_from(collection));
	const struct record *record = NULL;

	assert(object != NULL);
	if (str_starts(iri, prefix))
		record = object_find(object, str_skip(iri, prefix.len));
	if (record != NULL)
		return record;
	if (iri.len > 0 && iri.p[0] == '/')
		(void)people_fail(call, 400, "Item not found for \"%.*s\".", STR_ARG(iri));
	else
		(void)people_fail(call, 400, "Invalid IRI \"%.*s\".", STR_ARG(iri));
	return NULL;
}

static bool parse_iri(struct input *input, struct json_object *value)
{
	if (!json_is_text(value))
		return people_fail(
			input->call, 400,
			"Nested documents for attribute \"%s\" are not allowed. Use IRIs "
			"instead.",
			input->attribute->slug);
	const struct record *target =
		people_iri(input->call, json_str(value), input->attribute->detail);

	if (target == NULL)
		return false;
	people_put_iri(input->call, input->change, target);
	return true;
}

/* Items are sent whole: a random "@id" of an earlier answer means nothing to the server. */
static bool check_item(struct input *input, struct json_object *item)
{
	if (!json_object_is_type(item, json_type_object))
		return wrong_type(input, "array", item);
	if (!json_has(item, "@id") && !json_has(item, "id"))
		return true;
	call_violation(input->call, "an id inside %s", input->attribute->slug);
	return people_fail(input->call, 400, "Item not found for \"%.*s\".",
			   STR_ARG(json_member_str(item, json_has(item, "@id") ? "@id" : "id")));
}

static bool parse_email(struct input *input, struct json_object *item)
{
	struct json_object *email = json_member(item, "email");

	if (!check_item(input, item))
		return false;
	if (!json_is_text(email))
		return people_fail(
			input->call, 400,
			"The type of the \"email\" attribute must be \"string\", \"%s\" given.",
			php_type(email));
	if (!normal_is_email(str_trim(json_str(email))))
		return people_violation(input->call, "emailAddresses[0].email",
					"This value is not a valid email address.");
	people_put_email(input->call, input->change, json_str(email));
	return true;
}

static bool known_phone_type(struct str type)
{
	static const char *const types[] = { "mobile", "work", "home", "main", "fax", "other" };

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (str_equal_z(type, types[i]))
			return true;
	}
	return false;
}

static bool parse_phone(struct input *input, struct json_object *item)
{
	struct json_object *number = json_member(item, "phoneNumber");
	struct json_object *type = json_member(item, "phoneType");

	if (!check_item(input, item))
		return false;
	if (!json_is_text(number))
		return people_fail(input->call, 400,
				   "The type of the \"phoneNumber\" attribute must be \"string\", "
				   "\"%s\" given.",
				   php_type(number));
	if (json_str(number).len == 0)
		return people_violation(input->call, "phoneNumbers[0].phoneNumber",
					"This value should not be blank.");
	if (type != NULL && !json_is_text(type))
		return people_fail(
			input->call, 400,
			"The type of the \"phoneType\" attribute must be \"string\", \"%s\" "
			"given.",
			php_type(type));
	if (type != NULL && !known_phone_type(json_str(type))) {
		call_violation(input->call, "phone type %.*s", STR_ARG(json_str(type)));
		return people_fail(input->call, 400,
				   "The data must belong to a backed enumeration of type "
				   "App\\Enum\\PhoneType.");
	}
	people_put_phone(input->call, input->change, json_str(number), json_str(type));
	return true;
}

/* A merge patch goes into the address that is there. */
static bool parse_address(struct input *input, struct json_object *value)
{
	struct str parts[ADDRESS_PART_COUNT] = { 0 };
	struct json_object *old = NULL;
	const uint32_t i = input->change->attribute;
	bool ok = check_item(input, value);

	if (input->record != NULL && input->record->cells[i].n > 0)
		old = json_read(arena_format(input->call->arena, "{%.*s}",
					     STR_ARG(input->record->cells[i].values[0].json)));
	for (size_t k = 0; ok && k < ADDRESS_PART_COUNT; k++) {
		const char *name = people_address_parts[k];
		struct json_object *part =
			json_has(value, name) ? json_member(value, name) : json_member(old, name);

		ok = part == NULL || json_is_text(part) || wrong_type(input, "string", part);
		if (ok && part != NULL)
			parts[k] = arena_copy(input->call->arena, json_str(part));
	}
	if (ok)
		people_put_address(input->call, input->change, parts);
	json_object_put(old);
	return ok;
}

static bool parse_never(struct input *input, struct json_object *value)
{
	return wrong_type(input, "nothing", value);
}

static parse_fn *const parsers[] = {
	[PEOPLE_TEXT] = parse_text,       [PEOPLE_FLAG] = parse_flag,
	[PEOPLE_INTEGER] = parse_integer, [PEOPLE_TIME] = parse_time,
	[PEOPLE_IRI] = parse_iri,         [PEOPLE_IRIS] = parse_iri,
	[PEOPLE_EMAILS] = parse_email,    [PEOPLE_PHONES] = parse_phone,
	[PEOPLE_ADDRESS] = parse_address, [PEOPLE_NUMBER] = parse_number,
	[PEOPLE_DATE] = parse_date,       [PEOPLE_TEXTS] = parse_text,
	[PEOPLE_CREATED] = parse_never,   [PEOPLE_UPDATED] = parse_never,
};

static_assert(COUNT_OF(parsers) == PEOPLE_KIND_COUNT, "every kind is parsed");

static bool parse_attribute(struct input *input, struct json_object *value)
{
	parse_fn *const parse = parsers[input->attribute->kind];

	if ((input->attribute->flags & ATTR_MULTI) == 0) {
		if (value != NULL)
			return parse(input, value);
		return (input->attribute->flags & ATTR_REQUIRED) == 0 ||
		       people_violation(input->call, input->attribute->slug,
					"This value should not be blank.");
	}
	if (!json_object_is_type(value, json_type_array))
		return wrong_type(input, "array", value);
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		if (!parse(input, json_object_array_get_idx(value, i)))
			return false;
	}
	return true;
}

static bool is_id(const char *name)
{
	return strcmp(name, "id") == 0 || strcmp(name, "@id") == 0;
}

/* The names that are no attributes; false if the request is to be refused. */
static bool check_name(struct call *call, const struct object *object, const char *name)
{
	const uint32_t i = object_attribute(object, str_from(name));
	const bool patch = call_method(call, "PATCH");

	if (i < object->n_attributes) {
		if ((object->attributes[i].flags & ATTR_READ_ONLY) == 0 ||
		    call->stamp.actor == ACTOR_SYSTEM)
			return true;
		call_violation(call, "read-only property %s in a write", name);
		return people_fail(call, 400, "The property \"%s\" is read-only.", name);
	}
	if (strcmp(name, "@context") == 0 || strcmp(name, "@type") == 0 || (is_id(name) && !patch))
		return true;
	call_violation(call, "property %s in a write", name);
	if (is_id(name))
		return people_fail(call, 400, "Update is not allowed for this operation.");
	return people_fail(call, 400, "Extra attributes are not allowed (\"%s\" is unknown).",
			   name);
}

static bool add_missing(struct call *call, const struct object *object, struct changes *changes)
{
	for (uint32_t i = 0; i < object->n_attributes; i++) {
		if (json_has(call->body, object->attributes[i].slug))
			continue;
		if ((object->attributes[i].flags & ATTR_REQUIRED) != 0)
			return people_violation(call, object->attributes[i].slug,
						"This value should not be blank.");
		(void)changes_add(changes, i);
	}
	return true;
}

bool people_input(struct call *call, const struct object *object, struct record *record, bool merge,
		  struct changes *ret_changes)
{
	if (!json_object_is_type(call->body, json_type_object))
		return people_fail(call, 400, "Syntax error");
	json_object_object_foreach(call->body, name, value)
	{
		const uint32_t i = object_attribute(object, str_from(name));

		if (!check_name(call, object, name))
			return false;
		if (i == object->n_attributes)
			continue;
		struct input input = { call, &object->attributes[i], merge ? record : NULL,
				       changes_add(ret_changes, i) };

		if (!parse_attribute(&input, value))
			return false;
	}
	return merge || add_missing(call, object, ret_changes);
}

bool people_check_media(struct call *call)
{
	const struct str media = call_media(call, SANDBOX_CONTENT_TYPE);
	const bool merge = str_equal_nocase(media, STR_LIT("application/merge-patch+json"));
	const bool plain = str_equal_nocase(media, STR_LIT("application/ld+json")) ||
			   str_equal_nocase(media, STR_LIT("application/json"));

	if (call->control || (call_method(call, "PATCH") ? merge : plain))
		return true;
	call_violation(call, "content type %.*s with %.*s", STR_ARG(media),
		       STR_ARG(call->request->method));
	return people_fail(
		call, 415,
		"The content-type \"%.*s\" is not supported. Supported MIME types are %s.",
		STR_ARG(media),
		call_method(call, "PATCH") ? "\"application/merge-patch+json\"" :
					     "\"application/ld+json\", \"application/json\"");
}
