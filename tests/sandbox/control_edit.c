/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "flat.h"
#include "people.h"

#include "base/clock.h"

#include <inttypes.h>

static bool is_values(const struct call *call)
{
	return call->box->options.dialect == SANDBOX_VALUES;
}

static struct object *object_of(struct call *call, enum sandbox_side side)
{
	const struct str slug = json_member_str(call->body, "object");
	struct object *objects = call->box->objects[side];

	for (size_t i = 0; slug.len > 0 && i < PEOPLE_OBJECT_COUNT; i++) {
		if (objects[i].slug != NULL && str_equal_z(slug, objects[i].slug))
			return &objects[i];
	}
	return &objects[0];
}

/* The call as one of that side, so that its parsers find their objects. */
static struct call as_side(const struct call *call, struct sandbox_request *request,
			   enum sandbox_side side)
{
	struct call other = *call;

	*request = *call->request;
	request->side = side;
	request->method = STR_LIT("PATCH");
	other.request = request;
	other.stamp.actor = ACTOR_MEMBER;
	return other;
}

/* "at": a date and time, or nanoseconds. */
static void read_time(struct call *call)
{
	struct json_object *at = json_member(call->body, "at");

	if (json_object_is_type(at, json_type_int))
		call->stamp.now_ns = json_object_get_int64(at);
	else if (json_is_text(at))
		(void)!clock_parse(json_str(at), &call->stamp.now_ns);
}

static struct record *find(struct call *call, enum sandbox_side side, const char *name)
{
	const struct object *object = object_of(call, side);
	struct record *record = object_find(object, json_member_str(call->body, name));

	if (record == NULL)
		(void)control_fail(call, 404, "no such record");
	return record;
}

static bool read_changes(struct call *call, const struct object *object, enum sandbox_side side,
			 struct record *record, struct changes *changes)
{
	struct json_object *set = json_member(call->body, "set");
	bool ok = false;

	if (side == SANDBOX_PEOPLE) {
		struct json_object *body = call->body;

		call->body = set;
		ok = people_input(call, object, record, true, changes);
		call->body = body;
		return ok;
	}
	return is_values(call) ? values_input(call, object, set, false, changes) :
				 flat_input(call, object, set, changes);
}

static void apply(struct call *call, struct record *record, enum sandbox_side side,
		  const struct changes *changes)
{
	const struct stamp stamp = call->stamp;

	for (size_t i = 0; i < changes->list.n; i++) {
		const struct change *change = &changes->list.items[i];
		const int kind = record->object->attributes[change->attribute].kind;
		const bool quiet = side == SANDBOX_PEOPLE && kind == PEOPLE_EMAILS;

		if (record_apply(record, change, &stamp) && !quiet)
			record->updated_ns = stamp.now_ns;
	}
	if (side == SANDBOX_PEOPLE)
		record->updated_ns -= record->updated_ns % NS_PER_S;
}

void control_edit(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = as_side(call, &request, side);
	struct record *record = find(&other, side, "id");
	struct changes changes = { 0 };

	if (record == NULL)
		return;
	read_time(&other);
	if (read_changes(&other, record->object, side, record, &changes) &&
	    (side == SANDBOX_PEOPLE || records_unique(&other, record->object, &changes, record))) {
		apply(&other, record, side, &changes);
		control_ok(call, str_from(record->id));
	}
	changes_release(&changes);
}

static void new_id(struct call *call, enum sandbox_side side, char ret_id[static RECORD_ID_BYTES])
{
	if (side == SANDBOX_RECORDS && !is_values(call))
		flat_id(call->box, ret_id);
	else
		rng_uuid(&call->box->rng, ret_id);
}

void control_create(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = as_side(call, &request, side);
	struct object *object = object_of(&other, side);
	struct changes changes = { 0 };
	char id[RECORD_ID_BYTES];

	read_time(&other);
	if (read_changes(&other, object, side, NULL, &changes) &&
	    (side == SANDBOX_PEOPLE || records_unique(&other, object, &changes, NULL))) {
		if (side == SANDBOX_PEOPLE)
			other.stamp.now_ns -= other.stamp.now_ns % NS_PER_S;
		new_id(call, side, id);
		struct record *record = object_add(object, id, &other.stamp);

		apply(&other, record, side, &changes);
		control_ok(call, str_from(id));
	}
	changes_release(&changes);
}

void control_delete(struct call *call, enum sandbox_side side)
{
	struct record *record = find(call, side, "id");

	if (record == NULL)
		return;
	control_ok(call, str_from(record->id));
	object_remove(record->object, record);
}

void control_archive(struct call *call)
{
	struct sandbox_request request;
	struct call other = as_side(call, &request, SANDBOX_PEOPLE);
	struct record *record = find(&other, SANDBOX_PEOPLE, "id");
	struct json_object *flag = json_member(call->body, "archived");
	char time[CLOCK_TEXT_BYTES];

	if (record == NULL)
		return;
	struct change change = { .attribute =
					 object_attribute(record->object, STR_LIT("archivedAt")) };

	read_time(&other);
	clock_format(other.stamp.now_ns, 0, time);
	if (flag == NULL || json_object_get_boolean(flag))
		people_put_text(&other, &change, arena_format(call->arena, "%.19s+00:00", time));
	if (record_apply(record, &change, &other.stamp))
		record->updated_ns = other.stamp.now_ns - other.stamp.now_ns % NS_PER_S;
	control_ok(call, str_from(record->id));
}

/* What is in `from`, as drafts for another record. */
static void copy_cells(struct call *call, const struct record *from, struct record *into)
{
	for (uint32_t i = 0; i < from->object->n_attributes; i++) {
		const struct cell *cell = &from->cells[i];
		const bool multi = (from->object->attributes[i].flags & ATTR_MULTI) != 0;
		struct change change = { .attribute = i, .add = multi };

		if (!multi && into->cells[i].n > 0)
			continue;
		for (size_t k = 0; k < cell->n; k++)
			change_put(&change, call->arena, cell->values[k].json, cell->values[k].key);
		if (change.n > 0)
			(void)record_apply(into, &change, &call->stamp);
	}
}

/* Records are merged into a new one; both old ones are gone. */
void control_merge(struct call *call)
{
	struct sandbox_request request;
	struct call other = as_side(call, &request, SANDBOX_RECORDS);
	struct record *first = find(&other, SANDBOX_RECORDS, "id");
	struct record *second = find(&other, SANDBOX_RECORDS, "other_id");
	char id[RECORD_ID_BYTES];

	if (first == NULL || second == NULL || first == second) {
		(void)control_fail(call, 404, "two different records are needed");
		return;
	}
	read_time(&other);
	new_id(&other, SANDBOX_RECORDS, id);
	struct record *merged = object_add(first->object, id, &other.stamp);

	copy_cells(&other, first, merged);
	copy_cells(&other, second, merged);
	object_remove(merged->object, first);
	object_remove(merged->object, second);
	control_ok(call, str_from(id));
}

static void set_text(char **text, struct json_object *body, const char *name)
{
	const struct str value = json_member_str(body, name);

	if (json_member(body, name) != NULL)
		*text = alloc_copy(value.p, value.len);
}

void control_note(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = as_side(call, &request, side);
	struct record *record = find(&other, side, "id");
	const struct object *categories = &call->box->objects[SANDBOX_PEOPLE][PEOPLE_CATEGORIES];

	if (record == NULL)
		return;
	read_time(&other);
	struct note *note = record_add_note(record, &call->box->rng);

	set_text(&note->title, call->body, "title");
	set_text(&note->text, call->body, "text");
	set_text(&note->category, call->body, "category");
	if (side == SANDBOX_PEOPLE && note->category == NULL)
		note->category = alloc_copy_z(categories->created.items[0]->id);
	note->hidden = json_object_get_boolean(json_member(call->body, "private")) != 0;
	note->created_ns = other.stamp.now_ns;
	note->updated_ns = other.stamp.now_ns;
	note->actor = ACTOR_MEMBER;
	control_ok(call, str_from(note->id));
}

void control_dump(struct call *call, enum sandbox_side side)
{
	const struct object *object = object_of(call, side);
	const struct people_view view = { .ld = true };
	const int64_t offset = call_number(call, "offset", 0);
	const int64_t limit = call_number(call, "limit", INT32_MAX);
	const struct str slug = target_value(&call->target, "object");

	for (size_t i = 0; slug.len > 0 && i < PEOPLE_OBJECT_COUNT; i++) {
		const struct object *other = &call->box->objects[side][i];

		if (other->slug != NULL && str_equal_z(slug, other->slug))
			object = other;
	}
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"persons\":[");
	for (size_t i = offset > 0 ? (size_t)offset : 0;
	     i < object->created.n && (int64_t)i - offset < limit; i++) {
		const struct record *record = object->created.items[i];

		json_add_comma(out);
		if (side == SANDBOX_PEOPLE)
			people_render(call, record, &view, out);
		else if (is_values(call))
			values_render(call, record, false, out);
		else
			flat_render(record, (struct str){ 0 }, out);
	}
	buf_addf(out, "],\"total\":%zu}", object->created.n);
}
