/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users: users records of links, and the writes of them that are under way.
 */
#include "state/users.h"

#include "state/store_p.h"

#define ROW_COLUMNS \
	"u.link, u.record_id, u.user_id, u.email, u.person, u.workspace, u.claim_id, " \
	"u.claim_email, u.doubt, u.sum, w.cycle, w.sent_at, w.user_id, w.email, w.person, w.workspace, " \
	"w.reason FROM user u LEFT JOIN user_write w ON w.link = u.link "

static void sum_content(struct store *store, const struct user_content *content)
{
	for (int part = 0; part < USER_PART_COUNT; part++)
		sum_str(store, content->part[part]);
}

static int64_t row_sum(struct store *store, const struct user_row *row)
{
	sum_start(store);
	sum_int(store, row->link);
	sum_str(store, row->record_id);
	sum_content(store, &row->held);
	sum_str(store, row->claim.part[USER_ID]);
	sum_str(store, row->claim.part[USER_EMAIL]);
	sum_int(store, row->doubt);
	return sum_end(store, SUM_USER);
}

static struct user_content read_content(const struct sql_call *call, int column,
					struct arena *arena)
{
	struct user_content content = { 0 };

	for (int part = 0; part < USER_PART_COUNT; part++)
		content.part[part] = sql_text_copy(call, column + part, arena);
	return content;
}

/* Ends the call. */
static bool read_row(struct store *store, struct sql_call *call, struct arena *arena,
		     struct user_row *ret_row, struct error *err)
{
	const int64_t sum = sql_int(call, 9);
	struct user_row row = {
		.link = sql_int(call, 0),
		.record_id = sql_text_copy(call, 1, arena),
		.held = read_content(call, 2, arena),
		.doubt = (uint32_t)sql_int(call, 8),
		.has_write = !sql_is_null(call, 10),
	};

	row.claim.part[USER_ID] = sql_text_copy(call, 6, arena);
	row.claim.part[USER_EMAIL] = sql_text_copy(call, 7, arena);
	if (row.has_write)
		row.write = (struct user_write){
			.cycle = sql_int(call, 10),
			.sent_at = sql_int(call, 11),
			.content = read_content(call, 12, arena),
			.reason = sql_text_copy(call, 16, arena),
		};
	sql_end(call);
	if (row_sum(store, &row) != sum)
		return sum_fail(store, "users record of link", row.link, err);
	*ret_row = row;
	return true;
}

bool store_user_get(struct store *store, int64_t link, struct arena *arena,
		    struct user_row *ret_row, bool *ret_found, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT " ROW_COLUMNS "WHERE u.link = ?");

	sql_bind_int(&call, link);
	*ret_row = (struct user_row){ .link = link };
	if (!sql_row(&call, ret_found, err))
		return false;
	return !*ret_found || read_row(store, &call, arena, ret_row, err);
}

static bool next_write(struct store *store, int64_t after, struct arena *arena,
		       struct user_row *ret_row, bool *ret_found, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "SELECT " ROW_COLUMNS
						     "WHERE w.link > ? ORDER BY w.link LIMIT 1");

	sql_bind_int(&call, after);
	if (!sql_row(&call, ret_found, err))
		return false;
	return !*ret_found || read_row(store, &call, arena, ret_row, err);
}

bool store_user_writes_each(struct store *store, user_row_fn *fn, void *payload, struct error *err)
{
	struct arena arena = { 0 };
	struct user_row row = { .link = 0 };
	bool found = true;
	bool ok = true;

	while (ok && found) {
		const int64_t last = row.link;

		arena_reset(&arena);
		ok = next_write(store, last, &arena, &row, &found, err);
		if (ok && found)
			ok = fn(payload, &row, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_user_write_count(struct store *store, int64_t *ret_n, struct error *err)
{
	return store_number(store, "SELECT count(*) FROM user_write", 0, ret_n, err);
}

/* ---- Changes ---- */

static void bind_content(struct sql_call *call, const struct user_content *content)
{
	for (int part = 0; part < USER_PART_COUNT; part++)
		sql_bind_text(call, content->part[part]);
}

bool store_user_put(struct store *store, const struct user_row *row, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO user(link, record_id, user_id, email, person, workspace, claim_id, "
		"claim_email, doubt, sum) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(link) DO UPDATE SET "
		"record_id = excluded.record_id, user_id = excluded.user_id, "
		"email = excluded.email, person = excluded.person, "
		"workspace = excluded.workspace, claim_id = excluded.claim_id, "
		"claim_email = excluded.claim_email, doubt = excluded.doubt, "
		"sum = excluded.sum");

	sql_bind_int(&call, row->link);
	sql_bind_text(&call, row->record_id);
	bind_content(&call, &row->held);
	sql_bind_text(&call, row->claim.part[USER_ID]);
	sql_bind_text(&call, row->claim.part[USER_EMAIL]);
	sql_bind_int(&call, row->doubt);
	sql_bind_int(&call, row_sum(store, row));
	return sql_run(&call, err);
}

static bool delete_row(struct store *store, int64_t link, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM user WHERE link = ?");

	sql_bind_int(&call, link);
	return sql_run(&call, err);
}

bool store_user_hand_over(struct store *store, int64_t from, int64_t to, struct error *err)
{
	struct arena arena = { 0 };
	struct user_row row;
	bool found = false;
	bool ok = store_user_get(store, from, &arena, &row, &found, err) &&
		  delete_row(store, from, err);

	if (ok && found) {
		row.link = to;
		ok = store_user_put(store, &row, err);
	}
	arena_release(&arena);
	return ok;
}

bool store_user_sent(struct store *store, const struct user_row *row, struct error *err)
{
	struct sql_call call = sql_call(
		&store->sql,
		"INSERT INTO user_write(link, cycle, sent_at, user_id, email, person, workspace, "
		"reason) VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(link) DO UPDATE SET "
		"cycle = excluded.cycle, sent_at = excluded.sent_at, user_id = excluded.user_id, "
		"email = excluded.email, person = excluded.person, "
		"workspace = excluded.workspace, reason = excluded.reason");

	sql_bind_int(&call, row->link);
	sql_bind_int(&call, row->write.cycle);
	sql_bind_int(&call, row->write.sent_at);
	bind_content(&call, &row->write.content);
	sql_bind_text(&call, row->write.reason);
	return sql_run(&call, err);
}

bool store_user_answered(struct store *store, int64_t link, struct error *err)
{
	struct sql_call call = sql_call(&store->sql, "DELETE FROM user_write WHERE link = ?");

	sql_bind_int(&call, link);
	return sql_run(&call, err);
}

/* ---- Who else has it ---- */

static bool find_link(struct store *store, const char *text, int64_t but, struct str value,
		      int64_t *ret_link, struct error *err)
{
	bool found;
	struct sql_call call = sql_call(&store->sql, text);

	*ret_link = 0;
	sql_bind_int(&call, but);
	sql_bind_text(&call, value);
	if (!sql_row(&call, &found, err))
		return false;
	if (!found)
		return true;
	*ret_link = sql_int(&call, 0);
	sql_end(&call);
	return true;
}

#define RIVAL(held, claim) \
	"SELECT u.link FROM user u JOIN link l ON l.id = u.link AND l.state = 0 " \
	"WHERE u.link <> ?1 AND ((u." claim " = ?2 AND u." claim " <> '') OR " \
	"(u." held " = ?2 AND u." held " <> '' AND (u.claim_id <> '' OR EXISTS " \
	"(SELECT 1 FROM user_turn t WHERE t.link = u.link AND t.due = 1)))) " \
	"ORDER BY u.link LIMIT 1"

bool store_user_rival(struct store *store, int64_t link, enum user_part part, struct str text,
		      int64_t *ret_link, struct error *err)
{
	return find_link(store,
			 part == USER_ID ? RIVAL("user_id", "claim_id") :
					   RIVAL("email", "claim_email"),
			 link, text, ret_link, err);
}

bool store_user_left(struct store *store, int64_t link, struct str user_id, int64_t *ret_link,
		     struct error *err)
{
	return find_link(store,
			 "SELECT u.link FROM user u LEFT JOIN link l ON l.id = u.link "
			 "WHERE u.link <> ?1 AND u.user_id = ?2 AND u.user_id <> '' "
			 "AND u.record_id <> '' AND (coalesce(l.state, 1) <> 0 OR "
			 "u.claim_id = '') ORDER BY u.link LIMIT 1",
			 link, user_id, ret_link, err);
}

#define KEEPER(held) \
	"SELECT u.link FROM user u JOIN link l ON l.id = u.link AND l.state = 0 " \
	"JOIN user_turn t ON t.link = u.link AND t.waits > 0 WHERE u.link <> ?1 " \
	"AND u." held " = ?2 AND u." held " <> '' AND u.record_id <> '' AND u.claim_id = '' " \
	"ORDER BY u.link LIMIT 1"

bool store_user_keeper(struct store *store, int64_t link, enum user_part part, struct str text,
		       int64_t *ret_link, struct error *err)
{
	return find_link(store, part == USER_ID ? KEEPER("user_id") : KEEPER("email"), link, text,
			 ret_link, err);
}
