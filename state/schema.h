/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: the migrations of state/schema/, embedded at build time in the order of their numbers.
 */
#ifndef CRMSYNC_STATE_SCHEMA_H
#define CRMSYNC_STATE_SCHEMA_H

#include <stddef.h>

struct store_schema {
	int version; /* user_version after it; 1, 2, 3 … without a gap */
	const char *name;
	const char *sql;
};

extern const struct store_schema store_schema[];
extern const size_t store_schema_n;

#endif
