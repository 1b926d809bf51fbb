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
