/* SPDX-License-Identifier: Apache-2.0 */
/* What a record that cannot be decoded shows all the same. */
#include "test_mapper_fixture.h"

static void keys_stand_in_any_text(void **state)
{
	const struct match_key keys[] = {
		{ KEY_EMAIL, STR_LIT("ada@example.com") },  { KEY_LINKEDIN, STR_LIT("ada-l") },
		{ KEY_PHONE, STR_LIT("+15558675309") },     { KEY_CUSTOMER_ID, STR_LIT("C-7") },
		{ KEY_MARKER, STR_LIT("ada@example.com") },
	};
	/* One digit for each key. */
	static const struct {
		const char *raw, *shown;
	} rows[] = {
		{ "{\"archivedAt\":\"never\",\"emailAddresses\":[{\"email\":\" Ada@Example.COM\"}]}",
		  "10000" },
		{ "{\"a\":{\"b\":[[\"mailto:ada@example.com\"]]}}", "10000" },
		{ "{\"x\":\"https://www.linkedin.com/in/Ada-L/\",\"y\":\"(555) 867-5309\"}",
		  "01100" },
		{ "{\"phone\":15558675309}", "00100" },
		{ "{\"c\":\" C-7 \"}", "00010" },
		{ "{\"ada@example.com\":1,\"y\":\"eve@example.com\",\"z\":null}", "00000" },
		{ "{\"x\":\"to ada@example.com\"}", "00000" },
		{ "{}", "00000" },
		/* Whose it is cannot be told. */
		{ "no JSON", "11111" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool shown[COUNT_OF(keys)];

		mapper_shown(&f->context, str_from(rows[i].raw), keys, COUNT_OF(keys), shown);
		for (size_t k = 0; k < COUNT_OF(keys); k++) {
			if (shown[k] != (rows[i].shown[k] == '1'))
				fail_msg("row %zu, key %zu", i, k);
		}
	}
}

static bool has_mark(const uint64_t *marks, size_t n, uint64_t mark)
{
	size_t i = 0;

	while (i < n && marks[i] != mark)
		i++;
	return i < n;
}

/* What is found by a record's bytes is found by its marks, too; and the words of names. */
static void marks_stand_for_keys(void **state)
{
	static const char raw[] =
		"{\"familyName\":5,\"givenName\":\" ADA  Maria \",\"x\":[\" Ada@Example.COM\"],"
		"\"externalSource\":\"crmsync:r1\",\"c\":\" C-7 \",\"n\":null}";
	static const struct {
		enum key_kind kind;
		const char *key;
		bool shown;
	} rows[] = {
		{ KEY_EMAIL, "ada@example.com", true },   { KEY_MARKER, "r1", true },
		{ KEY_CUSTOMER_ID, "C-7", true },         { KEY_MARKER, "crmsync:r1", false },
		{ KEY_CUSTOMER_ID, "familyName", false }, { KEY_EMAIL, "eve@example.com", false },
	};
	static uint64_t marks[MAPPER_MARKS_MOST];
	struct fixture *f = *state;
	struct arena arena = { 0 };
	const size_t n = mapper_marks(&f->context, str_from(raw), marks);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (has_mark(marks, n, mapper_mark(rows[i].kind, str_from(rows[i].key))) !=
		    rows[i].shown)
			fail_msg("row %zu", i);
	}
	assert_true(has_mark(marks, n, mapper_mark_word(&arena, STR_LIT("Ada"))));
	assert_true(has_mark(marks, n, mapper_mark_word(&arena, STR_LIT("maria"))));
	assert_false(has_mark(marks, n, mapper_mark_word(&arena, STR_LIT("Ada Maria"))));
	assert_int_equal(mapper_marks(&f->context, STR_LIT("no JSON"), marks), MAPPER_MARKS_MOST);
	arena_release(&arena);
}

/* However often it stands there, one text is one; of many there are no more than fit. */
static void marks_are_bounded(void **state)
{
	static uint64_t marks[MAPPER_MARKS_MOST];
	struct fixture *f = *state;
	struct buf text;
	size_t once;

	once = mapper_marks(&f->context, STR_LIT("[\"word\"]"), marks);
	for (int same = 1; same >= 0; same--) {
		buf_init(&text, SIZE_MAX / 2);
		for (int i = 0; i <= MAPPER_MARKS_MOST; i++)
			buf_addf(&text, "%s\"word%.0d\"", i == 0 ? "[" : ",", same ? 0 : i);
		buf_addf(&text, "]");
		assert_int_equal(
			mapper_marks(&f->context, (struct str){ text.bytes, text.len }, marks),
			same ? once : MAPPER_MARKS_MOST);
		buf_release(&text);
	}
}

static int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture_open(&fixture, SIDE_PEOPLE, "values");
	*state = &fixture;
	return 0;
}

static int close_fixture(void **state)
{
	fixture_close(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_stand_in_any_text, open_fixture,
						close_fixture),
		cmocka_unit_test_setup_teardown(marks_stand_for_keys, open_fixture, close_fixture),
		cmocka_unit_test_setup_teardown(marks_are_bounded, open_fixture, close_fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
