/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAIRS_MAX 1000000

double cpu_seconds(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0)
		bench_fail("no CPU clock", NULL);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *seconds, unsigned n)
{
	qsort(seconds, n, sizeof(*seconds), by_size);
	return seconds[n / 2];
}

int compare_shapes(int argc, char **argv, const char *name, uint64_t n_pairs, uint64_t n_runs,
		   compare_fn *compare)
{
	bool good = true;

	if (argc > 3 || (argc > 1 && !str_to_u64(str_from(argv[1]), PAIRS_MAX, &n_pairs)) ||
	    (argc > 2 && !str_to_u64(str_from(argv[2]), COMPARE_RUNS_MAX, &n_runs)) ||
	    n_pairs == 0 || n_runs == 0) {
		(void)fprintf(stderr, "usage: %s [PAIRS [RUNS]]\n", name);
		return EXIT_FAILURE;
	}
	for (int shape = 0; shape < RECORD_SHAPE_COUNT; shape++)
		good = compare((enum record_shape)shape, (unsigned)n_pairs, (unsigned)n_runs) &&
		       good;
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
