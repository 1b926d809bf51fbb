/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links: who is whom.  A link that was dissolved is remembered: its ids are neither matched nor
 * created across again, unless the user links them.
 */
#include "state/forget.h"
#include "state/store_p.h"

#include <assert.h>

int64_t link_sum(struct store *store, const struct link *link)
{
	sum_start(store);
	sum_int(store, link->id);
	sum_str(store, link->side_id[SIDE_RECORDS]);
	sum_str(store, link->side_id[SIDE_PEOPLE]);
	sum_int(store, link->state);
	sum_str(store, link->how);
	sum_int(store, link->created_at);
	sum_int(store, link->cycle);
	sum_int(store, link->ending);
	return sum_end(store, SUM_LINK);
}

#define LINK_COLUMNS "id, records_id, people_id, state, how, created_at, cycle, ending, sum"

/* Takes the row that the call stands on, and ends the call. */
static bool take_link(struct store *store, struct sql_call *call, struct arena *arena,
		      struct link *ret_link, struct error *err)
{
	static const enum link_end endings[] = { LINK_END_NONE, LINK_END_USER, LINK_END_ARCHIVED,
						 LINK_END_REMOVED, LINK_END_MERGED };
	static_assert(COUNT_OF(endings) == LINK_END_COUNT, "every end");
	const int64_t ending = sql_int(call, 7);
	const struct link link = {
		.id = sql_int(call, 0),
		.side_id = { sql_text_copy(call, 1, arena), sql_text_copy(call, 2, arena) },
		.state = sql_int(call, 3) == LINK_ACTIVE ? LINK_ACTIVE : LINK_DISSOLVED,
		.how = sql_text_copy(call, 4, arena),
		.created_at = sql_int(call, 5),
		.cycle = sql_int(call, 6),
		.ending = endings[ending > 0 && ending < LINK_END_COUNT ? ending : 0],
	};
	const int64_t sum = sql_int(call, 8);

	sql_end(call);
	if (sum != link_sum(store, &link)) {
		(void)sum_fail(store, "link", link.id, err);
		return false;
	}
	*ret_link = link;
	return true;
}

static bool find_one(struct store *store, struct sql_call *call, struct arena *arena,
		     struct link *ret_link, bool *ret_found, struct error *err)
{
	bool found;

	if (!sql_row(call, &found, err))
		return false;
	if (found && !take_link(store, call, arena, ret_link, err))
		return false;
	*ret_found = found;
	return true;
}

bool link_get(struct store *store, int64_t id, struct arena *arena, struct link *ret_link,
	      bool *ret_found, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "SELECT " LINK_COLUMNS " FROM link WHERE id = ?");

	sql_bind_int(&call, id);
	return find_one(store, &call, arena, ret_link, ret_found, err);
}

/* Then it is no number: what was meant for it would hit somebody else. */
static bool is_forgotten(struct store *store, struct str id, bool *ret_forgotten, struct error *err)
{
	int64_t at[SIDE_COUNT];

	if (!store_forgotten_at(store, SIDE_RECORDS, id, &at[SIDE_RECORDS], err) ||
	    !store_forgotten_at(store, SIDE_PEOPLE, id, &at[SIDE_PEOPLE], err))
		return false;
	*ret_forgotten = at[SIDE_RECORDS] != 0 || at[SIDE_PEOPLE] != 0;
	return true;
}

bool store_link_find(struct store *store, struct str id, struct arena *arena, struct link *ret_link,
		     bool *ret_found, struct error *err)
{
	/* An active link before a dissolved one, then the newest. */
	struct sql_call call = sql_call(
		&store->sql, "SELECT " LINK_COLUMNS " FROM link WHERE id IN ("
			     "SELECT id FROM link WHERE state = 0 AND records_id = ?1 UNION ALL "
			     "SELECT id FROM link WHERE state = 0 AND people_id = ?1 UNION ALL "
			     "SELECT id FROM link WHERE state = 1 AND records_id = ?1 UNION ALL "
			     "SELECT id FROM link WHERE state = 1 AND people_id = ?1) "
			     "ORDER BY state, id DESC LIMIT 1");
	uint64_t number;
	bool found;
	bool is_id = false;

	sql_bind_text(&call, id);
	if (!find_one(store, &call, arena, ret_link, &found, err))
		return false;
	if (!found && str_to_u64(id, INT64_MAX, &number) && !is_forgotten(store, id, &is_id, err))
		return false;
	if (!found && !is_id && str_to_u64(id, INT64_MAX, &number))
		return link_get(store, (int64_t)number, arena, ret_link, ret_found, err);
	*ret_found = found;
	return true;
}

static bool must_be_unlinked(struct store *store, enum side side, struct str id, struct error *err)
{
	struct person_row row;
	bool found;

	if (!person_row_get(store, side, id, &row, &found, err))
		return false;
	if (!found)
		return error_set(err, ERR_USAGE, "no %s person %.*s is known; run a sync first",
				 side_name(side), STR_ARG(str_head(id, 80)));
	if (row.link != 0)
		return error_set(err, ERR_USAGE, "%s person %.*s is linked already (link %lld)",
				 side_name(side), STR_ARG(str_head(id, 80)), (long long)row.link);
	return true;
}

static bool insert_link(struct store *store, struct link *link, struct error *err)
{
	/* The number is part of the checksum, so it has to be known before. */
	if (!store_number(
		    store,
		    "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'link'), 0) "
		    "+ 1",
		    0, &link->id, err))
		return false;
	struct sql_call call = sql_call(&store->sql, "INSERT INTO link(" LINK_COLUMNS ") "
						     "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");

	sql_bind_int(&call, link->id);
	sql_bind_text(&call, link->side_id[SIDE_RECORDS]);
	sql_bind_text(&call, link->side_id[SIDE_PEOPLE]);
	sql_bind_int(&call, link->state);
	sql_bind_text(&call, link->how);
	sql_bind_int(&call, link->created_at);
	sql_bind_int(&call, link->cycle);
	sql_bind_int(&call, link->ending);
	sql_bind_int(&call, link_sum(store, link));
	return sql_run(&call, err);
}

bool link_attach(struct store *store, const struct link *link, struct error *err)
{
	for (unsigned side = 0; side < SIDE_COUNT; side++) {
		struct sql_call call = sql_call(
			&store->sql, "UPDATE person SET link = ?, parked = 0, remembered = 0, "
				     "old_seen_at = 0 WHERE side = ? AND id = ? AND link IS NULL");

		sql_bind_int(&call, link->id);
		sql_bind_int(&call, side);
		sql_bind_text(&call, link->side_id[side]);
		if (!sql_run(&call, err))
			return false;
	}
	return user_turn_due(store, link->id, err);
}

/* The same two, linked anew: the old link has nothing more to say, and nor has its shadow. */
static bool forget_dissolved(struct store *store, const struct link *link, struct error *err)
{
	static const char *const texts[] = {
		"DELETE FROM shadow WHERE no IN (SELECT 2 * l.id + s.side FROM link l "
		"CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1) s "
		"WHERE l.state = 1 AND l.records_id = ?1 AND l.people_id = ?2)",
		"DELETE FROM link WHERE state = 1 AND records_id = ?1 AND people_id = ?2",
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct sql_call call = sql_call(&store->sql, texts[i]);

		sql_bind_text(&call, link->side_id[SIDE_RECORDS]);
		sql_bind_text(&call, link->side_id[SIDE_PEOPLE]);
		if (!sql_run(&call, err))
			return false;
	}
	return true;
}

bool store_link_add(struct store *store, const struct str id[SIDE_COUNT], struct str how,
		    int64_t cycle, int64_t now, int64_t *ret_link, struct error *err)
{
	struct link link = {
		.side_id = { id[SIDE_RECORDS], id[SIDE_PEOPLE] },
		.state = LINK_ACTIVE,
		.how = how,
		.created_at = now,
		.cycle = cycle,
	};
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = must_be_unlinked(store, SIDE_RECORDS, id[SIDE_RECORDS], err) &&
			must_be_unlinked(store, SIDE_PEOPLE, id[SIDE_PEOPLE], err) &&
			forget_dissolved(store, &link, err) && insert_link(store, &link, err) &&
			link_attach(store, &link, err);

	if (!scope_end(store, scope, ok, err))
		return false;
	*ret_link = link.id;
	return true;
}

bool store_link_count(struct store *store, int64_t *ret_n, struct error *err)
{
	return store_number(store, "SELECT count(*) FROM link WHERE state = 0", 0, ret_n, err);
}

bool store_link_each(struct store *store, link_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	struct link link = { 0 };
	bool found = true;
	bool ok = true;

	while (ok && found) {
		struct sql_call call =
			sql_call(&store->sql, "SELECT " LINK_COLUMNS " FROM link WHERE id > ? "
					      "ORDER BY id LIMIT 1");

		sql_bind_int(&call, link.id);
		arena_reset(&arena);
		ok = find_one(store, &call, &arena, &link, &found, err);
		if (ok && found)
			ok = fn(payload, &link, err);
	}
	arena_release(&arena);
	return ok;
}
