/* SPDX-License-Identifier: Apache-2.0 */
#include "flat.h"

#include "normal.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static const struct attribute people_attributes[] = {
	{ "name", FLAT_TEXT, ATTR_INDEXED, NULL },
	{ "email", FLAT_EMAIL, ATTR_UNIQUE | ATTR_INDEXED, NULL },
	{ "phone", FLAT_PHONE, ATTR_INDEXED, NULL },
	{ "job_title", FLAT_TEXT, 0, NULL },
	{ "company", FLAT_COMPANY, ATTR_REFERENCE, "companies" },
	{ "linkedin_url", FLAT_TEXT, ATTR_INDEXED, NULL },
	{ "twitter_url", FLAT_TEXT, 0, NULL },
	{ "tags", FLAT_TAGS, ATTR_MULTI, NULL },
	{ "last_contacted", FLAT_TIMESTAMP, 0, NULL },
	{ "notes", FLAT_TEXT, 0, NULL },
};

static const struct attribute company_attributes[] = {
	{ "name", FLAT_TEXT, ATTR_INDEXED, NULL },
	{ "domain", FLAT_TEXT, ATTR_UNIQUE | ATTR_INDEXED, NULL },
};

/* The types that the document's table names, and those that custom attributes are given. */
static const struct {
	const char *type;
	int kind;
} types[] = {
	{ "text", FLAT_TEXT },      { "url", FLAT_TEXT },       { "email", FLAT_EMAIL },
	{ "phone", FLAT_PHONE },    { "link", FLAT_COMPANY },   { "multi_select", FLAT_TAGS },
	{ "date", FLAT_TIMESTAMP }, { "number", FLAT_NUMBER },  { "checkbox", FLAT_CHECKBOX },
	{ "select", FLAT_SELECT },  { "location", FLAT_PLACE },
};

int flat_kind_of(struct str type)
{
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (str_equal_z(type, types[i].type))
			return types[i].kind;
	}
	return -1;
}

void flat_schema_init(struct sandbox *box)
{
	struct object *objects = box->objects[SANDBOX_RECORDS];
	objects[RECORDS_PEOPLE] = (struct object){ .slug = "people", .type = "person" };
	object_init(&objects[RECORDS_PEOPLE], people_attributes, COUNT_OF(people_attributes));
	objects[RECORDS_COMPANIES] = (struct object){ .slug = "companies", .type = "company" };
	object_init(&objects[RECORDS_COMPANIES], company_attributes, COUNT_OF(company_attributes));
	for (size_t i = 0; i <= RECORDS_COMPANIES; i++) {
		(void)snprintf(objects[i].id, sizeof(objects[i].id), "object_");
		rng_word(&box->rng, FLAT_ID_WORD, objects[i].id + strlen("object_"));
	}
}

void flat_id(struct rng *rng, char ret_id[static RECORD_ID_BYTES])
{
	(void)snprintf(ret_id, RECORD_ID_BYTES, "record_");
	rng_word(rng, FLAT_ID_WORD, ret_id + strlen("record_"));
}

void flat_put_text(struct call *call, struct change *change, struct str text, bool lower_key)
{
	change_put(change, call->arena, json_quote(call->arena, text, JSON_SLASH_PLAIN),
		   lower_key ? normal_lower(call->arena, text) : text);
}

void flat_put_company(struct call *call, struct change *change, const struct record *company)
{
	change_put(change, call->arena,
		   arena_format(call->arena, "{\"record_id\":\"%s\"}", company->id),
		   str_from(company->id));
}

static bool invalid(struct call *call, const struct attribute *attribute, const char *what)
{
	return records_fail(call, 400, "validation_type", "attributes.%s: %s.", attribute->slug,
			    what);
}

static bool parse_text(struct call *call, const struct attribute *attribute,
		       struct json_object *value, struct change *change)
{
	const struct str text = json_str(value);

	if (!json_is_text(value))
		return invalid(call, attribute, "expected a string");
	flat_put_text(call, change, call->box->options.rewrite ? str_trim(text) : text, false);
	return true;
}

static bool parse_email(struct call *call, const struct attribute *attribute,
			struct json_object *value, struct change *change)
{
	const struct str text = normal_lower(call->arena, str_trim(json_str(value)));

	if (!normal_is_email(text))
		return invalid(call, attribute, "not an e-mail address");
	flat_put_text(call, change, text, true);
	return true;
}

static bool parse_phone(struct call *call, const struct attribute *attribute,
			struct json_object *value, struct change *change)
{
	const struct str text = json_str(value);
	size_t n_digits = 0;

	for (size_t i = 0; i < text.len; i++)
		n_digits += text.p[i] >= '0' && text.p[i] <= '9';
	if (n_digits < 3)
		return invalid(call, attribute, "not a phone number");
	flat_put_text(call, change,
		      call->box->options.rewrite ? normal_phone_loosely(call->arena, text) : text,
		      false);
	return true;
}

static bool parse_company(struct call *call, const struct attribute *attribute,
			  struct json_object *value, struct change *change)
{
	const struct object *companies = call_object(call, str_from(attribute->detail));
	const struct record *company = object_find(companies, json_member_str(value, "record_id"));

	if (company == NULL)
		return invalid(call, attribute, "record_id of a company is expected");
	flat_put_company(call, change, company);
	return true;
}

/* Without a list of titles every title is one. */
static bool check_option(struct call *call, const struct attribute *attribute, struct str title)
{
	struct str rest = str_from(attribute->detail);
	struct str option;

	while (str_cut(&rest, '|', &option)) {
		if (str_equal(option, title))
			return true;
	}
	return attribute->detail == NULL || records_fail(call, 400, "value_not_found",
							 "Attribute \"%s\" has no option \"%.*s\".",
							 attribute->slug, STR_ARG(title));
}

static bool parse_tags(struct call *call, const struct attribute *attribute,
		       struct json_object *value, struct change *change)
{
	if (!json_object_is_type(value, json_type_array))
		return invalid(call, attribute, "expected a list of strings");
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		struct json_object *tag = json_object_array_get_idx(value, i);

		if (!json_is_text(tag) || json_str(tag).len == 0)
			return invalid(call, attribute, "expected a list of strings");
		if (!check_option(call, attribute, json_str(tag)))
			return false;
		flat_put_text(call, change, json_str(tag), false);
	}
	return true;
}

static bool parse_select(struct call *call, const struct attribute *attribute,
			 struct json_object *value, struct change *change)
{
	if (!json_is_text(value))
		return invalid(call, attribute, "expected a string");
	if (!check_option(call, attribute, json_str(value)))
		return false;
	flat_put_text(call, change, json_str(value), false);
	return true;
}

static bool parse_number(struct call *call, const struct attribute *attribute,
			 struct json_object *value, struct change *change)
{
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return invalid(call, attribute, "expected a number");
	const struct str text = json_write(call->arena, value);

	change_put(change, call->arena, text, text);
	return true;
}

static bool parse_checkbox(struct call *call, const struct attribute *attribute,
			   struct json_object *value, struct change *change)
{
	if (!json_object_is_type(value, json_type_boolean))
		return invalid(call, attribute, "expected true or false");
	const struct str text = json_write(call->arena, value);

	change_put(change, call->arena, text, text);
	return true;
}

static bool parse_place(struct call *call, const struct attribute *attribute,
			struct json_object *value, struct change *change)
{
	if (!json_object_is_type(value, json_type_object))
		return invalid(call, attribute, "expected an object");
	json_object_object_foreach(value, name, part)
	{
		if (part != NULL && !json_is_text(part))
			return invalid(call, attribute, name);
	}
	const struct str text = json_write(call->arena, value);

	change_put(change, call->arena, text, text);
	return true;
}

static bool parse_timestamp(struct call *call, const struct attribute *attribute,
			    struct json_object *value, struct change *change)
{
	char text[CLOCK_TEXT_BYTES];
	int64_t ns = 0;

	if (!clock_parse(json_str(value), &ns))
		return invalid(call, attribute, "expected a date");
	clock_format(ns, 3, text);
	flat_put_text(call, change, str_from(text), false);
	return true;
}

static bool (*const parsers[])(struct call *, const struct attribute *, struct json_object *,
			       struct change *) = {
	[FLAT_TEXT] = parse_text,     [FLAT_EMAIL] = parse_email,
	[FLAT_PHONE] = parse_phone,   [FLAT_COMPANY] = parse_company,
	[FLAT_TAGS] = parse_tags,     [FLAT_TIMESTAMP] = parse_timestamp,
	[FLAT_NUMBER] = parse_number, [FLAT_CHECKBOX] = parse_checkbox,
	[FLAT_SELECT] = parse_select, [FLAT_PLACE] = parse_place,
};

static_assert(COUNT_OF(parsers) == FLAT_KIND_COUNT, "every kind is parsed");

static bool check_attribute(struct call *call, const struct object *object, uint32_t i,
			    const char *slug)
{
	if (i == object->n_attributes)
		call_violation(call, "unknown attribute %s in a write", slug);
	if (!object_shows(object, i))
		return records_fail(call, 400, "value_not_found",
				    "Cannot find attribute with slug \"%s\".", slug);
	return records_may_write(call, &object->attributes[i], slug);
}

bool flat_input(struct call *call, const struct object *object, struct json_object *attributes,
		struct changes *ret_changes)
{
	if (!json_object_is_type(attributes, json_type_object))
		return records_invalid(call, "attributes", "Required");
	json_object_object_foreach(attributes, slug, value)
	{
		const uint32_t i = object_attribute(object, str_from(slug));

		if (!check_attribute(call, object, i, slug))
			return false;
		const struct attribute *attribute = &object->attributes[i];
		struct change *change = changes_add(ret_changes, i);

		if (value != NULL && !parsers[attribute->kind](call, attribute, value, change))
			return false;
	}
	return true;
}

/* "attributes=name,email", "attributes=name&attributes=email" and the same with "[]". */
static bool wanted(const struct target *target, const char *slug)
{
	bool asked = false;

	for (size_t i = 0; target != NULL && i < target->n_parameters; i++) {
		struct str list = target->parameters[i].value;
		struct str part;

		if (!str_equal_z(target->parameters[i].name, "attributes") &&
		    !str_equal_z(target->parameters[i].name, "attributes[]"))
			continue;
		asked = asked || list.len > 0;
		while (str_cut(&list, ',', &part)) {
			if (str_equal_z(str_trim(part), slug))
				return true;
		}
	}
	return !asked;
}

static void add_time(struct buf *out, const char *name, int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(ns, 3, text);
	json_add_member(out, name, str_from(text), JSON_SLASH_PLAIN);
}

static void add_attribute(struct buf *out, const struct attribute *attribute,
			  const struct cell *cell)
{
	const bool list = (attribute->flags & ATTR_MULTI) != 0;

	json_add_key(out, attribute->slug);
	if (cell->n == 0 && !list)
		buf_add_z(out, "null");
	if (list)
		buf_add_char(out, '[');
	for (size_t i = 0; i < cell->n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		buf_add_str(out, cell->values[i].json);
	}
	if (list)
		buf_add_char(out, ']');
}

void flat_render(const struct record *record, const struct target *target, struct buf *out)
{
	const struct object *object = record->object;

	buf_add_char(out, '{');
	json_add_member(out, "id", str_from(record->id), JSON_SLASH_PLAIN);
	json_add_member(out, "title", record_key(record, 0), JSON_SLASH_PLAIN);
	json_add_member(out, "object_id", str_from(object->id), JSON_SLASH_PLAIN);
	json_add_member(out, "object_slug", str_from(object->slug), JSON_SLASH_PLAIN);
	json_add_key(out, "attributes");
	buf_add_char(out, '{');
	/* As in the document's example: what never had a value is not shown.  What was cleared is shown
	 * as null or []: absent would say nothing. */
	for (uint32_t i = 0; i < object->n_attributes; i++) {
		if (record->cells[i].was_set && object_shows(object, i) &&
		    wanted(target, object->attributes[i].slug))
			add_attribute(out, &object->attributes[i], &record->cells[i]);
	}
	buf_add_char(out, '}');
	add_time(out, "created_at", record->created_ns);
	add_time(out, "updated_at", record->updated_ns);
	buf_add_char(out, '}');
}
