/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scans: generations, and marking what a page showed.  store_mark_seen() runs once for every record of
 * every scan: one UPDATE that touches no index.
 */
#include "state/store_p.h"

/* Scans behind this many newer ones of their side are forgotten. */
#define SCANS_KEPT 1000

bool store_scan_start(struct store *store, enum side side, int64_t now, int64_t *ret_generation,
		      struct error *err)
{
	struct scope scope;
	int64_t generation = 0;

	if (!scope_begin(store, &scope, err))
		return false;
	bool ok =
		store_number(store, "SELECT coalesce(max(generation), 0) FROM scan WHERE side = ?",
			     side, &generation, err);

	if (ok) {
		generation++;
		struct sql_call call =
			sql_call(&store->sql,
				 "INSERT INTO scan(side, generation, started_at) VALUES(?, ?, ?)");

		sql_bind_int(&call, side);
		sql_bind_int(&call, generation);
		sql_bind_int(&call, now);
		ok = sql_run(&call, err);
	}
	if (ok) {
		struct sql_call call = sql_call(
			&store->sql,
			"DELETE FROM scan WHERE side = ?1 AND generation <= ?2 "
			"AND generation <> (SELECT coalesce(max(s.generation), 0) FROM scan s "
			"WHERE s.side = ?1 AND s.complete = 1) "
			"AND generation NOT IN (SELECT generation FROM turn WHERE side = ?1)");

		sql_bind_int(&call, side);
		sql_bind_int(&call, generation - SCANS_KEPT);
		ok = sql_run(&call, err);
	}
	if (!scope_end(store, scope, ok, err))
		return false;
	*ret_generation = generation;
	return true;
}

bool store_scan_end(struct store *store, enum side side, int64_t generation, bool complete,
		    int64_t now, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "UPDATE scan SET ended_at = ?, complete = ? "
						     "WHERE side = ? AND generation = ?");

	sql_bind_int(&call, now);
	sql_bind_int(&call, complete);
	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	return sql_run(&call, err);
}

bool store_scan_count(struct store *store, enum side side, int64_t generation, int64_t *ret_n,
		      struct error *err)
{
	bool found;
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT (SELECT count(*) FROM person WHERE side = ?1 AND generation >= ?2) + "
		"(SELECT count(*) FROM forgotten WHERE side = ?1 AND generation >= ?2) + "
		"(SELECT count(*) FROM unreadable u WHERE u.side = ?1 AND u.generation >= ?2 "
		"AND NOT EXISTS (SELECT 1 FROM person p WHERE p.side = u.side AND p.id = u.id))");

	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_n = sql_int(&call, 0);
	sql_end(&call);
	return true;
}

bool store_mark_seen(struct store *store, enum side side, const struct digest *raw,
		     int64_t generation, bool *ret_known, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql,
			 "UPDATE person SET generation = ?, hidden = 0 WHERE side = ? AND raw = ?");

	sql_bind_int(&call, generation);
	sql_bind_int(&call, side);
	sql_bind_digest(&call, raw);
	if (!sql_run(&call, err))
		return false;
	*ret_known = sql_changes(&store->sql) > 0;
	return true;
}

bool store_knows_raw(struct store *store, enum side side, const struct digest *raw, bool *ret_known,
		     struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql, "SELECT 1 FROM person WHERE side = ? AND raw = ? AND gone_cycle = 0");

	sql_bind_int(&call, side);
	sql_bind_digest(&call, raw);
	return sql_found(&call, ret_known, err);
}

bool store_scan_since(struct store *store, enum side side, int64_t since, int64_t generation,
		      bool *ret_any, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "SELECT 1 FROM scan WHERE side = ? AND generation < ? "
				      "AND started_at > ? AND complete = 1 LIMIT 1");

	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	sql_bind_int(&call, since);
	return sql_found(&call, ret_any, err);
}

bool store_person_hidden(struct store *store, enum side side, struct str id, int64_t *ret_times,
			 struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "UPDATE person SET hidden = hidden + 1 "
						     "WHERE side = ? AND id = ? RETURNING hidden");
	bool found;

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_times = found ? sql_int(&call, 0) : 0;
	sql_end(&call);
	return true;
}
