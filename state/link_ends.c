/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_ends: how links end, come back and move.
 */
#include "state/store_p.h"

static bool drop_person(struct store *store, int64_t no, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM person WHERE no = ?");

	sql_bind_int(&call, no);
	return sql_run(&call, err);
}

/* The content of an unlinked person is in `staged`; that of this one may be in its shadow only. */
static bool detach(struct store *store, const struct link *link, enum side side, bool remembered,
		   struct arena *arena, struct error *err)
{
	struct person_row row;
	struct shadow_row shadow;
	bool found;

	if (!person_row_get(store, side, link->side_id[side], &row, &found, err))
		return false;
	if (!found || row.link != link->id)
		return true;
	if (row.gone_cycle != 0)
		return drop_person(store, row.no, err);
	if (!row.staged) {
		if (!shadow_get(store, link->id, side, arena, &shadow, &found, err))
			return false;
		if (!found)
			return sum_fail(store, "the shadow of link", link->id, err);
		if (!staged_put(store, row.no, shadow.body, err))
			return false;
	}
	struct sql_call call =
		sql_call(&store->sql,
			 "UPDATE person SET link = NULL, staged = 1, parked = 0, old_seen_at = 0, "
			 "remembered = ? WHERE no = ?");

	sql_bind_int(&call, remembered);
	sql_bind_int(&call, row.no);
	return sql_run(&call, err);
}

static bool delete_of_link(struct store *store, const char *text, int64_t link, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, text);

	sql_bind_int(&call, link);
	return sql_run(&call, err);
}

/* What waits for the link, and what was said of it, goes with it. */
static bool clear_waiting(struct store *store, int64_t link, struct error *err)
{
	return delete_of_link(store, "DELETE FROM intent WHERE link > 0 AND link = ?", link, err) &&
	       delete_of_link(store, "DELETE FROM conflict WHERE link > 0 AND link = ?", link,
			      err) &&
	       delete_of_link(store, "DELETE FROM quarantine WHERE link > 0 AND link = ?", link,
			      err);
}

static bool set_ending(struct store *store, struct link *link, enum link_state state,
		       enum link_end ending, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql, "UPDATE link SET state = ?, ending = ?, sum = ? WHERE id = ?");

	link->state = state;
	link->ending = ending;
	sql_bind_int(&call, link->state);
	sql_bind_int(&call, link->ending);
	sql_bind_int(&call, link_sum(store, link));
	sql_bind_int(&call, link->id);
	return sql_run(&call, err);
}

static bool must_get(struct store *store, int64_t id, struct arena *arena, struct link *ret_link,
		     struct error *err)
{
	bool found;

	if (!link_get(store, id, arena, ret_link, &found, err))
		return false;
	return found || error_set(err, ERR_USAGE, "there is no link %lld", (long long)id);
}

static bool dissolve(struct store *store, int64_t id, enum link_end ending, struct arena *arena,
		     struct error *err)
{
	struct link link;

	if (!must_get(store, id, arena, &link, err))
		return false;
	if (link.state == LINK_DISSOLVED)
		return true;
	return detach(store, &link, SIDE_RECORDS, true, arena, err) &&
	       detach(store, &link, SIDE_PEOPLE, true, arena, err) &&
	       (ending == LINK_END_ARCHIVED || shadow_delete(store, id, err)) &&
	       clear_waiting(store, id, err) &&
	       set_ending(store, &link, LINK_DISSOLVED, ending, err);
}

bool store_link_dissolve(struct store *store, int64_t link, enum link_end ending, struct error *err)
{
	struct arena arena = { 0 };
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = dissolve(store, link, ending, &arena, err);

	arena_release(&arena);
	return scope_end(store, scope, ok, err);
}

/* Unless another dissolved link remembers them too. */
static bool release_remembered(struct store *store, const struct link *link, struct error *err)
{
	static const char *const texts[SIDE_COUNT] = {
		"UPDATE person SET remembered = 0 WHERE side = 0 AND id = ?1 AND NOT EXISTS "
		"(SELECT 1 FROM link WHERE state = 1 AND records_id = ?1)",
		"UPDATE person SET remembered = 0 WHERE side = 1 AND id = ?1 AND NOT EXISTS "
		"(SELECT 1 FROM link WHERE state = 1 AND people_id = ?1)",
	};

	for (unsigned side = 0; side < SIDE_COUNT; side++) {
		struct sql_call call = sql_call(&store->sql, texts[side]);

		sql_bind_text(&call, link->side_id[side]);
		if (!sql_run(&call, err))
			return false;
	}
	return true;
}

static bool forget(struct store *store, int64_t id, struct arena *arena, struct error *err)
{
	struct link link;

	return must_get(store, id, arena, &link, err) &&
	       detach(store, &link, SIDE_RECORDS, false, arena, err) &&
	       detach(store, &link, SIDE_PEOPLE, false, arena, err) &&
	       shadow_delete(store, id, err) && clear_waiting(store, id, err) &&
	       delete_of_link(store, "DELETE FROM link WHERE id = ?", id, err) &&
	       release_remembered(store, &link, err);
}

bool store_link_forget(struct store *store, int64_t link, struct error *err)
{
	struct arena arena = { 0 };
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = forget(store, link, &arena, err);

	arena_release(&arena);
	return scope_end(store, scope, ok, err);
}

bool store_link_revive(struct store *store, int64_t id, struct error *err)
{
	struct arena arena = { 0 };
	struct link link;
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = must_get(store, id, &arena, &link, err) &&
			set_ending(store, &link, LINK_ACTIVE, LINK_END_NONE, err) &&
			link_attach(store, &link, err);

	arena_release(&arena);
	return scope_end(store, scope, ok, err);
}

static bool move(struct store *store, int64_t id, enum side side, struct str side_id,
		 struct arena *arena, struct error *err)
{
	struct link link;

	if (!must_get(store, id, arena, &link, err) ||
	    !detach(store, &link, side, false, arena, err))
		return false;
	link.side_id[side] = side_id;
	struct sql_call call = sql_call(
		&store->sql, "UPDATE link SET records_id = ?, people_id = ?, sum = ? WHERE id = ?");

	sql_bind_text(&call, link.side_id[SIDE_RECORDS]);
	sql_bind_text(&call, link.side_id[SIDE_PEOPLE]);
	sql_bind_int(&call, link_sum(store, &link));
	sql_bind_int(&call, id);
	return sql_run(&call, err) && link_attach(store, &link, err);
}

bool store_link_move(struct store *store, int64_t link, enum side side, struct str id,
		     struct error *err)
{
	struct arena arena = { 0 };
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = move(store, link, side, id, &arena, err);

	arena_release(&arena);
	return scope_end(store, scope, ok, err);
}
