/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export: what is stored of a person and nothing else asks for.
 */
#include "state/forget.h"

#include "state/store_p.h"

bool store_key_each(struct store *store, enum side side, struct str id, key_fn *fn, void *payload,
		    struct error *err)
{
	struct arena arenas[2] = { 0 };
	struct match_key key = { 0 };
	int64_t kind = -1;
	unsigned turn = 0;
	bool found = true;
	bool ok = true;

	while (ok && found) {
		struct sql_call call = sql_call(
			&store->sql,
			"SELECT k.kind, k.key FROM person p JOIN match_key k ON k.person = p.no "
			"WHERE p.side = ? AND p.id = ? AND (k.kind, k.key) > (?, ?) "
			"ORDER BY k.kind, k.key LIMIT 1");

		sql_bind_int(&call, side);
		sql_bind_text(&call, id);
		sql_bind_int(&call, kind);
		sql_bind_text(&call, key.key);
		ok = sql_row(&call, &found, err);
		if (!ok || !found)
			break;
		turn = !turn;
		arena_reset(&arenas[turn]);
		kind = sql_int(&call, 0);
		key = (struct match_key){ (enum key_kind)kind,
					  sql_text_copy(&call, 1, &arenas[turn]) };
		sql_end(&call);
		ok = fn(payload, &key, err);
	}
	arena_release(&arenas[0]);
	arena_release(&arenas[1]);
	return ok;
}

bool store_is_apart(struct store *store, enum side side, struct str id, bool *ret_apart,
		    struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "SELECT 1 FROM person WHERE side = ? AND id = ? "
				      "AND link IS NULL AND remembered = 1");

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	return sql_found(&call, ret_apart, err);
}

bool store_agreed_get(struct store *store, int64_t link, enum side side, struct arena *arena,
		      struct person *ret_person, bool *ret_found, struct error *err)
{
	struct shadow_row row;

	if (!shadow_get(store, link, side, arena, &row, ret_found, err))
		return false;
	return !*ret_found || person_unpack(row.body, store->fields, arena, ret_person, err);
}
