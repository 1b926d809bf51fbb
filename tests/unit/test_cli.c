/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what is said, where, and the exit code. */
#include "daemon/cli.h"
#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state)
{
	(void)state;
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	(void)umask(077);
	(void)snprintf(folder, sizeof(folder), "/tmp/crmsync-cli-XXXXXX");
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return 1;
	write_file("ok",
		   "records = { base_url = \"https://r.example\"; dialect = \"values\";\n"
		   " token_file = \"token\"; };\n"
		   "people = { base_url = \"https://p.example\"; token_file = \"token\"; };\n"
		   "state = { path = \"/s/state.db\"; }; status = { path = \"/s/status\"; };\n");
	write_file("bad",
		   "records = { base_url = \"https://r.example\"; dialect = \"value\";\n"
		   " token_file = \"none\"; };\n"
		   "people = { base_url = \"https://p.example\"; token_file = \"token\"; };\n"
		   "sink = { };\n");
	write_file("token", "CANARY\n");
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "ok", "bad", "token", "out", "err" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		(void)unlink(names[i]);
	return chdir("/") != 0 || rmdir(folder) != 0;
}

/* ---- Running ---- */

struct result {
	int code;
	char out[8192], err[8192];
};

static int redirect(FILE *stream, const char *path)
{
	(void)fflush(stream);

	const int saved = dup(fileno(stream));
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(saved >= 0 && fd >= 0 && dup2(fd, fileno(stream)) >= 0);
	assert_int_equal(close(fd), 0);
	return saved;
}

static void restore(FILE *stream, int saved)
{
	(void)fflush(stream);
	clearerr(stream);
	assert_true(dup2(saved, fileno(stream)) >= 0);
	assert_int_equal(close(saved), 0);
}

static void slurp(const char *path, size_t max, char *ret_text)
{
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	ret_text[fread(ret_text, 1, max - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
}

/* The words of the line, separated by one blank. */
static void run(const char *line, const char *out_path, struct result *ret)
{
	char words[512];
	char *argv[32] = { words };
	int argc = 0;

	(void)snprintf(words, sizeof(words), "crmsync %s", line);
	for (char *word = words; word != NULL && *word != '\0'; argc++) {
		char *blank = strchr(word, ' ');

		argv[argc] = word;
		if (blank != NULL)
			*blank++ = '\0';
		word = blank;
	}
	argv[argc] = NULL;

	const int out = redirect(stdout, out_path);
	const int err = redirect(stderr, "err");

	ret->code = cli_run(argc, argv);
	restore(stdout, out);
	restore(stderr, err);
	ret->out[0] = '\0';
	if (strcmp(out_path, "out") == 0)
		slurp("out", sizeof(ret->out), ret->out);
	slurp("err", sizeof(ret->err), ret->err);
}

struct cli_case {
	const char *line;
	int code;
	const char *out, *err; /* what stands in it; NULL: it is empty */
};

static const struct cli_case cases[] = {
	{ "version", 0, "crmsync ", NULL },
	{ "--version", 0, "crmsync ", NULL },
	{ "-V", 0, "crmsync ", NULL },
	{ "help", 0, "commands:", NULL },
	{ "--help", 0, "commands:", NULL },
	{ "-h check", 0, "commands:", NULL },
	{ "help check", 0, "--print-fields", NULL },
	{ "-c ok check", 0, "ok: ok\n", NULL },
	{ "--config=ok -v check", 0, "state    /s/state.db\n", NULL },
	{ "-q --log-format=json -c ok check", 0, "https://p.example", NULL },
	{ "-c ok check --print-fields", 0, "fields = (", NULL },

	{ "", 64, NULL, "crmsync: no command given; see crmsync help\n" },
	{ "chekc", 64, NULL, "crmsync: unknown command chekc; did you mean check?" },
	{ "help chekc", 64, NULL, "unknown command chekc; did you mean check?" },
	{ "version now", 64, NULL,
	  "crmsync: now is one argument too many; usage: crmsync version\n" },
	{ "-c ok check now", 64, NULL,
	  "usage: crmsync check [--print-fields | --online [--json]]\n" },
	{ "-c ok check --offline", 64, NULL, "--offline" },
	{ "-c ok check --json", 64, NULL, "crmsync: --json goes with --online" },
	{ "-c ok check --online --print-fields", 64, NULL, "exclude one another" },
	{ "--colour version", 64, NULL, "--colour" },
	{ "-c", 64, NULL, "a value is missing behind -c" },
	{ "-v -q version", 64, NULL, "crmsync: -v and -q exclude each other" },
	{ "--log-format=xml version", 64, NULL,
	  "crmsync: --log-format is text, json or journal, not xml" },
	{ "-c nothing check", 78, NULL, "nothing: No such file or directory" },
};

static void test_lines(void **state)
{
	struct result r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct cli_case *c = &cases[i];

		run(c->line, "out", &r);
		if (r.code != c->code ||
		    (c->out == NULL ? *r.out != '\0' : strstr(r.out, c->out) == NULL) ||
		    (c->err == NULL ? *r.err != '\0' : strstr(r.err, c->err) == NULL))
			fail_msg("crmsync %s: %d\n-- out\n%s-- err\n%s", c->line, r.code, r.out,
				 r.err);
		assert_null(strstr(r.out, "CANARY"));
		assert_null(strstr(r.err, "CANARY"));
	}
}

/* All at once, with the files that the sound parts name. */
static void test_check_reports_all(void **state)
{
	char expected[1024];
	struct result r;

	(void)state;
	run("-c bad check", "out", &r);
	assert_int_equal(r.code, 78);
	assert_string_equal(r.out, "");
	(void)snprintf(
		expected, sizeof(expected),
		"bad:1: records.dialect: \"value\" is none of \"values\", \"attributes\"\n"
		"bad:2: records.token_file: %s/none: No such file or directory; put the token "
		"into this file and chmod 600 it\n"
		"bad:4: sink: unknown key; the nearest known one is sync\n",
		folder);
	assert_string_equal(r.err, expected);
}

/* A result that could not be written is no success. */
static void test_full_disk(void **state)
{
	struct result r;

	(void)state;
	run("version", "/dev/full", &r);
	assert_int_equal(r.code, 74);
	assert_string_equal(r.err, "crmsync: standard output: No space left on device\n");
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *command = &command_table[i];

		assert_ptr_equal(command_find(command->name), command);
		assert_non_null(command->run);
		assert_true(*command->summary != '\0');
		assert_true(*command->options == '\0' ||
			    str_ends(str_from(command->options), STR_LIT("\n")));
	}
	assert_null(command_find("no such"));
}

static void test_exit_codes(void **state)
{
	static const struct {
		enum err_code code;
		int exit;
	} codes[] = {
		{ ERR_OK, 0 },         { ERR_USAGE, 64 },     { ERR_MALFORMED, 65 },
		{ ERR_TRANSIENT, 69 }, { ERR_INTERNAL, 70 },  { ERR_CREATE, 73 },
		{ ERR_STORE, 74 },     { ERR_LOCKED, 75 },    { ERR_RATE_LIMITED, 75 },
		{ ERR_AUTH, 77 },      { ERR_CONFIG, 78 },    { ERR_FOREIGN, 78 },
		{ ERR_CANCELED, 0 },   { ERR_UNCERTAIN, 69 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		assert_int_equal(exit_code_of(codes[i].code), codes[i].exit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),      cmocka_unit_test(test_check_reports_all),
		cmocka_unit_test(test_full_disk),  cmocka_unit_test(test_table),
		cmocka_unit_test(test_exit_codes),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
