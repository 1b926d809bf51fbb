/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note_turns: whose notes are read next, and which refusals and conflicts of notes are over.
 */
#include "state/notes.h"

#include "state/store_p.h"

/* ---- Turns ---- */

/* Numbers of links only grow: those behind the last turn are new. */
bool store_note_turns_begin(struct store *store, int64_t cycle, struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO note_turn(link) SELECT id FROM link "
				      "WHERE id > coalesce((SELECT max(link) FROM note_turn), 0)");
	bool ok = sql_run(&call, err);

	if (ok) {
		call = sql_call(
			&store->sql,
			"UPDATE note_turn SET due = 1 WHERE due = 0 AND (link IN "
			"(SELECT link FROM history WHERE cycle = ? AND link > 0) OR link IN "
			"(SELECT n.link FROM note_write w JOIN note n ON n.no = w.note))");
		sql_bind_int(&call, cycle);
		ok = sql_run(&call, err);
	}
	return scope_end(store, scope, ok, err);
}

bool store_note_turn_next(struct store *store, int64_t cycle, struct arena *arena,
			  struct note_turn *ret_turn, bool *ret_found, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT t.link, coalesce(l.state, 1), coalesce(l.records_id, ''), "
		"coalesce(l.people_id, ''), t.due, t.read_cycle FROM note_turn t "
		"INDEXED BY note_turn_next LEFT JOIN link l ON l.id = t.link WHERE t.cycle < ? "
		"ORDER BY t.due DESC, t.cycle, t.link LIMIT 1");

	sql_bind_int(&call, cycle);
	if (!sql_row(&call, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	*ret_turn = (struct note_turn){
		.link = sql_int(&call, 0),
		.active = sql_int(&call, 1) == LINK_ACTIVE,
		.person_id = { sql_text_copy(&call, 2, arena), sql_text_copy(&call, 3, arena) },
		.due = sql_int(&call, 4) != 0,
		.first = sql_int(&call, 5) == 0,
	};
	sql_end(&call);
	return true;
}

bool store_note_turn_end(struct store *store, int64_t link, int64_t cycle, bool read, bool due,
			 struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE note_turn SET cycle = ?1, due = ?2, read_cycle = "
				      "CASE WHEN ?3 THEN ?1 ELSE read_cycle END WHERE link = ?4");

	sql_bind_int(&call, cycle);
	sql_bind_int(&call, due);
	sql_bind_int(&call, read);
	sql_bind_int(&call, link);
	return sql_run(&call, err);
}

/* ---- What a list of everybody's notes shows ---- */

static bool is_refused(struct store *store, const struct note *note,
		       const struct note_content *content, bool *ret_refused, struct error *err)
{
	const struct digest refused =
		digest_of((struct str){ (const char *)content, sizeof(*content) }, 0);
	struct arena arena = { 0 };
	struct sql_call call =
		sql_call(&store->sql, "SELECT 1 FROM quarantine WHERE link > 0 AND target = 1 AND "
				      "source_id = ? AND content = ?");

	sql_bind_text(&call, arena_format(&arena, QUARANTINE_NOTE "%.*s", STR_ARG(note->id)));
	sql_bind_digest(&call, &refused);
	const bool ok = sql_found(&call, ret_refused, err);

	arena_release(&arena);
	return ok;
}

bool store_note_listed(struct store *store, const struct note *note, struct error *err)
{
	const struct note_content content = note_content_of(note);
	struct arena arena = { 0 };
	struct note_pair pair;
	bool found = false;
	bool refused = false;
	bool ok = store_note_find(store, SIDE_RECORDS, note->id, &arena, &pair, &found, err);

	arena_release(&arena);
	if (!ok || (found && note_content_equal(&content, &pair.base[SIDE_RECORDS])))
		return ok;
	if (!is_refused(store, note, &content, &refused, err) || refused)
		return refused;
	struct sql_call call =
		sql_call(&store->sql, "UPDATE note_turn SET due = 1 WHERE due = 0 AND link = "
				      "(SELECT id FROM link WHERE records_id = ? AND state = 0)");

	sql_bind_text(&call, note->person_id);
	return sql_run(&call, err);
}

/* ---- What is over ---- */

static bool next_refusal(struct store *store, int64_t link, int64_t after, struct arena *arena,
			 int64_t *ret_id, struct str *ret_source, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT id, source_id FROM quarantine WHERE link = ? AND "
				      "link > 0 AND source_id GLOB '" QUARANTINE_NOTE
				      "*' AND id > ? ORDER BY id LIMIT 1");

	*ret_id = 0;
	sql_bind_int(&call, link);
	sql_bind_int(&call, after);
	if (!sql_row(&call, &found, err))
		return false;
	if (!found)
		return true;
	*ret_id = sql_int(&call, 0);
	*ret_source = sql_text_copy(&call, 1, arena);
	sql_end(&call);
	return true;
}

static bool is_among(struct str text, const struct str *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_equal(text, texts[i]))
			return true;
	}
	return false;
}

bool store_note_refusals_sweep(struct store *store, int64_t link, const struct str *sources,
			       size_t n, struct error *err)
{
	struct arena arena = { 0 };
	struct str source = { NULL, 0 };
	int64_t id = 0;
	bool ok = true;

	for (;;) {
		ok = next_refusal(store, link, id, &arena, &id, &source, err);
		if (!ok || id == 0)
			break;
		if (is_among(source, sources, n))
			continue;
		struct sql_call call = sql_call(&store->sql, "DELETE FROM quarantine WHERE id = ?");

		sql_bind_int(&call, id);
		ok = sql_run(&call, err);
		if (!ok)
			break;
	}
	arena_release(&arena);
	return ok;
}

bool store_note_conflicts_sweep(struct store *store, int64_t link, int64_t cycle, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM conflict WHERE link > 0 AND link = ? "
				      "AND kind = 'note' AND last_cycle < ?");

	sql_bind_int(&call, link);
	sql_bind_int(&call, cycle);
	return sql_run(&call, err);
}
