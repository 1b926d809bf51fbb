/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: what the command-line frame (daemon/cli.c) and the commands know of each other.
 *
 * A command is one file, commands/NAME.c, with one `int command_NAME(struct command_context *)`, and
 * one row in commands/table.c.  It returns an exit code (daemon/exit_codes.h) and has then said on
 * stderr, in one line, what went wrong.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_COMMAND_H
#define CRMSYNC_DAEMON_COMMANDS_COMMAND_H

#include "base/attrs.h"
#include "base/error.h"
#include "daemon/config/config.h"
#include "daemon/log/log_choice.h"

#include <stdbool.h>
#include <stddef.h>

struct command;
struct store;

/* A daemon carries a command out for a client: first it is only judged, so that nothing is interrupted for
 * what is wrong anyway. */
enum command_service { SERVICE_NONE, SERVICE_JUDGE, SERVICE_DO };

struct command_context {
	const struct command *command;
	/* NULL with COMMAND_NO_CONFIG; with COMMAND_STATUS_PATH maybe without anything but that path. */
	const struct config *config;
	const char *config_path; /* -c FILE, or the default */
	/* Behind the global options; argv[0] is the command's name, argv[argc] NULL.  getopt_long()
	 * may be used at once: optind is 0. */
	int argc;
	char **argv;
	struct log_choice log; /* what the command line says of it */
	bool verbose;          /* -v */
	bool quiet;            /* -q */
	enum command_service service;
	struct store *store;  /* of SERVICE_DO: the daemon's */
	struct error failure; /* of SERVICE_DO: why it failed; ERR_OK if it did not */
	const char *verb;     /* "unlink" of links unlink, once it is known; "" if there is none */
};

typedef int command_fn(struct command_context *context);

enum command_needs {
	COMMAND_CONFIG,
	COMMAND_STATUS_PATH, /* of the configuration only that: a refused one will do, which is said */
	COMMAND_NO_CONFIG
};

struct command {
	const char *name;
	const char *arguments; /* for the usage line: "[--json]" */
	const char *summary;   /* one line for the list of commands */
	const char *options;   /* lines for help NAME, each ended by \n; "" if there are none */
	enum command_needs needs;
	command_fn *run;
};

/* The table, in the order in which help shows it. */
extern const struct command command_table[];
extern const size_t n_commands;

/* NULL if there is none of that name. */
const struct command *command_find(const char *name);
/* The name that is nearest to a mistyped one. */
const char *command_nearest(const char *name);
/* "crmsync: what" and the command's usage line on stderr; returns the exit code for usage. */
int command_usage_error(const struct command_context *context, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/* The same for what getopt_long() has refused, whose short options begin with ':',
 * so that it says nothing itself; option: its result. */
int command_bad_option(const struct command_context *context, int option);
/* False, having complained, if an argument is left at argv[optind]. */
bool command_no_more_arguments(const struct command_context *context, int next);
/* "crmsync: MESSAGE" on stderr; returns the exit code that belongs to err->code. */
int command_fail(const struct error *err);

int command_check(struct command_context *context);
int command_conflicts(struct command_context *context);
int command_export(struct command_context *context);
int command_forget(struct command_context *context);
int command_help(struct command_context *context);
int command_history(struct command_context *context);
int command_links(struct command_context *context);
int command_plan(struct command_context *context);
int command_quarantine(struct command_context *context);
int command_reset(struct command_context *context);
int command_run(struct command_context *context);
int command_status(struct command_context *context);
int command_sync(struct command_context *context);
int command_undo(struct command_context *context);
int command_version(struct command_context *context);
int command_why(struct command_context *context);

#endif
