/* SPDX-License-Identifier: Apache-2.0 */
/* The page reader: every body gives the same, however it is cut into chunks. */
#include "test_mapper_fixture.h"

#include "mappers/json_scan.h"

#include <dirent.h>

struct outcome {
	bool good;
	struct page_info info;
	struct error err;
	struct buf records; /* one a line */
};

static void on_record(void *payload, struct str raw)
{
	struct outcome *outcome = payload;

	buf_add_str(&outcome->records, raw);
	buf_add_char(&outcome->records, '\n');
}

/* Chunks end at first, second, and then every step bytes. */
static struct outcome read_cut(const struct mapper *mapper, struct str body, size_t first,
			       size_t step)
{
	struct outcome outcome = { .good = true };
	struct page_reader *reader = page_reader_new(mapper, on_record, &outcome);
	size_t at = 0;

	buf_init(&outcome.records, LIMIT_RESPONSE_BYTES);
	while (at < body.len && outcome.good) {
		const size_t left = body.len - at;
		size_t n = at == 0 && first > 0 ? first : step;

		n = n < left ? n : left;
		outcome.good = page_reader_feed(reader, body.p + at, n, &outcome.err);
		at += n;
	}
	outcome.good = outcome.good && page_reader_finish(reader, &outcome.info, &outcome.err);
	if (!outcome.good) {
		struct error again;

		/* Failed is failed, whatever comes. */
		assert_false(page_reader_feed(reader, "}", 1, &again));
		assert_false(page_reader_finish(reader, &outcome.info, &again));
		assert_string_equal(again.msg, outcome.err.msg);
	}
	page_reader_free(reader);
	return outcome;
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
	assert_int_equal(a->good, b->good);
	if (!a->good) {
		assert_string_equal(a->err.msg, b->err.msg);
		return;
	}
	assert_string_equal(buf_z(&a->records), buf_z(&b->records));
	assert_int_equal(a->info.total, b->info.total);
	assert_int_equal(a->info.n_members, b->info.n_members);
	assert_int_equal(a->info.has_next, b->info.has_next);
}

static void assert_cuts_agree(const struct mapper *mapper, struct str body)
{
	struct outcome whole = read_cut(mapper, body, 0, body.len);

	for (size_t first = 1; first < body.len; first++) {
		struct outcome cut = read_cut(mapper, body, first, body.len);

		assert_same(&whole, &cut);
		buf_release(&cut.records);
	}
	for (size_t step = 1; step < 140; step += 3) {
		struct outcome cut = read_cut(mapper, body, 0, step);

		assert_same(&whole, &cut);
		buf_release(&cut.records);
	}
	buf_release(&whole.records);
}

static const struct mapper *named(const char *name)
{
	return mapper_find(strcmp(name, "people") == 0 ? SIDE_PEOPLE : SIDE_RECORDS, name);
}

/* Each answer of the documents: tests/data/api/DIALECT_WHAT_answer.json. */
static void each_answer(void (*check)(const char *dialect, const char *file))
{
	DIR *folder = opendir(TEST_DATA "/api");
	unsigned n = 0;

	assert_non_null(folder);
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		const struct str name = str_from(entry->d_name);
		char dialect[32];

		if (!str_ends(name, STR_LIT("_answer.json")))
			continue;
		(void)snprintf(dialect, sizeof(dialect), "%.*s", (int)str_find(name, '_'), name.p);
		check(dialect, entry->d_name);
		n++;
	}
	(void)closedir(folder);
	assert_true(n >= 8);
}

static void cuts_agree(const char *dialect, const char *file)
{
	struct arena arena = { 0 };

	assert_cuts_agree(named(dialect), read_data(&arena, file));
	arena_release(&arena);
}

static void every_cut_of_every_document_agrees(void **state)
{
	(void)state;
	each_answer(cuts_agree);
}

/* Read as what it is a page of. */
static void decodes(const char *dialect, const char *file)
{
	struct fixture f;

	fixture_open(&f, strcmp(dialect, "people") == 0 ? SIDE_PEOPLE : SIDE_RECORDS, dialect);
	(void)read_body(&f, read_data(&f.arena, file));
	assert_true(f.n_records > 0);
	/* A tag is no person: it has no family name. */
	f.context.part = str_equal_z(str_from(file), "people_tags_answer.json");
	const struct person person = decode_raw(&f, f.record);

	assert_true(person.id.len > 0);
	fixture_close(&f);
}

static void every_document_decodes(void **state)
{
	(void)state;
	each_answer(decodes);
}

struct page_case {
	const char *mapper, *body, *records;
	int64_t total;
	unsigned n_members;
	bool has_next;
};

static const struct page_case pages[] = {
	{ "values", "{\"data\":[]}", "", -1, 0, false },
	{ "values", " { \"data\" : [ { } , {\"a\":[1,{\"b\":2}]} ] } ",
	  "{ }\n{\"a\":[1,{\"b\":2}]}\n", -1, 2, false },
	{ "values", "{\"data\":{\"id\":1}}", "{\"id\":1}\n", -1, 1, false },
	{ "values", "{\"x\":\"}{\",\"data\":[{\"a\":\"]}\\\"\\\\\"}],\"y\":[{}]}",
	  "{\"a\":\"]}\\\"\\\\\"}\n", -1, 1, false },
	{ "values", "{\"x\":null,\"data\":[],\"y\":-1.5e3}", "", -1, 0, false },
	{ "attributes", "{\"data\":[{}],\"meta\":{\"total\":78,\"page\":1,\"pageSize\":25}}",
	  "{}\n", 78, 1, false },
	{ "attributes", "[{\"id\":\"a\"},{\"id\":\"b\"}]", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n", -1,
	  2, false },
	{ "attributes", "{\"id\":\"a\",\"attributes\":{}}", "{\"id\":\"a\",\"attributes\":{}}\n",
	  -1, 1, false },
	{ "attributes", "{\"data\":{\"id\":\"a\"}}", "{\"id\":\"a\"}\n", -1, 1, false },
	{ "people",
	  "{\"member\":[{\"id\":1}],\"totalItems\":5,\"view\":{\"next\":\"\\/people?page=2\"}}",
	  "{\"id\":1}\n", 5, 1, true },
	{ "people",
	  "{\"hydra:totalItems\":1,\"hydra:member\":[{}],\"hydra:view\":{\"hydra:next\":\"/x\"}}",
	  "{}\n", 1, 1, true },
	{ "people", "{\"member\":[],\"totalItems\":0,\"view\":{\"last\":\"/x\"}}", "", 0, 0,
	  false },
	{ "people", "[]", "", -1, 0, false },
	{ "people", "[{\"id\":\"x\"}]", "{\"id\":\"x\"}\n", -1, 1, false },
	{ "people", "{\"@id\":\"/people/7\",\"familyName\":\"B\"}",
	  "{\"@id\":\"/people/7\",\"familyName\":\"B\"}\n", -1, 1, false },
};

static void reads_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		const struct page_case *page = &pages[i];
		const struct str body = str_from(page->body);
		struct outcome outcome = read_cut(named(page->mapper), body, 0, body.len);

		if (!outcome.good)
			fail_msg("%s: %s", page->body, outcome.err.msg);
		assert_string_equal(buf_z(&outcome.records), page->records);
		assert_int_equal(outcome.info.total, page->total);
		assert_int_equal(outcome.info.n_members, page->n_members);
		assert_int_equal(outcome.info.has_next, page->has_next);
		buf_release(&outcome.records);
		assert_cuts_agree(named(page->mapper), body);
	}
}

struct refused {
	const char *mapper, *body, *said;
};

static const struct refused refused[] = {
	{ "values", "", "byte 0: an empty body" },
	{ "values", "  ", "byte 2: an empty body" },
	{ "values", "<html></html>", "byte 0: HTML" },
	{ "people", "<!DOCTYPE html>", "byte 0: HTML" },
	{ "values", "[]", "byte 0: an array where" },
	{ "values", "null", "byte 0: neither" },
	{ "values", "\xef\xbb\xbf{}", "byte 0: neither" },
	{ "values", "{}", "without records" },
	{ "values", "{\"error\":{\"data\":[]}}", "without records" },
	{ "values", "{\"status_code\":404,\"message\":\"x\"}", "without records" },
	{ "values", "{\"d\\u0061ta\":[]}", "without records" },
	{ "values", "{\"data\":[],\"d\\u0061ta\":[]}", "twice" },
	{ "values", "{\"data\":null}", "byte 8: the records are no array" },
	{ "values", "{\"data\":\"x\"}", "byte 8: the records are no array" },
	{ "values", "{\"data\":[],\"data\":[]}", "byte 18: records stand there twice" },
	{ "values", "{\"data\":[1]}", "byte 9: a record is no object" },
	{ "values", "{\"data\":[{},]}", "byte 12: a record is no object" },
	{ "values", "{\"data\":[{} {}]}", "byte 12: a comma or bracket" },
	{ "values", "{\"data\":[{}]", "byte 12: it is cut off here" },
	{ "values", "{\"data\":[{}", "byte 11: it is cut off here" },
	{ "values", "{\"data\":[{\"a\":\"", "cut off here" },
	{ "values", "{\"data\":[{\"a\":[}]}]}", "byte 15: brackets" },
	{ "values", "{\"data\":[{\"a\":\\\"}]}", "byte 14: brackets" },
	{ "values", "{\"data\":[]}x", "byte 11: more bytes" },
	{ "values", "{\"data\":[]}{}", "byte 11: more bytes" },
	{ "values", "{\"a\":x,\"data\":[]}", "not valid JSON" },
	{ "values", "{\"a\":\"\x01\",\"data\":[]}", "not valid JSON" },
	{ "values", "{\"a\":{\"b\":},\"data\":[]}", "not valid JSON" },
	{ "values", "{\"a\" \"b\"}", "a colon is missing" },
	{ "values", "{\"a\":1 \"data\":[]}", "a comma or bracket" },
	{ "values", "{\"a\":,\"data\":[]}", "a value is missing" },
	{ "values", "{\"data\":[],}", "a key is missing" },
	{ "values", "{,}", "a key is missing" },
	{ "attributes", "{\"data\":[],\"meta\":{\"total\":\"78\"}}", "total is no number" },
	{ "attributes", "{\"data\":[],\"meta\":{\"total\":-1}}", "total is no number" },
	{ "people", "{\"member\":{\"1\":{}}}", "the records are no array" },
	{ "people", "{\"@id\":\"/people\",\"totalItems\":0}", "without records" },
	{ "people", "{\"title\":\"An error occurred\",\"detail\":\"x\"}", "without records" },
	{ "people", "{\"member\":[\"/people/1\"]}", "a record is no object" },
};

static void refuses_what_is_no_page(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const struct refused *row = &refused[i];
		const struct str body = str_from(row->body);
		struct outcome outcome = read_cut(named(row->mapper), body, 0, body.len + 1);

		if (outcome.good)
			fail_msg("accepted: %s", row->body);
		assert_int_equal(outcome.err.code, ERR_MALFORMED);
		if (strstr(outcome.err.msg, row->said) == NULL)
			fail_msg("%s: \"%s\" does not say \"%s\"", row->body, outcome.err.msg,
				 row->said);
		buf_release(&outcome.records);
		assert_cuts_agree(named(row->mapper), body);
	}
}

/* Every proper prefix of a good body is cut off, and none is taken for whole. */
static void no_prefix_is_whole(void **state)
{
	struct arena arena = { 0 };
	const struct str body = str_trim(read_data(&arena, "people_list_answer.json"));

	(void)state;
	for (size_t len = 0; len < body.len; len++) {
		struct outcome outcome =
			read_cut(named("people"), str_head(body, len), 0, body.len);

		assert_false(outcome.good);
		buf_release(&outcome.records);
	}
	arena_release(&arena);
}

static struct outcome read_built(const struct buf *body, size_t step)
{
	assert_true(buf_ok(body));
	return read_cut(named("values"), buf_str(body), 0, step);
}

static bool nested_record_passes(unsigned depth)
{
	struct buf body;

	buf_init(&body, 4096);
	buf_add_z(&body, "{\"data\":[{\"a\":");
	for (unsigned i = 0; i < depth; i++)
		buf_add_char(&body, '[');
	for (unsigned i = 0; i < depth; i++)
		buf_add_char(&body, ']');
	buf_add_z(&body, "}]}");
	struct outcome outcome = read_built(&body, 7);

	buf_release(&outcome.records);
	buf_release(&body);
	return outcome.good;
}

static bool sized_passes(const char *before, size_t filler, const char *after)
{
	struct buf body;

	buf_init(&body, LIMIT_RESPONSE_BYTES);
	buf_add_z(&body, before);
	for (size_t i = 0; i < filler; i++)
		buf_add_char(&body, 'x');
	buf_add_z(&body, after);
	struct outcome outcome = read_built(&body, 16384);
	struct outcome whole = read_built(&body, body.len);

	assert_same(&outcome, &whole);
	buf_release(&outcome.records);
	buf_release(&whole.records);
	buf_release(&body);
	return outcome.good;
}

static void bounds_depth_and_sizes(void **state)
{
	(void)state;
	assert_true(nested_record_passes(LIMIT_JSON_DEPTH - 3));
	assert_false(nested_record_passes(LIMIT_JSON_DEPTH - 2));
	assert_true(sized_passes("{\"data\":[{\"a\":\"", LIMIT_RECORD_BYTES - 8, "\"}]}"));
	assert_false(sized_passes("{\"data\":[{\"a\":\"", LIMIT_RECORD_BYTES - 7, "\"}]}"));
	assert_true(sized_passes("{\"data\":[],\"a\":\"", LIMIT_ENVELOPE_BYTES - 18, "\"}"));
	assert_false(sized_passes("{\"data\":[],\"a\":\"", LIMIT_ENVELOPE_BYTES - 17, "\"}"));
	assert_false(sized_passes("{\"a\":\"", LIMIT_ENVELOPE_BYTES, "\",\"data\":[]}"));
}

/* The block scanner and the one that goes byte by byte see the same, at every alignment. */
static void blocks_and_bytes_agree(void **state)
{
	static const char alphabet[] = "{}[]\"\\\\\\ab \"\",:";
	uint32_t random = 12345;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[200] = "{";
		struct json_scan blocks, bytes;
		size_t taken = 0;
		size_t at = 0;

		for (size_t i = 1; i < sizeof(text); i++) {
			random = random * 1664525U + 1013904223U;
			text[i] = alphabet[(random >> 16) % (sizeof(alphabet) - 1)];
			if ((random >> 8 & 3) != 0 && i > 8)
				text[i] = 'x';
		}
		json_scan_init(&blocks, 30);
		json_scan_init(&bytes, 30);
		const enum json_scan_result a = json_scan_feed(&blocks, text, sizeof(text), &taken);
		enum json_scan_result b = JSON_SCAN_MORE;

		while (b == JSON_SCAN_MORE && at < sizeof(text)) {
			size_t one;

			b = json_scan_feed(&bytes, text + at, 1, &one);
			at += one;
		}
		assert_int_equal(a, b);
		assert_int_equal(taken, at);
	}
}

/* Answers to writes: whole, and with so many persons. */
static const struct {
	const char *mapper, *body, *id;
	bool good;
	unsigned n_members;
} written[] = {
	{ "values", "", "", true, 0 },
	{ "people", " \n", "", true, 0 },
	{ "values", "null", "", true, 0 },
	{ "people", "null\n", "", true, 0 },
	{ "people", "{}", "", true, 0 },
	{ "attributes", "{\"done\":true}", "", true, 0 },
	{ "values", "{\"data\":null}", "", true, 0 },
	{ "attributes", "{\"data\":[]}", "", true, 0 },
	{ "values", "{\"data\":{}}", "", true, 1 },
	{ "values", "{\"data\":{\"id\":{\"record_id\":\"a\"}}}", "a", true, 1 },
	{ "attributes", "{\"data\":[{\"id\":\"b\"}]}", "b", true, 1 },
	{ "people", "{\"id\":\"c\"}", "c", true, 1 },
	{ "values", "nul", "", false, 0 },
	{ "values", "nothing", "", false, 0 },
	{ "values", "null,", "", false, 0 },
	{ "values", "null null", "", false, 0 },
	{ "values", "{\"data\":", "", false, 0 },
	{ "people", "{", "", false, 0 },
	{ "people", "<html>", "", false, 0 },
	{ "attributes", "{\"data\":17}", "", false, 0 },
};

static void an_answer_to_a_write_may_say_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(written); i++) {
		const struct mapper *mapper = named(written[i].mapper);
		const struct str body = str_from(written[i].body);
		struct outcome outcome = { .good = true };
		struct page_reader *reader = page_reader_new(mapper, on_record, &outcome);
		struct arena arena = { 0 };

		buf_init(&outcome.records, LIMIT_RESPONSE_BYTES);
		page_reader_may_say_nothing(reader);
		for (size_t at = 0; at < body.len && outcome.good; at++)
			outcome.good = page_reader_feed(reader, body.p + at, 1, &outcome.err);
		outcome.good =
			outcome.good && page_reader_finish(reader, &outcome.info, &outcome.err);
		if (outcome.good != written[i].good)
			fail_msg("%s: %s", written[i].body,
				 outcome.good ? "good" : outcome.err.msg);
		if (outcome.good)
			assert_int_equal(outcome.info.n_members, written[i].n_members);
		assert_true(str_equal_z(mapper_raw_id(mapper, buf_str(&outcome.records), &arena),
					written[i].id));
		arena_release(&arena);
		buf_release(&outcome.records);
		page_reader_free(reader);
	}
}

static void whose_record_it_is(void **state)
{
	static const struct {
		const char *mapper, *raw, *id;
	} rows[] = {
		{ "values", "{\"id\":{\"record_id\":\"a\"},\"values\":5}", "a" },
		{ "values", "{\"id\":{\"record_id\":12}}", "12" },
		{ "values", "{\"id\":\"a\",\"values\":{}}", "" },
		{ "attributes", "{\"id\":\"b\",\"attributes\":null}", "b" },
		{ "attributes", "{\"id\":7}", "7" },
		{ "attributes", "{\"@id\":\"/people/7\"}", "" },
		{ "people", "{\"id\":7,\"familyName\":5}", "7" },
		{ "people", "{\"@id\":\"/people/7\",\"id\":null}", "7" },
		{ "people", "{\"@id\":\"/people/7\",\"id\":\"8\"}", "8" },
		{ "people", "{\"@id\":null,\"id\":1.5}", "" },
		{ "people", "{\"@id\":{},\"id\":[]}", "" },
		{ "people", "[]", "" },
		{ "people", "no JSON", "" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!str_equal_z(
			    mapper_raw_id(named(rows[i].mapper), str_from(rows[i].raw), &arena),
			    rows[i].id))
			fail_msg("row %zu", i);
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut_of_every_document_agrees),
		cmocka_unit_test(every_document_decodes),
		cmocka_unit_test(reads_pages),
		cmocka_unit_test(refuses_what_is_no_page),
		cmocka_unit_test(an_answer_to_a_write_may_say_nothing),
		cmocka_unit_test(whose_record_it_is),
		cmocka_unit_test(no_prefix_is_whole),
		cmocka_unit_test(bounds_depth_and_sizes),
		cmocka_unit_test(blocks_and_bytes_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
