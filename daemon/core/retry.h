/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retry: when to try again.  Pure: time and chance are arguments.
 */
#ifndef CRMSYNC_CORE_RETRY_H
#define CRMSYNC_CORE_RETRY_H

#include "base/clock.h"
#include "base/str.h"

#include <stdint.h>

/* No server is waited for longer than this at a time; the caller clamps. */
#define RETRY_AFTER_MAX_NS (INT64_C(3600) * NS_PER_S)

struct retry_policy {
	uint32_t attempts; /* in all, the first one included; at least 1 */
	int64_t base_ns;   /* the first wait is at most this, */
	/* each later one at most twice the one before, and never above this */
	int64_t cap_ns;
	/* no attempt begins later than this after the first; 0: no such limit */
	int64_t deadline_ns;
};

/* The next number of a splitmix64 generator; any state is a valid seed. */
uint64_t retry_random(uint64_t *state);
/* The wait after n_attempts (>= 1) failed ones: full jitter, evenly from 0 to
 * min(cap, base * 2^(n_attempts - 1)). */
int64_t retry_backoff(const struct retry_policy *policy, uint32_t n_attempts, uint64_t *random);
/* Whether an attempt may begin at at_ns, when the first of n_attempts began at first_ns. */
bool retry_allowed(const struct retry_policy *policy, uint32_t n_attempts, int64_t first_ns,
		   int64_t at_ns);

/*
 * A Retry-After header: seconds, an HTTP date, or Unix time in seconds (a number above 1e9).  A
 * point in time is taken relative to date_ns, the answer's own Date (0: unknown), else to now_ns:
 * the local clock may be wrong.  False if it is none of the three, or lies in the past.
 */
NODISCARD bool retry_after_parse(struct str text, int64_t date_ns, int64_t now_ns,
				 int64_t *ret_wait_ns);
/* "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
 * now_ns decides the century of the second form (RFC 9110 5.6.7). */
NODISCARD bool retry_http_date(struct str text, int64_t now_ns, int64_t *ret_ns);

#endif
