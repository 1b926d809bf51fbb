/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "flat.h"
#include "people.h"
#include "relations.h"

#include "base/clock.h"

#include <string.h>

static bool is_values(const struct call *call)
{
	return call->box->options.dialect == SANDBOX_VALUES;
}

struct object *control_object(struct call *call, enum sandbox_side side)
{
	const struct str slug = json_member_str(call->body, "object");
	struct object *objects = call->box->objects[side];

	for (size_t i = 0; slug.len > 0 && i < PEOPLE_OBJECT_COUNT; i++) {
		if (objects[i].slug != NULL && str_equal_z(slug, objects[i].slug))
			return &objects[i];
	}
	if (slug.len == 0)
		return &objects[0];
	(void)control_fail(call, 404, "no such object on that side");
	return NULL;
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

struct call control_call(const struct call *call, struct sandbox_request *request,
			 enum sandbox_side side)
{
	const struct str actor = json_member_str(call->body, "actor");
	struct call other = *call;

	*request = *call->request;
	request->side = side;
	request->method = STR_LIT("PATCH");
	other.request = request;
	other.stamp.actor = str_equal_z(actor, "system") ? ACTOR_SYSTEM :
			    str_equal_z(actor, "token")  ? ACTOR_TOKEN :
							   ACTOR_MEMBER;
	read_time(&other);
	return other;
}

struct record *control_find(struct call *call, enum sandbox_side side, const char *name)
{
	const struct object *object = control_object(call, side);
	struct record *record = NULL;

	if (object == NULL)
		return NULL;
	record = object_find(object, json_member_str(call->body, name));
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
	if (side == SANDBOX_PEOPLE) {
		people_apply(call, record, changes);
		return;
	}
	for (size_t i = 0; i < changes->list.n; i++) {
		if (record_apply(record, &changes->list.items[i], &call->stamp))
			record->updated_ns = call->stamp.now_ns;
	}
}

static bool fits(struct call *call, enum sandbox_side side, const struct object *object,
		 const struct record *record, const struct changes *changes)
{
	return side == SANDBOX_PEOPLE || (records_complete(call, object, record, changes) &&
					  records_unique(call, object, changes, record));
}

void control_edit(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, side);
	struct record *record = control_find(&other, side, "id");
	struct changes changes = { 0 };

	if (record == NULL)
		return;
	if (read_changes(&other, record->object, side, record, &changes) &&
	    fits(&other, side, record->object, record, &changes)) {
		apply(&other, record, side, &changes);
		control_ok(call, str_from(record->id));
	}
	changes_release(&changes);
}

static void new_id(struct call *call, enum sandbox_side side, char ret_id[static RECORD_ID_BYTES])
{
	if (side == SANDBOX_RECORDS && !is_values(call))
		flat_id(&call->box->rng, ret_id);
	else
		rng_uuid(&call->box->rng, ret_id);
}

/* "id" of the body, or one that is made; false if it is taken. */
static bool choose_id(struct call *call, enum sandbox_side side, const struct object *object,
		      char ret_id[static RECORD_ID_BYTES])
{
	const struct str wanted = json_member_str(call->body, "id");

	if (wanted.len == 0) {
		new_id(call, side, ret_id);
		return true;
	}
	if (wanted.len >= RECORD_ID_BYTES || object_find(object, wanted) != NULL)
		return control_fail(call, 400, "that id is too long or taken");
	memcpy(ret_id, wanted.p, wanted.len);
	ret_id[wanted.len] = '\0';
	return true;
}

void control_create(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, side);
	struct object *object = control_object(&other, side);
	struct changes changes = { 0 };
	char id[RECORD_ID_BYTES];

	if (object == NULL)
		return;
	if (read_changes(&other, object, side, NULL, &changes) &&
	    fits(&other, side, object, NULL, &changes) && choose_id(&other, side, object, id)) {
		if (side == SANDBOX_PEOPLE)
			other.stamp.now_ns -= other.stamp.now_ns % NS_PER_S;
		struct record *record = object_add(object, id, &other.stamp);

		apply(&other, record, side, &changes);
		control_ok(call, str_from(id));
	}
	changes_release(&changes);
}

void control_delete(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, side);
	struct record *record = control_find(&other, side, "id");

	if (record == NULL)
		return;
	relations_move(&other, record, NULL);
	control_ok(call, str_from(record->id));
	object_remove(record->object, record);
}

/* updatedAt moves, and nothing else. */
void control_touch(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, side);
	struct record *record = control_find(&other, side, "id");

	if (record == NULL)
		return;
	record->updated_ns = other.stamp.now_ns;
	control_ok(call, str_from(record->id));
}

void control_archive(struct call *call)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, SANDBOX_PEOPLE);
	struct record *record = control_find(&other, SANDBOX_PEOPLE, "id");
	struct json_object *flag = json_member(call->body, "archived");
	char time[CLOCK_TEXT_BYTES];

	if (record == NULL)
		return;
	struct change change = { .attribute =
					 object_attribute(record->object, STR_LIT("archivedAt")) };

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

static void merge_into(struct call *call, struct record *from, struct record *into)
{
	copy_cells(call, from, into);
	record_move_notes(from, into);
	relations_move(call, from, into);
}

/* For "pending_ms" the one that goes answers merge_in_progress, and only then not_found. */
static void remove_merged(struct call *call, struct record *record)
{
	struct json_object *pending = json_member(call->body, "pending_ms");
	struct merging *merging = VEC_PUSH(&call->box->merging);

	*merging = (struct merging){ .until_ns = call->stamp.now_ns +
						 json_object_get_int64(pending) * NS_PER_MS };
	memcpy(merging->record_id, record->id, sizeof(record->id));
	object_remove(record->object, record);
}

/* Records are merged into a new one and both old ones are gone, or into the first (`keep`). */
void control_merge(struct call *call)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, SANDBOX_RECORDS);
	struct record *first = control_find(&other, SANDBOX_RECORDS, "id");
	struct record *second = control_find(&other, SANDBOX_RECORDS, "other_id");
	const bool keep = json_object_get_boolean(json_member(call->body, "keep")) != 0;
	struct record *merged = first;
	char id[RECORD_ID_BYTES];

	if (first == NULL || second == NULL || first == second) {
		(void)control_fail(call, 404, "two different records are needed");
		return;
	}
	if (!keep) {
		new_id(&other, SANDBOX_RECORDS, id);
		merged = object_add(first->object, id, &other.stamp);
		merge_into(&other, first, merged);
	}
	merge_into(&other, second, merged);
	merged->updated_ns = other.stamp.now_ns;
	if (!keep)
		remove_merged(&other, first);
	remove_merged(&other, second);
	control_ok(call, str_from(merged->id));
}
