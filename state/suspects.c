/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspects: free persons that look like somebody who is there already.
 *
 * Every key of a free person is looked at once, with all who hold it, so that a key that thousands
 * share costs thousands and not their square.
 */
#include "state/store_p.h"

#include <assert.h>

static_assert(KEY_EMAIL == 1 && KEY_LINKEDIN == 2, "the kinds named in the statements below");

/* Who holds the key and is linked; the side does not matter. */
static const char find_linked[] =
	"INSERT INTO suspect_key(kind, key, linked) SELECT d.kind, d.key, "
	"(SELECT o.no FROM match_key h CROSS JOIN person o ON o.no = h.person "
	"WHERE h.kind = d.kind AND h.key = d.key AND o.link IS NOT NULL LIMIT 1) "
	"FROM (SELECT DISTINCT k.kind, k.key FROM person p INDEXED BY person_unlinked "
	"CROSS JOIN match_key k INDEXED BY match_key_person "
	"ON k.person = p.no AND k.kind IN (1, 2) WHERE " SQL_FREE ") d";

static const char suspect_linked[] =
	"INSERT OR IGNORE INTO suspect(side, id, suspicion, key, other_id) "
	"SELECT p.side, p.id, 0, k.key, o.id FROM person p INDEXED BY person_unlinked "
	"CROSS JOIN match_key k INDEXED BY match_key_person "
	"ON k.person = p.no AND k.kind IN (1, 2) "
	"CROSS JOIN suspect_key s ON s.kind = k.kind AND s.key = k.key "
	"CROSS JOIN person o ON o.no = s.linked WHERE " SQL_FREE;

/* All but the oldest of those of one side that share a key. */
static const char suspect_twins[] =
	"INSERT OR IGNORE INTO suspect(side, id, suspicion, key, other_id) "
	"SELECT side, id, 1, key, first_id FROM (SELECT p.side AS side, p.id AS id, k.key AS key, "
	"first_value(p.id) OVER (PARTITION BY k.kind, k.key, p.side ORDER BY p.created_at, p.id) "
	"AS first_id FROM person p INDEXED BY person_unlinked "
	"CROSS JOIN match_key k INDEXED BY match_key_person "
	"ON k.person = p.no AND k.kind IN (1, 2) WHERE " SQL_FREE ") WHERE first_id <> id";

static bool collect(struct store *store, struct error *err)
{
	struct scope scope;

	static_assert(SUSPECT_LINKED == 0 && SUSPECT_TWIN == 1, "as stored");
	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok =
		sql_exec(&store->sql, "DELETE FROM suspect; DELETE FROM suspect_key", err) &&
		sql_exec(&store->sql, find_linked, err) &&
		sql_exec(&store->sql, suspect_linked, err) &&
		sql_exec(&store->sql, suspect_twins, err) &&
		sql_exec(&store->sql, "DELETE FROM suspect_key", err);

	return scope_end(store, scope, ok, err);
}

struct suspect {
	enum side side;
	enum suspicion suspicion;
	struct str id, key, other_id;
};

static bool next_suspect(struct store *store, struct arena *arena, struct suspect *suspect,
			 bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT side, id, suspicion, key, other_id FROM suspect "
				      "WHERE (side, id) > (?, ?) ORDER BY side, id LIMIT 1");

	sql_bind_int(&call, suspect->side);
	sql_bind_text(&call, suspect->id);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*suspect = (struct suspect){
		.side = sql_int(&call, 0) == SIDE_RECORDS ? SIDE_RECORDS : SIDE_PEOPLE,
		.id = sql_text_copy(&call, 1, arena),
		.suspicion = sql_int(&call, 2) == SUSPECT_LINKED ? SUSPECT_LINKED : SUSPECT_TWIN,
		.key = sql_text_copy(&call, 3, arena),
		.other_id = sql_text_copy(&call, 4, arena),
	};
	sql_end(&call);
	return true;
}

bool store_match_suspects(struct store *store, suspect_fn *fn, void *payload, struct error *err)
{
	struct arena arenas[2] = { 0 };
	struct suspect suspect = { 0 };
	unsigned turn = 0;
	bool found = true;
	bool ok = collect(store, err);

	while (ok && found) {
		turn = !turn;
		arena_reset(&arenas[turn]);
		ok = next_suspect(store, &arenas[turn], &suspect, &found, err);
		if (ok && found)
			ok = fn(payload, suspect.side, suspect.id, suspect.suspicion, suspect.key,
				suspect.other_id, err);
	}
	arena_release(&arenas[0]);
	arena_release(&arenas[1]);
	return ok;
}
