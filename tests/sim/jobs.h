/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs: many runs side by side, in short-lived processes: what a killed run leaks goes with them.
 */
#ifndef CRMSYNC_SIM_JOBS_H
#define CRMSYNC_SIM_JOBS_H

#include "sim.h"

/* What a worker tells of one chunk. */
struct chunk_result {
	struct figures figures;
	uint64_t n_runs, n_violations;
	uint64_t seed; /* of the first violation */
	struct violation violation;
};

/* Does the runs first … first + n - 1 and adds them up. */
typedef void chunk_fn(void *payload, uint64_t first, uint64_t n, struct chunk_result *result);

struct jobs {
	unsigned n_workers;
	uint64_t first, n, chunk;
	chunk_fn *fn;
	void *payload;
	uint64_t violations_most; /* stops after so many */
};

/* Adds everything up; prints each violation as it comes.  False if a worker died. */
bool jobs_run(const struct jobs *jobs, struct chunk_result *ret_sum);
/* The command --seeds; its exit code. */
int jobs_seeds(uint64_t first, uint64_t n, unsigned n_workers);
void figures_add(struct figures *sum, const struct figures *more);
void figures_print(const struct figures *figures, double seconds, uint64_t n_violations);

#endif
