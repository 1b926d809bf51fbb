/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: loaded by LD_PRELOAD, sets the clocks of a process while it runs.
 *
 *	CLOCK_FILE  holds two numbers: seconds that the clock on the wall is ahead, and seconds for which
 *	            the machine has slept (CLOCK_BOOTTIME counts them, CLOCK_MONOTONIC does not)
 *
 * Read at every look at one of the two clocks; goes straight to the kernel, as fault.c does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void offsets(long *ret_wall, long *ret_slept)
{
	const char *path =
		getenv("CLOCK_FILE"); /* NOLINT(concurrency-mt-unsafe): nobody sets any */
	char text[64];

	*ret_wall = *ret_slept = 0;
	if (path == NULL)
		return;
	const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	const long n = syscall(SYS_read, fd, text, sizeof(text) - 1);

	(void)syscall(SYS_close, fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	char *rest;

	*ret_wall = strtol(text, &rest, 10);
	*ret_slept = strtol(rest, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	const long rc = syscall(SYS_clock_gettime, clock, ret_now);
	long wall, slept;

	if (rc != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME))
		return (int)rc;
	offsets(&wall, &slept);
	ret_now->tv_sec += clock == CLOCK_REALTIME ? wall : slept;
	return 0;
}
