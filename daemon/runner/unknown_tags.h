/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unknown_tags: tags and segments of records that people do not have.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_UNKNOWN_TAGS_H
#define CRMSYNC_DAEMON_RUNNER_UNKNOWN_TAGS_H

#include "daemon/runner/runner_p.h"

/* What the merge did not see of the record's tags is still there, and must be after the write. */
void tags_keep_unknown(const struct runner *runner, const struct pair *pair, struct intent *intent,
		       struct arena *arena);
/*
 * Tags that have no counterpart on people cannot be written there.  They are left out of the record's
 * value for the merge, as if they were not there; the record stays staged, so that every cycle asks
 * again whether the tag exists by now.  shadow: of the record; people: its counterpart; NULL: none.
 */
struct person tags_without_unknown(struct runner *runner, const struct person *records,
				   const struct person *shadow, const struct person *people,
				   struct arena *arena);

#endif
