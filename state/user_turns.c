/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_turns: whose users record is looked at next.
 */
#include "state/store_p.h"
#include "state/users.h"

/* Those of whom no users record is wanted yet have no row, and none is made for them. */
bool user_turn_due(struct store *store, int64_t link, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE user_turn SET due = 1 WHERE link = ? AND due = 0");

	sql_bind_int(&call, link);
	return sql_run(&call, err);
}

/* ---- The beginning ---- */

#define WORKSPACE_NAME "users.workspace"

static bool note_workspace(struct store *store, struct str workspace, struct error *err)
{
	struct arena arena = { 0 };
	struct str before;
	bool ok = store_meta_get(store, WORKSPACE_NAME, &arena, &before, err);

	if (ok && !str_equal(before, workspace))
		ok = sql_exec(&store->sql, "UPDATE user_turn SET due = 1 WHERE due = 0", err) &&
		     store_meta_set(store, WORKSPACE_NAME, workspace, err);
	arena_release(&arena);
	return ok;
}

bool store_user_turns_begin(struct store *store, struct str workspace, struct error *err)
{
	static const char *const texts[] = {
		/* Numbers of links only grow: those behind the last turn are new. */
		"INSERT INTO user_turn(link) SELECT id FROM link "
		"WHERE id > coalesce((SELECT max(link) FROM user_turn), 0)",
		"UPDATE user_turn SET due = 1 WHERE due = 0 AND link IN "
		"(SELECT link FROM user_write)",
		"UPDATE user_turn SET due = 1 WHERE due = 0 AND link IN (SELECT t.link "
		"FROM user_turn t WHERE t.parked = 1 AND NOT EXISTS (SELECT 1 FROM quarantine q "
		"WHERE q.link > 0 AND q.link = t.link AND q.target = 0 "
		"AND q.source_id = '" QUARANTINE_USER "'))",
		"UPDATE user_turn SET due = 1, waits = 0 WHERE waits > 0 AND NOT EXISTS "
		"(SELECT 1 FROM link l WHERE l.id = user_turn.waits AND l.state = 0)",
	};
	struct scope scope;
	bool ok = scope_begin(store, &scope, err);

	if (!ok)
		return false;
	for (size_t i = 0; ok && i < COUNT_OF(texts); i++) {
		struct sql_call call = sql_call(&store->sql, texts[i]);

		ok = sql_run(&call, err);
	}
	ok = ok && note_workspace(store, workspace, err);
	return scope_end(store, scope, ok, err);
}

/* ---- Turns ---- */

static bool meet(struct store *store, int64_t link, int64_t cycle, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE user_turn SET cycle = ? WHERE link = ?");

	sql_bind_int(&call, cycle);
	sql_bind_int(&call, link);
	return sql_run(&call, err);
}

bool store_user_turn_next(struct store *store, int64_t cycle, struct arena *arena,
			  struct user_turn *ret_turn, bool *ret_found, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql, "SELECT t.link, coalesce(l.state, 1), coalesce(l.records_id, '') "
			     "FROM user_turn t INDEXED BY user_turn_due LEFT JOIN link l "
			     "ON l.id = t.link WHERE t.due = 1 AND t.cycle < ? "
			     "ORDER BY t.cycle, t.link LIMIT 1");

	sql_bind_int(&call, cycle);
	if (!sql_row(&call, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	*ret_turn = (struct user_turn){
		.link = sql_int(&call, 0),
		.active = sql_int(&call, 1) == LINK_ACTIVE,
		.records_id = sql_text_copy(&call, 2, arena),
	};
	sql_end(&call);
	return meet(store, ret_turn->link, cycle, err);
}

bool store_user_turn_end(struct store *store, int64_t link, const struct user_turn_end *end,
			 struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql, "UPDATE user_turn SET due = ?, parked = ?, waits = ? WHERE link = ?");

	sql_bind_int(&call, end->due);
	sql_bind_int(&call, end->parked);
	sql_bind_int(&call, end->waits);
	sql_bind_int(&call, link);
	return sql_run(&call, err);
}

bool store_user_release(struct store *store, int64_t link, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "UPDATE user_turn SET due = 1, cycle = 0, "
						     "waits = 0 WHERE waits > 0 AND waits = ?");

	sql_bind_int(&call, link);
	return sql_run(&call, err);
}
