/* SPDX-License-Identifier: Apache-2.0 */
#include "state/removals.h"

#include "state/forget.h"
#include "state/store_p.h"

#include <assert.h>

/* ?2: the person's side */
#define SQL_SHARES_A_KEY \
	"EXISTS (SELECT 1 FROM match_key k CROSS JOIN match_key o ON o.kind = k.kind " \
	"AND o.key = k.key CROSS JOIN person q ON q.no = o.person " \
	"WHERE k.person = person.no AND q.side = 1 - ?2 AND q.link IS NULL)"

bool store_absent_each(struct store *store, enum side side, int64_t generation, int64_t after,
		       bool proved_too, absent_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	int64_t last = after;
	bool found = true;
	bool ok = true;

	while (ok && found) {
		struct sql_call call = sql_call(
			&store->sql,
			"SELECT no, id, link IS NOT NULL FROM person WHERE no > ?1 AND side = ?2 "
			"AND generation < ?3 AND (?4 OR link IS NULL OR gone_cycle = 0) "
			"AND (link IS NOT NULL OR (archived_at = 0 "
			"AND remembered = 0 AND " SQL_SHARES_A_KEY ")) ORDER BY no LIMIT 1");

		sql_bind_int(&call, last);
		sql_bind_int(&call, side);
		sql_bind_int(&call, generation);
		sql_bind_int(&call, proved_too);
		arena_reset(&arena);
		ok = sql_row(&call, &found, err);
		if (!ok || !found)
			break;
		const struct str id = sql_text_copy(&call, 1, &arena);
		const bool linked = sql_int(&call, 2) != 0;

		last = sql_int(&call, 0);
		sql_end(&call);
		ok = fn(payload, last, id, linked, err);
	}
	arena_release(&arena);
	return ok || err->code == ERR_CANCELED;
}

bool store_witnesses(struct store *store, enum side side, int64_t generation, unsigned n,
		     struct arena *arena, struct str *ret_ids, struct error *err)
{
	int64_t last = 0;
	bool found = true;

	for (unsigned i = 0; i < n; i++) {
		ret_ids[i] = (struct str){ NULL, 0 };
		if (!found)
			continue;
		struct sql_call call =
			sql_call(&store->sql, "SELECT no, id FROM person WHERE no > ? "
					      "AND side = ? AND generation = ? "
					      "ORDER BY no LIMIT 1");

		sql_bind_int(&call, last);
		sql_bind_int(&call, side);
		sql_bind_int(&call, generation);
		if (!sql_row(&call, &found, err))
			return false;
		if (!found)
			continue;
		last = sql_int(&call, 0);
		ret_ids[i] = sql_text_copy(&call, 1, arena);
		sql_end(&call);
	}
	return true;
}

bool store_person_gone(struct store *store, enum side side, struct str id, int64_t generation,
		       int64_t cycle, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE person SET gone_cycle = ? WHERE side = ? "
				      "AND id = ? AND generation < ?");

	sql_bind_int(&call, cycle);
	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	sql_bind_int(&call, generation);
	return sql_run(&call, err);
}

bool store_forget_unseen(struct store *store, enum side side, int64_t generation, struct error *err)
{
	/* The source of a create that is under way is needed until its outcome is known. */
	struct sql_call call =
		sql_call(&store->sql,
			 "DELETE FROM person WHERE generation < ?1 AND side = ?2 AND link IS NULL "
			 "AND (gone_cycle > 0 OR archived_at > 0 OR remembered = 1 "
			 "OR NOT " SQL_SHARES_A_KEY ") AND NOT EXISTS (SELECT 1 FROM intent i "
			 "WHERE i.kind = 0 AND i.target = 1 - ?2 AND i.source_id = person.id)");

	sql_bind_int(&call, generation);
	sql_bind_int(&call, side);
	return sql_run(&call, err);
}

bool store_left_each(struct store *store, pair_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	int64_t link = 0;
	bool ok = true;

	for (;;) {
		struct pair pair;

		ok = store_number(
			store,
			"SELECT link FROM person INDEXED BY person_left WHERE link IS NOT NULL "
			"AND (gone_cycle > 0 OR archived_at > 0) AND link > ? "
			"ORDER BY link LIMIT 1",
			link, &link, err);
		if (!ok || link == 0)
			break;
		arena_reset(&arena);
		ok = store_pair_get(store, link, &arena, &pair, err) &&
		     fn(payload, &pair, &arena, err);
		if (!ok)
			break;
	}
	arena_release(&arena);
	return ok;
}

bool store_ended_each(struct store *store, enum link_end ending, link_fn *fn, void *payload,
		      struct error *err)
{
	struct arena arena = { 0 };
	int64_t id = 0;
	bool ok = true;

	for (;;) {
		struct link link;
		bool found;
		struct sql_call call =
			sql_call(&store->sql, "SELECT id FROM link WHERE state = 1 AND ending = ? "
					      "AND id > ? ORDER BY id LIMIT 1");

		sql_bind_int(&call, ending);
		sql_bind_int(&call, id);
		ok = sql_row(&call, &found, err);
		if (!ok || !found)
			break;
		id = sql_int(&call, 0);
		sql_end(&call);
		arena_reset(&arena);
		ok = link_get(store, id, &arena, &link, &found, err) &&
		     (!found || fn(payload, &link, err));
		if (!ok)
			break;
	}
	arena_release(&arena);
	return ok;
}

struct among_forgotten {
	struct store *store;
	bool found;
};

static bool is_forgotten_key(void *payload, const struct match_key *key, struct error *err)
{
	struct among_forgotten *among = payload;
	bool marked = false;

	if (among->found || (key->kind != KEY_EMAIL && key->kind != KEY_LINKEDIN))
		return true;
	if (!marks_have_key(among->store, key, &marked, err))
		return false;
	among->found = marked;
	return true;
}

/* Nothing else is known of who was forgotten: that it was linked is the careful guess. */
static bool look_among_forgotten(struct store *store, enum side side, struct str id,
				 int64_t *ret_link, int64_t *ret_n, struct error *err)
{
	struct among_forgotten among = { .store = store };

	if (!store_key_each(store, side, id, is_forgotten_key, &among, err))
		return false;
	if (among.found) {
		*ret_n = 1;
		*ret_link = -1;
	}
	return true;
}

bool store_survivor(struct store *store, enum side side, struct str id, int64_t generation,
		    struct arena *arena, struct str *ret_id, int64_t *ret_link, int64_t *ret_n,
		    struct error *err)
{
	bool found;

	static_assert(KEY_EMAIL == 1 && KEY_LINKEDIN == 2, "the kinds named below");
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT min(o.no), o.id, coalesce(o.link, 0), count(DISTINCT o.no) FROM person g "
		"CROSS JOIN match_key k ON k.person = g.no AND k.kind IN (1, 2) "
		"CROSS JOIN match_key h ON h.kind = k.kind AND h.key = k.key "
		"CROSS JOIN person o ON o.no = h.person WHERE g.side = ?1 AND g.id = ?2 "
		"AND o.side = ?1 AND o.no <> g.no AND o.generation >= ?3 AND o.archived_at = 0");

	*ret_n = *ret_link = 0;
	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	sql_bind_int(&call, generation);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_n = found ? sql_int(&call, 3) : 0;
	if (*ret_n > 0) {
		*ret_id = sql_text_copy(&call, 1, arena);
		*ret_link = sql_int(&call, 2);
	}
	sql_end(&call);
	return *ret_n > 0 || look_among_forgotten(store, side, id, ret_link, ret_n, err);
}
