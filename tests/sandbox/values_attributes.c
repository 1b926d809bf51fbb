/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "records_schema.h"

#include "base/clock.h"

#define CREATED "2022-01-01T00:00:00.000000000Z"

static const char *truth(bool flag)
{
	return flag ? "true" : "false";
}

static void add_config(struct call *call, const struct attribute *attribute, struct buf *out)
{
	const struct object *target = NULL;

	json_add_key(out, "config");
	buf_add_z(out, "{\"currency\":{\"default_currency_code\":");
	if (attribute->kind == VALUES_CURRENCY)
		buf_addf(out, "\"%s\",\"display_type\":\"symbol\"}", attribute->detail);
	else
		buf_add_z(out, "null,\"display_type\":null}");
	if (attribute->kind == VALUES_REFERENCE)
		target = call_object(call, str_from(attribute->detail));
	json_add_key(out, "record_reference");
	if (target != NULL)
		buf_addf(out, "{\"allowed_object_ids\":[\"%s\"]}}", target->id);
	else
		buf_add_z(out, "{\"allowed_object_ids\":null}}");
}

static void add_attribute(struct call *call, const struct object *object,
			  const struct attribute *attribute, struct buf *out)
{
	const unsigned flags = attribute->flags;
	char id[UUID_TEXT_BYTES];

	attribute_id(object, attribute, id);
	buf_addf(out,
		 "{\"id\":{\"workspace_id\":\"%s\",\"object_id\":\"%s\",\"attribute_id\":\"%s\"},",
		 call->box->workspace_id, object->id, id);
	buf_addf(out, "\"title\":\"%s\",\"description\":null,\"api_slug\":\"%s\",\"type\":\"%s\",",
		 attribute->slug, attribute->slug, values_kind_name(attribute->kind));
	buf_addf(out, "\"is_system_attribute\":%s,\"is_writable\":%s,\"is_required\":%s,",
		 truth((flags & ATTR_CUSTOM) == 0), truth((flags & ATTR_READ_ONLY) == 0),
		 truth((flags & ATTR_REQUIRED) != 0));
	buf_addf(out, "\"is_unique\":%s,\"is_multiselect\":%s,\"is_archived\":%s,",
		 truth((flags & ATTR_UNIQUE) != 0), truth((flags & ATTR_MULTI) != 0),
		 truth((flags & ATTR_ARCHIVED) != 0));
	buf_add_z(out, "\"is_default_value_enabled\":false,\"default_value\":null,"
		       "\"relationship\":null,\"created_at\":\"" CREATED "\"");
	add_config(call, attribute, out);
	buf_add_char(out, '}');
}

static void list(struct call *call, const struct object *object)
{
	const bool archived = str_equal_z(target_value(&call->target, "show_archived"), "true");
	int64_t offset = call_number(call, "offset", 0);
	int64_t limit = call_number(call, "limit", INT32_MAX);
	struct buf *out = NULL;

	if (offset < 0 || limit < 0) {
		(void)records_fail(call, 400, "validation_type",
				   "limit and offset must be numbers.");
		return;
	}
	out = call_answer(call, 200, "application/json");
	buf_add_z(out, "{\"data\":[");
	for (uint32_t i = 0; i < object->n_attributes && limit > 0; i++) {
		if ((!archived && (object->attributes[i].flags & ATTR_ARCHIVED) != 0) ||
		    offset-- > 0)
			continue;
		json_add_comma(out);
		add_attribute(call, object, &object->attributes[i], out);
		limit--;
	}
	buf_add_z(out, "]}");
}

/* By slug or id. */
static const struct attribute *find(struct call *call, const struct object *object)
{
	const struct str wanted = call->target.segments[4];
	const uint32_t i = attribute_find(object, wanted);

	if (i < object->n_attributes)
		return &object->attributes[i];
	(void)records_fail(call, 404, "not_found",
			   "Could not find attribute with slug/ID \"%.*s\".", STR_ARG(wanted));
	return NULL;
}

static void one(struct call *call, const struct object *object)
{
	const struct attribute *attribute = find(call, object);
	struct buf *out = NULL;

	if (attribute == NULL)
		return;
	out = call_answer(call, 200, "application/json");
	buf_add_z(out, "{\"data\":");
	add_attribute(call, object, attribute, out);
	buf_add_char(out, '}');
}

static void titles(struct call *call, const struct object *object, int kind)
{
	const struct attribute *attribute = find(call, object);
	struct str rest;
	struct str title;
	struct buf *out = NULL;

	if (attribute == NULL)
		return;
	if (attribute->kind != kind) {
		(void)records_fail(call, 400, "validation_type", "Attribute \"%s\" has no %s.",
				   attribute->slug, kind == VALUES_STATUS ? "statuses" : "options");
		return;
	}
	out = call_answer(call, 200, "application/json");
	buf_add_z(out, "{\"data\":[");
	rest = str_from(attribute->detail);
	while (str_cut(&rest, '|', &title)) {
		json_add_comma(out);
		buf_add_char(out, '{');
		option_add_id(call->box, object, attribute, title, out);
		json_add_member(out, "title", title, JSON_SLASH_PLAIN);
		buf_add_z(out, ",\"is_archived\":false");
		if (kind == VALUES_STATUS)
			buf_add_z(out, ",\"celebration_enabled\":false,"
				       "\"target_time_in_status\":null");
		buf_add_char(out, '}');
	}
	buf_add_z(out, "]}");
}

void values_attributes(struct call *call, const struct object *object)
{
	const size_t n = call->target.n_segments;
	const bool get = call_method(call, "GET");

	if (get && n == 4)
		list(call, object);
	else if (get && n == 5)
		one(call, object);
	else if (get && n == 6 && target_is(&call->target, 5, "options"))
		titles(call, object, VALUES_SELECT);
	else if (get && n == 6 && target_is(&call->target, 5, "statuses"))
		titles(call, object, VALUES_STATUS);
	else
		(void)records_no_endpoint(call);
}
