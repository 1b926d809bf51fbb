/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory that is released all at once.  The lifetime of everything that belongs to one
 * request, one page or one cycle.  Allocation never fails (base/alloc.h).
 */
#ifndef CRMSYNC_BASE_ARENA_H
#define CRMSYNC_BASE_ARENA_H

#include "base/str.h"

struct arena_block;

/* Zeroed is a valid, empty arena. */
struct arena {
	struct arena_block *blocks;
	size_t used_bytes; /* over all blocks */
};

/* Zeroed memory, aligned for any object, valid until reset or release. */
void *arena_alloc(struct arena *arena, size_t n, size_t size) __attribute__((returns_nonnull));
/* A copy with a NUL behind it, so that .p may be used as a C string. */
struct str arena_copy(struct arena *arena, struct str text);
struct str arena_format(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Forgets everything, keeps one block for re-use. */
void arena_reset(struct arena *arena);
void arena_release(struct arena *arena);

#endif
