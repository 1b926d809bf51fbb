/* SPDX-License-Identifier: Apache-2.0 */
/*
 * persons: rows of `person`, and the bodies in `staged`.
 */
#include "state/store_p.h"

bool person_row_get(struct store *store, enum side side, struct str id, struct person_row *ret_row,
		    bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call = sql_call(
		&store->sql,
		"SELECT p.no, coalesce(p.link, 0), p.generation, coalesce(s.started_at, 0), p.seen_at, "
		"p.old_seen_at, p.created_at, p.updated_at, p.archived_at, p.keys_sum, p.staged, "
		"p.digest, p.gone_cycle, EXISTS (SELECT 1 FROM unreadable u "
		"WHERE u.side = p.side AND u.id = p.id), p.misread FROM person p LEFT JOIN scan s "
		"ON s.side = p.side AND s.generation = p.generation WHERE p.side = ? AND p.id = ?");

	sql_bind_int(&call, side);
	sql_bind_text(&call, id);
	if (!sql_row(&call, &found, err))
		return false;
	*ret_found = found;
	if (!found)
		return true;
	*ret_row = (struct person_row){
		.no = sql_int(&call, 0),
		.link = sql_int(&call, 1),
		.generation = sql_int(&call, 2),
		.scan_at = sql_int(&call, 3),
		.seen_at = sql_int(&call, 4),
		.old_seen_at = sql_int(&call, 5),
		.created_at = sql_int(&call, 6),
		.updated_at = sql_int(&call, 7),
		.archived_at = sql_int(&call, 8),
		.keys_sum = sql_int(&call, 9),
		.staged = sql_int(&call, 10) != 0,
		.digest = sql_digest(&call, 11),
		.gone_cycle = sql_int(&call, 12),
		.unreadable = sql_int(&call, 13) != 0,
		.misread = sql_int(&call, 14) != 0,
	};
	sql_end(&call);
	return true;
}

int64_t person_row_sight(const struct person_row *row)
{
	/* A scan that could not read it tells nothing of what it held. */
	return !row->unreadable && row->scan_at > row->seen_at ? row->scan_at : row->seen_at;
}

void person_row_overlay(const struct person_row *row, struct person *person)
{
	person->created_at = row->created_at;
	person->updated_at = row->updated_at;
	person->archived_at = row->archived_at;
	person->seen_at = person_row_sight(row);
}

bool staged_put(struct store *store, int64_t no, struct str body, struct error *err)
{
	struct sql_call call =
		sql_call(&store->sql, "INSERT INTO staged(person, body) VALUES(?, ?) "
				      "ON CONFLICT(person) DO UPDATE SET body = excluded.body");

	sql_bind_int(&call, no);
	sql_bind_blob(&call, body);
	return sql_run(&call, err);
}

bool staged_delete(struct store *store, int64_t no, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM staged WHERE person = ?");

	sql_bind_int(&call, no);
	return sql_run(&call, err);
}

bool staged_get(struct store *store, int64_t no, struct arena *arena, struct str *ret_body,
		bool *ret_found, struct error *err)
{
	bool found;
	struct sql_call call = sql_call(&store->sql, "SELECT body FROM staged WHERE person = ?");

	sql_bind_int(&call, no);
	if (!sql_row(&call, &found, err))
		return false;
	if (found)
		*ret_body = sql_blob_copy(&call, 0, arena);
	*ret_found = found;
	sql_end(&call);
	return true;
}

bool staged_person(struct store *store, enum side side, struct str id, const struct person_row *row,
		   struct arena *arena, struct person *ret_person, struct error *err)
{
	struct person person;
	struct str body;
	bool found;

	if (!staged_get(store, row->no, arena, &body, &found, err))
		return false;
	if (!found) {
		(void)error_set(
			err, ERR_STORE,
			"state %s: %s person %.*s has no content: the file is damaged; restore "
			"a backup, or start anew with `crmsync reset`",
			store->path, side_name(side), STR_ARG(str_head(id, 80)));
		err->native = SQLITE_CORRUPT;
		return false;
	}
	if (!person_unpack(body, store->fields, arena, &person, err))
		return error_wrap(err, "state %s: %s person %.*s", store->path, side_name(side),
				  STR_ARG(str_head(id, 80)));
	person.id = arena_copy(arena, id);
	person_row_overlay(row, &person);
	*ret_person = person;
	return true;
}

bool pack_person(struct store *store, const struct person *person, struct str *ret_packed,
		 struct error *err)
{
	buf_reset(&store->pack);
	person_pack(person, store->fields, &store->pack);
	if (!buf_ok(&store->pack))
		return error_set(err, ERR_STORE, "person %.*s is too large to be stored",
				 STR_ARG(str_head(person->id, 80)));
	*ret_packed = buf_str(&store->pack);
	return true;
}
