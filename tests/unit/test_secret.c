/* SPDX-License-Identifier: Apache-2.0 */
/* A token is taken from a file that is closed to everybody else, and from no other. */
#include "daemon/config/secret.h"

#include <errno.h>
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

static const char *in_folder(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *path, const char *bytes, size_t len, mode_t mode)
{
	(void)unlink(path);

	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/crmsync-secret-XXXXXX");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(in_folder("token"));
	(void)unlink(in_folder("other"));
	(void)rmdir(in_folder("token"));
	return rmdir(folder);
}

#define CANARY "CANARY-TOKEN-7d1"

struct content_case {
	const char *name, *bytes;
	size_t len;
	const char *token; /* NULL: refused … */
	const char *why;   /* … with this in the message */
};

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct content_case content_cases[] = {
	{ "bare", BYTES(CANARY), CANARY, NULL },
	{ "line feed", BYTES(CANARY "\n"), CANARY, NULL },
	{ "CR and LF", BYTES(CANARY "\r\n"), CANARY, NULL },
	{ "all that is visible", BYTES("!~.-_+/=:;,#"), "!~.-_+/=:;,#", NULL },
	{ "empty", BYTES(""), NULL, "is empty" },
	{ "one line feed", BYTES("\n"), NULL, "is empty" },
	{ "two lines", BYTES(CANARY "\nx"), NULL, "more than one line" },
	{ "two line feeds", BYTES(CANARY "\n\n"), NULL, "more than one line" },
	{ "CR inside", BYTES("a\rb"), NULL, "more than one line" },
	{ "NUL inside", BYTES(CANARY "\0x"), NULL, "byte 17" },
	{ "blank inside", BYTES("a b"), NULL, "byte 2" },
	{ "blank behind", BYTES("ab \n"), NULL, "byte 3" },
	{ "tab", BYTES("\tab"), NULL, "byte 1" },
	{ "escape", BYTES("a\033[1m"), NULL, "byte 2" },
	{ "DEL", BYTES("a\x7f"), NULL, "byte 2" },
	{ "no ASCII", BYTES("caf\xc3\xa9"), NULL, "byte 4" },
};

static void test_content(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(content_cases); i++) {
		const struct content_case *c = &content_cases[i];
		struct secret secret = { 0 };
		struct error err = { 0 };

		write_file(in_folder("token"), c->bytes, c->len, 0600);

		const bool taken = secret_read(&secret, in_folder("token"), &err);

		if (taken != (c->token != NULL))
			fail_msg("%s: taken %d, %s", c->name, taken, err.msg);
		if (taken) {
			assert_string_equal(secret.text, c->token);
			assert_int_equal(secret.len, strlen(c->token));
		} else {
			assert_int_equal(err.code, ERR_CONFIG);
			if (strstr(err.msg, c->why) == NULL || strstr(err.msg, folder) == NULL)
				fail_msg("%s: %s", c->name, err.msg);
			assert_null(strstr(err.msg, "CANARY"));
		}
		secret_release(&secret);
		assert_null(secret.text);
	}
}

static void test_size(void **state)
{
	static char bytes[64 * 1024 + 1];
	struct secret secret = { 0 };
	struct error err;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	write_file(in_folder("token"), bytes, sizeof(bytes) - 1, 0600);
	assert_true(secret_read(&secret, in_folder("token"), &err));
	assert_int_equal(secret.len, sizeof(bytes) - 1);
	secret_release(&secret);
	write_file(in_folder("token"), bytes, sizeof(bytes), 0600);
	assert_false(secret_read(&secret, in_folder("token"), &err));
	assert_non_null(strstr(err.msg, "larger than 65536 bytes"));
}

struct mode_case {
	mode_t mode;
	bool plain, credential; /* taken there */
};

static const struct mode_case mode_cases[] = {
	{ 0400, true, true },   { 0600, true, true },   { 0700, true, false },
	{ 0440, false, true },  { 0640, false, true },  { 0604, false, false },
	{ 0644, false, false }, { 0660, false, false }, { 0444, false, false },
	{ 0450, false, false }, { 0601, false, false }, { 0622, false, false },
};

static void check_mode(const struct mode_case *c, bool credential)
{
	struct secret secret = { 0 };
	struct error err;
	char octal[16];

	write_file(in_folder("token"), "abc\n", 4, c->mode);
	if (credential)
		assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);

	const bool taken = secret_read(&secret, in_folder("token"), &err);

	(void)unsetenv("CREDENTIALS_DIRECTORY");
	if (taken != (credential ? c->credential : c->plain))
		fail_msg("mode %04o, credential %d: taken %d", c->mode, credential, taken);
	if (!taken) {
		(void)snprintf(octal, sizeof(octal), "%04o", c->mode);
		assert_non_null(strstr(err.msg, octal));
		assert_non_null(strstr(err.msg, "chmod 600 /tmp/crmsync-secret-"));
	}
	secret_release(&secret);
}

static void test_mode(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mode_cases); i++) {
		check_mode(&mode_cases[i], false);
		check_mode(&mode_cases[i], true);
	}
}

/* Only what lies directly in systemd's folder is what systemd has put there. */
static void test_credential_place(void **state)
{
	struct secret secret = { 0 };
	struct error err;
	char around[160];

	(void)state;
	write_file(in_folder("token"), "abc", 3, 0440);
	(void)snprintf(around, sizeof(around), "%s/../%s/token", folder, folder + strlen("/tmp/"));
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
	assert_false(secret_read(&secret, around, &err));
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/tmp/crmsync-secret", 1), 0);
	assert_false(secret_read(&secret, in_folder("token"), &err));
	(void)unsetenv("CREDENTIALS_DIRECTORY");
}

static void expect_refused(const char *path, const char *why)
{
	struct secret secret = { 0 };
	struct error err = { 0 };

	assert_false(secret_read(&secret, path, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	if (strstr(err.msg, why) == NULL || strstr(err.msg, path) == NULL)
		fail_msg("%s: %s", path, err.msg);
}

static void test_kinds_of_file(void **state)
{
	char other[128];

	(void)state;
	(void)unlink(in_folder("token"));
	expect_refused(in_folder("token"), "No such file");

	(void)snprintf(other, sizeof(other), "%s", in_folder("other"));
	write_file(other, "abc", 3, 0600);
	assert_int_equal(symlink(other, in_folder("token")), 0);
	expect_refused(in_folder("token"), "is a symbolic link");
	assert_int_equal(unlink(in_folder("token")), 0);

	/* Would wait for a writer for ever. */
	assert_int_equal(mkfifo(in_folder("token"), 0600), 0);
	expect_refused(in_folder("token"), "is no regular file");
	assert_int_equal(unlink(in_folder("token")), 0);

	assert_int_equal(mkdir(in_folder("token"), 0700), 0);
	expect_refused(in_folder("token"), "is no regular file");
	assert_int_equal(rmdir(in_folder("token")), 0);
	expect_refused("/dev/null", "is no regular file");
}

/* Root may own the token of a service; nobody else may. */
static void test_owner(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("only root can give files away: owner not tested\n");
		return;
	}
	write_file(in_folder("token"), "abc", 3, 0600);
	assert_int_equal(chown(in_folder("token"), 12345, 12345), 0);
	expect_refused(in_folder("token"), "belongs to user 12345");

	struct secret secret = { 0 };
	struct error err;

	assert_int_equal(chmod(folder, 0711), 0);
	assert_int_equal(seteuid(12345), 0);

	const bool own = secret_read(&secret, in_folder("token"), &err);

	assert_int_equal(seteuid(0), 0);
	assert_true(own);
	secret_release(&secret);

	/* Root's own is refused by the system here, not by us: the message names the way out. */
	write_file(in_folder("token"), "abc", 3, 0600);
	assert_int_equal(seteuid(12345), 0);

	const bool foreign = secret_read(&secret, in_folder("token"), &err);

	assert_int_equal(seteuid(0), 0);
	assert_false(foreign);
	assert_non_null(strstr(err.msg, "Permission denied; make it readable to user 12345 alone"));
}

static void test_path(void **state)
{
	struct arena arena = { 0 };
	const struct str etc = STR_LIT("/etc/crmsync");

	(void)state;
	assert_string_equal(secret_path(&arena, STR_LIT("a.token"), etc).p, "/etc/crmsync/a.token");
	assert_string_equal(secret_path(&arena, STR_LIT("/x/a"), etc).p, "/x/a");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/run/credentials/c/", 1), 0);
	assert_string_equal(secret_path(&arena, STR_LIT("a.token"), etc).p,
			    "/run/credentials/c/a.token");
	assert_string_equal(secret_path(&arena, STR_LIT("/x/a"), etc).p, "/x/a");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "", 1), 0);
	assert_string_equal(secret_path(&arena, STR_LIT("a.token"), etc).p, "/etc/crmsync/a.token");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content),       cmocka_unit_test(test_size),
		cmocka_unit_test(test_mode),          cmocka_unit_test(test_credential_place),
		cmocka_unit_test(test_kinds_of_file), cmocka_unit_test(test_owner),
		cmocka_unit_test(test_path),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
