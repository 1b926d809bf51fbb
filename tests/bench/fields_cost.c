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
#include "compare.h"
#include "scan_state.h"

#include <assert.h>
#include <stdio.h>

#define PAIRS 4000
#define RUNS 7
#define MOST 1.5

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
	double took[TABLE_COUNT][COMPARE_RUNS_MAX], medians[TABLE_COUNT];

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
	return compare_shapes(argc, argv, "bench_fields_cost", PAIRS, RUNS, compare);
}
