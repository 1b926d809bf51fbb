/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/codec.h"

/* An exponent moves the point this far at most: enough for any double. */
#define EXPONENT_MAX 400

/* The digits of a number and where its point stands. */
struct decimal {
	bool negative;
	char *digits; /* without leading and trailing zeros */
	size_t n;
	int64_t point; /* before digits[point]; may lie outside */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_sign(struct str *rest)
{
	const bool minus = rest->len > 0 && rest->p[0] == '-';

	if (minus || (rest->len > 0 && rest->p[0] == '+'))
		*rest = str_skip(*rest, 1);
	return minus;
}

static void take_digits(struct str *rest, struct decimal *ret)
{
	size_t n = 0;

	while (n < rest->len && is_digit(rest->p[n]))
		ret->digits[ret->n++] = rest->p[n++];
	*rest = str_skip(*rest, n);
}

static bool take_exponent(struct str rest, struct decimal *ret)
{
	uint64_t exponent;

	if (rest.len == 0)
		return true;
	if (rest.p[0] != 'e' && rest.p[0] != 'E')
		return false;
	rest = str_skip(rest, 1);
	const bool minus = take_sign(&rest);

	if (!str_to_u64(rest, EXPONENT_MAX, &exponent))
		return false;
	ret->point += minus ? -(int64_t)exponent : (int64_t)exponent;
	return true;
}

static bool parse(struct arena *arena, struct str text, struct decimal *ret)
{
	*ret = (struct decimal){ .negative = take_sign(&text) };
	ret->digits = arena_alloc(arena, text.len + 1, 1);
	take_digits(&text, ret);
	ret->point = (int64_t)ret->n;
	if (text.len > 0 && text.p[0] == '.') {
		text = str_skip(text, 1);
		take_digits(&text, ret);
	}
	if (ret->n == 0 || !take_exponent(text, ret))
		return false;
	while (ret->n > 0 && ret->digits[ret->n - 1] == '0')
		ret->n--;
	while (ret->n > 0 && ret->digits[0] == '0') {
		ret->digits++;
		ret->n--;
		ret->point--;
	}
	return true;
}

struct str codec_number(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	struct decimal number;

	if (!parse(arena, line, &number))
		return line;
	if (number.n == 0)
		return arena_copy(arena, STR_LIT("0"));
	const int64_t n = (int64_t)number.n;
	const int64_t from = number.point < 1 ? number.point - 1 : 0; /* "0.05": zeros before */
	const int64_t to = number.point > n ? number.point : n;       /* "500": zeros behind */
	char *out = arena_alloc(arena, (size_t)(to - from) + 4, 1);
	size_t len = 0;

	if (number.negative)
		out[len++] = '-';
	for (int64_t i = from; i < to; i++) {
		if (i == number.point)
			out[len++] = '.';
		out[len++] = i >= 0 && i < n ? number.digits[i] : '0';
	}
	return (struct str){ out, len };
}
