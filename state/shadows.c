/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadows: what a side held when both were last known to agree.
 */
#include "state/store_p.h"

static int64_t number_of(int64_t link, enum side side)
{
	return 2 * link + (int64_t)side;
}

static int64_t sum_of(struct store *store, int64_t no, const struct shadow_row *shadow)
{
	sum_start(store);
	sum_int(store, no);
	sum_str(store,
		(struct str){ (const char *)shadow->digest.bytes, sizeof(shadow->digest.bytes) });
	sum_int(store, shadow->seen_at);
	sum_str(store, shadow->body);
	return sum_end(store, SUM_SHADOW);
}

bool shadow_get(struct store *store, int64_t link, enum side side, struct arena *arena,
		struct shadow_row *ret_shadow, bool *ret_found, struct error *err)
{
	const int64_t no = number_of(link, side);
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT digest, seen_at, body, sum FROM shadow WHERE no = ?");

	sql_bind_int(&call, no);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	const struct shadow_row shadow = {
		.digest = sql_digest(&call, 0),
		.seen_at = sql_int(&call, 1),
		.body = sql_blob_copy(&call, 2, arena),
	};
	const int64_t sum = sql_int(&call, 3);

	sql_end(&call);
	if (sum != sum_of(store, no, &shadow))
		return sum_fail(store,
				side == SIDE_RECORDS ? "records shadow of link" :
						       "people shadow of link",
				link, err);
	*ret_shadow = shadow;
	return true;
}

bool shadow_put(struct store *store, int64_t link, enum side side, const struct shadow_row *shadow,
		struct error *err)
{
	const int64_t no = number_of(link, side);
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO shadow(no, digest, seen_at, body, sum) "
				      "VALUES(?, ?, ?, ?, ?) ON CONFLICT(no) DO UPDATE SET "
				      "digest = excluded.digest, seen_at = excluded.seen_at, "
				      "body = excluded.body, sum = excluded.sum");

	sql_bind_int(&call, no);
	sql_bind_digest(&call, &shadow->digest);
	sql_bind_int(&call, shadow->seen_at);
	sql_bind_blob(&call, shadow->body);
	sql_bind_int(&call, sum_of(store, no, shadow));
	return sql_run(&call, err);
}

bool shadow_delete(struct store *store, int64_t link, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM shadow WHERE no IN (?, ?)");

	sql_bind_int(&call, number_of(link, SIDE_RECORDS));
	sql_bind_int(&call, number_of(link, SIDE_PEOPLE));
	return sql_run(&call, err);
}
