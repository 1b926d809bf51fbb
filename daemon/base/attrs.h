/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attrs: the few compiler helpers that every layer uses.
 */
#ifndef CRMSYNC_BASE_ATTRS_H
#define CRMSYNC_BASE_ATTRS_H

#include <stddef.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_arg, first_arg) __attribute__((format(printf, fmt_arg, first_arg)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer) - offsetof(type, member)))
/* clang-format on */

#endif
