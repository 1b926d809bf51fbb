/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match: which unlinked persons of the two sides are the same human.
 *
 * Keys only propose: a pair is linked when the key selects exactly one unlinked person on each side.
 * Anything else is ambiguous and parked, never guessed.  The join is the state's; what a person's
 * keys are and what a candidate pair means is decided here.
 */
#ifndef CRMSYNC_CORE_MATCH_H
#define CRMSYNC_CORE_MATCH_H

#include "core/person.h"

/* Kinds of match keys in order of strength. */
enum key_kind {
	KEY_MARKER, /* what a create of ours left on its target */
	KEY_EMAIL,
	KEY_LINKEDIN,
	KEY_PHONE, /* counts only together with a compatible name */
	KEY_CUSTOMER_ID,
	KEY_IDENTICAL, /* all mapped values that either has are equal, at least two */
	KEY_KIND_COUNT
};

/* First letter of a KEY_IDENTICAL key of somebody who has a name and nothing else: it never links, but who
 * shares it with somebody on the other side is not created across either. */
#define MATCH_DOUBTFUL '?'

struct match_key {
	enum key_kind kind;
	struct str key;
};

/* More keys of one person than this are left out (the weakest first). */
#define MATCH_KEYS_MAX 64

/* The keys of a person of this side; returns how many.  Texts live in the arena. */
size_t match_keys(const struct person *person, const struct field_table *table, enum side side,
		  struct arena *arena, struct match_key ret_keys[static MATCH_KEYS_MAX]);
/* May these two be one human, judged by the name alone?  Unknown or empty names are compatible. */
bool match_names_compatible(const struct person *records, const struct person *people,
			    const struct field_table *table, struct arena *arena);
const char *key_kind_name(enum key_kind kind);
bool key_kind_from_name(struct str name, enum key_kind *ret_kind);

#endif
