/* SPDX-License-Identifier: Apache-2.0 */
/* A state moved aside: everything of it, and only by who may. */
#include "test_store_fixture.h"

#include <sys/stat.h>
#include <sys/wait.h>

#define NOON INT64_C(1767268800) /* 2026-01-01T12:00:00Z */

static bool is_there(const char *path, const char *suffix)
{
	struct stat facts;
	char name[120];

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	return stat(name, &facts) == 0;
}

static void forget(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	char name[120];

	for (unsigned i = 0; i < COUNT_OF(suffixes); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		(void)remove(name);
	}
}

static struct str aside_of(struct fixture *f)
{
	struct str aside;

	OK(f, store_set_aside(f->path, NOON * NS_PER_S, &f->arena, &aside, &f->err));
	return aside;
}

static void expect_refusal(struct fixture *f, enum err_code code, const char *words)
{
	struct str aside;

	assert_false(store_set_aside(f->path, NOON * NS_PER_S, &f->arena, &aside, &f->err));
	assert_int_equal(f->err.code, code);
	assert_non_null(strstr(f->err.msg, words));
}

static void close_store(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
}

/* Leaves a log that the file knows nothing of yet. */
static void die_after_a_commit(struct fixture *f)
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		if (store_open(f->path, STORE_WRITE, &f->table, &f->store, &f->err) &&
		    store_meta_set(f->store, "key", S("late"), &f->err))
			_exit(0);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(is_there(f->path, "-wal"));
}

static void with_its_log(void **state)
{
	struct fixture *f = *state;
	char expected[120];
	struct str value;

	close_store(f);
	die_after_a_commit(f);
	(void)snprintf(expected, sizeof(expected), "%s.20260101T120000Z", f->path);
	const struct str aside = aside_of(f);

	assert_str(aside, expected);
	assert_false(is_there(f->path, ""));
	assert_false(is_there(f->path, "-wal"));
	assert_false(is_there(f->path, "-shm"));
	assert_true(is_there(f->path, ".lock"));
	OK(f, store_open(aside.p, STORE_READ, &f->table, &f->store, &f->err));
	OK(f, store_meta_get(f->store, "key", &f->arena, &value, &f->err));
	assert_str(value, "late");
	close_store(f);
	forget(aside.p);
}

static void nothing_to_move(void **state)
{
	struct fixture *f = *state;

	close_store(f);
	forget(f->path);
	assert_int_equal(aside_of(f).len, 0);
	assert_false(is_there(f->path, ".lock"));
}

static void nothing_is_replaced(void **state)
{
	struct fixture *f = *state;

	close_store(f);
	const struct str aside = aside_of(f);

	fixture_open(f, STORE_WRITE);
	close_store(f);
	expect_refusal(f, ERR_CREATE, "try again");
	assert_true(is_there(f->path, ""));
	assert_true(is_there(aside.p, ""));
	forget(aside.p);
}

static void held_by_another(void **state)
{
	struct fixture *f = *state;

	expect_refusal(f, ERR_LOCKED, "in use");
	assert_true(is_there(f->path, ""));
}

static void no_file(void **state)
{
	struct fixture *f = *state;

	close_store(f);
	forget(f->path);
	assert_int_equal(mkdir(f->path, 0700), 0);
	expect_refusal(f, ERR_CREATE, "not a regular file");
	assert_int_equal(rmdir(f->path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(with_its_log),
		STORE_TEST(nothing_to_move),
		STORE_TEST(nothing_is_replaced),
		STORE_TEST(held_by_another),
		STORE_TEST(no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
