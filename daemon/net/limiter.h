/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limiter: when the next request of a side may go.  Pure: time is an argument (nanoseconds of a
 * monotonic clock, any origin above 0), nothing is sent or waited for here.
 *
 * Two kinds of limit, each optional, all of those set must agree:
 *  - pace, one for reads and one for writes: a token bucket with a burst of 1/50 s worth (at least
 *    one) which refills a little slower than the rate, so that no second of the server's, wherever
 *    it begins, holds more than the rate;
 *  - window, over reads and writes together: at most n in any 60 s.  The server counts by arrival:
 *    what has been sent is held against the window until 60 s and a margin after its answer came.
 *
 * Memory does not grow with the rate: the window is counted in slices of 1/10 s, each of which is
 * held as long as its last instant.
 *
 * What is in force is the configured rate or less: somebody else may use up the same allowance.  A 429
 * lets the rate fall to three quarters (once for all requests that were under way then); each minute
 * of answers without one lets it rise by a twentieth of the configured rate.
 */
#ifndef CRMSYNC_NET_LIMITER_H
#define CRMSYNC_NET_LIMITER_H

#include "base/message.h"

#define LIMITER_RATE_MAX 6000000u /* a minute */

/* Requests a minute; 0: no such limit. */
struct limiter_options {
	uint32_t pace_per_minute[REQUEST_KIND_COUNT];
	uint32_t window_per_minute;
};

/* What the answers have taught, in requests a minute; 0: nothing, the configured rate holds. */
struct limiter_learned {
	uint32_t pace_per_minute[REQUEST_KIND_COUNT];
	uint32_t window_per_minute;
};

struct limiter;

struct limiter *limiter_new(const struct limiter_options *options);
void limiter_free(struct limiter *limiter);
/* Other configured rates; what was learned, used up and paused goes on. */
void limiter_configure(struct limiter *limiter, const struct limiter_options *options);

/* Nanoseconds until the next request of that kind may go; 0: now. */
int64_t limiter_wait(struct limiter *limiter, enum request_kind kind, int64_t now_ns);
/* Counts a request that goes now (limiter_wait() must have said 0).  The ticket is for
 * limiter_settle(), when its answer has come or it was given up. */
int64_t limiter_take(struct limiter *limiter, enum request_kind kind, int64_t now_ns);
void limiter_settle(struct limiter *limiter, int64_t ticket, int64_t now_ns);
/* Nothing goes before that time; an earlier one than is set changes nothing. */
void limiter_pause_until(struct limiter *limiter, int64_t until_ns);
/* Ends the pause. */
void limiter_resume(struct limiter *limiter);
/* 0: not paused at now_ns. */
int64_t limiter_paused_until(const struct limiter *limiter, int64_t now_ns);
/* Counts n requests that an earlier process sent at when_ns or before (a restart must not begin
 * with a full window). */
void limiter_restore(struct limiter *limiter, uint32_t n, int64_t when_ns);

/* ---- Learning ---- */

/* A request of that kind that began at sent_ns was answered 429.  True: the rate fell. */
bool limiter_refused(struct limiter *limiter, enum request_kind kind, int64_t sent_ns,
		     int64_t now_ns);
/* One was answered otherwise.  True: the rate rose. */
bool limiter_answered(struct limiter *limiter, int64_t now_ns);
void limiter_learned(const struct limiter *limiter, struct limiter_learned *ret_learned);
/* What an earlier process learned, age_ns ago; above the configured rate it says nothing.  While nobody
 * asked it has risen too, but a tenth as fast. */
void limiter_teach(struct limiter *limiter, const struct limiter_learned *learned, int64_t age_ns,
		   int64_t now_ns);

/* ---- Figures ---- */

/* In the last 60 s, by the time of the answer where it has come, to the tenth of a second. */
uint32_t limiter_used_last_minute(const struct limiter *limiter, int64_t now_ns);
/* What is in force: the window, else the larger pace; 0: not limited. */
uint32_t limiter_allowed_per_minute(const struct limiter *limiter);

#endif
