/* SPDX-License-Identifier: Apache-2.0 */
#include "state/changed.h"

#include "state/store_p.h"

bool store_changed_add(struct store *store, enum side side, struct str field, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql, "INSERT INTO changed(side, field, n, n_before) VALUES(?, ?, 1, 0) "
			     "ON CONFLICT(side, field) DO UPDATE SET n = n + 1");

	sql_bind_int(&call, side);
	sql_bind_text(&call, field);
	return sql_run(&call, err);
}

bool store_changed_get(struct store *store, enum side side, struct str field, int64_t *ret_n,
		       struct error *err)
{
	bool found;
	struct sql_call call = sql_call(
		&store->sql, "SELECT n + n_before FROM changed WHERE side = ? AND field = ?");

	sql_bind_int(&call, side);
	sql_bind_text(&call, field);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_n = found ? sql_int(&call, 0) : 0;
	sql_end(&call);
	return true;
}

bool store_changed_turn(struct store *store, enum side side, bool keep, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE changed SET n_before = n + n_before * ?, n = 0 "
				      "WHERE side = ?");

	sql_bind_int(&call, keep);
	sql_bind_int(&call, side);
	return sql_run(&call, err);
}

bool store_changed_drop(struct store *store, enum side side, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM changed WHERE side = ?");

	sql_bind_int(&call, side);
	return sql_run(&call, err);
}

bool store_holders(struct store *store, enum side side, size_t field, int64_t *ret_n,
		   struct error *err)
{
	struct arena arena = { 0 };
	bool found = true;
	bool ok = true;
	struct sql_call call =
		sql_call(&store->sql, "SELECT s.body FROM link l CROSS JOIN shadow s "
				      "ON s.no = 2 * l.id + ? WHERE l.state = 0 ORDER BY l.id");

	*ret_n = 0;
	sql_bind_int(&call, side);
	while (ok) {
		struct person person;

		ok = sql_row(&call, &found, err);
		if (!ok || !found)
			break;
		arena_reset(&arena);
		ok = person_unpack(sql_blob(&call, 0), store->fields, &arena, &person, err);
		*ret_n += ok && value_is_set(&person.values[field]);
		if (!ok)
			sql_end(&call);
	}
	arena_release(&arena);
	return ok;
}
