/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "records_schema.h"

#include "normal.h"

#include "base/clock.h"

#include <inttypes.h>
#include <math.h>

#define TEXT_BYTES ((size_t)10 * 1000 * 1000)

/* What one value is parsed with. */
struct input {
	struct call *call;
	const struct object *object;
	const struct attribute *attribute;
	struct change *change;
};

typedef bool parse_fn(struct input *input, struct json_object *value);

static bool invalid(struct input *input, const char *what)
{
	return records_fail(input->call, 400, "validation_type", "Attribute \"%s\": %s.",
			    input->attribute->slug, what);
}

/* The value itself, or the member that carries it. */
static struct json_object *inner(struct json_object *value, const char *member)
{
	return json_has(value, member) ? json_member(value, member) : value;
}

static struct str tidy(const struct input *input, struct str text)
{
	return input->call->box->options.rewrite ? str_trim(text) : text;
}

static bool parse_text(struct input *input, struct json_object *value)
{
	struct json_object *text = inner(value, "value");

	if (!json_is_text(text))
		return invalid(input, "expected a string");
	if (json_str(text).len > TEXT_BYTES)
		return invalid(input, "longer than 10 MB");
	put_text(input->call, input->change, tidy(input, json_str(text)));
	return true;
}

static void put_json(struct input *input, const char *name, struct str json)
{
	change_put(input->change, input->call->arena,
		   arena_format(input->call->arena, "\"%s\":%.*s", name, STR_ARG(json)), json);
}

/* A number of at most four decimals.  What the server works out itself may have more. */
static bool check_decimal(struct input *input, struct json_object *number)
{
	if (!json_object_is_type(number, json_type_int) &&
	    !json_object_is_type(number, json_type_double))
		return invalid(input, "expected a number");
	const double exact = json_object_get_double(number);

	if (!isfinite(exact))
		return invalid(input, "expected a finite number");
	if (input->call->stamp.actor != ACTOR_SYSTEM && fabs(exact) < 1e15 &&
	    fabs(exact * 1e4 - round(exact * 1e4)) > 1e-3)
		return invalid(input, "at most four decimals are kept");
	return true;
}

static bool parse_number(struct input *input, struct json_object *value)
{
	struct json_object *number = inner(value, "value");

	if (!check_decimal(input, number))
		return false;
	put_json(input, "value", json_write(input->call->arena, number));
	return true;
}

static bool parse_rating(struct input *input, struct json_object *value)
{
	struct json_object *number = inner(value, "value");

	if (!json_object_is_type(number, json_type_int) || json_object_get_int64(number) < 0 ||
	    json_object_get_int64(number) > 5)
		return invalid(input, "expected an integer from 0 to 5");
	put_json(input, "value", json_write(input->call->arena, number));
	return true;
}

static bool parse_checkbox(struct input *input, struct json_object *value)
{
	struct json_object *flag = inner(value, "value");

	if (!json_object_is_type(flag, json_type_boolean))
		return invalid(input, "expected true or false");
	put_json(input, "value", json_write(input->call->arena, flag));
	return true;
}

static bool parse_currency(struct input *input, struct json_object *value)
{
	struct json_object *number = inner(value, "currency_value");
	const struct str code = json_member_str(value, "currency_code");

	if (!check_decimal(input, number))
		return false;
	/* The code belongs to the attribute, a value can't have another one. */
	if (code.len > 0 && !str_equal_z(code, input->attribute->detail))
		return invalid(input, "currency_code is not that of the attribute");
	const struct str text = json_write(input->call->arena, number);

	change_put(input->change, input->call->arena,
		   arena_format(input->call->arena,
				"\"currency_value\":%.*s,\"currency_code\":\"%s\"", STR_ARG(text),
				input->attribute->detail),
		   text);
	return true;
}

static bool parse_date(struct input *input, struct json_object *value)
{
	const struct str text = json_str(inner(value, "value"));
	int64_t ns = 0;

	if (text.len != 10 || !clock_parse(text, &ns))
		return invalid(input, "expected a date, YYYY-MM-DD");
	put_text(input->call, input->change, text);
	return true;
}

static bool parse_timestamp(struct input *input, struct json_object *value)
{
	char text[CLOCK_TEXT_BYTES];
	int64_t ns = 0;

	if (!clock_parse(json_str(inner(value, "value")), &ns))
		return invalid(input, "expected a date and time");
	clock_format(ns, 9, text);
	put_text(input->call, input->change, str_from(text));
	return true;
}

static bool parse_select(struct input *input, struct json_object *value)
{
	const bool status = input->attribute->kind == VALUES_STATUS;
	const struct str text = json_str(inner(value, status ? "status" : "option"));
	const struct str title = option_find(input->call, input->attribute->detail, text);

	if (text.len == 0)
		return invalid(input, "expected the title or the id of an option");
	if (title.len == 0)
		return records_fail(input->call, 400, "value_not_found",
				    "Cannot find %s with title \"%.*s\".",
				    status ? "status" : "select option", STR_ARG(text));
	put_option(input->call, input->object, input->change, title);
	return true;
}

static bool parse_email(struct input *input, struct json_object *value)
{
	struct json_object *text = inner(inner(value, "original_email_address"), "email_address");

	if (!json_is_text(text) || !put_email(input->call, input->change, json_str(text)))
		return records_fail(input->call, 400, "validation_type",
				    "Attribute \"%s\": an invalid e-mail address.",
				    input->attribute->slug);
	return true;
}

static bool parse_phone(struct input *input, struct json_object *value)
{
	struct json_object *text = inner(value, "original_phone_number");

	if (!json_is_text(text) || !put_phone(input->call, input->change, json_str(text),
					      json_member_str(value, "country_code")))
		return records_fail(input->call, 400, "validation_type",
				    "Attribute \"%s\": an invalid phone number.",
				    input->attribute->slug);
	return true;
}

/* "Last, First"; without a comma all of it is the first name. */
static void name_from_text(struct input *input, struct str text)
{
	const size_t comma = str_find(text, ',');
	struct name_parts name = { .first = str_trim(text) };

	if (comma < text.len) {
		name.first = str_trim(str_skip(text, comma + 1));
		name.last = str_trim(str_head(text, comma));
	}
	name.full = str_trim(arena_format(input->call->arena, "%.*s %.*s", STR_ARG(name.first),
					  STR_ARG(name.last)));
	put_name(input->call, input->change, &name);
}

static bool parse_name(struct input *input, struct json_object *value)
{
	struct json_object *first = json_member(value, "first_name");
	struct json_object *last = json_member(value, "last_name");
	struct json_object *full = json_member(value, "full_name");

	if (json_is_text(value)) {
		name_from_text(input, json_str(value));
		return true;
	}
	if (!json_is_text(first) || !json_is_text(last) || !json_is_text(full))
		return invalid(input, "first_name, last_name and full_name are all required");
	put_name(input->call, input->change,
		 &(struct name_parts){ tidy(input, json_str(first)), tidy(input, json_str(last)),
				       tidy(input, json_str(full)) });
	return true;
}

static bool parse_location(struct input *input, struct json_object *value)
{
	struct location_parts place = { 0 };

	for (size_t i = 0; i < LOCATION_PART_COUNT; i++) {
		struct json_object *part = json_member(value, location_part_names[i]);

		if (!json_has(value, location_part_names[i]))
			return invalid(input, "a location needs all ten keys");
		if (part != NULL && !json_is_text(part))
			return invalid(input, "every part of a location is a string or null");
		place.null[i] = part == NULL;
		place.parts[i] = tidy(input, json_str(part));
	}
	if (!place.null[7] && place.parts[7].len != 2)
		return invalid(input, "country_code is two letters or null");
	put_location(input->call, input->change, &place);
	return true;
}

/* {"target_object", "domains": [{"domain"}]}: by any unique attribute of the target. */
static const struct record *find_by_unique(const struct input *input, const struct object *target,
					   struct json_object *value)
{
	for (uint32_t i = 0; i < target->n_attributes; i++) {
		struct json_object *key = json_member(value, target->attributes[i].slug);

		if ((target->attributes[i].flags & ATTR_UNIQUE) == 0 || key == NULL)
			continue;
		if (json_object_is_type(key, json_type_array))
			key = json_object_array_get_idx(key, 0);
		key = inner(inner(inner(key, "domain"), "email_address"), "value");
		return object_find_key(target, i, normal_lower(input->call->arena, json_str(key)),
				       NULL);
	}
	return NULL;
}

static bool parse_reference(struct input *input, struct json_object *value)
{
	const struct str slug = json_member_str(value, "target_object");
	const struct str id =
		json_is_text(value) ? json_str(value) : json_member_str(value, "target_record_id");

	if (!json_is_text(value) && !str_equal_z(slug, input->attribute->detail))
		return invalid(input, "target_object is missing or not one that is allowed");
	const struct object *target = call_object(input->call, str_from(input->attribute->detail));

	const struct record *found = NULL;

	if (target != NULL)
		found = id.len > 0 ? object_find(target, id) : find_by_unique(input, target, value);
	if (found == NULL)
		return records_fail(input->call, 400, "value_not_found",
				    "Attribute \"%s\": the referenced record was not found.",
				    input->attribute->slug);
	put_reference(input->call, input->change, found);
	return true;
}

static bool parse_actor(struct input *input, struct json_object *value)
{
	struct str id = json_member_str(value, "referenced_actor_id");
	const struct str email = json_str(inner(value, "workspace_member_email_address"));

	if (id.len > 0 &&
	    !str_equal_z(json_member_str(value, "referenced_actor_type"), "workspace-member"))
		return invalid(input, "referenced_actor_type must be workspace-member");
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		const struct member *member = &input->call->box->members[i];

		if (str_equal_nocase(email, str_from(member->email)))
			id = str_from(member->id);
		if (!str_equal_z(id, member->id))
			continue;
		change_put(input->change, input->call->arena,
			   arena_format(input->call->arena,
					"\"referenced_actor_type\":\"workspace-member\","
					"\"referenced_actor_id\":\"%s\"",
					member->id),
			   id);
		return true;
	}
	return records_fail(input->call, 400, "value_not_found",
			    "Attribute \"%s\": no such workspace member.", input->attribute->slug);
}

static bool parse_domain(struct input *input, struct json_object *value)
{
	const struct str text = json_str(inner(value, "domain"));
	const size_t dot = str_find(text, '.');

	if (dot == 0 || dot + 1 >= text.len || str_find(text, '/') < text.len)
		return invalid(input, "expected a domain");
	put_domain(input->call, input->change, text);
	return true;
}

/* Nobody writes these but the system itself. */
static bool parse_interaction(struct input *input, struct json_object *value)
{
	const struct str type = json_member_str(value, "interaction_type");
	char time[CLOCK_TEXT_BYTES];
	int64_t ns = 0;

	if (!clock_parse(json_member_str(value, "interacted_at"), &ns))
		return invalid(input, "interacted_at: expected a date and time");
	clock_format(ns, 9, time);
	change_put(input->change, input->call->arena,
		   arena_format(input->call->arena,
				"\"interaction_type\":\"%.*s\",\"interacted_at\":\"%s\","
				"\"owner_actor\":{\"type\":\"workspace-member\",\"id\":\"%s\"}",
				STR_ARG(type), time, input->call->box->members[0].id),
		   str_from(time));
	return true;
}

static bool parse_never(struct input *input, struct json_object *value)
{
	(void)value;
	return invalid(input, "cannot be written");
}

static parse_fn *const parsers[] = {
	[VALUES_TEXT] = parse_text,           [VALUES_NUMBER] = parse_number,
	[VALUES_CHECKBOX] = parse_checkbox,   [VALUES_CURRENCY] = parse_currency,
	[VALUES_DATE] = parse_date,           [VALUES_TIMESTAMP] = parse_timestamp,
	[VALUES_RATING] = parse_rating,       [VALUES_SELECT] = parse_select,
	[VALUES_EMAIL] = parse_email,         [VALUES_PHONE] = parse_phone,
	[VALUES_NAME] = parse_name,           [VALUES_LOCATION] = parse_location,
	[VALUES_REFERENCE] = parse_reference, [VALUES_ACTOR] = parse_actor,
	[VALUES_DOMAIN] = parse_domain,       [VALUES_INTERACTION] = parse_interaction,
	[VALUES_STATUS] = parse_select,       [VALUES_CREATED_AT] = parse_never,
	[VALUES_CREATED_BY] = parse_never,
};

static_assert(COUNT_OF(parsers) == VALUES_KIND_COUNT, "every kind is parsed");

static bool parse_attribute(struct input *input, struct json_object *value)
{
	parse_fn *const parse = parsers[input->attribute->kind];
	const bool multi = (input->attribute->flags & ATTR_MULTI) != 0;

	if (value == NULL)
		return true;
	if (!json_object_is_type(value, json_type_array))
		return parse(input, value);
	const size_t n = json_object_array_length(value);

	if (n > 1 && !multi)
		return invalid(input, "holds a single value");
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(value, i);

		if (item == NULL)
			return invalid(input, "null inside a list");
		if (!parse(input, item))
			return false;
	}
	return true;
}

static bool check_attribute(struct call *call, const struct object *object, uint32_t i,
			    const char *slug)
{
	if (i == object->n_attributes)
		call_violation(call, "unknown attribute %s in a write", slug);
	/* Who wrote to what was archived a moment ago did nothing wrong. */
	if (!object_shows(object, i))
		return records_fail(call, 400, "value_not_found",
				    "Cannot find attribute with slug/ID \"%s\".", slug);
	return records_may_write(call, &object->attributes[i], slug);
}

bool values_input(struct call *call, const struct object *object, struct json_object *values,
		  bool add, struct changes *ret_changes)
{
	if (!json_object_is_type(values, json_type_object))
		return records_invalid(call, "data.values", "Required");
	json_object_object_foreach(values, slug, value)
	{
		const uint32_t i = attribute_find(object, str_from(slug));

		if (!check_attribute(call, object, i, slug))
			return false;
		struct input input = { call, object, &object->attributes[i],
				       changes_add(ret_changes, i) };

		input.change->add = add && (input.attribute->flags & ATTR_MULTI) != 0;
		if (!parse_attribute(&input, value))
			return false;
	}
	return true;
}
