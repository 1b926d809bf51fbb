/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields_cost [PAIRS [RUNS]]: what 40 custom fields cost when everybody is looked at: every record of both
 * sides is split off its page, digested, decoded, compared with its shadow and stored, once with the
 * default table and once with 40 rows more.  Both read the same bytes, which hold the custom values.
 *
 * In this process, in turns; medians of user and system time.  Fails if the larger table costs 1.5 times
 * the default one.  (Who did not change costs the same with any table: see scan_cost.)
 */
#include "base/limits.h"
#include "scan_state.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

#define PAIRS 4000
#define PAIRS_MAX 1000000
#define RUNS 7
#define RUNS_MAX 99
#define MOST 1.5

static double cpu_seconds(void)
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

static double median(double *seconds, unsigned n)
{
	qsort(seconds, n, sizeof(*seconds), by_size);
	return seconds[n / 2];
}

static double observe(struct scan_world *world)
{
	const double start = cpu_seconds();

	scan_world_observe(world);
	return cpu_seconds() - start;
}

enum { TABLE_DEFAULT, TABLE_CUSTOM, TABLE_COUNT };

static bool compare(enum record_shape shape, unsigned n_pairs, unsigned n_runs)
{
	struct scan_world worlds[TABLE_COUNT];
	double took[TABLE_COUNT][RUNS_MAX], medians[TABLE_COUNT];

	for (int table = 0; table < TABLE_COUNT; table++)
		scan_world_open_custom(&worlds[table], shape, n_pairs, table == TABLE_CUSTOM);
	for (unsigned run = 0; run < n_runs; run++) {
		for (int table = 0; table < TABLE_COUNT; table++)
			took[table][run] = observe(&worlds[table]);
	}
	for (int table = 0; table < TABLE_COUNT; table++) {
		medians[table] = median(took[table], n_runs);
		(void)printf("%-20s %2zu fields  %7.3f s  %7.2f us a person\n",
			     record_shape_name(shape), worlds[table].table.n, medians[table],
			     medians[table] / n_pairs / SIDE_COUNT * 1e6);
		scan_world_close(&worlds[table]);
	}
	const double ratio = medians[TABLE_CUSTOM] / medians[TABLE_DEFAULT];

	(void)printf("  ratio = %.3f (%s)\n", ratio, ratio < MOST ? "below 1.5" : "NOT BELOW 1.5");
	(void)fflush(stdout);
	return ratio < MOST;
}

int main(int argc, char **argv)
{
	uint64_t n_pairs = PAIRS, n_runs = RUNS;
	bool good = true;

	if (argc > 3 || (argc > 1 && !str_to_u64(str_from(argv[1]), PAIRS_MAX, &n_pairs)) ||
	    (argc > 2 && !str_to_u64(str_from(argv[2]), RUNS_MAX, &n_runs)) || n_pairs == 0 ||
	    n_runs == 0) {
		(void)fprintf(stderr, "usage: bench_fields_cost [PAIRS [RUNS]]\n");
		return EXIT_FAILURE;
	}
	for (int shape = 0; shape < RECORD_SHAPE_COUNT; shape++)
		good = compare((enum record_shape)shape, (unsigned)n_pairs, (unsigned)n_runs) &&
		       good;
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
