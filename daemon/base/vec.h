/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vec: a growing array of one type.  Zeroed is a valid, empty vec.
 *
 *   VEC(struct str) names = { 0 };
 *   *VEC_PUSH(&names) = STR_LIT("a");       the pointer is valid until the next push
 *   VEC_RELEASE(&names);
 */
#ifndef CRMSYNC_BASE_VEC_H
#define CRMSYNC_BASE_VEC_H

#include "base/alloc.h"

#include <stdlib.h>

#define VEC(type) \
	struct { \
		type *items; \
		size_t n; \
		size_t capacity; \
	}

#define VEC_PUSH(vec) \
	((vec)->n == (vec)->capacity ? \
		 ((vec)->capacity = (vec)->capacity > 0 ? (vec)->capacity * 2 : 8, \
		  (vec)->items = \
			  alloc_resize((vec)->items, (vec)->capacity, sizeof(*(vec)->items))) : \
		 (vec)->items, \
	 &(vec)->items[(vec)->n++])

#define VEC_RELEASE(vec) (free((vec)->items), (vec)->items = NULL, (vec)->n = (vec)->capacity = 0)

#endif
