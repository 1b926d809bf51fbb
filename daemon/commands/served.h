/* SPDX-License-Identifier: Apache-2.0 */
/*
 * served: a command that a daemon carries out for a client of its control socket, by the same code that
 * carries it out without a daemon.  What it says goes to stdout and stderr, which the caller captures.
 *
 * Nothing of a request is taken for a file: the path of a plan is only its name, its lines come from the
 * client, which has read them with its own rights.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_SERVED_H
#define CRMSYNC_DAEMON_COMMANDS_SERVED_H

#include "core/cycle.h"
#include "daemon/commands/command.h"
#include "daemon/control/control_wire.h"

struct admit;
struct served;

enum served_kind {
	SERVED_CHANGE, /* of the state, which is open */
	SERVED_RESET,  /* of the state, which is closed */
	SERVED_SYNC,
};

/* What a cycle is asked for; all zeroed: nothing special. */
struct served_wishes {
	struct admit *admit; /* the request's */
	uint32_t allow_removals, allow_changes;
	bool quick; /* no more than is read anyway */
};

/* NULL if it is none, or not for a daemon; that was said then, and *ret_code is how it ends. */
struct served *served_new(const struct control_request *request, const struct config *config,
			  int *ret_code);
void served_free(struct served *served); /* NULL is fine */
enum served_kind served_kind(const struct served *served);
/* For the log: nothing of its arguments is in them.  verb: of `links unlink`; else empty. */
const char *served_command(const struct served *served);
const char *served_verb(const struct served *served);

bool served_has_plan(const struct served *served);
/* Do lines of a plan belong to it that it has not got yet? */
bool served_wants_plan(const struct served *served);
/* Takes one, without its end.  EXIT_CODE_OK, or how it ends, which was said then. */
int served_take_plan(struct served *served, struct str line);

/* SERVED_CHANGE with the daemon's state, SERVED_RESET with NULL; returns the exit code. */
int served_do(struct served *served, const struct config *config, struct store *store);
/* Why it failed; ERR_OK if it did not, or not by an error. */
const struct error *served_failure(const struct served *served);
/* SERVED_SYNC: before the cycle, and behind it; the exit code. */
struct served_wishes served_wishes(const struct served *served);
int served_end(struct served *served, const struct config *config, struct store *store,
	       const struct cycle_report *report);

/* Says that a command does not change anything; returns the exit code. */
int served_reads_only(const struct command_context *context);

#endif
