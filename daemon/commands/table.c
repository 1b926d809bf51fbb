/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: all commands, in the order in which help shows them.
 */
#include "daemon/commands/command.h"

#include "daemon/config/nearest.h"
#include "daemon/exit_codes.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct command command_table[] = {
	{
		.name = "sync",
		.arguments = "[--dry-run] [--only=ID[,ID...]] [--plan=FILE] [--allow-removals=N] "
			     "[--allow-changes=N] [--quick] [--json]",
		.summary =
			"one complete cycle: read both sides, write what has to be written, exit",
		.options =
			"  --dry-run           plan only; exits with 2 if changes are waiting\n"
			"  --only=ID[,ID...]   write to these persons only; ID is either side's, or the\n"
			"                      link's number\n"
			"  --plan=FILE         take exactly the steps of a plan that was saved by\n"
			"                      plan --out, each only if it is still the same; exits with 1\n"
			"                      if one was not taken\n"
			"  --allow-removals=N  for once, remove up to N persons, whatever the guard says\n"
			"  --allow-changes=N   for once, change up to N persons, whatever the guard says\n"
			"  --quick             read no more than a daemon's cycle: of a list that takes\n"
			"                      longer than sync.interval the newest page and a slice\n"
			"  --json              print the summary as one JSON object\n",
		.needs = COMMAND_CONFIG,
		.run = command_sync,
	},
	{
		.name = "run",
		.arguments = "",
		.summary = "the daemon: a cycle every sync.interval, in the foreground",
		.options =
			"HUP reads the configuration anew, USR1 starts a cycle now, TERM and INT finish\n"
			"what is in flight and end the program; a second one ends it at once.\n"
			"Commands that change something are carried out by it while it runs, and a sync\n"
			"starts a cycle there.\n",
		.needs = COMMAND_CONFIG,
		.run = command_run,
	},
	{
		.name = "plan",
		.arguments = "[--only=ID[,ID...]] [--out=FILE] [--json]",
		.summary = "show what sync would do, field by field, and why; writes nothing",
		.options =
			"  --only=ID[,ID...]  of these persons only; ID is either side's, or the link's\n"
			"                     number\n"
			"  --out=FILE         save the plan too, for sync --plan; it holds personal data\n"
			"  --json             print one JSON object a line\n",
		.needs = COMMAND_CONFIG,
		.run = command_plan,
	},
	{
		.name = "status",
		.arguments = "[--watch] [--json]",
		.summary = "show how the last or the running cycle fares",
		.options = "  --watch  again every second, until interrupted\n"
			   "  --json   print the status file as it is; with --watch each new one\n",
		.needs = COMMAND_STATUS_PATH,
		.run = command_status,
	},
	{
		.name = "check",
		.arguments = "[--print-fields | --online [--json]]",
		.summary =
			"validate the configuration; with --online, ask the servers whether it fits",
		.options =
			"Without options nobody is asked.\n"
			"  --print-fields  print the field table in use, in the syntax of the file\n"
			"  --online        ask both servers: address, TLS, token, rights, filters, every\n"
			"                  mapped attribute, what would be lost on the way, and how long\n"
			"                  a first sync takes; reads only, a dozen questions at most\n"
			"  --json          with --online: print one JSON object a line\n",
		.needs = COMMAND_NO_CONFIG,
		.run = command_check,
	},
	{
		.name = "conflicts",
		.arguments = "list | show ID [--json] | "
			     "resolve ID --use=records|people|--value=TEXT",
		.summary = "show and decide what waits: contested fields, persons in doubt",
		.options =
			"  list        all; records and people are the two values of a field, or the two\n"
			"              ids\n"
			"  show ID     by number, or by the id of a person on either side\n"
			"  resolve ID  decide a contested or frozen field; the next sync carries it out\n"
			"  --use       the side whose value counts\n"
			"  --value     what both sides are to hold\n"
			"  --json      print one JSON object a line\n",
		.needs = COMMAND_CONFIG,
		.run = command_conflicts,
	},
	{
		.name = "links",
		.arguments = "list | show ID [--json] | link RECORDS_ID PEOPLE_ID | unlink ID",
		.summary = "show who is linked with whom; link two persons, or part them",
		.options =
			"  list     all, dissolved ones too\n"
			"  show ID  what both sides agreed on; ID is either side's, or the link's number\n"
			"  link     link two persons that are not linked; the next sync merges them\n"
			"  unlink   dissolve a link; the two are remembered and stay apart: they are\n"
			"           neither matched nor created across unless they are linked by hand\n"
			"  --json   print one JSON object a line\n",
		.needs = COMMAND_CONFIG,
		.run = command_links,
	},
	{
		.name = "quarantine",
		.arguments = "list | show ID [--json] | retry [ID] | drop ID",
		.summary = "show the writes that a server refused; try them again, or give them up",
		.options =
			"  list        all, with the server's own words\n"
			"  show ID     by number, or by the id of a person on either side\n"
			"  retry [ID]  the next sync tries it (or all of them) again; without this\n"
			"              only once what is to be written has changed\n"
			"  drop ID     give it up: it is no longer listed or counted, nor sent unless its\n"
			"              content changes\n"
			"  --json      print one JSON object a line\n",
		.needs = COMMAND_CONFIG,
		.run = command_quarantine,
	},
	{
		.name = "history",
		.arguments = "[list | show CYCLE | person ID] [--json]",
		.summary = "show the cycles, or every write of a cycle or to a person, and why",
		.options =
			"  list        the cycles; the same as no word at all\n"
			"  show CYCLE  what a cycle wrote: old, new and the reason, field by field\n"
			"  person ID   the same of one person; ID is either side's, or the link's number\n"
			"  --json      print one JSON object a line\n",
		.needs = COMMAND_CONFIG,
		.run = command_history,
	},
	{
		.name = "why",
		.arguments = "ID [FIELD] [--json]",
		.summary = "show a person's fields side by side, and what happens next",
		.options =
			"ID is either side's, or the link's number.  With FIELD, one field in all detail:\n"
			"what both sides last agreed on, who set it and when, and the rule that applies.\n"
			"  --json  print one JSON object a line: the person, then its fields\n",
		.needs = COMMAND_CONFIG,
		.run = command_why,
	},
	{
		.name = "undo",
		.arguments = "CYCLE [--dry-run] [--json]",
		.summary = "put back the values that a cycle overwrote",
		.options =
			"Where nobody has changed them since; the next sync writes them, to both sides.\n"
			"What the cycle created, linked or removed is not undone.\n"
			"  --dry-run  only show what would be put back\n"
			"  --json     print one JSON object a line\n",
		.needs = COMMAND_CONFIG,
		.run = command_undo,
	},
	{
		.name = "export",
		.arguments = "ID",
		.summary = "print all that is stored of one person, as JSON",
		.options = "ID is either side's, or the link's number.\n"
			   "  --json  changes nothing: it is JSON\n",
		.needs = COMMAND_CONFIG,
		.run = command_export,
	},
	{
		.name = "forget",
		.arguments = "ID",
		.summary = "erase one person from the state and its history, and leave it alone",
		.options =
			"ID is either side's, or the link's number: both persons of a link are one.\n"
			"Neither side is written.  A keyed hash is kept, so that the two are not taken in\n"
			"again; there is no way back but reset.  Not reached: backups, states moved aside\n"
			"by reset, saved plans and logs.\n",
		.needs = COMMAND_CONFIG,
		.run = command_forget,
	},
	{
		.name = "reset",
		.arguments = "",
		.summary = "move the state aside and start anew",
		.options =
			"The file is kept as PATH.YYYYMMDDTHHMMSSZ; nothing is deleted.  The next sync\n"
			"matches all persons again.  What is lost with the state: links made and parted\n"
			"by hand, conflicts, quarantine and history, and whom to leave alone (forget).\n",
		.needs = COMMAND_CONFIG,
		.run = command_reset,
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

int command_bad_option(const struct command_context *context, int option)
{
	const char *word = context->argv[optind - 1];
	const char letter[] = { '-', (char)optopt, '\0' };
	const bool is_long = strncmp(word, "--", 2) == 0;

	(void)fprintf(stderr, "crmsync: %s %.60s%s; see crmsync help %s\n",
		      option == ':' ? "a value is missing behind" : "unknown option",
		      is_long ? word : letter,
		      option != ':' && strchr(word, '=') != NULL ? ", or it takes no value" : "",
		      context->command->name);
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
