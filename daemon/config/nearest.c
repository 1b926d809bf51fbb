/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/nearest.h"

#define NAME_MAX_BYTES 64

static size_t least(size_t a, size_t b, size_t c)
{
	const size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance, a row of the table at a time.  Of longer names only the head counts. */
size_t edit_distance(struct str a, struct str b)
{
	size_t row[NAME_MAX_BYTES + 1];

	a = str_head(a, NAME_MAX_BYTES);
	b = str_head(b, NAME_MAX_BYTES);
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			const size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
				       diagonal + (a.p[i - 1] != b.p[j - 1]));
			diagonal = above;
		}
	}
	return row[b.len];
}

const char *nearest_name(struct str name, const char *const *names, size_t n)
{
	const char *nearest = NULL;
	size_t shortest = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		const size_t distance = edit_distance(name, str_from(names[i]));

		if (distance < shortest) {
			shortest = distance;
			nearest = names[i];
		}
	}
	return nearest;
}
