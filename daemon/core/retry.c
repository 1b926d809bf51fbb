/* SPDX-License-Identifier: Apache-2.0 */
#include "core/retry.h"

#include <assert.h>
#include <stdio.h>

#define UNIX_TIME_ABOVE UINT64_C(1000000000)
#define UNIX_TIME_MAX UINT64_C(9000000000) /* int64 nanoseconds end at 9.22e9 seconds */
#define DATE_TOKENS 6

uint64_t retry_random(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = *state;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t retry_backoff(const struct retry_policy *policy, uint32_t n_attempts, uint64_t *random)
{
	int64_t most = policy->base_ns;

	assert(n_attempts >= 1);
	assert(policy->base_ns >= 0 && policy->cap_ns >= 0);
	for (uint32_t i = 1; i < n_attempts && most < policy->cap_ns; i++)
		most = most > INT64_MAX / 2 ? INT64_MAX : most * 2;
	if (most > policy->cap_ns)
		most = policy->cap_ns;
	/* The modulus favours small numbers by less than 2^-10 for waits below 200 days. */
	return (int64_t)(retry_random(random) % ((uint64_t)most + 1));
}

bool retry_allowed(const struct retry_policy *policy, uint32_t n_attempts, int64_t first_ns,
		   int64_t at_ns)
{
	if (n_attempts >= policy->attempts)
		return false;
	return policy->deadline_ns == 0 || at_ns - first_ns <= policy->deadline_ns;
}

/* Separators are blank, comma and hyphen, so that the three forms differ by their tokens only. */
static size_t split_date(struct str text, struct str tokens[static DATE_TOKENS])
{
	size_t n = 0;
	size_t i = 0;

	while (i < text.len) {
		const size_t start = i;

		while (i < text.len && text.p[i] != ' ' && text.p[i] != ',' && text.p[i] != '-')
			i++;
		if (i > start) {
			if (n == DATE_TOKENS)
				return 0;
			tokens[n++] = (struct str){ text.p + start, i - start };
		}
		i++;
	}
	return n;
}

static bool is_weekday(struct str token)
{
	static const char *const names[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
					     "Thursday", "Friday", "Saturday" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct str name = str_from(names[i]);

		if (str_equal_nocase(token, name) || str_equal_nocase(token, str_head(name, 3)))
			return true;
	}
	return false;
}

static bool take_month(struct str token, int *ret_month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; i < 12; i++) {
		if (str_equal_nocase(token, (struct str){ names + 3 * i, 3 })) {
			*ret_month = (int)i + 1;
			return true;
		}
	}
	return false;
}

static int year_of(int64_t ns)
{
	char text[CLOCK_TEXT_BYTES];
	uint64_t year = 1970;

	clock_format(ns, 0, text);
	(void)str_to_u64(str_head(str_from(text), 4), 9999, &year);
	return (int)year;
}

/* Two digits name the year that is at most 50 years ahead. */
static bool take_year(struct str token, int64_t now_ns, int *ret_year)
{
	uint64_t number;

	if (!str_to_u64(token, 9999, &number) || (token.len != 2 && token.len != 4))
		return false;
	int year = (int)number;

	if (token.len == 2) {
		const int now = year_of(now_ns);

		year += now - now % 100;
		if (year > now + 50)
			year -= 100;
		else if (year <= now - 50)
			year += 100;
	}
	*ret_year = year;
	return true;
}

bool retry_http_date(struct str text, int64_t now_ns, int64_t *ret_ns)
{
	struct str t[DATE_TOKENS] = { 0 };
	const size_t n = split_date(str_trim(text), t);
	const bool asctime = n == 5;
	char rfc3339[64];
	uint64_t day;
	int month;
	int year;

	if ((n != 6 && !asctime) || !is_weekday(t[0]))
		return false;
	if (!asctime && !str_equal_z(t[5], "GMT") && !str_equal_z(t[5], "UTC"))
		return false;
	if (!str_to_u64(t[asctime ? 2 : 1], 31, &day) || !take_month(t[asctime ? 1 : 2], &month) ||
	    !take_year(t[asctime ? 4 : 3], now_ns, &year))
		return false;
	const struct str time = t[asctime ? 3 : 4];

	if (time.len != 8)
		return false;
	(void)snprintf(rfc3339, sizeof(rfc3339), "%04d-%02d-%02dT%.*sZ", year, month, (int)day,
		       STR_ARG(time));
	return clock_parse(str_from(rfc3339), ret_ns);
}

bool retry_after_parse(struct str text, int64_t date_ns, int64_t now_ns, int64_t *ret_wait_ns)
{
	const int64_t reference = date_ns != 0 ? date_ns : now_ns;
	uint64_t number;
	int64_t when;

	text = str_trim(text);
	if (str_to_u64(text, UNIX_TIME_MAX, &number)) {
		if (number <= UNIX_TIME_ABOVE) {
			*ret_wait_ns = (int64_t)number * NS_PER_S;
			return true;
		}
		when = (int64_t)number * NS_PER_S;
	} else if (!retry_http_date(text, reference, &when)) {
		return false;
	}
	if (when <= reference)
		return false;
	*ret_wait_ns = when - reference;
	return true;
}
