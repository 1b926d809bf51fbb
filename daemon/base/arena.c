/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)16 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t capacity;
	size_t used;
	_Alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(size_t least)
{
	const size_t capacity = least > BLOCK_BYTES ? least : BLOCK_BYTES;
	struct arena_block *block = alloc_resize(NULL, 1, sizeof(*block) + capacity);

	*block = (struct arena_block){ .capacity = capacity };
	return block;
}

void *arena_alloc(struct arena *arena, size_t n, size_t size)
{
	const size_t align = _Alignof(max_align_t);

	if (size > 0 && n > (SIZE_MAX - align) / size)
		abort();
	const size_t bytes = (n * size + align - 1) / align * align;
	struct arena_block *block = arena->blocks;

	if (block == NULL || block->capacity - block->used < bytes) {
		block = block_new(bytes);
		block->next = arena->blocks;
		arena->blocks = block;
	}
	void *memory = block->bytes + block->used;

	block->used += bytes;
	arena->used_bytes += bytes;
	return memset(memory, 0, bytes);
}

struct str arena_copy(struct arena *arena, struct str text)
{
	char *copy = arena_alloc(arena, text.len + 1, 1);

	if (text.len > 0)
		memcpy(copy, text.p, text.len);
	return (struct str){ copy, text.len };
}

struct str arena_format(struct arena *arena, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	const int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		abort();
	char *text = arena_alloc(arena, (size_t)len + 1, 1);

	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return (struct str){ text, (size_t)len };
}

void arena_reset(struct arena *arena)
{
	struct arena_block *keep = NULL;
	struct arena_block *block = arena->blocks;

	while (block != NULL) {
		struct arena_block *next = block->next;

		if (keep == NULL && block->capacity == BLOCK_BYTES)
			keep = block;
		else
			free(block);
		block = next;
	}
	if (keep != NULL) {
		keep->next = NULL;
		keep->used = 0;
	}
	arena->blocks = keep;
	arena->used_bytes = 0;
}

void arena_release(struct arena *arena)
{
	arena_reset(arena);
	free(arena->blocks);
	*arena = (struct arena){ 0 };
}
