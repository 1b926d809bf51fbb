/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep: fixed scenarios, each run once undisturbed and then once for each of its actions, at which the
 * process dies.  However it dies, it must come to the same end.
 */
#ifndef CRMSYNC_SIM_SWEEP_H
#define CRMSYNC_SIM_SWEEP_H

#include "plan.h"

/* points: at most so many, spread evenly; 0: all.  The exit code. */
int sweep_run(uint64_t points, unsigned n_workers);
/* Each of n seeds twice; the exit code. */
int twice_run(uint64_t first, uint64_t n, unsigned n_workers);
/* Drops whatever can be dropped while the same rule is broken, then shows what is left. */
int shrink_run(uint64_t seed);

/* ---- scenarios.c ---- */

/* The number of scenarios; each stands for both dialects. */
size_t scenarios_count(void);
const char *scenario_name(size_t i);
void scenario_make(size_t i, enum sandbox_dialect dialect, struct plan *ret_plan);

#endif
