/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc: allocation that never returns NULL.
 *
 * Out of memory is not handled, it ends the process (abort): the state is crash-safe and the service
 * manager restarts us.  What libraries return is checked where it is returned.
 *
 * Ownership, for the whole project: a pointer passed in is borrowed for the call.  A pointer returned
 * is owned by the object it came from.  Anything else is said in the header.
 */
#ifndef CRMSYNC_BASE_ALLOC_H
#define CRMSYNC_BASE_ALLOC_H

#include "base/attrs.h"

#include <stddef.h>

/* n objects of size bytes, zeroed.  Owned by the caller, released by free().  Aborts on overflow. */
void *alloc_zeroed(size_t n, size_t size) __attribute__((returns_nonnull, malloc));
/* Like realloc() for n objects of size bytes; the new part is not cleared. */
void *alloc_resize(void *old, size_t n, size_t size) __attribute__((returns_nonnull));
/* A copy of len bytes with a NUL behind them.  Owned by the caller. */
char *alloc_copy(const char *bytes, size_t len) __attribute__((returns_nonnull, malloc));
char *alloc_copy_z(const char *text) __attribute__((returns_nonnull, malloc));

#endif
