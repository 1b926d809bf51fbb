/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters: what all cycles on this state have done together, for monitoring.  They only grow, and
 * begin anew with a new state.
 */
#ifndef CRMSYNC_STATE_COUNTERS_H
#define CRMSYNC_STATE_COUNTERS_H

#include "core/cycle.h"
#include "state/store.h"

struct counters {
	uint64_t cycles[OUTCOME_COUNT];
	uint64_t created[SIDE_COUNT], updated[SIDE_COUNT], removed[SIDE_COUNT];
	uint64_t requests[SIDE_COUNT];
	uint64_t requests_least[SIDE_COUNT];
	uint64_t linked;
	uint64_t retries;
};

/* Adds a cycle that has ended; in the transaction that stores its end.  ERR_STORE. */
NODISCARD bool store_counters_add(struct store *store, const struct cycle_report *report,
				  struct error *err);
/* ERR_STORE. */
NODISCARD bool store_counters_read(struct store *store, struct counters *ret_counters,
				   struct error *err);

#endif
