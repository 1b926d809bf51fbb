/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signals: those that the program listens to, on its loop, and in the middle of what keeps it from its loop.
 *
 * They are blocked and read from a descriptor (signalfd), in this thread and in those that it starts later.
 */
#ifndef CRMSYNC_DAEMON_APP_SIGNALS_H
#define CRMSYNC_DAEMON_APP_SIGNALS_H

#include "base/error.h"

#include <signal.h>
#include <uv.h>

#define SIGNALS_MAX 4

typedef void signals_fn(void *payload, int number);

/* Zeroed is valid: listens to none. */
struct signals {
	uv_poll_t watcher;
	int fd;
	sigset_t wanted;
	int numbers[SIGNALS_MAX];
	size_t n;
	signals_fn *fn;
	void *payload;
};

/* fn is called from the loop, or from signals_look().  Must not move in memory from then on;
 * signals_close() is due also after a failure. */
NODISCARD bool signals_open(struct signals *signals, uv_loop_t *loop, const int *numbers, size_t n,
			    signals_fn *fn, void *payload, struct error *err);
/* Calls fn for those that have come since. */
void signals_look(struct signals *signals);
/* Has it come since?  Takes it from nobody: signals_look() finds it. */
bool signals_have(const struct signals *signals, int number);
/* The signal has its default meaning from now on. */
void signals_release(struct signals *signals, int number);
/* The loop must be run once more.  The signals are ignored from then on: what they would end is
 * ending, and has nothing left to lose. */
void signals_close(struct signals *signals);

#endif
