/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync: the two ends of the command, for a cycle that a daemon runs.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_SYNC_H
#define CRMSYNC_DAEMON_COMMANDS_SYNC_H

#include "core/cycle.h"
#include "daemon/commands/asked.h"

/* As asked_take(). */
int sync_take(const struct command_context *context, struct asked *ret_asked);
/* Says what came of the cycle; returns the exit code. */
int sync_end(const struct command_context *context, const struct asked *asked, struct store *store,
	     const struct cycle_report *report);

#endif
