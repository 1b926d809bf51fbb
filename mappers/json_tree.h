/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_tree: json-c behind json_guard: parsing, and getters that never coerce.
 *
 * Nodes are json-c's; NULL is both an absent key and JSON's null, as json-c has it; json_has_key() tells
 * them apart.  Texts are views into the tree.
 */
#ifndef CRMSYNC_MAPPERS_JSON_TREE_H
#define CRMSYNC_MAPPERS_JSON_TREE_H

#include "base/arena.h"
#include "base/error.h"

#include <json-c/json_object.h>

/* One whole JSON text that is an object or an array.  *ret_root is the caller's, released by
 * json_object_put().  ERR_MALFORMED. */
NODISCARD bool json_parse(struct str text, struct json_object **ret_root, struct error *err);

/* The member, or NULL if it is absent, null, or object is none. */
struct json_object *json_child(struct json_object *object, const char *key);
struct json_object *json_child_of(struct json_object *object, struct str key);
bool json_has_key(struct json_object *object, struct str key);
/* Both at once: the member of a key that is there may be null. */
bool json_lookup(struct json_object *object, struct str key, struct json_object **ret_member);
/* Members behind one another: "option.title". */
struct json_object *json_walk(struct json_object *object, const char *dotted);

/* False if the node is no string. */
NODISCARD bool json_text(struct json_object *node, struct str *ret_text);
/* Empty if the node is no string. */
struct str json_text_or_empty(struct json_object *node);
/* Strings as they are; numbers and booleans as JSON spells them (integers exactly, decimals digit by
 * digit).  False for anything else. */
NODISCARD bool json_scalar(struct json_object *node, struct arena *arena, struct str *ret_text);
NODISCARD bool json_integer(struct json_object *node, int64_t *ret_number);

#endif
