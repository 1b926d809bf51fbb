/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes: pairs of notes, and the writes of them that are under way.
 */
#include "state/notes.h"

#include "state/store_p.h"

#include <string.h>

#define BASE_BYTES (sizeof(struct note_content) * SIDE_COUNT)

#define PAIR_COLUMNS \
	"n.no, n.link, n.records_id, n.people_id, n.base, n.gone, n.sum, w.target, w.cycle, " \
	"w.sent_at, w.created_at, w.parts, w.old_title, w.old_text, w.new_title, w.new_text, " \
	"w.reason, w.others, w.missed FROM note n LEFT JOIN note_write w ON w.note = n.no "

static int64_t pair_sum(struct store *store, const struct note_pair *pair)
{
	sum_start(store);
	sum_int(store, pair->link);
	for (int side = 0; side < SIDE_COUNT; side++)
		sum_str(store, pair->id[side]);
	sum_str(store, (struct str){ (const char *)pair->base, BASE_BYTES });
	sum_int(store, pair->gone);
	return sum_end(store, SUM_NOTE);
}

static struct note_write read_write(const struct sql_call *call, struct arena *arena)
{
	const int64_t parts = sql_int(call, 11);
	struct note_write write = {
		.target = sql_int(call, 7) == SIDE_RECORDS ? SIDE_RECORDS : SIDE_PEOPLE,
		.cycle = sql_int(call, 8),
		.sent_at = sql_int(call, 9),
		.created_at = sql_int(call, 10),
		.reason = sql_text_copy(call, 16, arena),
		.others = sql_text_copy(call, 17, arena),
		.missed = sql_int(call, 18) != 0,
	};

	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		write.wanted[part] = (parts >> part & 1) != 0;
		write.held[part] = sql_text_copy(call, 12 + part, arena);
		write.sent[part] = sql_text_copy(call, 14 + part, arena);
	}
	return write;
}

/* Ends the call. */
static bool read_pair(struct store *store, struct sql_call *call, struct arena *arena,
		      struct note_pair *ret_pair, struct error *err)
{
	const struct str base = sql_blob(call, 4);
	const int64_t sum = sql_int(call, 6);
	struct note_pair pair = {
		.no = sql_int(call, 0),
		.link = sql_int(call, 1),
		.id = { sql_text_copy(call, 2, arena), sql_text_copy(call, 3, arena) },
		.gone = sql_int(call, 5) != 0,
		.has_write = !sql_is_null(call, 7),
	};

	if (base.len == BASE_BYTES)
		memcpy(pair.base, base.p, BASE_BYTES);
	if (pair.has_write)
		pair.write = read_write(call, arena);
	sql_end(call);
	if (pair_sum(store, &pair) != sum)
		return sum_fail(store, "note", pair.no, err);
	*ret_pair = pair;
	return true;
}

/* The first pair of the query `text`, whose parameters are `first` and `second`. */
static bool next_pair(struct store *store, const char *text, int64_t first, int64_t second,
		      struct arena *arena, struct note_pair *ret_pair, bool *ret_found,
		      struct error *err)
{
	struct sql_call call = sql_call(&store->sql, text);

	sql_bind_int(&call, first);
	sql_bind_int(&call, second);
	if (!sql_row(&call, ret_found, err))
		return false;
	return !*ret_found || read_pair(store, &call, arena, ret_pair, err);
}

static bool each(struct store *store, const char *text, int64_t first, note_pair_fn *fn,
		 void *payload, struct error *err)
{
	struct arena arena = { 0 };
	struct note_pair pair = { .no = 0 };
	bool found = true;
	bool ok = true;

	while (ok && found) {
		const int64_t last = pair.no;

		arena_reset(&arena);
		ok = next_pair(store, text, first, last, &arena, &pair, &found, err);
		if (ok && found)
			ok = fn(payload, &pair, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_note_each(struct store *store, int64_t link, note_pair_fn *fn, void *payload,
		     struct error *err)
{
	return each(store,
		    "SELECT " PAIR_COLUMNS "WHERE n.link = ?1 AND n.no > ?2 ORDER BY n.no LIMIT 1",
		    link, fn, payload, err);
}

bool store_note_writes_each(struct store *store, note_pair_fn *fn, void *payload, struct error *err)
{
	return each(store,
		    "SELECT " PAIR_COLUMNS
		    "WHERE w.note > ?1 AND w.note > ?2 ORDER BY w.note LIMIT 1",
		    0, fn, payload, err);
}

bool store_note_write_count(struct store *store, int64_t *ret_n, struct error *err)
{
	return store_number(store, "SELECT count(*) FROM note_write", 0, ret_n, err);
}

bool store_note_find(struct store *store, enum side side, struct str id, struct arena *arena,
		     struct note_pair *ret_pair, bool *ret_found, struct error *err)
{
	static const char *const texts[] = {
		[SIDE_RECORDS] =
			"SELECT " PAIR_COLUMNS "WHERE n.records_id = ? AND n.records_id <> ''",
		[SIDE_PEOPLE] =
			"SELECT " PAIR_COLUMNS "WHERE n.people_id = ? AND n.people_id <> ''",
	};
	struct sql_call call = sql_call(&store->sql, texts[side]);

	sql_bind_text(&call, id);
	if (!sql_row(&call, ret_found, err))
		return false;
	return !*ret_found || read_pair(store, &call, arena, ret_pair, err);
}

/* ---- Changes ---- */

bool store_note_put(struct store *store, struct note_pair *pair, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO note(no, link, records_id, people_id, base, gone, sum) "
		"VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(no) DO UPDATE SET link = excluded.link, "
		"records_id = excluded.records_id, people_id = excluded.people_id, "
		"base = excluded.base, gone = excluded.gone, sum = excluded.sum");

	if (pair->no == 0)
		sql_bind_null(&call);
	else
		sql_bind_int(&call, pair->no);
	sql_bind_int(&call, pair->link);
	sql_bind_text(&call, pair->id[SIDE_RECORDS]);
	sql_bind_text(&call, pair->id[SIDE_PEOPLE]);
	sql_bind_blob(&call, (struct str){ (const char *)pair->base, BASE_BYTES });
	sql_bind_int(&call, pair->gone);
	sql_bind_int(&call, pair_sum(store, pair));
	if (!sql_run(&call, err))
		return false;
	if (pair->no == 0)
		pair->no = sqlite3_last_insert_rowid(store->sql.db);
	return true;
}

bool store_note_delete(struct store *store, int64_t no, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM note WHERE no = ?");

	sql_bind_int(&call, no);
	return sql_run(&call, err);
}

bool store_note_sent(struct store *store, const struct note_pair *pair, struct error *err)
{
	const struct note_write *write = &pair->write;
	int64_t parts = 0;
	struct sql_call call =
		sql_call(&store->sql,
			 "INSERT INTO note_write(note, target, cycle, sent_at, created_at, parts, "
			 "old_title, old_text, new_title, new_text, reason, others) "
			 "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	for (int part = 0; part < NOTE_PART_COUNT; part++)
		parts |= (int64_t)write->wanted[part] << part;
	sql_bind_int(&call, pair->no);
	sql_bind_int(&call, write->target);
	sql_bind_int(&call, write->cycle);
	sql_bind_int(&call, write->sent_at);
	sql_bind_int(&call, write->created_at);
	sql_bind_int(&call, parts);
	for (int part = 0; part < NOTE_PART_COUNT; part++)
		sql_bind_text(&call, write->held[part]);
	for (int part = 0; part < NOTE_PART_COUNT; part++)
		sql_bind_text(&call, write->sent[part]);
	sql_bind_text(&call, write->reason);
	sql_bind_text(&call, write->others);
	return sql_run(&call, err);
}

bool store_note_missed(struct store *store, int64_t no, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE note_write SET missed = 1 WHERE note = ?");

	sql_bind_int(&call, no);
	return sql_run(&call, err);
}

bool store_note_answered(struct store *store, int64_t no, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM note_write WHERE note = ?");

	sql_bind_int(&call, no);
	return sql_run(&call, err);
}
