/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include "base/clock.h"

#include <string.h>

#define NOTES_LIMIT 50

void values_render_note(struct call *call, const struct record *record, const struct note *note,
			struct buf *out)
{
	char created[CLOCK_TEXT_BYTES];
	const char *type = NULL;
	const char *id = NULL;

	clock_format(note->created_ns, 9, created);
	values_actor(call->box, note->actor, &type, &id);
	buf_addf(out, "{\"id\":{\"workspace_id\":\"%s\",\"note_id\":\"%s\"},",
		 call->box->workspace_id, note->id);
	buf_addf(out, "\"parent_object\":\"%s\",\"parent_record_id\":\"%s\"", record->object->slug,
		 record->id);
	json_add_member(out, "title", str_from(note->title), JSON_SLASH_PLAIN);
	json_add_member(out, "content_plaintext", str_from(note->text), JSON_SLASH_PLAIN);
	json_add_member(out, "content_markdown", str_from(note->text), JSON_SLASH_PLAIN);
	buf_addf(out, ",\"tags\":[],\"created_by_actor\":{\"type\":\"%s\",\"id\":", type);
	if (id != NULL)
		json_add_text(out, str_from(id), JSON_SLASH_PLAIN);
	else
		buf_add_z(out, "null");
	buf_addf(out, "},\"created_at\":\"%s\"}", created);
}

static void add_page(struct call *call, const struct object *object, const struct record *only,
		     struct buf *out)
{
	int64_t offset = call_number(call, "offset", 0);
	int64_t limit = call_number(call, "limit", 10);

	for (size_t i = 0; i < object->created.n; i++) {
		const struct record *record = object->created.items[i];

		for (size_t k = 0; (only == NULL || record == only) && k < record->notes.n; k++) {
			if (offset-- > 0)
				continue;
			if (limit-- <= 0)
				return;
			json_add_comma(out);
			values_render_note(call, record, record->notes.items[k], out);
		}
	}
}

static void list(struct call *call)
{
	const struct str slug = target_value(&call->target, "parent_object");
	const struct str id = target_value(&call->target, "parent_record_id");
	const struct object *object = call_object(call, slug.len > 0 ? slug : STR_LIT("people"));
	const struct record *only = object != NULL && id.len > 0 ? object_find(object, id) : NULL;
	const int64_t limit = call_number(call, "limit", 10);

	if (limit < 0 || limit > NOTES_LIMIT || call_number(call, "offset", 0) < 0) {
		(void)records_fail(call, 400, "validation_type", "limit: at most 50 is allowed.");
		return;
	}
	if (object == NULL || (id.len > 0 && only == NULL)) {
		(void)records_fail(call, 404, "not_found",
				   "The parent of the notes was not found.");
		return;
	}
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"data\":[");
	add_page(call, object, only, out);
	buf_add_z(out, "]}");
}

static struct note *find_note(struct call *call, struct str id, struct record **ret_record)
{
	const struct object *people = &call->box->objects[SANDBOX_RECORDS][RECORDS_PEOPLE];

	for (size_t i = 0; i < people->created.n; i++) {
		struct record *record = people->created.items[i];

		for (size_t k = 0; k < record->notes.n; k++) {
			if (!str_equal_z(id, record->notes.items[k]->id))
				continue;
			*ret_record = record;
			return record->notes.items[k];
		}
	}
	(void)records_fail(call, 404, "not_found", "Note with ID \"%.*s\" was not found.",
			   STR_ARG(id));
	return NULL;
}

static void set_text(char **text, struct json_object *data, const char *name)
{
	if (!json_is_text(json_member(data, name)))
		return;
	free(*text);
	*text = alloc_copy(json_member_str(data, name).p, json_member_str(data, name).len);
}

static void answer_note(struct call *call, const struct record *record, const struct note *note)
{
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"data\":");
	values_render_note(call, record, note, out);
	buf_add_char(out, '}');
}

static void create(struct call *call)
{
	struct json_object *data = json_member(call->body, "data");
	const struct object *object = call_object(call, json_member_str(data, "parent_object"));
	const struct str format = json_member_str(data, "format");
	struct record *record = NULL;
	int64_t created_ns = call->stamp.now_ns;

	if (object != NULL)
		record = object_find(object, json_member_str(data, "parent_record_id"));
	if (record == NULL) {
		(void)records_fail(call, 404, "not_found", "The parent of the note was not found.");
		return;
	}
	if (!json_is_text(json_member(data, "title")) ||
	    !json_is_text(json_member(data, "content")) ||
	    (!str_equal_z(format, "plaintext") && !str_equal_z(format, "markdown")) ||
	    (json_has(data, "created_at") &&
	     !clock_parse(json_member_str(data, "created_at"), &created_ns))) {
		(void)records_fail(call, 400, "validation_type",
				   "A note needs title, content and format.");
		return;
	}
	struct note *note = record_add_note(record, &call->box->rng);

	set_text(&note->title, data, "title");
	set_text(&note->text, data, "content");
	note->markdown = str_equal_z(format, "markdown");
	note->created_ns = created_ns;
	note->updated_ns = call->stamp.now_ns;
	note->actor = call->stamp.actor;
	answer_note(call, record, note);
}

static void one_note(struct call *call)
{
	struct json_object *data = json_member(call->body, "data");
	struct record *record = NULL;
	struct note *note = find_note(call, call->target.segments[2], &record);

	if (note == NULL)
		return;
	if (call_method(call, "PATCH")) {
		set_text(&note->title, data, "title");
		set_text(&note->text, data, "content");
		note->updated_ns = call->stamp.now_ns;
	}
	answer_note(call, record, note);
}

void values_notes(struct call *call)
{
	const size_t n = call->target.n_segments;

	if (n == 2 && call_method(call, "GET"))
		list(call);
	else if (n == 2 && call_method(call, "POST"))
		create(call);
	else if (n == 3 && (call_method(call, "GET") || call_method(call, "PATCH")))
		one_note(call);
	else
		(void)records_no_endpoint(call);
}
