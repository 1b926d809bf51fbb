/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault: loaded by LD_PRELOAD, makes one call on a file fail, or ends the process in the middle of it.
 *
 *	FAULT_FILE  the calls that count: those on files whose path contains this
 *	FAULT_AT    the number of the first call that is hit, from 1; 0: none is
 *	FAULT_LAST  the number of the last one; left out: all from FAULT_AT on (a disk that stays full)
 *	FAULT_HOW   ENOSPC, EIO, EROFS or EACCES: it fails with this
 *	            short: of a write the first half is done, the rest fails with ENOSPC
 *	            kill: SIGKILL instead of it; torn: SIGKILL after half of a write
 *	FAULT_LOG   a file that gets a line for each call that counts: its name and the file's
 *
 * Counted are all calls that change a file or make one: what a full or broken disk can refuse, and
 * between which a process can die.  All of it goes straight to the kernel: a sanitizer or libc may
 * not be ready yet when the first call comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum outcome { PASS, FAIL, HALF };

struct how {
	const char *name;
	int error;
	bool half; /* of a write */
	bool kill;
};

static const struct how hows[] = {
	{ "ENOSPC", ENOSPC, false, false }, { "EIO", EIO, false, false },
	{ "EROFS", EROFS, false, false },   { "EACCES", EACCES, false, false },
	{ "short", ENOSPC, true, false },   { "kill", 0, false, true },
	{ "torn", 0, true, true },
};

static const char *setting(const char *name)
{
	const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): nobody sets any */

	return value != NULL ? value : "";
}

static const struct how *how_of(const char *name)
{
	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
		if (strcmp(hows[i].name, name) == 0)
			return &hows[i];
	}
	static const char words[] = "fault: FAULT_HOW is none of those that fault.c lists\n";

	(void)syscall(SYS_write, STDERR_FILENO, words, sizeof(words) - 1);
	abort();
}

static void note(const char *call, const char *path)
{
	const char *log = setting("FAULT_LOG");
	char line[4200];

	if (log[0] == '\0')
		return;
	const int len = snprintf(line, sizeof(line), "%s %s\n", call, path);
	const int fd = (int)syscall(SYS_openat, AT_FDCWD, log,
				    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0 || syscall(SYS_write, fd, line, (size_t)len) != len)
		abort();
	(void)syscall(SYS_close, fd);
}

/* Only a write can be done by half.  A kill without a half does not come back. */
static enum outcome outcome_of(const char *call, const char *path, bool is_write)
{
	static unsigned long n_calls;
	const char *part = setting("FAULT_FILE");

	if (part[0] == '\0' || strstr(path, part) == NULL)
		return PASS;
	note(call, path);
	n_calls++;
	const unsigned long first = strtoul(setting("FAULT_AT"), NULL, 10);
	const char *last = setting("FAULT_LAST");

	if (first == 0 || n_calls < first || (last[0] != '\0' && n_calls > strtoul(last, NULL, 10)))
		return PASS;
	const struct how *how = how_of(setting("FAULT_HOW"));
	const bool half = how->half && is_write;

	if (how->kill && !half)
		(void)syscall(SYS_kill, getpid(), SIGKILL);
	errno = how->error;
	return half ? HALF : FAIL;
}

static enum outcome outcome_of_fd(const char *call, int fd, bool is_write)
{
	char name[40];
	char path[4096];
	const int saved = errno;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	const long len = syscall(SYS_readlink, name, path, sizeof(path) - 1);

	errno = saved;
	if (len < 0)
		return PASS;
	path[len] = '\0';
	return outcome_of(call, path, is_write);
}

/* After half of a write: dead, or what a full disk says. */
static ssize_t end_half(long written)
{
	if (how_of(setting("FAULT_HOW"))->kill)
		(void)syscall(SYS_kill, getpid(), SIGKILL);
	return written;
}

/* ---- What stands in front of libc's ---- */

ssize_t write(int fd, const void *bytes, size_t n)
{
	const enum outcome outcome = outcome_of_fd("write", fd, true);

	if (outcome == FAIL)
		return -1;
	if (outcome == HALF)
		return end_half(syscall(SYS_write, fd, bytes, n / 2));
	return syscall(SYS_write, fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	const enum outcome outcome = outcome_of_fd("pwrite", fd, true);

	if (outcome == FAIL)
		return -1;
	if (outcome == HALF)
		return end_half(syscall(SYS_pwrite64, fd, bytes, n / 2, at));
	return syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at)
{
	return pwrite(fd, bytes, n, at);
}

int fsync(int fd)
{
	return outcome_of_fd("fsync", fd, false) == FAIL ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return outcome_of_fd("fdatasync", fd, false) == FAIL ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t size)
{
	if (outcome_of_fd("ftruncate", fd, false) == FAIL)
		return -1;
	return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off_t size)
{
	return ftruncate(fd, size);
}

int unlink(const char *path)
{
	return outcome_of("unlink", path, false) == FAIL ? -1 : (int)syscall(SYS_unlink, path);
}

int rename(const char *from, const char *to)
{
	if (outcome_of("rename", from, false) == FAIL)
		return -1;
	return (int)syscall(SYS_rename, from, to);
}

/* Where it would make the file; to open one that is there takes nothing of the disk. */
static int open_as(const char *path, int flags, int mode)
{
	const bool makes = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;

	if (makes && outcome_of("open", path, false) == FAIL)
		return -1;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int mode_in(int flags, va_list rest)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, int) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list rest;

	va_start(rest, flags);
	const int mode = mode_in(flags, rest);

	va_end(rest);
	return open_as(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list rest;

	va_start(rest, flags);
	const int mode = mode_in(flags, rest);

	va_end(rest);
	return open_as(path, flags, mode);
}
