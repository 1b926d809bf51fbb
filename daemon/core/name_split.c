/* SPDX-License-Identifier: Apache-2.0 */
#include "core/name_split.h"

#include "core/name_words.h"

/*
 * The last name of records as additional + family.  The old split guides: where the old additional or
 * family name still stands, or the old family name had its particles inside, it stays so.  Without
 * one the leading particles are additional.
 */
void name_split_last(struct str last, const struct people_name *old, struct people_name *out)
{
	const bool guided = old->known && !old->invented;
	const bool particles = words_all_particles(old->additional);
	struct str core = old->family;
	struct str rest;

	out->additional = (struct str){ NULL, 0 };
	out->family = last;
	if (guided && words_end(last, old->family, &rest) &&
	    (rest.len == 0 || words_all_particles(rest) ||
	     (old->additional.len > 0 && !particles))) {
		out->additional = rest;
		out->family = old->family;
		return;
	}
	const bool inside = guided && words_take_particles(&core).len > 0;

	if (guided && words_start(last, old->additional, &rest) && rest.len > 0) {
		if (particles && !inside)
			(void)words_take_particles(&rest);
		out->family = rest;
		out->additional = str_head(last, last.len - rest.len - 1);
		return;
	}
	if (!inside || old->additional.len > 0)
		out->additional = words_take_particles(&out->family);
}

/* The words before a family name that stayed: given names, and what is additional. */
static void split_lead(struct str lead, const struct people_name *old, struct people_name *out)
{
	const bool middle = old->additional.len > 0 && !words_all_particles(old->additional);
	struct str rest;

	out->family = old->family;
	if (words_end(lead, old->additional, &rest)) {
		out->given = rest;
		out->additional = old->additional;
	} else if (words_start(lead, old->given, &rest) && middle) {
		out->given = old->given;
		out->additional = rest;
	} else {
		out->given = lead;
		out->additional = words_take_trailing_particles(&out->given);
	}
}

/* A name of one part stands in for the family name, which people demand. */
void name_stand_in(struct str words, const struct people_name *old, struct people_name *out)
{
	out->invented = true;
	if (old->invented && old->given.len > 0) {
		out->given = words; /* there is a stand-in already, beside a given name */
		out->additional = old->additional;
		out->family = old->family;
		return;
	}
	out->given = (struct str){ NULL, 0 };
	out->additional = (struct str){ NULL, 0 };
	out->family = words;
}

/* A whole name without honorifics. */
void name_split_words(struct str words, const struct people_name *old, struct people_name *out)
{
	struct str rest;

	if (old->known && words_end(words, old->family, &rest) && rest.len > 0) {
		split_lead(rest, old, out);
	} else if (old->known && words_start(words, old->given, &rest)) {
		if (rest.len == 0) {
			name_stand_in(words, old, out);
			return;
		}
		out->given = old->given;
		name_split_last(rest, old, out);
	} else if (words_single(words)) {
		name_stand_in(words, old, out);
	} else {
		out->given = words;
		out->family = words_take_family(&out->given);
		out->additional = words_take_trailing_particles(&out->given);
	}
}
