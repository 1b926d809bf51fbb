/* SPDX-License-Identifier: Apache-2.0 */
/* The state's sign of life: from long queries and from loops of short ones. */
#include "state/pulse.h"

#include "test_store_fixture.h"

#define PERSONS 2000

static void count(void *payload)
{
	++*(unsigned *)payload;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(beats, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
