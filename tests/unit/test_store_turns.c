/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readings of a list that outlive a process, and what they tell of a side.
 */
#include "test_store_fixture.h"

#include "state/turns.h"

#define SECOND INT64_C(1000000000)

static const struct turn stands = {
	.generation = 1,
	.mark = UINT64_C(0xfedcba9876543210),
	.cycle = 5,
	.n_distinct = 3,
	.n_unreadable = 4,
	.was_unreadable = true,
	.asked = 12,
	.n_waits = 2,
	.newest = 13,
	.n_asks = 14,
	.unasked = true,
	.at = { .page_size = 30,
		.next_number = 7,
		.n_repeats = 2,
		.next_offset = 50,
		.n_pages = 9,
		.n_read = 206,
		.n_first = 11,
		.first_content = UINT64_C(0xffffffffffffffff),
		.last_content = UINT64_C(0x8000000000000001),
		.total = 100,
		.twice = true,
		.first_answered = true },
};

static int64_t start(struct fixture *f, int64_t now)
{
	int64_t generation = 0;

	OK(f, store_scan_start(f->store, SIDE_PEOPLE, now, &generation, &f->err));
	return generation;
}

static void a_turn_outlives_its_process(void **state)
{
	struct fixture *f = *state;
	struct turn turn;

	OK(f, store_turn_get(f->store, SIDE_PEOPLE, &turn, &f->err));
	assert_int_equal(turn.generation, 0);
	(void)start(f, 5 * SECOND);
	OK(f, store_turn_put(f->store, SIDE_PEOPLE, &stands, &f->err));
	fixture_reopen(f, STORE_WRITE);
	OK(f, store_turn_get(f->store, SIDE_PEOPLE, &turn, &f->err));
	assert_int_equal(turn.started_at, 5 * SECOND);
	turn.started_at = 0;
	assert_int_equal(turn.generation, stands.generation);
	assert_true(turn.mark == stands.mark && turn.end == TURN_RUNNING);
	assert_int_equal(turn.cycle, 5);
	assert_true(turn.n_distinct == 3 && turn.n_unreadable == 4 && turn.was_unreadable);
	assert_true(turn.asked == 12 && turn.n_waits == 2 && turn.newest == 13 &&
		    turn.n_asks == 14 && turn.unasked);
	assert_memory_equal(&turn.at, &stands.at, sizeof(turn.at));
	OK(f, store_turn_get(f->store, SIDE_RECORDS, &turn, &f->err));
	assert_int_equal(turn.generation, 0);
	OK(f, store_turn_drop(f->store, SIDE_PEOPLE, &f->err));
	OK(f, store_turn_get(f->store, SIDE_PEOPLE, &turn, &f->err));
	assert_int_equal(turn.generation, 0);
}

static void a_damaged_one_is_refused(void **state)
{
	struct fixture *f = *state;
	struct turn turn;

	OK(f, store_turn_put(f->store, SIDE_PEOPLE, &stands, &f->err));
	(void)raw_number(f, "UPDATE turn SET next_number = 8");
	assert_false(store_turn_get(f->store, SIDE_PEOPLE, &turn, &f->err));
	assert_int_equal(f->err.code, ERR_STORE);
}

/* The generation of a turn is not forgotten, however many cycles it takes. */
static void its_generation_is_kept(void **state)
{
	struct fixture *f = *state;
	struct turn turn;

	(void)start(f, 5 * SECOND);
	OK(f, store_turn_put(f->store, SIDE_PEOPLE, &stands, &f->err));
	for (int i = 0; i < 1010; i++)
		(void)start(f, 6 * SECOND);
	OK(f, store_turn_get(f->store, SIDE_PEOPLE, &turn, &f->err));
	assert_int_equal(turn.started_at, 5 * SECOND);
}

static void what_is_known_hangs_on_the_fields(void **state)
{
	struct fixture *f = *state;
	int64_t generation = -1;

	OK(f, store_known_get(f->store, SIDE_PEOPLE, 7, &generation, &f->err));
	assert_int_equal(generation, 0);
	OK(f, store_known_set(f->store, SIDE_PEOPLE, 12, 7, &f->err));
	OK(f, store_known_set(f->store, SIDE_PEOPLE, 13, 7, &f->err));
	OK(f, store_known_get(f->store, SIDE_PEOPLE, 7, &generation, &f->err));
	assert_int_equal(generation, 13);
	OK(f, store_known_get(f->store, SIDE_PEOPLE, 8, &generation, &f->err));
	assert_int_equal(generation, 0);
	OK(f, store_known_get(f->store, SIDE_RECORDS, 7, &generation, &f->err));
	assert_int_equal(generation, 0);
}

static void check_fresh(struct fixture *f, int64_t complete_s, int64_t turn_s, int64_t oldest_s)
{
	struct freshness fresh;

	OK(f, store_freshness(f->store, SIDE_PEOPLE, &fresh, &f->err));
	assert_int_equal(fresh.complete_at, complete_s * SECOND);
	assert_int_equal(fresh.turn_ns, turn_s * SECOND);
	assert_int_equal(fresh.oldest_read_at, oldest_s * SECOND);
}

static void freshness_goes_with_the_turn(void **state)
{
	struct fixture *f = *state;
	struct turn turn = stands;

	check_fresh(f, 0, 0, 0);
	(void)start(f, 1000 * SECOND);
	check_fresh(f, 0, 0, 0);
	OK(f, store_scan_end(f->store, SIDE_PEOPLE, 1, true, 1100 * SECOND, &f->err));
	check_fresh(f, 1100, 100, 1000);
	/* Half of the list was read again: the page in the middle waits longest. */
	turn.generation = start(f, 1200 * SECOND);
	OK(f, store_turn_put(f->store, SIDE_PEOPLE, &turn, &f->err));
	check_fresh(f, 1100, 100, 1050);
	/* A second pass: all of it was read since it began. */
	turn.at.order = SCAN_NEWEST_FIRST;
	OK(f, store_turn_put(f->store, SIDE_PEOPLE, &turn, &f->err));
	check_fresh(f, 1100, 100, 1200);
	OK(f, store_scan_end(f->store, SIDE_PEOPLE, 2, true, 1500 * SECOND, &f->err));
	OK(f, store_turn_drop(f->store, SIDE_PEOPLE, &f->err));
	check_fresh(f, 1500, 300, 1200);
}

static void who_was_on_a_list(void **state)
{
	struct fixture *f = *state;
	const struct digest raw = { { 1 } };
	struct person person = person_of(f, "p1", "Engineer", "");
	enum observation observation;
	bool listed = true;
	int64_t n = 0;

	OK(f, store_person_listed(f->store, SIDE_PEOPLE, S("p1"), 2, &listed, &f->err));
	assert_false(listed);
	OK(f,
	   store_observe(f->store, SIDE_PEOPLE, &person, NULL, 0, NULL, 0, &observation, &f->err));
	OK(f, store_person_listed(f->store, SIDE_PEOPLE, S("p1"), 2, &listed, &f->err));
	assert_false(listed);
	OK(f,
	   store_observe(f->store, SIDE_PEOPLE, &person, &raw, 1, NULL, 0, &observation, &f->err));
	OK(f, store_person_listed(f->store, SIDE_PEOPLE, S("p1"), 2, &listed, &f->err));
	assert_true(listed);
	OK(f, store_raw_listed(f->store, SIDE_PEOPLE, &raw, 2, &listed, &f->err));
	assert_true(listed);
	/* By the reading that asks, or one behind it: that says nothing. */
	OK(f, store_person_listed(f->store, SIDE_PEOPLE, S("p1"), 1, &listed, &f->err));
	assert_false(listed);
	OK(f, store_raw_listed(f->store, SIDE_PEOPLE, &raw, 1, &listed, &f->err));
	assert_false(listed);
	OK(f, store_person_count(f->store, SIDE_PEOPLE, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, store_person_count(f->store, SIDE_RECORDS, &n, &f->err));
	assert_int_equal(n, 0);
}

static void check_gap(struct fixture *f, int64_t expected)
{
	int64_t generation = -1;

	OK(f, store_gap_get(f->store, SIDE_PEOPLE, &generation, &f->err));
	assert_int_equal(generation, expected);
}

static void a_gap_is_closed_by_what_is_younger(void **state)
{
	struct fixture *f = *state;

	check_gap(f, 0);
	OK(f, store_gap_open(f->store, SIDE_PEOPLE, 5, &f->err));
	OK(f, store_gap_open(f->store, SIDE_PEOPLE, 6, &f->err));
	fixture_reopen(f, STORE_WRITE);
	check_gap(f, 5);
	OK(f, store_known_set(f->store, SIDE_PEOPLE, 4, 7, &f->err));
	OK(f, store_known_set(f->store, SIDE_RECORDS, 9, 7, &f->err));
	check_gap(f, 5);
	OK(f, store_known_set(f->store, SIDE_PEOPLE, 6, 7, &f->err));
	check_gap(f, 0);
	OK(f, store_gap_open(f->store, SIDE_PEOPLE, 7, &f->err));
	OK(f, store_gap_close(f->store, SIDE_PEOPLE, &f->err));
	check_gap(f, 0);
}

static void a_cycle_changes_its_kind(void **state)
{
	struct fixture *f = *state;
	struct cycle_row row;
	struct arena arena = { 0 };
	int64_t cycle = 0;
	bool found = false;

	OK(f, store_cycle_start(f->store, S("full"), 5, &cycle, &f->err));
	OK(f, store_cycle_kind(f->store, cycle, S("incremental"), &f->err));
	OK(f, store_cycle_get(f->store, cycle, &arena, &row, &found, &f->err));
	assert_true(found && str_equal_z(row.kind, "incremental"));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_turn_outlives_its_process),
		STORE_TEST(a_damaged_one_is_refused),
		STORE_TEST(its_generation_is_kept),
		STORE_TEST(what_is_known_hangs_on_the_fields),
		STORE_TEST(freshness_goes_with_the_turn),
		STORE_TEST(who_was_on_a_list),
		STORE_TEST(a_gap_is_closed_by_what_is_younger),
		STORE_TEST(a_cycle_changes_its_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
