/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/codec.h"
#include "mappers/codec_p.h"

/* "Jane Doe <jane@example.com>" -> what is in the brackets. */
static struct str in_brackets(struct str text)
{
	size_t open = text.len;

	while (open > 0 && text.p[open - 1] != '<')
		open--;
	if (open == 0)
		return text;
	const struct str inside = str_skip(text, open);
	const size_t close = str_find(inside, '>');

	return close < inside.len && str_find(str_head(inside, close), '@') < close ?
		       str_head(inside, close) :
		       text;
}

static struct str without_scheme(struct str text)
{
	const struct str scheme = STR_LIT("mailto:");

	while (str_starts_nocase(text, scheme)) {
		text = str_skip(text, scheme.len);
		text = str_head(text, str_find(text, '?'));
	}
	return text;
}

static struct str without_blanks(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;

	while (text.len > 0) {
		const size_t space = codec_space(text);

		if (space == 0)
			out[len++] = text.p[0];
		text = str_skip(text, space > 0 ? space : 1);
	}
	return (struct str){ out, len };
}

/* One wrapping may hide another. */
static struct str unwrap(struct arena *arena, struct str line)
{
	struct str address = line;

	for (size_t len = line.len + 1; address.len < len;) {
		len = address.len;
		address = without_scheme(without_blanks(arena, in_brackets(address)));
		address = codec_line(arena, address);
	}
	return codec_lower(arena, address);
}

struct str codec_email(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	const struct str address = unwrap(arena, line);

	return str_find(address, '@') < address.len ? address : line;
}
