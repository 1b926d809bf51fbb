/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner: carries out cycles with the transport, the mappers and the state; the only part that sees
 * all layers.  The decisions are the core's.
 *
 * One cycle at a time.  Everything happens on the loop; nothing blocks but the local disk.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_RUNNER_H
#define CRMSYNC_DAEMON_RUNNER_RUNNER_H

#include "core/cycle.h"
#include "core/merge.h"
#include "daemon/config/config.h"
#include "daemon/runner/transport.h"
#include "state/store.h"

struct admit;
struct runner;

/* How much of the sides a cycle reads. */
enum reach {
	REACH_WHOLE, /* both whole, however long that takes */
	/* A list that takes longer than sync.interval allows is rolled: its newest pages first, and of the
	 * rest as much as its budget leaves.  Until the next cycle is due. */
	REACH_QUICK,
	/* The same for a cycle that no other follows: without waiting for the rate. */
	REACH_ONCE,
};

/* For the status file and the progress line. */
struct runner_view {
	enum phase phase;
	int64_t cycle;
	int64_t started_at;        /* ns */
	uint64_t seen[SIDE_COUNT]; /* persons read in this scan */
	int64_t total[SIDE_COUNT]; /* announced; -1: not */
	bool rolled[SIDE_COUNT];   /* only a part of it is being read */
	uint64_t intents_done, intents_total;
	struct cycle_report report; /* so far */
};

struct runner_options {
	const struct config *config; /* outlives the runner */
	struct store *store;         /* outlives the runner */
	struct transport transport;
	bool dry_run;
	struct admit *admit; /* which writes may be made; NULL: all; outlives the runner */
	/* For once, more than the guard lets pass; 0: not given. */
	uint32_t allow_removals, allow_changes;
	/* Called from the loop when the phase or a figure of the view changed; may be NULL. */
	void (*on_change)(void *payload);
	/* The cycle is over, whatever came of it.  The runner may be freed or started again in it. */
	void (*on_done)(void *payload, const struct cycle_report *report);
	void *payload;
};

/* The rules by which a cycle of this configuration merges; now: ns. */
struct merge_rules runner_rules(const struct config *config, int64_t now);

struct runner *runner_new(const struct runner_options *options);
/* No request may be under way. */
void runner_free(struct runner *runner); /* NULL is fine */
/* Starts a cycle; on_done comes later, from the loop. */
void runner_start(struct runner *runner, enum reach reach);
/* Finishes what is in flight, leaves the rest to the next cycle; on_done comes as always. */
void runner_stop(struct runner *runner);
void runner_view(const struct runner *runner, struct runner_view *ret_view);

#endif
