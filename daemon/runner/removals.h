/* SPDX-License-Identifier: Apache-2.0 */
/*
 * removals: what becomes of links one of whose persons is gone or archived (core/removal.h), of merged
 * records, and of archived people that were un-archived.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_REMOVALS_H
#define CRMSYNC_DAEMON_RUNNER_REMOVALS_H

#include "daemon/runner/runner_p.h"

/*
 * Counts what would be removed, holds it if it is too much, else ends, moves and brings back links: all that
 * is done in the state alone.  late: matching is over for this cycle, so that whoever is to be created
 * anew waits for the next one.
 */
NODISCARD bool removals_settle(struct runner *runner, bool late, struct error *err);
/* Adds the intents to archive, delete, tag and un-archive. */
NODISCARD bool removals_plan(struct runner *runner, struct error *err);
/* A person of it is gone or archived: its link is not merged. */
bool removals_concern(const struct pair *pair);

#endif
