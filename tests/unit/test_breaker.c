/* SPDX-License-Identifier: Apache-2.0 */
/* net/breaker: every step of the breaker as a table, the waits between probes, and the budget. */
#include "net/breaker.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct retry_policy policy = { .attempts = 6,
					    .base_ns = NS_PER_S / 2,
					    .cap_ns = 60 * NS_PER_S,
					    .deadline_ns = 600 * NS_PER_S };

enum event { FAIL, ANSWER, WAIT /* until it may be tried again */, LOOK };

static void step(struct breaker *breaker, enum event event, uint64_t *random, int64_t *now_ns)
{
	switch (event) {
	case FAIL:
		(void)breaker_failed(breaker, &policy, random, *now_ns);
		break;
	case ANSWER:
		breaker_answered(breaker);
		break;
	case WAIT:
		*now_ns = breaker->until_ns;
		break;
	case LOOK:
		break;
	}
}

/* What is done after five failures, and what that makes of it. */
static void test_steps(void **state)
{
	static const struct {
		const char *name;
		unsigned n_failures;
		size_t n;
		enum event events[6];
		enum breaker_state state;
		uint32_t room;
	} rows[] = {
		{ "new", 0, 0, { 0 }, BREAKER_CLOSED, 16 },
		{ "four failures", 4, 0, { 0 }, BREAKER_CLOSED, 16 },
		{ "five failures", 5, 0, { 0 }, BREAKER_OPEN, 0 },
		{ "an answer between", 4, 2, { ANSWER, FAIL }, BREAKER_CLOSED, 16 },
		{ "late failures", 5, 2, { FAIL, FAIL }, BREAKER_OPEN, 0 },
		{ "a late answer", 5, 1, { ANSWER }, BREAKER_CLOSED, 16 },
		{ "the wait is over", 5, 1, { WAIT }, BREAKER_HALF_OPEN, 1 },
		{ "the probe fails", 5, 3, { WAIT, LOOK, FAIL }, BREAKER_OPEN, 0 },
		{ "and again", 5, 6, { WAIT, LOOK, FAIL, WAIT, LOOK, FAIL }, BREAKER_OPEN, 0 },
		{ "the probe is answered", 5, 3, { WAIT, LOOK, ANSWER }, BREAKER_CLOSED, 16 },
		{ "the second is",
		  5,
		  6,
		  { WAIT, LOOK, FAIL, WAIT, LOOK, ANSWER },
		  BREAKER_CLOSED,
		  16 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct breaker breaker = { 0 };
		uint64_t random = i;
		int64_t now_ns = NS_PER_S;

		for (unsigned n = 0; n < rows[i].n_failures; n++)
			step(&breaker, FAIL, &random, &now_ns);
		for (size_t n = 0; n < rows[i].n; n++) {
			step(&breaker, rows[i].events[n], &random, &now_ns);
			(void)breaker_room(&breaker, 16, now_ns);
		}
		const uint32_t room = breaker_room(&breaker, 16, now_ns);

		if (room != rows[i].room || breaker.state != rows[i].state)
			fail_msg("%s: %s, room for %u", rows[i].name,
				 breaker_state_name(breaker.state), room);
	}
}

/* 4 to 8 s, doubled by each probe that fails, 30 to 60 s in the end; an answer forgets that. */
static void test_probes_are_slow(void **state)
{
	static const int64_t most_s[] = { 8, 16, 32, 60, 60, 60 };

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct breaker breaker = { 0 };
		uint64_t random = seed;
		int64_t now_ns = NS_PER_S;

		for (unsigned n = 1; n < BREAKER_FAILURES; n++)
			assert_int_equal(breaker_failed(&breaker, &policy, &random, now_ns), 0);
		for (size_t i = 0; i < COUNT_OF(most_s); i++) {
			const int64_t wait = breaker_failed(&breaker, &policy, &random, now_ns);

			assert_in_range(wait, most_s[i] * NS_PER_S / 2, most_s[i] * NS_PER_S);
			assert_int_equal(breaker_room(&breaker, 16, now_ns + wait - 1), 0);
			now_ns += wait;
			assert_int_equal(breaker_room(&breaker, 16, now_ns), 1);
		}
		breaker_answered(&breaker);
		assert_int_equal(breaker_room(&breaker, 16, now_ns), 16);
	}
}

static void test_extremes(void **state)
{
	const struct retry_policy huge = { 1, INT64_MAX, INT64_MAX, 0 };
	const struct retry_policy none = { .attempts = 1 };
	struct breaker breaker = { .n_failures = UINT32_MAX };
	uint64_t random = 3;

	(void)state;
	assert_true(breaker_failed(&breaker, &huge, &random, 0) > 0);
	breaker = (struct breaker){ .n_failures = 100 };
	assert_int_equal(breaker_failed(&breaker, &none, &random, 7), 0);
	assert_int_equal(breaker_room(&breaker, 16, 7), 1);
}

/* ---- The budget ---- */

/* So many repetitions, one after the other as soon as they may; the time that took. */
static int64_t repeat(struct retry_budget *budget, unsigned n, int64_t now_ns)
{
	const int64_t from_ns = now_ns;

	for (unsigned i = 0; i < n; i++) {
		now_ns += retry_budget_wait(budget, &policy, now_ns);
		assert_int_equal(retry_budget_wait(budget, &policy, now_ns), 0);
		retry_budget_spend(budget);
	}
	return now_ns - from_ns;
}

static void test_budget(void **state)
{
	static const struct {
		unsigned n_requests, n_repeated;
		int64_t takes_s;
	} rows[] = {
		{ 0, BUDGET_SAVED, 0 },        /* what is saved up */
		{ 0, BUDGET_SAVED + 1, 60 },   /* then one each cap */
		{ 0, BUDGET_SAVED + 5, 300 },  /* */
		{ 100, BUDGET_SAVED, 0 },      /* more is not saved up */
		{ 100, BUDGET_SAVED + 1, 60 }, /* */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct retry_budget budget;

		retry_budget_init(&budget, NS_PER_S);
		for (unsigned n = 0; n < rows[i].n_requests; n++)
			retry_budget_earn(&budget);
		const int64_t took = repeat(&budget, rows[i].n_repeated, NS_PER_S);

		if (took != rows[i].takes_s * NS_PER_S)
			fail_msg("row %zu: %lld ns", i, (long long)took);
	}
}

/* Of 10,000 requests in a moment, a fifth and what was saved up may be repeated, and no more. */
static void test_budget_share(void **state)
{
	struct retry_budget budget;
	unsigned n = 0;

	(void)state;
	retry_budget_init(&budget, 0);
	for (unsigned i = 0; i < 10000; i++) {
		retry_budget_earn(&budget);
		while (retry_budget_wait(&budget, &policy, 0) == 0) {
			retry_budget_spend(&budget);
			n++;
		}
	}
	assert_in_range(n, 2000, 2000 + BUDGET_SAVED);
}

/* Debts are paid back by time; a long rest saves no more than the most. */
static void test_budget_debt(void **state)
{
	struct retry_budget budget;

	(void)state;
	retry_budget_init(&budget, 0);
	for (unsigned i = 0; i < BUDGET_SAVED + 4; i++)
		retry_budget_spend(&budget);
	assert_int_equal(retry_budget_wait(&budget, &policy, 0), 5 * policy.cap_ns);
	assert_int_equal(retry_budget_wait(&budget, &policy, policy.cap_ns / 2),
			 9 * policy.cap_ns / 2);
	assert_int_equal(retry_budget_wait(&budget, &policy, 5 * policy.cap_ns), 0);
	(void)retry_budget_wait(&budget, &policy, INT64_MAX / 2);
	assert_int_equal(repeat(&budget, BUDGET_SAVED, INT64_MAX / 2), 0);
	assert_true(repeat(&budget, 1, INT64_MAX / 2) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),        cmocka_unit_test(test_probes_are_slow),
		cmocka_unit_test(test_extremes),     cmocka_unit_test(test_budget),
		cmocka_unit_test(test_budget_share), cmocka_unit_test(test_budget_debt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
