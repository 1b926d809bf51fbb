/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cycles: one row a cycle; their numbers are what history and conflicts name.
 */
#include "state/store_p.h"

bool store_cycle_start(struct store *store, struct str kind, int64_t now, int64_t *ret_cycle,
		       struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO cycle(kind, started_at) VALUES(?, ?)");

	sql_bind_text(&call, kind);
	sql_bind_int(&call, now);
	if (!sql_run(&call, err))
		return false;
	*ret_cycle = sqlite3_last_insert_rowid(store->sql.db);
	return true;
}

bool store_cycle_end(struct store *store, int64_t cycle, struct str outcome, struct str summary,
		     int64_t now, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE cycle SET ended_at = max(?, 1), outcome = ?, "
				      "summary = ? WHERE id = ?");

	sql_bind_int(&call, now);
	sql_bind_text(&call, outcome);
	sql_bind_text(&call, summary);
	sql_bind_int(&call, cycle);
	return sql_run(&call, err);
}

bool store_cycle_last(struct store *store, struct arena *arena, struct str *ret_summary,
		      struct error *err)
{
	bool found;
	struct sql_call call = sql_call(&store->sql, "SELECT summary FROM cycle WHERE ended_at > 0 "
						     "ORDER BY id DESC LIMIT 1");

	if (!sql_row(&call, &found, err))
		return false;
	*ret_summary = found ? sql_text_copy(&call, 0, arena) : (struct str){ "", 0 };
	sql_end(&call);
	return true;
}

/* The first one from this number on. */
static bool next(struct store *store, int64_t from, struct arena *arena,
		 struct cycle_row *ret_cycle, bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT id, kind, started_at, ended_at, outcome, summary "
				      "FROM cycle WHERE id >= ? ORDER BY id LIMIT 1");

	sql_bind_int(&call, from);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*ret_cycle = (struct cycle_row){
		.id = sql_int(&call, 0),
		.kind = sql_text_copy(&call, 1, arena),
		.started_at = sql_int(&call, 2),
		.ended_at = sql_int(&call, 3),
		.outcome = sql_text_copy(&call, 4, arena),
		.summary = sql_text_copy(&call, 5, arena),
	};
	sql_end(&call);
	return true;
}

bool store_cycle_each(struct store *store, cycle_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	struct cycle_row cycle = { 0 };
	bool found = true;
	bool ok = true;

	while (ok && found) {
		arena_reset(&arena);
		ok = next(store, cycle.id + 1, &arena, &cycle, &found, err);
		if (ok && found)
			ok = fn(payload, &cycle, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_cycle_get(struct store *store, int64_t id, struct arena *arena,
		     struct cycle_row *ret_cycle, bool *ret_found, struct error *err)
{
	struct cycle_row cycle;
	bool found;

	if (!next(store, id, arena, &cycle, &found, err))
		return false;
	*ret_found = found && cycle.id == id;
	if (*ret_found)
		*ret_cycle = cycle;
	return true;
}
