/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observe: what a side said of one person, against what we knew.
 *
 *	unlinked                        staged, with its match keys
 *	linked, equal to its shadow     not staged; the shadow takes over what is new beside the content
 *	linked, differs or no shadow    staged
 *	forgotten                       nothing is stored: only that its mark was seen
 *	could not be read before        no longer so (unreadable.h)
 *
 * A generation of 0 comes from a person read alone: the raw digest is dropped, since the bytes of a
 * list's record no longer tell what we hold, and a person that is new takes the newest generation: it
 * was alive after that scan began.
 */
#include "state/store_p.h"

struct observe {
	enum side side;
	const struct person *person;
	const struct digest *raw;
	int64_t generation;
	struct digest digest;
	enum observation observation;
	int64_t old_seen_at;
	int64_t keys_sum;
	/* The row as it was; no == 0: there was none. */
	struct person_row row;
};

static int64_t latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The content is the shadow's, but labels inside elements and times may be new: a later write sends
 * these elements back, so they have to be the newest.  What was invented stays marked. */
static bool refresh_shadow(struct store *store, const struct observe *see,
			   struct shadow_row *shadow, struct arena *arena, struct error *err)
{
	struct person old;
	struct str packed;

	if (!person_unpack(shadow->body, store->fields, arena, &old, err))
		return error_wrap(err, "state %s: shadow of link %lld", store->path,
				  (long long)see->row.link);
	struct person fresh = *see->person;

	fresh.values = arena_alloc(arena, store->fields->n, sizeof(*fresh.values));
	for (size_t i = 0; i < store->fields->n; i++) {
		fresh.values[i] = see->person->values[i];
		fresh.values[i].invented |= old.values[i].invented;
	}
	if (!pack_person(store, &fresh, &packed, err))
		return false;
	shadow->body = packed;
	return shadow_put(store, see->row.link, see->side, shadow, err);
}

static bool judge_linked(struct store *store, struct observe *see, struct arena *arena,
			 struct error *err)
{
	struct shadow_row shadow;
	bool found;

	if (!shadow_get(store, see->row.link, see->side, arena, &shadow, &found, err))
		return false;
	if (found && digest_equal(&shadow.digest, &see->digest)) {
		see->observation = OBSERVED_SAME;
		return refresh_shadow(store, see, &shadow, arena, err);
	}
	see->observation = OBSERVED_CHANGED;
	if (see->row.staged)
		see->old_seen_at = see->row.old_seen_at;
	else if (found)
		see->old_seen_at = latest(person_row_sight(&see->row), shadow.seen_at);
	return true;
}

/* Whether this id is part of a dissolved link: then it is neither matched nor created across. */
static bool is_remembered(struct store *store, const struct observe *see, bool *ret_remembered,
			  struct error *err)
{
	struct sql_call call =
		see->side == SIDE_RECORDS ?
			sql_call(&store->sql,
				 "SELECT 1 FROM link WHERE state = 1 AND records_id = ? LIMIT 1") :
			sql_call(&store->sql,
				 "SELECT 1 FROM link WHERE state = 1 AND people_id = ? LIMIT 1");

	sql_bind_text(&call, see->person->id);
	return sql_found(&call, ret_remembered, err);
}

static bool insert_row(struct store *store, struct observe *see, struct error *err)
{
	const struct person *person = see->person;
	bool remembered;

	if (!is_remembered(store, see, &remembered, err))
		return false;
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO person(side, id, generation, raw, digest, staged, remembered, seen_at, "
		"created_at, updated_at, archived_at, keys_sum) VALUES(?1, ?2, CASE WHEN ?3 > 0 THEN ?3 "
		"ELSE (SELECT coalesce(max(generation), 0) FROM scan WHERE side = ?1) END, "
		"?4, ?5, 1, ?6, ?7, ?8, ?9, ?10, ?11)");

	sql_bind_int(&call, see->side);
	sql_bind_text(&call, person->id);
	sql_bind_int(&call, see->generation);
	sql_bind_digest(&call, see->raw);
	sql_bind_digest(&call, &see->digest);
	sql_bind_int(&call, remembered);
	sql_bind_int(&call, person->seen_at);
	sql_bind_int(&call, person->created_at);
	sql_bind_int(&call, person->updated_at);
	sql_bind_int(&call, person->archived_at);
	sql_bind_int(&call, see->keys_sum);
	if (!sql_run(&call, err))
		return false;
	see->row.no = sqlite3_last_insert_rowid(store->sql.db);
	return true;
}

static bool update_row(struct store *store, const struct observe *see, struct error *err)
{
	const struct person *person = see->person;
	struct sql_call call = sql_call(
		&store->sql,
		"UPDATE person SET generation = CASE WHEN ?1 > 0 THEN ?1 ELSE generation END, raw = ?2, "
		"misread = CASE WHEN ?2 IS NULL THEN 0 ELSE misread END, "
		"digest = ?3, staged = ?4, seen_at = ?5, old_seen_at = ?6, created_at = ?7, "
		"updated_at = ?8, archived_at = ?9, keys_sum = ?10, gone_cycle = 0, "
		"hidden = CASE WHEN ?2 IS NULL THEN hidden ELSE 0 END WHERE no = ?11");

	sql_bind_int(&call, see->generation);
	sql_bind_digest(&call, see->raw);
	sql_bind_digest(&call, &see->digest);
	sql_bind_int(&call, see->observation != OBSERVED_SAME);
	sql_bind_int(&call, person->seen_at);
	sql_bind_int(&call, see->old_seen_at);
	sql_bind_int(&call, person->created_at);
	sql_bind_int(&call, person->updated_at);
	sql_bind_int(&call, person->archived_at);
	sql_bind_int(&call, see->keys_sum);
	sql_bind_int(&call, see->row.no);
	return sql_run(&call, err);
}

static bool write_row(struct store *store, struct observe *see, struct error *err)
{
	struct str packed;

	if (!(see->row.no == 0 ? insert_row(store, see, err) : update_row(store, see, err)))
		return false;
	if (see->observation == OBSERVED_SAME)
		return !see->row.staged || staged_delete(store, see->row.no, err);
	return pack_person(store, see->person, &packed, err) &&
	       staged_put(store, see->row.no, packed, err);
}

static int64_t sum_keys(struct store *store, const struct match_key *keys, size_t n_keys)
{
	sum_start(store);
	for (size_t i = 0; i < n_keys; i++) {
		sum_int(store, keys[i].kind);
		sum_str(store, keys[i].key);
	}
	return sum_end(store, SUM_KEYS);
}

static bool write_keys(struct store *store, int64_t no, const struct match_key *keys, size_t n_keys,
		       struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM match_key WHERE person = ?");

	sql_bind_int(&call, no);
	if (!sql_run(&call, err))
		return false;
	for (size_t i = 0; i < n_keys; i++) {
		call = sql_call(
			&store->sql,
			"INSERT OR IGNORE INTO match_key(kind, key, person) VALUES(?, ?, ?)");
		sql_bind_int(&call, keys[i].kind);
		sql_bind_text(&call, keys[i].key);
		sql_bind_int(&call, no);
		if (!sql_run(&call, err))
			return false;
	}
	return true;
}

static bool observe(struct store *store, struct observe *see, const struct match_key *keys,
		    size_t n_keys, struct arena *arena, struct error *err)
{
	bool found;
	bool forgotten = false;

	if (!person_row_get(store, see->side, see->person->id, &see->row, &found, err) ||
	    (!found && !marks_meet(store, see->side, see->person->id, see->generation, keys, n_keys,
				   &forgotten, err)))
		return false;
	if (forgotten) {
		see->observation = OBSERVED_FORGOTTEN;
		return true;
	}
	if (found && see->row.link != 0 && !judge_linked(store, see, arena, err))
		return false;
	if ((!found || see->row.unreadable) &&
	    !unreadable_end(store, see->side, see->person->id, err))
		return false;
	see->keys_sum = sum_keys(store, keys, n_keys);
	const bool same_keys = found && see->row.keys_sum == see->keys_sum;

	return write_row(store, see, err) &&
	       (same_keys || write_keys(store, see->row.no, keys, n_keys, err));
}

/* NOLINTNEXTLINE(readability-function-size): all of it is what was said of one person */
bool store_observe(struct store *store, enum side side, const struct person *person,
		   const struct digest *raw, int64_t generation, const struct match_key *keys,
		   size_t n_keys, enum observation *ret_observation, struct error *err)
{
	struct observe see = {
		.side = side,
		.person = person,
		.raw = raw,
		.generation = generation,
		.digest = person_digest(person, store->fields),
		.observation = OBSERVED_UNKNOWN,
	};
	struct arena arena = { 0 };
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = observe(store, &see, keys, n_keys, &arena, err);

	arena_release(&arena);
	if (!scope_end(store, scope, ok, err))
		return false;
	*ret_observation = see.observation;
	return true;
}
