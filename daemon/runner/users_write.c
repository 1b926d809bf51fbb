/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users_write: sends what is ready of the batch, and stores what the answers say.
 */
#include "daemon/runner/users.h"

/* So many writes in a row without an answer that says what became of them: the side is ill. */
#define UNSURE_MOST 3

/* ---- History ---- */

bool users_add_history(struct users *users, const struct user_item *item, const char *action,
		       struct error *err)
{
	const bool is_new = item->row.record_id.len == 0;

	for (int part = 0; part < USER_PART_COUNT; part++) {
		const struct history_entry entry = {
			.cycle = users->runner->cycle.report.id,
			.link = item->turn.link,
			.at = runner_now(users->runner),
			.side = SIDE_RECORDS,
			.side_id = item->turn.records_id,
			.field = arena_format(&users->arena, USER_FIELD "%s",
					      user_part_name((enum user_part)part)),
			.action = str_from(action),
			.old_value = is_new ? (struct str){ NULL, 0 } : item->row.held.part[part],
			.new_value = item->wanted.part[part],
			.reason = str_from(item->reason),
		};

		if (item->parts[part] &&
		    !store_history_add(runner_store(users->runner), &entry, err))
			return false;
	}
	return true;
}

/* ---- Answers ---- */

static void want_next_id(struct user_item *item)
{
	if (item->next_id.len > 0)
		item->wanted.part[USER_ID] = item->next_id;
	item->next_id = (struct str){ NULL, 0 };
}

/* It was certainly not carried out; what an earlier one may have done is as unknown as before. */
static bool take_back(struct users *users, struct user_item *item, struct error *err)
{
	struct store *store = runner_store(users->runner);

	want_next_id(item);
	item->row.has_write = false;
	item->row.doubt = item->doubt;
	return store_user_put(store, &item->row, err) &&
	       store_user_answered(store, item->row.link, err);
}

/* What was sent, and what an assert's answer shows of the rest. */
static void know_parts(struct user_item *item, const struct user_record *record)
{
	struct user_row *row = &item->row;
	const bool shown = item->kind == USER_ASSERT;

	if (row->record_id.len == 0)
		row->held = (struct user_content){ 0 };
	for (int part = 0; part < USER_PART_COUNT; part++) {
		if (item->parts[part])
			row->held.part[part] = item->wanted.part[part];
		else if (shown)
			row->held.part[part] = record->content.part[part];
		if (item->parts[part] || shown)
			row->doubt &= ~USER_BIT(part);
	}
	row->record_id = record->id;
	row->has_write = false;
}

/* Its person still waits for something: it is not settled, but who waits for it may go on. */
static bool settle_given_up(struct users *users, const struct user_item *item, struct error *err)
{
	struct store *store = runner_store(users->runner);

	return store_user_put(store, &item->row, err) &&
	       store_user_answered(store, item->row.link, err) &&
	       store_user_release(store, item->row.link, err);
}

/* An assert has no workspace, and one whose record wasn't looked up takes nothing away. */
static bool settle_or_go_on(struct users *users, struct user_item *item, struct error *err)
{
	struct store *store = runner_store(users->runner);

	if (item->heir != NULL)
		return settle_given_up(users, item, err);
	if (!user_differs(&item->row.held, item->row.doubt, &item->wanted, item->parts))
		return users_settle(users, item, err);
	item->state = USER_READY;
	item->kind = USER_UPDATE;
	return store_user_put(store, &item->row, err) &&
	       store_user_answered(store, item->row.link, err);
}

static bool take_answer(struct users *users, struct user_item *item,
			const struct user_record *record, struct error *err)
{
	struct store *store = runner_store(users->runner);
	const bool is_new = item->row.record_id.len == 0;

	users->n_accepted++;
	users->n_unsure = 0;
	users->runner->cycle.report.users += item->counted ? 0 : 1;
	item->counted = true;
	item->looked = true;
	if (!store_begin(store, err) ||
	    !users_add_history(users, item, is_new ? "create" : "update", err))
		return false;
	know_parts(item, record);
	want_next_id(item);
	return settle_or_go_on(users, item, err) && store_commit(store, err);
}

/* The answer must be about the record that was written, or asked for by this user_id. */
static bool understand(struct users *users, const struct user_item *item,
		       const struct answer *answer, struct user_record *ret_record)
{
	struct error ignored;

	if (answer->records.n != 1 ||
	    !users_decode(answer->records.items[0].bytes, users->workspace, &users->arena,
			  ret_record, &ignored))
		return false;
	return item->kind == USER_UPDATE ?
		       str_equal(ret_record->id, item->row.record_id) :
		       str_equal(ret_record->content.part[USER_ID], item->wanted.part[USER_ID]);
}

/* What became of it is looked up the next time. */
static void leave_unsure(struct users *users, struct error *why)
{
	(void)error_wrap(why, "records: writing a users record");
	cycle_note_failure(&users->runner->cycle, SIDE_RECORDS, why);
	if (++users->n_unsure >= UNSURE_MOST)
		users->closed = true;
}

static struct error closing_error(const struct answer *answer)
{
	struct error err = answer->err;

	if (answer->judgement == JUDGE_GONE)
		(void)error_set(&err, ERR_CONFIG,
				"records: the workspace has no object users; enable it there, or "
				"set users.enabled = false");
	else if (answer->status == 403)
		(void)error_set(&err, ERR_AUTH,
				"records: writing users records is refused (403); the token may "
				"not write them");
	else
		(void)error_wrap(&err, "records: writing a users record");
	return err;
}

static void close_side(struct users *users, const struct answer *answer)
{
	const struct error err = closing_error(answer);

	users_close(users, &err);
}

/* The heir of what is not given up cannot have it. */
static bool park(struct users *users, const struct user_item *item, int status, struct str words,
		 struct error *err)
{
	const struct user_item *heir = item->heir;

	if (heir == NULL)
		return users_park(users, &item->turn, &item->wanted, status, words, 0, err);
	words = arena_format(
		&users->arena,
		"the users record of link %lld has its customerId or e-mail address and "
		"is not made to give it up (%.*s); give both persons other ones, sync, and "
		"give them these after that",
		(long long)item->turn.link, STR_ARG(words));
	return users_park(users, &heir->turn, &heir->wanted, status, words, 0, err);
}

static bool refuse(struct users *users, const struct user_item *item, const struct answer *answer,
		   struct error *err)
{
	users->n_unsure = 0;
	return park(users, item, answer->status, answer->words, err);
}

static struct str keep(struct users *users, struct str text)
{
	return arena_copy(&users->forbidden_arena, text);
}

static bool take_forbidden(struct users *users, const struct user_item *item,
			   const struct answer *answer, struct error *err)
{
	const struct user_item *whose = item->heir != NULL ? item->heir : item;
	struct user_refusal refusal = { .turn = whose->turn,
					.status = answer->status,
					.words = keep(users, answer->words) };

	if (users->n_accepted > 0)
		return refuse(users, item, answer, err);
	users->n_unsure = 0;
	refusal.turn.records_id = keep(users, whose->turn.records_id);
	for (int part = 0; part < USER_PART_COUNT; part++)
		refusal.wanted.part[part] = keep(users, whose->wanted.part[part]);
	*VEC_PUSH(&users->forbidden) = refusal;
	users->forbidden_err = closing_error(answer);
	users->closed = users->closed || users->forbidden.n >= USERS_FORBIDDEN_MOST;
	return true;
}

bool users_judge_forbidden(struct users *users, struct error *err)
{
	struct store *store = runner_store(users->runner);

	if (users->forbidden.n == 0)
		return true;
	if (users->n_accepted == 0) {
		users_close(users, &users->forbidden_err);
		return true;
	}
	if (!store_begin(store, err))
		return false;
	for (size_t i = 0; i < users->forbidden.n; i++) {
		const struct user_refusal *refusal = &users->forbidden.items[i];

		if (!users_park(users, &refusal->turn, &refusal->wanted, refusal->status,
				refusal->words, 0, err))
			return false;
	}
	return store_commit(store, err);
}

/* Another record has what is unique; by the user_id it can be told which. */
static bool take_clash(struct users *users, struct user_item *item, const struct answer *answer,
		       struct error *err)
{
	if (item->kind != USER_CREATE)
		return refuse(users, item, answer, err);
	item->state = USER_LOOK;
	return true;
}

/* The record was deleted, merged into another one, or the server is wrong: one that has the user_id
 * that it had last tells.  By the one that it is to have none would be found, and made beside
 * it. */
static bool take_gone(struct users *users, struct user_item *item, const struct answer *answer,
		      struct error *err)
{
	static const struct user_content none = { 0 };
	struct user_row *row = &item->row;

	/* What was just seen there and cannot be changed is refused. */
	if (item->kind != USER_UPDATE || item->looked)
		return take_forbidden(users, item, answer, err);
	row->record_id = (struct str){ NULL, 0 };
	row->doubt = 0;
	if (item->heir != NULL) {
		row->held = none;
		return settle_given_up(users, item, err);
	}
	(void)user_differs(&none, 0, &item->wanted, item->parts);
	item->state = USER_LOOK;
	item->reason = "the users record was not there any more";
	return store_user_put(runner_store(users->runner), row, err);
}

static bool take_refusal(struct users *users, struct user_item *item, const struct answer *answer,
			 struct error *err)
{
	switch (answer->judgement) {
	case JUDGE_CLASH:
		return take_clash(users, item, answer, err);
	case JUDGE_REJECTED:
		return refuse(users, item, answer, err);
	case JUDGE_GONE:
		return take_gone(users, item, answer, err);
	case JUDGE_AUTH:
		if (answer->status == 403)
			return take_forbidden(users, item, answer, err);
		break;
	case JUDGE_MALFORMED:
	case JUDGE_LIMITED:
	case JUDGE_TRANSIENT:
	case JUDGE_OK:
	case JUDGE_COUNT:
		break;
	}
	close_side(users, answer);
	return true;
}

static bool store_refusal(struct users *users, struct user_item *item, const struct answer *answer,
			  struct error *err)
{
	struct store *store = runner_store(users->runner);

	return store_begin(store, err) && take_back(users, item, err) &&
	       take_refusal(users, item, answer, err) && store_commit(store, err);
}

static void on_answer(void *payload, struct answer *answer)
{
	struct user_item *item = payload;
	struct users *users = item->users;
	const bool said_ok = answer->judgement == JUDGE_OK;
	struct user_record record;
	struct error err;
	bool ok = true;

	users->n_pending--;
	item->state = USER_DONE;
	if (said_ok && !answer->uncertain && understand(users, item, answer, &record)) {
		ok = take_answer(users, item, &record, &err);
	} else if (!said_ok && !answer->uncertain) {
		ok = store_refusal(users, item, answer, &err);
	} else {
		if (!answer->uncertain)
			(void)error_set(&answer->err, ERR_UNCERTAIN,
					"the answer to a write does not hold the users record");
		leave_unsure(users, &answer->err);
	}
	if (!ok)
		users_store_failed(users, &err);
	runner_changed(users->runner);
	users_go_on(users);
}

/* ---- Requests ---- */

/* What is not known of the record, from now on. */
static void doubt_parts(struct user_item *item)
{
	struct user_row *row = &item->row;

	/* Whether an earlier write has made one is not known, unless it was looked for. */
	if (row->record_id.len == 0 && item->looked)
		row->held = (struct user_content){ 0 };
	else if (row->record_id.len == 0 && row->has_write)
		row->held = row->write.content;
	item->doubt = row->doubt;
	for (int part = 0; part < USER_PART_COUNT; part++)
		row->doubt |= item->parts[part] ? USER_BIT(part) : 0;
}

static bool store_writes(struct users *users, struct user_item *const *items, size_t n,
			 struct error *err)
{
	struct runner *runner = users->runner;
	struct store *store = runner_store(runner);

	if (!store_begin(store, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct user_item *item = items[i];

		/* It would take the place of those that others have added. */
		if (item->kind == USER_ASSERT)
			item->parts[USER_WORKSPACE] = false;
		doubt_parts(item);
		item->row.has_write = true;
		item->row.write = (struct user_write){
			.cycle = runner->cycle.report.id,
			.sent_at = runner_now(runner),
			.content = item->wanted,
			.reason = str_from(item->reason),
		};
		if (!store_user_put(store, &item->row, err) ||
		    !store_user_sent(store, &item->row, err))
			return false;
	}
	return store_commit(store, err);
}

static void send_item(struct users *users, struct user_item *item)
{
	struct user_request user = {
		.kind = item->kind,
		.id = item->row.record_id,
		.content = &item->wanted,
	};
	struct request request;

	for (int part = 0; part < USER_PART_COUNT; part++)
		user.wanted[part] = item->parts[part];
	/* An assert names the record by its user_id. */
	user.wanted[USER_ID] = user.wanted[USER_ID] || item->kind != USER_UPDATE;
	users_write_request(&users->runner->context, &user, &request);
	item->state = USER_SENT;
	users_submit(users, &request, on_answer, item);
}

/* As long as no write was taken, a few try: a side that takes none is not asked for everybody. */
static size_t choose(struct users *users, struct user_item **items)
{
	const size_t most = users->n_accepted > 0 || users->runner->options.dry_run ?
				    USERS_LOOKUP_MOST :
				    USERS_FORBIDDEN_MOST;
	size_t n = 0;

	for (size_t i = 0; i < users->batch.n && n < most; i++) {
		if (users->batch.items[i].state == USER_READY)
			items[n++] = &users->batch.items[i];
	}
	return n;
}

void users_send(struct users *users)
{
	struct user_item *items[USERS_LOOKUP_MOST];
	const size_t n = choose(users, items);
	struct error err;

	if (!store_writes(users, items, n, &err)) {
		users_store_failed(users, &err);
		users_go_on(users);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (users->runner->options.dry_run)
			items[i]->state = USER_DONE;
		else
			send_item(users, items[i]);
	}
	users_go_on(users);
}
