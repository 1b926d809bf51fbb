/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members: named things of a side, kept whole, and what was looked for among them in vain.
 */
#include "state/members.h"
#include "state/store_p.h"

static bool next(struct store *store, const char *collection, struct str after, struct arena *arena,
		 struct stored_member *ret_member, bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT id, title, known_by, text FROM member "
				      "WHERE collection = ? AND id > ? ORDER BY id LIMIT 1");

	sql_bind_text(&call, str_from(collection));
	sql_bind_text(&call, after);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*ret_member = (struct stored_member){
		.id = sql_text_copy(&call, 0, arena),
		.title = sql_text_copy(&call, 1, arena),
		.known_by = sql_text_copy(&call, 2, arena),
		.text = sql_text_copy(&call, 3, arena),
	};
	sql_end(&call);
	return true;
}

static bool read_at(struct store *store, const char *collection, int64_t *ret_read_at,
		    uint32_t *ret_requests, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT read_at, requests FROM collection WHERE name = ?");

	sql_bind_text(&call, str_from(collection));
	if (!sql_row(&call, &found, err))
		return false;
	*ret_read_at = found ? sql_int(&call, 0) : 0;
	*ret_requests = found ? (uint32_t)sql_int(&call, 1) : 0;
	sql_end(&call);
	return true;
}

bool store_members_each(struct store *store, const char *collection, int64_t *ret_read_at,
			uint32_t *ret_requests, stored_member_fn *fn, void *payload,
			struct error *err)
{
	struct arena arenas[2] = { 0 };
	struct stored_member member = { .id = { "", 0 } };
	unsigned turn = 0;
	bool found = true;
	bool ok = read_at(store, collection, ret_read_at, ret_requests, err);

	while (ok && found) {
		turn = !turn;
		arena_reset(&arenas[turn]);
		ok = next(store, collection, member.id, &arenas[turn], &member, &found, err);
		if (ok && found)
			ok = fn(payload, &member, err);
	}
	arena_release(&arenas[0]);
	arena_release(&arenas[1]);
	return ok;
}

bool store_members_begin(struct store *store, const char *collection, int64_t at, uint32_t requests,
			 struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	struct sql_call call = sql_call(&store->sql, "DELETE FROM member WHERE collection = ?");

	sql_bind_text(&call, str_from(collection));
	bool ok = sql_run(&call, err);

	if (ok) {
		/* What was looked for in vain is so until the next reading. */
		call = sql_call(&store->sql,
				"DELETE FROM sought WHERE collection = ?1 AND NOT EXISTS "
				"(SELECT 1 FROM collection WHERE name = ?1 AND read_at = ?2)");
		sql_bind_text(&call, str_from(collection));
		sql_bind_int(&call, at);
		ok = sql_run(&call, err);
	}
	if (ok) {
		call = sql_call(&store->sql,
				"INSERT INTO collection(name, read_at, requests) VALUES(?, ?, ?) "
				"ON CONFLICT(name) DO UPDATE SET read_at = excluded.read_at, "
				"requests = excluded.requests");
		sql_bind_text(&call, str_from(collection));
		sql_bind_int(&call, at);
		sql_bind_int(&call, requests);
		ok = sql_run(&call, err);
	}
	return scope_end(store, scope, ok, err);
}

bool store_members_outdate(struct store *store, const char *collection, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE collection SET read_at = ? WHERE name = ?");

	sql_bind_int(&call, STORE_MEMBERS_OLD);
	sql_bind_text(&call, str_from(collection));
	return sql_run(&call, err);
}

bool store_members_put(struct store *store, const char *collection,
		       const struct stored_member *member, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO member(collection, id, title, known_by, text) VALUES(?, ?, ?, ?, ?) "
		"ON CONFLICT(collection, id) DO UPDATE SET title = excluded.title, "
		"known_by = excluded.known_by, text = excluded.text");

	sql_bind_text(&call, str_from(collection));
	sql_bind_text(&call, member->id);
	sql_bind_text(&call, member->title);
	sql_bind_text(&call, member->known_by);
	sql_bind_text(&call, member->text);
	return sql_run(&call, err);
}

static bool next_sought(struct store *store, const char *collection, struct str after,
			struct arena *arena, struct str *ret_text, bool *ret_refused,
			bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT text, refused FROM sought "
				      "WHERE collection = ? AND text > ? ORDER BY text LIMIT 1");

	sql_bind_text(&call, str_from(collection));
	sql_bind_text(&call, after);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*ret_text = sql_text_copy(&call, 0, arena);
	*ret_refused = sql_int(&call, 1) != 0;
	sql_end(&call);
	return true;
}

bool store_sought_each(struct store *store, const char *collection, sought_fn *fn, void *payload,
		       struct error *err)
{
	struct arena arena = { 0 };
	struct str text = STR_LIT("");
	bool refused = false;
	bool found = true;
	bool ok = true;

	while (ok && found) {
		ok = next_sought(store, collection, text, &arena, &text, &refused, &found, err);
		if (ok && found)
			fn(payload, text, refused);
	}
	arena_release(&arena);
	return ok;
}

bool store_sought_add(struct store *store, const char *collection, struct str text, bool refused,
		      struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql,
			 "INSERT INTO sought(collection, text, refused) VALUES(?, ?, ?) "
			 "ON CONFLICT(collection, text) DO UPDATE SET refused = excluded.refused");

	sql_bind_text(&call, str_from(collection));
	sql_bind_text(&call, text);
	sql_bind_int(&call, refused);
	return sql_run(&call, err);
}
