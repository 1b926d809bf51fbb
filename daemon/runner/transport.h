/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transport: how the runner reaches the two sides.  In the program it is a net/sender for each side;
 * the simulator puts a virtual network in its place.  The contract is net/sender.h's.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_TRANSPORT_H
#define CRMSYNC_DAEMON_RUNNER_TRANSPORT_H

#include "core/side.h"
#include "net/sender.h"

struct transport_ops {
	/* As sender_submit(): one on_done, never from inside. */
	void (*submit)(void *self, enum side side, struct request *request,
		       const struct sender_callbacks *callbacks, void *payload,
		       enum sender_priority priority);
	void (*stats)(void *self, enum side side, struct sender_stats *ret_stats);
	/* Completes everything under way. */
	void (*cancel_all)(void *self);
	/* Wall clock, ns since 1970. */
	int64_t (*now)(void *self);
	/* Calls fn once, soon, from the loop. */
	void (*defer)(void *self, void (*fn)(void *payload), void *payload);
};

struct transport {
	const struct transport_ops *ops;
	void *self;
};

#endif
