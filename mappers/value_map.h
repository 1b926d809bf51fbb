/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_map: the same meaning as each side spells it.  The records side's spelling is the canonical one.
 * What no pair names passes as it is; letter case does not count.
 */
#ifndef CRMSYNC_MAPPERS_VALUE_MAP_H
#define CRMSYNC_MAPPERS_VALUE_MAP_H

#include "core/field.h"

/* Brings what a configuration says into the canonical form of the type, and notes the keys that texts are
 * looked up by.  To be called once, before the map is used. */
void value_map_prepare(struct arena *arena, enum field_type type, struct value_pair *map, size_t n);

struct str value_map_read(struct arena *arena, const struct field *field, enum side side,
			  struct str text);
struct str value_map_written(struct arena *arena, const struct field *field, enum side side,
			     struct str text);

#endif
