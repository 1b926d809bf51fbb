/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id in a record's raw bytes.  An answer to a write may name who was written, and say nothing else: that
 * is no record that could be decoded, but enough to read the person back.
 */
#include "mappers/json_tree.h"
#include "mappers/page_reader.h"

struct str mapper_raw_id(const struct mapper *mapper, struct str raw, struct arena *arena)
{
	struct json_object *root;
	struct str id = { NULL, 0 };
	struct error ignored; /* what cannot be read names nobody */

	if (!json_parse(raw, &root, &ignored))
		return id;
	id = arena_copy(arena, json_text_or_empty(json_walk(root, mapper->shape->id)));
	json_object_put(root);
	return id;
}
