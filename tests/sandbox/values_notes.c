/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include "base/clock.h"

#include <string.h>

#define NOTES_LIMIT 50

/* The text without the marks of headings, emphasis and code, as the server shows it. */
static struct str plain_text(struct call *call, const struct note *note)
{
	const struct str text = str_from(note->text);
	bool line_start = true;
	char *out = NULL;
	size_t n = 0;

	if (!note->markdown)
		return text;
	out = arena_alloc(call->arena, text.len + 1, 1);
	for (size_t i = 0; i < text.len; i++) {
		const bool mark = strchr("*_`", text.p[i]) != NULL ||
				  (line_start && strchr("# ", text.p[i]) != NULL);

		line_start = text.p[i] == '\n' || (line_start && mark);
		if (!mark)
			out[n++] = text.p[i];
	}
	return (struct str){ out, n };
}

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
	json_add_member(out, "content_plaintext", plain_text(call, note), JSON_SLASH_PLAIN);
	json_add_member(out, "content_markdown", str_from(note->text), JSON_SLASH_PLAIN);
	buf_addf(out,
		 ",\"meeting_id\":null,\"tags\":[],\"created_by_actor\":{\"type\":\"%s\",\"id\":",
		 type);
	if (id != NULL)
		json_add_text(out, str_from(id), JSON_SLASH_PLAIN);
	else
		buf_add_z(out, "null");
	buf_addf(out, "},\"created_at\":\"%s\"}", created);
}

static void add_notes(struct call *call, const struct record *record, int64_t *offset,
		      int64_t *limit)
{
	struct buf *out = &call->response->body;

	for (size_t i = 0; i<record->notes.n && * limit> 0; i++) {
		if ((*offset)-- > 0)
			continue;
		(*limit)--;
		json_add_comma(out);
		values_render_note(call, record, record->notes.items[i], out);
	}
}

static void list(struct call *call)
{
	const struct str slug = target_value(&call->target, "parent_object");
	const struct str id = target_value(&call->target, "parent_record_id");
	const struct object *object = call_object(call, slug);
	const struct record *only = object != NULL && id.len > 0 ? object_find(object, id) : NULL;
	int64_t limit = call_number(call, "limit", 10);
	int64_t offset = call_number(call, "offset", 0);

	if (limit < 0 || limit > NOTES_LIMIT || offset < 0) {
		call_violation(call, "limit or offset of notes out of range");
		(void)records_fail(call, 400, "validation_type", "limit: at most 50 is allowed.");
		return;
	}
	if (id.len > 0 && slug.len == 0) {
		call_violation(call, "parent_record_id of notes without parent_object");
		(void)records_fail(call, 400, "validation_type",
				   "parent_record_id needs parent_object.");
		return;
	}
	if ((slug.len > 0 && object == NULL) || (id.len > 0 && only == NULL)) {
		(void)records_fail(call, 404, "not_found",
				   "The parent of the notes was not found.");
		return;
	}
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"data\":[");
	if (only != NULL)
		add_notes(call, only, &offset, &limit);
	for (size_t i = 0; i < RECORDS_OBJECT_COUNT && only == NULL; i++) {
		const struct object *each = &call->box->objects[SANDBOX_RECORDS][i];

		if (object != NULL && object != each)
			continue;
		for (size_t k = 0; k < each->created.n && limit > 0; k++)
			add_notes(call, each->created.items[k], &offset, &limit);
	}
	buf_add_z(out, "]}");
}

static struct note *find_note(struct call *call, struct str id, struct record **ret_record)
{
	struct note *note = NULL;

	for (size_t i = 0; note == NULL && i < RECORDS_OBJECT_COUNT; i++)
		note = object_find_note(&call->box->objects[SANDBOX_RECORDS][i], id, ret_record);
	if (note == NULL)
		(void)records_fail(call, 404, "not_found", "Note with ID \"%.*s\" was not found.",
				   STR_ARG(id));
	return note;
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

/* What a note may be sent with; only what `patch` allows of it in an update. */
static const struct {
	const char *name;
	bool required;
	bool patch;
} members[] = {
	{ "parent_object", true, false }, { "parent_record_id", true, false },
	{ "title", true, true },          { "format", true, true },
	{ "content", true, true },        { "created_at", false, false },
	{ "meeting_id", false, false },
};

static bool check_name(struct call *call, const char *name)
{
	const bool patch = call_method(call, "PATCH");

	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (str_equal_z(str_from(name), members[i].name) && (!patch || members[i].patch))
			return true;
	}
	call_violation(call, "member %s in a note", name);
	return records_invalid(call, arena_format(call->arena, "data.%s", name).p,
			       "Unrecognized key");
}

static bool check_members(struct call *call, struct json_object *data)
{
	const bool patch = call_method(call, "PATCH");
	const struct str format = json_member_str(data, "format");

	if (!json_object_is_type(data, json_type_object))
		return records_invalid(call, "data", "Required");
	json_object_object_foreach(data, name, value)
	{
		(void)value;
		if (!check_name(call, name))
			return false;
	}
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const bool wanted = members[i].required && !patch;

		if ((wanted || json_member(data, members[i].name) != NULL) &&
		    !json_is_text(json_member(data, members[i].name)))
			return records_invalid(
				call, arena_format(call->arena, "data.%s", members[i].name).p,
				"Expected string");
	}
	if (format.len > 0 && !str_equal_z(format, "plaintext") && !str_equal_z(format, "markdown"))
		return records_invalid(call, "data.format", "Expected plaintext or markdown");
	return true;
}

static void create(struct call *call)
{
	struct json_object *data = json_member(call->body, "data");
	int64_t created_ns = call->stamp.now_ns;
	struct record *record = NULL;

	if (!check_members(call, data))
		return;
	const struct object *object = call_object(call, json_member_str(data, "parent_object"));

	if (object != NULL)
		record = object_find(object, json_member_str(data, "parent_record_id"));
	if (record == NULL) {
		(void)records_fail(call, 404, "not_found", "The parent of the note was not found.");
		return;
	}
	if (json_member(data, "created_at") != NULL &&
	    !clock_parse(json_member_str(data, "created_at"), &created_ns)) {
		(void)records_invalid(call, "data.created_at", "Invalid datetime");
		return;
	}
	struct note *note = record_add_note(record, &call->box->rng);

	set_text(&note->title, data, "title");
	set_text(&note->text, data, "content");
	note->markdown = str_equal_z(json_member_str(data, "format"), "markdown");
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
		if (!check_members(call, data))
			return;
		set_text(&note->title, data, "title");
		set_text(&note->text, data, "content");
		note->updated_ns = call->stamp.now_ns;
	}
	answer_note(call, record, note);
}

/* An older server has no such endpoint, and who asks did nothing wrong. */
static void no_update(struct call *call)
{
	(void)records_fail(
		call, 404, "not_found",
		"Could not find endpoint \"%.*s %.*s\". Please check the URL and method.",
		STR_ARG(call->request->method), STR_ARG(call->target.path));
}

void values_notes(struct call *call)
{
	const size_t n = call->target.n_segments;
	const bool patch = call_method(call, "PATCH");

	if (n == 2 && call_method(call, "GET"))
		list(call);
	else if (n == 2 && call_method(call, "POST"))
		create(call);
	else if (n == 3 && patch && call->box->options.no_note_updates)
		no_update(call);
	else if (n == 3 && (call_method(call, "GET") || patch))
		one_note(call);
	else
		(void)records_no_endpoint(call);
}
