/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/codec.h"
#include "mappers/codec_p.h"

#include <stdlib.h>
#include <utf8proc.h>

/*
 * Ordering combining marks costs the square of their number in a row.  Nobody writes so many; what has
 * more is left as it is.
 */
#define MARKS_MAX 64
/* Folding and composing may disturb each other; the forms settle in two turns. */
#define TURNS_MAX 4

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* The first code point and its bytes; -1 and one byte if it is none. */
static utf8proc_int32_t take_point(struct str text, size_t *ret_bytes)
{
	utf8proc_int32_t point = -1;
	const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.p,
						    (utf8proc_ssize_t)text.len, &point);

	*ret_bytes = n > 0 ? (size_t)n : 1;
	return n > 0 ? point : -1;
}

/* Valid, and no more marks in a row than are worth ordering. */
static bool is_fit(struct str text)
{
	unsigned marks = 0;

	while (text.len > 0) {
		size_t bytes;
		const utf8proc_int32_t point = take_point(text, &bytes);

		if (point < 0)
			return false;
		const utf8proc_category_t category = utf8proc_category(point);
		const bool mark = category == UTF8PROC_CATEGORY_MN ||
				  category == UTF8PROC_CATEGORY_MC ||
				  category == UTF8PROC_CATEGORY_ME;

		marks = mark ? marks + 1 : 0;
		if (marks > MARKS_MAX)
			return false;
		text = str_skip(text, bytes);
	}
	return true;
}

static struct str map(struct arena *arena, struct str text, unsigned options,
		      utf8proc_custom_func each)
{
	utf8proc_uint8_t *out = NULL;

	if (text.len == 0 || !is_fit(text))
		return text;
	const utf8proc_ssize_t n = utf8proc_map_custom(
		(const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.len, &out,
		(utf8proc_option_t)(options | UTF8PROC_STABLE), each, NULL);

	if (n < 0)
		return text;
	const struct str mapped = arena_copy(arena, (struct str){ (const char *)out, (size_t)n });

	free(out);
	return mapped;
}

static struct str map_settled(struct arena *arena, struct str text, unsigned options,
			      utf8proc_custom_func each)
{
	struct str now = text;

	for (int turn = 0; turn < TURNS_MAX; turn++) {
		const struct str next = map(arena, now, options, each);

		if (str_equal(next, now))
			break;
		now = next;
	}
	return now;
}

/* The property White_Space of Unicode. */
static bool is_space(utf8proc_int32_t point)
{
	return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 ||
	       point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) ||
	       point == 0x2028 || point == 0x2029 || point == 0x202f || point == 0x205f ||
	       point == 0x3000;
}

/* What is pasted along unseen: zero width space and byte order mark.  The joiners have a meaning. */
static bool is_edge(utf8proc_int32_t point)
{
	return is_space(point) || point == 0x200b || point == 0xfeff;
}

size_t codec_space(struct str text)
{
	size_t bytes;

	return text.len > 0 && is_space(take_point(text, &bytes)) ? bytes : 0;
}

static struct str trim(struct str text)
{
	size_t bytes;

	while (text.len > 0 && is_edge(take_point(text, &bytes)))
		text = str_skip(text, bytes);
	while (text.len > 0) {
		size_t at = text.len - 1;

		while (at > 0 && text.len - at < 4 && ((unsigned char)text.p[at] & 0xc0) == 0x80)
			at--;
		const struct str last = str_skip(text, at);

		if (!is_edge(take_point(last, &bytes)) || bytes != last.len)
			break;
		text.len = at;
	}
	return text;
}

/* CRLF as LF, and any more CRs that stand before it. */
static struct str unix_lines(struct arena *arena, struct str text)
{
	if (str_find(text, '\r') == text.len)
		return text;
	char *out = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == '\n') {
			while (len > 0 && out[len - 1] == '\r')
				len--;
		}
		out[len++] = text.p[i];
	}
	return (struct str){ out, len };
}

/* A view of raw where nothing had to change. */
static struct str canonical(struct arena *arena, struct str raw)
{
	const struct str text = unix_lines(arena, trim(raw));

	return is_ascii(text) ? text : trim(map(arena, text, UTF8PROC_COMPOSE, NULL));
}

struct str codec_text(struct arena *arena, struct str raw)
{
	return arena_copy(arena, canonical(arena, raw));
}

struct str codec_line(struct arena *arena, struct str raw)
{
	struct str rest = canonical(arena, raw);
	char *out = arena_alloc(arena, rest.len + 1, 1);
	size_t len = 0;

	while (rest.len > 0) {
		const size_t space = codec_space(rest);

		if (space == 0)
			out[len++] = rest.p[0];
		else if (out[len - 1] != ' ')
			out[len++] = ' ';
		rest = str_skip(rest, space > 0 ? space : 1);
	}
	return (struct str){ out, len };
}

static struct str lower_ascii(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1, 1);

	for (size_t i = 0; i < text.len; i++) {
		const char c = text.p[i];

		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return (struct str){ out, text.len };
}

struct str codec_fold(struct arena *arena, struct str text)
{
	const unsigned options = UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;

	if (is_ascii(text))
		return lower_ascii(arena, text);
	return arena_copy(arena, map_settled(arena, text, options, NULL));
}

static utf8proc_int32_t lower(utf8proc_int32_t point, void *unused)
{
	(void)unused;
	return utf8proc_tolower(point);
}

struct str codec_lower(struct arena *arena, struct str text)
{
	if (is_ascii(text))
		return lower_ascii(arena, text);
	return arena_copy(arena, map_settled(arena, text, UTF8PROC_COMPOSE, lower));
}

struct str codec_plain(struct arena *arena, struct str text)
{
	const struct str rest =
		map(arena, text,
		    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD,
		    NULL);
	char *out = arena_alloc(arena, rest.len * 3 + 1, 1);
	size_t len = 0;

	for (size_t i = 0; i < rest.len; i++) {
		const char c = rest.p[i];

		if (c == '\'' || c == '`')
			continue;
		if (str_starts(str_skip(rest, i), STR_LIT("’"))) {
			i += 2;
		} else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			out[len++] = c;
		} else if (c == '&') {
			out[len++] = 'a';
			out[len++] = 'n';
			out[len++] = 'd';
		} else if (len > 0 && out[len - 1] != ' ') {
			out[len++] = ' ';
		}
	}
	if (len > 0 && out[len - 1] == ' ')
		len--;
	return (struct str){ out, len };
}
