/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "base/clock.h"

#include <string.h>

/* What a person's history may hold; a note's type is one of these texts. */
static const char *const types[] = { "note", "task", "email", "call", "meeting" };

static void set_text(char **text, struct json_object *body, const char *name)
{
	const struct str value = json_member_str(body, name);

	if (!json_has(body, name))
		return;
	free(*text);
	*text = json_member(body, name) != NULL ? alloc_copy(value.p, value.len) : NULL;
}

static void set_flag(bool *flag, struct json_object *body, const char *name)
{
	if (json_has(body, name))
		*flag = json_object_get_boolean(json_member(body, name)) != 0;
}

static void set_note(struct call *call, struct note *note)
{
	const struct str type = json_member_str(call->body, "type");

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (str_equal_z(type, types[i]))
			note->type = types[i];
	}
	set_text(&note->title, call->body, "title");
	set_text(&note->text, call->body, "text");
	set_text(&note->category, call->body, "category");
	set_text(&note->author, call->body, "author");
	set_flag(&note->hidden, call->body, "private");
	set_flag(&note->flagged, call->body, "flagged");
	note->updated_ns = call->stamp.now_ns;
}

void control_note(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, side);
	struct record *record = control_find(&other, side, "id");
	const struct object *categories = &call->box->objects[SANDBOX_PEOPLE][PEOPLE_CATEGORIES];

	if (record == NULL)
		return;
	struct note *note = record_add_note(record, &call->box->rng);

	note->created_ns = other.stamp.now_ns;
	note->actor = other.stamp.actor;
	set_note(&other, note);
	if (side == SANDBOX_PEOPLE && note->category == NULL && categories->created.n > 0)
		note->category = alloc_copy_z(categories->created.items[0]->id);
	control_ok(call, str_from(note->id));
}

static struct note *find_note(struct call *call, enum sandbox_side side, struct record **ret_record)
{
	const struct str id = json_member_str(call->body, "note");
	struct note *note = NULL;

	for (size_t i = 0; note == NULL && i < PEOPLE_OBJECT_COUNT; i++)
		note = object_find_note(&call->box->objects[side][i], id, ret_record);
	if (note == NULL)
		(void)control_fail(call, 404, "no such note");
	return note;
}

void control_note_edit(struct call *call, enum sandbox_side side)
{
	struct sandbox_request request;
	struct call other = control_call(call, &request, side);
	struct record *record = NULL;
	struct note *note = find_note(&other, side, &record);

	if (note == NULL)
		return;
	set_note(&other, note);
	control_ok(call, str_from(note->id));
}

void control_note_delete(struct call *call, enum sandbox_side side)
{
	struct record *record = NULL;
	struct note *note = find_note(call, side, &record);

	if (note == NULL)
		return;
	control_ok(call, str_from(note->id));
	record_remove_note(record, note);
}
