/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wishes: carries out edits that were made here: decided conflicts, and values that an undo puts back.
 *
 * A wish for one side stands for an edit there: as long as the side holds what the wish was made for,
 * the merge takes the wished value for what the side holds, so that it travels as a user's edit would,
 * and the side itself is written as well.  Wishes for both sides of a field are a decision: each side
 * is to hold its value, whatever the policy says.
 *
 * If the side holds something else by now (or, unless the elements of a set can be merged, the other
 * side was edited), somebody was faster: the wish is dropped and what it wished kept in the history.
 * A wish is over when both sides agree, or the field does not travel further.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_WISHES_H
#define CRMSYNC_DAEMON_RUNNER_WISHES_H

#include "daemon/runner/runner_p.h"

/* plan_merge(), with the wishes for the link. */
NODISCARD bool wishes_merge(struct runner *runner, const struct pair *pair, struct arena *arena,
			    struct merge_result *ret_merged, struct error *err);
/* An update has been written, the target holds `answer`; pair: what was known before. */
NODISCARD bool wishes_written(struct runner *runner, const struct intent *intent,
			      const struct person *answer, const struct pair *pair,
			      struct error *err);

#endif
