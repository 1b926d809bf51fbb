/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exit_codes: how every command ends (sysexits.h numbers), and which error ends it how.
 */
#ifndef CRMSYNC_DAEMON_EXIT_CODES_H
#define CRMSYNC_DAEMON_EXIT_CODES_H

#include "base/error.h"

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_WAITING = 1, /* done, but conflicts or quarantined persons are waiting */
	EXIT_CODE_CHANGES = 2, /* plan, sync --dry-run: changes are waiting */
	EXIT_CODE_USAGE = 64,
	EXIT_CODE_MALFORMED = 65,   /* the remote sent data that could not be understood */
	EXIT_CODE_UNREACHABLE = 69, /* a side stayed unreachable */
	EXIT_CODE_INTERNAL = 70,
	EXIT_CODE_CREATE = 73, /* a file could not be created */
	EXIT_CODE_IO = 74,     /* I/O error of the state store */
	EXIT_CODE_LATER =
		75, /* guarded, rate-limited past the deadline, locked by another instance */
	EXIT_CODE_AUTH = 77, /* refused by the remote (401, 403) */
	EXIT_CODE_CONFIG = 78,
};

/* status has its own: 0 ok, then these. */
enum status_exit_code {
	EXIT_CODE_STATUS_DEGRADED = 1,
	EXIT_CODE_STATUS_FAILING = 2,
	EXIT_CODE_STATUS_DEAD = 3, /* no file, or a daemon's that is dead or silent */
};

enum exit_code exit_code_of(enum err_code code);

#endif
