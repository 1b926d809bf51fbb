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
			.old_value = item->row.held.part[part],
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

/* It was certainly not carried out. */
static bool take_back(struct users *users, struct user_item *item, struct error *err)
{
	item->row.has_write = false;
	return store_user_answered(runner_store(users->runner), item->row.link, err);
}

static bool take_answer(struct users *users, struct user_item *item,
			const struct user_record *record, struct error *err)
{
	struct store *store = runner_store(users->runner);
	const bool is_new = item->row.record_id.len == 0;

	users->n_accepted++;
	users->n_unsure = 0;
	users->runner->cycle.report.users++;
	if (!store_begin(store, err) ||
	    !users_add_history(users, item, is_new ? "create" : "update", err))
		return false;
	for (int part = 0; part < USER_PART_COUNT; part++) {
		if (item->parts[part])
			item->row.held.part[part] = item->wanted.part[part];
	}
	item->row.record_id = record->id;
	item->row.has_write = false;
	return users_settle(users, item, err) && store_commit(store, err);
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

static void close_side(struct users *users, const struct answer *answer)
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
	users_close(users, &err);
}

static bool refuse(struct users *users, const struct user_item *item, const struct answer *answer,
		   struct error *err)
{
	users->n_unsure = 0;
	return users_park(users, &item->turn, &item->wanted, answer->status, answer->words, 0, err);
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

/* The record was deleted, or merged into another one: that one has the user_id, if any has. */
static bool take_gone(struct users *users, struct user_item *item, const struct answer *answer,
		      struct error *err)
{
	if (item->kind != USER_UPDATE) {
		close_side(users, answer);
		return true;
	}
	item->row.record_id = (struct str){ NULL, 0 };
	item->row.held = (struct user_content){ 0 };
	(void)user_differs(&item->row.held, NULL, &item->wanted, item->parts);
	item->state = USER_LOOK;
	item->reason = "the users record was not there any more";
	return store_user_put(runner_store(users->runner), &item->row, err);
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
		if (answer->status == 403 && users->n_accepted > 0)
			return refuse(users, item, answer, err);
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

static bool store_writes(struct users *users, struct error *err)
{
	struct runner *runner = users->runner;
	struct store *store = runner_store(runner);

	if (!store_begin(store, err))
		return false;
	for (size_t i = 0; i < users->batch.n; i++) {
		struct user_item *item = &users->batch.items[i];

		if (item->state != USER_READY)
			continue;
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
		.n_workspaces = item->n_workspaces,
		.workspaces = item->workspaces,
	};
	struct request request;

	for (int part = 0; part < USER_PART_COUNT; part++)
		user.wanted[part] = item->parts[part];
	/* An assert names the record by its user_id. */
	user.wanted[USER_ID] = user.wanted[USER_ID] || item->kind != USER_UPDATE;
	/* A PATCH adds to the list by itself. */
	if (item->kind == USER_UPDATE)
		user.n_workspaces = 0;
	users_write_request(&users->runner->context, &user, &request);
	item->state = USER_SENT;
	users_submit(users, &request, on_answer, item);
}

void users_send(struct users *users)
{
	struct error err;

	if (!store_writes(users, &err)) {
		users_store_failed(users, &err);
		users_go_on(users);
		return;
	}
	for (size_t i = 0; i < users->batch.n; i++) {
		struct user_item *item = &users->batch.items[i];

		if (item->state != USER_READY)
			continue;
		if (users->runner->options.dry_run)
			item->state = USER_DONE;
		else
			send_item(users, item);
	}
	users_go_on(users);
}
