/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users_look: which of the batch's user_ids have a record already, asked in one request; and whether there
 * is the workspace that they are to refer to.
 */
#include "daemon/runner/users.h"

#include "base/log.h"

/* Fewer new records are tried at once: the refusal of a taken user_id says the same. */
#define BULK_LEAST 3

/* A write of unknown outcome may have had another one, and so may the record that is not there any more. */
static struct str key_of(const struct user_item *item)
{
	const struct user_row *row = &item->row;

	if (row->has_write)
		return row->write.content.part[USER_ID];
	return row->record_id.len == 0 && row->held.part[USER_ID].len > 0 ?
		       row->held.part[USER_ID] :
		       item->wanted.part[USER_ID];
}

static bool is_new(const struct user_item *item)
{
	return item->state == USER_READY && item->kind == USER_CREATE && !item->looked;
}

static size_t count_new(const struct users *users)
{
	size_t n = 0;

	for (size_t i = 0; i < users->batch.n; i++)
		n += is_new(&users->batch.items[i]);
	return n;
}

static bool is_bulk(const struct users *users)
{
	return !users->no_lookup && count_new(users) >= BULK_LEAST;
}

bool users_must_look(const struct users *users)
{
	for (size_t i = 0; i < users->batch.n; i++) {
		if (users->batch.items[i].state == USER_LOOK)
			return true;
	}
	return is_bulk(users);
}

/* ---- What was found ---- */

/* What was sent arrived after all, or somebody else has made just that. */
static bool take_as_it_is(struct users *users, struct user_item *item, struct error *err)
{
	struct store *store = runner_store(users->runner);
	const bool sent = item->row.has_write;
	const struct user_content held = item->row.held;

	item->state = USER_DONE;
	item->row.has_write = false;
	if (!store_begin(store, err))
		return false;
	if (sent) {
		users->runner->cycle.report.users++;
		item->reason = "the answer was lost, and the record found";
		item->row.held = (struct user_content){ 0 };
		for (int part = 0; part < USER_PART_COUNT; part++)
			item->parts[part] = item->wanted.part[part].len > 0;
		if (!users_add_history(users, item, "create", err))
			return false;
		item->row.held = held;
	}
	return users_settle(users, item, err) && store_commit(store, err);
}

static bool differs_but_workspace(const struct user_item *item)
{
	return item->parts[USER_ID] || item->parts[USER_EMAIL] || item->parts[USER_PERSON];
}

/* Nothing that was made for this person has another customerId. */
static void begin_anew(struct user_item *item)
{
	item->state = USER_READY;
	item->kind = USER_CREATE;
	item->row.has_write = false;
	item->row.held = (struct user_content){ 0 };
}

static bool take_found(struct users *users, struct user_item *item, const struct user_record *found,
		       struct error *err)
{
	struct user_row *row = &item->row;
	const bool same_id = str_equal(found->content.part[USER_ID], item->wanted.part[USER_ID]);
	const bool ours = str_equal(found->content.part[USER_PERSON], item->turn.records_id);

	/* It was sent for a customerId that the person has no more, and it is somebody else's. */
	if (!same_id && !ours) {
		begin_anew(item);
		return true;
	}
	row->record_id = found->id;
	row->held = found->content;
	row->doubt = 0;
	if (!user_differs(&row->held, 0, &item->wanted, item->parts))
		return take_as_it_is(users, item, err);
	item->state = USER_READY;
	item->kind = same_id && differs_but_workspace(item) ? USER_ASSERT : USER_UPDATE;
	item->reason = "a users record has this customerId already";
	return true;
}

static void take_none(struct user_item *item)
{
	if (item->state != USER_LOOK)
		return;
	/* Who has the customerId that the person has by now was not asked. */
	if (item->looked && !str_equal(key_of(item), item->wanted.part[USER_ID])) {
		begin_anew(item);
		return;
	}
	item->state = USER_READY;
	item->kind = USER_ASSERT;
	/* Whoever else asks for what it held waits: what is asserted is nobody else's. */
	if (!item->row.has_write && !str_equal(key_of(item), item->wanted.part[USER_ID])) {
		item->next_id = item->wanted.part[USER_ID];
		item->wanted.part[USER_ID] = key_of(item);
	}
}

static const struct user_record *find(const struct user_record *records, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++) {
		if (str_equal(records[i].content.part[USER_ID], key))
			return &records[i];
	}
	return NULL;
}

static bool was_asked(const struct users *users, struct str user_id)
{
	for (size_t i = 0; i < users->batch.n; i++) {
		const struct user_item *item = &users->batch.items[i];

		if (item->looked && str_equal(key_of(item), user_id))
			return true;
	}
	return false;
}

/* ---- The request ---- */

/* A server that ignores the filter shows records that were not asked for. */
static bool decode(struct users *users, const struct answer *answer, struct user_record *records)
{
	struct error err;

	for (size_t i = 0; i < answer->records.n; i++) {
		if (!users_decode(answer->records.items[i].bytes, users->workspace, &users->arena,
				  &records[i], &err)) {
			LOG_WARN("users records cannot be looked up", LOG_ERR(&err));
			return false;
		}
		if (!was_asked(users, records[i].content.part[USER_ID]))
			return false;
	}
	return true;
}

static bool take_all(struct users *users, const struct user_record *records, size_t n,
		     struct error *err)
{
	for (size_t i = 0; i < users->batch.n; i++) {
		struct user_item *item = &users->batch.items[i];
		const struct user_record *found = find(records, n, key_of(item));

		if (!item->looked || (item->state != USER_LOOK && item->state != USER_READY))
			continue;
		if (found == NULL)
			take_none(item);
		else if (!take_found(users, item, found, err))
			return false;
	}
	return true;
}

static void take_answer(struct users *users, const struct answer *answer)
{
	struct user_record *records =
		arena_alloc(&users->arena, answer->records.n + 1, sizeof(*records));
	struct error err;

	if (!decode(users, answer, records))
		users->no_lookup = true;
	else if (!take_all(users, records, answer->records.n, &err))
		users_store_failed(users, &err);
}

static void on_answer(void *payload, struct answer *answer)
{
	struct users *users = payload;

	users->n_pending--;
	switch (answer->judgement) {
	case JUDGE_OK:
		take_answer(users, answer);
		break;
	case JUDGE_GONE:
	case JUDGE_REJECTED:
	case JUDGE_CLASH:
	case JUDGE_MALFORMED:
		/* What a write is answered tells the rest. */
		users->no_lookup = true;
		break;
	case JUDGE_AUTH:
	case JUDGE_LIMITED:
	case JUDGE_TRANSIENT:
	case JUDGE_COUNT:
		(void)error_wrap(&answer->err, "records: looking up users records");
		users_close(users, &answer->err);
		break;
	}
	users_go_on(users);
}

void users_look(struct users *users)
{
	const bool bulk = is_bulk(users);
	struct str keys[USERS_LOOKUP_MOST];
	struct request request;
	size_t n = 0;

	if (users->no_lookup) {
		for (size_t i = 0; i < users->batch.n; i++) {
			users->batch.items[i].looked = false;
			take_none(&users->batch.items[i]);
		}
		users_go_on(users);
		return;
	}
	for (size_t i = 0; i < users->batch.n; i++) {
		struct user_item *item = &users->batch.items[i];

		if (item->state != USER_LOOK && !(bulk && is_new(item)))
			continue;
		item->looked = true;
		keys[n++] = key_of(item);
	}
	users_lookup_request(keys, n, &request);
	users_submit(users, &request, on_answer, users);
}

/* ---- The workspace ---- */

#define WORKSPACE_NAME "users.workspace_found"

bool users_must_find_workspace(const struct users *users)
{
	return users->workspace.len > 0 && !users->found_workspace && users->batch.n > 0;
}

/* The key, what is wrong with its value, what to do. */
static void blame_workspace(const struct users *users, const struct answer *answer,
			    struct error *err)
{
	if (answer->judgement == JUDGE_GONE)
		(void)error_set(err, ERR_CONFIG,
				"users.workspace: the records side has no workspace %.*s; give the "
				"id of one that is there",
				STR_ARG(users->workspace));
	else if (answer->judgement == JUDGE_REJECTED || answer->judgement == JUDGE_CLASH)
		(void)error_set(
			err, ERR_CONFIG,
			"users.workspace: the records side does not take %.*s for the id of "
			"a workspaces record (%d); give one that is there",
			STR_ARG(users->workspace), answer->status);
	else if (answer->status == 403)
		(void)error_set(err, ERR_AUTH,
				"users.workspace: the token may not read the object workspaces "
				"(403); let it, or leave users.workspace out");
	else
		(void)error_wrap(err, "records: looking for users.workspace");
}

static void on_workspace(void *payload, struct answer *answer)
{
	struct users *users = payload;
	struct error err = answer->err;

	users->n_pending--;
	switch (answer->judgement) {
	case JUDGE_OK:
		users->found_workspace = true;
		if (!store_meta_set(runner_store(users->runner), WORKSPACE_NAME, users->workspace,
				    &err))
			users_store_failed(users, &err);
		break;
	case JUDGE_GONE:
	case JUDGE_REJECTED:
	case JUDGE_CLASH:
	case JUDGE_AUTH:
	case JUDGE_LIMITED:
	case JUDGE_TRANSIENT:
	case JUDGE_MALFORMED:
	case JUDGE_COUNT:
		blame_workspace(users, answer, &err);
		users_close(users, &err);
		break;
	}
	users_go_on(users);
}

void users_find_workspace(struct users *users)
{
	struct request request;
	struct str found;
	struct error err;

	if (!store_meta_get(runner_store(users->runner), WORKSPACE_NAME, &users->arena, &found,
			    &err)) {
		users_store_failed(users, &err);
		users_go_on(users);
	} else if (str_equal(found, users->workspace)) {
		users->found_workspace = true;
		users_go_on(users);
	} else {
		users_workspace_request(users->workspace, &request);
		users_submit(users, &request, on_workspace, users);
	}
}
