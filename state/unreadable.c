/* SPDX-License-Identifier: Apache-2.0 */
#include "state/unreadable.h"

#include "state/store_p.h"

static bool find(struct store *store, const struct unreadable *unreadable, int64_t *ret_no,
		 struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT no FROM unreadable WHERE side = ? AND id = ?");

	sql_bind_int(&call, unreadable->side);
	sql_bind_text(&call, unreadable->id);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_no = found ? sql_int(&call, 0) : 0;
	if (found)
		sql_end(&call);
	return true;
}

static bool insert(struct store *store, const struct unreadable *unreadable, int64_t *ret_no,
		   struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO unreadable(side, id, generation, first_at) "
				      "VALUES(?, ?, ?, ?)");

	sql_bind_int(&call, unreadable->side);
	sql_bind_text(&call, unreadable->id);
	sql_bind_int(&call, unreadable->generation);
	sql_bind_int(&call, unreadable->now);
	if (!sql_run(&call, err))
		return false;
	*ret_no = sqlite3_last_insert_rowid(store->sql.db);
	return true;
}

/* No digest is all zeros: he was on a list, and none of its records tells any more what is known of him. */
static bool mark_seen(struct store *store, const struct unreadable *unreadable, int64_t no,
		      struct error *err)
{
	static const struct digest none = { { 0 } };
	struct sql_call call =
		sql_call(&store->sql, "UPDATE person SET generation = ?, raw = ?, gone_cycle = 0, "
				      "hidden = CASE WHEN ?2 IS NULL THEN hidden ELSE 0 END, "
				      "misread = CASE WHEN ?2 IS NULL THEN 1 ELSE misread END "
				      "WHERE side = ? AND id = ?");

	sql_bind_int(&call, unreadable->generation);
	sql_bind_digest(&call, unreadable->listed ? &none : NULL);
	sql_bind_int(&call, unreadable->side);
	sql_bind_text(&call, unreadable->id);
	if (!sql_run(&call, err))
		return false;
	call = sql_call(&store->sql, "UPDATE unreadable SET generation = ? WHERE no = ?");
	sql_bind_int(&call, unreadable->generation);
	sql_bind_int(&call, no);
	return sql_run(&call, err);
}

static bool put_marks(struct store *store, const struct unreadable *unreadable, int64_t no,
		      struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM unreadable_mark WHERE person = ?");

	sql_bind_int(&call, no);
	if (!sql_run(&call, err))
		return false;
	for (size_t i = 0; i < unreadable->n_marks; i++) {
		call = sql_call(&store->sql, "INSERT OR IGNORE INTO unreadable_mark(mark, person) "
					     "VALUES(?, ?)");
		sql_bind_int(&call, (int64_t)unreadable->marks[i]);
		sql_bind_int(&call, no);
		if (!sql_run(&call, err))
			return false;
	}
	return true;
}

/* From here on no scan tells when it last held what is known of it (person_row_sight). */
static bool date_sight(struct store *store, const struct person_row *row, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "UPDATE person SET seen_at = ? WHERE no = ?");

	sql_bind_int(&call, person_row_sight(row));
	sql_bind_int(&call, row->no);
	return sql_run(&call, err);
}

/* A list may show him well and end it in each cycle, and he alone begin it anew: that is known.  *ret_no 0:
 * they are too many. */
static bool begin(struct store *store, const struct unreadable *unreadable, int64_t *ret_no,
		  enum unreadable_taken *ret_taken, struct error *err)
{
	struct person_row row;
	int64_t n = 0;
	bool found;

	*ret_no = 0;
	*ret_taken = UNREADABLE_TOO_MANY;
	if (!store_number(store, "SELECT count(*) FROM unreadable WHERE side = ?", unreadable->side,
			  &n, err))
		return false;
	if (n >= UNREADABLE_MOST)
		return true;
	if (!person_row_get(store, unreadable->side, unreadable->id, &row, &found, err))
		return false;
	*ret_taken =
		found && row.misread && !unreadable->listed ? UNREADABLE_KNOWN : UNREADABLE_NEW;
	return (!found || date_sight(store, &row, err)) && insert(store, unreadable, ret_no, err);
}

static bool is_forgotten(struct store *store, const struct unreadable *unreadable,
			 bool *ret_forgotten, struct error *err)
{
	struct person_row row;
	bool found;

	*ret_forgotten = false;
	return person_row_get(store, unreadable->side, unreadable->id, &row, &found, err) &&
	       (found || marks_meet(store, unreadable->side, unreadable->id, unreadable->generation,
				    NULL, 0, ret_forgotten, err));
}

static bool put(struct store *store, const struct unreadable *unreadable,
		enum unreadable_taken *ret_taken, struct error *err)
{
	const struct quarantine quarantine = {
		.target = unreadable->side,
		.link = QUARANTINE_UNREADABLE,
		.source_id = unreadable->id,
		.target_id = unreadable->id,
		.words = unreadable->words,
		.content = unreadable->content,
		.first_at = unreadable->now,
		.last_at = unreadable->now,
	};
	bool forgotten;
	int64_t no = 0;

	if (!is_forgotten(store, unreadable, &forgotten, err) ||
	    (!forgotten && !find(store, unreadable, &no, err)))
		return false;
	*ret_taken = UNREADABLE_KNOWN;
	if (forgotten)
		return true;
	if (no == 0 && !begin(store, unreadable, &no, ret_taken, err))
		return false;
	return no == 0 ||
	       (mark_seen(store, unreadable, no, err) && put_marks(store, unreadable, no, err) &&
		store_quarantine_put(store, &quarantine, err));
}

bool store_unreadable_put(struct store *store, const struct unreadable *unreadable,
			  enum unreadable_taken *ret_taken, struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	return scope_end(store, scope, put(store, unreadable, ret_taken, err), err);
}

bool unreadable_end(struct store *store, enum side side, struct str id, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM unreadable WHERE side = ? AND id = ?");

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	if (!sql_run(&call, err))
		return false;
	return sql_changes(&store->sql) == 0 ||
	       store_quarantine_lift(store, side, QUARANTINE_UNREADABLE, id, err);
}

bool store_unreadable_any(struct store *store, enum side side, bool *ret_any, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "SELECT 1 FROM unreadable WHERE side = ? LIMIT 1");

	sql_bind_int(&call, side);
	return sql_found(&call, ret_any, err);
}

bool store_unreadable_link(struct store *store, int64_t link, bool *ret_unreadable,
			   struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "SELECT 1 FROM link l JOIN unreadable u ON "
				      "(u.side = 0 AND u.id = l.records_id) OR "
				      "(u.side = 1 AND u.id = l.people_id) WHERE l.id = ? LIMIT 1");

	sql_bind_int(&call, link);
	return sql_found(&call, ret_unreadable, err);
}

bool store_unreadable_shows(struct store *store, enum side side, uint64_t mark, bool *ret_shows,
			    struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT 1 FROM unreadable_mark m "
						     "JOIN unreadable u ON u.no = m.person "
						     "WHERE m.mark = ? AND u.side = ? LIMIT 1");

	sql_bind_int(&call, (int64_t)mark);
	sql_bind_int(&call, side);
	return sql_found(&call, ret_shows, err);
}

bool store_unreadable_answered(struct store *store, enum side side, struct str id,
			       struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE person SET misread = 0 WHERE side = ? AND id = ? "
				      "AND misread = 1");

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	return sql_run(&call, err);
}

bool store_unreadable_since(struct store *store, enum side side, struct str id, int64_t *ret_since,
			    struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "SELECT first_at FROM unreadable WHERE side = ? AND id = ?");
	bool found;

	*ret_since = 0;
	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	if (!sql_row(&call, &found, err))
		return false;
	if (!found)
		return true;
	*ret_since = sql_int(&call, 0);
	sql_end(&call);
	return true;
}

bool store_unreadable_who(struct store *store, enum side side, uint64_t mark, struct arena *arena,
			  struct str *ret_id, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT u.id FROM unreadable_mark m "
						     "JOIN unreadable u ON u.no = m.person "
						     "WHERE m.mark = ? AND u.side = ? LIMIT 1");
	bool found;

	*ret_id = (struct str){ NULL, 0 };
	sql_bind_int(&call, (int64_t)mark);
	sql_bind_int(&call, side);
	if (!sql_row(&call, &found, err))
		return false;
	if (!found)
		return true;
	*ret_id = sql_text_copy(&call, 0, arena);
	sql_end(&call);
	return true;
}

bool store_unreadable_stranger(struct store *store, enum side side, int64_t since, bool *ret_any,
			       struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT 1 FROM unreadable u WHERE u.side = ? AND u.first_at >= ? AND NOT EXISTS "
		"(SELECT 1 FROM person p WHERE p.side = u.side AND p.id = u.id) LIMIT 1");

	sql_bind_int(&call, side);
	sql_bind_int(&call, since);
	return sql_found(&call, ret_any, err);
}

/* Who has a counterpart only among those who are parked would be taken for somebody who has none. */
static bool park_counterparts(struct store *store, bool *ret_any, struct error *err)
{
	const bool ok =
		sql_exec(&store->sql,
			 "UPDATE person SET parked = 1 WHERE link IS NULL AND parked = 0 AND no IN "
			 "(SELECT o.person FROM person p CROSS JOIN match_key k ON k.person = p.no "
			 "CROSS JOIN match_key o ON o.kind = k.kind AND o.key = k.key "
			 "CROSS JOIN person q ON q.no = o.person "
			 "WHERE p.parked <> 0 AND p.link IS NULL AND q.side <> p.side)",
			 err);

	*ret_any = ok && sql_changes(&store->sql) > 0;
	return ok;
}

bool store_unreadable_park(struct store *store, struct error *err)
{
	bool any = true;
	bool ok =
		sql_exec(&store->sql,
			 "UPDATE person SET parked = 1 WHERE link IS NULL AND parked = 0 AND no IN "
			 "(SELECT p.no FROM unreadable u CROSS JOIN person p "
			 "ON p.side = u.side AND p.id = u.id)",
			 err);

	while (ok && any)
		ok = park_counterparts(store, &any, err);
	return ok;
}

bool store_unreadable_sweep(struct store *store, enum side side, int64_t generation,
			    struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"DELETE FROM unreadable AS u WHERE u.side = ? AND u.generation < ? AND NOT EXISTS "
		"(SELECT 1 FROM person p WHERE p.side = u.side AND p.id = u.id "
		"AND p.link IS NOT NULL AND p.gone_cycle = 0)");

	sql_bind_int(&call, side);
	sql_bind_int(&call, generation);
	if (!sql_run(&call, err))
		return false;
	call = sql_call(&store->sql,
			"DELETE FROM quarantine AS q WHERE q.link = -1 AND q.target = ? "
			"AND NOT EXISTS (SELECT 1 FROM unreadable u WHERE u.side = q.target "
			"AND u.id = q.source_id)");
	sql_bind_int(&call, side);
	return sql_run(&call, err);
}

bool store_unreadable_keep(struct store *store, int64_t link, int64_t cycle, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE conflict SET last_cycle = ? WHERE link = ?");

	sql_bind_int(&call, cycle);
	sql_bind_int(&call, link);
	return sql_run(&call, err);
}
