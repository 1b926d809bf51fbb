/* SPDX-License-Identifier: Apache-2.0 */
/* What json_guard lets through, and what json-c would have let through without it. */
#include "base/buf.h"
#include "base/limits.h"
#include "mappers/json_guard.h"
#include "mappers/json_string.h"
#include "mappers/json_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const good[] = {
	"{}",
	"[]",
	" [ ] ",
	"\t{\r\n}\n",
	"null",
	"true",
	"false",
	"0",
	"-0",
	"12",
	"\"\"",
	"[1,2,3]",
	"{\"a\":1,\"b\":[{\"a\":{}}]}",
	"[1.5,-0.25,1e2,1E+2,1e-2,0.10]",
	"[9223372036854775807,-9223372036854775808]",
	"[1e400]",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
	"\"\\ud83d\\ude00\"",
	"\"\x7f\"",
	"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
	"\"\xee\x80\x80\xef\xbf\xbf\xf4\x8f\xbf\xbf\"",
	"{\"\":1}",
	"{\"a\":1,\"A\":2}",
	"[[[[]]],{\"x\":[{}]}]",
};

struct bad {
	const char *text;
	size_t at;
	const char *reason;
};

static const struct bad bad[] = {
	{ "", 0, "it ends here" },
	{ "  ", 2, "it ends here" },
	{ "{", 1, "key" },
	{ "[", 1, "it ends here" },
	{ "[1", 2, "it ends here" },
	{ "[1,]", 3, "neither" },
	{ "[,1]", 1, "neither" },
	{ "{\"a\"}", 4, "colon" },
	{ "{\"a\":}", 5, "neither" },
	{ "{\"a\":1,}", 7, "key" },
	{ "{a:1}", 1, "key" },
	{ "{'a':1}", 1, "key" },
	{ "[1 2]", 3, "comma" },
	{ "[1}", 2, "comma" },
	{ "{\"a\":1]", 6, "comma" },
	{ "{}{}", 2, "behind" },
	{ "[] x", 3, "behind" },
	{ "NaN", 0, "neither" },
	{ "Infinity", 0, "neither" },
	{ "-Infinity", 0, "number" },
	{ "TRUE", 0, "neither" },
	{ "tru", 0, "neither" },
	{ "truex", 4, "behind" },
	{ "nul", 0, "neither" },
	{ "01", 0, "number" },
	{ "-", 0, "number" },
	{ "-01", 0, "number" },
	{ "+1", 0, "neither" },
	{ ".5", 0, "neither" },
	{ "1.", 0, "number" },
	{ "1.e2", 0, "number" },
	{ "1e", 0, "number" },
	{ "1e+", 0, "number" },
	{ "0x10", 1, "behind" },
	{ "[9223372036854775808]", 1, "64 bits" },
	{ "[-9223372036854775809]", 1, "64 bits" },
	{ "[18446744073709551616]", 1, "64 bits" },
	{ "\"a\nb\"", 2, "control" },
	{ "\"a\tb\"", 2, "control" },
	{ "\"a", 2, "does not end" },
	{ "\"a\\", 2, "escape" },
	{ "\"a\\\"", 4, "does not end" },
	{ "\"\\x\"", 1, "escape" },
	{ "\"\\u12\"", 1, "escape" },
	{ "\"\\u12g4\"", 1, "escape" },
	{ "\"\\u0000\"", 1, "NUL" },
	{ "{\"a\\u0000b\":1,\"a\":2}", 3, "NUL" },
	{ "\"\\ud800\"", 1, "surrogate" },
	{ "\"\\ud800x\"", 1, "surrogate" },
	{ "\"\\ud800\\u0041\"", 1, "surrogate" },
	{ "\"\\udc00\"", 1, "surrogate" },
	{ "\"\xff\"", 1, "UTF-8" },
	{ "\"\x80\"", 1, "UTF-8" },
	{ "\"\xc0\xaf\"", 1, "UTF-8" },         /* overlong */
	{ "\"\xe0\x80\xaf\"", 1, "UTF-8" },     /* overlong */
	{ "\"\xed\xa0\x80\"", 1, "UTF-8" },     /* a surrogate */
	{ "\"\xf4\x90\x80\x80\"", 1, "UTF-8" }, /* beyond U+10FFFF */
	{ "\"\xe2\x82\"", 1, "UTF-8" },         /* cut */
	{ "\xef\xbb\xbf{}", 0, "neither" },     /* a byte order mark */
	{ "{\"a\":1,\"a\":2}", 7, "twice" },
	{ "{\"a\":1,\"\\u0061\":2}", 7, "twice" },
	{ "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", 18, "twice" },
	{ "[1] /* x */", 4, "behind" },
	{ "<html>", 0, "neither" },
};

static void accepts_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct error err = { 0 };

		if (!json_guard(str_from(good[i]), &err))
			fail_msg("%s: %s", good[i], err.msg);
	}
}

static void rejects_the_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct error err = { 0 };
		char at[40];

		if (json_guard(str_from(bad[i].text), &err))
			fail_msg("accepted: %s", bad[i].text);
		assert_int_equal(err.code, ERR_MALFORMED);
		(void)snprintf(at, sizeof(at), "at byte %zu: ", bad[i].at);
		if (strstr(err.msg, at) == NULL || strstr(err.msg, bad[i].reason) == NULL)
			fail_msg("%s: wanted \"%s…%s\", got \"%s\"", bad[i].text, at, bad[i].reason,
				 err.msg);
	}
}

static void rejects_a_raw_nul(void **state)
{
	(void)state;
	struct error err;

	assert_false(json_guard(STR_LIT("{\"a\":\"b\0c\"}"), &err));
	assert_non_null(strstr(err.msg, "NUL"));
	assert_false(json_guard(STR_LIT("{}\0"), &err));
	assert_false(json_guard(STR_LIT("[1\0]"), &err));
	assert_false(json_guard(STR_LIT("\0"), &err));
}

static bool guard_repeated(const char *open, const char *middle, const char *close, size_t n)
{
	struct buf text;
	struct error err;

	buf_init(&text, LIMIT_BODY_BYTES);
	for (size_t i = 0; i < n; i++)
		buf_add_z(&text, open);
	buf_add_z(&text, middle);
	for (size_t i = 0; i < n; i++)
		buf_add_z(&text, close);
	const bool passed = json_guard(buf_str(&text), &err);

	buf_release(&text);
	return passed;
}

static void bounds_depth_and_sizes(void **state)
{
	(void)state;
	assert_true(guard_repeated("[", "1", "]", LIMIT_JSON_DEPTH));
	assert_false(guard_repeated("[", "1", "]", LIMIT_JSON_DEPTH + 1));
	assert_true(guard_repeated("{\"a\":", "1", "}", LIMIT_JSON_DEPTH));
	assert_false(guard_repeated("{\"a\":", "1", "}", LIMIT_JSON_DEPTH + 1));
	assert_false(guard_repeated("1", "", "", 0));
	assert_true(guard_repeated("", "\"\"", "", 0));
	assert_true(guard_repeated("1", ".5", "0", LIMIT_JSON_NUMBER_BYTES / 2 - 1));
	assert_false(guard_repeated("1", ".5", "0", LIMIT_JSON_NUMBER_BYTES / 2 + 1));
}

static bool guard_string_of(size_t len)
{
	struct buf text;
	struct error err;

	buf_init(&text, LIMIT_BODY_BYTES);
	buf_add_char(&text, '"');
	for (size_t i = 0; i < len; i++)
		buf_add_char(&text, 'x');
	buf_add_char(&text, '"');
	const bool passed = json_guard(buf_str(&text), &err);

	buf_release(&text);
	return passed;
}

static bool guard_members(size_t n, size_t repeated)
{
	struct buf text;
	struct error err;

	buf_init(&text, LIMIT_BODY_BYTES);
	buf_add_char(&text, '{');
	for (size_t i = 0; i < n; i++)
		buf_addf(&text, "%s\"k%zu\":1", i > 0 ? "," : "", i == n - 1 ? repeated : i);
	buf_add_char(&text, '}');
	const bool passed = json_guard(buf_str(&text), &err);

	buf_release(&text);
	return passed;
}

static void bounds_strings_and_members(void **state)
{
	(void)state;
	assert_true(guard_string_of(LIMIT_JSON_STRING_BYTES));
	assert_false(guard_string_of(LIMIT_JSON_STRING_BYTES + 1));
	assert_true(guard_members(LIMIT_JSON_MEMBERS, LIMIT_JSON_MEMBERS));
	assert_false(guard_members(LIMIT_JSON_MEMBERS + 1, LIMIT_JSON_MEMBERS));
	for (size_t n = 2; n < 60; n++) {
		assert_true(guard_members(n, n));
		assert_false(guard_members(n, 0));
		assert_false(guard_members(n, n - 2));
	}
}

static void decodes_strings(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	const struct str plain = STR_LIT("plain");

	assert_ptr_equal(json_string_decode(&arena, plain).p, plain.p);
	assert_true(str_equal_z(json_string_decode(&arena, STR_LIT("a\\\"\\\\\\/\\b\\f\\n\\r\\tz")),
				"a\"\\/\b\f\n\r\tz"));
	assert_true(str_equal_z(
		json_string_decode(&arena, STR_LIT("\\u0041\\u00e9\\u20AC\\ud83d\\ude00")),
		"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
	arena_release(&arena);
}

static void keeps_numbers_exactly(void **state)
{
	static const char *const numbers[] = {
		"9223372036854775807",  "-9223372036854775808", "1.10", "100.00", "1e2",
		"0.1234567890123456789"
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		struct json_object *root;
		struct error err;
		struct str text;

		assert_true(json_parse(arena_format(&arena, "[%s]", numbers[i]), &root, &err));
		assert_true(json_scalar(json_object_array_get_idx(root, 0), &arena, &text));
		assert_true(str_equal_z(text, numbers[i]));
		json_object_put(root);
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_json),
		cmocka_unit_test(rejects_the_rest),
		cmocka_unit_test(rejects_a_raw_nul),
		cmocka_unit_test(bounds_depth_and_sizes),
		cmocka_unit_test(bounds_strings_and_members),
		cmocka_unit_test(decodes_strings),
		cmocka_unit_test(keeps_numbers_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
