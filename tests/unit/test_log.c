/* SPDX-License-Identifier: Apache-2.0 */
/* A line a call, whatever the values hold. */
#include "base/buf.h"
#include "base/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int saved = -1;
static int captured = -1;

static int capture_stderr(void **state)
{
	char path[] = "/tmp/crmsync-log-XXXXXX";

	(void)state;
	(void)unsetenv("JOURNAL_STREAM");
	captured = mkstemp(path);
	saved = dup(STDERR_FILENO);
	return captured < 0 || saved < 0 || unlink(path) != 0;
}

static int close_captured(void **state)
{
	(void)state;
	return close(captured) != 0 || close(saved) != 0;
}

static void begin(void)
{
	assert_int_equal(ftruncate(captured, 0), 0);
	assert_int_equal(lseek(captured, 0, SEEK_SET), 0);
	assert_true(dup2(captured, STDERR_FILENO) >= 0);
}

/* What was written since begin(). */
static const char *end(void)
{
	static char text[64 * 1024];

	assert_true(dup2(saved, STDERR_FILENO) >= 0);

	const ssize_t n = pread(captured, text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

/* Without the time, which is checked for its shape. */
static const char *without_time(const char *line)
{
	assert_true(strlen(line) > 25);
	assert_int_equal(line[10], 'T');
	assert_int_equal(line[23], 'Z');
	return line + 25;
}

static void test_text(void **state)
{
	const struct error err = { .code = ERR_AUTH, .msg = "records: 401: no such key" };

	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, false);
	begin();
	LOG_WARN("push deferred", LOG_STR("side", "records"), LOG_U64("link", 42),
		 LOG_I64("late_ms", -3), LOG_BOOL("dry", true), LOG_ERR(&err));
	assert_string_equal(without_time(end()),
			    "warn push deferred side=records link=42 late_ms=-3 dry=true "
			    "error=\"records: 401: no such key\" code=auth\n");
	begin();
	LOG_INFO("nothing else");
	assert_string_equal(without_time(end()), "info nothing else\n");
}

static void test_levels(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_WARN, LOG_FORMAT_JOURNAL, false);
	begin();
	LOG_ERROR("a");
	LOG_WARN("b");
	LOG_NOTICE("c");
	LOG_INFO("d");
	LOG_DEBUG("e");
	assert_string_equal(end(), "<3>a\n<4>b\n");
	assert_true(log_enabled(LOG_LEVEL_WARN));
	assert_false(log_enabled(LOG_LEVEL_NOTICE));
	log_setup(LOG_LEVEL_DEBUG, LOG_FORMAT_JOURNAL, false);
	begin();
	LOG_NOTICE("c");
	LOG_INFO("d");
	LOG_DEBUG("e");
	assert_string_equal(end(), "<5>c\n<6>d\n<7>e\n");
}

struct value_case {
	const char *value, *text, *json;
};

static const struct value_case value_cases[] = {
	{ "plain-1.2:/x", "plain-1.2:/x", "\"plain-1.2:/x\"" },
	{ "", "\"\"", "\"\"" },
	{ "two words", "\"two words\"", "\"two words\"" },
	{ "a=b", "\"a=b\"", "\"a=b\"" },
	{ "line\nforged level=error", "\"line\\u000aforged level=error\"",
	  "\"line\\u000aforged level=error\"" },
	{ "\033[31mred\r\x7f", "\"\\u001b[31mred\\u000d\\u007f\"",
	  "\"\\u001b[31mred\\u000d\\u007f\"" },
	{ "c1\xc2\x9bm", "\"c1\\u009bm\"", "\"c1\\u009bm\"" },
	{ "say \"\\\"", "\"say \\\"\\\\\\\"\"", "\"say \\\"\\\\\\\"\"" },
	{ "\xc3\xa9\xe2\x82\xac", "\"\xc3\xa9\xe2\x82\xac\"", "\"\xc3\xa9\xe2\x82\xac\"" },
	{ "cut \xe2\x82", "\"cut \"", "\"cut \"" },
};

static void test_values(void **state)
{
	char expected[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(value_cases); i++) {
		const struct value_case *c = &value_cases[i];

		log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL, false);
		begin();
		LOG_INFO("m", LOG_STR("k", c->value));
		(void)snprintf(expected, sizeof(expected), "<6>m k=%s\n", c->text);
		assert_string_equal(end(), expected);

		log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON, false);
		begin();
		LOG_INFO("m", LOG_STR("k", c->value));
		(void)snprintf(expected, sizeof(expected),
			       "\",\"level\":\"info\",\"message\":\"m\",\"k\":%s}\n", c->json);

		const char *line = end();

		assert_true(str_starts(str_from(line), STR_LIT("{\"time\":\"2")));
		assert_string_equal(strchr(line, 'Z') + 1, expected);
	}
}

static void test_personal(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL, false);
	begin();
	LOG_INFO("m", LOG_PERSONAL("email", STR_LIT("canary@example.com")));
	assert_string_equal(end(), "<6>m email=(hidden)\n");
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL, true);
	begin();
	LOG_INFO("m", LOG_PERSONAL("email", STR_LIT("canary@example.com")));
	assert_string_equal(end(), "<6>m email=canary@example.com\n");
}

/* What does not fit is left out whole: the line ends as it should. */
static void test_long(void **state)
{
	static char value[100000];

	(void)state;
	memset(value, 'a', sizeof(value) - 1);
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JSON, false);
	begin();
	LOG_INFO("m", LOG_STR("a", value), LOG_STR("b", value), LOG_STR("c", value),
		 LOG_STR("d", value), LOG_STR("e", value), LOG_STR("f", value), LOG_STR("g", value),
		 LOG_STR("h", value), LOG_STR("i", value));

	const struct str line = str_from(end());

	assert_true(line.len > 8 * 1024 && line.len <= 16 * 1024);
	assert_true(str_ends(line, STR_LIT("a\"}\n")));
	assert_int_equal(str_find(line, '\n'), line.len - 1);
}

/* systemd names the device and inode of the stream it gave us; another file is not it. */
static void test_journal_stream(void **state)
{
	struct stat facts;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(captured, &facts), 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)facts.st_dev,
		       (uintmax_t)facts.st_ino);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	begin();
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, false);
	LOG_INFO("m");
	assert_string_equal(end(), "<6>m\n");
	assert_int_equal(setenv("JOURNAL_STREAM", "8:1", 1), 0);
	begin();
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_TEXT, false);
	LOG_INFO("m");
	assert_string_equal(without_time(end()), "info m\n");
	(void)unsetenv("JOURNAL_STREAM");
}

static char sent[200];
static bool journal_works;

static bool take_entry(int priority, struct str line, const struct log_field *fields)
{
	struct buf text;

	buf_init(&text, sizeof(sent));
	buf_addf(&text, "%d %.*s", priority, STR_ARG(line));
	for (; fields->key != NULL; fields++) {
		buf_addf(&text, " %s:", fields->key);
		log_add_value(&text, fields);
	}
	(void)snprintf(sent, sizeof(sent), "%s", buf_z(&text));
	buf_release(&text);
	return journal_works;
}

/* Only where stderr is the journal's; what it cannot take is not lost. */
static void test_journal_entry(void **state)
{
	char stream[64];
	struct stat facts;

	(void)state;
	log_set_journal(take_entry);
	assert_int_equal(fstat(captured, &facts), 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)facts.st_dev,
		       (uintmax_t)facts.st_ino);
	begin();
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL, false);
	LOG_WARN("m", LOG_I64("n", -1));
	assert_string_equal(end(), "<4>m n=-1\n");
	assert_string_equal(sent, "");
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
	journal_works = true;
	begin();
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL, false);
	LOG_WARN("m", LOG_I64("n", -1), LOG_STR("s", "a b"), LOG_PERSONAL("p", STR_LIT("Ada")));
	assert_string_equal(end(), "");
	assert_string_equal(sent, "4 m n=-1 s=\"a b\" p=(hidden) n:-1 s:a b p:(hidden)");
	journal_works = false;
	begin();
	LOG_ERROR("m", LOG_U64("n", 2));
	assert_string_equal(end(), "<3>m n=2\n");
	(void)unsetenv("JOURNAL_STREAM");
	log_set_journal(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),          cmocka_unit_test(test_levels),
		cmocka_unit_test(test_values),        cmocka_unit_test(test_personal),
		cmocka_unit_test(test_long),          cmocka_unit_test(test_journal_stream),
		cmocka_unit_test(test_journal_entry),
	};

	return cmocka_run_group_tests(tests, capture_stderr, close_captured);
}
