/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pairs: linked persons with all that is known of them, and settling what became of them.
 */
#include "state/store_p.h"

static bool damaged(const struct store *store, int64_t link, const char *what, struct error *err)
{
	(void)error_set(err, ERR_STORE,
			"state %s: link %lld has no %s: the file is damaged; restore a backup, or "
			"start anew with `crmsync reset`",
			store->path, (long long)link, what);
	err->native = SQLITE_CORRUPT;
	return false;
}

/* A shadow that was stored under another field table reads as unknown in the rows that changed. */
static bool load_shadow(struct store *store, enum side side, struct pair *pair,
			struct shadow_row *ret_row, struct arena *arena, struct error *err)
{
	bool found;

	if (!shadow_get(store, pair->link.id, side, arena, ret_row, &found, err))
		return false;
	pair->has_shadow[side] = found;
	if (!found) {
		person_init(&pair->shadow[side], arena, store->fields);
		return true;
	}
	if (!person_unpack(ret_row->body, store->fields, arena, &pair->shadow[side], err))
		return error_wrap(err, "state %s: shadow of link %lld", store->path,
				  (long long)pair->link.id);
	pair->shadow[side].id = pair->link.side_id[side];
	return true;
}

static bool load_side(struct store *store, enum side side, struct pair *pair, struct arena *arena,
		      struct error *err)
{
	const struct str id = pair->link.side_id[side];
	struct shadow_row shadow = { 0 };
	struct person_row row;
	bool found;

	if (!person_row_get(store, side, id, &row, &found, err))
		return false;
	if (!found || row.link != pair->link.id)
		return damaged(store, pair->link.id,
			       side == SIDE_RECORDS ? "records person" : "people person", err);
	if (!load_shadow(store, side, pair, &shadow, arena, err))
		return false;
	pair->generation[side] = row.generation;
	pair->gone_cycle[side] = row.gone_cycle;
	pair->unreadable[side] = row.unreadable;
	if (row.staged) {
		pair->old_seen_at[side] = row.old_seen_at;
		return staged_person(store, side, id, &row, arena, &pair->now[side], err);
	}
	if (!pair->has_shadow[side])
		return damaged(store, pair->link.id, "content on one side", err);
	pair->now[side] = person_copy(arena, store->fields, &pair->shadow[side]);
	person_row_overlay(&row, &pair->now[side]);
	pair->old_seen_at[side] =
		pair->now[side].seen_at > shadow.seen_at ? pair->now[side].seen_at : shadow.seen_at;
	return true;
}

bool store_pair_get(struct store *store, int64_t link, struct arena *arena, struct pair *ret_pair,
		    struct error *err)
{
	struct pair pair = { 0 };
	bool found;

	if (!link_get(store, link, arena, &pair.link, &found, err))
		return false;
	if (!found || pair.link.state != LINK_ACTIVE)
		return error_set(err, ERR_USAGE, "there is no active link %lld", (long long)link);
	if (!load_side(store, SIDE_RECORDS, &pair, arena, err) ||
	    !load_side(store, SIDE_PEOPLE, &pair, arena, err))
		return false;
	*ret_pair = pair;
	return true;
}

static bool person_get(struct store *store, enum side side, struct str id, struct arena *arena,
		       struct person *ret_person, bool *ret_found, struct error *err)
{
	struct person_row row;
	struct pair pair;

	if (!person_row_get(store, side, id, &row, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	if (row.link == 0)
		return staged_person(store, side, id, &row, arena, ret_person, err);
	if (!store_pair_get(store, row.link, arena, &pair, err))
		return false;
	*ret_person = pair.now[side];
	return true;
}

bool store_person_get(struct store *store, enum side side, struct str id, struct arena *arena,
		      struct person *ret_person, bool *ret_found, struct error *err)
{
	/* A reader beside a writer: the row and what it points to are of one moment. */
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = person_get(store, side, id, arena, ret_person, ret_found, err);

	return scope_end(store, scope, ok, err);
}

struct dirty {
	pair_fn *fn;
	void *payload;
	int64_t last; /* the link that was handed out last */
	bool more;
};

static bool next_dirty(struct store *store, struct dirty *dirty, struct error *err)
{
	return store_number(store,
			    "SELECT min(link) FROM (SELECT min(link) AS link FROM person "
			    "WHERE link IS NOT NULL AND staged = 1 AND link > ?1 UNION ALL "
			    "SELECT min(w.link) FROM wish w JOIN link l ON l.id = w.link "
			    "AND l.state = 0 WHERE w.link > ?1)",
			    dirty->last, &dirty->last, err);
}

static bool dirty_batch(struct store *store, unsigned batch, struct dirty *dirty,
			struct arena *arena, struct error *err)
{
	for (unsigned i = 0; i < batch; i++) {
		struct pair pair;

		if (!next_dirty(store, dirty, err))
			return false;
		dirty->more = dirty->last != 0;
		if (!dirty->more)
			return true;
		arena_reset(arena);
		if (!store_pair_get(store, dirty->last, arena, &pair, err) ||
		    !dirty->fn(dirty->payload, &pair, arena, err))
			return false;
	}
	return true;
}

bool store_pairs_dirty(struct store *store, unsigned batch, pair_fn *fn, void *payload,
		       struct error *err)
{
	struct dirty dirty = { .fn = fn, .payload = payload, .more = true };
	struct arena arena = { 0 };
	bool ok = true;

	while (ok && dirty.more) {
		ok = store_begin(store, err);
		if (!ok)
			break;
		ok = dirty_batch(store, batch > 0 ? batch : 1, &dirty, &arena, err) &&
		     store_commit(store, err);
		if (!ok)
			store_rollback(store);
	}
	arena_release(&arena);
	return ok;
}

struct settle {
	enum side side;
	const struct person *now;
	struct digest digest; /* of now */
	bool agrees;
	struct person_row row;
};

/* The raw digest says "these bytes are what we hold": it goes when we hold something else, the answer
 * to a write of ours, or a later edit back to these very bytes would be overlooked. */
static bool settle_row(struct store *store, const struct settle *settle, int64_t old_seen_at,
		       struct error *err)
{
	const struct person *now = settle->now;
	struct sql_call call = sql_call(
		&store->sql,
		"UPDATE person SET raw = CASE WHEN digest = ?1 THEN raw END, digest = ?1, staged = ?2, "
		"seen_at = ?3, old_seen_at = ?4, created_at = ?5, updated_at = ?6, archived_at = ?7 "
		"WHERE no = ?8");

	sql_bind_digest(&call, &settle->digest);
	sql_bind_int(&call, !settle->agrees);
	sql_bind_int(&call, now->seen_at);
	sql_bind_int(&call, settle->agrees ? 0 : old_seen_at);
	sql_bind_int(&call, now->created_at);
	sql_bind_int(&call, now->updated_at);
	sql_bind_int(&call, now->archived_at);
	sql_bind_int(&call, settle->row.no);
	return sql_run(&call, err);
}

static bool settle_content(struct store *store, const struct settle *settle, struct error *err)
{
	struct str packed;

	if (settle->agrees)
		return !settle->row.staged || staged_delete(store, settle->row.no, err);
	return pack_person(store, settle->now, &packed, err) &&
	       staged_put(store, settle->row.no, packed, err);
}

static bool settle_shadow(struct store *store, int64_t link, enum side side,
			  const struct person *shadow, int64_t seen_at, struct error *err)
{
	struct shadow_row row = { .digest = person_digest(shadow, store->fields),
				  .seen_at = seen_at };

	return pack_person(store, shadow, &row.body, err) &&
	       shadow_put(store, link, side, &row, err) &&
	       (side != SIDE_PEOPLE || user_turn_due(store, link, err));
}

static bool settle_side(struct store *store, int64_t link, struct settle *settle,
			const struct person *shadow, struct arena *arena, struct error *err)
{
	struct link facts;
	bool found;

	if (!link_get(store, link, arena, &facts, &found, err))
		return false;
	if (!found || facts.state != LINK_ACTIVE)
		return error_set(err, ERR_USAGE, "there is no active link %lld", (long long)link);
	if (!person_row_get(store, settle->side, facts.side_id[settle->side], &settle->row, &found,
			    err))
		return false;
	if (!found || settle->row.link != link)
		return damaged(store, link,
			       settle->side == SIDE_RECORDS ? "records person" : "people person",
			       err);
	const int64_t old_seen_at =
		settle->row.staged ? settle->row.old_seen_at : person_row_sight(&settle->row);

	return settle_row(store, settle, old_seen_at, err) && settle_content(store, settle, err) &&
	       settle_shadow(store, link, settle->side, shadow, settle->now->seen_at, err);
}

bool store_settle(struct store *store, int64_t link, enum side side, const struct person *now,
		  const struct person *shadow, struct error *err)
{
	const struct digest agreed = person_digest(shadow, store->fields);
	struct settle settle = {
		.side = side,
		.now = now,
		.digest = person_digest(now, store->fields),
	};
	struct arena arena = { 0 };
	struct scope scope;

	settle.agrees = digest_equal(&settle.digest, &agreed);
	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = settle_side(store, link, &settle, shadow, &arena, err);

	arena_release(&arena);
	return scope_end(store, scope, ok, err);
}
