/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "records_schema.h"

#include <string.h>

/* A workspace's administrator at work on the attributes of the records side. */

static void set_flag(struct call *call, struct attribute *attribute, const char *name,
		     unsigned flag)
{
	if (!json_has(call->body, name))
		return;
	attribute->flags &= ~flag;
	if (json_object_get_boolean(json_member(call->body, name)) != 0)
		attribute->flags |= flag;
}

/* ["A","B"] → "A|B". */
static void set_options(struct call *call, struct object *object, struct attribute *attribute)
{
	struct json_object *list = json_member(call->body, "options");
	struct str text = { 0 };

	if (!json_object_is_type(list, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const struct str title = json_str(json_object_array_get_idx(list, i));

		text = arena_format(call->arena, "%.*s%s%.*s", STR_ARG(text), i > 0 ? "|" : "",
				    STR_ARG(title));
	}
	attribute->detail = arena_copy(&object->texts, text).p;
}

/* The values keep their time: what changed is what they are called. */
static void rename_values(struct call *call, struct object *object, uint32_t i, struct str from,
			  struct str into)
{
	struct change change = { .attribute = i };

	if (call->box->options.dialect == SANDBOX_VALUES)
		put_option(call, object, &change, into);
	else
		change_put(&change, call->arena, json_quote(call->arena, into, JSON_SLASH_PLAIN),
			   into);
	for (size_t k = 0; k < object->created.n; k++) {
		struct cell *cell = &object->created.items[k]->cells[i];

		for (size_t v = 0; v < cell->n; v++) {
			if (str_equal(cell->values[v].key, from))
				record_replace(object->created.items[k], i, v, change.drafts);
		}
	}
}

/* {"rename": {"from": "Lead", "to": "New lead"}} */
static void rename_option(struct call *call, struct object *object, uint32_t i)
{
	struct json_object *rename = json_member(call->body, "rename");
	const struct str from = json_member_str(rename, "from");
	const struct str into = json_member_str(rename, "to");
	struct str rest = str_from(object->attributes[i].detail);
	struct str text = { 0 };
	struct str title;

	if (from.len == 0 || into.len == 0)
		return;
	while (str_cut(&rest, '|', &title)) {
		const struct str word = str_equal(title, from) ? into : title;

		text = arena_format(call->arena, "%.*s%s%.*s", STR_ARG(text),
				    text.len > 0 ? "|" : "", STR_ARG(word));
	}
	if (object->attributes[i].detail != NULL)
		object->attributes[i].detail = arena_copy(&object->texts, text).p;
	rename_values(call, object, i, from, into);
}

void control_attribute(struct call *call)
{
	struct object *object = control_object(call, SANDBOX_RECORDS);
	uint32_t i = 0;

	if (object == NULL)
		return;
	i = object_attribute(object, json_member_str(call->body, "slug"));
	if (i == object->n_attributes) {
		(void)control_fail(call, 404, "no such attribute");
		return;
	}
	struct attribute *attribute = &object->attributes[i];

	set_flag(call, attribute, "archived", ATTR_ARCHIVED);
	set_flag(call, attribute, "read_only", ATTR_READ_ONLY);
	set_flag(call, attribute, "required", ATTR_REQUIRED);
	set_options(call, object, attribute);
	rename_option(call, object, i);
	control_ok(call, str_from(attribute->slug));
}

/* {"n": 0, "email": …}: a workspace member has another address; names may change with it. */
void control_member(struct call *call)
{
	struct json_object *n = json_member(call->body, "n");
	const struct str email = json_member_str(call->body, "email");
	const struct str last = json_member_str(call->body, "last");
	struct member *member = NULL;

	if (!json_object_is_type(n, json_type_int) || json_object_get_int64(n) < 0 ||
	    json_object_get_int64(n) >= MEMBER_COUNT) {
		(void)control_fail(call, 404, "no such workspace member");
		return;
	}
	member = &call->box->members[json_object_get_int64(n)];
	if (email.len > 0)
		member->email = arena_copy(&call->box->kept, email).p;
	if (last.len > 0)
		member->last = arena_copy(&call->box->kept, last).p;
	control_ok(call, str_from(member->id));
}
