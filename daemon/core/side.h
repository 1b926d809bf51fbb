/* SPDX-License-Identifier: Apache-2.0 */
/*
 * side: the two systems.  Arrays x[SIDE_COUNT] are indexed by it.
 */
#ifndef CRMSYNC_CORE_SIDE_H
#define CRMSYNC_CORE_SIDE_H

enum side { SIDE_RECORDS, SIDE_PEOPLE, SIDE_COUNT };

static inline enum side side_other(enum side side)
{
	return side == SIDE_RECORDS ? SIDE_PEOPLE : SIDE_RECORDS;
}

static inline const char *side_name(enum side side)
{
	return side == SIDE_RECORDS ? "records" : "people";
}

#endif
