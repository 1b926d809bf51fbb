/* SPDX-License-Identifier: Apache-2.0 */
#include "state/learned.h"

#include "state/store_p.h"

bool store_learned_put(struct store *store, enum side side, const struct learned *learned,
		       struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql,
			 "INSERT INTO learned(side, reads, writes, both, paused_until, at) "
			 "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(side) DO UPDATE SET "
			 "reads = excluded.reads, writes = excluded.writes, both = excluded.both, "
			 "paused_until = excluded.paused_until, at = excluded.at");

	sql_bind_int(&call, side);
	sql_bind_int(&call, learned->reads);
	sql_bind_int(&call, learned->writes);
	sql_bind_int(&call, learned->both);
	sql_bind_int(&call, learned->paused_until);
	sql_bind_int(&call, learned->at);
	return sql_run(&call, err);
}

bool store_learned_used(struct store *store, enum side side, uint32_t used, int64_t at,
			struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO learned(side, used, used_at) VALUES(?, ?, ?) "
				      "ON CONFLICT(side) DO UPDATE SET used = excluded.used, "
				      "used_at = excluded.used_at");

	sql_bind_int(&call, side);
	sql_bind_int(&call, used);
	sql_bind_int(&call, at);
	return sql_run(&call, err);
}

/* What somebody else wrote there means nothing. */
static uint32_t rate_of(const struct sql_call *call, int column)
{
	const int64_t rate = sql_int(call, column);

	return rate > 0 && rate <= UINT32_MAX ? (uint32_t)rate : 0;
}

bool store_learned_get(struct store *store, enum side side, struct learned *ret_learned,
		       struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT reads, writes, both, used, "
						     "paused_until, at, used_at "
						     "FROM learned WHERE side = ?");
	struct learned learned = { 0 };
	bool found;

	sql_bind_int(&call, side);
	if (!sql_row(&call, &found, err))
		return false;
	if (found) {
		learned = (struct learned){ .reads = rate_of(&call, 0),
					    .writes = rate_of(&call, 1),
					    .both = rate_of(&call, 2),
					    .used = rate_of(&call, 3),
					    .paused_until = sql_int(&call, 4),
					    .at = sql_int(&call, 5),
					    .used_at = sql_int(&call, 6) };
		sql_end(&call);
	}
	*ret_learned = learned;
	return true;
}
