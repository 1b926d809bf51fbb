/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

struct parts {
	int64_t year, month, day, hour, minute, second, fraction_ns, offset_minutes;
};

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	const int64_t y = month <= 2 ? year - 1 : year;
	const int64_t era = y / 400;
	const int64_t year_of_era = y - era * 400;
	const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	const int64_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static bool take_digits(struct str *rest, size_t n, int64_t *ret_number)
{
	uint64_t number = 0;

	if (rest->len < n || !str_to_u64(str_head(*rest, n), INT32_MAX, &number))
		return false;
	*rest = str_skip(*rest, n);
	*ret_number = (int64_t)number;
	return true;
}

static bool take_char(struct str *rest, char c)
{
	if (rest->len == 0 || rest->p[0] != c)
		return false;
	*rest = str_skip(*rest, 1);
	return true;
}

static bool take_fraction(struct str *rest, struct parts *parts)
{
	int64_t scale = NS_PER_S / 10;
	size_t n = 0;

	while (n < rest->len && rest->p[n] >= '0' && rest->p[n] <= '9') {
		parts->fraction_ns += (rest->p[n] - '0') * scale;
		scale /= 10;
		n++;
	}
	*rest = str_skip(*rest, n);
	return n > 0;
}

static bool take_zone(struct str *rest, struct parts *parts)
{
	if (rest->len == 0 || take_char(rest, 'Z') || take_char(rest, 'z'))
		return rest->len == 0;
	const bool west = take_char(rest, '-');
	int64_t hours = 0;
	int64_t minutes = 0;

	if (!west && !take_char(rest, '+'))
		return false;
	if (!take_digits(rest, 2, &hours))
		return false;
	(void)take_char(rest, ':');
	if (rest->len > 0 && !take_digits(rest, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	parts->offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
	return rest->len == 0;
}

static bool take_time(struct str *rest, struct parts *parts)
{
	if (rest->len == 0)
		return true;
	if (!take_char(rest, 'T') && !take_char(rest, 't') && !take_char(rest, ' '))
		return false;
	if (!take_digits(rest, 2, &parts->hour) || !take_char(rest, ':') ||
	    !take_digits(rest, 2, &parts->minute))
		return false;
	if (take_char(rest, ':') && !take_digits(rest, 2, &parts->second))
		return false;
	if ((take_char(rest, '.') || take_char(rest, ',')) && !take_fraction(rest, parts))
		return false;
	return take_zone(rest, parts);
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* int64 nanoseconds reach from 1677 to 2262; whole years within that are accepted. */
static bool in_range(const struct parts *p)
{
	return p->year >= 1678 && p->year <= 2261 && p->month >= 1 && p->month <= 12 &&
	       p->day >= 1 && p->day <= days_in_month(p->year, p->month) && p->hour <= 23 &&
	       p->minute <= 59 && p->second <= 60;
}

bool clock_parse(struct str text, int64_t *ret_ns)
{
	struct parts p = { 0 };
	struct str rest = str_trim(text);

	if (!take_digits(&rest, 4, &p.year) || !take_char(&rest, '-') ||
	    !take_digits(&rest, 2, &p.month) || !take_char(&rest, '-') ||
	    !take_digits(&rest, 2, &p.day) || !take_time(&rest, &p) || !in_range(&p))
		return false;
	const int64_t minutes = (days_from_civil(p.year, p.month, p.day) * 24 + p.hour) * 60 +
				p.minute - p.offset_minutes;

	*ret_ns = (minutes * 60 + p.second) * NS_PER_S + p.fraction_ns;
	return true;
}

void clock_format(int64_t ns, int fraction_digits, char ret_text[static CLOCK_TEXT_BYTES])
{
	int64_t seconds = ns / NS_PER_S;
	int64_t fraction = ns % NS_PER_S;
	struct tm tm;

	if (fraction < 0) {
		seconds--;
		fraction += NS_PER_S;
	}
	const time_t when = seconds;
	const bool known = gmtime_r(&when, &tm) != NULL;

	assert(known);
	assert(fraction_digits >= 0 && fraction_digits <= 9);
	const size_t used = strftime(ret_text, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
	int64_t divisor = 1;

	for (int i = fraction_digits; i < 9; i++)
		divisor *= 10;
	if (fraction_digits == 0)
		(void)snprintf(ret_text + used, CLOCK_TEXT_BYTES - used, "Z");
	else
		(void)snprintf(ret_text + used, CLOCK_TEXT_BYTES - used, ".%0*lldZ",
			       fraction_digits, (long long)(fraction / divisor));
}
