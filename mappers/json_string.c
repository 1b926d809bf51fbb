/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/json_string.h"

#include <stdint.h>
#include <string.h>

/* Bytes that a string may hold as they are, one by one: ASCII without controls, quote, backslash. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

size_t utf8_sequence(struct str text)
{
	/* RFC 3629: for each lead byte the length, and the range of the byte behind it. */
	static const struct {
		unsigned char first, last, len, low, high;
	} leads[] = {
		{ 0x00, 0x7f, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf },
		{ 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf },
		{ 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
		{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf },
		{ 0xf4, 0xf4, 4, 0x80, 0x8f },
	};
	const unsigned char *p = (const unsigned char *)text.p;

	for (size_t i = 0; text.len > 0 && i < COUNT_OF(leads); i++) {
		if (p[0] < leads[i].first || p[0] > leads[i].last)
			continue;
		if (leads[i].len > text.len)
			return 0;
		if (leads[i].len > 1 && (p[1] < leads[i].low || p[1] > leads[i].high))
			return 0;
		for (size_t k = 2; k < leads[i].len; k++) {
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		}
		return leads[i].len;
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The unit of "\uXXXX" at the start of text, or -1. */
static int32_t unit_at(struct str text)
{
	int32_t unit = 0;

	if (text.len < 6 || text.p[0] != '\\' || text.p[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		const int digit = hex_digit(text.p[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static bool is_high(int32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The length of the escape at the start of text; 0 and a reason if it is none. */
static size_t escape_length(struct str text, const char **ret_reason)
{
	if (text.len >= 2 && text.p[1] != 'u' && text.p[1] != '\0' &&
	    strchr("\"\\/bfnrt", text.p[1]) != NULL)
		return 2;
	const int32_t unit = unit_at(text);

	*ret_reason = "an escape is malformed";
	if (unit < 0)
		return 0;
	*ret_reason = "NUL in a string";
	if (unit == 0)
		return 0;
	*ret_reason = "a lone surrogate";
	if (is_low(unit))
		return 0;
	if (!is_high(unit))
		return 6;
	return is_low(unit_at(str_skip(text, 6))) ? 12 : 0;
}

bool json_string_check(struct str text, size_t *ret_taken, const char **ret_reason)
{
	size_t i = 1;

	for (;;) {
		while (i < text.len && is_plain((unsigned char)text.p[i]))
			i++;
		*ret_taken = i;
		*ret_reason = "a string does not end";
		if (i >= text.len)
			return false;
		const unsigned char c = (unsigned char)text.p[i];
		size_t step;

		if (c == '"') {
			*ret_taken = i + 1;
			return true;
		}
		if (c == '\\') {
			step = escape_length(str_skip(text, i), ret_reason);
		} else if (c < 0x20) {
			*ret_reason =
				c == 0 ? "NUL in a string" : "a control character in a string";
			step = 0;
		} else {
			*ret_reason = "not UTF-8";
			step = utf8_sequence(str_skip(text, i));
		}
		if (step == 0)
			return false;
		i += step;
	}
}

static size_t put_utf8(char *out, uint32_t point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

static char short_escape(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

struct str json_string_decode(struct arena *arena, struct str raw)
{
	if (raw.len == 0 || memchr(raw.p, '\\', raw.len) == NULL)
		return raw;
	char *out =
		arena_alloc(arena, raw.len, 1); /* no escape is shorter than what it stands for */
	size_t n = 0;

	for (size_t i = 0; i < raw.len;) {
		if (raw.p[i] != '\\') {
			out[n++] = raw.p[i++];
			continue;
		}
		const int32_t unit = unit_at(str_skip(raw, i));

		if (unit < 0) {
			out[n++] = short_escape(raw.p[i + 1]);
			i += 2;
		} else if (is_high(unit)) {
			const int32_t low = unit_at(str_skip(raw, i + 6));

			n += put_utf8(out + n, (uint32_t)(0x10000 + ((unit - 0xd800) << 10) +
							  (low - 0xdc00)));
			i += 12;
		} else {
			n += put_utf8(out + n, (uint32_t)unit);
			i += 6;
		}
	}
	return (struct str){ out, n };
}
