/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc: see the header.  The message goes out by write(2): nothing here may allocate.
 */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
	static const char text[] =
		"<2>crmsync: out of memory, aborting; the state file stays sound\n";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	abort();
}

void *alloc_zeroed(size_t n, size_t size)
{
	void *memory = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (memory == NULL)
		out_of_memory();
	return memory;
}

void *alloc_resize(void *old, size_t n, size_t size)
{
	void *memory = reallocarray(old, n > 0 ? n : 1, size > 0 ? size : 1);

	if (memory == NULL)
		out_of_memory();
	return memory;
}

char *alloc_copy(const char *bytes, size_t len)
{
	char *copy = alloc_zeroed(len + 1, 1);

	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

char *alloc_copy_z(const char *text)
{
	return alloc_copy(text, strlen(text));
}
