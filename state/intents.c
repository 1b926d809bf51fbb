/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intents: writes that are decided, stored before their request goes out, and gone when their outcome
 * is stored.
 */
#include "state/store_p.h"

#include <assert.h>

enum body { BODY_WRITE, BODY_BASE, BODY_SOURCE, BODY_COUNT };

struct intent_row {
	struct intent intent;
	struct str body[BODY_COUNT];
	bool has[BODY_COUNT];
	int64_t sum;
};

#define INTENT_COLUMNS \
	"id, kind, state, target, link, target_id, source_id, cycle, created_at, sent_at, " \
	"late_until, reasons, write, base, source, sum"

static int64_t sum_of(struct store *store, const struct intent_row *row)
{
	const struct intent *intent = &row->intent;

	sum_start(store);
	sum_int(store, intent->id);
	sum_int(store, intent->kind);
	sum_int(store, intent->state);
	sum_int(store, intent->target);
	sum_int(store, intent->link);
	sum_str(store, intent->target_id);
	sum_str(store, intent->source_id);
	sum_int(store, intent->cycle);
	sum_int(store, intent->created_at);
	sum_int(store, intent->sent_at);
	sum_int(store, intent->late_until);
	sum_str(store, intent->reasons);
	for (unsigned i = 0; i < BODY_COUNT; i++) {
		sum_int(store, row->has[i]);
		sum_str(store, row->has[i] ? row->body[i] : (struct str){ "", 0 });
	}
	return sum_end(store, SUM_INTENT);
}

static bool insert(struct store *store, const struct intent_row *row, struct error *err)
{
	const struct intent *intent = &row->intent;
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO intent(" INTENT_COLUMNS ") "
				      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	sql_bind_int(&call, intent->id);
	sql_bind_int(&call, intent->kind);
	sql_bind_int(&call, intent->state);
	sql_bind_int(&call, intent->target);
	sql_bind_int(&call, intent->link);
	sql_bind_text(&call, intent->target_id);
	sql_bind_text(&call, intent->source_id);
	sql_bind_int(&call, intent->cycle);
	sql_bind_int(&call, intent->created_at);
	sql_bind_int(&call, intent->sent_at);
	sql_bind_int(&call, intent->late_until);
	sql_bind_text(&call, intent->reasons);
	for (unsigned i = 0; i < BODY_COUNT; i++) {
		if (row->has[i])
			sql_bind_blob(&call, row->body[i]);
		else
			sql_bind_null(&call);
	}
	sql_bind_int(&call, sum_of(store, row));
	if (sql_run(&call, err))
		return true;
	if ((err->native & 0xff) == SQLITE_CONSTRAINT)
		return error_set(err, ERR_INTERNAL,
				 "state: a second write for link %lld (source %.*s) to %s",
				 (long long)intent->link, STR_ARG(str_head(intent->source_id, 80)),
				 side_name(intent->target));
	return false;
}

static bool add(struct store *store, const struct intent *intent, struct arena *arena,
		int64_t *ret_id, struct error *err)
{
	const struct person *persons[] = { &intent->write, &intent->base, &intent->source };
	struct intent_row row = { .intent = *intent };

	static_assert(COUNT_OF(persons) == BODY_COUNT, "one body each");
	row.intent.state = INTENT_PENDING;
	row.intent.sent_at = row.intent.late_until = 0;
	for (unsigned i = 0; i < BODY_COUNT; i++) {
		row.has[i] = persons[i]->values != NULL;
		if (!row.has[i])
			continue;
		if (!pack_person(store, persons[i], &row.body[i], err))
			return false;
		row.body[i] = arena_copy(arena, row.body[i]);
	}
	/* The number is part of the checksum, so it has to be known before. */
	if (!store_number(
		    store,
		    "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'intent'), 0) "
		    "+ 1",
		    0, &row.intent.id, err) ||
	    !insert(store, &row, err))
		return false;
	*ret_id = row.intent.id;
	return true;
}

bool store_intent_add(struct store *store, const struct intent *intent, int64_t *ret_id,
		      struct error *err)
{
	struct arena arena = { 0 };
	struct scope scope;
	int64_t id = 0;

	if (!scope_begin(store, &scope, err))
		return false;
	const bool ok = add(store, intent, &arena, &id, err);

	arena_release(&arena);
	if (!scope_end(store, scope, ok, err))
		return false;
	*ret_id = id;
	return true;
}

/* Takes the row that the call stands on, and ends the call. */
static bool take_row(struct store *store, struct sql_call *call, struct arena *arena,
		     struct intent_row *ret_row, struct error *err)
{
	static const enum intent_kind kinds[] = { INTENT_CREATE, INTENT_UPDATE, INTENT_REMOVE,
						  INTENT_RESTORE };
	const int64_t kind = sql_int(call, 1);
	struct intent_row row = { 0 };

	row.intent = (struct intent){
		.id = sql_int(call, 0),
		.kind = kinds[kind >= 0 && kind < INTENT_KIND_COUNT ? kind : 0],
		.state = sql_int(call, 2) == INTENT_SENT ? INTENT_SENT : INTENT_PENDING,
		.target = sql_int(call, 3) == SIDE_RECORDS ? SIDE_RECORDS : SIDE_PEOPLE,
		.link = sql_int(call, 4),
		.target_id = sql_text_copy(call, 5, arena),
		.source_id = sql_text_copy(call, 6, arena),
		.cycle = sql_int(call, 7),
		.created_at = sql_int(call, 8),
		.sent_at = sql_int(call, 9),
		.late_until = sql_int(call, 10),
		.reasons = sql_text_copy(call, 11, arena),
	};
	static_assert(COUNT_OF(kinds) == INTENT_KIND_COUNT, "every kind");
	for (int i = 0; i < BODY_COUNT; i++) {
		row.has[i] = !sql_is_null(call, 12 + i);
		if (row.has[i])
			row.body[i] = sql_blob_copy(call, 12 + i, arena);
	}
	row.sum = sql_int(call, 15);
	sql_end(call);
	if (row.sum != sum_of(store, &row)) {
		(void)sum_fail(store, "intent", row.intent.id, err);
		return false;
	}
	*ret_row = row;
	return true;
}

static bool unpack(struct store *store, struct intent_row *row, struct arena *arena,
		   struct error *err)
{
	struct person *persons[] = { &row->intent.write, &row->intent.base, &row->intent.source };

	static_assert(COUNT_OF(persons) == BODY_COUNT, "one body each");
	for (unsigned i = 0; i < BODY_COUNT; i++) {
		if (!row->has[i])
			person_init(persons[i], arena, store->fields);
		else if (!person_unpack(row->body[i], store->fields, arena, persons[i], err))
			return error_wrap(err, "state %s: intent %lld", store->path,
					  (long long)row->intent.id);
	}
	return true;
}

static bool next(struct store *store, enum side target, int64_t after, struct arena *arena,
		 struct intent_row *ret_row, bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT " INTENT_COLUMNS " FROM intent "
				      "WHERE target = ? AND id > ? ORDER BY id LIMIT 1");

	sql_bind_int(&call, target);
	sql_bind_int(&call, after);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	return !found ||
	       (take_row(store, &call, arena, ret_row, err) && unpack(store, ret_row, arena, err));
}

bool store_intent_each(struct store *store, enum side target, int64_t after, unsigned limit,
		       intent_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	bool found = true;
	bool ok = true;

	for (unsigned i = 0; ok && found && i < limit; i++) {
		struct intent_row row;

		arena_reset(&arena);
		ok = next(store, target, after, &arena, &row, &found, err);
		if (ok && found) {
			after = row.intent.id;
			ok = fn(payload, &row.intent, &arena, err);
		}
	}
	arena_release(&arena);
	return ok;
}

static bool get(struct store *store, int64_t id, struct arena *arena, struct intent_row *ret_row,
		struct error *err)
{
	bool found;
	struct sql_call call =
		sql_call(&store->sql, "SELECT " INTENT_COLUMNS " FROM intent WHERE id = ?");

	sql_bind_int(&call, id);
	if (!sql_row(&call, &found, err))
		return false;
	if (!found)
		return error_set(err, ERR_INTERNAL, "state: there is no intent %lld",
				 (long long)id);
	return take_row(store, &call, arena, ret_row, err);
}

/* What may change of an intent once it is stored. */
static bool update(struct store *store, const struct intent_row *row, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "UPDATE intent SET state = ?, sent_at = ?, late_until = ?, "
				      "target_id = ?, sum = ? WHERE id = ?");

	sql_bind_int(&call, row->intent.state);
	sql_bind_int(&call, row->intent.sent_at);
	sql_bind_int(&call, row->intent.late_until);
	sql_bind_text(&call, row->intent.target_id);
	sql_bind_int(&call, sum_of(store, row));
	sql_bind_int(&call, row->intent.id);
	return sql_run(&call, err);
}

/* What of it changes: what is 0, or has no text, stays. */
struct change {
	int64_t sent_at, late_until;
	struct str target_id;
};

static bool change(struct store *store, int64_t id, const struct change *what, struct error *err)
{
	struct arena arena = { 0 };
	struct intent_row row;
	struct scope scope;

	if (!scope_begin(store, &scope, err))
		return false;
	bool ok = get(store, id, &arena, &row, err);

	if (ok) {
		struct intent *intent = &row.intent;

		intent->state = what->sent_at != 0 ? INTENT_SENT : intent->state;
		intent->sent_at = what->sent_at != 0 ? what->sent_at : intent->sent_at;
		intent->late_until = what->late_until != 0 ? what->late_until : intent->late_until;
		intent->target_id = what->target_id.len > 0 ? what->target_id : intent->target_id;
		ok = update(store, &row, err);
	}
	arena_release(&arena);
	return scope_end(store, scope, ok, err);
}

bool store_intent_sent(struct store *store, int64_t id, int64_t now, struct error *err)
{
	return change(store, id, &(struct change){ .sent_at = now }, err);
}

bool store_intent_late(struct store *store, int64_t id, int64_t until, struct error *err)
{
	return change(store, id, &(struct change){ .late_until = until }, err);
}

bool store_intent_candidate(struct store *store, int64_t id, struct str target_id,
			    struct error *err)
{
	return change(store, id, &(struct change){ .target_id = target_id }, err);
}

bool store_intent_delete(struct store *store, int64_t id, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM intent WHERE id = ?");

	sql_bind_int(&call, id);
	return sql_run(&call, err);
}

bool store_intent_drop_updates(struct store *store, struct error *err)
{
	static_assert(INTENT_UPDATE == 1 && INTENT_PENDING == 0, "as stored");
	return sql_exec(&store->sql, "DELETE FROM intent WHERE kind = 1 AND state = 0", err);
}

bool store_intent_of_link(struct store *store, int64_t link, bool *ret_found, struct error *err)
{
	int64_t found = 0;

	if (!store_number(store, "SELECT 1 FROM intent WHERE link > 0 AND link = ? LIMIT 1", link,
			  &found, err))
		return false;
	*ret_found = found != 0;
	return true;
}

bool store_intent_count(struct store *store, enum side target, int64_t *ret_n, struct error *err)
{
	return store_number(store, "SELECT count(*) FROM intent WHERE target = ?", target, ret_n,
			    err);
}

bool store_intent_lost(struct store *store, enum side target, int64_t *ret_n, struct error *err)
{
	static_assert(INTENT_CREATE == 0 && INTENT_SENT == 1, "as stored");
	return store_number(store,
			    "SELECT count(*) FROM intent WHERE target = ? AND kind = 0 "
			    "AND state = 1 AND coalesce(target_id, '') = ''",
			    target, ret_n, err);
}

bool store_intent_recover(struct store *store, struct error *err)
{
	static_assert(INTENT_PENDING == 0, "as stored");
	return sql_exec(&store->sql, "DELETE FROM intent WHERE state = 0", err);
}

struct str intent_reason(const struct intent *intent, struct str field)
{
	struct str rest = intent->reasons;
	struct str line;

	while (str_cut(&rest, '\n', &line)) {
		if (str_starts(line, field) && line.len > field.len && line.p[field.len] == ':')
			return str_trim(str_skip(line, field.len + 1));
	}
	return (struct str){ NULL, 0 };
}
