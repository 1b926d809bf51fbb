/* SPDX-License-Identifier: Apache-2.0 */
#include "core/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define DATE_1994 (INT64_C(784111777) * NS_PER_S) /* Sun, 06 Nov 1994 08:49:37 GMT */
#define NOW_2026 (INT64_C(1767225600) * NS_PER_S) /* Thu, 01 Jan 2026 00:00:00 GMT */

static void test_backoff(void **state)
{
	const struct retry_policy policy = { .attempts = 6,
					     .base_ns = NS_PER_S / 2,
					     .cap_ns = 6 * NS_PER_S };
	static const int64_t most_ms[] = { 500, 1000, 2000, 4000, 6000, 6000 };
	uint64_t random = 1;

	(void)state;
	for (uint32_t n = 1; n <= COUNT_OF(most_ms); n++) {
		int64_t longest = 0;
		int64_t sum = 0;

		for (int i = 0; i < 10000; i++) {
			const int64_t wait = retry_backoff(&policy, n, &random);

			assert_true(wait >= 0 && wait <= most_ms[n - 1] * NS_PER_MS);
			longest = wait > longest ? wait : longest;
			sum += wait / NS_PER_MS;
		}
		/* Evenly spread: near the end now and then, half of it on average. */
		assert_true(longest > most_ms[n - 1] * NS_PER_MS * 99 / 100);
		assert_in_range(sum / 10000, most_ms[n - 1] * 47 / 100, most_ms[n - 1] * 53 / 100);
	}
	assert_true(retry_backoff(&policy, UINT32_MAX, &random) <= policy.cap_ns);
}

static void test_backoff_extremes(void **state)
{
	const struct retry_policy zero = { .attempts = 1 };
	const struct retry_policy huge = { 1, INT64_MAX, INT64_MAX, 0 };
	uint64_t random = 7;
	uint64_t same = 7;

	(void)state;
	assert_int_equal(retry_backoff(&zero, 9, &random), 0);
	assert_true(retry_backoff(&huge, 70, &random) >= 0);
	(void)retry_random(&same);
	(void)retry_random(&same);
	assert_true(random == same); /* the same seed, the same waits */
}

static void test_allowed(void **state)
{
	const struct retry_policy policy = { .attempts = 3, .deadline_ns = 10 };
	const struct retry_policy endless = { .attempts = 3 };

	(void)state;
	assert_true(retry_allowed(&policy, 1, 100, 110));
	assert_false(retry_allowed(&policy, 1, 100, 111));
	assert_true(retry_allowed(&policy, 2, 100, 100));
	assert_false(retry_allowed(&policy, 3, 100, 100));
	assert_true(retry_allowed(&endless, 2, 100, INT64_MAX));
}

static void test_http_date(void **state)
{
	static const struct {
		const char *text;
		int64_t s; /* -1: refused */
	} rows[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
		{ "Sun Nov  6 08:49:37 1994", 784111777 },
		{ "  Sun, 06 Nov 1994 08:49:37 GMT ", 784111777 },
		{ "sun, 06 nov 1994 08:49:37 GMT", 784111777 },
		{ "Sun, 06 Nov 1994 08:49:37 UTC", 784111777 },
		{ "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199 },
		{ "Friday, 01-Jan-27 00:00:00 GMT", 1798761600 },
		{ "Wednesday, 01-Jan-76 00:00:00 GMT",
		  3345062400 },                                    /* 50 years ahead: still 2076 */
		{ "Saturday, 01-Jan-77 00:00:00 GMT", 220924800 }, /* 51 would be: 1977 */
		{ "Sun, 06 Nov 1994 08:49:37 PST", -1 },
		{ "Sun, 06 Nov 1994 08:49:37", -1 },
		{ "Sun, 31 Feb 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 24:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 8:49:37 GMT", -1 },
		{ "Sun, 06 Nov 994 08:49:37 GMT", -1 },
		{ "Sun, 06 Foo 1994 08:49:37 GMT", -1 },
		{ "Xun, 06 Nov 1994 08:49:37 GMT", -1 },
		{ "06 Nov 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT and more", -1 },
		{ "Sun, 06 Nov 1994 08:49:3Z GMT", -1 },
		{ "Sun, 06 Nov 9999 08:49:37 GMT", -1 },
		{ "1994-11-06T08:49:37Z", -1 },
		{ "-,-,-", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t ns = -NS_PER_S;

		if (retry_http_date(str_from(rows[i].text), NOW_2026, &ns) != (rows[i].s >= 0) ||
		    ns != rows[i].s * NS_PER_S)
			fail_msg("%s: %lld, not %lld", rows[i].text, (long long)(ns / NS_PER_S),
				 (long long)rows[i].s);
	}
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *text;
		int64_t date_ns;
		int64_t now_ns;
		int64_t wait_s; /* -1: refused */
	} rows[] = {
		{ "0", 0, NOW_2026, 0 },
		{ "120", 0, NOW_2026, 120 },
		{ " 120 ", DATE_1994, NOW_2026, 120 },
		{ "1000000000", 0, NOW_2026, 1000000000 },
		/* Unix time, measured from the answer's own clock, else from ours. */
		{ "1767225660", 0, NOW_2026, 60 },
		{ "1767225660", NOW_2026 + 30 * NS_PER_S, DATE_1994, 30 },
		{ "1767225600", 0, NOW_2026, -1 },
		{ "1767225599", 0, NOW_2026, -1 },
		{ "1767225660000", 0, NOW_2026, -1 },
		/* The local clock is 32 years off: the server's counts. */
		{ "Sun, 06 Nov 1994 08:50:07 GMT", DATE_1994, NOW_2026, 30 },
		{ "Sunday, 06-Nov-94 08:50:07 GMT", DATE_1994, NOW_2026, 30 },
		{ "Sun Nov  6 08:50:07 1994", DATE_1994, NOW_2026, 30 },
		{ "Thu, 01 Jan 2026 00:00:05 GMT", 0, NOW_2026, 5 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", DATE_1994, NOW_2026, -1 },
		{ "Sun, 06 Nov 1994 08:49:36 GMT", DATE_1994, NOW_2026, -1 },
		{ "-5", 0, NOW_2026, -1 },
		{ "+5", 0, NOW_2026, -1 },
		{ "1.5", 0, NOW_2026, -1 },
		{ "5s", 0, NOW_2026, -1 },
		{ "soon", 0, NOW_2026, -1 },
		{ "99999999999999999999999", 0, NOW_2026, -1 },
		{ "", 0, NOW_2026, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t wait = -NS_PER_S;
		const bool ok = retry_after_parse(str_from(rows[i].text), rows[i].date_ns,
						  rows[i].now_ns, &wait);

		if (ok != (rows[i].wait_s >= 0) || wait != rows[i].wait_s * NS_PER_S)
			fail_msg("%s: %lld, not %lld", rows[i].text, (long long)wait,
				 (long long)rows[i].wait_s);
	}
}

/* Whatever comes in: no crash, no negative wait. */
static void test_retry_after_noise(void **state)
{
	static const char letters[] = "0123456789 ,-:SunNovGMT\0\xff";
	char text[40];
	uint64_t random = 3;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		const size_t len = retry_random(&random) % sizeof(text);
		int64_t wait = 0;

		for (size_t k = 0; k < len; k++)
			text[k] = letters[retry_random(&random) % (sizeof(letters) - 1)];
		if (retry_after_parse((struct str){ text, len }, 0, NOW_2026, &wait))
			assert_true(wait >= 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff),     cmocka_unit_test(test_backoff_extremes),
		cmocka_unit_test(test_allowed),     cmocka_unit_test(test_http_date),
		cmocka_unit_test(test_retry_after), cmocka_unit_test(test_retry_after_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
