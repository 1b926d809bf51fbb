/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a mass change is judged by, and who can show that a search finds anybody.
 */
#include "test_store_fixture.h"

#include "state/changed.h"
#include "state/removals.h"
#include "state/turns.h"

static int64_t changed(struct fixture *f, enum side side, const char *field)
{
	int64_t n = -1;

	OK(f, store_changed_get(f->store, side, str_from(field), &n, &f->err));
	return n;
}

static void add(struct fixture *f, const char *field, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		OK(f, store_changed_add(f->store, SIDE_PEOPLE, str_from(field), &f->err));
}

static void turn(struct fixture *f, bool keep)
{
	OK(f, store_changed_turn(f->store, SIDE_PEOPLE, keep, &f->err));
}

static void it_counts_over_two_turns(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 0);
	add(f, "", 3);
	add(f, "title", 2);
	fixture_reopen(f, STORE_WRITE);
	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 3);
	assert_int_equal(changed(f, SIDE_PEOPLE, "title"), 2);
	assert_int_equal(changed(f, SIDE_RECORDS, ""), 0);
	turn(f, false);
	add(f, "", 4);
	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 7);
	turn(f, false);
	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 4);
	assert_int_equal(changed(f, SIDE_PEOPLE, "title"), 0);
	turn(f, false);
	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 0);
}

static void what_is_held_is_not_forgotten(void **state)
{
	struct fixture *f = *state;

	add(f, "", 3);
	for (int i = 0; i < 3; i++)
		turn(f, true);
	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 3);
	OK(f, store_changed_drop(f->store, SIDE_RECORDS, &f->err));
	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 3);
	OK(f, store_changed_drop(f->store, SIDE_PEOPLE, &f->err));
	assert_int_equal(changed(f, SIDE_PEOPLE, ""), 0);
}

static void holders_are_those_of_active_links(void **state)
{
	struct fixture *f = *state;
	int64_t n = -1;

	(void)settled_pair(f, "r1", "p1", "Boss");
	(void)settled_pair(f, "r2", "p2", "");
	const int64_t ended = settled_pair(f, "r3", "p3", "Boss");

	OK(f, store_holders(f->store, SIDE_RECORDS, 0, &n, &f->err));
	assert_int_equal(n, 2);
	OK(f, store_link_dissolve(f->store, ended, LINK_END_REMOVED, &f->err));
	OK(f, store_holders(f->store, SIDE_RECORDS, 0, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, store_holders(f->store, SIDE_PEOPLE, 1, &n, &f->err));
	assert_int_equal(n, 0);
}

/* ---- Witnesses ---- */

static int64_t scan(struct fixture *f)
{
	int64_t generation = 0;

	OK(f, store_scan_start(f->store, SIDE_PEOPLE, NS_PER_S, &generation, &f->err));
	return generation;
}

static void list(struct fixture *f, const char *id, const char *email, int64_t generation,
		 int64_t archived_at)
{
	struct person person = person_of(f, id, id, "");
	const struct digest raw = raw_of(id);
	const struct match_key key = { KEY_EMAIL, str_from(email) };
	enum observation observation;

	person.archived_at = archived_at;
	OK(f, store_observe(f->store, SIDE_PEOPLE, &person, &raw, generation, &key, 1, &observation,
			    &f->err));
}

static void check_known(struct fixture *f, int64_t generation, const char *first,
			const char *second)
{
	const char *const wanted[] = { first, second };
	struct known_key keys[2];
	size_t n = 0;

	OK(f, store_known_keys(f->store, SIDE_PEOPLE, KEY_EMAIL, generation, 2, &f->arena, keys, &n,
			       &f->err));
	for (size_t i = 0; i < 2; i++) {
		if (i < n)
			assert_true(wanted[i] != NULL && str_equal_z(keys[i].id, wanted[i]));
		else
			assert_null(wanted[i]);
	}
}

static void who_is_known_by_a_key(void **state)
{
	struct fixture *f = *state;
	const int64_t old = scan(f);

	list(f, "old", "old@x", old, 0);
	const int64_t new = scan(f);

	check_known(f, new, NULL, NULL);
	list(f, "p1", "a@x", new, 0);
	list(f, "p2", "b@x", new, 0);
	list(f, "p3", "c@x", new, 0);
	check_known(f, new, "p3", "p2");
	/* Whoever is archived, shares the key, was made by us or is on records only, shows nothing. */
	list(f, "p4", "d@x", new, 5);
	list(f, "p5", "c@x", new, 0);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p6", "x", ""), new, "e@x");
	(void)see(f, SIDE_RECORDS, person_of(f, "r1", "x", ""), new, "b@x");
	check_known(f, new, "p2", "p1");
	OK(f, store_person_gone(f->store, SIDE_PEOPLE, S("p2"), new + 1, 3, &f->err));
	check_known(f, new, "p1", NULL);
	check_known(f, old, "p1", "old");
}

static void numbers_grow(void **state)
{
	struct fixture *f = *state;
	int64_t newest = -1;
	int64_t number = -1;

	OK(f, store_person_newest(f->store, &newest, &f->err));
	assert_int_equal(newest, 0);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "x", ""), 0, NULL);
	OK(f, store_person_newest(f->store, &newest, &f->err));
	(void)see(f, SIDE_RECORDS, person_of(f, "r1", "x", ""), 0, NULL);
	OK(f, store_person_number(f->store, SIDE_PEOPLE, S("p1"), &number, &f->err));
	assert_int_equal(number, newest);
	OK(f, store_person_number(f->store, SIDE_RECORDS, S("r1"), &number, &f->err));
	assert_true(number > newest);
	OK(f, store_person_number(f->store, SIDE_RECORDS, S("p1"), &number, &f->err));
	assert_int_equal(number, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(it_counts_over_two_turns),
		STORE_TEST(what_is_held_is_not_forgotten),
		STORE_TEST(holders_are_those_of_active_links),
		STORE_TEST(who_is_known_by_a_key),
		STORE_TEST(numbers_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
