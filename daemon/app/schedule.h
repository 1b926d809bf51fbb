/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule: when the daemon's next cycle is due.  Pure: time is an argument, in ns of a clock that
 * counts on while the machine sleeps and that nobody sets (CLOCK_BOOTTIME).
 *
 *  - cycles begin `interval` apart; one that took longer is followed at once, and what was missed
 *    meanwhile (also by a machine that slept) is not made up for;
 *  - the first one comes a little later than the start, by chance: many that are started at the same
 *    time do not ask at the same time;
 *  - after failures in a row the wait grows as that between the attempts of a request does
 *    (sync.retry.base, cap), and is never shorter than the interval.
 */
#ifndef CRMSYNC_DAEMON_APP_SCHEDULE_H
#define CRMSYNC_DAEMON_APP_SCHEDULE_H

#include "core/retry.h"

#include <stdbool.h>
#include <stdint.h>

struct schedule {
	int64_t due_ns;
	int64_t began_ns;  /* the last cycle; 0: none yet */
	uint32_t n_failed; /* cycles in a row */
	uint64_t random;
	bool asked;         /* for a cycle now */
	int64_t settled_ns; /* when what was changed by hand is to be carried out; 0: nothing */
};

/* seed: of the jitter; any number will do. */
void schedule_start(struct schedule *schedule, int64_t interval_ns, uint64_t seed, int64_t now_ns);
void schedule_began(struct schedule *schedule, int64_t now_ns);
void schedule_ended(struct schedule *schedule, int64_t interval_ns,
		    const struct retry_policy *retry, bool failed, int64_t now_ns);
/* A cycle is wanted now, or as soon as the one under way has ended; several wishes are one. */
void schedule_ask(struct schedule *schedule);
/* Something was changed by hand that a cycle carries out: it begins a second later, so that changes that
 * follow one another have one cycle, and not each its own that the next one cuts short. */
void schedule_settle(struct schedule *schedule, int64_t now_ns);
/* The configuration changed: whatever was wrong may be mended. */
void schedule_renew(struct schedule *schedule, int64_t interval_ns, int64_t now_ns);
/* Nothing will work before that time, as far as is known; only a wish knows better. */
void schedule_delay(struct schedule *schedule, int64_t until_ns);
/* ns until the next one is due; 0: now. */
int64_t schedule_wait(const struct schedule *schedule, int64_t now_ns);

#endif
