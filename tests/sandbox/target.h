/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target: a request's path and query, taken apart and decoded.
 */
#ifndef CRMSYNC_SANDBOX_TARGET_H
#define CRMSYNC_SANDBOX_TARGET_H

#include "base/arena.h"

#define TARGET_SEGMENTS 8

struct parameter {
	struct str name;
	struct str value;
	struct str raw; /* both, as they were sent */
};

struct target {
	struct str path; /* as sent */
	struct str segments[TARGET_SEGMENTS];
	size_t n_segments;
	struct parameter *parameters;
	size_t n_parameters;
};

/* False for a path with too many segments or a bad escape in it.  Texts are in the arena. */
NODISCARD bool target_parse(struct arena *arena, struct str text, struct target *ret_target);
/* The first parameter of that name; NULL if none. */
const struct parameter *target_find(const struct target *target, const char *name);
struct str target_value(const struct target *target, const char *name);
/* Segment i is that text. */
bool target_is(const struct target *target, size_t i, const char *text);

#endif
