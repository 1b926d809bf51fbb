/* SPDX-License-Identifier: Apache-2.0 */
/* The file: modes, locks, permissions, damage, transactions, sudden death. */
#include "test_store_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static mode_t mode_of(const struct fixture *f, const char *suffix)
{
	struct stat facts;
	char path[80];

	(void)snprintf(path, sizeof(path), "%s%s", f->path, suffix);
	assert_int_equal(stat(path, &facts), 0);
	return facts.st_mode & 0777;
}

static void write_file(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void must_fail(struct fixture *f, enum store_mode mode, enum err_code code,
		      const char *words)
{
	struct store *store = NULL;

	f->err = (struct error){ 0 };
	assert_false(store_open(f->path, mode, &f->table, &store, &f->err));
	assert_null(store);
	if (strstr(f->err.msg, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, f->err.msg);
	assert_int_equal(f->err.code, code);
	assert_non_null(strstr(f->err.msg, f->dir));
}

static void close_store(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
}

static void files_are_private(void **state)
{
	struct fixture *f = *state;

	OK(f, store_meta_set(f->store, "a", S("b"), &f->err));
	assert_int_equal(mode_of(f, ""), 0600);
	assert_int_equal(mode_of(f, "-wal"), 0600);
	assert_int_equal(mode_of(f, "-shm"), 0600);
	assert_int_equal(mode_of(f, ".lock"), 0600);
}

static void settings_are_durable(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(raw_number(f, "PRAGMA application_id"), 0x63726d73);
	assert_int_equal(raw_number(f, "PRAGMA user_version"), 1);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM pragma_journal_mode "
				       "WHERE journal_mode = 'wal'"),
			 1);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void second_writer_is_locked_out(void **state)
{
	struct fixture *f = *state;
	char pid[32];

	(void)snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	must_fail(f, STORE_WRITE, ERR_LOCKED, pid);
	close_store(f);
	fixture_open(f, STORE_WRITE);
}

static void missing_things(void **state)
{
	struct fixture *f = *state;

	close_store(f);
	remove_all(f);
	must_fail(f, STORE_READ, ERR_STORE, "no state yet; `crmsync sync` makes it");
	must_fail(f, STORE_WRITE, ERR_CREATE, "create its directory");
	assert_int_equal(f->err.native, ENOENT);
	fixture_open(f, STORE_SCRATCH);
}

static void not_a_database(void **state)
{
	struct fixture *f = *state;
	char garbage[8192];

	close_store(f);
	memset(garbage, 'x', sizeof(garbage));
	write_file(f->path, garbage, sizeof(garbage));
	must_fail(f, STORE_WRITE, ERR_STORE, "restore a backup");
	assert_int_equal(f->err.native & 0xff, SQLITE_NOTADB);
	must_fail(f, STORE_READ, ERR_STORE, "crmsync reset");
	must_fail(f, STORE_SCRATCH, ERR_STORE, "crmsync reset");
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	must_fail(f, STORE_WRITE, ERR_STORE, "this is a directory");
	must_fail(f, STORE_READ, ERR_STORE, "this is a directory");
}

static void fill(struct fixture *f, int n)
{
	OK(f, store_begin(f->store, &f->err));
	for (int i = 0; i < n; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "r%d", i);
		(void)see(f, SIDE_RECORDS, person_of(f, id, "Engineer", "Graz"), 0, id);
	}
	OK(f, store_commit(f->store, &f->err));
}

static void cut_short(void **state)
{
	struct fixture *f = *state;
	struct stat facts;

	fill(f, 500);
	close_store(f);
	assert_int_equal(stat(f->path, &facts), 0);
	assert_int_equal(truncate(f->path, facts.st_size / 2 + 100), 0);
	must_fail(f, STORE_WRITE, ERR_STORE, "restore a backup");
	assert_int_equal(f->err.native & 0xff, SQLITE_CORRUPT);
	must_fail(f, STORE_SCRATCH, ERR_STORE, "restore a backup");
}

/* A page in the middle is nothing but zeros: only a look at all pages finds it. */
static void lost_page(void **state)
{
	struct fixture *f = *state;
	const char zeros[4096] = { 0 };

	fill(f, 500);
	close_store(f);
	FILE *file = fopen(f->path, "r+b");

	assert_non_null(file);
	assert_int_equal(fseek(file, 40 * (long)sizeof(zeros), SEEK_SET), 0);
	assert_int_equal(fwrite(zeros, 1, sizeof(zeros), file), sizeof(zeros));
	assert_int_equal(fclose(file), 0);
	must_fail(f, STORE_WRITE, ERR_STORE, "restore a backup");
	must_fail(f, STORE_SCRATCH, ERR_STORE, "restore a backup");
}

static void somebody_elses(void **state)
{
	struct fixture *f = *state;

	close_store(f);
	assert_int_equal(unlink(f->path), 0);
	(void)raw_number(f, "CREATE TABLE theirs(x)");
	must_fail(f, STORE_WRITE, ERR_STORE, "another program");
	must_fail(f, STORE_READ, ERR_STORE, "another program");
	assert_int_equal(raw_number(f, "SELECT count(*) FROM sqlite_schema"), 1);
}

static void from_the_future(void **state)
{
	struct fixture *f = *state;

	close_store(f);
	(void)raw_number(f, "PRAGMA user_version = 99");
	must_fail(f, STORE_WRITE, ERR_STORE, "newer crmsync");
	must_fail(f, STORE_READ, ERR_STORE, "newer crmsync");
	must_fail(f, STORE_SCRATCH, ERR_STORE, "newer crmsync");
}

static void empty_file(void **state)
{
	struct fixture *f = *state;

	close_store(f);
	write_file(f->path, "", 0);
	must_fail(f, STORE_READ, ERR_STORE, "is empty");
	fixture_open(f, STORE_WRITE);
	OK(f, store_meta_set(f->store, "a", S("b"), &f->err));
}

/* As root nothing is read-only: a child becomes nobody first. */
static int open_as_nobody(struct fixture *f)
{
	const pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct store *store;
		const bool dropped = getuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
		const bool opened =
			dropped && store_open(f->path, STORE_WRITE, &f->table, &store, &f->err);
		const bool clear = strstr(f->err.msg, "permissions") != NULL;

		_exit(!dropped ? 99 : opened ? 98 : !clear ? 97 : (int)f->err.code);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void no_permission(void **state)
{
	struct fixture *f = *state;
	char lock[80];

	close_store(f);
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(unlink(f->path), 0);
	(void)snprintf(lock, sizeof(lock), "%s.lock", f->path);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(chmod(f->dir, 0555), 0);
	assert_int_equal(open_as_nobody(f), ERR_CREATE);
	assert_int_equal(chmod(f->dir, 0777), 0);
	fixture_open(f, STORE_WRITE);
	close_store(f);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_int_equal(open_as_nobody(f), ERR_STORE);
	assert_int_equal(chmod(f->path, 0600), 0);
}

static void belongs_to_two_systems(void **state)
{
	struct fixture *f = *state;

	/* As long as nobody was read, a mistyped address can be mended. */
	OK(f, store_bind_identity(f->store, S("https://mistyped"), S("https://b"), &f->err));
	OK(f, store_bind_identity(f->store, S("https://a"), S("https://b"), &f->err));
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Engineer", "Graz"), 0, NULL);
	OK(f, store_bind_identity(f->store, S("https://a"), S("https://b"), &f->err));
	assert_false(store_bind_identity(f->store, S("https://a"), S("https://c"), &f->err));
	assert_int_equal(f->err.code, ERR_FOREIGN);
	assert_non_null(strstr(f->err.msg, "https://c"));
	fixture_reopen(f, STORE_READ);
	assert_false(store_bind_identity(f->store, S("https://x"), S("https://b"), &f->err));
	OK(f, store_bind_identity(f->store, S("https://a"), S("https://b"), &f->err));
}

static void small_values(void **state)
{
	struct fixture *f = *state;
	struct str value;

	OK(f, store_meta_get(f->store, "rate", &f->arena, &value, &f->err));
	assert_int_equal(value.len, 0);
	OK(f, store_meta_set(f->store, "rate", S("20"), &f->err));
	OK(f, store_meta_set(f->store, "rate", S("21"), &f->err));
	OK(f, store_meta_set(f->store, "none", (struct str){ NULL, 0 }, &f->err));
	fixture_reopen(f, STORE_WRITE);
	OK(f, store_meta_get(f->store, "rate", &f->arena, &value, &f->err));
	assert_str(value, "21");
}

static void transactions(void **state)
{
	struct fixture *f = *state;
	struct str value;

	OK(f, store_begin(f->store, &f->err));
	assert_false(store_begin(f->store, &f->err));
	assert_int_equal(f->err.code, ERR_INTERNAL);
	OK(f, store_meta_set(f->store, "a", S("1"), &f->err));
	store_rollback(f->store);
	store_rollback(f->store);
	assert_false(store_commit(f->store, &f->err));
	OK(f, store_meta_get(f->store, "a", &f->arena, &value, &f->err));
	assert_str(value, "");
	OK(f, store_begin(f->store, &f->err));
	OK(f, store_meta_set(f->store, "a", S("2"), &f->err));
	fixture_reopen(f, STORE_WRITE); /* rolls back */
	OK(f, store_meta_get(f->store, "a", &f->arena, &value, &f->err));
	assert_str(value, "");
}

static void reader_beside_the_writer(void **state)
{
	struct fixture *f = *state;
	struct store *reader;
	struct str value;

	OK(f, store_meta_set(f->store, "a", S("1"), &f->err));
	OK(f, store_open(f->path, STORE_READ, &f->table, &reader, &f->err));
	OK(f, store_begin(f->store, &f->err));
	OK(f, store_meta_set(f->store, "a", S("2"), &f->err));
	OK(f, store_meta_get(reader, "a", &f->arena, &value, &f->err));
	assert_str(value, "1");
	OK(f, store_commit(f->store, &f->err));
	OK(f, store_meta_get(reader, "a", &f->arena, &value, &f->err));
	assert_str(value, "2");
	assert_false(store_meta_set(reader, "a", S("3"), &f->err));
	assert_int_equal(f->err.code, ERR_STORE);
	assert_int_equal(f->err.native & 0xff, SQLITE_READONLY);
	store_close(reader);
}

static void scratch_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct store *scratch;
	struct str value;
	int64_t n;

	fill(f, 50);
	OK(f, store_begin(f->store, &f->err));
	OK(f, store_meta_set(f->store, "a", S("uncommitted"), &f->err));
	OK(f, store_open(f->path, STORE_SCRATCH, &f->table, &scratch, &f->err));
	OK(f, store_unlinked_count(scratch, SIDE_RECORDS, &n, &f->err));
	assert_int_equal(n, 50);
	OK(f, store_meta_get(scratch, "a", &f->arena, &value, &f->err));
	assert_str(value, "");
	OK(f, store_meta_set(scratch, "a", S("scratch"), &f->err));
	OK(f, store_begin(scratch, &f->err));
	OK(f, store_meta_set(scratch, "a", S("x"), &f->err));
	store_rollback(scratch);
	OK(f, store_meta_get(scratch, "a", &f->arena, &value, &f->err));
	assert_str(value, "scratch");
	store_rollback(f->store);
	OK(f, store_meta_get(f->store, "a", &f->arena, &value, &f->err));
	assert_str(value, "");
	store_close(scratch);
}

static void scratch_of_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t generation;

	close_store(f);
	assert_int_equal(unlink(f->path), 0);
	fixture_open(f, STORE_SCRATCH);
	OK(f, store_scan_start(f->store, SIDE_PEOPLE, 5, &generation, &f->err));
	assert_int_equal(generation, 1);
	assert_int_not_equal(access(f->path, F_OK), 0);
}

/* Writes numbers until it is killed; after each commit the number is sent through the pipe. */
static void write_until_killed(struct fixture *f, int out)
{
	for (int i = 1;; i++) {
		char text[16];
		struct person person;

		(void)snprintf(text, sizeof(text), "%d", i);
		person = person_of(f, text, "Engineer", "Graz");
		(void)see(f, SIDE_RECORDS, person, 0, text);
		if (!store_meta_set(f->store, "last", str_from(text), &f->err) ||
		    write(out, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static void survives_sudden_death(void **state)
{
	struct fixture *f = *state;
	int status, last = 0, pipes[2];

	close_store(f);
	for (int round = 0; round < 5; round++) {
		assert_int_equal(pipe(pipes), 0);
		const pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			fixture_open(f, STORE_WRITE);
			write_until_killed(f, pipes[1]);
		}
		assert_int_equal(close(pipes[1]), 0);
		for (int i = 0; i < 20 + 7 * round; i++)
			assert_int_equal(read(pipes[0], &last, sizeof(last)), sizeof(last));
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		while (read(pipes[0], &last, sizeof(last)) == sizeof(last))
			;
		assert_int_equal(close(pipes[0]), 0);
		struct str value;

		fixture_open(f, STORE_WRITE);
		OK(f, store_meta_get(f->store, "last", &f->arena, &value, &f->err));
		/* What was reported is there; one more may be. */
		assert_in_range(strtol(value.p, NULL, 10), last, last + 1);
		assert_int_equal(raw_number(f, "SELECT count(*) FROM pragma_integrity_check "
					       "WHERE integrity_check = 'ok'"),
				 1);
		close_store(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(files_are_private),
		STORE_TEST(settings_are_durable),
		STORE_TEST(second_writer_is_locked_out),
		STORE_TEST(missing_things),
		STORE_TEST(not_a_database),
		STORE_TEST(cut_short),
		STORE_TEST(lost_page),
		STORE_TEST(somebody_elses),
		STORE_TEST(from_the_future),
		STORE_TEST(empty_file),
		STORE_TEST(no_permission),
		STORE_TEST(belongs_to_two_systems),
		STORE_TEST(small_values),
		STORE_TEST(transactions),
		STORE_TEST(reader_beside_the_writer),
		STORE_TEST(scratch_changes_nothing),
		STORE_TEST(scratch_of_nothing),
		STORE_TEST(survives_sudden_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
