/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rolling: which side is read whole in a cycle, and which is rolled: its list takes longer than
 * sync.interval allows at its rate, and is read in turns that span many cycles.
 *
 *  - The newest pages are read in every cycle before anything is decided, the turn goes on behind the
 *    writes (slice.c).  What the turn finds is staged, and handled by the next cycle.
 *  - A turn has a generation of its own, younger than everything that was done before it began; each cycle
 *    marks whom it sees with a still younger one.  Whoever is older than the turn's at its end was not seen
 *    since it began.
 *  - The cycle behind a turn's end concludes from it: who is absent is asked for one by one, creates of
 *    unknown outcome that were sent before it began are settled, strangers who went are forgotten.  Where
 *    more are absent than a cycle's writes may have requests, the next cycles ask on, and the next turn
 *    waits for them.
 *  - Between two such ends the side counts as known: what the last turn and the newest pages have shown
 *    stands for it in matching.  Before the first end, under a new field table too, nobody is matched or
 *    created.
 *  - A whole reading makes a turn needless; another page size or field table makes it void.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_ROLLING_H
#define CRMSYNC_DAEMON_RUNNER_ROLLING_H

#include "daemon/runner/runner_p.h"

uint32_t rolling_page_size(const struct runner *runner, enum side side);
struct budget_rate rolling_rate(const struct runner *runner, enum side side);
/* Can that many persons be read whole in a cycle? */
bool rolling_fits(const struct runner *runner, enum side side, uint64_t n_persons);
/* Before a cycle begins: decides which sides are rolled, and loads where their turns stand. */
NODISCARD bool rolling_prepare(struct runner *runner, struct error *err);
/* A side that is being read whole turns out to be too long, and no page of it is in flight. */
bool rolling_outgrown(const struct runner *runner, enum side side);
/* It is rolled from here on: what was read of it is the begin of a turn. */
NODISCARD bool rolling_turn_over(struct runner *runner, enum side side, struct error *err);
/* Everybody of the side was seen since this generation, and all of that is or will be concluded.  In the
 * transaction that says so. */
NODISCARD bool rolling_known(struct runner *runner, enum side side, int64_t generation,
			     struct error *err);
/* In an open transaction, or one of its own: the turn is over, or was no list.  Whoever was not
 * asked for at the end of the one before it is still to be, before anybody is removed. */
NODISCARD bool rolling_begin_anew(struct runner *runner, enum side side, struct error *err);
/* What ended with a turn was concluded: the next slice may begin another one. */
NODISCARD bool rolling_conclude(struct runner *runner, struct error *err);
/* Of what a turn depends on. */
uint64_t rolling_mark(const struct runner *runner, enum side side);

#endif
