/* SPDX-License-Identifier: Apache-2.0 */
#include "core/location.h"

#include <string.h>

#define N_LINES 4

static const enum location_part shared[] = { LOCATION_LOCALITY, LOCATION_POSTCODE,
					     LOCATION_COUNTRY };

static void put(struct value *value, enum location_part which, struct str text)
{
	value->items[which] = (struct item){ .text = text, .key = text };
}

/* The lines that are not empty, joined by ", ". */
static struct str street_of(struct arena *arena, const struct value *records)
{
	size_t max = 1;
	size_t len = 0;

	for (unsigned i = 0; i < N_LINES; i++)
		max += value_part(records, LOCATION_LINE_1 + i).len + 2;
	char *out = arena_alloc(arena, max, 1);

	for (unsigned i = 0; i < N_LINES; i++) {
		const struct str line = value_part(records, LOCATION_LINE_1 + i);

		if (line.len == 0)
			continue;
		if (len > 0) {
			out[len++] = ',';
			out[len++] = ' ';
		}
		memcpy(out + len, line.p, line.len);
		len += line.len;
	}
	return (struct str){ out, len };
}

static struct value keep(struct arena *arena, const struct value *current)
{
	return current == NULL || !value_is_set(current) ? value_empty() :
							   value_copy(arena, current);
}

struct value location_to_people(struct arena *arena, const struct value *records)
{
	if (!value_is_set(records))
		return value_empty();
	struct value people = value_items(arena, LOCATION_PART_COUNT);
	const struct str street = street_of(arena, records);
	bool any = street.len > 0;

	put(&people, LOCATION_LINE_1, street);
	for (size_t i = 0; i < COUNT_OF(shared); i++) {
		const struct str text = value_part(records, shared[i]);

		put(&people, shared[i], arena_copy(arena, text));
		any = any || text.len > 0;
	}
	return any ? people : value_empty();
}

static bool same_part(const struct value *a, const struct value *b, enum location_part which)
{
	const struct str left = value_part(a, which);
	const struct str right = value_part(b, which);

	return which == LOCATION_COUNTRY ? str_equal_nocase(left, right) : str_equal(left, right);
}

static bool same_place(const struct value *a, const struct value *b)
{
	for (size_t i = 0; i < COUNT_OF(shared); i++) {
		if (!same_part(a, b, shared[i]))
			return false;
	}
	return true;
}

/* Nothing that people could hold is the same as nothing at all. */
bool location_agrees(struct arena *arena, const struct value *records, const struct value *people)
{
	const struct value ours = location_to_people(arena, records);

	return same_part(&ours, people, LOCATION_LINE_1) && same_place(&ours, people);
}

static void copy_part(struct arena *arena, const struct value *from, struct value *to,
		      enum location_part which)
{
	put(to, which, arena_copy(arena, value_part(from, which)));
}

struct value location_to_records(struct arena *arena, const struct value *people,
				 const struct value *current_records)
{
	const struct value none = value_empty();
	const struct value *current = current_records == NULL ? &none : current_records;

	if (people->state == VALUE_UNKNOWN || location_agrees(arena, current, people))
		return keep(arena, current);
	const struct str street = value_part(people, LOCATION_LINE_1);
	struct value records = value_items(arena, LOCATION_PART_COUNT);
	bool any = street.len > 0;

	for (size_t i = 0; i < COUNT_OF(shared); i++) {
		copy_part(arena, people, &records, shared[i]);
		any = any || value_part(people, shared[i]).len > 0;
	}
	if (!any)
		return none;
	if (str_equal(street, street_of(arena, current))) {
		for (unsigned i = 0; i < N_LINES; i++)
			copy_part(arena, current, &records, LOCATION_LINE_1 + i);
	} else {
		copy_part(arena, people, &records, LOCATION_LINE_1);
	}
	if (same_place(current, people))
		copy_part(arena, current, &records, LOCATION_REGION);
	return records;
}
