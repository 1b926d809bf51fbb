/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name_split: which words of a name are given, additional and family.  Private to name.c.
 *
 * `old` is what people held; it need not be known.  Prefix and initials are not touched.
 */
#ifndef CRMSYNC_CORE_NAME_SPLIT_H
#define CRMSYNC_CORE_NAME_SPLIT_H

#include "base/str.h"

/* The people side of a name.  Views into the values, or into the arena. */
struct people_name {
	bool known; /* is there one? */
	bool invented;
	struct str prefix, given, additional, family, initials;
};

/* The last name of records as additional + family; the given name is not touched. */
void name_split_last(struct str last, const struct people_name *old, struct people_name *out);
/* A whole name without honorifics. */
void name_split_words(struct str words, const struct people_name *old, struct people_name *out);
/* A name of one part, which stands in for the family name that people demand. */
void name_stand_in(struct str words, const struct people_name *old, struct people_name *out);

#endif
