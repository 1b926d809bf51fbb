/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine: writes that a server refused for good.  Known by link, or a create by its source; other
 * content than the refused one is tried again.  And persons who cannot be read (unreadable.c).
 */
#include "state/notes.h"
#include "state/store_p.h"
#include "state/users.h"

/* A link has one refused write of its persons and side, one of its user, and any number of its notes. */
static struct str source_of(int64_t link, struct str source_id)
{
	const bool named = str_starts(source_id, STR_LIT(QUARANTINE_NOTE)) ||
			   str_equal_z(source_id, QUARANTINE_USER);

	return link > 0 && !named ? (struct str){ "", 0 } : source_id;
}

bool store_quarantine_put(struct store *store, const struct quarantine *quarantine,
			  struct error *err)
{
	/* Of the same content: one more attempt.  Of other content: a refusal of its own. */
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO quarantine(target, link, source_id, target_id, status, words, content, "
		"attempts, first_at, last_at) VALUES(?, ?, ?, ?, ?, ?, ?, max(?, 1), ?, ?) "
		"ON CONFLICT(target, link, source_id) DO UPDATE SET "
		"attempts = CASE WHEN content = excluded.content THEN attempts + 1 "
		"ELSE excluded.attempts END, "
		"first_at = CASE WHEN content = excluded.content THEN first_at "
		"ELSE excluded.first_at END, "
		"dropped = CASE WHEN content = excluded.content THEN dropped ELSE 0 END, "
		"target_id = excluded.target_id, "
		"status = excluded.status, words = excluded.words, content = excluded.content, "
		"last_at = excluded.last_at");

	sql_bind_int(&call, quarantine->target);
	sql_bind_int(&call, quarantine->link);
	sql_bind_text(&call, source_of(quarantine->link, quarantine->source_id));
	sql_bind_text(&call, quarantine->target_id);
	sql_bind_int(&call, quarantine->status);
	sql_bind_text(&call, quarantine->words);
	sql_bind_digest(&call, &quarantine->content);
	sql_bind_int(&call, quarantine->attempts);
	sql_bind_int(&call, quarantine->first_at);
	sql_bind_int(&call, quarantine->last_at);
	return sql_run(&call, err);
}

bool store_quarantine_blocks(struct store *store, enum side target, int64_t link,
			     struct str source_id, const struct digest *content, bool *ret_blocked,
			     struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql,
			 content != NULL ? "SELECT 1 FROM quarantine WHERE target = ? AND link = ? "
					   "AND source_id = ? AND content = ?" :
					   "SELECT 1 FROM quarantine WHERE target = ? AND link = ? "
					   "AND source_id = ?");

	sql_bind_int(&call, target);
	sql_bind_int(&call, link);
	sql_bind_text(&call, source_of(link, source_id));
	if (content != NULL)
		sql_bind_digest(&call, content);
	return sql_found(&call, ret_blocked, err);
}

bool store_quarantine_lift(struct store *store, enum side target, int64_t link,
			   struct str source_id, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM quarantine WHERE target = ? AND link = ? "
				      "AND source_id = ?");

	sql_bind_int(&call, target);
	sql_bind_int(&call, link);
	sql_bind_text(&call, source_of(link, source_id));
	return sql_run(&call, err);
}

bool store_quarantine_drop(struct store *store, enum side target, int64_t link,
			   struct str source_id, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE quarantine SET dropped = 1 WHERE target = ? "
				      "AND link = ? AND source_id = ?");

	sql_bind_int(&call, target);
	sql_bind_int(&call, link);
	sql_bind_text(&call, source_of(link, source_id));
	return sql_run(&call, err);
}

static bool next(struct store *store, int64_t after, struct arena *arena,
		 struct quarantine *ret_quarantine, bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql,
			 "SELECT id, target, link, source_id, target_id, status, words, content, "
			 "attempts, first_at, last_at, dropped FROM quarantine WHERE id > ? "
			 "ORDER BY id LIMIT 1");

	sql_bind_int(&call, after);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*ret_quarantine = (struct quarantine){
		.id = sql_int(&call, 0),
		.target = sql_int(&call, 1) == SIDE_RECORDS ? SIDE_RECORDS : SIDE_PEOPLE,
		.link = sql_int(&call, 2),
		.source_id = sql_text_copy(&call, 3, arena),
		.target_id = sql_text_copy(&call, 4, arena),
		.status = (int)sql_int(&call, 5),
		.words = sql_text_copy(&call, 6, arena),
		.content = sql_digest(&call, 7),
		.attempts = (uint32_t)sql_int(&call, 8),
		.first_at = sql_int(&call, 9),
		.last_at = sql_int(&call, 10),
		.dropped = sql_int(&call, 11) != 0,
	};
	sql_end(&call);
	return true;
}

bool store_quarantine_sweep(struct store *store, struct error *err)
{
	return sql_exec(
		&store->sql,
		"DELETE FROM quarantine WHERE link >= 0 AND NOT (link > 0 AND source_id <> '') AND "
		"CASE WHEN link > 0 "
		"THEN link NOT IN (SELECT link FROM wish) AND link NOT IN "
		"(SELECT link FROM person WHERE link IS NOT NULL AND staged = 1) "
		"AND link NOT IN (SELECT link FROM person WHERE link IS NOT NULL "
		"AND (gone_cycle > 0 OR archived_at > 0)) "
		"ELSE NOT EXISTS (SELECT 1 FROM person p WHERE p.side = 1 - quarantine.target "
		"AND p.id = quarantine.source_id AND p.link IS NULL) END",
		err);
}

bool store_quarantine_each(struct store *store, quarantine_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	struct quarantine quarantine = { 0 };
	bool found = true;
	bool ok = true;

	while (ok && found) {
		arena_reset(&arena);
		ok = next(store, quarantine.id, &arena, &quarantine, &found, err);
		if (ok && found)
			ok = fn(payload, &quarantine, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_quarantine_count(struct store *store, int64_t *ret_n, struct error *err)
{
	return store_number(store, "SELECT count(*) FROM quarantine WHERE dropped = 0", 0, ret_n,
			    err);
}
