/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: makes the process safe to hold secrets, then runs one command.
 */
#include "daemon/cli.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
	__has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifndef UNDER_SANITIZER
#define UNDER_SANITIZER 0
#endif

/* A file that is opened as number 2 would get the log as its content. */
static bool open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

/* No core file and no debugger of the same user may show a token.  A sanitizer looks at its own
 * process as a debugger does. */
static bool forbid_dumps(void)
{
	const struct rlimit none = { 0, 0 };

	return UNDER_SANITIZER ||
	       (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0);
}

static bool ignore_broken_pipes(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	return sigaction(SIGPIPE, &ignore, NULL) == 0;
}

int main(int argc, char **argv)
{
	(void)umask(077); /* the state's files hold personal data */
	if (!open_standard_files() || !forbid_dumps() || !ignore_broken_pipes())
		abort();
	/* For the width of what is printed; numbers stay as they are in every country. */
	(void)setlocale(LC_CTYPE, ""); /* NOLINT(concurrency-mt-unsafe): one thread */
	return cli_run(argc, argv);
}
