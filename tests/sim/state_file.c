/* SPDX-License-Identifier: Apache-2.0 */
#include "state_file.h"

#include "base/hash.h"
#include "memory_vfs.h"
#include "sim.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES ((size_t)256 * 1024 * 1024)

int __real_sqlite3_step(sqlite3_stmt *stmt);
int __wrap_sqlite3_step(sqlite3_stmt *stmt);

static struct buf template_bytes;
static char folder[96];
static pid_t folder_of;

/* Before and after each commit the process may die: COMMIT itself, and what commits by itself. */
int __wrap_sqlite3_step(sqlite3_stmt *stmt)
{
	struct sim *sim = sim_current;

	if (sim == NULL || !sim->can_die)
		return __real_sqlite3_step(stmt);
	const char *text = sqlite3_sql(stmt);
	const bool commit = text != NULL && strcmp(text, "COMMIT") == 0;
	const bool own = !commit && sqlite3_stmt_readonly(stmt) == 0 &&
			 sqlite3_get_autocommit(sqlite3_db_handle(stmt)) != 0;

	if (commit || own)
		process_action(sim, "before a commit");
	const int rc = __real_sqlite3_step(stmt);

	if (commit || own)
		process_action(sim, "after a commit");
	return rc;
}

void state_file_path(char *ret_path, size_t size)
{
	struct stat facts;
	const char *tmp = getenv("TMPDIR");

	if (folder_of != getpid()) {
		const bool shm = stat("/dev/shm", &facts) == 0 && access("/dev/shm", W_OK) == 0;

		folder_of = getpid();
		(void)snprintf(folder, sizeof(folder), "%.60s/crmsync-sim.%ld",
			       shm         ? "/dev/shm" :
			       tmp != NULL ? tmp :
					     "/tmp",
			       (long)folder_of);
		(void)mkdir(folder, 0700);
	}
	(void)snprintf(ret_path, size, "%s/state.db", folder);
}

void state_file_remove(const char *path)
{
	memory_vfs_remove(path);
}

void state_file_clean(void)
{
	char path[128];

	if (folder_of != getpid())
		return;
	(void)snprintf(path, sizeof(path), "%s/state.db", folder);
	state_file_remove(path);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/state.db.lock", folder);
	(void)unlink(path);
	(void)rmdir(folder);
	folder_of = 0;
}

void state_file_read(const char *path, struct buf *ret_bytes)
{
	buf_reset(ret_bytes);
	buf_add_str(ret_bytes, memory_vfs_get(path));
}

void state_file_write(const char *path, struct str bytes)
{
	memory_vfs_remove(path);
	memory_vfs_put(path, bytes);
}

/* The state looks at the real file, too: that it is one, and at its header. */
static void put_face(const char *path)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL ||
	    fwrite(template_bytes.bytes, 1, template_bytes.len, file) != template_bytes.len ||
	    fclose(file) != 0) {
		(void)fprintf(stderr, "cannot write %s\n", path);
		exit(74);
	}
}

void state_file_fresh(const char *path, const struct field_table *fields)
{
	static char face_at[128];
	struct store *store;
	struct error err;

	if (template_bytes.len == 0) {
		buf_init(&template_bytes, FILE_BYTES);
		if (!store_open(path, STORE_WRITE, fields, &store, &err)) {
			(void)fprintf(stderr, "%s\n", err.msg);
			exit(74);
		}
		store_close(store);
		state_file_read(path, &template_bytes);
	}
	if (strcmp(face_at, path) != 0)
		put_face(path);
	(void)snprintf(face_at, sizeof(face_at), "%s", path);
	state_file_write(path, buf_str(&template_bytes));
}

void state_file_check(const char *path, char *ret_words, size_t size)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	(void)snprintf(ret_words, size, "cannot be opened");
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		(void)snprintf(ret_words, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

static uint64_t hash_rows(sqlite3 *db, const char *table, uint64_t hash)
{
	char text[200];
	sqlite3_stmt *stmt = NULL;

	(void)snprintf(text, sizeof(text), "SELECT * FROM \"%s\"", table);
	if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL) != SQLITE_OK)
		return hash;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const void *bytes = sqlite3_column_blob(stmt, i);
			const size_t len = (size_t)sqlite3_column_bytes(stmt, i);

			hash = hash64((struct str){ bytes, len }, hash + len);
		}
	}
	(void)sqlite3_finalize(stmt);
	return hash;
}

uint64_t state_file_hash(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	uint64_t hash = 0;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db,
			       "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
			       -1, &stmt, NULL) == SQLITE_OK) {
		while (sqlite3_step(stmt) == SQLITE_ROW)
			hash = hash_rows(db, (const char *)sqlite3_column_text(stmt, 0), hash);
	}
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return hash;
}
