/* SPDX-License-Identifier: Apache-2.0 */
/*
 * budget: which requests of a rolled side may go to what.
 *
 * The newest page, the writes and their verifying readings go first.  The reading of the whole list
 *  - is owed its share (sync.scan_share) of all requests: owed pages are read even if the next cycle has
 *    to wait for them; a push phase leaves that much of a minute's allowance;
 *  - beyond that gets what is left, spread evenly over the time, so that a fifth of the allowance (at least
 *    two requests) is always free for what the next cycle finds to write;
 *  - is given a page in every cycle as long as that leaves anything, else in every third one.
 *
 * Pure: the time is an argument (ns of any clock; one that was set back does no harm).
 */
#ifndef CRMSYNC_CORE_BUDGET_H
#define CRMSYNC_CORE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/* What a side allows now. */
struct budget_rate {
	uint32_t allowed;    /* requests a minute, configured or learned; 0: no limit */
	uint32_t share;      /* of the reading, in per cent, at most 100 */
	int64_t interval_ns; /* from one cycle to the next, above 0 */
};

/* Of one side; kept from cycle to cycle.  Zeroed before the first one. */
struct budget {
	int64_t debt;       /* thousandths of a page that the reading is owed */
	int64_t credit;     /* thousandths of a request that nothing has used */
	int64_t at_ns;      /* when that was reckoned; 0: never */
	uint32_t n_pages;   /* in this slice */
	uint32_t n_without; /* slices in a row that had none */
};

/* Of what has a share of what is allowed and can wait (visits of notes in rotation).  Kept from cycle to
 * cycle: where cycles follow one another closely, none of them is given more than time has yielded.  Zeroed
 * before the first one. */
struct budget_ration {
	int64_t credit; /* thousandths of a request */
	int64_t at_ns;  /* when that was reckoned; 0: never */
};

/* Less than that is of no use to it, and is saved for the next cycle. */
#define BUDGET_RATION_LEAST 3

/* How many requests that may use now: what an interval (or a minute, if that is longer) yields at most. */
uint32_t budget_ration(struct budget_ration *ration, const struct budget_rate *rate,
		       uint32_t percent, int64_t now_ns);
void budget_rationed(struct budget_ration *ration, uint64_t n_used);

/* Does a reading of that many pages leave half of what an interval allows? */
bool budget_fits(const struct budget_rate *rate, uint64_t n_pages);
/* How many requests one push phase may use, at least 1. */
uint32_t budget_push_most(const struct budget_rate *rate);
/* A slice begins; its cycle has used that many requests so far. */
void budget_slice(struct budget *budget, const struct budget_rate *rate, uint64_t n_used,
		  int64_t now_ns);
/* May the slice read one more page?  used: requests of the last minute; due: the next cycle is.  True
 * counts it. */
bool budget_page(struct budget *budget, const struct budget_rate *rate, uint32_t used, bool due);

#endif
