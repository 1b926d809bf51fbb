/* SPDX-License-Identifier: Apache-2.0 */
/*
 * untaken: elements of one side's lists that the other side cannot take: tags and segments of records that
 * people do not have, phones of people that are no numbers.  And values that a side has refused from the beginning.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_UNTAKEN_H
#define CRMSYNC_DAEMON_RUNNER_UNTAKEN_H

#include "daemon/runner/runner_p.h"

/* What the merge did not see of the target's own elements is still there, and must be after the write. */
void untaken_keep(const struct runner *runner, const struct pair *pair, struct intent *intent,
		  struct arena *arena);
/*
 * The person of `from` without the elements that the other side cannot take, as if they were not there, for
 * the merge; the person stays staged, so that every cycle asks again whether the tag exists by now.
 * shadow: the same person's; other: its counterpart; NULL: none.
 */
struct person untaken_without(struct runner *runner, enum side from, const struct person *person,
			      const struct person *shadow, const struct person *other,
			      struct arena *arena);
/* A person is left whose counterpart is missing: *ret_untaken, has it been edited in nothing but what the other
 * side never took, and refused? */
NODISCARD bool untaken_are_edits(struct runner *runner, const struct pair *pair, enum side left,
				 bool *ret_untaken, struct error *err);
/* The answer to a write shows them, too, and they are not agreed for it.  old: the shadow of before. */
void untaken_not_agreed(const struct runner *runner, const struct intent *intent,
			const struct person *old, struct person *shadow, struct arena *arena);

#endif
