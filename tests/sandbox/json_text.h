/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_text: JSON in and out as the sandbox needs it.  Written straight into a buf; read by json-c.
 */
#ifndef CRMSYNC_SANDBOX_JSON_TEXT_H
#define CRMSYNC_SANDBOX_JSON_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

#include <json-c/json.h>

enum json_style {
	JSON_SLASH_PLAIN,
	JSON_SLASH_ESCAPED, /* "\/", as the people side writes it */
};

/* The text in quotes, escaped. */
void json_add_text(struct buf *out, struct str text, enum json_style style);
/* `"name":` with a comma before it unless an object or array was just opened. */
void json_add_key(struct buf *out, const char *name);
/* A comma, unless an object or array was just opened. */
void json_add_comma(struct buf *out);
/* `"name":"text"`, with a comma as json_add_key(). */
void json_add_member(struct buf *out, const char *name, struct str text, enum json_style style);
/* The text in quotes, in the arena. */
struct str json_quote(struct arena *arena, struct str text, enum json_style style);

/* NULL if it is not one JSON value (strict, UTF-8, at most 32 deep).  Owned by the caller. */
struct json_object *json_read(struct str text);
/* The member of an object, or NULL: absent, null, or not an object. */
struct json_object *json_member(struct json_object *object, const char *name);
/* Absent is told from null. */
bool json_has(struct json_object *object, const char *name);
bool json_is_text(const struct json_object *value);
/* Empty if it is not text. */
struct str json_str(struct json_object *value);
struct str json_member_str(struct json_object *object, const char *name);
/* As JSON text, in the arena. */
struct str json_write(struct arena *arena, struct json_object *value);

#endif
