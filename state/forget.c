/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forget: erasing a person.
 *
 * What SQLite deletes it overwrites (secure_delete), but not the copies of a row that a page was left
 * with when its rows were moved, nor the log: only a file that is written anew is known to be clean.
 */
#include "state/forget.h"

#include "base/vec.h"
#include "state/store_p.h"

#define SCRUB_NAME "scrub_due"

/* Each with the records id for ?1 and the people id for ?2, NULL where there is none. */
#define ITS_LINKS "(SELECT id FROM link WHERE records_id = ?1 OR people_id = ?2)"
#define ITS_PERSONS "((p.side = 0 AND p.id = ?1) OR (p.side = 1 AND p.id = ?2))"
#define ITS_HISTORY "((side = 0 AND side_id = ?1) OR (side = 1 AND side_id = ?2))"

/* In this order: links tell what is theirs, keys are looked for in others' texts. */
static const char *const erase_texts[] = {
	/* "the same email (ada@example.com): 1 on records, 20 on people" */
	"DELETE FROM conflict WHERE link = 0 AND EXISTS (SELECT 1 FROM person p "
	"JOIN match_key k ON k.person = p.no WHERE " ITS_PERSONS
	" AND instr(conflict.evidence, '(' || k.key || ')') > 0)",
	/* A server may have named it when it refused somebody else. */
	"UPDATE quarantine SET words = '' WHERE EXISTS (SELECT 1 FROM person p "
	"JOIN match_key k ON k.person = p.no AND k.kind IN (1, 2) WHERE " ITS_PERSONS
	" AND instr(lower(quarantine.words), k.key) > 0)",
	"DELETE FROM intent WHERE (link > 0 AND link IN " ITS_LINKS ") "
	"OR (kind = 0 AND target = 1 AND source_id = ?1) "
	"OR (kind = 0 AND target = 0 AND source_id = ?2)",
	"DELETE FROM conflict WHERE (link > 0 AND link IN " ITS_LINKS ") "
	"OR records_id = ?1 OR people_id = ?2",
	"DELETE FROM quarantine WHERE (link > 0 AND link IN " ITS_LINKS ") "
	"OR (link = 0 AND target = 1 AND source_id = ?1) "
	"OR (link = 0 AND target = 0 AND source_id = ?2) "
	"OR (target = 0 AND target_id = ?1) OR (target = 1 AND target_id = ?2)",
	"DELETE FROM unreadable AS p WHERE " ITS_PERSONS,
	"DELETE FROM wish WHERE link IN " ITS_LINKS,
	"DELETE FROM note WHERE link IN " ITS_LINKS,
	"DELETE FROM note_turn WHERE link IN " ITS_LINKS,
	/* Also of a link that has gone. */
	"DELETE FROM user WHERE person = ?1 OR link IN " ITS_LINKS,
	"DELETE FROM user_turn WHERE link IN " ITS_LINKS,
	"DELETE FROM shadow WHERE no / 2 IN " ITS_LINKS,
	/* Under a link that has gone too: both of its sides tell of this one. */
	"DELETE FROM history WHERE " ITS_HISTORY " OR (link > 0 AND (link IN " ITS_LINKS
	" OR link IN (SELECT link FROM history WHERE link > 0 AND " ITS_HISTORY ")))",
	"DELETE FROM link WHERE id IN " ITS_LINKS,
	"DELETE FROM person AS p WHERE " ITS_PERSONS,
};

static void bind_id(struct sql_call *call, struct str id)
{
	if (id.len > 0)
		sql_bind_text(call, id);
	else
		sql_bind_null(call);
}

static bool run_on(struct store *store, const char *text, const struct str id[SIDE_COUNT],
		   struct error *err)
{
	struct sql_call call = sql_call(&store->sql, text);

	bind_id(&call, id[SIDE_RECORDS]);
	bind_id(&call, id[SIDE_PEOPLE]);
	return sql_run(&call, err);
}

static bool is_there(struct store *store, const char *text, const struct str id[SIDE_COUNT],
		     bool *ret_found, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, text);

	bind_id(&call, id[SIDE_RECORDS]);
	bind_id(&call, id[SIDE_PEOPLE]);
	if (!sql_row(&call, ret_found, err))
		return false;
	sql_end(&call);
	return true;
}

/* ---- Before ---- */

static bool may_go(struct store *store, const struct str id[SIDE_COUNT], struct error *err)
{
	bool found;

	if (!is_there(store,
		      "SELECT 1 FROM link WHERE state = 0 AND "
		      "((records_id = ?1 AND people_id IS NOT ?2) OR "
		      "(people_id = ?2 AND records_id IS NOT ?1))",
		      id, &found, err))
		return false;
	if (found)
		return error_set(err, ERR_INTERNAL, "half of a link was to be forgotten");
	if (!is_there(store,
		      "SELECT 1 FROM intent WHERE kind = 0 AND state = 1 AND "
		      "((target = 1 AND source_id = ?1) OR (target = 0 AND source_id = ?2))",
		      id, &found, err))
		return false;
	return !found ||
	       error_set(err, ERR_LOCKED,
			 "this person was sent to the other side and the answer is not known: run "
			 "`crmsync sync`, then forget");
}

/* ---- Marks ---- */

struct marking {
	struct store *store;
	bool in_doubt; /* it has no counterpart: somebody may be it */
};

static bool mark_key(void *payload, const struct match_key *key, struct error *err)
{
	const struct marking *marking = payload;

	/* A switchboard's number says nothing of whoever is new there. */
	if (!marking->in_doubt && !mark_is_lasting(key->kind))
		return true;
	return marks_put_key(marking->store, key, err);
}

static bool mark_person(struct store *store, enum side side, const struct str id[SIDE_COUNT],
			int64_t now, struct error *err)
{
	struct marking marking = { store, id[side_other(side)].len == 0 };
	struct person_row row;
	bool found;

	if (id[side].len == 0)
		return true;
	return person_row_get(store, side, id[side], &row, &found, err) &&
	       marks_put_id(store, side, id[side], found ? row.generation : 0, now, err) &&
	       store_key_each(store, side, id[side], mark_key, &marking, err);
}

bool store_forget(struct store *store, const struct str id[SIDE_COUNT], int64_t now,
		  struct error *err)
{
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	bool ok = may_go(store, id, err) && marks_make_key(store, err) &&
		  mark_person(store, SIDE_RECORDS, id, now, err) &&
		  mark_person(store, SIDE_PEOPLE, id, now, err);

	for (size_t i = 0; ok && i < COUNT_OF(erase_texts); i++)
		ok = run_on(store, erase_texts[i], id, err);
	ok = ok && store_meta_set(store, SCRUB_NAME, STR_LIT("1"), err);
	ok = scope_end(store, scope, ok, err);
	if (!ok)
		marks_read_again(store);
	return ok;
}

/* ---- Remnants ---- */

static bool is_due(struct store *store, bool *ret_due, struct error *err)
{
	struct arena arena = { 0 };
	struct str text;
	const bool ok = store_meta_get(store, SCRUB_NAME, &arena, &text, err);

	if (ok)
		*ret_due = text.len > 0;
	arena_release(&arena);
	return ok;
}

/* Takes the whole log into the file and cuts it to nothing. */
static bool empty_log(struct store *store, struct error *err)
{
	bool row;
	struct sql_call call = sql_call(&store->sql, "PRAGMA wal_checkpoint(TRUNCATE)");

	if (!sql_row(&call, &row, err))
		return false;
	const bool busy = row && sql_int(&call, 0) != 0;

	sql_end(&call);
	return !busy ||
	       error_set(err, ERR_LOCKED,
			 "state %s is being read by another process: what was deleted stands in "
			 "its log until the state is opened for writing the next time",
			 store->path);
}

bool store_scrub(struct store *store, struct error *err)
{
	bool due;

	if (!is_due(store, &due, err))
		return false;
	if (!due)
		return true;
	if (!sql_exec(&store->sql, "VACUUM", err) || !empty_log(store, err))
		return false;
	struct sql_call call =
		sql_call(&store->sql, "DELETE FROM meta WHERE key = '" SCRUB_NAME "'");

	return sql_run(&call, err);
}

void forget_scrub_on_opening(struct store *store)
{
	struct error ignored;

	(void)!store_scrub(store, &ignored);
}

/* ---- Who is met afterwards ---- */

struct alike {
	int64_t no;
	enum side side;
	struct str id;
	enum key_kind kind;
};

struct alikes {
	struct arena arena;
	VEC(struct alike) items;
};

/* The strongest key of each first. */
static bool collect_alikes(struct store *store, struct alikes *alikes, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT p.no, p.side, p.id, k.kind, k.key FROM person p INDEXED BY person_unlinked "
		"CROSS JOIN match_key k INDEXED BY match_key_person ON k.person = p.no "
		"WHERE " SQL_FREE " ORDER BY p.no, k.kind");
	int64_t last = 0;
	bool row;

	for (;;) {
		if (!sql_row(&call, &row, err))
			return false;
		if (!row)
			return true;
		const struct match_key key = { (enum key_kind)sql_int(&call, 3),
					       sql_text(&call, 4) };
		bool marked;

		if (sql_int(&call, 0) == last)
			continue;
		if (!marks_have_key(store, &key, &marked, err)) {
			sql_end(&call);
			return false;
		}
		if (!marked)
			continue;
		last = sql_int(&call, 0);
		*VEC_PUSH(&alikes->items) = (struct alike){
			.no = last,
			.side = sql_int(&call, 1) == SIDE_RECORDS ? SIDE_RECORDS : SIDE_PEOPLE,
			.id = sql_text_copy(&call, 2, &alikes->arena),
			.kind = key.kind,
		};
	}
}

bool store_alike_each(struct store *store, alike_fn *fn, void *payload, struct error *err)
{
	struct alikes alikes = { 0 };
	bool any = false;
	bool ok = marks_any(store, &any, err) && (!any || collect_alikes(store, &alikes, err));

	for (size_t i = 0; ok && i < alikes.items.n; i++) {
		const struct alike *alike = &alikes.items.items[i];

		ok = fn(payload, alike->side, alike->id, alike->kind, err);
	}
	VEC_RELEASE(&alikes.items);
	arena_release(&alikes.arena);
	return ok;
}
