/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wishes: edits that were made here, until a sync has carried them out.
 */
#include "state/store_p.h"

struct wish_row {
	struct wish wish;
	struct str value, base; /* packed */
};

static int64_t sum_of(struct store *store, const struct wish_row *row)
{
	sum_start(store);
	sum_int(store, row->wish.link);
	sum_int(store, row->wish.side);
	sum_str(store, row->wish.field);
	sum_str(store, row->value);
	sum_str(store, row->base);
	sum_str(store, row->wish.reason);
	sum_int(store, row->wish.at);
	return sum_end(store, SUM_WISH);
}

static bool put(struct store *store, const struct wish *wish, struct arena *arena,
		struct error *err)
{
	struct wish_row row = { .wish = *wish };

	if (!value_pack(store, wish->field, &wish->value, arena, &row.value, err) ||
	    !value_pack(store, wish->field, &wish->base, arena, &row.base, err))
		return false;
	struct sql_call call = sql_call(
		&store->sql, "INSERT OR REPLACE INTO wish(link, side, field, value, base, reason, "
			     "at, sum) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");

	sql_bind_int(&call, wish->link);
	sql_bind_int(&call, wish->side);
	sql_bind_text(&call, wish->field);
	sql_bind_blob(&call, row.value);
	sql_bind_blob(&call, row.base);
	sql_bind_text(&call, wish->reason);
	sql_bind_int(&call, wish->at);
	sql_bind_int(&call, sum_of(store, &row));
	return sql_run(&call, err);
}

bool store_wish_put(struct store *store, const struct wish *wish, struct error *err)
{
	struct arena arena = { 0 };
	const bool ok = put(store, wish, &arena, err);

	arena_release(&arena);
	return ok;
}

bool store_wish_drop(struct store *store, int64_t link, struct str field, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM wish WHERE link = ? AND field = ?");

	sql_bind_int(&call, link);
	sql_bind_text(&call, field);
	return sql_run(&call, err);
}

/* Takes the row that the call stands on, and ends the call. */
static bool take_row(struct store *store, struct sql_call *call, int64_t link, struct arena *arena,
		     struct wish_row *ret_row, struct error *err)
{
	struct wish_row row = {
		.wish = { .link = link,
			  .side = sql_int(call, 0) == SIDE_RECORDS ? SIDE_RECORDS : SIDE_PEOPLE,
			  .field = sql_text_copy(call, 1, arena),
			  .reason = sql_text_copy(call, 4, arena),
			  .at = sql_int(call, 5) },
		.value = sql_blob_copy(call, 2, arena),
		.base = sql_blob_copy(call, 3, arena),
	};
	const int64_t sum = sql_int(call, 6);

	sql_end(call);
	if (sum != sum_of(store, &row))
		return sum_fail(store, "a wish for link", link, err);
	*ret_row = row;
	return value_unpack(store, row.wish.field, row.value, arena, &ret_row->wish.value, err) &&
	       value_unpack(store, row.wish.field, row.base, arena, &ret_row->wish.base, err);
}

static bool next(struct store *store, int64_t link, const struct wish *after, struct arena *arena,
		 struct wish_row *ret_row, bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call = sql_call(
		&store->sql, "SELECT side, field, value, base, reason, at, sum FROM wish "
			     "WHERE link = ? AND (side, field) > (?, ?) ORDER BY side, field "
			     "LIMIT 1");

	sql_bind_int(&call, link);
	sql_bind_int(&call, after->side);
	sql_bind_text(&call, after->field);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	return !found || take_row(store, &call, link, arena, ret_row, err);
}

bool store_wish_each(struct store *store, int64_t link, wish_fn *fn, void *payload,
		     struct error *err)
{
	/* Two, in turn: the wish that is the position is read from while the next one is written. */
	struct arena arenas[2] = { 0 };
	struct wish_row row = { 0 };
	unsigned turn = 0;
	bool found = true;
	bool ok = true;

	while (ok && found) {
		turn = !turn;
		arena_reset(&arenas[turn]);
		const struct wish after = row.wish;

		ok = next(store, link, &after, &arenas[turn], &row, &found, err);
		if (ok && found)
			ok = fn(payload, &row.wish, &arenas[turn], err);
	}
	arena_release(&arenas[0]);
	arena_release(&arenas[1]);
	return ok;
}
