/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes of the dialect `values`.  The list has no total and reads until an empty page.  That a note can be
 * updated is an assumption: that operation is recent, and not every server has it.
 */
#include "base/clock.h"
#include "mappers/mapper_encode.h"
#include "mappers/notes.h"

#define PAGE_MAX 50

static void request(struct request *ret, enum method method, enum request_kind kind, bool body)
{
	request_init(ret, method, kind);
	buf_add_z(&ret->target, "/v2/notes");
	ret->content_type = body ? "application/json" : NULL;
	ret->accept = "application/json";
}

static void list(const struct mapper_context *context, const struct note_page *page,
		 struct request *ret)
{
	request(ret, METHOD_GET, REQUEST_READ, false);
	buf_add_z(&ret->target, "?parent_object=");
	target_escape(&ret->target, str_from(context->object));
	if (page->person_id.len > 0) {
		buf_add_z(&ret->target, "&parent_record_id=");
		target_escape(&ret->target, page->person_id);
	}
	buf_addf(&ret->target, "&limit=%d&offset=%llu", PAGE_MAX, (unsigned long long)page->offset);
}

static void member(struct json_writer *json, const char *key, struct str text)
{
	json_key(json, key);
	json_string(json, text);
}

static void create(const struct mapper_context *context, struct str person_id,
		   const struct note *note, const char *category, struct request *ret)
{
	char created[CLOCK_TEXT_BYTES];

	(void)category; /* a record's notes have none */
	request(ret, METHOD_POST, REQUEST_WRITE, true);
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "data");
	json_open(&json, '{');
	member(&json, "parent_object", str_from(context->object));
	member(&json, "parent_record_id", person_id);
	member(&json, "title", note->part[NOTE_TITLE]);
	member(&json, "format", STR_LIT("plaintext"));
	member(&json, "content", note->part[NOTE_TEXT]);
	if (note->created_at != 0) {
		clock_format(note->created_at, 9, created);
		member(&json, "created_at", str_from(created));
	}
	json_close(&json, '}');
	json_close(&json, '}');
}

static void update(const struct mapper_context *context, struct str person_id,
		   const struct note *note, const bool wanted[NOTE_PART_COUNT], struct request *ret)
{
	(void)context;
	(void)person_id;
	request(ret, METHOD_PATCH, REQUEST_WRITE, true);
	buf_add_char(&ret->target, '/');
	target_escape(&ret->target, note->id);
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "data");
	json_open(&json, '{');
	if (wanted[NOTE_TITLE])
		member(&json, "title", note->part[NOTE_TITLE]);
	if (wanted[NOTE_TEXT]) {
		member(&json, "format", STR_LIT("plaintext"));
		member(&json, "content", note->part[NOTE_TEXT]);
	}
	json_close(&json, '}');
	json_close(&json, '}');
}

static bool decode(struct str raw, struct arena *arena, struct note *ret, struct error *err)
{
	static const struct note_shape shape = {
		.id = { "id.note_id", "id" },
		.person_id = "parent_record_id",
		.title = "title",
		.text = { "content_plaintext", "content" },
		.created_at = "created_at",
		.title_is_text = true,
	};

	return note_decode(&shape, raw, arena, ret, err);
}

const struct note_api notes_values = {
	.name = "values",
	.creates = true,
	.lists_all = true,
	.list = list,
	.create = create,
	.update = update,
	.decode = decode,
};
