/* SPDX-License-Identifier: Apache-2.0 */
/*
 * breaker: whether a side that fails is worth another request, and how many repetitions it is worth.
 * Pure: time (nanoseconds of a monotonic clock) and chance are arguments.
 *
 *            BREAKER_FAILURES in a row            the wait is over
 *   CLOSED ---------------------------> OPEN ----------------------> HALF_OPEN
 *     ^                                  ^                              |   |
 *     |              an answer           |          a failure           |   |
 *     +----------------------------------|------------------------------+   |
 *                                        +----------------------------------+
 *
 * Open: nothing goes.  Half open: one request at a time, a probe.  The wait begins with the backoff
 * that so many failures in a row would have and doubles with each probe that fails, up to the
 * policy's cap; it is half of that or more.
 *
 * The budget bounds what partial failure costs: repetitions are at most BUDGET_SHARE percent of the
 * first attempts, and beyond that as many as BUDGET_SAVED at once and one each policy cap.
 */
#ifndef CRMSYNC_NET_BREAKER_H
#define CRMSYNC_NET_BREAKER_H

#include "core/retry.h"

#define BREAKER_FAILURES 5
#define BUDGET_SHARE 20
#define BUDGET_SAVED 20

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN, BREAKER_STATE_COUNT };

/* Zeroed is a valid, closed one. */
struct breaker {
	enum breaker_state state;
	uint32_t n_failures; /* in a row */
	uint32_t n_probes;   /* that failed, in a row */
	int64_t until_ns;    /* OPEN */
};

/* The side answered, whatever it said, unless that it is in trouble. */
void breaker_answered(struct breaker *breaker);
/* It did not, or said that it is in trouble.  How long nothing goes from now; 0: it stays as it is. */
int64_t breaker_failed(struct breaker *breaker, const struct retry_policy *policy, uint64_t *random,
		       int64_t now_ns);
/* How many requests may be under way at once, of `most`; what is open may become half open. */
uint32_t breaker_room(struct breaker *breaker, uint32_t most, int64_t now_ns);
const char *breaker_state_name(enum breaker_state state);

/* ---- The budget ---- */

struct retry_budget {
	int64_t saved; /* in hundredths of a repetition; less than 0: that many are owed */
	int64_t at_ns; /* of the last change */
};

void retry_budget_init(struct retry_budget *budget, int64_t now_ns);
/* A request is attempted for the first time. */
void retry_budget_earn(struct retry_budget *budget);
/* How long the next repetition has to wait for what it costs. */
int64_t retry_budget_wait(struct retry_budget *budget, const struct retry_policy *policy,
			  int64_t now_ns);
void retry_budget_spend(struct retry_budget *budget);

#endif
