/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flap: finds fields that the two sides, or a side and something else that writes there, keep changing
 * back and forth, and freezes them until a day has passed.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_FLAP_H
#define CRMSYNC_DAEMON_RUNNER_FLAP_H

#include "daemon/runner/runner_p.h"

/* Takes fields that flap out of what is to be written, and reports them. */
NODISCARD bool flap_freeze(struct runner *runner, const struct pair *pair,
			   const struct merge_result *merged, enum side target,
			   struct person *write, struct error *err);

#endif
