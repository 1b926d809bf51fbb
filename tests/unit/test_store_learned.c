/* SPDX-License-Identifier: Apache-2.0 */
#include "test_store_fixture.h"

#include "state/learned.h"

static void expect(struct fixture *f, enum side side, const struct learned *expected)
{
	struct learned learned;

	OK(f, store_learned_get(f->store, side, &learned, &f->err));
	assert_int_equal(learned.reads, expected->reads);
	assert_int_equal(learned.writes, expected->writes);
	assert_int_equal(learned.both, expected->both);
	assert_int_equal(learned.paused_until, expected->paused_until);
	assert_int_equal(learned.at, expected->at);
	assert_int_equal(learned.used, expected->used);
	assert_int_equal(learned.used_at, expected->used_at);
}

static void test_kept(void **state)
{
	struct fixture *f = *state;
	const struct learned none = { 0 };
	const struct learned records = { .reads = 4500, .writes = 1, .at = 7 };
	const struct learned people = { .both = UINT32_MAX, .paused_until = 99, .at = INT64_MAX };

	expect(f, SIDE_RECORDS, &none);
	OK(f, store_learned_put(f->store, SIDE_RECORDS, &people, &f->err));
	OK(f, store_learned_put(f->store, SIDE_RECORDS, &records, &f->err));
	expect(f, SIDE_RECORDS, &records);
	expect(f, SIDE_PEOPLE, &none);
	OK(f, store_learned_put(f->store, SIDE_PEOPLE, &people, &f->err));
	fixture_reopen(f, STORE_WRITE);
	expect(f, SIDE_RECORDS, &records);
	expect(f, SIDE_PEOPLE, &people);

	/* What is used up changes nothing else, and the other way round. */
	struct learned both = people;

	both.used = 17;
	both.used_at = 1234;
	OK(f, store_learned_used(f->store, SIDE_PEOPLE, 17, 1234, &f->err));
	expect(f, SIDE_PEOPLE, &both);
	OK(f, store_learned_put(f->store, SIDE_PEOPLE, &people, &f->err));
	expect(f, SIDE_PEOPLE, &both);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM learned"), 2);
}

/* A number that cannot be a rate is none. */
static void test_nonsense(void **state)
{
	struct fixture *f = *state;
	const struct learned none = { .at = 3 };

	(void)raw_number(f, "INSERT INTO learned(side, reads, at) VALUES(0, 99999999999, 3)");
	expect(f, SIDE_RECORDS, &none);
}

int main(void)
{
	const struct CMUnitTest tests[] = { STORE_TEST(test_kept), STORE_TEST(test_nonsense) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
