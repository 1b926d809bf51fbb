/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what the push shares with the planning of intents.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_PLAN_H
#define CRMSYNC_DAEMON_RUNNER_PLAN_H

#include "daemon/runner/runner_p.h"

/* May anything be written to that side at all (sync.direction)? */
bool plan_may_write(const struct runner *runner, enum side target);
/* What identifies a write for the quarantine: the same content is refused again. */
struct digest plan_content(const struct runner *runner, const struct person *write);
/* Merges the pair as it is, by the rules of the cycle. */
void plan_merge(struct runner *runner, const struct pair *pair, struct arena *arena,
		struct merge_result *ret_merged);

#endif
