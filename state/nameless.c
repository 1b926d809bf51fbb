/* SPDX-License-Identifier: Apache-2.0 */
#include "state/nameless.h"

#include "state/store_p.h"

bool store_nameless_put(struct store *store, struct str id, struct str reference, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql, "INSERT OR REPLACE INTO nameless(id, reference) VALUES(?, ?)");

	sql_bind_text(&call, id);
	sql_bind_text(&call, reference);
	return sql_run(&call, err);
}

bool store_nameless_next(struct store *store, struct str after, struct arena *arena,
			 struct str *ret_id, struct str *ret_reference, bool *ret_found,
			 struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT id, reference FROM nameless "
						     "WHERE id > ? ORDER BY id LIMIT 1");

	sql_bind_text(&call, after);
	if (!sql_row(&call, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	*ret_id = sql_text_copy(&call, 0, arena);
	*ret_reference = sql_text_copy(&call, 1, arena);
	sql_end(&call);
	return true;
}

bool store_nameless_clear(struct store *store, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM nameless");

	return sql_run(&call, err);
}
