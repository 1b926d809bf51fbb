/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_guard: is this JSON, and JSON that json-c reads without changing its meaning?
 *
 * json-c 0.16 takes more than RFC 8259 allows even in its strict mode (NaN, single quotes, raw
 * newlines, duplicate keys, overlong UTF-8), cuts keys at \u0000 and clamps integers beyond 64 bits.
 * So every text passes here first: RFC 8259 grammar, strict UTF-8 (RFC 3629), no NUL in either form, no
 * lone surrogates, integers within int64, the limits of base/limits.h, no key twice in one object.
 */
#ifndef CRMSYNC_MAPPERS_JSON_GUARD_H
#define CRMSYNC_MAPPERS_JSON_GUARD_H

#include "base/error.h"
#include "base/str.h"

/* ERR_MALFORMED names the byte offset and the reason. */
NODISCARD bool json_guard(struct str text, struct error *err);

#endif
