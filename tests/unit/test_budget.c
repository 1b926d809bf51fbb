/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rolled side's requests go to: simulated minutes of cycles against a sliding window.
 */
#include "base/attrs.h"
#include "core/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static void test_fits(void **state)
{
	static const struct {
		uint32_t allowed;
		int64_t interval_s;
		uint64_t pages;
		bool fits;
	} rows[] = {
		{ 20, 60, 10, true },
		{ 20, 60, 11, false },
		{ 20, 10, 2, true },
		{ 20, 10, 3, false },
		{ 20, 600, 100, true },
		{ 20, 600, 101, false },
		{ 1, 1, 2, true },
		{ 1, 1, 3, false },
		{ 6000, 60, 2001, true },
		{ 6000, 60, 3001, false },
		{ 0, 1, UINT64_MAX, true },
		/* rates and times as large as the configuration lets them be */
		{ 6000000, 604800, 1000000, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct budget_rate rate = { rows[i].allowed, 33,
						  rows[i].interval_s * SECOND };

		if (budget_fits(&rate, rows[i].pages) != rows[i].fits)
			fail_msg("row %zu", i);
	}
}

/* However short the interval, notes have their share and not more; however long, it is not lost. */
static void test_ration(void **state)
{
	static const struct {
		uint32_t allowed, percent;
		int64_t interval_s;
		uint32_t cycles;
		uint32_t least, most; /* requests of all cycles */
	} rows[] = {
		/* an hour of 20 a minute; what is saved up is used in one piece */
		{ 20, 25, 1, 3600, 290, 306 },
		{ 20, 25, 5, 720, 290, 306 },
		{ 20, 25, 60, 60, 290, 306 },
		{ 20, 25, 3600, 1, 300, 303 },
		/* a quarter of it is less than a visit needs */
		{ 1, 25, 60, 120, 27, 33 },
		{ 600, 10, 1, 60, 58, 66 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct budget_rate rate = { rows[i].allowed, 33,
						  rows[i].interval_s * SECOND };
		struct budget_ration ration = { 0 };
		uint32_t sum = 0;

		for (uint32_t cycle = 0; cycle < rows[i].cycles; cycle++) {
			const uint32_t n = budget_ration(&ration, &rate, rows[i].percent,
							 (1 + cycle) * rate.interval_ns);

			budget_rationed(&ration, n);
			sum += n;
		}
		if (sum < rows[i].least || sum > rows[i].most)
			fail_msg("row %zu: %u", i, sum);
	}
}

static void test_pushes_leave_the_share(void **state)
{
	static const struct {
		struct budget_rate rate;
		uint32_t most;
	} rows[] = {
		{ { 20, 33, 10 * SECOND }, 13 },   { { 20, 33, 60 * SECOND }, 13 },
		{ { 20, 33, 120 * SECOND }, 26 },  { { 20, 1, 60 * SECOND }, 19 },
		{ { 20, 100, 60 * SECOND }, 2 },   { { 1, 33, SECOND }, 1 },
		{ { 0, 33, SECOND }, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(budget_push_most(&rows[i].rate), rows[i].most);
}

/* A sliding window of the last minute, in seconds. */
struct window {
	uint32_t n[60];
	int64_t now_s;
};

static uint32_t used(const struct window *window)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 60; i++)
		sum += window->n[i];
	return sum;
}

static void pass(struct window *window, int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++)
		window->n[++window->now_s % 60] = 0;
}

/* Waits for its turn, as the limiter does. */
static void spend(struct window *window, const struct budget_rate *rate)
{
	while (used(window) >= rate->allowed)
		pass(window, 1);
	window->n[window->now_s % 60]++;
}

struct minutes {
	uint32_t n_newest, n_pushed, n_pages;
	uint32_t most_used;       /* when a cycle begins */
	uint32_t longest_without; /* cycles without a page */
};

/* `pushes` requests in each cycle. */
static struct minutes live(const struct budget_rate *rate, uint32_t pushes, unsigned n_minutes)
{
	struct minutes sum = { 0 };
	struct window window = { .now_s = 100 };
	struct budget budget = { 0 };
	uint32_t without = 0;
	const int64_t end_s = window.now_s + 60 * (int64_t)n_minutes;

	while (window.now_s < end_s) {
		const int64_t began_s = window.now_s;
		const int64_t due_s = began_s + rate->interval_ns / SECOND;
		uint32_t n_pages = 0;

		if (used(&window) > sum.most_used)
			sum.most_used = used(&window);
		for (uint32_t i = 0; i < 1 + pushes; i++)
			spend(&window, rate);
		sum.n_newest++;
		sum.n_pushed += pushes;
		budget_slice(&budget, rate, 1 + pushes, window.now_s * SECOND);
		while (budget_page(&budget, rate, used(&window), window.now_s >= due_s)) {
			spend(&window, rate);
			n_pages++;
		}
		sum.n_pages += n_pages;
		without = n_pages > 0 ? 0 : without + 1;
		if (without > sum.longest_without)
			sum.longest_without = without;
		if (window.now_s < due_s)
			pass(&window, due_s - window.now_s);
	}
	return sum;
}

/* What is left goes to the list, and a fifth is always free for the next cycle. */
static void test_without_writes(void **state)
{
	const struct budget_rate often = { 20, 33, 10 * SECOND };
	const struct budget_rate seldom = { 20, 33, 60 * SECOND };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct minutes sum = live(i == 0 ? &often : &seldom, 0, 60);

		assert_in_range(sum.n_pages, 60 * (i == 0 ? 9 : 14), 60 * 16);
		assert_in_range(sum.n_pages + sum.n_newest, 60 * 14, 60 * 16 + 20);
		assert_true(sum.most_used <= 16);
		assert_int_equal(sum.longest_without, 0);
	}
}

/* However much there is to write, the list has its share. */
static void test_flood(void **state)
{
	static const uint32_t shares[] = { 1, 33, 60 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(shares); i++) {
		const struct budget_rate rate = { 20, shares[i], 10 * SECOND };
		const struct minutes sum = live(&rate, budget_push_most(&rate), 120);
		const uint32_t all = sum.n_pages + sum.n_pushed + sum.n_newest;

		assert_true(sum.n_pages * 100 + 300 >= all * shares[i]);
		/* and not all of it */
		assert_true(sum.n_pages * 100 <= all * (shares[i] + 10));
		assert_true(sum.longest_without <= 2);
	}
}

/* A few edits go at once, and the list goes on. */
static void test_some_edits(void **state)
{
	const struct budget_rate rate = { 20, 33, 20 * SECOND };
	const struct minutes sum = live(&rate, 2, 60);

	(void)state;
	assert_true(sum.most_used <= 18);
	assert_in_range(sum.n_pages, 60 * 5, 60 * 12);
}

/* Without a limit the list goes on until the next cycle is due; a clock that was set does no harm. */
static void test_edges(void **state)
{
	const struct budget_rate unlimited = { 0, 33, 10 * SECOND };
	const struct budget_rate rate = { 20, 33, 10 * SECOND };
	struct budget budget = { 0 };

	(void)state;
	budget_slice(&budget, &unlimited, 1, 5);
	for (int i = 0; i < 100; i++)
		assert_true(budget_page(&budget, &unlimited, 0, false));
	assert_false(budget_page(&budget, &unlimited, 0, true));
	budget_slice(&budget, &rate, UINT64_MAX, 100 * SECOND);
	budget_slice(&budget, &rate, 1, -50 * SECOND);
	budget_slice(&budget, &rate, 1, INT64_MAX);
	for (int i = 0; i < 200 && budget_page(&budget, &rate, 19, true); i++)
		assert_true(i < 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_ration),
		cmocka_unit_test(test_pushes_leave_the_share),
		cmocka_unit_test(test_without_writes),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_some_edits),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
