/* SPDX-License-Identifier: Apache-2.0 */
/* net/limiter: what 429 answers teach, in virtual time. */
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

/* 'x': a 429, 'o': another answer, a minute after the last; 'i': a 429 to what was under way. */
static void test_steps(void **state)
{
	static const struct {
		const char *answers;
		uint32_t window, learned;
	} rows[] = {
		{ "", 20, 0 },
		{ "oooo", 20, 0 },
		{ "x", 15, 15 },
		{ "xi", 15, 15 },
		{ "xx", 11, 11 },
		{ "xxx", 8, 8 },
		{ "xo", 16, 16 },
		{ "xoooo", 19, 19 },
		{ "xooooo", 20, 0 },
		{ "xoooooooooooo", 20, 0 },
		{ "xox", 12, 12 },
		{ "xxxxxxxxxxxxxxxxxxxx", 1, 1 },
		{ "xxxxxxxxxxxxxxxxxxxxo", 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct limiter_options options = { .window_per_minute = 20 };
		struct limiter *limiter = limiter_new(&options);
		struct limiter_learned learned;
		int64_t now_ns = MINUTE_NS;

		for (const char *p = rows[i].answers; *p != '\0'; p++) {
			if (*p == 'i') {
				assert_false(limiter_refused(limiter, REQUEST_READ,
							     now_ns - NS_PER_S, now_ns));
				continue;
			}
			now_ns += MINUTE_NS;
			if (*p == 'x')
				(void)limiter_refused(limiter, REQUEST_READ, now_ns, now_ns);
			else
				(void)limiter_answered(limiter, now_ns);
		}
		limiter_learned(limiter, &learned);
		if (limiter_allowed_per_minute(limiter) != rows[i].window ||
		    learned.window_per_minute != rows[i].learned)
			fail_msg("%s: %u, learned %u", rows[i].answers,
				 limiter_allowed_per_minute(limiter), learned.window_per_minute);
		limiter_free(limiter);
	}
}

/* Many answers in a minute are one step up. */
static void test_rises_by_the_minute(void **state)
{
	const struct limiter_options options = { .window_per_minute = 100 };
	struct limiter *limiter = limiter_new(&options);
	unsigned n = 0;

	(void)state;
	assert_true(limiter_refused(limiter, REQUEST_WRITE, NS_PER_S, NS_PER_S));
	for (int64_t s = 1; s <= 121; s++)
		n += limiter_answered(limiter, s * NS_PER_S);
	assert_int_equal(n, 2);
	assert_int_equal(limiter_allowed_per_minute(limiter), 85);
	limiter_free(limiter);
}

/* A 429 to a write says nothing of the pace of reads. */
static void test_kinds(void **state)
{
	const struct limiter_options options = { .pace_per_minute = { 6000, 1500 } };
	struct limiter *limiter = limiter_new(&options);
	struct limiter_learned learned;

	(void)state;
	assert_true(limiter_refused(limiter, REQUEST_WRITE, NS_PER_S, NS_PER_S));
	limiter_learned(limiter, &learned);
	assert_int_equal(learned.pace_per_minute[REQUEST_READ], 0);
	assert_int_equal(learned.pace_per_minute[REQUEST_WRITE], 1125);
	assert_int_equal(learned.window_per_minute, 0);
	assert_int_equal(limiter_allowed_per_minute(limiter), 6000);
	limiter_free(limiter);
}

/* What goes in `minutes`, asked for as fast as permitted. */
static size_t sent(struct limiter *limiter, int64_t *now_ns, int64_t minutes)
{
	const int64_t end_ns = *now_ns + minutes * MINUTE_NS;
	size_t n = 0;

	for (;;) {
		*now_ns += limiter_wait(limiter, REQUEST_READ, *now_ns);
		if (*now_ns >= end_ns)
			return n;
		limiter_settle(limiter, limiter_take(limiter, REQUEST_READ, *now_ns), *now_ns);
		n++;
	}
}

static void test_slows_down(void **state)
{
	const struct limiter_options window = { .window_per_minute = 100 };
	const struct limiter_options pace = { .pace_per_minute = { 6000, 60 } };
	struct limiter *limiter = limiter_new(&window);
	int64_t now_ns = NS_PER_S;

	(void)state;
	assert_true(limiter_refused(limiter, REQUEST_READ, now_ns, now_ns));
	assert_in_range(sent(limiter, &now_ns, 10), 740, 750);
	limiter_free(limiter);
	limiter = limiter_new(&pace);
	now_ns = NS_PER_S;
	assert_true(limiter_refused(limiter, REQUEST_READ, now_ns, now_ns));
	assert_in_range(sent(limiter, &now_ns, 1), 4300, 4500);
	limiter_free(limiter);
}

/* Over a restart, whatever the configuration says by then. */
static void test_taught(void **state)
{
	static const struct {
		uint32_t configured, learned, allowed;
		int64_t age_min;
	} rows[] = {
		{ 20, 0, 20, 0 },       { 20, 8, 8, 0 },
		{ 20, 20, 20, 0 },      { 20, 40, 20, 0 }, /* less is configured by now */
		{ 200, 8, 10, 0 },                         /* more is: never below a twentieth */
		{ 0, 8, 0, 0 },                            /* nothing is limited */
		{ 20, 8, 8, 9 },                           /* it rises by itself, slowly */
		{ 20, 8, 9, 10 },       { 20, 8, 13, 59 },
		{ 20, 8, 20, 24 * 60 }, { 20, 8, 8, -60 }, /* the clock was set back */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct limiter_options options = { .window_per_minute = rows[i].configured };
		const struct limiter_learned learned = { .window_per_minute = rows[i].learned };
		struct limiter *limiter = limiter_new(&options);
		struct limiter_learned kept;

		limiter_teach(limiter, &learned, rows[i].age_min * MINUTE_NS, NS_PER_S);
		if (limiter_allowed_per_minute(limiter) != rows[i].allowed)
			fail_msg("row %zu: %u", i, limiter_allowed_per_minute(limiter));
		limiter_learned(limiter, &kept);
		assert_true(kept.window_per_minute == 0 ||
			    kept.window_per_minute == rows[i].allowed);
		/* The first minute teaches nothing. */
		assert_false(limiter_answered(limiter, NS_PER_S * 59));
		limiter_free(limiter);
	}
}

/* Somebody else takes 8 of the server's 20: it settles around what is left, with a 429 now and then. */
static void test_finds_what_is_left(void **state)
{
	const struct limiter_options options = { .window_per_minute = 20 };
	struct limiter *limiter = limiter_new(&options);
	unsigned n_refused = 0;
	size_t n_sent = 0;

	(void)state;
	for (int64_t minute = 1; minute <= 600; minute++) {
		const int64_t now_ns = minute * MINUTE_NS;
		const uint32_t allowed = limiter_allowed_per_minute(limiter);

		if (allowed > 12) {
			n_refused += limiter_refused(limiter, REQUEST_READ, now_ns, now_ns);
		} else {
			(void)limiter_answered(limiter, now_ns);
			n_sent += allowed;
		}
	}
	assert_in_range(n_refused, 60, 130);
	assert_in_range(n_sent, 500 * 10, 600 * 12);
	limiter_free(limiter);
}

/* Learned at 20 a minute, then another 20: what was learned is in force unless that is less. */
static void test_configured_anew(void **state)
{
	static const struct {
		unsigned n_refused;
		uint32_t configured, allowed;
	} rows[] = {
		{ 0, 40, 40 }, { 0, 10, 10 }, { 1, 40, 15 },
		{ 1, 15, 15 }, { 1, 10, 10 }, { 9, 400, 20 }, /* no less than a twentieth */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct limiter_options first = { .window_per_minute = 20 };
		const struct limiter_options second = { .window_per_minute = rows[i].configured };
		struct limiter *limiter = limiter_new(&first);
		const int64_t now_ns = 100 * MINUTE_NS;

		for (unsigned k = 0; k < 5; k++)
			(void)limiter_take(limiter, REQUEST_READ, now_ns);
		for (unsigned k = 0; k < rows[i].n_refused; k++)
			(void)limiter_refused(limiter, REQUEST_READ, now_ns + k, now_ns + k);
		limiter_pause_until(limiter, now_ns + NS_PER_S);
		limiter_configure(limiter, &second);
		assert_int_equal(limiter_allowed_per_minute(limiter), rows[i].allowed);
		assert_int_equal(limiter_used_last_minute(limiter, now_ns), 5);
		assert_int_equal(limiter_paused_until(limiter, now_ns), now_ns + NS_PER_S);
		limiter_resume(limiter);
		assert_int_equal(limiter_paused_until(limiter, now_ns), 0);
		limiter_free(limiter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_rises_by_the_minute),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_slows_down),
		cmocka_unit_test(test_taught),
		cmocka_unit_test(test_configured_anew),
		cmocka_unit_test(test_finds_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
