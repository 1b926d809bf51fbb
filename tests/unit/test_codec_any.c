/* SPDX-License-Identifier: Apache-2.0 */
/* The codecs on anything at all: no crash, no more time than the length asks for, fixed points. */
#include "mappers/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct str codec_fn(struct arena *arena, struct str raw);

static struct str phone_us(struct arena *arena, struct str raw)
{
	return codec_phone(arena, raw, "US");
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static const struct {
	const char *name;
	codec_fn *codec;
} codecs[] = {
	{ "text", codec_text },     { "line", codec_line },
	{ "fold", codec_fold },     { "email", codec_email },
	{ "phone", phone_us },      { "linkedin", codec_linkedin },
	{ "url", codec_url },       { "country", codec_country },
	{ "date", codec_date },     { "timestamp", codec_timestamp },
	{ "number", codec_number },
};

static void settle(struct str raw)
{
	for (size_t i = 0; i < COUNT_OF(codecs); i++) {
		struct arena arena = { 0 };
		const struct str once = codecs[i].codec(&arena, raw);
		const struct str twice = codecs[i].codec(&arena, once);

		if (!str_equal(once, twice))
			fail_msg("%s of [%.*s]: [%.*s], then [%.*s]", codecs[i].name, STR_ARG(raw),
				 STR_ARG(once), STR_ARG(twice));
		arena_release(&arena);
	}
}

static void any_bytes(void **state)
{
	uint32_t seed = 20261121;
	char bytes[40];

	(void)state;
	for (int round = 0; round < 4000; round++) {
		const size_t n = next_random(&seed) % sizeof(bytes);

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(next_random(&seed) & 0xff);
		settle((struct str){ bytes, n });
	}
}

static void odd_pieces(void **state)
{
	static const char *const pieces[] = {
		"mailto:", "@",      "<",      ">",        " ",
		"\u00a0",  "\u200b", "\ufeff", "a",        "B.com",
		"/in/",    "in",     "//",     "https://", "linkedin.com",
		"www.",    "%",      "%25",    "%C3%A9",   "%2F",
		"?",       "#",      ":",      "+1",       "555",
		"86753",   "09",     "0",      "ext",      ";ext=",
		"tel:",    "(0)",    "-",      ".",        "e",
		"E5",      "\r",     "\n",     "e\u0301",  "\u0323",
		"\u1e9e",  "İ",      "ﬃ",      "\u0345",   "\u0f73",
		"Å",       "\u0958", "the",    "st ",      "of",
		"united",  "2026",   "-01-31", "T10:00",   "Z",
		"\xff",    "\xe2",   "+54 9",  "+52 1",    "011",
		"+39 0",
	};
	uint32_t seed = 20261122;

	(void)state;
	for (int round = 0; round < 8000; round++) {
		struct arena arena = { 0 };
		struct str text = { "", 0 };

		for (unsigned n = next_random(&seed) % 9; n > 0; n--)
			text = arena_format(&arena, "%.*s%s", STR_ARG(text),
					    pieces[next_random(&seed) % COUNT_OF(pieces)]);
		settle(text);
		arena_release(&arena);
	}
}

/* Every code point alone, and in front of a combining mark. */
static void every_code_point(void **state)
{
	static codec_fn *const fast[] = { codec_text, codec_line, codec_fold, codec_email };
	struct arena arena = { 0 };

	(void)state;
	for (uint32_t c = 0x80; c < 0x20000; c++) {
		char text[12] = { 0 };
		size_t n = 0;

		if (c < 0x800) {
			text[n++] = (char)(0xc0 | (c >> 6));
		} else if (c < 0x10000) {
			text[n++] = (char)(0xe0 | (c >> 12));
			text[n++] = (char)(0x80 | ((c >> 6) & 0x3f));
		} else {
			text[n++] = (char)(0xf0 | (c >> 18));
			text[n++] = (char)(0x80 | ((c >> 12) & 0x3f));
			text[n++] = (char)(0x80 | ((c >> 6) & 0x3f));
		}
		text[n++] = (char)(0x80 | (c & 0x3f));
		memcpy(text + n, "\u0301@", 4);
		for (size_t i = 0; i < COUNT_OF(fast); i++) {
			const struct str once = fast[i](&arena, str_from(text));
			const struct str twice = fast[i](&arena, once);

			if (!str_equal(once, twice))
				fail_msg("codec %zu of U+%04X", i, c);
		}
		arena_reset(&arena);
	}
	arena_release(&arena);
}

/* A long text costs no more than its length: marks in a row are not ordered without end. */
static void long_texts(void **state)
{
	static const char *const units[] = { "a",  " ",    "\u0323\u0301", "\u0f73",  "\u0344",
					     "ü",  "9",    "@<",           "mailto:", "%41",
					     "\r", "the ", "\u00a0\n",     "+1 555 ", "/" };
	const size_t bytes = (size_t)256 * 1024;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		struct arena arena = { 0 };
		char *text = arena_alloc(&arena, bytes + 16, 1);
		const size_t len = strlen(units[i]);

		for (size_t at = 0; at < bytes; at += len)
			memcpy(text + at, units[i], len);
		settle((struct str){ text, bytes / len * len });
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(odd_pieces),
		cmocka_unit_test(every_code_point),
		cmocka_unit_test(long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
