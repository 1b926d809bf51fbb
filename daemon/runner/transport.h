/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transport: how the runner reaches the two sides, the clock and the loop.  In the simulator the clock and
 * the loop are virtual, and so is the network below the senders.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_TRANSPORT_H
#define CRMSYNC_DAEMON_RUNNER_TRANSPORT_H

#include "core/side.h"
#include "net/sender.h"

struct transport_ops {
	/* Wall clock, ns since 1970. */
	int64_t (*now)(void *self);
	/* Calls fn once, soon, from the loop. */
	void (*defer)(void *self, void (*fn)(void *payload), void *payload);
};

struct transport {
	struct sender *const *sender; /* one a side; they and the array outlive the runner */
	const struct transport_ops *ops;
	void *self;
};

#endif
