/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str: a view of bytes that somebody else owns.  Not NUL-terminated in general.
 *
 * Invariant: p is never NULL while len > 0; {NULL, 0} and {"", 0} are the same empty text.
 */
#ifndef CRMSYNC_BASE_STR_H
#define CRMSYNC_BASE_STR_H

#include "base/attrs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
	const char *p;
	size_t len;
};

#define STR_LIT(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, (s).len > 0 ? (s).p : ""

struct str str_from(const char *text); /* text may be NULL: empty */
bool str_equal(struct str a, struct str b);
bool str_equal_z(struct str a, const char *text);
bool str_equal_nocase(struct str a, struct str b); /* ASCII only */
int str_compare(struct str a, struct str b);       /* bytewise, like strcmp */
bool str_starts(struct str s, struct str prefix);
bool str_starts_nocase(struct str s, struct str prefix); /* ASCII only */
bool str_ends(struct str s, struct str suffix);
struct str str_skip(struct str s, size_t n); /* without the first n bytes */
struct str str_head(struct str s, size_t n); /* the first n bytes at most */
/* without ASCII white space at both ends */
struct str str_trim(struct str s);
/* The offset of the first c, or s.len. */
size_t str_find(struct str s, char c);
/* Cuts the text before the first sep off *rest and returns it; false when *rest was empty. */
bool str_cut(struct str *rest, char sep, struct str *ret_part);
/* Decimal digits only, no sign, no blanks.  False if not a number or above max. */
bool str_to_u64(struct str s, uint64_t max, uint64_t *ret_number);

#endif
