/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked: what `sync` and `plan` were asked to do: their options, read and checked.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_ASKED_H
#define CRMSYNC_DAEMON_COMMANDS_ASKED_H

#include "core/cycle.h"
#include "daemon/commands/command.h"
#include "daemon/runner/admit.h"

struct asked {
	bool dry_run;
	bool json;
	bool quick;       /* reads no more than a daemon's cycle */
	const char *plan; /* --plan=FILE, which is not read here; NULL: none */
	const char *out;  /* --out=FILE; NULL: none */
	uint32_t allow_removals, allow_changes;
	struct admit *admit; /* NULL: everything */
};

/* Behind the cycle: EXIT_CODE_OK, or somebody of --only is unknown, which was said then.  Who is unknown may
 * be on a page that could not be read: a cycle that failed says nothing of it. */
int asked_unknown(const struct asked *asked, const struct cycle_report *report);
/* Its admit, made if there is none yet. */
struct admit *asked_admit(struct asked *asked);
/* Zeroed is valid to be released. */
void asked_release(struct asked *asked);
/*
 * Takes the options of the command that are named in `takes` ("dry-run only"), separated by blanks,
 * and nothing else behind them.  Returns EXIT_CODE_OK, or the code to exit with, having complained.
 * asked_release() is due in any case.
 */
int asked_take(const struct command_context *context, const char *takes, struct asked *ret_asked);

#endif
