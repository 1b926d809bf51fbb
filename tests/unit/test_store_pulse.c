/* SPDX-License-Identifier: Apache-2.0 */
/* The state's sign of life: from long queries and from loops of short ones. */
#include "state/pulse.h"

#include "test_store_fixture.h"

#include "state/forget.h"

#define PERSONS 2000

static bool count(void *payload)
{
	++*(unsigned *)payload;
	return true;
}

/* Goes on so many times. */
static bool count_down(void *payload)
{
	unsigned *n = payload;

	*n -= *n > 0;
	return *n > 0;
}

static void fill(struct fixture *f)
{
	char id[16];

	for (int i = 0; i < PERSONS; i++) {
		(void)snprintf(id, sizeof(id), "r%d", i);
		(void)see(f, SIDE_RECORDS, person_of(f, id, "Analyst", "London"), 1, NULL);
	}
}

static void beats(void **state)
{
	struct fixture *f = *state;
	unsigned n = 0;
	int64_t n_unlinked;

	store_on_pulse(f->store, count, &n);
	OK(f, store_begin(f->store, &f->err));
	fill(f);
	OK(f, store_commit(f->store, &f->err));
	/* At least once every fifty persons. */
	assert_in_range(n, PERSONS / 50, UINT32_MAX);
	n = 0;
	OK(f, store_unlinked_count(f->store, SIDE_RECORDS, &n_unlinked, &f->err));
	assert_int_equal(n_unlinked, PERSONS);
	assert_in_range(n, 1, UINT32_MAX);
	n = 0;
	store_on_pulse(f->store, NULL, NULL);
	OK(f, store_unlinked_count(f->store, SIDE_RECORDS, &n_unlinked, &f->err));
	assert_int_equal(n, 0);
}

/* The file is written anew in one statement. */
static void beats_while_it_is_scrubbed(void **state)
{
	const struct str whom[SIDE_COUNT] = { S("r7"), { NULL, 0 } };
	struct fixture *f = *state;
	unsigned n = 0;

	OK(f, store_begin(f->store, &f->err));
	fill(f);
	OK(f, store_forget(f->store, whom, 1, &f->err));
	OK(f, store_commit(f->store, &f->err));
	store_on_pulse(f->store, count, &n);
	OK(f, store_scrub(f->store, &f->err));
	/* At least once every hundred persons. */
	assert_in_range(n, PERSONS / 100, UINT32_MAX);
}

static void expect_cut(struct fixture *f, bool ok)
{
	assert_false(ok);
	assert_int_equal(f->err.code, ERR_CANCELED);
	store_rollback(f->store);
}

/* Wherever it is told: nothing of the transaction is left, and the next one finds all as it was. */
static void a_transaction_is_cut(void **state)
{
	static const unsigned beats_left[] = { 0, 1, 2, 10 };
	struct fixture *f = *state;
	int64_t n_unlinked;

	OK(f, store_begin(f->store, &f->err));
	fill(f);
	OK(f, store_commit(f->store, &f->err));
	for (size_t i = 0; i < COUNT_OF(beats_left); i++) {
		unsigned n = beats_left[i];

		OK(f, store_begin(f->store, &f->err));
		OK(f, store_park(f->store, SIDE_RECORDS, S("r0"), &f->err));
		store_on_pulse(f->store, count_down, &n);
		bool ok = true;

		for (int round = 0; ok && round < PERSONS; round++)
			ok = store_unlinked_count(f->store, SIDE_RECORDS, &n_unlinked, &f->err) &&
			     store_match_collect(f->store, KEY_EMAIL, 3, &f->err);
		expect_cut(f, ok);
		store_on_pulse(f->store, NULL, NULL);
		OK(f, store_unlinked_count(f->store, SIDE_RECORDS, &n_unlinked, &f->err));
		assert_int_equal(n_unlinked, PERSONS);
	}
}

/* What is read outside of one, and the commit itself, come to their end. */
static void nothing_else_is_cut(void **state)
{
	struct fixture *f = *state;
	unsigned n = 0;
	int64_t n_unlinked;

	OK(f, store_begin(f->store, &f->err));
	fill(f);
	store_on_pulse(f->store, count_down, &n);
	OK(f, store_commit(f->store, &f->err));
	OK(f, store_unlinked_count(f->store, SIDE_RECORDS, &n_unlinked, &f->err));
	assert_int_equal(n_unlinked, PERSONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(beats, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(beats_while_it_is_scrubbed, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_transaction_is_cut, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(nothing_else_is_cut, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
