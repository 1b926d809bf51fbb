/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "records_schema.h"

#include "normal.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

/*
 * A filter is an object: "$and"/"$or" (lists), "$not" (a filter), or attribute: condition.  A
 * condition is a value (equal), or an object of operators and of members of the value, which hold
 * conditions in turn.
 */

typedef bool operator_fn(struct call *call, struct str text, struct json_object *operand);

static struct str operand_text(struct call *call, struct json_object *operand)
{
	return json_is_text(operand) ? json_str(operand) : json_write(call->arena, operand);
}

static int compare_texts(struct call *call, struct str text, struct json_object *operand)
{
	const struct str other = operand_text(call, operand);
	int64_t left_ns = 0;
	int64_t right_ns = 0;

	if (json_object_is_type(operand, json_type_int) ||
	    json_object_is_type(operand, json_type_double)) {
		const double left = strtod(arena_copy(call->arena, text).p, NULL);
		const double right = json_object_get_double(operand);

		return left < right ? -1 : left > right;
	}
	if (clock_parse(text, &left_ns) && clock_parse(other, &right_ns))
		return left_ns < right_ns ? -1 : left_ns > right_ns;
	return str_compare(text, other);
}

static bool op_eq(struct call *call, struct str text, struct json_object *operand)
{
	return compare_texts(call, text, operand) == 0;
}

static bool op_in(struct call *call, struct str text, struct json_object *operand)
{
	for (size_t i = 0; i < json_object_array_length(operand); i++) {
		if (op_eq(call, text, json_object_array_get_idx(operand, i)))
			return true;
	}
	return false;
}

static bool op_contains(struct call *call, struct str text, struct json_object *operand)
{
	return normal_contains(text, operand_text(call, operand));
}

static bool op_starts(struct call *call, struct str text, struct json_object *operand)
{
	return str_starts_nocase(text, operand_text(call, operand));
}

static bool op_ends(struct call *call, struct str text, struct json_object *operand)
{
	return str_ends(text, operand_text(call, operand));
}

static bool op_gt(struct call *call, struct str text, struct json_object *operand)
{
	return compare_texts(call, text, operand) > 0;
}

static bool op_gte(struct call *call, struct str text, struct json_object *operand)
{
	return compare_texts(call, text, operand) >= 0;
}

static bool op_lt(struct call *call, struct str text, struct json_object *operand)
{
	return compare_texts(call, text, operand) < 0;
}

static bool op_lte(struct call *call, struct str text, struct json_object *operand)
{
	return compare_texts(call, text, operand) <= 0;
}

static bool op_not_empty(struct call *call, struct str text, struct json_object *operand)
{
	(void)call;
	(void)text;
	return json_object_get_boolean(operand) != 0;
}

static const struct {
	const char *name;
	operator_fn *match;
} operators[] = {
	{ "$eq", op_eq },
	{ "$in", op_in },
	{ "$contains", op_contains },
	{ "$starts_with", op_starts },
	{ "$ends_with", op_ends },
	{ "$gt", op_gt },
	{ "$gte", op_gte },
	{ "$lt", op_lt },
	{ "$lte", op_lte },
	{ "$not_empty", op_not_empty },
};

static operator_fn *operator_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(operators); i++) {
		if (strcmp(name, operators[i].name) == 0)
			return operators[i].match;
	}
	return NULL;
}

/* The members of a value that may be asked for, by kind; the first is meant by the short form. */
static const char *const members[][6] = {
	[VALUES_TEXT] = { "value" },
	[VALUES_NUMBER] = { "value" },
	[VALUES_CHECKBOX] = { "value" },
	[VALUES_CURRENCY] = { "currency_value", "currency_code" },
	[VALUES_DATE] = { "value" },
	[VALUES_TIMESTAMP] = { "value" },
	[VALUES_RATING] = { "value" },
	[VALUES_SELECT] = { "option" },
	[VALUES_STATUS] = { "status" },
	[VALUES_EMAIL] = { "email_address", "original_email_address", "email_domain",
			   "email_root_domain", "email_local_specifier" },
	[VALUES_PHONE] = { "phone_number", "original_phone_number", "country_code" },
	[VALUES_NAME] = { "full_name", "first_name", "last_name" },
	[VALUES_LOCATION] = { "locality", "region", "postcode", "country_code", "line_1" },
	[VALUES_REFERENCE] = { "target_record_id", "target_object" },
	[VALUES_ACTOR] = { "referenced_actor_id", "referenced_actor_type" },
	[VALUES_DOMAIN] = { "domain", "root_domain" },
	[VALUES_INTERACTION] = { "interacted_at", "interaction_type" },
	[VALUES_CREATED_AT] = { "value" },
	[VALUES_CREATED_BY] = { "referenced_actor_id", "referenced_actor_type" },
};

static_assert(COUNT_OF(members) == VALUES_KIND_COUNT, "every kind can be filtered");

static size_t member_of(int kind, const char *name)
{
	size_t i = 0;

	while (i < COUNT_OF(members[0]) && members[kind][i] != NULL &&
	       strcmp(name, members[kind][i]) != 0)
		i++;
	return i < COUNT_OF(members[0]) && members[kind][i] != NULL ? i : COUNT_OF(members[0]);
}

static bool check_condition(struct call *call, const struct attribute *attribute,
			    struct json_object *condition, bool nested)
{
	if (json_object_is_type(condition, json_type_array) || condition == NULL)
		return records_fail(call, 400, "filter_error",
				    "Invalid filter for attribute \"%s\".", attribute->slug);
	if (!json_object_is_type(condition, json_type_object))
		return true;
	json_object_object_foreach(condition, name, operand)
	{
		const bool is_in = strcmp(name, "$in") == 0;

		if (operator_of(name) != NULL &&
		    is_in == (bool)json_object_is_type(operand, json_type_array))
			continue;
		if (!nested && member_of(attribute->kind, name) < COUNT_OF(members[0]) &&
		    check_condition(call, attribute, operand, true))
			continue;
		call_violation(call, "bad filter on %s: %s", attribute->slug, name);
		return records_fail(call, 400, "filter_error",
				    "Invalid operator or field \"%s\" for attribute \"%s\".", name,
				    attribute->slug);
	}
	return true;
}

static const struct attribute record_id = { "record_id", VALUES_TEXT, 0, NULL };

static bool check_attribute(struct call *call, const struct object *object, const char *slug,
			    struct json_object *condition)
{
	const uint32_t i = object_attribute(object, str_from(slug));

	if (strcmp(slug, record_id.slug) == 0)
		return check_condition(call, &record_id, condition, false);
	if (object_shows(object, i))
		return check_condition(call, &object->attributes[i], condition, false);
	if (i == object->n_attributes)
		call_violation(call, "filter on unknown attribute %s", slug);
	return records_fail(call, 400, "filter_error", "Cannot find attribute with slug/ID \"%s\".",
			    slug);
}

bool values_filter_check(struct call *call, const struct object *object, struct json_object *filter)
{
	if (!json_object_is_type(filter, json_type_object))
		return records_fail(call, 400, "filter_error", "A filter must be an object.");
	json_object_object_foreach(filter, name, part)
	{
		if (strcmp(name, "$not") == 0) {
			if (!values_filter_check(call, object, part))
				return false;
			continue;
		}
		if (strcmp(name, "$and") != 0 && strcmp(name, "$or") != 0) {
			if (!check_attribute(call, object, name, part))
				return false;
			continue;
		}
		if (!json_object_is_type(part, json_type_array))
			return records_fail(call, 400, "filter_error", "\"%s\" must be a list.",
					    name);
		for (size_t i = 0; i < json_object_array_length(part); i++) {
			if (!values_filter_check(call, object, json_object_array_get_idx(part, i)))
				return false;
		}
	}
	return true;
}

/* The text of a member of a value; false if it has none. */
static bool member_text(struct call *call, const struct value *value, const char *name,
			struct str *ret_text)
{
	struct json_object *parsed =
		json_read(arena_format(call->arena, "{%.*s}", STR_ARG(value->json)));
	struct json_object *member = json_member(parsed, name);

	/* A select's option is asked for by its title. */
	if (json_object_is_type(member, json_type_object))
		member = json_member(member, "title");
	if (member != NULL)
		*ret_text = arena_copy(call->arena, operand_text(call, member));
	json_object_put(parsed);
	return member != NULL;
}

static bool match_text(struct call *call, struct str text, struct json_object *condition)
{
	if (!json_object_is_type(condition, json_type_object))
		return op_eq(call, text, condition);
	json_object_object_foreach(condition, name, operand)
	{
		operator_fn *const match = operator_of(name);

		if (match != NULL && !match(call, text, operand))
			return false;
	}
	return true;
}

static bool match_value(struct call *call, const struct value *value, int kind,
			struct json_object *condition)
{
	if (!match_text(call, value->key, condition))
		return false;
	if (!json_object_is_type(condition, json_type_object))
		return true;
	json_object_object_foreach(condition, name, part)
	{
		struct str text = { 0 };

		if (operator_of(name) != NULL)
			continue;
		const size_t i = member_of(kind, name);

		if (i == 0)
			text = value->key;
		else if (!member_text(call, value, name, &text))
			return false;
		if (!match_text(call, text, part))
			return false;
	}
	return true;
}

static bool match_attribute(struct call *call, const struct record *record, const char *slug,
			    struct json_object *condition)
{
	char created[CLOCK_TEXT_BYTES];

	if (strcmp(slug, record_id.slug) == 0)
		return match_text(call, str_from(record->id), condition);
	const uint32_t i = object_attribute(record->object, str_from(slug));
	const struct cell *cell = &record->cells[i];
	const int kind = record->object->attributes[i].kind;

	if (kind == VALUES_CREATED_AT) {
		clock_format(record->created_ns, 9, created);
		const struct str text = str_from(created);

		return match_value(call, &(struct value){ text, text, 0, ACTOR_SYSTEM }, kind,
				   condition);
	}
	for (size_t k = 0; k < cell->n; k++) {
		if (match_value(call, &cell->values[k], kind, condition))
			return true;
	}
	return cell->n == 0 && json_has(condition, "$not_empty") &&
	       !json_object_get_boolean(json_member(condition, "$not_empty"));
}

static bool match_list(struct call *call, const struct record *record, struct json_object *list,
		       bool any)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (values_filter_match(call, record, json_object_array_get_idx(list, i)) == any)
			return any;
	}
	return !any;
}

bool values_filter_match(struct call *call, const struct record *record, struct json_object *filter)
{
	json_object_object_foreach(filter, name, part)
	{
		bool matched;

		if (strcmp(name, "$not") == 0)
			matched = !values_filter_match(call, record, part);
		else if (strcmp(name, "$and") == 0 || strcmp(name, "$or") == 0)
			matched = match_list(call, record, part, strcmp(name, "$or") == 0);
		else
			matched = match_attribute(call, record, name, part);
		if (!matched)
			return false;
	}
	return true;
}
