/* SPDX-License-Identifier: Apache-2.0 */
/*
 * location: the postal address, converted both ways.
 *
 * People hold street (LOCATION_LINE_1), postcode, city (LOCATION_LOCALITY) and country; records hold
 * all ten parts, written as a whole.  street is lines 1 to 4, joined by ", ".
 *
 * What is returned lives in the arena.  VALUE_UNKNOWN as the source leaves the target as it is
 * (VALUE_EMPTY if there is none).
 */
#ifndef CRMSYNC_CORE_LOCATION_H
#define CRMSYNC_CORE_LOCATION_H

#include "core/value.h"

/* VALUE_EMPTY if records hold nothing that people could. */
struct value location_to_people(struct arena *arena, const struct value *records);

/*
 * `current_records`: what records hold, or NULL.  Kept of it: the lines if the street is theirs, the
 * region if city, postcode and country are unchanged, everything if nothing changed.
 */
struct value location_to_records(struct arena *arena, const struct value *people,
				 const struct value *current_records);

/* The same address in the four parts that both have; the country in either case. */
bool location_agrees(struct arena *arena, const struct value *records, const struct value *people);

#endif
