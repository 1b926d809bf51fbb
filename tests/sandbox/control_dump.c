/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "flat.h"
#include "people.h"

#include "base/clock.h"

/* In the words of the control path, the same for each side and dialect. */
static void add_note(struct call *call, const struct record *record, const struct note *note,
		     struct buf *out)
{
	char time[CLOCK_TEXT_BYTES];
	const char *type = NULL;
	const char *id = NULL;

	clock_format(note->created_ns, 9, time);
	values_actor(call->box, note->actor, &type, &id);
	json_add_comma(out);
	buf_add_char(out, '{');
	json_add_member(out, "id", str_from(note->id), JSON_SLASH_PLAIN);
	json_add_member(out, "record", str_from(record->id), JSON_SLASH_PLAIN);
	json_add_member(out, "type", str_from(note->type), JSON_SLASH_PLAIN);
	json_add_member(out, "title", str_from(note->title), JSON_SLASH_PLAIN);
	json_add_member(out, "text", str_from(note->text), JSON_SLASH_PLAIN);
	json_add_member(out, "category", str_from(note->category), JSON_SLASH_PLAIN);
	json_add_member(out, "author", str_from(note->author), JSON_SLASH_PLAIN);
	json_add_member(out, "actor", str_from(type), JSON_SLASH_PLAIN);
	json_add_member(out, "created_at", str_from(time), JSON_SLASH_PLAIN);
	buf_addf(out, ",\"private\":%s,\"flagged\":%s}", note->hidden ? "true" : "false",
		 note->flagged ? "true" : "false");
}

static void dump_notes(struct call *call, enum sandbox_side side)
{
	const struct object *objects = call->box->objects[side];
	struct buf *out = call_answer(call, 200, "application/json");
	size_t n = 0;

	buf_add_z(out, "{\"notes\":[");
	for (size_t i = 0; i < PEOPLE_OBJECT_COUNT; i++) {
		for (size_t k = 0; k < objects[i].created.n; k++) {
			const struct record *record = objects[i].created.items[k];

			for (size_t m = 0; m < record->notes.n; m++)
				add_note(call, record, record->notes.items[m], out);
			n += record->notes.n;
		}
	}
	buf_addf(out, "],\"total\":%zu}", n);
}

static void dump_records(struct call *call, enum sandbox_side side, const struct object *object)
{
	const struct people_view view = { .ld = true };
	const int64_t offset = call_number(call, "offset", 0);
	const int64_t limit = call_number(call, "limit", INT32_MAX);
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"persons\":[");
	for (size_t i = offset > 0 ? (size_t)offset : 0;
	     i < object->created.n && (int64_t)i - offset < limit; i++) {
		const struct record *record = object->created.items[i];

		json_add_comma(out);
		if (side == SANDBOX_PEOPLE)
			people_render(call, record, &view, out);
		else if (call->box->options.dialect == SANDBOX_VALUES)
			values_render(call, record, false, out);
		else
			flat_render(record, NULL, out);
	}
	buf_addf(out, "],\"total\":%zu}", object->created.n);
}

void control_dump(struct call *call, enum sandbox_side side)
{
	const struct str slug = target_value(&call->target, "object");
	const struct object *objects = call->box->objects[side];
	const struct object *object = slug.len == 0 ? &objects[0] : NULL;

	if (str_equal_z(slug, "notes")) {
		dump_notes(call, side);
		return;
	}
	for (size_t i = 0; object == NULL && i < PEOPLE_OBJECT_COUNT; i++) {
		if (objects[i].slug != NULL && str_equal_z(slug, objects[i].slug))
			object = &objects[i];
	}
	if (object == NULL)
		(void)control_fail(call, 404, "no such object on that side");
	else
		dump_records(call, side, object);
}
