/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signals: those that the program listens to, on its loop.
 */
#ifndef CRMSYNC_DAEMON_SIGNALS_H
#define CRMSYNC_DAEMON_SIGNALS_H

#include "base/error.h"

#include <uv.h>

#define SIGNALS_MAX 4

typedef void signals_fn(void *payload, int number);

/* Zeroed is valid: listens to none. */
struct signals {
	uv_signal_t watchers[SIGNALS_MAX];
	int numbers[SIGNALS_MAX];
	size_t n;
	signals_fn *fn;
	void *payload;
};

/* fn is called from the loop.  Must not move in memory from then on; signals_close() is due also after
 * a failure. */
NODISCARD bool signals_open(struct signals *signals, uv_loop_t *loop, const int *numbers, size_t n,
			    signals_fn *fn, void *payload, struct error *err);
/* The signal has its default meaning from now on. */
void signals_release(struct signals *signals, int number);
/* The loop must be run once more.  The signals are ignored from then on: what they would end is
 * ending, and has nothing left to lose. */
void signals_close(struct signals *signals);

#endif
