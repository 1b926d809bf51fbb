/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cli.h"
#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"

#include <stdio.h>

static void print_list(void)
{
	(void)puts(
		"crmsync keeps the persons of two CRM systems the same.\n\n"
		"usage: crmsync [-c FILE] [-v|-q] [--log-format=text|json|journal] COMMAND [ARGS]\n\n"
		"  -c FILE            the configuration (default: " CLI_DEFAULT_CONFIG ")\n"
		"  -v, -q             log more (debug), or warnings and errors only\n"
		"  --log-format=WORD  text, json or journal\n\n"
		"commands:");
	for (size_t i = 0; i < n_commands; i++)
		(void)printf("  %-11s %s\n", command_table[i].name, command_table[i].summary);
	(void)puts("\ncrmsync help COMMAND says more; crmsync(1) and sync.conf(5) say all.");
}

static void print_command(const struct command *command)
{
	(void)printf("usage: crmsync [-c FILE] %s%s%s\n\n%s\n", command->name,
		     *command->arguments != '\0' ? " " : "", command->arguments, command->summary);
	if (*command->options != '\0')
		(void)printf("\n%s", command->options);
}

int command_help(struct command_context *context)
{
	if (!command_no_more_arguments(context, 2))
		return EXIT_CODE_USAGE;
	if (context->argc < 2) {
		print_list();
		return EXIT_CODE_OK;
	}

	const struct command *command = command_find(context->argv[1]);

	if (command == NULL)
		return command_usage_error(context, "unknown command %.60s; did you mean %s?",
					   context->argv[1], command_nearest(context->argv[1]));
	print_command(command);
	return EXIT_CODE_OK;
}
