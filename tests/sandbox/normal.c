/* SPDX-License-Identifier: Apache-2.0 */
#include "normal.h"

#include <string.h>

static char lower_char(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct str normal_lower(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1, 1);

	for (size_t i = 0; i < text.len; i++)
		out[i] = lower_char(text.p[i]);
	return (struct str){ out, text.len };
}

bool normal_is_email(struct str text)
{
	const size_t at = str_find(text, '@');
	const struct str domain = str_skip(text, at + 1);
	const size_t dot = str_find(domain, '.');

	if (at == 0 || dot == 0 || dot + 1 >= domain.len || str_find(domain, '@') < domain.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.p[i] <= ' ' || strchr("<>()[],;:\"\\", text.p[i]) != NULL)
			return false;
	}
	return text.len <= 254 && domain.p[domain.len - 1] != '.';
}

bool normal_is_uuid(struct str text)
{
	if (text.len != 36)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const char c = lower_char(text.p[i]);
		const bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? c != '-' : !is_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

struct str normal_root_domain(struct str domain)
{
	static const char *const second_levels[] = { "co", "com", "ac", "org", "gov", "net" };
	size_t starts[3] = { 0, 0, 0 }; /* of the last label, the one before, and so on */
	size_t n = 0;

	for (size_t i = domain.len; i > 0 && n < 3; i--) {
		if (domain.p[i - 1] == '.')
			starts[n++] = i;
	}
	if (n < 2)
		return domain;
	const struct str second = str_head(str_skip(domain, starts[1]), starts[0] - starts[1] - 1);
	const bool country = domain.len - starts[0] == 2;

	for (size_t i = 0; country && i < COUNT_OF(second_levels); i++) {
		if (str_equal_z(second, second_levels[i]))
			return str_skip(domain, n > 2 ? starts[2] : 0);
	}
	return str_skip(domain, starts[1]);
}

/* The longest prefix wins; +1 is given to the United States. */
static const struct {
	const char *country;
	const char *prefix;
} countries[] = {
	{ "US", "1" },   { "CA", "1" },   { "NL", "31" },  { "BE", "32" },  { "FR", "33" },
	{ "ES", "34" },  { "IE", "353" }, { "IT", "39" },  { "CH", "41" },  { "AT", "43" },
	{ "GB", "44" },  { "DK", "45" },  { "SE", "46" },  { "NO", "47" },  { "PL", "48" },
	{ "DE", "49" },  { "PT", "351" }, { "LU", "352" }, { "FI", "358" }, { "CZ", "420" },
	{ "SK", "421" }, { "AU", "61" },  { "NZ", "64" },  { "SG", "65" },  { "JP", "81" },
	{ "KR", "82" },  { "CN", "86" },  { "IN", "91" },  { "BR", "55" },  { "MX", "52" },
	{ "ZA", "27" },  { "TR", "90" },
};

static const char *country_of(struct str digits)
{
	const char *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < COUNT_OF(countries); i++) {
		const struct str prefix = str_from(countries[i].prefix);

		if (prefix.len > longest && str_starts(digits, prefix)) {
			found = countries[i].country;
			longest = prefix.len;
		}
	}
	return found;
}

static const char *prefix_of(struct str country)
{
	for (size_t i = 0; i < COUNT_OF(countries); i++) {
		if (str_equal_nocase(country, str_from(countries[i].country)))
			return countries[i].prefix;
	}
	return NULL;
}

/* False if there is anything but digits and the usual punctuation. */
static bool keep_digits(struct arena *arena, struct str text, struct str *ret_digits)
{
	char *out = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (is_digit(text.p[i]))
			out[len++] = text.p[i];
		else if (strchr(" ()-./\t", text.p[i]) == NULL || text.p[i] == '\0')
			return false;
	}
	*ret_digits = (struct str){ out, len };
	return true;
}

bool normal_phone(struct arena *arena, struct str text, struct str country, struct str *ret_number,
		  const char **ret_country)
{
	struct str rest = str_trim(text);
	const bool plus = rest.len > 0 && rest.p[0] == '+';
	const char *prefix = plus ? "" : prefix_of(country);
	struct str digits = { 0 };

	if (plus)
		rest = str_skip(rest, 1);
	if (prefix == NULL || !keep_digits(arena, rest, &digits))
		return false;
	if (!plus && digits.len > 0 && digits.p[0] == '0')
		digits = str_skip(digits, 1);
	const struct str number = arena_format(arena, "+%s%.*s", prefix, STR_ARG(digits));

	if (number.len < 8 || number.len > 16 || number.p[1] == '0')
		return false;
	const char *known = country_of(str_skip(number, 1));

	*ret_country = known != NULL ? known : "ZZ";
	if (prefix_of(country) != NULL &&
	    str_starts(str_skip(number, 1), str_from(prefix_of(country))))
		*ret_country = arena_format(arena, "%.*s", STR_ARG(country)).p;
	*ret_number = number;
	return true;
}

struct str normal_phone_loosely(struct arena *arena, struct str text)
{
	const struct str trimmed = str_trim(text);
	const bool zeros = str_starts(trimmed, STR_LIT("00"));
	struct str number = { 0 };
	const char *country = NULL;
	struct str plus = trimmed;

	if (zeros)
		plus = arena_format(arena, "+%.*s", STR_ARG(str_skip(trimmed, 2)));
	if (normal_phone(arena, plus, (struct str){ 0 }, &number, &country))
		return number;
	return trimmed;
}

bool normal_contains(struct str text, struct str needle)
{
	for (size_t from = 0; from + needle.len <= text.len; from++) {
		size_t i = 0;

		while (i < needle.len && lower_char(text.p[from + i]) == lower_char(needle.p[i]))
			i++;
		if (i == needle.len)
			return true;
	}
	return false;
}
