/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_string: JSON string literals: checking and decoding.
 */
#ifndef CRMSYNC_MAPPERS_JSON_STRING_H
#define CRMSYNC_MAPPERS_JSON_STRING_H

#include "base/arena.h"
#include "base/str.h"

/*
 * A string literal at the start of text, which begins with its opening quote.  *ret_taken: its length with
 * both quotes; on failure the offset of the byte at fault, and *ret_reason says why (static text).
 * Strict: UTF-8 by RFC 3629, no control characters, no NUL in either form, no lone surrogates.
 */
NODISCARD bool json_string_check(struct str text, size_t *ret_taken, const char **ret_reason);
/* What stands between the quotes of a checked literal, decoded; raw itself where nothing is escaped. */
struct str json_string_decode(struct arena *arena, struct str raw);
/* The length of the valid UTF-8 sequence at the start of text, 0 if there is none. */
size_t utf8_sequence(struct str text);

#endif
