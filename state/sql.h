/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql: the only file that steps SQLite statements.
 *
 * A call is one use of a statement: start, bind in order, then run it to its end or step over rows:
 *
 *	struct sql_call call = sql_call(sql, "SELECT title FROM title WHERE id = ?");
 *	sql_bind_text(&call, id);
 *	if (!sql_row(&call, &found, err))
 *		return false;
 *	if (found)
 *		use(sql_text(&call, 0));
 *	sql_end(&call);
 *
 * Statements are prepared once per text and kept: the text must be a literal, its address is the
 * key.  A failed bind is kept in the call and reported by sql_run() or sql_row().
 *
 * Invariant: a call is ended before any other code runs that could start the same one; callbacks of
 * the store's users therefore never run inside a call.
 */
#ifndef CRMSYNC_STATE_SQL_H
#define CRMSYNC_STATE_SQL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"

#include <sqlite3.h>

struct sql_slot {
	const char *text;
	sqlite3_stmt *stmt;
};

/* Zeroed with db and path set is valid. */
struct sql {
	sqlite3 *db;
	const char *path; /* for messages; borrowed */
	size_t n;
	size_t capacity; /* of slots: 0 or a power of two, at most half full */
	struct sql_slot *slots;
};

struct sql_call {
	struct sql *sql;
	sqlite3_stmt *stmt;
	int bound;
	int rc;
};

/* Finalizes the statements; db stays open. */
void sql_release(struct sql *sql);
/* Several statements without parameters or results. */
NODISCARD bool sql_exec(struct sql *sql, const char *text, struct error *err);
/* What a person can do when the disk or the system says this errno: "; free some space", or the advice
 * `otherwise`. */
const char *sql_disk_advice(int number, const char *otherwise);
/* Says what SQLite said, and what to do: ERR_STORE, native is the extended result code.  ERR_CANCELED: it
 * was cut short (pulse.h). */
bool sql_fail(const struct sql *sql, int rc, struct error *err);

struct sql_call sql_call(struct sql *sql, const char *text);
void sql_bind_int(struct sql_call *call, int64_t number);
void sql_bind_text(struct sql_call *call, struct str text);
void sql_bind_blob(struct sql_call *call, struct str bytes);
void sql_bind_null(struct sql_call *call);
void sql_bind_digest(struct sql_call *call, const struct digest *digest); /* NULL binds NULL */

/* To the end; ends the call. */
NODISCARD bool sql_run(struct sql_call *call, struct error *err);
/* The next row; the call is ended when there is none, and on failure. */
NODISCARD bool sql_row(struct sql_call *call, bool *ret_row, struct error *err);
void sql_end(struct sql_call *call);
/* Is there a row?  Ends the call. */
NODISCARD bool sql_found(struct sql_call *call, bool *ret_found, struct error *err);
/* Rows that the last INSERT, UPDATE or DELETE changed. */
int64_t sql_changes(const struct sql *sql);

/* Columns of the current row; views, valid until the call moves on. */
int64_t sql_int(const struct sql_call *call, int column);
struct str sql_text(const struct sql_call *call, int column);
struct str sql_blob(const struct sql_call *call, int column);
bool sql_is_null(const struct sql_call *call, int column);
/* All zero bytes if the column is not 16 bytes long. */
struct digest sql_digest(const struct sql_call *call, int column);
/* A copy of a text column. */
struct str sql_text_copy(const struct sql_call *call, int column, struct arena *arena);
struct str sql_blob_copy(const struct sql_call *call, int column, struct arena *arena);

#endif
