/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nearest: which of the known names a mistyped one was meant to be.
 */
#ifndef CRMSYNC_DAEMON_CONFIG_NEAREST_H
#define CRMSYNC_DAEMON_CONFIG_NEAREST_H

#include "base/str.h"

/* Levenshtein's distance; only the first 64 bytes count. */
size_t edit_distance(struct str a, struct str b);
/* The first of the nearest; NULL if n is 0. */
const char *nearest_name(struct str name, const char *const *names, size_t n);

#endif
