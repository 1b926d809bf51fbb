/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_scan: one pass over the text before libconfig reads it.
 *
 * libconfig 1.5 takes these without a word, so they are found here: integers from 2^31 up (wrapped:
 * 5000000000 becomes 705032704), a comment that is never closed (the rest of the file is gone), a
 * text that is closed some lines further down, text that is not UTF-8, a NUL (the rest is gone) and
 * @include.  On the way the place of every key is noted, so that libconfig's errors, which know a
 * line only, can name the key.  A key that is given twice is found here, too: libconfig names the line
 * of what follows it.
 */
#include "daemon/config/config_p.h"

#include "base/limits.h"
#include "mappers/json_string.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 16
#define PATH_MAX_BYTES 200

struct frame {
	size_t path_len; /* of the name of this group or list */
	uint32_t line;   /* where it begins */
	uint32_t index;  /* of the element, in a list */
	bool list;
	size_t first_place; /* of the names in it */
};

struct place {
	uint32_t line;
	const char *path;
};

struct scanner {
	struct config_load *load; /* NULL: only note the places */
	struct str text;
	size_t at;
	uint32_t line;
	unsigned depth;
	struct frame frames[DEPTH_MAX];
	char path[PATH_MAX_BYTES];
	VEC(struct place) places;
	struct arena arena;
	bool sound;
};

/* ---- Where we are ---- */

static char peek(const struct scanner *s, size_t ahead)
{
	return s->at + ahead < s->text.len ? s->text.p[s->at + ahead] : '\0';
}

static void step(struct scanner *s)
{
	if (peek(s, 0) == '\n')
		s->line++;
	s->at++;
}

/* Complains and gives up the text: what follows has no meaning any more. */
static void give_up(struct scanner *s, uint32_t line, const char *key, const char *what)
{
	if (s->load != NULL)
		(void)config_complain(s->load, line, key, "%s", what);
	s->sound = false;
	s->at = s->text.len;
}

static void set_name(struct scanner *s, size_t prefix, struct str name)
{
	(void)snprintf(s->path + prefix, sizeof(s->path) - prefix, "%s%.*s", prefix > 0 ? "." : "",
		       STR_ARG(name));
}

static void set_index(struct scanner *s, size_t prefix, uint32_t index)
{
	(void)snprintf(s->path + prefix, sizeof(s->path) - prefix, "[%u]", index);
}

static void enter(struct scanner *s, bool list)
{
	if (s->depth + 1 >= DEPTH_MAX) {
		give_up(s, s->line, s->path, "nested too deeply; no key needs more than 5 levels");
		return;
	}
	s->frames[++s->depth] = (struct frame){
		.path_len = strlen(s->path),
		.line = s->line,
		.list = list,
		.first_place = s->places.n,
	};
	if (list)
		set_index(s, s->frames[s->depth].path_len, 0);
}

static void leave(struct scanner *s)
{
	if (s->depth == 0)
		return; /* one bracket too many: libconfig says so */
	s->path[s->frames[s->depth].path_len] = '\0';
	s->depth--;
}

static void next_element(struct scanner *s)
{
	struct frame *frame = &s->frames[s->depth];

	if (frame->list)
		set_index(s, frame->path_len, ++frame->index);
}

/* The name that was just read; a path that stands in its group already is given twice. */
static void note_place(struct scanner *s)
{
	for (size_t i = s->frames[s->depth].first_place; i < s->places.n; i++) {
		if (s->load == NULL || strcmp(s->places.items[i].path, s->path) != 0)
			continue;
		(void)config_complain(s->load, s->line, s->path,
				      "given twice (first in line %u); leave one out",
				      s->places.items[i].line);
		s->sound = false;
		break;
	}
	*VEC_PUSH(&s->places) = (struct place){
		.line = s->line,
		.path = arena_copy(&s->arena, str_from(s->path)).p,
	};
}

/* ---- Tokens ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '*';
}

static bool is_name(char c)
{
	return is_name_start(c) || is_digit(c) || c == '_' || c == '-';
}

static void skip_line(struct scanner *s)
{
	while (s->at < s->text.len && peek(s, 0) != '\n')
		s->at++;
}

static void skip_comment(struct scanner *s)
{
	const uint32_t opened = s->line;

	for (s->at += 2; s->at < s->text.len; step(s)) {
		if (peek(s, 0) == '*' && peek(s, 1) == '/') {
			s->at += 2;
			return;
		}
	}
	give_up(s, opened, s->path, "this comment is never closed; end it with */");
}

static void skip_text(struct scanner *s)
{
	for (s->at++; s->at < s->text.len && peek(s, 0) != '\n'; s->at++) {
		if (peek(s, 0) == '"') {
			s->at++;
			return;
		}
		if (peek(s, 0) == '\\' && peek(s, 1) != '\n')
			s->at++;
	}
	give_up(s, s->line, s->path, "this text is not closed on its line; end it with \"");
}

static void take_name(struct scanner *s)
{
	const size_t start = s->at;

	while (is_name(peek(s, 0)))
		s->at++;

	const struct frame *frame = &s->frames[s->depth];

	if (frame->list)
		return; /* true and false are the only names in a list */

	size_t ahead = 0;

	while (peek(s, ahead) == ' ' || peek(s, ahead) == '\t' || peek(s, ahead) == '\n' ||
	       peek(s, ahead) == '\r')
		ahead++;
	if (peek(s, ahead) != '=' && peek(s, ahead) != ':')
		return; /* a value */
	set_name(s, frame->path_len, (struct str){ s->text.p + start, s->at - start });
	note_place(s);
}

/* The magnitude of an integer literal, or UINT64_MAX if it is larger; false: it is a float. */
static bool integer_magnitude(struct str literal, uint64_t *ret_magnitude)
{
	const bool hex = str_starts_nocase(literal, STR_LIT("0x"));
	const unsigned base = hex ? 16 : 10;
	uint64_t sum = 0;

	for (size_t i = hex ? 2 : 0; i < literal.len; i++) {
		const char c = literal.p[i];
		const char low = (char)(c | 0x20);
		unsigned digit;

		if (is_digit(c))
			digit = (unsigned)(c - '0');
		else if (hex && low >= 'a' && low <= 'f')
			digit = (unsigned)(low - 'a') + 10;
		else if (c == 'L')
			continue;
		else
			return false;
		sum = sum > (UINT64_MAX - digit) / base ? UINT64_MAX : sum * base + digit;
	}
	*ret_magnitude = sum;
	return true;
}

static void take_number(struct scanner *s)
{
	const bool negative = peek(s, 0) == '-';
	const size_t start = s->at += peek(s, 0) == '-' || peek(s, 0) == '+';

	while (is_digit(peek(s, 0)) || is_name_start(peek(s, 0)) || peek(s, 0) == '.' ||
	       ((peek(s, 0) == '-' || peek(s, 0) == '+') && (s->text.p[s->at - 1] | 0x20) == 'e'))
		s->at++;

	const struct str literal = { s->text.p + start, s->at - start };
	const uint64_t limit = UINT64_C(0x7fffffff) + negative;
	uint64_t magnitude;

	if (s->load != NULL && integer_magnitude(literal, &magnitude) && magnitude > limit)
		(void)config_complain(
			s->load, s->line, s->path,
			"%s%.*s is out of range; no number here may pass %s2147483647",
			negative ? "-" : "", STR_ARG(literal), negative ? "-" : "");
}

static void take_token(struct scanner *s)
{
	const char c = peek(s, 0);

	if (c == '#' || (c == '/' && peek(s, 1) == '/')) {
		skip_line(s);
	} else if (c == '/' && peek(s, 1) == '*') {
		skip_comment(s);
	} else if (c == '"') {
		skip_text(s);
	} else if (c == '@') {
		give_up(s, s->line, s->path,
			"@include is not supported; put everything into this file");
	} else if (is_name_start(c)) {
		take_name(s);
	} else if (is_digit(c) || ((c == '-' || c == '+' || c == '.') && is_digit(peek(s, 1)))) {
		take_number(s);
	} else {
		if (c == '{' || c == '(' || c == '[')
			enter(s, c != '{');
		else if (c == '}' || c == ')' || c == ']')
			leave(s);
		else if (c == ',')
			next_element(s);
		step(s);
	}
}

static void run(struct scanner *s)
{
	while (s->at < s->text.len)
		take_token(s);
	if (s->sound && s->depth > 0) {
		const struct frame *open = &s->frames[s->depth];

		s->path[open->path_len] = '\0';
		give_up(s, open->line, s->path,
			"this bracket is never closed; the file ends inside it");
	}
}

static void scanner_release(struct scanner *s)
{
	VEC_RELEASE(&s->places);
	arena_release(&s->arena);
}

/* ---- Bytes ---- */

static bool check_bytes(struct config_load *load, struct str text)
{
	uint32_t line = 1;

	if (text.len > LIMIT_CONFIG_BYTES)
		return config_complain(load, 0, "",
				       "larger than %zu bytes; this is no configuration",
				       LIMIT_CONFIG_BYTES);
	for (size_t at = 0; at < text.len;) {
		const size_t len = utf8_sequence(str_skip(text, at));

		if (len == 0)
			return config_complain(load, line, "", "not UTF-8; save the file as UTF-8");
		if (text.p[at] == '\0')
			return config_complain(load, line, "",
					       "holds a NUL byte; this is no text file");
		line += text.p[at] == '\n';
		at += len;
	}
	return true;
}

/* ---- For config.c ---- */

bool config_scan(struct config_load *load, struct str text)
{
	struct scanner s = { .load = load, .text = text, .line = 1, .sound = true };

	if (!check_bytes(load, text))
		return false;
	run(&s);
	scanner_release(&s);
	return s.sound;
}

const char *config_scan_key_at(struct config_load *load, struct str text, uint32_t line)
{
	struct scanner s = { .text = text, .line = 1, .sound = true };
	const char *key = "";

	run(&s);
	for (size_t i = 0; i < s.places.n && s.places.items[i].line <= line; i++)
		key = s.places.items[i].path;
	key = arena_copy(&load->errors->arena, str_from(key)).p;
	scanner_release(&s);
	return key;
}
