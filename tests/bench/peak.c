/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_peak FILE PROGRAM [ARGUMENT...]: runs the program and writes what it took to FILE, as JSON.
 *
 * Linux counts the memory of whoever called exec() as the new program's first peak.  Under an
 * interpreter that would be the interpreter's; this program is small enough not to matter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_NOT_RUN 127

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int fail(const char *what)
{
	perror(what);
	return EXIT_NOT_RUN;
}

static int report(const char *path, const struct rusage *usage, double wall)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return fail(path);
	(void)fprintf(file,
		      "{\"peak_kib\": %ld, \"user\": %.6f, \"system\": %.6f, \"wall\": %.6f}\n",
		      usage->ru_maxrss, seconds(usage->ru_utime), seconds(usage->ru_stime), wall);
	return fclose(file) == 0 ? 0 : fail(path);
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: bench_peak FILE PROGRAM [ARGUMENT...]\n");
		return EXIT_NOT_RUN;
	}
	const double start = now();
	const pid_t child = fork();

	if (child == 0) {
		(void)execv(argv[2], argv + 2);
		_exit(fail(argv[2]));
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0)
		return fail("fork");
	const int failed = report(argv[1], &usage, now() - start);

	if (failed != 0)
		return failed;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
