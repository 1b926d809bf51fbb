/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newest: which of two edits of one field came later, as far as that can be known.
 *
 * An edit is dated by an interval.  A records value with active_from is a point.  A side with only a
 * record-level update time is a point if that time moved since the old value was last seen; otherwise
 * the edit lies somewhere between that sight and now.  Two intervals decide only if they are further
 * apart than the clock tolerance: a date inside an open interval does not pretend to.
 */
#ifndef CRMSYNC_CORE_NEWEST_H
#define CRMSYNC_CORE_NEWEST_H

#include "core/merge.h"

struct interval {
	int64_t from, to; /* ns */
};

/* When this side's value of a field was set. */
struct interval newest_date_edit(const struct merge_side *side, const struct value *now,
				 int64_t tolerance_ns, int64_t now_ns);
/* The same at first contact, where nothing is known of an old value. */
struct interval newest_date_value(const struct merge_side *side, const struct value *now,
				  int64_t now_ns);
/* True and the later side if the intervals decide. */
bool newest_decide(const struct interval dates[SIDE_COUNT], int64_t tolerance_ns,
		   enum side *ret_later);

#endif
