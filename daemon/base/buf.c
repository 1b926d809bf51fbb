/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 256

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){ .max = max };
}

void buf_release(struct buf *buf)
{
	free(buf->bytes);
	*buf = (struct buf){ .max = buf->max };
}

void buf_reset(struct buf *buf)
{
	buf->overflow = false;
	buf_truncate(buf, 0);
}

/* Room for len more bytes and the NUL. */
static bool reserve(struct buf *buf, size_t len)
{
	if (buf->overflow || len > buf->max - buf->len) {
		buf->overflow = true;
		return false;
	}
	const size_t need = buf->len + len + 1;

	if (need > buf->capacity) {
		size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST_BYTES;

		while (capacity < need)
			capacity *= 2;
		buf->bytes = alloc_resize(buf->bytes, capacity, 1);
		buf->capacity = capacity;
	}
	return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
	buf->bytes[buf->len] = '\0';
}

void buf_add_str(struct buf *buf, struct str text)
{
	buf_add(buf, text.p, text.len);
}

void buf_add_z(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	const int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	assert(len >= 0);
	if (!reserve(buf, (size_t)len))
		return;
	va_start(args, fmt);
	(void)vsnprintf(buf->bytes + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

void buf_truncate(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	if (buf->bytes != NULL)
		buf->bytes[len] = '\0';
}

bool buf_ok(const struct buf *buf)
{
	return !buf->overflow;
}

struct str buf_str(const struct buf *buf)
{
	return (struct str){ buf->bytes, buf->len };
}

const char *buf_z(const struct buf *buf)
{
	return buf->bytes != NULL ? buf->bytes : "";
}
