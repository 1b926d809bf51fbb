/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the control socket: what is taken for a request, and what goes there and back. */
#include "daemon/control/control_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void requests(void **state)
{
	static const struct {
		const char *line;
		const char *words; /* command and arguments with '|' between; NULL: refused */
		bool quiet;
	} cases[] = {
		{ "{\"command\":\"sync\"}", "sync", false },
		{ " { \"quiet\" : true, \"command\" : \"sync\" } ", "sync", true },
		{ "{\"command\":\"links\",\"args\":[\"link\",\"a\",\"\"]}", "links|link|a|",
		  false },
		{ "{\"command\":\"x\",\"args\":[],\"quiet\":false}", "x", false },
		{ "{\"command\":\"x\",\"args\":null}", "x", false },
		{ "{\"command\":\"x\",\"args\":[\"\\u00e9\\n\"]}", "x|\xc3\xa9\n", false },
		{ "", NULL, false },
		{ "{}", NULL, false },
		{ "[]", NULL, false },
		{ "\"sync\"", NULL, false },
		{ "{\"command\":\"\"}", NULL, false },
		{ "{\"command\":null}", NULL, false },
		{ "{\"command\":[\"sync\"]}", NULL, false },
		{ "{\"command\":\"a\\u0000b\"}", NULL, false },
		{ "{\"command\":\"a\",\"command\":\"b\"}", NULL, false },
		{ "{\"command\":\"a\",\"args\":\"b\"}", NULL, false },
		{ "{\"command\":\"a\",\"args\":[null]}", NULL, false },
		{ "{\"command\":\"a\",\"args\":[1]}", NULL, false },
		{ "{\"command\":\"a\",\"quiet\":\"true\"}", NULL, false },
		{ "{\"command\":\"a\",\"uid\":0}", NULL, false },
		{ "{\"command\":\"a\"}{}", NULL, false },
		{ "{\"command\":\"\xff\"}", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct control_request request;
		struct arena arena = { 0 };
		struct error err = { 0 };
		struct buf words;
		const bool ok =
			control_request_parse(str_from(cases[i].line), &arena, &request, &err);

		buf_init(&words, 1024);
		if (ok != (cases[i].words != NULL))
			fail_msg("%s: %s", cases[i].line, ok ? "taken" : err.msg);
		if (ok) {
			for (int k = 0; k < request.argc; k++)
				buf_addf(&words, "%s%s", k > 0 ? "|" : "", request.argv[k]);
			assert_null(request.argv[request.argc]);
			assert_string_equal(buf_z(&words), cases[i].words);
			assert_int_equal(request.quiet, cases[i].quiet);
		} else {
			assert_int_equal(err.code, ERR_USAGE);
			assert_true(err.msg[0] != '\0');
		}
		buf_release(&words);
		arena_release(&arena);
	}
}

static void arguments_are_counted(void **state)
{
	(void)state;
	for (int n = CONTROL_ARGUMENTS; n <= CONTROL_ARGUMENTS + 1; n++) {
		struct control_request request;
		struct arena arena = { 0 };
		struct error err;
		struct buf line;

		buf_init(&line, CONTROL_REQUEST_BYTES);
		buf_add_z(&line, "{\"command\":\"x\",\"args\":[\"\"");
		for (int i = 1; i < n; i++)
			buf_add_z(&line, ",\"\"");
		buf_add_z(&line, "]}");
		assert_int_equal(control_request_parse(buf_str(&line), &arena, &request, &err),
				 n == CONTROL_ARGUMENTS);
		buf_release(&line);
		arena_release(&arena);
	}
}

static void depth_is_limited(void **state)
{
	struct control_request request;
	struct arena arena = { 0 };
	struct error err;
	struct buf line;

	(void)state;
	buf_init(&line, CONTROL_REQUEST_BYTES);
	buf_add_z(&line, "{\"command\":\"x\",\"args\":");
	for (int i = 0; i < 50000; i++)
		buf_add_char(&line, '[');
	for (int i = 0; i < 50000; i++)
		buf_add_char(&line, ']');
	buf_add_char(&line, '}');
	assert_true(buf_ok(&line));
	assert_false(control_request_parse(buf_str(&line), &arena, &request, &err));
	buf_release(&line);
	arena_release(&arena);
}

static void request_there_and_back(void **state)
{
	char command[] = "conflicts", verb[] = "resolve", id[] = "a\"b\\c\n\t";
	char value[] = "--value=\xc5\xbdi\xff\xc5";
	char *argv[] = { command, verb, id, value, NULL };
	const struct control_request sent = { .argc = 4, .argv = argv, .quiet = true };
	struct control_request got;
	struct arena arena = { 0 };
	struct error err;
	struct buf line;

	(void)state;
	buf_init(&line, CONTROL_REQUEST_BYTES);
	control_request_write(&sent, &line);
	assert_true(buf_ok(&line) && str_ends(buf_str(&line), STR_LIT("\n")));
	assert_int_equal(str_find(buf_str(&line), '\n'), line.len - 1);
	assert_true(
		control_request_parse(str_head(buf_str(&line), line.len - 1), &arena, &got, &err));
	assert_int_equal(got.argc, 4);
	assert_string_equal(got.argv[2], argv[2]);
	assert_string_equal(got.argv[3], "--value=\xc5\xbdi??");
	assert_true(got.quiet);
	buf_release(&line);
	arena_release(&arena);
}

/* Each line, as the client gets it, put together again. */
static void text_there_and_back(struct str text)
{
	struct arena arena = { 0 };
	struct str rest = text;
	struct buf whole;

	buf_init(&whole, 4 * CONTROL_LINE_BYTES);
	while (rest.len > 0) {
		struct control_line got;
		struct error err;
		struct buf line;

		buf_init(&line, CONTROL_LINE_BYTES);
		control_text_write(CONTROL_OUT, &rest, &line);
		assert_true(buf_ok(&line));
		assert_int_equal(str_find(buf_str(&line), '\n'), line.len - 1);
		if (!control_line_parse(str_head(buf_str(&line), line.len - 1), &arena, &got, &err))
			fail_msg("%s", err.msg);
		assert_int_equal(got.says, CONTROL_OUT);
		buf_add_str(&whole, got.text);
		buf_release(&line);
	}
	assert_true(str_equal(buf_str(&whole), text));
	buf_release(&whole);
	arena_release(&arena);
}

static void long_texts(void **state)
{
	const size_t len = 3 * CONTROL_LINE_BYTES / 2;
	static const char *const units[] = { "x",     "\n", "\x01", "\xc5\xbd", "\xf0\x9f\x98\x80",
					     "line\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		for (size_t shift = 0; shift < 4; shift++) {
			struct buf text;

			buf_init(&text, len + 8);
			for (size_t k = 0; k < shift; k++)
				buf_add_char(&text, 'a');
			while (text.len < len)
				buf_add_z(&text, units[i]);
			text_there_and_back(buf_str(&text));
			buf_release(&text);
		}
	}
}

static void answers(void **state)
{
	static const struct {
		const char *line;
		bool ok;
		enum control_says says;
		const char *text;
		int code;
	} cases[] = {
		{ "{\"crmsync\":\"1\"}", true, CONTROL_VERSION, "1", 0 },
		{ "{\"phase\":\"writing\"}", true, CONTROL_PHASE, "writing", 0 },
		{ "{\"exit\":75}", true, CONTROL_EXIT, "", 75 },
		{ "{\"exit\":256}", false, CONTROL_EXIT, "", 0 },
		{ "{\"exit\":-1}", false, CONTROL_EXIT, "", 0 },
		{ "{\"exit\":\"0\"}", false, CONTROL_EXIT, "", 0 },
		{ "{\"out\":1}", false, CONTROL_OUT, "", 0 },
		{ "{\"out\":\"a\",\"err\":\"b\"}", false, CONTROL_OUT, "", 0 },
		{ "{}", false, CONTROL_OUT, "", 0 },
		{ "[\"out\"]", false, CONTROL_OUT, "", 0 },
		{ "{\"more\":\"x\"}", false, CONTROL_OUT, "", 0 },
		{ "220 ready", false, CONTROL_OUT, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct control_line line;
		struct arena arena = { 0 };
		struct error err;
		const bool ok = control_line_parse(str_from(cases[i].line), &arena, &line, &err);

		if (ok != cases[i].ok)
			fail_msg("%s: %s", cases[i].line, ok ? "taken" : err.msg);
		if (ok) {
			assert_int_equal(line.says, cases[i].says);
			assert_true(str_equal_z(line.text, cases[i].text));
			assert_int_equal(line.code, cases[i].code);
		}
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),         cmocka_unit_test(arguments_are_counted),
		cmocka_unit_test(depth_is_limited), cmocka_unit_test(request_there_and_back),
		cmocka_unit_test(long_texts),       cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
