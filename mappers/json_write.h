/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_write: JSON text into a buf.  Commas are set by themselves.
 *
 *   struct json_writer w = json_writer(&request->body);
 *   json_open(&w, '{');  json_key(&w, "limit");  json_number(&w, 5);  json_close(&w, '}');
 */
#ifndef CRMSYNC_MAPPERS_JSON_WRITE_H
#define CRMSYNC_MAPPERS_JSON_WRITE_H

#include "base/buf.h"

#include <json-c/json_object.h>

struct json_writer {
	struct buf *out;
	bool comma; /* one is due before the next key or value */
};

struct json_writer json_writer(struct buf *out);
void json_open(struct json_writer *writer, char bracket);
void json_close(struct json_writer *writer, char bracket);
void json_key(struct json_writer *writer, const char *key);
void json_key_of(struct json_writer *writer, struct str key);
void json_string(struct json_writer *writer, struct str text);
void json_string_or_null(struct json_writer *writer, struct str text); /* null if text is empty */
/* ns since 1970, as UTC with milliseconds; null if it is 0. */
void json_time_or_null(struct json_writer *writer, int64_t ns);
void json_number(struct json_writer *writer, uint64_t number);
void json_null(struct json_writer *writer);
/* A whole JSON value as it stands. */
void json_raw(struct json_writer *writer, struct str json);
/* A tree of json_parse(); leaves out members that say who an element is rather than what it holds:
 * keys that begin with '@', and "id".  Depth is bounded by the guard. */
void json_content(struct json_writer *writer, struct json_object *node);

#endif
