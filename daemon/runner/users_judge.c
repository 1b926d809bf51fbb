/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users_judge: what is to become of the users records of those who are due, as far as the state tells.
 *
 * Two persons with one customerId, or one e-mail address, do not take the record from each other: whoever
 * asked first keeps it, and the other one is parked until it is free.  Where that one's record holds what the
 * first one asks for, it gives it up: nobody else could begin.
 *
 * Of somebody who cannot be read (unreadable.h), on whichever side, the record is left as it is until he can:
 * what was agreed on last may not be so any more.
 */
#include "daemon/runner/users.h"

#include "state/forget.h"
#include "state/unreadable.h"

/* Turns that are judged in one transaction, whether anything comes of them or not. */
#define TURNS_MOST 500
/* Of one text that is sent. */
#define LIMIT_USER_TEXT_BYTES 1024

/* ---- Parking ---- */

/* What the server never saw blocks nothing that is to be sent to it. */
static struct digest parked_content(const struct user_content *wanted, int status)
{
	const struct digest digest = user_digest(wanted);

	if (status != 0)
		return digest;
	return digest_of((struct str){ (const char *)digest.bytes, sizeof(digest.bytes) }, 1);
}

bool users_park(struct users *users, const struct user_turn *turn,
		const struct user_content *wanted, int status, struct str words, int64_t waits,
		struct error *err)
{
	struct store *store = runner_store(users->runner);
	const int64_t now = runner_now(users->runner);
	const struct user_turn_end end = { .parked = true, .waits = waits };
	const struct quarantine quarantine = {
		.target = SIDE_RECORDS,
		.link = turn->link,
		.source_id = STR_LIT(QUARANTINE_USER),
		.target_id = turn->records_id,
		.status = status,
		.words = words,
		.content = parked_content(wanted, status),
		.first_at = now,
		.last_at = now,
	};
	bool known = false;

	if (status == 0 &&
	    !store_quarantine_blocks(store, SIDE_RECORDS, turn->link, quarantine.source_id,
				     &quarantine.content, &known, err))
		return false;
	return (known || store_quarantine_put(store, &quarantine, err)) &&
	       store_user_turn_end(store, turn->link, &end, err);
}

/* ---- Claims ---- */

/* What it asked for before may be what others wait for. */
static bool set_claim(struct users *users, struct user_row *row, struct str user_id,
		      struct str email, struct error *err)
{
	struct store *store = runner_store(users->runner);
	struct str *claim = row->claim.part;
	const bool same = str_equal(claim[USER_ID], user_id) && str_equal(claim[USER_EMAIL], email);

	claim[USER_ID] = user_id;
	claim[USER_EMAIL] = email;
	return same ||
	       (store_user_put(store, row, err) && store_user_release(store, row->link, err));
}

static bool lift(struct users *users, int64_t link, struct error *err)
{
	return store_quarantine_lift(runner_store(users->runner), SIDE_RECORDS, link,
				     STR_LIT(QUARANTINE_USER), err);
}

bool users_settle(struct users *users, const struct user_item *item, struct error *err)
{
	static const struct user_turn_end done = { .due = false };
	struct store *store = runner_store(users->runner);
	const int64_t link = item->row.link;

	return store_user_put(store, &item->row, err) && store_user_answered(store, link, err) &&
	       lift(users, link, err) && store_user_release(store, link, err) &&
	       store_user_turn_end(store, link, &done, err);
}

/* ---- One turn ---- */

static bool wait_for_reading(struct users *users, const struct user_turn *turn, struct error *err)
{
	static const struct user_turn_end due = { .due = true };

	return store_user_turn_end(runner_store(users->runner), turn->link, &due, err);
}

/* What is not known of its record stays unknown, for the day that it is asked for again. */
static bool leave_write(struct users *users, struct user_item *item, struct error *err)
{
	struct user_row *row = &item->row;

	if (!row->has_write)
		return true;
	if (row->record_id.len == 0)
		row->held = row->write.content;
	row->has_write = false;
	return store_user_put(runner_store(users->runner), row, err) &&
	       store_user_answered(runner_store(users->runner), row->link, err);
}

/* The person asks for none (any more). */
static bool leave(struct users *users, struct user_item *item, bool known, struct error *err)
{
	static const struct user_turn_end done = { .due = false };
	struct store *store = runner_store(users->runner);
	const struct str none = { NULL, 0 };

	if (known && item->row.record_id.len > 0 && item->row.claim.part[USER_ID].len > 0)
		users->n_left++;
	return (!known ||
		(leave_write(users, item, err) && set_claim(users, &item->row, none, none, err) &&
		 store_user_release(store, item->turn.link, err))) &&
	       lift(users, item->turn.link, err) &&
	       store_user_turn_end(store, item->turn.link, &done, err);
}

static bool give_way(struct users *users, struct user_item *item, bool known, int64_t rival,
		     const char *what, struct error *err)
{
	const struct str none = { NULL, 0 };
	const struct str words = arena_format(
		&users->arena, "left out: %s is that of link %lld, too", what, (long long)rival);

	return (!known || set_claim(users, &item->row, none, none, err)) &&
	       users_park(users, &item->turn, &item->wanted, 0, words, rival, err);
}

static const char *what_of(enum user_part part)
{
	return part == USER_ID ? "its customerId" : "its e-mail address";
}

static bool is_too_long(const struct user_content *wanted)
{
	for (int part = 0; part < USER_PART_COUNT; part++) {
		if (wanted->part[part].len > LIMIT_USER_TEXT_BYTES)
			return true;
	}
	return false;
}

/* What stands in its way, that the state knows of. */
static bool is_held_up(struct users *users, struct user_item *item, bool known, bool *ret_held_up,
		       struct error *err)
{
	static const struct user_turn_end parked = { .parked = true };
	struct store *store = runner_store(users->runner);
	const struct digest digest = user_digest(&item->wanted);

	*ret_held_up = true;
	if (is_too_long(&item->wanted))
		return users_park(users, &item->turn, &item->wanted, 0,
				  STR_LIT("left out: longer than 1024 bytes"), 0, err);
	/* Before the rivals: while they hold it up, what was refused would be forgotten, and sent
	 * again. */
	if (!store_quarantine_blocks(store, SIDE_RECORDS, item->turn.link, STR_LIT(QUARANTINE_USER),
				     &digest, ret_held_up, err))
		return false;
	if (*ret_held_up)
		return store_user_turn_end(store, item->turn.link, &parked, err);
	*ret_held_up = true;
	for (unsigned part = USER_ID; part <= USER_EMAIL; part++) {
		int64_t rival = 0;

		if (!store_user_rival(store, item->turn.link, (enum user_part)part,
				      item->wanted.part[part], &rival, err))
			return false;
		if (rival != 0)
			return give_way(users, item, known, rival, what_of((enum user_part)part),
					err);
	}
	*ret_held_up = false;
	return true;
}

/* A write of unknown outcome may have made one: that is looked for, by what it was sent with. */
static bool may_have_one(const struct user_row *row)
{
	return row->record_id.len > 0 || row->has_write || row->held.part[USER_ID].len > 0;
}

/* A record that somebody else has left: by the same customerId it is this person's by now. */
static bool take_over(struct users *users, struct user_item *item, struct error *err)
{
	struct store *store = runner_store(users->runner);
	int64_t from = 0;
	bool found = false;

	if (may_have_one(&item->row))
		return true;
	if (!store_user_left(store, item->turn.link, item->wanted.part[USER_ID], &from, err))
		return false;
	return from == 0 || users_in_batch(users, from) != NULL ||
	       (store_user_hand_over(store, from, item->turn.link, err) &&
		store_user_get(store, item->turn.link, &users->arena, &item->row, &found, err));
}

/* What the keeper's record holds of what the heir asks for is taken out of it. */
static bool give_up(struct users *users, const struct user_item *heir, int64_t keeper,
		    struct error *err)
{
	struct store *store = runner_store(users->runner);
	struct user_item *copy = arena_alloc(&users->arena, 1, sizeof(*copy));
	struct user_item item = { .users = users,
				  .state = USER_READY,
				  .kind = USER_UPDATE,
				  .reason = "another person has it by now",
				  .heir = copy };
	struct pair pair;
	bool found = false;

	if (!store_user_get(store, keeper, &users->arena, &item.row, &found, err) ||
	    !store_pair_get(store, keeper, &users->arena, &pair, err))
		return false;
	*copy = *heir;
	item.turn = (struct user_turn){ .link = keeper,
					.records_id = pair.link.side_id[SIDE_RECORDS],
					.active = true };
	item.wanted = item.row.held;
	for (unsigned part = USER_ID; part <= USER_EMAIL; part++) {
		if (str_equal(item.row.held.part[part], heir->wanted.part[part]))
			item.wanted.part[part] = (struct str){ NULL, 0 };
	}
	(void)user_differs(&item.row.held, 0, &item.wanted, item.parts);
	*VEC_PUSH(&users->batch) = item;
	return true;
}

/* Somebody who waits for something else has what this one asks for: a circle, maybe. */
static bool make_way(struct users *users, struct user_item *item, bool *ret_waits,
		     struct error *err)
{
	struct store *store = runner_store(users->runner);
	int64_t keeper = 0;
	bool unreadable = false;
	unsigned part;

	for (part = USER_ID; keeper == 0 && part <= USER_EMAIL; part++) {
		if (!store_user_keeper(store, item->turn.link, (enum user_part)part,
				       item->wanted.part[part], &keeper, err))
			return false;
	}
	*ret_waits = keeper != 0;
	if (keeper == 0)
		return true;
	if (!store_unreadable_link(store, keeper, &unreadable, err))
		return false;
	if (unreadable)
		return wait_for_reading(users, &item->turn, err);
	/* What it gives up for another one comes first. */
	if (users_in_batch(users, keeper) == NULL && !give_up(users, item, keeper, err))
		return false;
	return give_way(users, item, true, keeper, what_of((enum user_part)(part - 1)), err);
}

/* Nobody asks for what was sent of a link that has ended: it is not waited for. */
static bool leave_ended(struct users *users, const struct user_turn *turn, struct error *err)
{
	static const struct user_turn_end done = { .due = false };
	struct store *store = runner_store(users->runner);
	struct user_item item = { .users = users, .turn = *turn };
	bool known = false;

	return store_user_get(store, turn->link, &users->arena, &item.row, &known, err) &&
	       (!known || leave_write(users, &item, err)) &&
	       store_user_turn_end(store, turn->link, &done, err);
}

/* It is in the batch to give something up: that comes first, and then its heir. */
static bool wait_for_heir(struct users *users, int64_t link, struct error *err)
{
	const struct user_item *heir = users_in_batch(users, link)->heir;
	const struct user_turn_end end = { .due = heir == NULL,
					   .parked = heir != NULL,
					   .waits = heir != NULL ? heir->turn.link : 0 };

	return store_user_turn_end(runner_store(users->runner), link, &end, err);
}

static bool decide(struct users *users, struct user_item *item, struct error *err)
{
	static const struct user_content none = { 0 };
	struct user_row *row = &item->row;
	const bool is_new = row->record_id.len == 0;
	const bool doubtful = may_have_one(row);
	const bool any = user_differs(is_new ? &none : &row->held, is_new ? 0 : row->doubt,
				      &item->wanted, item->parts);

	if (is_new) {
		item->state = doubtful ? USER_LOOK : USER_READY;
		item->kind = doubtful ? USER_ASSERT : USER_CREATE;
		item->reason = "the person has a customerId";
	} else if (any) {
		item->state = USER_READY;
		item->kind = USER_UPDATE;
		item->reason = "changed on people";
	} else {
		return users_settle(users, item, err);
	}
	*VEC_PUSH(&users->batch) = *item;
	return store_user_put(runner_store(users->runner), row, err);
}

static bool judge(struct users *users, const struct user_turn *turn, struct error *err)
{
	static const struct user_turn_end done = { .due = false };
	struct runner *runner = users->runner;
	struct store *store = runner_store(runner);
	struct user_item item = { .users = users, .turn = *turn };
	struct person people;
	bool agreed = false;
	bool known = false;
	bool held_up = false;
	bool unreadable = false;

	if (users_in_batch(users, turn->link) != NULL)
		return wait_for_heir(users, turn->link, err);
	if (!turn->active)
		return leave_ended(users, turn, err);
	if (!store_unreadable_link(store, turn->link, &unreadable, err))
		return false;
	if (unreadable)
		return wait_for_reading(users, turn, err);
	if (!store_agreed_get(store, turn->link, SIDE_PEOPLE, &users->arena, &people, &agreed, err))
		return false;
	if (!agreed ||
	    !user_wanted(runner->table, &people, turn->records_id, users->workspace, &item.wanted))
		return store_user_turn_end(store, turn->link, &done, err);
	if (!store_user_get(store, turn->link, &users->arena, &item.row, &known, err))
		return false;
	if (item.wanted.part[USER_ID].len == 0)
		return leave(users, &item, known, err);
	if (!is_held_up(users, &item, known, &held_up, err))
		return false;
	if (held_up)
		return true;
	if (!take_over(users, &item, err) || !make_way(users, &item, &held_up, err))
		return false;
	return held_up || (set_claim(users, &item.row, item.wanted.part[USER_ID],
				     item.wanted.part[USER_EMAIL], err) &&
			   decide(users, &item, err));
}

static bool judge_batch(struct users *users, bool *ret_any, struct error *err)
{
	const int64_t cycle = users->runner->cycle.report.id;
	struct store *store = runner_store(users->runner);

	for (int n = 0; n < TURNS_MOST && users->batch.n < USERS_LOOKUP_MOST; n++) {
		struct user_turn turn;
		bool found = false;

		if (!store_user_turn_next(store, cycle, &users->arena, &turn, &found, err))
			return false;
		if (!found)
			break;
		*ret_any = true;
		if (!judge(users, &turn, err))
			return false;
	}
	return true;
}

bool users_judge(struct users *users, bool *ret_any, struct error *err)
{
	struct store *store = runner_store(users->runner);

	*ret_any = false;
	return store_begin(store, err) && judge_batch(users, ret_any, err) &&
	       store_commit(store, err);
}
