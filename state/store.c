/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: life cycle, transactions, small values.
 */
#include "state/store_p.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *system_words(int number)
{
	return strerror(number); /* NOLINT(concurrency-mt-unsafe): one thread */
}

bool store_open(const char *path, enum store_mode mode, const struct field_table *fields,
		struct store **ret_store, struct error *err)
{
	struct store *store = alloc_zeroed(1, sizeof(*store));

	store->mode = mode;
	store->fields = fields;
	store->path = alloc_copy_z(path);
	store->sql.path = store->path;
	store->lock_fd = -1;
	buf_init(&store->pack, PACKED_PERSON_BYTES);
	buf_init(&store->sum, 4 * PACKED_PERSON_BYTES);
	if (!open_database(store, err)) {
		store_close(store);
		return false;
	}
	*ret_store = store;
	return true;
}

void store_use_fields(struct store *store, const struct field_table *fields)
{
	store->fields = fields;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	sql_release(&store->sql);
	/* Rolls back what is open.  Nothing is left that could make it fail. */
	const int rc = sqlite3_close(store->sql.db);

	assert(rc == SQLITE_OK);
	(void)rc;
	lock_release(store);
	buf_release(&store->pack);
	buf_release(&store->sum);
	free(store->path);
	free(store);
}

bool store_bind_identity(struct store *store, struct str records, struct str people,
			 struct error *err)
{
	bool found;
	struct sql_call call = sql_call(&store->sql, "SELECT records, people FROM identity");

	if (!sql_row(&call, &found, err))
		return false;
	if (found) {
		const bool same = str_equal(sql_text(&call, 0), records) &&
				  str_equal(sql_text(&call, 1), people);

		if (!same)
			(void)error_set(
				err, ERR_FOREIGN,
				"state %s belongs to %.*s and %.*s, not to %.*s and %.*s: check "
				"base_url, name another state file, or start anew with `crmsync "
				"reset`",
				store->path, STR_ARG(str_head(sql_text(&call, 0), 60)),
				STR_ARG(str_head(sql_text(&call, 1), 60)),
				STR_ARG(str_head(records, 60)), STR_ARG(str_head(people, 60)));
		sql_end(&call);
		if (same)
			return true;
		/* Nothing was ever read from that pair (a mistyped address, say): it binds nobody. */
		int64_t n_persons = 0;
		struct error ignored;

		if (store->mode == STORE_READ ||
		    !store_number(store, "SELECT count(*) FROM (SELECT 1 FROM person LIMIT 1)", 0,
				  &n_persons, &ignored) ||
		    n_persons > 0)
			return false;
	}
	if (store->mode == STORE_READ)
		return true;
	call = sql_call(&store->sql,
			"INSERT OR REPLACE INTO identity(one, records, people) VALUES(1, ?, ?)");
	sql_bind_text(&call, records);
	sql_bind_text(&call, people);
	return sql_run(&call, err);
}

bool store_begin(struct store *store, struct error *err)
{
	if (!sqlite3_get_autocommit(store->sql.db))
		return error_set(err, ERR_INTERNAL, "state: a transaction is open already");
	struct sql_call call = store->mode == STORE_READ ? sql_call(&store->sql, "BEGIN") :
							   sql_call(&store->sql, "BEGIN IMMEDIATE");

	return sql_run(&call, err);
}

bool store_commit(struct store *store, struct error *err)
{
	/* A full disk or a failed write may have rolled back already: then nothing was stored. */
	if (sqlite3_get_autocommit(store->sql.db)) {
		(void)error_set(err, ERR_STORE, "state %s: the transaction was rolled back",
				store->path);
		err->native = SQLITE_ABORT_ROLLBACK;
		return false;
	}
	struct sql_call call = sql_call(&store->sql, "COMMIT");

	return sql_run(&call, err);
}

void store_rollback(struct store *store)
{
	struct error ignored;

	if (sqlite3_get_autocommit(store->sql.db))
		return;
	struct sql_call call = sql_call(&store->sql, "ROLLBACK");

	/* It was rolled back before, or is when the file is closed. */
	(void)!sql_run(&call, &ignored);
}

bool scope_begin(struct store *store, struct scope *ret_scope, struct error *err)
{
	const bool own = sqlite3_get_autocommit(store->sql.db) != 0;

	if (own && !store_begin(store, err))
		return false;
	ret_scope->own = own;
	return true;
}

bool scope_end(struct store *store, struct scope scope, bool ok, struct error *err)
{
	if (!scope.own)
		return ok;
	if (ok && store_commit(store, err))
		return true;
	store_rollback(store);
	return false;
}

bool store_number(struct store *store, const char *text, int64_t parameter, int64_t *ret_number,
		  struct error *err)
{
	bool row;
	struct sql_call call = sql_call(&store->sql, text);

	if (call.rc == SQLITE_OK && sqlite3_bind_parameter_count(call.stmt) > 0)
		sql_bind_int(&call, parameter);
	if (!sql_row(&call, &row, err))
		return false;
	*ret_number = row ? sql_int(&call, 0) : 0;
	sql_end(&call);
	return true;
}

bool store_meta_get(struct store *store, const char *key, struct arena *arena,
		    struct str *ret_value, struct error *err)
{
	bool found;
	struct sql_call call = sql_call(&store->sql, "SELECT value FROM meta WHERE key = ?");

	sql_bind_text(&call, str_from(key));
	if (!sql_row(&call, &found, err))
		return false;
	*ret_value = found ? sql_text_copy(&call, 0, arena) : (struct str){ "", 0 };
	sql_end(&call);
	return true;
}

bool store_meta_set(struct store *store, const char *key, struct str value, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO meta(key, value) VALUES(?, ?) "
				      "ON CONFLICT(key) DO UPDATE SET value = excluded.value");

	sql_bind_text(&call, str_from(key));
	sql_bind_text(&call, value);
	return sql_run(&call, err);
}
