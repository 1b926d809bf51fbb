/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_state: a state file that knows every person of the pages, as it is after a first cycle.
 */
#ifndef CRMSYNC_BENCH_SCAN_STATE_H
#define CRMSYNC_BENCH_SCAN_STATE_H

#include "mappers/mapper.h"
#include "scan_custom.h"
#include "scan_pages.h"
#include "state/store.h"

/* The pieces that a program run has: mappers, the field table and the state. */
struct scan_world {
	const struct mapper *mapper[SIDE_COUNT];
	struct mapper_context context;
	struct field rows[32 + CUSTOM_FIELDS];
	struct field_table table;
	struct mapper_titles *tags;
	struct pages pages[SIDE_COUNT];
	char folder[64];
	char state_path[96];
	struct store *store;
};

/* Reads all pages into a new state and links the persons pair by pair. */
void scan_world_open(struct scan_world *world, enum record_shape shape, unsigned n_pairs);
/* The same with custom fields on both sides; mapped: the table has rows for them. */
void scan_world_open_custom(struct scan_world *world, enum record_shape shape, unsigned n_pairs,
			    bool mapped);
/* Reads all pages again as if nothing was known of their bytes: every record is decoded, compared with
 * its shadow and stored. */
void scan_world_observe(struct scan_world *world);
void scan_world_close(struct scan_world *world);

#endif
