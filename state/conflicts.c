/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflicts: what waits for a person to decide.
 */
#include "state/store_p.h"

bool store_conflict_put(struct store *store, const struct conflict *conflict, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO conflict(kind, link, field, records_id, people_id, evidence, first_cycle, "
		"last_cycle) VALUES(?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT(kind, link, field, records_id, people_id) DO UPDATE SET "
		"evidence = excluded.evidence, last_cycle = excluded.last_cycle");

	sql_bind_text(&call, conflict->kind);
	sql_bind_int(&call, conflict->link);
	sql_bind_text(&call, conflict->field);
	sql_bind_text(&call, conflict->side_id[SIDE_RECORDS]);
	sql_bind_text(&call, conflict->side_id[SIDE_PEOPLE]);
	sql_bind_text(&call, conflict->evidence);
	sql_bind_int(&call, conflict->first_cycle);
	sql_bind_int(&call, conflict->last_cycle);
	return sql_run(&call, err);
}

bool store_conflict_sweep(struct store *store, const char *kind, int64_t cycle, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM conflict WHERE kind = ? AND last_cycle < ?");

	sql_bind_text(&call, str_from(kind));
	sql_bind_int(&call, cycle);
	return sql_run(&call, err);
}

bool store_conflict_sweep_link(struct store *store, int64_t link, int64_t cycle, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM conflict WHERE link > 0 AND link = ? "
				      "AND kind = 'field' AND last_cycle < ?");

	sql_bind_int(&call, link);
	sql_bind_int(&call, cycle);
	return sql_run(&call, err);
}

bool store_conflict_drop_matches(struct store *store, const struct str id[SIDE_COUNT],
				 struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM conflict WHERE link = 0 "
						     "AND (records_id = ? OR people_id = ?)");

	sql_bind_text(&call, id[SIDE_RECORDS]);
	sql_bind_text(&call, id[SIDE_PEOPLE]);
	return sql_run(&call, err);
}

static bool next(struct store *store, int64_t after, struct arena *arena,
		 struct conflict *ret_conflict, bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql,
			 "SELECT id, kind, link, field, records_id, people_id, evidence, "
			 "first_cycle, last_cycle FROM conflict WHERE id > ? ORDER BY id LIMIT 1");

	sql_bind_int(&call, after);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*ret_conflict = (struct conflict){
		.id = sql_int(&call, 0),
		.kind = sql_text_copy(&call, 1, arena),
		.link = sql_int(&call, 2),
		.field = sql_text_copy(&call, 3, arena),
		.side_id = { sql_text_copy(&call, 4, arena), sql_text_copy(&call, 5, arena) },
		.evidence = sql_text_copy(&call, 6, arena),
		.first_cycle = sql_int(&call, 7),
		.last_cycle = sql_int(&call, 8),
	};
	sql_end(&call);
	return true;
}

bool store_conflict_each(struct store *store, conflict_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	struct conflict conflict = { 0 };
	bool found = true;
	bool ok = true;

	while (ok && found) {
		arena_reset(&arena);
		ok = next(store, conflict.id, &arena, &conflict, &found, err);
		if (ok && found)
			ok = fn(payload, &conflict, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_conflict_count(struct store *store, int64_t *ret_n, struct error *err)
{
	return store_number(store, "SELECT count(*) FROM conflict WHERE kind <> 'held'", 0, ret_n,
			    err);
}
