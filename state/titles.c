/* SPDX-License-Identifier: Apache-2.0 */
/*
 * titles: small collections of a side (tags), kept whole.
 */
#include "state/store_p.h"

static bool next(struct store *store, const char *collection, struct str after, struct arena *arena,
		 struct str ret_pair[2], bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT id, title FROM title WHERE collection = ? AND id > ? "
				      "ORDER BY id LIMIT 1");

	sql_bind_text(&call, str_from(collection));
	sql_bind_text(&call, after);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	ret_pair[0] = sql_text_copy(&call, 0, arena);
	ret_pair[1] = sql_text_copy(&call, 1, arena);
	sql_end(&call);
	return true;
}

static bool read_at(struct store *store, const char *collection, int64_t *ret_read_at,
		    struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT read_at FROM collection WHERE name = ?");

	sql_bind_text(&call, str_from(collection));
	if (!sql_row(&call, &found, err))
		return false;
	*ret_read_at = found ? sql_int(&call, 0) : 0;
	sql_end(&call);
	return true;
}

bool store_titles_each(struct store *store, const char *collection, int64_t *ret_read_at,
		       title_fn *fn, void *payload, struct error *err)
{
	struct arena arenas[2] = { 0 };
	struct str pair[2] = { { "", 0 }, { "", 0 } };
	unsigned turn = 0;
	bool found = true;
	int64_t at;
	bool ok = read_at(store, collection, &at, err);

	while (ok && found) {
		turn = !turn;
		arena_reset(&arenas[turn]);
		ok = next(store, collection, pair[0], &arenas[turn], pair, &found, err);
		if (ok && found)
			ok = fn(payload, pair[0], pair[1], err);
	}
	arena_release(&arenas[0]);
	arena_release(&arenas[1]);
	if (ok)
		*ret_read_at = at;
	return ok;
}

bool store_titles_begin(struct store *store, const char *collection, int64_t at, struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	struct sql_call call = sql_call(&store->sql, "DELETE FROM title WHERE collection = ?");

	sql_bind_text(&call, str_from(collection));
	bool ok = sql_run(&call, err);

	if (ok) {
		call = sql_call(&store->sql,
				"INSERT INTO collection(name, read_at) VALUES(?, ?) "
				"ON CONFLICT(name) DO UPDATE SET read_at = excluded.read_at");
		sql_bind_text(&call, str_from(collection));
		sql_bind_int(&call, at);
		ok = sql_run(&call, err);
	}
	return scope_end(store, scope, ok, err);
}

bool store_titles_add(struct store *store, const char *collection, struct str id, struct str title,
		      struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO title(collection, id, title) VALUES(?, ?, ?) "
				      "ON CONFLICT(collection, id) DO UPDATE SET "
				      "title = excluded.title");

	sql_bind_text(&call, str_from(collection));
	sql_bind_text(&call, id);
	sql_bind_text(&call, title);
	return sql_run(&call, err);
}
