/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/value_map.h"

#include "mappers/codec.h"
#include "mappers/mapper_decode.h"

void value_map_prepare(struct arena *arena, enum field_type type, struct value_pair *map, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (int side = 0; side < SIDE_COUNT; side++) {
			map[i].side[side] = decode_canonical(arena, type, map[i].side[side]);
			map[i].key[side] = codec_fold(arena, map[i].side[side]);
		}
	}
}

/* NULL: no pair names this text. */
static const struct value_pair *find(struct arena *arena, const struct field *field, enum side side,
				     struct str text)
{
	if (field->n_map == 0 || text.len == 0)
		return NULL;
	const struct str key = codec_fold(arena, text);

	for (size_t i = 0; i < field->n_map; i++) {
		if (str_equal(field->map[i].key[side], key))
			return &field->map[i];
	}
	return NULL;
}

struct str value_map_read(struct arena *arena, const struct field *field, enum side side,
			  struct str text)
{
	const struct value_pair *pair = find(arena, field, side, text);

	return pair != NULL ? pair->side[SIDE_RECORDS] : text;
}

struct str value_map_written(struct arena *arena, const struct field *field, enum side side,
			     struct str text)
{
	if (side == SIDE_RECORDS)
		return text;
	const struct value_pair *pair = find(arena, field, SIDE_RECORDS, text);

	return pair != NULL ? pair->side[side] : text;
}
