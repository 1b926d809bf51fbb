/* SPDX-License-Identifier: Apache-2.0 */
/* Notes on the wire: their requests, and what answers show, in each dialect. */
#include "mappers/notes.h"
#include "test_mapper_fixture.h"

static int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture_open(&fixture, SIDE_RECORDS, "values");
	*state = &fixture;
	return 0;
}

static int close_fixture(void **state)
{
	fixture_close(*state);
	return 0;
}

#define MOMENT (INT64_C(1706933106) * 1000000000)

static const struct note example = {
	.id = { "n 1", 3 },
	.part = { { "Call", 4 }, { "She will\ncall \"back\".", 21 } },
	.created_at = MOMENT,
};

struct list_row {
	enum side side;
	const char *dialect;
	const char *person;
	uint32_t number;
	uint64_t offset;
	const char *target;
};

static void lists(void **state)
{
	static const struct list_row rows[] = {
		{ SIDE_RECORDS, "values", "r/1", 2, 100,
		  "/v2/notes?parent_object=people&parent_record_id=r%2F1&limit=50&offset=100" },
		{ SIDE_RECORDS, "values", "", 0, 50,
		  "/v2/notes?parent_object=people&limit=50&offset=50" },
		{ SIDE_RECORDS, "attributes", "record_1", 0, 0,
		  "/v2/objects/people/records/record_1/activities?type=note&page=1&pageSize=100" },
		{ SIDE_PEOPLE, "", "7", 1, 30,
		  "/people/7/notes?page=2&itemsPerPage=30&order%5BcreatedAt%5D=asc" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct note_page page = { .person_id = str_from(rows[i].person),
						.number = rows[i].number,
						.offset = rows[i].offset };

		note_api_find(rows[i].side, rows[i].dialect)->list(&f->context, &page, &f->request);
		assert_int_equal(f->request.kind, REQUEST_READ);
		assert_request(&f->request, "GET", rows[i].target, NULL);
		request_release(&f->request);
	}
	assert_null(note_api_find(SIDE_RECORDS, "other"));
}

static void creates(void **state)
{
	struct fixture *f = *state;

	note_api_find(SIDE_RECORDS, "values")
		->create(&f->context, STR_LIT("r1"), &example, "", &f->request);
	assert_int_equal(f->request.kind, REQUEST_WRITE);
	assert_request(&f->request, "POST", "/v2/notes",
		       "{\"data\":{\"parent_object\":\"people\",\"parent_record_id\":\"r1\","
		       "\"title\":\"Call\",\"format\":\"plaintext\","
		       "\"content\":\"She will\\ncall \\\"back\\\".\","
		       "\"created_at\":\"2024-02-03T04:05:06.000000000Z\"}}");
	request_release(&f->request);
	note_api_find(SIDE_PEOPLE, "")
		->create(&f->context, STR_LIT("7"), &example, "/note_categories/3", &f->request);
	assert_request(&f->request, "POST", "/people/7/notes",
		       "{\"description\":\"She will\\ncall \\\"back\\\".\",\"title\":\"Call\","
		       "\"category\":\"/note_categories/3\","
		       "\"createdAt\":\"2024-02-03T04:05:06+00:00\"}");
	assert_string_equal(f->request.content_type, "application/ld+json");
	assert_false(note_api_find(SIDE_RECORDS, "attributes")->creates);
	assert_null(note_api_find(SIDE_RECORDS, "attributes")->update);
}

static void updates(void **state)
{
	static const bool title[NOTE_PART_COUNT] = { [NOTE_TITLE] = true };
	static const bool text[NOTE_PART_COUNT] = { [NOTE_TEXT] = true };
	struct fixture *f = *state;
	struct note untitled = example;

	request_release(&f->request);
	note_api_find(SIDE_RECORDS, "values")
		->update(&f->context, STR_LIT("r1"), &example, text, &f->request);
	assert_request(&f->request, "PATCH", "/v2/notes/n%201",
		       "{\"data\":{\"format\":\"plaintext\","
		       "\"content\":\"She will\\ncall \\\"back\\\".\"}}");
	request_release(&f->request);
	untitled.part[NOTE_TITLE] = (struct str){ NULL, 0 };
	note_api_find(SIDE_PEOPLE, "")
		->update(&f->context, STR_LIT("7"), &untitled, title, &f->request);
	assert_request(&f->request, "PATCH", "/people/7/notes/n%201", "{\"title\":null}");
	assert_string_equal(f->request.content_type, "application/merge-patch+json");
}

struct decode_row {
	enum side side;
	const char *dialect;
	const char *raw;
	const char *id, *person_id, *title, *text;
	bool is_private;
};

static const struct decode_row decodes[] = {
	{ SIDE_RECORDS, "values",
	  "{\"id\":{\"workspace_id\":\"w\",\"note_id\":\"n1\"},\"parent_object\":\"people\","
	  "\"parent_record_id\":\"r1\",\"title\":\" Call \",\"content_plaintext\":\"a\\r\\nb \","
	  "\"content_markdown\":\"**a**\",\"created_at\":\"2024-02-03T04:05:06.000000000Z\"}",
	  "n1", "r1", "Call", "a\nb", false },
	{ SIDE_RECORDS, "values", "{\"id\":{\"note_id\":\"n1\"},\"title\":\"Only a title\"}", "n1",
	  "", "Only a title", "Only a title", false },
	{ SIDE_RECORDS, "attributes",
	  "{\"id\":\"a1\",\"type\":\"note\",\"title\":\"Call\",\"content\":\"x\","
	  "\"created_at\":\"2024-02-03T04:05:06.000Z\"}",
	  "a1", "", "Call", "x", false },
	{ SIDE_RECORDS, "attributes", "{\"id\":\"a2\",\"type\":\"email\",\"content\":\"x\"}", "a2",
	  "", "", "x", true },
	{ SIDE_PEOPLE, "",
	  "{\"@id\":\"/people/7/notes/12\",\"id\":\"12\",\"description\":\"x\",\"isPrivate\":false,"
	  "\"createdAt\":\"2024-02-03T04:05:06+00:00\",\"flagged\":true}",
	  "12", "7", "", "x", false },
	{ SIDE_PEOPLE, "", "{\"@id\":\"/people/7/notes/13\",\"title\":null,\"isPrivate\":true}",
	  "13", "7", "", "", true },
	{ SIDE_PEOPLE, "", "{\"id\":14,\"description\":\"x\"}", "14", "", "", "x", false },
};

static void decodes_notes(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(decodes); i++) {
		const struct decode_row *row = &decodes[i];
		struct error err = { 0 };
		struct note note;

		if (!note_api_find(row->side, row->dialect)
			     ->decode(str_from(row->raw), &f->arena, &note, &err))
			fail_msg("%s: %s", row->raw, err.msg);
		assert_text(note.id, row->id);
		assert_text(note.person_id, row->person_id);
		assert_text(note.part[NOTE_TITLE], row->title);
		assert_text(note.part[NOTE_TEXT], row->text);
		assert_int_equal(note.is_private, row->is_private);
		if (strstr(row->raw, "2024") != NULL)
			assert_true(note.created_at == MOMENT);
	}
}

static void refuses_what_is_no_note(void **state)
{
	static const char *const raws[] = {
		"{\"description\":\"x\"}",
		"{\"id\":true,\"description\":\"x\"}",
		"{\"id\":\"1\",\"description\":7}",
		"{\"id\":\"1\",\"title\":[\"a secret\"]}",
		"{\"id\":\"1\",",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(raws); i++) {
		struct error err = { 0 };
		struct note note;

		assert_false(note_api_find(SIDE_PEOPLE, "")
				     ->decode(str_from(raws[i]), &f->arena, &note, &err));
		assert_int_equal(err.code, ERR_MALFORMED);
		assert_null(strstr(err.msg, "secret"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(creates),
		cmocka_unit_test(updates),
		cmocka_unit_test(decodes_notes),
		cmocka_unit_test(refuses_what_is_no_note),
	};

	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
