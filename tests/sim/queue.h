/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue: the virtual clock and what is due by it.  The clock jumps from event to event; events of the
 * same time happen in the order they were added.
 */
#ifndef CRMSYNC_SIM_QUEUE_H
#define CRMSYNC_SIM_QUEUE_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef void event_fn(void *payload);

struct event {
	int64_t at_ns;
	uint64_t number; /* also its name, for canceling */
	event_fn *fn;
	void *payload;
};

struct queue {
	int64_t now_ns; /* wall clock: since 1970 */
	uint64_t n_added;
	VEC(struct event) heap;
};

uint64_t queue_add(struct queue *queue, int64_t at_ns, event_fn *fn, void *payload);
/* Nothing happens if it is over already. */
void queue_cancel(struct queue *queue, uint64_t number);
/* Carries out the next event; false if there is none. */
bool queue_step(struct queue *queue);
/* Forgets all. */
void queue_clear(struct queue *queue);
void queue_release(struct queue *queue);

#endif
