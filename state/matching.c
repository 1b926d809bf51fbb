/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matching: candidate pairs of free persons (unlinked, not parked, not archived, not remembered).
 *
 * The work grows with the number of free persons, not with that of all: it starts from the index
 * person_unlinked, and a key makes at most max_share * max_share pairs.
 */
#include "state/store_p.h"

bool store_match_begin(struct store *store, struct error *err)
{
	return sql_exec(&store->sql, "UPDATE person SET parked = 0 WHERE parked = 1", err);
}

static bool collect_keys(struct store *store, enum key_kind kind, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO candidate(key, side, person) SELECT k.key, p.side, p.no "
		"FROM person p INDEXED BY person_unlinked CROSS JOIN match_key k "
		"INDEXED BY match_key_person ON k.person = p.no AND k.kind = ? WHERE " SQL_FREE);

	sql_bind_int(&call, kind);
	return sql_run(&call, err);
}

/* Two persons that share several keys make one pair; its evidence is the first key. */
static bool collect_pairs(struct store *store, unsigned max_share, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT OR IGNORE INTO edge(r_id, p_id, r, p, key) "
		"SELECT x.id, y.id, x.no, y.no, s.key FROM "
		"(SELECT key FROM candidate GROUP BY key HAVING sum(side = 0) BETWEEN 1 AND ?1 "
		"AND sum(side = 1) BETWEEN 1 AND ?1) s "
		"CROSS JOIN candidate r ON r.key = s.key AND r.side = 0 "
		"CROSS JOIN candidate q ON q.key = s.key AND q.side = 1 "
		"CROSS JOIN person x ON x.no = r.person CROSS JOIN person y ON y.no = q.person");

	sql_bind_int(&call, max_share);
	return sql_run(&call, err);
}

bool store_match_collect(struct store *store, enum key_kind kind, unsigned max_share,
			 struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = sql_exec(&store->sql, "DELETE FROM candidate; DELETE FROM edge", err) &&
			collect_keys(store, kind, err) && collect_pairs(store, max_share, err);

	return scope_end(store, scope, ok, err);
}

static bool collect_crowds(struct store *store, unsigned max_share, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql, "INSERT INTO crowd(key, records, people) "
			     "SELECT key, sum(side = 0), sum(side = 1) FROM candidate GROUP BY key "
			     "HAVING sum(side = 0) > 0 AND sum(side = 1) > 0 "
			     "AND max(sum(side = 0), sum(side = 1)) > ?");

	sql_bind_int(&call, max_share);
	return sql_run(&call, err);
}

static bool next_crowd(struct store *store, struct arena *arena, struct match_crowd *crowd,
		       bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT key, records, people FROM crowd WHERE key > ? "
				      "ORDER BY key LIMIT 1");

	sql_bind_text(&call, crowd->key);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	crowd->key = sql_text_copy(&call, 0, arena);
	crowd->n[SIDE_RECORDS] = (uint32_t)sql_int(&call, 1);
	crowd->n[SIDE_PEOPLE] = (uint32_t)sql_int(&call, 2);
	sql_end(&call);
	return true;
}

bool store_match_crowds(struct store *store, unsigned max_share, match_crowd_fn *fn, void *payload,
			struct error *err)
{
	struct arena arena = { 0 };
	struct match_crowd crowd = { 0 };
	bool found = true;
	bool ok = sql_exec(&store->sql, "DELETE FROM crowd", err) &&
		  collect_crowds(store, max_share, err) &&
		  sql_exec(&store->sql,
			   "UPDATE person SET parked = 1 WHERE link IS NULL AND no IN "
			   "(SELECT person FROM candidate WHERE key IN (SELECT key FROM crowd))",
			   err);

	while (ok && found) {
		ok = next_crowd(store, &arena, &crowd, &found, err);
		if (ok && found)
			ok = fn(payload, &crowd, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_match_drop(struct store *store, const struct match_edge *edge, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM edge WHERE r_id = ? AND p_id = ?");

	sql_bind_text(&call, edge->id[SIDE_RECORDS]);
	sql_bind_text(&call, edge->id[SIDE_PEOPLE]);
	return sql_run(&call, err);
}

/* Leaves out whoever was linked or parked since, and counts: the degrees do not move while the pairs
 * are handed out. */
static bool count_degrees(struct store *store, struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok =
		sql_exec(&store->sql,
			 "DELETE FROM edge WHERE (SELECT count(*) FROM person p "
			 "WHERE p.no IN (edge.r, edge.p) AND " SQL_FREE ") < 2",
			 err) &&
		sql_exec(&store->sql,
			 "UPDATE edge SET "
			 "r_degree = (SELECT count(*) FROM edge e WHERE e.r_id = edge.r_id), "
			 "p_degree = (SELECT count(*) FROM edge e WHERE e.p_id = edge.p_id)",
			 err);

	return scope_end(store, scope, ok, err);
}

static bool next_edge(struct store *store, struct arena *arena, struct match_edge *edge,
		      bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT r_id, p_id, key, r_degree, p_degree FROM edge "
				      "WHERE (r_id, p_id) > (?, ?) ORDER BY r_id, p_id LIMIT 1");

	sql_bind_text(&call, edge->id[SIDE_RECORDS]);
	sql_bind_text(&call, edge->id[SIDE_PEOPLE]);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	edge->id[SIDE_RECORDS] = sql_text_copy(&call, 0, arena);
	edge->id[SIDE_PEOPLE] = sql_text_copy(&call, 1, arena);
	edge->key = sql_text_copy(&call, 2, arena);
	edge->degree[SIDE_RECORDS] = (uint32_t)sql_int(&call, 3);
	edge->degree[SIDE_PEOPLE] = (uint32_t)sql_int(&call, 4);
	sql_end(&call);
	return true;
}

bool store_match_each(struct store *store, match_edge_fn *fn, void *payload, struct error *err)
{
	/* Two, in turn: the edge that is the position is read from while the next one is written. */
	struct arena arenas[2] = { 0 };
	struct match_edge edge = { 0 };
	unsigned turn = 0;
	bool found = true;
	bool ok = count_degrees(store, err);

	while (ok && found) {
		turn = !turn;
		arena_reset(&arenas[turn]);
		ok = next_edge(store, &arenas[turn], &edge, &found, err);
		if (ok && found)
			ok = fn(payload, &edge, err);
	}
	arena_release(&arenas[0]);
	arena_release(&arenas[1]);
	return ok;
}

bool store_park(struct store *store, enum side side, struct str id, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE person SET parked = 1 WHERE side = ? AND id = ? "
				      "AND link IS NULL AND parked = 0");

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	return sql_run(&call, err);
}
