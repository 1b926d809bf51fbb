/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare: what programs have in common that measure CPU time in this process, for each shape of a record.
 */
#ifndef CRMSYNC_BENCH_COMPARE_H
#define CRMSYNC_BENCH_COMPARE_H

#include "scan_pages.h"

#define COMPARE_RUNS_MAX 99

/* User and system time of this process. */
double cpu_seconds(void);
/* Of n values, which are put in order. */
double median(double *seconds, unsigned n);
/* Prints what it measured; false: it costs more than it may. */
typedef bool compare_fn(enum record_shape shape, unsigned n_pairs, unsigned n_runs);
/* For main(): NAME [PAIRS [RUNS]], with these defaults; returns the exit code. */
int compare_shapes(int argc, char **argv, const char *name, uint64_t n_pairs, uint64_t n_runs,
		   compare_fn *compare);

#endif
