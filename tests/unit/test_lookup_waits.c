/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked for when, after his creation was put off. */
#include "daemon/runner/lookup_waits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define ADA STR_LIT("ada")
#define GRACE STR_LIT("grace")

struct row {
	const char *name;
	int64_t number, concluded; /* number -1: nobody was put off */
	bool reached;
	unsigned rounds; /* since */
	enum wait_rank rank;
};

static const struct row rows[] = {
	{ "was not asked for yet", -1, 0, true, 0, WAIT_NEW },
	{ "nor while the list is not reached", -1, 9, false, 0, WAIT_NEW },
	{ "the turn has not ended", 5, 0, true, 0, WAIT_LATER },
	{ "in another round neither", 5, 0, true, 1, WAIT_LATER },
	{ "one ended that began before", 5, 4, true, 1, WAIT_LATER },
	{ "it has ended", 5, 5, true, 0, WAIT_READ },
	{ "a later one", 5, 9, true, 3, WAIT_READ },
	{ "who came since is not known", 5, 9, false, 1, WAIT_LATER },
	{ "no answer", 0, 0, true, 1, WAIT_AGAIN },
	{ "no answer, in this round", 0, 9, true, 0, WAIT_LATER },
};

static void ranks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		struct lookup_waits waits = { .concluded = row->concluded };

		if (row->number >= 0)
			lookup_waits_put_off(&waits, ADA, row->number);
		waits.round += row->rounds;
		if (lookup_waits_meet(&waits, ADA, row->reached) != row->rank)
			fail_msg("%s", row->name);
		assert_int_equal(lookup_waits_count(&waits), row->number > 0 ? 1 : 0);
		lookup_waits_release(&waits);
	}
}

static void is_put_off_anew(void **state)
{
	struct lookup_waits waits = { 0 };

	(void)state;
	lookup_waits_put_off(&waits, ADA, 5);
	lookup_waits_put_off(&waits, ADA, 0);
	assert_int_equal(waits.all.n, 1);
	assert_int_equal(lookup_waits_count(&waits), 0);
	waits.round++;
	assert_int_equal(lookup_waits_meet(&waits, ADA, true), WAIT_AGAIN);
	lookup_waits_release(&waits);
}

static void forgets(void **state)
{
	struct lookup_waits waits = { .concluded = 7 };

	(void)state;
	lookup_waits_put_off(&waits, ADA, 5);
	lookup_waits_put_off(&waits, GRACE, 8);
	lookup_waits_begin(&waits);
	assert_int_equal(lookup_waits_meet(&waits, GRACE, true), WAIT_LATER);
	lookup_waits_forget_others(&waits);
	assert_int_equal(lookup_waits_meet(&waits, ADA, true), WAIT_NEW);
	lookup_waits_remove(&waits, ADA);
	lookup_waits_remove(&waits, GRACE);
	assert_int_equal(lookup_waits_meet(&waits, GRACE, true), WAIT_NEW);
	lookup_waits_put_off(&waits, GRACE, 7);
	lookup_waits_clear(&waits);
	assert_int_equal(lookup_waits_meet(&waits, GRACE, true), WAIT_NEW);
	assert_int_equal(waits.concluded, 0);
	lookup_waits_release(&waits);
}

/* Of a crowd each is found again, and no more are kept than is said. */
static void is_bounded(void **state)
{
	struct lookup_waits waits = { 0 };
	char id[32];

	(void)state;
	for (int i = 0; i < 12000; i++) {
		(void)snprintf(id, sizeof(id), "%d", i);
		lookup_waits_put_off(&waits, str_from(id), 1);
	}
	assert_int_equal(waits.all.n, 10000);
	for (int i = 0; i < 12000; i++) {
		(void)snprintf(id, sizeof(id), "%d", i);
		assert_int_equal(lookup_waits_meet(&waits, str_from(id), true),
				 i < 10000 ? WAIT_LATER : WAIT_NEW);
	}
	for (int i = 0; i < 10000; i += 2) {
		(void)snprintf(id, sizeof(id), "%d", i);
		lookup_waits_remove(&waits, str_from(id));
	}
	assert_int_equal(lookup_waits_count(&waits), 5000);
	lookup_waits_release(&waits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks),
		cmocka_unit_test(is_put_off_anew),
		cmocka_unit_test(forgets),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
