/* SPDX-License-Identifier: Apache-2.0 */
#include "flat.h"

#include "normal.h"

#include "base/clock.h"

#include <string.h>

/* "attribute" or "company.attribute": a value (equal) or an object of operators. */

static const char *const operators[] = { "$eq", "$ne",  "$in", "$contains", "$starts_with",
					 "$gt", "$gte", "$lt", "$lte" };

enum { OP_EQ, OP_NE, OP_IN, OP_CONTAINS, OP_STARTS, OP_GT, OP_GTE, OP_LT, OP_LTE };

static size_t operator_of(const char *name)
{
	size_t i = 0;

	while (i < COUNT_OF(operators) && strcmp(name, operators[i]) != 0)
		i++;
	return i;
}

static bool known_attribute(struct call *call, const struct object *object, struct str path)
{
	const struct object *companies = &call->box->objects[SANDBOX_RECORDS][RECORDS_COMPANIES];

	if (str_equal_z(path, "created_at") || str_equal_z(path, "updated_at"))
		return true;
	if (str_starts(path, STR_LIT("company."))) {
		object = companies;
		path = str_skip(path, strlen("company."));
	}
	return object_shows(object, object_attribute(object, path));
}

static bool is_operand(struct json_object *operand)
{
	return json_is_text(operand) || json_object_is_type(operand, json_type_int) ||
	       json_object_is_type(operand, json_type_double) ||
	       json_object_is_type(operand, json_type_boolean);
}

static bool check_condition(struct call *call, const char *path, struct json_object *condition)
{
	if (!json_object_is_type(condition, json_type_object))
		return is_operand(condition) ||
		       records_fail(call, 400, "filter_error", "Invalid filter for \"%s\".", path);
	json_object_object_foreach(condition, name, operand)
	{
		const size_t i = operator_of(name);

		if (i == COUNT_OF(operators) ||
		    (i == OP_IN ? !json_object_is_type(operand, json_type_array) :
				  !is_operand(operand)))
			return records_fail(call, 400, "filter_error",
					    "Invalid operator \"%s\" for \"%s\".", name, path);
	}
	return true;
}

bool flat_filter_check(struct call *call, const struct object *object, struct json_object *filter)
{
	if (!json_object_is_type(filter, json_type_object))
		return records_fail(call, 400, "filter_error", "A filter must be an object.");
	json_object_object_foreach(filter, path, condition)
	{
		if (!known_attribute(call, object, str_from(path))) {
			call_violation(call, "filter on unknown attribute %s", path);
			return records_fail(call, 400, "filter_error", "Unknown attribute \"%s\".",
					    path);
		}
		if (!check_condition(call, path, condition))
			return false;
	}
	return true;
}

static int compare(struct str text, struct str operand)
{
	int64_t left = 0;
	int64_t right = 0;

	if (clock_parse(text, &left) && clock_parse(operand, &right))
		return left < right ? -1 : left > right;
	return str_compare(text, operand);
}

static bool match_operator(struct call *call, struct str text, size_t operator,
			   struct json_object * operand)
{
	const struct str other =
		json_is_text(operand) ? json_str(operand) : json_write(call->arena, operand);

	switch (operator) {
	case OP_EQ:
		return str_equal_nocase(text, other);
	case OP_NE:
		return !str_equal_nocase(text, other);
	case OP_CONTAINS:
		return normal_contains(text, other);
	case OP_STARTS:
		return str_starts_nocase(text, other);
	case OP_GT:
		return compare(text, other) > 0;
	case OP_GTE:
		return compare(text, other) >= 0;
	case OP_LT:
		return compare(text, other) < 0;
	case OP_LTE:
		return compare(text, other) <= 0;
	default:
		break;
	}
	for (size_t i = 0; i < json_object_array_length(operand); i++) {
		if (str_equal_nocase(text, json_str(json_object_array_get_idx(operand, i))))
			return true;
	}
	return false;
}

static bool match_text(struct call *call, struct str text, struct json_object *condition)
{
	if (!json_object_is_type(condition, json_type_object))
		return match_operator(call, text, OP_EQ, condition);
	json_object_object_foreach(condition, name, operand)
	{
		if (!match_operator(call, text, operator_of(name), operand))
			return false;
	}
	return true;
}

static bool match_path(struct call *call, const struct record *record, struct str path,
		       struct json_object *condition)
{
	const struct object *companies = &call->box->objects[SANDBOX_RECORDS][RECORDS_COMPANIES];
	const bool created = str_equal_z(path, "created_at");
	char time[CLOCK_TEXT_BYTES];

	if (created || str_equal_z(path, "updated_at")) {
		clock_format(created ? record->created_ns : record->updated_ns, 3, time);
		return match_text(call, str_from(time), condition);
	}
	if (str_starts(path, STR_LIT("company."))) {
		const uint32_t link = object_attribute(record->object, STR_LIT("company"));
		const struct record *company = object_find(companies, record_key(record, link));

		return company != NULL &&
		       match_path(call, company, str_skip(path, strlen("company.")), condition);
	}
	const struct cell *cell = &record->cells[object_attribute(record->object, path)];

	for (size_t i = 0; i < cell->n; i++) {
		if (match_text(call, cell->values[i].key, condition))
			return true;
	}
	return false;
}

bool flat_filter_match(struct call *call, const struct record *record, struct json_object *filter)
{
	json_object_object_foreach(filter, path, condition)
	{
		if (!match_path(call, record, str_from(path), condition))
			return false;
	}
	return true;
}
