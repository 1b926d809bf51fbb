/* SPDX-License-Identifier: Apache-2.0 */
#include "state/sql.h"

#include "base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 128

static struct sql_slot *slot_for(struct sql_slot *slots, size_t capacity, const char *text)
{
	const uint64_t mixed = (uint64_t)(uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(mixed >> 32) & (capacity - 1);

	while (slots[i].text != NULL && slots[i].text != text)
		i = (i + 1) & (capacity - 1);
	return &slots[i];
}

static void grow(struct sql *sql)
{
	const size_t capacity = sql->capacity > 0 ? sql->capacity * 2 : SLOTS_FIRST;
	struct sql_slot *slots = alloc_zeroed(capacity, sizeof(*slots));

	for (size_t i = 0; i < sql->capacity; i++) {
		if (sql->slots[i].text != NULL)
			*slot_for(slots, capacity, sql->slots[i].text) = sql->slots[i];
	}
	free(sql->slots);
	sql->slots = slots;
	sql->capacity = capacity;
}

void sql_release(struct sql *sql)
{
	for (size_t i = 0; i < sql->capacity; i++)
		(void)sqlite3_finalize(sql->slots[i].stmt);
	free(sql->slots);
	sql->slots = NULL;
	sql->n = sql->capacity = 0;
}

const char *sql_disk_advice(int number, const char *otherwise)
{
	static const struct {
		int number;
		const char *advice;
	} known[] = {
		{ ENOSPC, "; free some space on this disk" },
		{ EDQUOT, "; free some space, or have the quota raised" },
		{ EROFS, "; the file system is read-only: mount it for writing, or name another" },
		{ EACCES, "; check the permissions of the file and of its directory" },
		{ EPERM, "; check the permissions of the file and of its directory" },
		{ EMFILE, "; too many files are open in this process" },
		{ EIO, "; check the disk" },
	};

	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (known[i].number == number)
			return known[i].advice;
	}
	return otherwise;
}

/* By the base codes: a failure in WAL mode comes as many extended ones (a read-only directory shows as
 * IOERR_LOCK, not as READONLY). */
static const char *advice(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "; the file is damaged or not a state file: restore a backup, "
		       "or start anew with `crmsync reset`";
	case SQLITE_FULL:
		return "; free some space on this disk, or in /var/tmp, where SQLite keeps "
		       "temporary files";
	case SQLITE_IOERR:
		return "; check the disk and the permissions of the directory";
	case SQLITE_CANTOPEN:
		return "; check the permissions of the file and of its directory, and the room on "
		       "this disk";
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return "; check the permissions of the file and of its directory";
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "; another program holds the file";
	default:
		return "";
	}
}

/* Of SQLite's own words. */
#define SAID_BYTES 120

bool sql_fail(const struct sql *sql, int rc, struct error *err)
{
	if (rc == SQLITE_INTERRUPT) /* pulse.h */
		return error_set(err, ERR_CANCELED, "told to stop");
	const bool last = sql->db != NULL && sqlite3_extended_errcode(sql->db) == rc;
	const char *said = last ? sqlite3_errmsg(sql->db) : sqlite3_errstr(rc);
	/* SQLite keeps the errno of these two kinds only, which have many causes.  (ENOENT is the second
	 * attempt's, that was to open read-only what could not be made.) */
	const bool has_cause =
		last && ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN);
	const int cause = has_cause ? sqlite3_system_errno(sql->db) : 0;
	/* Of a damaged schema it repeats the rest, however long, and what to do would be cut off. */
	const size_t line = strcspn(said, "\n");
	const int n = line < SAID_BYTES ? (int)line : SAID_BYTES;

	if (cause != 0 && cause != ENOENT)
		(void)error_set(err, ERR_STORE, "state %s: %.*s (%s)%s", sql->path, n, said,
				strerror(cause), /* NOLINT(concurrency-mt-unsafe): one thread */
				sql_disk_advice(cause, advice(rc)));
	else
		(void)error_set(err, ERR_STORE, "state %s: %.*s%s", sql->path, n, said, advice(rc));
	err->native = rc;
	return false;
}

bool sql_exec(struct sql *sql, const char *text, struct error *err)
{
	const int rc = sqlite3_exec(sql->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK || sql_fail(sql, rc, err);
}

struct sql_call sql_call(struct sql *sql, const char *text)
{
	struct sql_call call = { .sql = sql };

	if (sql->n * 2 >= sql->capacity)
		grow(sql);
	struct sql_slot *slot = slot_for(sql->slots, sql->capacity, text);

	if (slot->text == NULL) {
		call.rc = sqlite3_prepare_v3(sql->db, text, -1, SQLITE_PREPARE_PERSISTENT,
					     &slot->stmt, NULL);
		if (call.rc != SQLITE_OK)
			return call;
		slot->text = text;
		sql->n++;
	}
	assert(!sqlite3_stmt_busy(slot->stmt));
	call.stmt = slot->stmt;
	return call;
}

void sql_bind_int(struct sql_call *call, int64_t number)
{
	if (call->rc == SQLITE_OK)
		call->rc = sqlite3_bind_int64(call->stmt, ++call->bound, number);
}

void sql_bind_text(struct sql_call *call, struct str text)
{
	/* A NULL pointer would bind NULL, which no column of ours takes. */
	if (call->rc == SQLITE_OK)
		call->rc =
			sqlite3_bind_text64(call->stmt, ++call->bound, text.len > 0 ? text.p : "",
					    text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void sql_bind_blob(struct sql_call *call, struct str bytes)
{
	if (call->rc == SQLITE_OK)
		call->rc =
			sqlite3_bind_blob64(call->stmt, ++call->bound, bytes.len > 0 ? bytes.p : "",
					    bytes.len, SQLITE_STATIC);
}

void sql_bind_null(struct sql_call *call)
{
	if (call->rc == SQLITE_OK)
		call->rc = sqlite3_bind_null(call->stmt, ++call->bound);
}

void sql_bind_digest(struct sql_call *call, const struct digest *digest)
{
	if (digest == NULL)
		sql_bind_null(call);
	else
		sql_bind_blob(call,
			      (struct str){ (const char *)digest->bytes, sizeof(digest->bytes) });
}

bool sql_row(struct sql_call *call, bool *ret_row, struct error *err)
{
	if (call->rc == SQLITE_OK)
		call->rc = sqlite3_step(call->stmt);
	if (call->rc == SQLITE_ROW) {
		call->rc = SQLITE_OK;
		*ret_row = true;
		return true;
	}
	const bool done = call->rc == SQLITE_DONE;

	if (!done)
		(void)sql_fail(call->sql, call->rc, err);
	sql_end(call);
	if (done)
		*ret_row = false;
	return done;
}

bool sql_run(struct sql_call *call, struct error *err)
{
	bool row = true;

	while (row) {
		if (!sql_row(call, &row, err))
			return false;
	}
	return true;
}

void sql_end(struct sql_call *call)
{
	if (call->stmt != NULL) {
		/* Its result repeats the failure of the step, which was reported. */
		(void)sqlite3_reset(call->stmt);
		(void)sqlite3_clear_bindings(call->stmt);
	}
	call->stmt = NULL;
	call->bound = 0;
}

bool sql_found(struct sql_call *call, bool *ret_found, struct error *err)
{
	if (!sql_row(call, ret_found, err))
		return false;
	sql_end(call);
	return true;
}

int64_t sql_changes(const struct sql *sql)
{
	return sqlite3_changes64(sql->db);
}

int64_t sql_int(const struct sql_call *call, int column)
{
	return sqlite3_column_int64(call->stmt, column);
}

struct str sql_text(const struct sql_call *call, int column)
{
	const unsigned char *text = sqlite3_column_text(call->stmt, column);
	const int len = sqlite3_column_bytes(call->stmt, column);

	if (text == NULL) {
		/* NULL columns are asked for with sql_is_null(): this is memory that ran out. */
		if (!sql_is_null(call, column))
			abort();
		return (struct str){ "", 0 };
	}
	return (struct str){ (const char *)text, (size_t)len };
}

struct str sql_blob(const struct sql_call *call, int column)
{
	const void *bytes = sqlite3_column_blob(call->stmt, column);
	const int len = sqlite3_column_bytes(call->stmt, column);

	if (bytes == NULL) {
		if (len > 0)
			abort(); /* as above */
		return (struct str){ "", 0 };
	}
	return (struct str){ bytes, (size_t)len };
}

bool sql_is_null(const struct sql_call *call, int column)
{
	return sqlite3_column_type(call->stmt, column) == SQLITE_NULL;
}

struct digest sql_digest(const struct sql_call *call, int column)
{
	const struct str bytes = sql_blob(call, column);
	struct digest digest = { { 0 } };

	if (bytes.len == sizeof(digest.bytes))
		memcpy(digest.bytes, bytes.p, sizeof(digest.bytes));
	return digest;
}

struct str sql_text_copy(const struct sql_call *call, int column, struct arena *arena)
{
	return arena_copy(arena, sql_text(call, column));
}

struct str sql_blob_copy(const struct sql_call *call, int column, struct arena *arena)
{
	return arena_copy(arena, sql_blob(call, column));
}
