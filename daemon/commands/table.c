/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: all commands, in the order in which help shows them.
 */
#include "daemon/commands/command.h"

#include "daemon/exit_codes.h"
#include "daemon/nearest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct command command_table[] = {
	{
		.name = "sync",
		.arguments = "[--dry-run] [--json]",
		.summary =
			"one complete cycle: read both sides, write what has to be written, exit",
		.options = "  --dry-run  plan only; exits with 2 if changes are waiting\n"
			   "  --json     print the summary as one JSON object\n",
		.needs = COMMAND_CONFIG,
		.run = command_sync,
	},
	{
		.name = "plan",
		.arguments = "[--json]",
		.summary = "show what sync would do, field by field, and why; writes nothing",
		.options = "  --json  print one JSON object a line\n",
		.needs = COMMAND_CONFIG,
		.run = command_plan,
	},
	{
		.name = "status",
		.arguments = "[--json]",
		.summary = "show how the last or the running cycle fares",
		.options = "  --json  print the status file as it is\n",
		.needs = COMMAND_CONFIG,
		.run = command_status,
	},
	{
		.name = "check",
		.arguments = "[--print-fields]",
		.summary = "validate the configuration and the files that it names, offline",
		.options =
			"  --print-fields  print the field table in use, in the syntax of the file\n",
		.needs = COMMAND_NO_CONFIG,
		.run = command_check,
	},
	{
		.name = "version",
		.arguments = "",
		.summary = "print the version",
		.options = "",
		.needs = COMMAND_NO_CONFIG,
		.run = command_version,
	},
	{
		.name = "help",
		.arguments = "[COMMAND]",
		.summary = "print this list, or what COMMAND takes",
		.options = "",
		.needs = COMMAND_NO_CONFIG,
		.run = command_help,
	},
};

const size_t n_commands = COUNT_OF(command_table);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	}
	return NULL;
}

const char *command_nearest(const char *name)
{
	const char *names[COUNT_OF(command_table)];

	for (size_t i = 0; i < n_commands; i++)
		names[i] = command_table[i].name;
	return nearest_name(str_from(name), names, n_commands);
}

int command_usage_error(const struct command_context *context, const char *fmt, ...)
{
	const struct command *command = context->command;
	va_list args;

	(void)fputs("crmsync: ", stderr);
	va_start(args, fmt);
	(void)vfprintf(stderr, fmt, args);
	va_end(args);
	(void)fprintf(stderr, "; usage: crmsync %s%s%s\n", command->name,
		      *command->arguments != '\0' ? " " : "", command->arguments);
	return EXIT_CODE_USAGE;
}

bool command_no_more_arguments(const struct command_context *context, int next)
{
	if (next >= context->argc)
		return true;
	(void)command_usage_error(context, "%.60s is one argument too many", context->argv[next]);
	return false;
}

int command_fail(const struct error *err)
{
	(void)fprintf(stderr, "crmsync: %s\n", err->msg);
	return (int)exit_code_of(err->code);
}
