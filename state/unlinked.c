/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unlinked: persons without a link, in full.
 */
#include "state/store_p.h"

bool store_unlinked_get(struct store *store, enum side side, struct str id, struct arena *arena,
			struct person *ret_person, bool *ret_found, struct error *err)
{
	struct person_row row;
	bool found;

	if (!person_row_get(store, side, id, &row, &found, err))
		return false;
	if (found && row.link == 0) {
		if (!staged_person(store, side, id, &row, arena, ret_person, err))
			return false;
	} else {
		found = false;
	}
	*ret_found = found;
	return true;
}

struct position {
	int64_t created_at;
	struct str id;
};

#define SQL_NO_CREATE \
	"NOT EXISTS (SELECT 1 FROM intent i WHERE i.kind = 0 AND i.target = 1 - ?1 " \
	"AND i.source_id = p.id) "

static const char free_ones[] =
	"SELECT p.created_at, p.id FROM person p INDEXED BY person_unlinked WHERE p.side = ?1 "
	"AND (p.created_at, p.id) > (?2, ?3) AND p.created_at <= ?4 AND " SQL_FREE
	" AND p.generation >= ?5 AND " SQL_NO_CREATE "ORDER BY p.created_at, p.id LIMIT 1";

static const char new_ones[] =
	"SELECT p.created_at, p.id FROM person p INDEXED BY person_unlinked WHERE p.side = ?1 "
	"AND (p.created_at, p.id) > (?2, ?3) AND p.created_at <= ?4 AND p.link IS NULL "
	"AND p.remembered = 0 AND " SQL_NO_CREATE "ORDER BY p.created_at, p.id LIMIT 1";

/* What is asked for of whom. */
struct wanted {
	enum side side;
	const char *which;
	int64_t first, last; /* creation times */
	int64_t since;       /* generation; of free_ones */
};

static bool next_one(struct store *store, const struct wanted *wanted, struct arena *arena,
		     struct position *at, bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call = sql_call(&store->sql, wanted->which);

	sql_bind_int(&call, wanted->side);
	sql_bind_int(&call, at->created_at);
	sql_bind_text(&call, at->id);
	sql_bind_int(&call, wanted->last);
	if (wanted->which == free_ones)
		sql_bind_int(&call, wanted->since);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*at = (struct position){ sql_int(&call, 0), sql_text_copy(&call, 1, arena) };
	sql_end(&call);
	return true;
}

static bool hand_out(struct store *store, enum side side, struct str id, struct arena *arena,
		     person_fn *fn, void *payload, struct error *err)
{
	struct person person;
	bool found;

	return store_unlinked_get(store, side, id, arena, &person, &found, err) &&
	       (!found || fn(payload, &person, arena, err));
}

static bool each(struct store *store, const struct wanted *wanted, person_fn *fn, void *payload,
		 struct error *err)
{
	struct arena arenas[2] = { 0 };
	struct position at = { .created_at = wanted->first };
	unsigned turn = 0;
	bool found = true;
	bool ok = true;

	while (ok && found) {
		turn = !turn;
		arena_reset(&arenas[turn]);
		ok = next_one(store, wanted, &arenas[turn], &at, &found, err);
		if (ok && found)
			ok = hand_out(store, wanted->side, at.id, &arenas[turn], fn, payload, err);
	}
	arena_release(&arenas[0]);
	arena_release(&arenas[1]);
	return ok;
}

bool store_unlinked_each(struct store *store, enum side side, int64_t since, person_fn *fn,
			 void *payload, struct error *err)
{
	const struct wanted wanted = { side, free_ones, INT64_MIN, INT64_MAX, since };

	return each(store, &wanted, fn, payload, err);
}

bool store_newcomers_each(struct store *store, enum side side, int64_t since, person_fn *fn,
			  void *payload, struct error *err)
{
	const struct wanted undated = { side, new_ones, 0, 0, 0 };
	const struct wanted dated = { side, new_ones, since, INT64_MAX, 0 };

	return each(store, &undated, fn, payload, err) && each(store, &dated, fn, payload, err);
}

bool store_unlinked_count(struct store *store, enum side side, int64_t *ret_n, struct error *err)
{
	return store_number(store,
			    "SELECT count(*) FROM person WHERE side = ? AND link IS NULL "
			    "AND archived_at = 0",
			    side, ret_n, err);
}
