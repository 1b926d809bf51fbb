/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: what was written, or lost, and why.
 */
#include "state/store_p.h"

/* Rows that one call of store_history_retain() drops at most, of each table: more than a sync a day
 * writes, or else those that are too old would become more and more. */
#define RETAIN_ROWS 20000
/* Of cycles that wrote nothing, the newest. */
#define IDLE_CYCLES_KEPT 2000
/* Each cycle looks at so many of those that are older: one would do. */
#define IDLE_CYCLES_LOOKED_AT 10

#define HISTORY_COLUMNS \
	"cycle, link, at, side, side_id, field, action, old_value, new_value, reason, old_body, " \
	"new_body"

static void bind_body(struct sql_call *call, struct str packed)
{
	if (packed.len > 0)
		sql_bind_blob(call, packed);
	else
		sql_bind_null(call);
}

static bool add(struct store *store, const struct history_entry *entry, struct arena *arena,
		struct error *err)
{
	struct str old_body, new_body;

	if (!value_pack(store, entry->field, &entry->old_held, arena, &old_body, err) ||
	    !value_pack(store, entry->field, &entry->new_held, arena, &new_body, err))
		return false;
	struct sql_call call = sql_call(&store->sql, "INSERT INTO history(" HISTORY_COLUMNS ") "
						     "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	sql_bind_int(&call, entry->cycle);
	sql_bind_int(&call, entry->link);
	sql_bind_int(&call, entry->at);
	sql_bind_int(&call, entry->side);
	sql_bind_text(&call, entry->side_id);
	sql_bind_text(&call, entry->field);
	sql_bind_text(&call, entry->action);
	sql_bind_text(&call, entry->old_value);
	sql_bind_text(&call, entry->new_value);
	sql_bind_text(&call, entry->reason);
	bind_body(&call, old_body);
	bind_body(&call, new_body);
	return sql_run(&call, err);
}

bool store_history_add(struct store *store, const struct history_entry *entry, struct error *err)
{
	struct arena arena = { 0 };
	const bool ok = add(store, entry, &arena, err);

	arena_release(&arena);
	return ok;
}

/* Takes the row that the call stands on, and ends the call. */
static bool take_entry(struct store *store, struct sql_call *call, struct arena *arena,
		       struct history_entry *ret_entry, struct error *err)
{
	const struct str old_body = sql_blob_copy(call, 11, arena);
	const struct str new_body = sql_blob_copy(call, 12, arena);

	*ret_entry = (struct history_entry){
		.id = sql_int(call, 0),
		.cycle = sql_int(call, 1),
		.link = sql_int(call, 2),
		.at = sql_int(call, 3),
		.side = sql_int(call, 4) == SIDE_RECORDS ? SIDE_RECORDS : SIDE_PEOPLE,
		.side_id = sql_text_copy(call, 5, arena),
		.field = sql_text_copy(call, 6, arena),
		.action = sql_text_copy(call, 7, arena),
		.old_value = sql_text_copy(call, 8, arena),
		.new_value = sql_text_copy(call, 9, arena),
		.reason = sql_text_copy(call, 10, arena),
	};
	sql_end(call);
	return value_unpack(store, ret_entry->field, old_body, arena, &ret_entry->old_held, err) &&
	       value_unpack(store, ret_entry->field, new_body, arena, &ret_entry->new_held, err);
}

/* What is asked for. */
struct filter {
	int64_t cycle, link;
	const struct str *id; /* one a side; NULL: by cycle and link */
};

static struct sql_call next_of_person(struct store *store, const struct str *id, int64_t after)
{
	struct sql_call call = sql_call(
		&store->sql, "SELECT id, " HISTORY_COLUMNS " FROM history WHERE id > ?1 "
			     "AND ((side = 0 AND side_id = ?2) OR (side = 1 AND side_id = ?3)) "
			     "ORDER BY id LIMIT 1");

	sql_bind_int(&call, after);
	sql_bind_text(&call, id[SIDE_RECORDS]);
	sql_bind_text(&call, id[SIDE_PEOPLE]);
	return call;
}

/* One statement for each filter, so that each finds its index. */
static struct sql_call next_call(struct store *store, const struct filter *filter, int64_t after)
{
	const char *text = "SELECT id, " HISTORY_COLUMNS " FROM history WHERE id > ?1 "
			   "ORDER BY id LIMIT 1";

	if (filter->id != NULL)
		return next_of_person(store, filter->id, after);
	if (filter->link != 0)
		text = "SELECT id, " HISTORY_COLUMNS " FROM history WHERE link = ?2 AND id > ?1 "
		       "AND (?3 = 0 OR cycle = ?3) ORDER BY id LIMIT 1";
	else if (filter->cycle != 0)
		text = "SELECT id, " HISTORY_COLUMNS " FROM history WHERE cycle = ?2 AND id > ?1 "
		       "ORDER BY id LIMIT 1";
	struct sql_call call = sql_call(&store->sql, text);

	sql_bind_int(&call, after);
	if (filter->link != 0)
		sql_bind_int(&call, filter->link);
	if (filter->cycle != 0 || filter->link != 0)
		sql_bind_int(&call, filter->cycle);
	return call;
}

static bool each(struct store *store, const struct filter *filter, history_fn *fn, void *payload,
		 struct error *err)
{
	struct arena arena = { 0 };
	int64_t last = 0;
	bool found = true;
	bool ok = true;

	while (ok && found) {
		struct sql_call call = next_call(store, filter, last);

		arena_reset(&arena);
		ok = sql_row(&call, &found, err);
		if (!ok || !found)
			break;
		struct history_entry entry;

		ok = take_entry(store, &call, &arena, &entry, err);
		if (!ok)
			break;
		last = entry.id;
		ok = fn(payload, &entry, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_history_each(struct store *store, int64_t cycle, int64_t link, history_fn *fn,
			void *payload, struct error *err)
{
	const struct filter filter = { .cycle = cycle, .link = link };

	return each(store, &filter, fn, payload, err);
}

bool store_history_field(struct store *store, int64_t link, struct str field, int64_t since,
			 history_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	int64_t last = INT64_MAX;
	bool ok = true;

	for (unsigned i = 0; ok && i < HISTORY_FIELD_ROWS; i++) {
		bool found;
		struct sql_call call = sql_call(
			&store->sql, "SELECT id, " HISTORY_COLUMNS " FROM history WHERE link = ? "
				     "AND id < ? AND field = ? AND at >= ? AND action = 'update' "
				     "ORDER BY id DESC LIMIT 1");

		sql_bind_int(&call, link);
		sql_bind_int(&call, last);
		sql_bind_text(&call, field);
		sql_bind_int(&call, since);
		arena_reset(&arena);
		ok = sql_row(&call, &found, err);
		if (!ok || !found)
			break;
		struct history_entry entry;

		ok = take_entry(store, &call, &arena, &entry, err);
		if (!ok)
			break;
		last = entry.id;
		ok = fn(payload, &entry, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_history_person(struct store *store, const struct str id[SIDE_COUNT], history_fn *fn,
			  void *payload, struct error *err)
{
	const struct filter filter = { .id = id };

	return each(store, &filter, fn, payload, err);
}

/* A daemon whose persons rest has half a million cycles a year of which there is nothing to tell. */
static bool drop_idle_cycles(struct store *store, struct error *err)
{
	int64_t newest;

	if (!store_number(store, "SELECT coalesce(max(id), 0) FROM cycle", 0, &newest, err))
		return false;
	struct sql_call call = sql_call(
		&store->sql, "DELETE FROM cycle WHERE id > ?1 - ?2 AND id <= ?1 AND outcome = 'ok' "
			     "AND NOT EXISTS (SELECT 1 FROM history WHERE cycle = cycle.id)");

	sql_bind_int(&call, newest - IDLE_CYCLES_KEPT);
	sql_bind_int(&call, IDLE_CYCLES_LOOKED_AT);
	return sql_run(&call, err);
}

bool store_history_retain(struct store *store, int64_t before, struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM history WHERE id IN "
				      "(SELECT id FROM history WHERE at < ? ORDER BY at LIMIT ?)");

	sql_bind_int(&call, before);
	sql_bind_int(&call, RETAIN_ROWS);
	bool ok = sql_run(&call, err);

	if (ok) {
		/* The newest ended cycle stays: `status` shows it. */
		call = sql_call(
			&store->sql,
			"DELETE FROM cycle WHERE id IN (SELECT id FROM cycle WHERE started_at < ? "
			"ORDER BY started_at LIMIT ?) AND id < "
			"(SELECT coalesce(max(id), 0) FROM cycle WHERE ended_at > 0)");
		sql_bind_int(&call, before);
		sql_bind_int(&call, RETAIN_ROWS);
		ok = sql_run(&call, err) && drop_idle_cycles(store, err);
	}
	return scope_end(store, scope, ok, err);
}
