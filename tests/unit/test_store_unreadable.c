/* SPDX-License-Identifier: Apache-2.0 */
/* Persons who can be named and cannot be read. */
#include "test_store_fixture.h"

#include "state/forget.h"
#include "state/removals.h"
#include "state/unreadable.h"

static enum unreadable_taken put_met(struct fixture *f, enum side side, const char *id,
				     int64_t generation, bool listed)
{
	static const uint64_t marks[] = { 7, UINT64_MAX, 7 };
	const struct unreadable unreadable = {
		.side = side,
		.id = str_from(id),
		.words = STR_LIT("familyName is missing"),
		.content = raw_of("spoiled"),
		.listed = listed,
		.generation = generation,
		.now = 1000 + generation,
		.marks = marks,
		.n_marks = COUNT_OF(marks),
	};
	enum unreadable_taken taken;

	OK(f, store_unreadable_put(f->store, &unreadable, &taken, &f->err));
	return taken;
}

static enum unreadable_taken put(struct fixture *f, enum side side, const char *id,
				 int64_t generation)
{
	return put_met(f, side, id, generation, true);
}

static int64_t count(struct fixture *f, enum side side, int64_t since)
{
	int64_t n = -1;

	OK(f, store_scan_count(f->store, side, since, &n, &f->err));
	return n;
}

static int64_t in_quarantine(struct fixture *f)
{
	int64_t n = -1;

	OK(f, store_quarantine_count(f->store, &n, &f->err));
	return n;
}

static bool is_unreadable(struct fixture *f, int64_t link)
{
	struct pair pair;
	bool either;

	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	OK(f, store_unreadable_link(f->store, link, &either, &f->err));
	assert_false(pair.unreadable[SIDE_RECORDS]);
	assert_int_equal(either, pair.unreadable[SIDE_PEOPLE]);
	return pair.unreadable[SIDE_PEOPLE];
}

static bool shows(struct fixture *f, enum side side, uint64_t mark)
{
	bool shows;

	OK(f, store_unreadable_shows(f->store, side, mark, &shows, &f->err));
	return shows;
}

static void linked_one_is_seen(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	struct pair pair;

	assert_int_equal(put(f, SIDE_PEOPLE, "p1", 5), UNREADABLE_NEW);
	assert_int_equal(put(f, SIDE_PEOPLE, "p1", 6), UNREADABLE_KNOWN);
	assert_int_equal(count(f, SIDE_PEOPLE, 6), 1);
	assert_int_equal(in_quarantine(f), 1);
	assert_int_equal(raw_number(f, "SELECT attempts FROM quarantine"), 2);
	assert_true(is_unreadable(f, link));
	/* What is known of him stays, and is for nobody to write with. */
	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_str(value_part(&pair.now[SIDE_PEOPLE].values[ROW_TITLE], 0), "Engineer");
	OK(f, store_quarantine_sweep(f->store, &f->err));
	assert_int_equal(in_quarantine(f), 1);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Engineer", ""), 7, NULL);
	assert_false(is_unreadable(f, link));
	assert_int_equal(in_quarantine(f), 0);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM unreadable_mark"), 0);
}

/* No scan that could not read him tells when he still held the old value. */
static void sight_stays(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	int64_t generation[2];
	struct pair pair;

	for (int i = 0; i < 2; i++)
		OK(f, store_scan_start(f->store, SIDE_PEOPLE, (200 + 100 * i) * NS_PER_S,
				       &generation[i], &f->err));
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Engineer", ""), generation[0], NULL);
	(void)put(f, SIDE_PEOPLE, "p1", generation[1]);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Architect", ""), generation[1], NULL);
	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_int_equal(pair.old_seen_at[SIDE_PEOPLE], 200 * NS_PER_S);
}

static void stranger(void **state)
{
	struct fixture *f = *state;
	bool any;

	assert_int_equal(put(f, SIDE_PEOPLE, "p1", 5), UNREADABLE_NEW);
	assert_int_equal(count(f, SIDE_PEOPLE, 5), 1);
	assert_int_equal(count(f, SIDE_PEOPLE, 6), 0);
	OK(f, store_unreadable_stranger(f->store, SIDE_PEOPLE, 1005, &any, &f->err));
	assert_true(any);
	OK(f, store_unreadable_stranger(f->store, SIDE_PEOPLE, 1006, &any, &f->err));
	assert_false(any);
	assert_true(shows(f, SIDE_PEOPLE, 7));
	assert_true(shows(f, SIDE_PEOPLE, UINT64_MAX));
	assert_false(shows(f, SIDE_PEOPLE, 8));
	assert_false(shows(f, SIDE_RECORDS, 7));
	OK(f, store_unreadable_sweep(f->store, SIDE_PEOPLE, 5, &f->err));
	assert_int_equal(in_quarantine(f), 1);
	OK(f, store_unreadable_sweep(f->store, SIDE_PEOPLE, 6, &f->err));
	assert_int_equal(in_quarantine(f), 0);
	assert_false(shows(f, SIDE_PEOPLE, 7));
}

/* Lists show him well, and end it; asked alone he cannot be read, which is new once. */
static void own_answer_only(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	const struct person person = person_of(f, "p1", "Engineer", "");
	const struct digest raw = raw_of("well");
	enum observation seen;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(put_met(f, SIDE_PEOPLE, "p1", 5 + i, false),
				 i == 0 ? UNREADABLE_NEW : UNREADABLE_KNOWN);
		assert_true(is_unreadable(f, link));
		OK(f, store_observe(f->store, SIDE_PEOPLE, &person, &raw, 6 + i, NULL, 0, &seen,
				    &f->err));
		assert_false(is_unreadable(f, link));
	}
	assert_int_equal(put(f, SIDE_PEOPLE, "p1", 8), UNREADABLE_NEW);
	/* Read alone. */
	(void)see(f, SIDE_PEOPLE, person, 8, NULL);
	assert_int_equal(put_met(f, SIDE_PEOPLE, "p1", 9, false), UNREADABLE_NEW);
	(void)see(f, SIDE_PEOPLE, person, 9, NULL);
	assert_int_equal(put_met(f, SIDE_PEOPLE, "p1", 10, false), UNREADABLE_NEW);
	OK(f, store_observe(f->store, SIDE_PEOPLE, &person, &raw, 10, NULL, 0, &seen, &f->err));
	OK(f, store_unreadable_answered(f->store, SIDE_PEOPLE, S("p1"), &f->err));
	assert_int_equal(put_met(f, SIDE_PEOPLE, "p1", 11, false), UNREADABLE_NEW);
}

/* Only the proof that he is gone ends it for somebody who is linked. */
static void linked_one_is_absent(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");

	(void)put(f, SIDE_PEOPLE, "p1", 5);
	OK(f, store_unreadable_sweep(f->store, SIDE_PEOPLE, 6, &f->err));
	assert_true(is_unreadable(f, link));
	OK(f, store_person_gone(f->store, SIDE_PEOPLE, S("p1"), 6, 1, &f->err));
	OK(f, store_unreadable_sweep(f->store, SIDE_PEOPLE, 6, &f->err));
	assert_false(is_unreadable(f, link));
	assert_int_equal(in_quarantine(f), 0);
}

static void unlinked_one_is_parked(void **state)
{
	struct fixture *f = *state;

	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Engineer", ""), 4, "a@example.com");
	(void)see(f, SIDE_RECORDS, person_of(f, "p1", "Engineer", ""), 4, "b@example.com");
	(void)put(f, SIDE_PEOPLE, "p1", 5);
	OK(f, store_unreadable_park(f->store, &f->err));
	assert_int_equal(raw_number(f, "SELECT sum(parked * (1 + side)) FROM person"), 2);
}

static void too_many(void **state)
{
	struct fixture *f = *state;
	char id[16];

	for (int i = 0; i < UNREADABLE_MOST; i++) {
		(void)snprintf(id, sizeof(id), "p%d", i);
		assert_int_equal(put(f, SIDE_PEOPLE, id, 5), UNREADABLE_NEW);
	}
	assert_int_equal(put(f, SIDE_PEOPLE, "another", 5), UNREADABLE_TOO_MANY);
	assert_int_equal(put(f, SIDE_PEOPLE, "p7", 6), UNREADABLE_KNOWN);
	assert_int_equal(put(f, SIDE_RECORDS, "another", 5), UNREADABLE_NEW);
	assert_int_equal(in_quarantine(f), UNREADABLE_MOST + 1);
}

static void forgotten_one_is_seen_only(void **state)
{
	struct fixture *f = *state;
	const struct str ids[SIDE_COUNT] = { [SIDE_PEOPLE] = S("p1") };

	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Engineer", ""), 4, "a@example.com");
	(void)put(f, SIDE_PEOPLE, "p1", 5);
	OK(f, store_forget(f->store, ids, 9, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM unreadable"), 0);
	assert_int_equal(in_quarantine(f), 0);
	assert_int_equal(put(f, SIDE_PEOPLE, "p1", 6), UNREADABLE_KNOWN);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM unreadable"), 0);
	assert_int_equal(count(f, SIDE_PEOPLE, 6), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(linked_one_is_seen),
		STORE_TEST(sight_stays),
		STORE_TEST(stranger),
		STORE_TEST(own_answer_only),
		STORE_TEST(linked_one_is_absent),
		STORE_TEST(unlinked_one_is_parked),
		STORE_TEST(too_many),
		STORE_TEST(forgotten_one_is_seen_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
