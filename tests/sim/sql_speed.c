/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sql_speed: the same statements, prepared once.  Half of a seed's time went into parsing a few texts
 * again and again that the state hands to sqlite3_exec(); and nobody else uses SQLite in this process.
 */
#include "base/vec.h"
#include "memory_vfs.h"
#include "state_file.h"

#include <sqlite3.h>
#include <string.h>

int __real_sqlite3_exec(sqlite3 *db, const char *text,
			int (*callback)(void *, int, char **, char **), void *payload,
			char **errmsg);
int __wrap_sqlite3_exec(sqlite3 *db, const char *text,
			int (*callback)(void *, int, char **, char **), void *payload,
			char **errmsg);
int __real_sqlite3_close(sqlite3 *db);
int __wrap_sqlite3_close(sqlite3 *db);

#define STATEMENTS 4

/* The texts are constants of the program: their address tells them apart. */
struct script {
	sqlite3 *db;
	const char *text;
	sqlite3_stmt *stmts[STATEMENTS];
	size_t n;
};

static VEC(struct script) scripts;

void sql_speed_setup(void)
{
	static bool done;

	if (!done) {
		(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
		(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
		memory_vfs_setup();
	}
	done = true;
}

static struct script *prepare(sqlite3 *db, const char *text)
{
	const char *rest = text;
	struct script script = { .db = db, .text = text };

	while (*rest != '\0') {
		sqlite3_stmt *stmt = NULL;

		if (script.n == STATEMENTS ||
		    sqlite3_prepare_v3(db, rest, -1, SQLITE_PREPARE_PERSISTENT, &stmt, &rest) !=
			    SQLITE_OK) {
			for (size_t i = 0; i < script.n; i++)
				(void)sqlite3_finalize(script.stmts[i]);
			return NULL;
		}
		if (stmt != NULL)
			script.stmts[script.n++] = stmt;
	}
	struct script *added = VEC_PUSH(&scripts);

	*added = script;
	return added;
}

static struct script *find(sqlite3 *db, const char *text)
{
	for (size_t i = 0; i < scripts.n; i++) {
		if (scripts.items[i].db == db && scripts.items[i].text == text)
			return &scripts.items[i];
	}
	return prepare(db, text);
}

int __wrap_sqlite3_exec(sqlite3 *db, const char *text,
			int (*callback)(void *, int, char **, char **), void *payload,
			char **errmsg)
{
	const bool plain = strncmp(text, "DELETE", 6) == 0 || strncmp(text, "UPDATE", 6) == 0 ||
			   strncmp(text, "INSERT", 6) == 0;
	struct script *script = plain && callback == NULL ? find(db, text) : NULL;
	int rc = SQLITE_OK;

	if (script == NULL)
		return __real_sqlite3_exec(db, text, callback, payload, errmsg);
	/* Through the wrapped step: a commit of its own is a place to die, too. */
	for (size_t i = 0; i < script->n && rc == SQLITE_OK; i++) {
		do {
			rc = sqlite3_step(script->stmts[i]);
		} while (rc == SQLITE_ROW);
		rc = sqlite3_reset(script->stmts[i]);
	}
	return rc;
}

int __wrap_sqlite3_close(sqlite3 *db)
{
	for (size_t i = scripts.n; i > 0; i--) {
		struct script *script = &scripts.items[i - 1];

		if (script->db != db)
			continue;
		for (size_t k = 0; k < script->n; k++)
			(void)sqlite3_finalize(script->stmts[k]);
		*script = scripts.items[--scripts.n];
	}
	return __real_sqlite3_close(db);
}
