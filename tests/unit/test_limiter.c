/* SPDX-License-Identifier: Apache-2.0 */
#include "net/limiter.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MINUTE_NS (60 * NS_PER_S)

/* Sends as fast as permitted for so long, answers after latency_ns; returns the times of sending. */
static size_t run(struct limiter *limiter, enum request_kind kind, int64_t from_ns, int64_t for_ns,
		  int64_t *times, size_t max)
{
	int64_t now_ns = from_ns;
	size_t n = 0;

	while (n < max) {
		now_ns += limiter_wait(limiter, kind, now_ns);
		if (now_ns >= from_ns + for_ns)
			break;
		assert_int_equal(limiter_wait(limiter, kind, now_ns), 0);
		limiter_settle(limiter, limiter_take(limiter, kind, now_ns), now_ns);
		times[n++] = now_ns;
	}
	return n;
}

static size_t most_within(const int64_t *times, size_t n, int64_t span_ns)
{
	size_t most = 0;
	size_t first = 0;

	for (size_t i = 0; i < n; i++) {
		while (times[i] - times[first] >= span_ns)
			first++;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}

/* No second, wherever it begins, holds more than the rate; and little less is achieved. */
static void test_pace(void **state)
{
	static const uint32_t rates[] = {
		60, 90, 120, 600, 1500, 2999, 3000, 6000, 60000, 600000, LIMITER_RATE_MAX
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rates); i++) {
		const struct limiter_options options = { .pace_per_minute = { rates[i], 1 } };
		struct limiter *limiter = limiter_new(&options);
		const size_t max = (size_t)rates[i] / 3 + 100;
		int64_t *times = alloc_zeroed(max, sizeof(*times));
		const size_t n = run(limiter, REQUEST_READ, NS_PER_S, 20 * NS_PER_S, times, max);
		const size_t most = most_within(times, n, NS_PER_S);

		if (most > (rates[i] + 59) / 60)
			fail_msg("%u a minute: %zu in one second", rates[i], most);
		if (n < (size_t)rates[i] / 3 * 94 / 100)
			fail_msg("%u a minute: only %zu in 20 s", rates[i], n);
		assert_int_equal(limiter_allowed_per_minute(limiter), rates[i]);
		free(times);
		limiter_free(limiter);
	}
}

static void test_pace_kinds(void **state)
{
	const struct limiter_options options = { .pace_per_minute = { 600, 60 } };
	struct limiter *limiter = limiter_new(&options);

	(void)state;
	(void)limiter_take(limiter, REQUEST_WRITE, NS_PER_S);
	assert_int_equal(limiter_wait(limiter, REQUEST_READ, NS_PER_S), 0);
	assert_true(limiter_wait(limiter, REQUEST_WRITE, NS_PER_S) > NS_PER_S);
	assert_true(limiter_wait(limiter, REQUEST_WRITE, NS_PER_S) < 2 * NS_PER_S);
	limiter_free(limiter);
}

/* Idle time saves up no more than the burst. */
static void test_pace_burst(void **state)
{
	const struct limiter_options options = { .pace_per_minute = { 6000, 0 } };
	struct limiter *limiter = limiter_new(&options);
	int64_t times[8];

	(void)state;
	assert_int_equal(run(limiter, REQUEST_READ, 500 * NS_PER_S, 1, times, 8), 2);
	assert_int_equal(run(limiter, REQUEST_READ, 900 * NS_PER_S, 1, times, 8), 2);
	limiter_free(limiter);
}

static void test_window(void **state)
{
	static const uint32_t limits[] = { 1, 2, 20, 1000, 60000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		const struct limiter_options options = { .window_per_minute = limits[i] };
		struct limiter *limiter = limiter_new(&options);
		const size_t max = (size_t)limits[i] * 6;
		int64_t *times = alloc_zeroed(max, sizeof(*times));
		const size_t n = run(limiter, REQUEST_READ, 12345, 5 * MINUTE_NS, times, max);

		assert_int_equal(most_within(times, n, MINUTE_NS + 50 * NS_PER_MS), limits[i]);
		assert_int_equal(n, (size_t)limits[i] * 5);
		free(times);
		limiter_free(limiter);
	}
}

/* The server may have counted it when it answered, not when we sent it. */
static void test_window_counts_answers(void **state)
{
	const struct limiter_options options = { .window_per_minute = 2 };
	struct limiter *limiter = limiter_new(&options);
	const int64_t first = limiter_take(limiter, REQUEST_READ, NS_PER_S);
	const int64_t second = limiter_take(limiter, REQUEST_WRITE, NS_PER_S);

	(void)state;
	limiter_settle(limiter, first, 11 * NS_PER_S);
	limiter_settle(limiter, second, 21 * NS_PER_S);
	assert_int_equal(limiter_used_last_minute(limiter, 21 * NS_PER_S), 2);
	int64_t wait = limiter_wait(limiter, REQUEST_READ, 21 * NS_PER_S);

	assert_in_range(wait, 50 * NS_PER_S + 50 * NS_PER_MS, 50 * NS_PER_S + 250 * NS_PER_MS);
	(void)limiter_take(limiter, REQUEST_READ, 21 * NS_PER_S + wait);
	wait = limiter_wait(limiter, REQUEST_READ, 21 * NS_PER_S + wait);
	assert_in_range(wait, 10 * NS_PER_S - 250 * NS_PER_MS, 10 * NS_PER_S + 250 * NS_PER_MS);
	limiter_free(limiter);
}

/* An answer that took longer than the window still counts from its coming. */
static void test_window_late_answer(void **state)
{
	const struct limiter_options options = { .window_per_minute = 1 };
	struct limiter *limiter = limiter_new(&options);
	const int64_t ticket = limiter_take(limiter, REQUEST_READ, NS_PER_S);

	(void)state;
	assert_int_equal(limiter_used_last_minute(limiter, 200 * NS_PER_S), 0);
	limiter_settle(limiter, ticket, 200 * NS_PER_S);
	assert_int_equal(limiter_used_last_minute(limiter, 200 * NS_PER_S), 1);
	assert_true(limiter_wait(limiter, REQUEST_READ, 200 * NS_PER_S) > MINUTE_NS);
	assert_int_equal(limiter_wait(limiter, REQUEST_READ, 300 * NS_PER_S), 0);
	limiter_free(limiter);
}

/* Some clocks count from 1970. */
static void test_window_large_times(void **state)
{
	const int64_t year_2200 = INT64_C(7258118400) * NS_PER_S;
	const struct limiter_options options = { .window_per_minute = 2 };
	struct limiter *limiter = limiter_new(&options);
	const int64_t ticket = limiter_take(limiter, REQUEST_READ, year_2200);

	(void)state;
	limiter_settle(limiter, ticket, year_2200);
	assert_int_equal(limiter_used_last_minute(limiter, year_2200), 1);
	limiter_free(limiter);
}

static void test_pause(void **state)
{
	const struct limiter_options options = { 0 };
	struct limiter *limiter = limiter_new(&options);

	(void)state;
	assert_int_equal(limiter_wait(limiter, REQUEST_READ, 5), 0);
	assert_int_equal(limiter_allowed_per_minute(limiter), 0);
	limiter_pause_until(limiter, 100);
	limiter_pause_until(limiter, 50);
	assert_int_equal(limiter_wait(limiter, REQUEST_READ, 5), 95);
	assert_int_equal(limiter_wait(limiter, REQUEST_WRITE, 99), 1);
	assert_int_equal(limiter_paused_until(limiter, 5), 100);
	assert_int_equal(limiter_wait(limiter, REQUEST_READ, 100), 0);
	assert_int_equal(limiter_paused_until(limiter, 100), 0);
	limiter_free(limiter);
}

static void test_restore(void **state)
{
	const struct limiter_options options = { .window_per_minute = 20 };
	const int64_t now_ns = 1000 * NS_PER_S;
	struct limiter *limiter = limiter_new(&options);

	(void)state;
	limiter_restore(limiter, 15, now_ns - 70 * NS_PER_S); /* too old to matter */
	limiter_restore(limiter, 18, now_ns - 10 * NS_PER_S);
	limiter_restore(limiter, 1, now_ns);
	assert_int_equal(limiter_used_last_minute(limiter, now_ns), 19);
	assert_int_equal(limiter_wait(limiter, REQUEST_READ, now_ns), 0);
	(void)limiter_take(limiter, REQUEST_READ, now_ns);
	assert_in_range(limiter_wait(limiter, REQUEST_READ, now_ns), 50 * NS_PER_S, 51 * NS_PER_S);
	limiter_free(limiter);

	/* Just after a boot the clock may be younger than what was sent. */
	limiter = limiter_new(&options);
	limiter_restore(limiter, 20, -20 * NS_PER_S);
	assert_in_range(limiter_wait(limiter, REQUEST_READ, NS_PER_S), 39 * NS_PER_S,
			40 * NS_PER_S);
	limiter_restore(limiter, UINT32_MAX, -500 * NS_PER_S);
	assert_int_equal(limiter_used_last_minute(limiter, NS_PER_S), 20);
	limiter_free(limiter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_pace_kinds),
		cmocka_unit_test(test_pace_burst),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_window_counts_answers),
		cmocka_unit_test(test_window_late_answer),
		cmocka_unit_test(test_window_large_times),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_restore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
