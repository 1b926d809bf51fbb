/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes of the people side.  They can't be deleted.  The list of a person who is not there is empty and
 * not 404; a note without a text or a category is refused; PUT would wipe what it doesn't name.
 */
#include "base/clock.h"
#include "mappers/notes.h"
#include "mappers/people.h"

static void request(struct request *ret, enum method method, enum request_kind kind,
		    struct str person_id)
{
	request_init(ret, method, kind);
	buf_add_z(&ret->target, "/people/");
	target_escape(&ret->target, person_id);
	buf_add_z(&ret->target, "/notes");
	ret->accept = PEOPLE_ACCEPT;
}

/* By creation, oldest first: a note that comes while we read stands behind those that were read. */
static void list(const struct mapper_context *context, const struct note_page *page,
		 struct request *ret)
{
	(void)context;
	request(ret, METHOD_GET, REQUEST_READ, page->person_id);
	buf_addf(&ret->target, "?page=%u&itemsPerPage=%d&order%%5BcreatedAt%%5D=asc",
		 page->number + 1, PEOPLE_PAGE_MAX);
}

static void create(const struct mapper_context *context, struct str person_id,
		   const struct note *note, const char *category, struct request *ret)
{
	char created[CLOCK_TEXT_BYTES];

	(void)context;
	request(ret, METHOD_POST, REQUEST_WRITE, person_id);
	ret->content_type = "application/ld+json";
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	json_key(&json, "description");
	json_string(&json, note->part[NOTE_TEXT]);
	json_key(&json, "title");
	json_string_or_null(&json, note->part[NOTE_TITLE]);
	json_key(&json, "category");
	json_string(&json, str_from(category));
	if (note->created_at != 0) {
		/* "…Z" has another spelling here. */
		clock_format(note->created_at, 0, created);
		struct str moment = str_from(created);
		struct arena arena = { 0 };

		moment = arena_format(&arena, "%.*s+00:00",
				      STR_ARG(str_head(moment, moment.len - 1)));
		json_key(&json, "createdAt");
		json_string(&json, moment);
		arena_release(&arena);
	}
	json_close(&json, '}');
}

static void update(const struct mapper_context *context, struct str person_id,
		   const struct note *note, const bool wanted[NOTE_PART_COUNT], struct request *ret)
{
	(void)context;
	request(ret, METHOD_PATCH, REQUEST_WRITE, person_id);
	buf_add_char(&ret->target, '/');
	target_escape(&ret->target, note->id);
	ret->content_type = "application/merge-patch+json";
	struct json_writer json = json_writer(&ret->body);

	json_open(&json, '{');
	if (wanted[NOTE_TITLE]) {
		json_key(&json, "title");
		json_string_or_null(&json, note->part[NOTE_TITLE]);
	}
	if (wanted[NOTE_TEXT]) {
		json_key(&json, "description");
		json_string(&json, note->part[NOTE_TEXT]);
	}
	json_close(&json, '}');
}

static bool decode(struct str raw, struct arena *arena, struct note *ret, struct error *err)
{
	static const struct note_shape shape = {
		.id = { "id", "@id" },
		.iri = "@id",
		.title = "title",
		.text = { "description", NULL },
		.created_at = "createdAt",
		.is_private = "isPrivate",
	};

	if (!note_decode(&shape, raw, arena, ret, err))
		return false;
	ret->id = people_last_part(ret->id);
	return true;
}

const struct note_api notes_people = {
	.name = "people",
	.creates = true,
	.list = list,
	.create = create,
	.update = update,
	.decode = decode,
};
