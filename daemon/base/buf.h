/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: bytes that grow up to a named limit.
 *
 * Invariants
 *  - len <= max; bytes[len] is NUL whenever bytes is not NULL;
 *  - an addition that would pass max adds nothing and sets overflow, and so does every later one:
 *    build, then check once (buf_ok).
 */
#ifndef CRMSYNC_BASE_BUF_H
#define CRMSYNC_BASE_BUF_H

#include "base/str.h"

struct buf {
	char *bytes;
	size_t len;
	size_t capacity;
	size_t max;
	bool overflow;
};

void buf_init(struct buf *buf, size_t max);
void buf_release(struct buf *buf);
/* Empty again, overflow forgotten, memory kept. */
void buf_reset(struct buf *buf);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_str(struct buf *buf, struct str text);
void buf_add_z(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Cuts to len bytes; len must not be above buf->len. */
void buf_truncate(struct buf *buf, size_t len);
NODISCARD bool buf_ok(const struct buf *buf);
/* A view, valid until the next change. */
struct str buf_str(const struct buf *buf);
/* Never NULL; valid until the next change. */
const char *buf_z(const struct buf *buf);

#endif
