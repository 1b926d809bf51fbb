/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli: the frame around every command: global options, the table of commands, the configuration, the
 * log, and what is said when the command line is at fault.
 */
#ifndef CRMSYNC_DAEMON_CLI_H
#define CRMSYNC_DAEMON_CLI_H

#define CLI_DEFAULT_CONFIG "/etc/crmsync/sync.conf"

/* Runs one command; returns the exit code. */
int cli_run(int argc, char **argv);

#endif
