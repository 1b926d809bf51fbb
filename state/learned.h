/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learned: what a side's answers have taught of its rate, and what of it is used up, over a restart.
 * What it means is the sender's matter; what store.h says of errors holds here.
 */
#ifndef CRMSYNC_STATE_LEARNED_H
#define CRMSYNC_STATE_LEARNED_H

#include "state/store.h"

struct learned {
	/* Requests a minute; 0: what is configured. */
	uint32_t reads, writes;
	uint32_t both;        /* together */
	int64_t paused_until; /* ns since 1970: the side said so; 0: it did not */
	int64_t at;           /* ns since 1970: when that was learned */
	uint32_t used;        /* requests in the minute before used_at */
	int64_t used_at;
};

/* All but used and used_at; as store_learned_used() in a transaction of its own, if none is open. */
NODISCARD bool store_learned_put(struct store *store, enum side side, const struct learned *learned,
				 struct error *err);
NODISCARD bool store_learned_used(struct store *store, enum side side, uint32_t used, int64_t at,
				  struct error *err);
/* All zero: nothing was learned. */
NODISCARD bool store_learned_get(struct store *store, enum side side, struct learned *ret_learned,
				 struct error *err);

#endif
