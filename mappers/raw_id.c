/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id in a record's raw bytes.  An answer to a write may name who was written, and say nothing else: that
 * is no record that could be decoded, but enough to read the person back.  And of whoever cannot be decoded
 * it tells whose record that is.
 */
#include "mappers/json_tree.h"
#include "mappers/page_reader.h"
#include "mappers/people.h"

/* A string or an integer, as decoders take it. */
static struct str id_of(struct json_object *node, struct arena *arena)
{
	int64_t number;

	return json_integer(node, &number) ? arena_format(arena, "%lld", (long long)number) :
					     arena_copy(arena, json_text_or_empty(node));
}

struct str mapper_raw_id(const struct mapper *mapper, struct str raw, struct arena *arena)
{
	struct json_object *root;
	struct str id = { NULL, 0 };
	struct error ignored; /* what cannot be read names nobody */

	if (!json_parse(raw, &root, &ignored))
		return id;
	id = id_of(json_walk(root, mapper->shape->id), arena);
	if (id.len == 0 && mapper->shape->iri != NULL)
		id = people_last_part(id_of(json_child(root, mapper->shape->iri), arena));
	json_object_put(root);
	return id;
}
