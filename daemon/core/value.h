/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: what one field of one person holds, in canonical form.
 *
 * Absent, empty and a value are three states.  Whether an absent key means empty is a fact of the API
 * and is decided by its mapper: here VALUE_UNKNOWN means "the answer did not say".
 *
 * Shapes (field_shape()):
 *   SCALAR  n == 1: the canonical text
 *   SET     n >= 1: distinct elements in the order of the side; [0] is the primary one
 *   PARTS   n == the type's part count (enum name_part, enum location_part): an empty text is an
 *           empty part
 *
 * Ownership: the texts belong to the arena that the value was decoded into.
 */
#ifndef CRMSYNC_CORE_VALUE_H
#define CRMSYNC_CORE_VALUE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

enum value_state { VALUE_UNKNOWN, VALUE_EMPTY, VALUE_SET, VALUE_STATE_COUNT };

/* Who wrote a value, as far as the API tells. */
enum actor { ACTOR_UNKNOWN, ACTOR_MEMBER, ACTOR_SYSTEM, ACTOR_TOKEN, ACTOR_COUNT };

enum name_part {
	NAME_GIVEN, /* records: first_name */
	NAME_ADDITIONAL,
	NAME_FAMILY, /* records: last_name */
	NAME_PREFIX,
	NAME_INITIALS,
	NAME_FULL, /* records only: full_name, or the one string of the attributes dialect */
	NAME_PART_COUNT
};

enum location_part {
	LOCATION_LINE_1, /* people: street */
	LOCATION_LINE_2,
	LOCATION_LINE_3,
	LOCATION_LINE_4,
	LOCATION_LOCALITY, /* people: city */
	LOCATION_REGION,
	LOCATION_POSTCODE, /* people: postalCode */
	LOCATION_COUNTRY,  /* ISO 3166-1 alpha-2 where known */
	LOCATION_LATITUDE,
	LOCATION_LONGITUDE,
	LOCATION_PART_COUNT
};

/*
 * text: canonical, as it is shown and sent
 * key: what equality of set elements is judged by (case-folded, say); the same view as text where
 *      nothing is folded
 * extra: the element as this side gave it (raw JSON), to send it back whole; never compared; empty
 *        where the side has nothing more to say
 */
struct item {
	struct str text, key, extra;
};

struct value {
	enum value_state state;
	/* holds a part that we had to invent (a familyName for a mononym): never travels */
	bool invented;
	enum actor actor;
	int64_t active_from; /* ns; 0: the side does not tell */
	uint32_t n;
	struct item *items;
};

/* All compare state and canonical content only: never extra, actor or times. */
bool value_equal(const struct value *a, const struct value *b);        /* order matters */
bool value_equal_as_set(const struct value *a, const struct value *b); /* order does not */
bool value_has(const struct value *set, struct str key);
/* Index of the element, or set->n. */
uint32_t value_find(const struct value *set, struct str key);
bool value_is_set(const struct value *value); /* state is VALUE_SET */

/* The keys of a set in bytewise order, in the arena: what a set is, whatever its order. */
const struct str *value_sorted_keys(struct arena *arena, const struct value *set);

/* New values in the arena; the texts are borrowed from where they are (same lifetime required). */
struct value value_empty(void);
struct value value_scalar(struct arena *arena, struct str text);
struct value value_items(struct arena *arena, uint32_t n); /* n items to fill; n > 0 */
/* The items of the set whose keys the other one has too, as this one spells them; VALUE_UNKNOWN: none. */
struct value value_common(const struct value *set, const struct value *other, struct arena *arena);
struct value value_copy(struct arena *arena, const struct value *value); /* deep */

/* The text of part i, empty if the value has none. */
struct str value_part(const struct value *value, unsigned i);
/* Its non-empty items with this between them; empty text for empty. */
struct str value_join(struct arena *arena, const struct value *value, const char *separator);

#endif
