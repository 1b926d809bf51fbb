/* SPDX-License-Identifier: Apache-2.0 */
#include "core/name_words.h"

#include <string.h>

/* clang-format off */
/* Belong to the family name behind them, in either case. */
static const char *const particles[] = {
	"van", "von", "de", "del", "della", "dello", "dei", "degli", "delle", "dal", "dalla", "di",
	"da", "das", "do", "dos", "du", "des", "la", "las", "le", "lo", "los", "el", "al", "bin",
	"ibn", "bint", "abu", "ten", "ter", "te", "der", "den", "vom", "zu", "zum", "zur", "af",
	"av", "'t", "’t", "بن", "ابن", "بنت", "أبو", "آل",
};
/* The same, but only as they are spelled here: capitalised they are names of their own. */
static const char *const lower_particles[] = {
	"aan", "am", "ap", "ben", "bij", "in", "onder", "op", "ould", "und", "uit", "y",
};
/* Honorifics that are known by their word alone … */
static const char *const honorifics[] = {
	"Dr", "Prof", "Mr", "Mrs", "Ms", "Miss", "Mx", "Drs", "Mme", "Mlle", "Herr", "Frau", "Sir",
	"Dame",
};
/* … and those that a dot must tell from a name. */
static const char *const dotted_honorifics[] = {
	"ir.", "ing.", "mag.", "dipl.-ing.", "rev.", "fr.", "hon.", "sr.", "sra.", "srta.", "dhr.",
	"mevr.", "mw.", "univ.-prof.", "lic.", "dott.", "avv.", "capt.", "col.", "gen.", "lt.",
	"sgt.", "msgr.",
};
/* Belong to the honorific before them ("Dr. rer. nat."). */
static const char *const honorific_tails[] = {
	"med.", "rer.", "nat.", "pol.", "phil.", "jur.", "iur.", "h.c.", "habil.", "hc.", "techn.",
	"e.h.", "theol.", "oec.",
};
/* Follow a comma behind a whole name. */
static const char *const suffixes[] = {
	"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d.", "msc", "bsc",
	"mba", "llm", "llb", "esq", "esq.", "cpa", "cfa", "dds", "rn", "pmp", "inc",
	"inc.", "ltd", "ltd.", "llc", "gmbh",
};
/* clang-format on */

static bool is_one_of(struct str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_equal_nocase(word, str_from(list[i])))
			return true;
	}
	return false;
}

#define IS_ONE_OF(word, list) is_one_of((word), (list), COUNT_OF(list))

static bool is_lower_particle(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(lower_particles); i++) {
		if (str_equal_z(word, lower_particles[i]))
			return true;
	}
	return false;
}

static bool is_particle(struct str word)
{
	return IS_ONE_OF(word, particles) || is_lower_particle(word);
}

static bool has_upper(struct str word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (word.p[i] >= 'A' && word.p[i] <= 'Z')
			return true;
	}
	return false;
}

static struct str first_word(struct str text)
{
	return str_head(text, str_find(text, ' '));
}

static struct str last_word(struct str text)
{
	size_t at = text.len;

	while (at > 0 && text.p[at - 1] != ' ')
		at--;
	return str_skip(text, at);
}

/* Without the first (last) n bytes and the blank that parted them. */
static struct str behind(struct str text, size_t n)
{
	return str_skip(text, n + 1);
}

static struct str before(struct str text, size_t n)
{
	return str_head(text, text.len > n ? text.len - n - 1 : 0);
}

struct str words_squeeze(struct arena *arena, struct str text)
{
	size_t len = 0;
	bool plain = true;

	for (size_t i = 0; i < text.len && plain; i++)
		plain = text.p[i] != ' ' || (i > 0 && i + 1 < text.len && text.p[i + 1] != ' ');
	if (plain)
		return text;
	char *out = arena_alloc(arena, text.len + 1, 1);

	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] == ' ' && (len == 0 || out[len - 1] == ' '))
			continue;
		out[len++] = text.p[i];
	}
	if (len > 0 && out[len - 1] == ' ')
		len--;
	return (struct str){ out, len };
}

struct str words_join(struct arena *arena, const struct str *parts, size_t n)
{
	size_t max = 1;
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		max += parts[i].len + 1;
	char *out = arena_alloc(arena, max, 1);

	for (size_t i = 0; i < n; i++) {
		if (parts[i].len == 0)
			continue;
		if (len > 0)
			out[len++] = ' ';
		memcpy(out + len, parts[i].p, parts[i].len);
		len += parts[i].len;
	}
	return (struct str){ out, len };
}

bool words_start(struct str text, struct str part, struct str *ret_rest)
{
	if (part.len == 0 || !str_starts(text, part) ||
	    (text.len > part.len && text.p[part.len] != ' '))
		return false;
	*ret_rest = behind(text, part.len);
	return true;
}

bool words_end(struct str text, struct str part, struct str *ret_rest)
{
	if (part.len == 0 || !str_ends(text, part) ||
	    (text.len > part.len && text.p[text.len - part.len - 1] != ' '))
		return false;
	*ret_rest = before(text, part.len);
	return true;
}

bool words_single(struct str text)
{
	return text.len > 0 && str_find(text, ' ') == text.len;
}

bool words_all_particles(struct str text)
{
	struct str rest = text;
	struct str word;

	while (str_cut(&rest, ' ', &word)) {
		if (!is_particle(word))
			return false;
	}
	return text.len > 0;
}

struct str words_take_particles(struct str *last_name)
{
	struct str rest = *last_name;

	for (;;) {
		const struct str word = first_word(rest);

		if (word.len == rest.len || !is_particle(word))
			break;
		rest = behind(rest, word.len);
	}
	const struct str taken = before(*last_name, rest.len);

	*last_name = rest;
	return taken;
}

struct str words_take_trailing_particles(struct str *given)
{
	struct str rest = *given;

	for (;;) {
		const struct str word = last_word(rest);

		if (word.len == 0 || !is_particle(word) ||
		    (word.len == rest.len && has_upper(word)))
			break;
		rest = before(rest, word.len);
	}
	const struct str taken = rest.len > 0 ? behind(*given, rest.len) : *given;

	*given = rest;
	return taken;
}

/* "José Ortega y Gasset": both names around the "y" are the family. */
struct str words_take_family(struct str *name)
{
	struct str lead = before(*name, last_word(*name).len);

	if (str_equal_z(last_word(lead), "y")) {
		const struct str around = before(lead, 1);
		const struct str word = last_word(around);

		if (word.len < around.len)
			lead = before(around, word.len);
	}
	const struct str family = lead.len > 0 ? behind(*name, lead.len) : *name;

	*name = lead;
	return family;
}

/* Without a dot only in the usual spelling: "MS Dhoni" has initials. */
static bool is_honorific(struct str word)
{
	const bool dotted = word.len > 1 && word.p[word.len - 1] == '.';
	const struct str bare = str_head(word, word.len - dotted);

	if (IS_ONE_OF(bare, honorifics))
		return dotted || !has_upper(str_skip(word, 1));
	return IS_ONE_OF(word, dotted_honorifics);
}

struct str words_take_honorifics(struct str *name)
{
	struct str rest = *name;

	for (;;) {
		const struct str word = first_word(rest);
		const bool more = rest.len < name->len && IS_ONE_OF(word, honorific_tails);

		if (word.len == rest.len || (!more && !is_honorific(word)))
			break;
		rest = behind(rest, word.len);
	}
	const struct str taken = before(*name, rest.len);

	*name = rest;
	return taken;
}

static char next_letter(struct str *text)
{
	while (text->len > 0 && text->p[0] == '.')
		*text = str_skip(*text, 1);
	if (text->len == 0)
		return '\0';
	const char c = text->p[0];

	*text = str_skip(*text, 1);
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool words_same_honorific(struct str a, struct str b)
{
	while (a.len > 0 || b.len > 0) {
		if (next_letter(&a) != next_letter(&b))
			return false;
	}
	return true;
}

bool words_cut_comma(struct str name, struct str *ret_last, struct str *ret_first)
{
	const size_t at = str_find(name, ',');
	const struct str last = str_head(name, at);
	const struct str first = str_trim(str_skip(name, at + 1));

	if (last.len == 0 || last.p[last.len - 1] == ' ' || first.len == 0 ||
	    str_find(first, ',') < first.len || IS_ONE_OF(first, suffixes))
		return false;
	*ret_last = last;
	*ret_first = first;
	return true;
}
