/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/codec.h"

#include "base/clock.h"

#define DATE_BYTES 10 /* "2026-01-31" */

/* How servers that know no dates say one: "2026-01-31T00:00:00+01:00", which is the 30th in UTC. */
static bool is_midnight(struct str line)
{
	const struct str time = str_skip(str_head(line, DATE_BYTES + 9), DATE_BYTES + 1);

	return str_equal_z(time, "00:00:00");
}

struct str codec_date(struct arena *arena, struct str raw)
{
	const struct str line = codec_line(arena, raw);
	char text[CLOCK_TEXT_BYTES];
	int64_t ns;

	if (!clock_parse(line, &ns))
		return line;
	if (is_midnight(line))
		return str_head(line, DATE_BYTES);
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
	clock_format(ns, 0, text);
	return arena_copy(arena, str_from(text));
}
