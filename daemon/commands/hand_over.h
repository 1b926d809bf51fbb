/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand_over: where another process holds the state: a daemon carries the command out instead.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_HAND_OVER_H
#define CRMSYNC_DAEMON_COMMANDS_HAND_OVER_H

#include "daemon/commands/command.h"

/*
 * For a command that was found to be right and could not get the state.  ERR_LOCKED: asks the daemon,
 * prints what it answers, and returns its exit code; if no daemon is there, and for any other error, as
 * command_fail().  plan: the file whose lines belong to the request; NULL: none.
 */
int hand_over(const struct command_context *context, const char *plan, const struct error *why);

#endif
