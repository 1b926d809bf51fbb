/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/codec.h"

#include "base/clock.h"

#define DATE_BYTES 10 /* "2026-01-31" */

struct str codec_date(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	char text[CLOCK_TEXT_BYTES];
	int64_t ns;

	if (!clock_parse(line, &ns))
		return line;
	clock_format(ns, 0, text);
	return arena_copy(arena, (struct str){ text, DATE_BYTES });
}

struct str codec_timestamp(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	char text[CLOCK_TEXT_BYTES];
	int64_t ns;

	if (!clock_parse(line, &ns))
		return line;
	clock_format(ns, 9, text);
	return arena_copy(arena, str_from(text));
}
