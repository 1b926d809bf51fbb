/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estimate: how many requests something takes, and how long at the configured rates.  Pure.
 *
 * All are lower bounds: answers that are slow, retries and rates that a server lowers come on top.
 */
#ifndef CRMSYNC_DAEMON_CHECK_ESTIMATE_H
#define CRMSYNC_DAEMON_CHECK_ESTIMATE_H

#include "base/arena.h"
#include "daemon/config/config.h"

/* Requests that a side's limiter is set to, a minute; at least 1. */
uint32_t estimate_per_minute(double rate, double seconds);
/* Pages of a side's list of n persons. */
uint64_t estimate_pages(const struct config *config, enum side side, uint64_t n_persons);
/* Requests that carry n creates and n updates, and those that read the targets of the updates again. */
uint64_t estimate_writes(const struct config *config, enum side side, uint64_t n_creates,
			 uint64_t n_updates);
uint64_t estimate_verifying(const struct config *config, enum side side, uint64_t n_updates);
/* The time that reads and writes of one side take, in ns; 0: they go at once. */
int64_t estimate_time(const struct config *config, enum side side, uint64_t n_reads,
		      uint64_t n_writes);
/* "45 s", "17 min", "2 h 5 min"; in the arena. */
struct str estimate_text(struct arena *arena, int64_t ns);

#endif
