/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collection that tags are named in: { "id", "title" }.  It can't be searched by title, so it is
 * read whole once.
 */
#include "base/limits.h"
#include "mappers/codec.h"
#include "mappers/people.h"
#include "mappers/titles.h"

void people_tags_page(uint32_t number, struct request *ret)
{
	request_init(ret, METHOD_GET, REQUEST_READ);
	ret->accept = PEOPLE_ACCEPT;
	buf_addf(&ret->target, "/tags?page=%u&itemsPerPage=%d", number + 1, PEOPLE_PAGE_MAX);
}

struct tags_reading {
	struct mapper_titles *titles;
	bool failed;
	struct error err;
};

static bool add_tag(struct tags_reading *reading, struct str raw, struct error *err)
{
	struct arena arena = { 0 };
	struct json_object *root;
	bool good = true;

	if (!json_parse(raw, &root, err))
		return error_wrap(err, "a tag");
	struct decoder decoder = { .arena = &arena };
	struct str id = decode_id(&decoder, json_child(root, "id"));

	if (id.len == 0)
		id = people_last_part(decode_id(&decoder, json_child(root, "@id")));
	const struct str title = codec_line(&arena, json_text_or_empty(json_child(root, "title")));

	if (id.len == 0)
		good = error_set(err, ERR_MALFORMED, "a tag without an id");
	else if (title.len > 0 && !titles_add(reading->titles, id, title))
		good = error_set(err, ERR_MALFORMED, "more than %d tags", LIMIT_COLLECTION_ITEMS);
	json_object_put(root);
	arena_release(&arena);
	return good;
}

static void on_tag(void *payload, struct str raw)
{
	struct tags_reading *reading = payload;

	if (!reading->failed)
		reading->failed = !add_tag(reading, raw, &reading->err);
}

bool people_tags_decode(struct str body, struct mapper_titles *titles, struct page_info *ret_info,
			struct error *err)
{
	struct tags_reading reading = { .titles = titles };
	struct page_reader *reader = page_reader_new(&people_mapper, on_tag, &reading);
	struct page_info info = { .total = -1 };
	const bool whole = page_reader_feed(reader, body.p, body.len, err) &&
			   page_reader_finish(reader, &info, err);

	page_reader_free(reader);
	if (!whole)
		return error_wrap(err, "tags");
	if (reading.failed) {
		*err = reading.err;
		return false;
	}
	*ret_info = info;
	return true;
}
