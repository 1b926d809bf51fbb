/* SPDX-License-Identifier: Apache-2.0 */
/* Users records in the state: rows and their writes, who has what, whose turn is next. */
#include "state/forget.h"
#include "state/users.h"
#include "test_store_fixture.h"

static void observe(struct fixture *f, enum side side, const char *id, const char *title)
{
	struct person person;
	enum observation seen;

	person_init(&person, &f->arena, &f->table);
	person.id = S(id);
	person.values[ROW_TITLE] = value_scalar(&f->arena, S(title));
	OK(f, store_observe(f->store, side, &person, NULL, 0, NULL, 0, &seen, &f->err));
}

/* Two persons and their link. */
static int64_t add_link(struct fixture *f, const char *records, const char *people)
{
	const struct str id[] = { S(records), S(people) };
	int64_t link = 0;

	observe(f, SIDE_RECORDS, records, "a");
	observe(f, SIDE_PEOPLE, people, "a");
	OK(f, store_link_add(f->store, id, S("email"), 1, 1, &link, &f->err));
	return link;
}

static struct user_row put(struct fixture *f, int64_t link, const char *record, const char *held,
			   const char *claim, const char *email)
{
	const struct user_row row = {
		.link = link,
		.record_id = S(record),
		.held = { .part = { S(held), S(email), S("r"), S("w") } },
		.claim = { .part = { S(claim), S(email) } },
		.doubt = USER_BIT(USER_EMAIL),
	};

	OK(f, store_user_put(f->store, &row, &f->err));
	return row;
}

static void keeps_rows(void **state)
{
	struct fixture *f = *state;
	struct user_row row = put(f, 7, "u7", "1", "1", "a@example.com");
	struct user_row found;
	bool any = true;
	int64_t n = 0;

	OK(f, store_user_get(f->store, 8, &f->arena, &found, &any, &f->err));
	assert_false(any);
	assert_int_equal(found.link, 8);
	row.write = (struct user_write){
		.cycle = 3, .sent_at = 4, .content = row.held, .reason = S("why")
	};
	row.write.content.part[USER_ID] = S("2");
	OK(f, store_user_sent(f->store, &row, &f->err));
	row.write.reason = S("why now");
	OK(f, store_user_sent(f->store, &row, &f->err));
	fixture_reopen(f, STORE_WRITE);
	OK(f, store_user_get(f->store, 7, &f->arena, &found, &any, &f->err));
	assert_true(any && found.has_write);
	assert_true(str_equal_z(found.record_id, "u7"));
	assert_true(str_equal_z(found.held.part[USER_WORKSPACE], "w"));
	assert_true(str_equal_z(found.claim.part[USER_EMAIL], "a@example.com"));
	assert_true(str_equal_z(found.write.content.part[USER_ID], "2"));
	assert_true(str_equal_z(found.write.reason, "why now"));
	assert_int_equal(found.doubt, USER_BIT(USER_EMAIL));
	OK(f, store_user_write_count(f->store, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, store_user_answered(f->store, 7, &f->err));
	OK(f, store_user_write_count(f->store, &n, &f->err));
	assert_int_equal(n, 0);
}

static void hands_over(void **state)
{
	struct fixture *f = *state;
	struct user_row row = put(f, 1, "u1", "1", "", "a@example.com");
	struct user_row found;
	bool any = false;
	int64_t n = -1;

	OK(f, store_user_hand_over(f->store, 1, 2, &f->err));
	OK(f, store_user_get(f->store, 1, &f->arena, &found, &any, &f->err));
	assert_false(any);
	OK(f, store_user_get(f->store, 2, &f->arena, &found, &any, &f->err));
	assert_true(str_equal_z(found.record_id, "u1"));
	assert_true(str_equal_z(found.held.part[USER_ID], "1"));
	/* What may have been written over it stays unknown. */
	row.link = 2;
	OK(f, store_user_sent(f->store, &row, &f->err));
	OK(f, store_user_hand_over(f->store, 2, 3, &f->err));
	OK(f, store_user_get(f->store, 3, &f->arena, &found, &any, &f->err));
	assert_true(any && !found.has_write);
	assert_int_equal(found.doubt, USER_BIT(USER_EMAIL));
	OK(f, store_user_write_count(f->store, &n, &f->err));
	assert_int_equal(n, 0);
}

static int64_t rival(struct fixture *f, int64_t link, enum user_part part, const char *text)
{
	int64_t found = -1;

	OK(f, store_user_rival(f->store, link, part, S(text), &found, &f->err));
	return found;
}

static int64_t left(struct fixture *f, int64_t link, const char *text)
{
	int64_t found = -1;

	OK(f, store_user_left(f->store, link, S(text), &found, &f->err));
	return found;
}

static void knows_who_has_it(void **state)
{
	struct fixture *f = *state;
	const int64_t a = add_link(f, "r1", "p1");
	const int64_t b = add_link(f, "r2", "p2");

	(void)put(f, a, "u1", "1", "2", "a@example.com");
	assert_int_equal(rival(f, b, USER_ID, "2"), a);
	assert_int_equal(rival(f, b, USER_ID, "1"), a);
	assert_int_equal(rival(f, a, USER_ID, "1"), 0);
	assert_int_equal(rival(f, b, USER_ID, "3"), 0);
	assert_int_equal(rival(f, b, USER_ID, ""), 0);
	assert_int_equal(rival(f, b, USER_EMAIL, "a@example.com"), a);
	assert_int_equal(left(f, b, "1"), 0);
	/* Its person asks for none any more. */
	(void)put(f, a, "u1", "1", "", "");
	assert_int_equal(rival(f, b, USER_ID, "1"), 0);
	assert_int_equal(left(f, b, "1"), a);
	assert_int_equal(left(f, b, ""), 0);
	assert_int_equal(left(f, a, "1"), 0);
	/* Its person is gone. */
	(void)put(f, a, "u1", "1", "1", "a@example.com");
	OK(f, store_link_dissolve(f->store, a, LINK_END_USER, &f->err));
	assert_int_equal(rival(f, b, USER_ID, "1"), 0);
	assert_int_equal(left(f, b, "1"), a);
	/* There never was a record. */
	(void)put(f, a, "", "1", "1", "a@example.com");
	assert_int_equal(left(f, b, "1"), 0);
}

static int64_t keeper(struct fixture *f, int64_t link, enum user_part part, const char *text)
{
	int64_t found = -1;

	OK(f, store_user_keeper(f->store, link, part, S(text), &found, &f->err));
	return found;
}

/* ---- Turns ---- */

static void begin(struct fixture *f, const char *workspace)
{
	OK(f, store_user_turns_begin(f->store, S(workspace), &f->err));
}

static void end(struct fixture *f, int64_t link, bool due, bool parked, int64_t waits)
{
	const struct user_turn_end how = { .due = due, .parked = parked, .waits = waits };

	OK(f, store_user_turn_end(f->store, link, &how, &f->err));
}

/* Who is due in this cycle, in order: "1 2 ". */
static void turns(struct fixture *f, int64_t cycle, bool finish, const char *expected)
{
	struct user_turn turn;
	struct buf text;
	bool found = true;

	buf_init(&text, 1000);
	for (;;) {
		OK(f, store_user_turn_next(f->store, cycle, &f->arena, &turn, &found, &f->err));
		if (!found)
			break;
		buf_addf(&text, "%lld%s ", (long long)turn.link, turn.active ? "" : "-");
		if (finish)
			end(f, turn.link, false, false, 0);
	}
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

static void settle(struct fixture *f, int64_t link, enum side side, const char *id,
		   const char *title)
{
	struct person person;

	person_init(&person, &f->arena, &f->table);
	person.id = S(id);
	person.values[ROW_TITLE] = value_scalar(&f->arena, S(title));
	OK(f, store_settle(f->store, link, side, &person, &person, &f->err));
}

static void takes_turns(void **state)
{
	struct fixture *f = *state;
	const int64_t a = add_link(f, "r1", "p1");
	const int64_t b = add_link(f, "r2", "p2");

	begin(f, "");
	turns(f, 1, false, "1 2 ");
	begin(f, "");
	turns(f, 1, false, "");
	turns(f, 2, true, "1 2 ");
	begin(f, "");
	turns(f, 3, true, "");
	/* Its people person holds something else by now; what the record holds is not mirrored. */
	settle(f, a, SIDE_RECORDS, "r1", "b");
	begin(f, "");
	turns(f, 4, true, "");
	settle(f, a, SIDE_PEOPLE, "p1", "b");
	begin(f, "");
	turns(f, 5, true, "1 ");
	/* Who was met longest ago goes first. */
	begin(f, "w1");
	turns(f, 6, true, "2 1 ");
	begin(f, "w1");
	turns(f, 7, true, "");
	/* Another record. */
	observe(f, SIDE_RECORDS, "r3", "a");
	settle(f, b, SIDE_RECORDS, "r2", "a");
	OK(f, store_link_move(f->store, b, SIDE_RECORDS, S("r3"), &f->err));
	begin(f, "w1");
	turns(f, 8, true, "2 ");
	/* A write of unknown outcome. */
	struct user_row row = put(f, a, "u1", "1", "1", "a@example.com");

	OK(f, store_user_sent(f->store, &row, &f->err));
	begin(f, "w1");
	turns(f, 9, true, "1 ");
}

static void waits(void **state)
{
	struct fixture *f = *state;
	const int64_t a = add_link(f, "r1", "p1");
	const int64_t b = add_link(f, "r2", "p2");

	begin(f, "");
	turns(f, 1, true, "1 2 ");
	end(f, b, false, true, a);
	OK(f, store_user_release(f->store, b, &f->err));
	turns(f, 1, true, "");
	/* In the same cycle. */
	OK(f, store_user_release(f->store, a, &f->err));
	turns(f, 1, false, "2 ");
	end(f, b, false, false, a);
	begin(f, "");
	turns(f, 2, true, "");
	OK(f, store_link_dissolve(f->store, a, LINK_END_USER, &f->err));
	begin(f, "");
	turns(f, 3, true, "2 ");
}

/* Who waits for something else keeps what it has until it is asked for it. */
static void knows_who_keeps_it(void **state)
{
	struct fixture *f = *state;
	const int64_t a = add_link(f, "r1", "p1");
	const int64_t b = add_link(f, "r2", "p2");

	begin(f, "");
	turns(f, 1, true, "1 2 ");
	(void)put(f, a, "u1", "1", "", "a@example.com");
	assert_int_equal(keeper(f, b, USER_ID, "1"), 0);
	assert_int_equal(rival(f, b, USER_ID, "1"), 0);
	/* It may ask for it, once it has had its turn. */
	end(f, a, true, true, 0);
	assert_int_equal(keeper(f, b, USER_ID, "1"), 0);
	assert_int_equal(rival(f, b, USER_ID, "1"), a);
	end(f, a, false, true, b);
	assert_int_equal(keeper(f, b, USER_ID, "1"), a);
	assert_int_equal(keeper(f, b, USER_EMAIL, "a@example.com"), a);
	assert_int_equal(keeper(f, b, USER_ID, "2"), 0);
	assert_int_equal(keeper(f, b, USER_ID, ""), 0);
	assert_int_equal(keeper(f, a, USER_ID, "1"), 0);
	(void)put(f, a, "", "1", "", "a@example.com");
	assert_int_equal(keeper(f, b, USER_ID, "1"), 0);
	(void)put(f, a, "u1", "1", "1", "a@example.com");
	assert_int_equal(keeper(f, b, USER_ID, "1"), 0);
}

static void is_tried_again(void **state)
{
	struct fixture *f = *state;
	const int64_t link = add_link(f, "r1", "p1");
	const struct quarantine quarantine = { .target = SIDE_RECORDS,
					       .link = link,
					       .source_id = STR_LIT(QUARANTINE_USER) };
	bool blocked = false;

	begin(f, "");
	turns(f, 1, true, "1 ");
	OK(f, store_quarantine_put(f->store, &quarantine, &f->err));
	end(f, link, false, true, 0);
	/* A refused write of the person itself is another one. */
	OK(f, store_quarantine_blocks(f->store, SIDE_RECORDS, link, S("r1"), &quarantine.content,
				      &blocked, &f->err));
	assert_false(blocked);
	OK(f, store_quarantine_sweep(f->store, &f->err));
	begin(f, "");
	turns(f, 2, true, "");
	OK(f, store_quarantine_lift(f->store, SIDE_RECORDS, link, S(QUARANTINE_USER), &f->err));
	begin(f, "");
	turns(f, 3, true, "1 ");
}

static void is_forgotten(void **state)
{
	struct fixture *f = *state;
	const int64_t link = add_link(f, "r", "p1");
	const struct str id[] = { S("r"), S("p1") };
	struct user_row row = put(f, link, "u1", "1", "1", "a@example.com");
	struct user_row found;
	bool any = true;
	int64_t n = 1;

	(void)put(f, link + 100, "u2", "2", "2", "b@example.com"); /* of a link that is gone */
	OK(f, store_user_sent(f->store, &row, &f->err));
	OK(f, store_forget(f->store, id, 1, &f->err));
	OK(f, store_user_get(f->store, link, &f->arena, &found, &any, &f->err));
	assert_false(any);
	OK(f, store_user_get(f->store, link + 100, &f->arena, &found, &any, &f->err));
	assert_false(any);
	OK(f, store_user_write_count(f->store, &n, &f->err));
	assert_int_equal(n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_rows),     TEST(hands_over),         TEST(knows_who_has_it),
		TEST(takes_turns),    TEST(knows_who_keeps_it), TEST(waits),
		TEST(is_tried_again), TEST(is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
