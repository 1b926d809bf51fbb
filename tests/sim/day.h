/* SPDX-License-Identifier: Apache-2.0 */
/*
 * day: a daemon's day: cycles by its schedule, rates that a restart knows of, and what is held true
 * all day long: the limit of requests, cycles that end, turns that end, a state that stays small.
 */
#ifndef CRMSYNC_SIM_DAY_H
#define CRMSYNC_SIM_DAY_H

#include "sim.h"

/* Of a day; one a minute, and one more for each death. */
#define DAY_CYCLES_MOST 100000

/* Have the users gone home?  Never, if the plan goes by cycles. */
bool day_is_over(const struct sim *sim);
/* Until the next cycle is due; users go on. */
void day_pass_time(struct sim *sim);
/* A request is about to leave. */
void day_sent(struct sim *sim, enum side side);
/* A cycle came to its end. */
void day_check_cycle(struct sim *sim);
void day_check_ended(struct sim *sim);

/* What the daemon keeps of a side's rate over a restart (daemon/app/app_net.c). */
struct sender_hooks day_hooks(struct sim *sim, enum side side);
void day_teach(struct sim *sim, enum side side);

/* Days first … first + n - 1; the exit code. */
int day_run(uint64_t first, uint64_t n, unsigned n_workers);

#endif
