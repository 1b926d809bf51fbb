/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notes of the dialect `attributes`: a person's activities of type "note", which can be read and not be
 * written.  The document does not say what an activity holds: the keys are assumed here and nowhere else.
 */
#include "mappers/notes.h"
#include "mappers/records_common.h"

#define PAGE_MAX 100

static void list(const struct mapper_context *context, const struct note_page *page,
		 struct request *ret)
{
	records_request_of(context, METHOD_GET, REQUEST_READ, page->person_id, false, ret);
	buf_addf(&ret->target, "/activities?type=note&page=%u&pageSize=%d", page->number + 1,
		 PAGE_MAX);
}

static bool decode(struct str raw, struct arena *arena, struct note *ret, struct error *err)
{
	static const struct note_shape shape = {
		.id = { "id", NULL },
		.person_id = "record_id",
		.title = "title",
		.text = { "content", "text" },
		.created_at = "created_at",
		.type = "type",
		.title_is_text = true,
	};

	return note_decode(&shape, raw, arena, ret, err);
}

const struct note_api notes_attributes = {
	.name = "attributes",
	.list = list,
	.decode = decode,
};
