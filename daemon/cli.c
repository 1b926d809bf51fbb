/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cli.h"

#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"
#include "daemon/system.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct globals {
	const char *config_path;
	struct log_choice log;
	const char *instead; /* a command that an option stands for: --help, --version */
};

enum long_only { OPTION_LOG_FORMAT = 256 };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "log-format", required_argument, NULL, OPTION_LOG_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool usage_error(const char *what, const char *word)
{
	(void)fprintf(stderr, "crmsync: %s%s; see crmsync help\n", what, word);
	return false;
}

static bool take_format(struct globals *globals, const char *name)
{
	static const char *const names[LOG_FORMAT_COUNT] = {
		[LOG_FORMAT_TEXT] = "text",
		[LOG_FORMAT_JSON] = "json",
		[LOG_FORMAT_JOURNAL] = "journal",
	};

	for (int i = 0; i < LOG_FORMAT_COUNT; i++) {
		if (strcmp(name, names[i]) == 0) {
			globals->log.format = (enum log_format)i;
			globals->log.has_format = true;
			return true;
		}
	}
	return usage_error("--log-format is text, json or journal, not ", name);
}

/* What getopt_long() has refused. */
static bool bad_option(char **argv, int option)
{
	const char *word = argv[optind - 1];
	const char letter[] = { '-', (char)optopt, '\0' };

	return usage_error(option == ':' ? "a value is missing behind " : "unknown option ",
			   strncmp(word, "--", 2) == 0 ? word : letter);
}

/* "+": the options of a command are its own; ":": it says nothing itself. */
static bool take_options(int argc, char **argv, struct globals *globals)
{
	int option;

	optind = 0;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(argc, argv, "+:c:vqhV", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			globals->config_path = optarg;
			break;
		case 'v':
			globals->log.verbose = true;
			break;
		case 'q':
			globals->log.quiet = true;
			break;
		case 'h':
			globals->instead = "help";
			break;
		case 'V':
			globals->instead = "version";
			break;
		case OPTION_LOG_FORMAT:
			if (!take_format(globals, optarg))
				return false;
			break;
		default:
			return bad_option(argv, option);
		}
	}
	if (globals->log.verbose && globals->log.quiet)
		return usage_error("-v and -q exclude each other", "");
	return true;
}

/* A daemon runs on with the configuration that it has: a mistake in the file does not hide how it fares. */
static bool will_do(const struct command_context *context, const struct config_errors *errors)
{
	return context->command->needs == COMMAND_STATUS_PATH && errors->status_path != NULL &&
	       access(errors->status_path, F_OK) == 0;
}

/* An option that the command's usage does not name is wrong whatever the file says: NULL, or that word. */
static const char *mistyped(const struct command_context *context)
{
	for (int i = 1; i < context->argc; i++) {
		const char *word = context->argv[i];
		char name[64];

		if (strcmp(word, "--") == 0)
			break;
		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
		if (*word == '-' && strstr(context->command->arguments, name) == NULL &&
		    strstr(context->command->options, name) == NULL)
			return word;
	}
	return NULL;
}

static int run_with_config(struct command_context *context)
{
	struct config_errors errors = { 0 };
	struct config config = { 0 };
	const char *word;
	int code = EXIT_CODE_CONFIG;

	if (config_load(context->config_path, CONFIG_TEXT_ONLY, &config, &errors)) {
		log_choice_apply(&context->log, &config);
		context->config = &config;
		code = context->command->run(context);
	} else if ((word = mistyped(context)) != NULL) {
		config_errors_release(&errors);
		return command_usage_error(context, "unknown option %.60s", word);
	} else if (will_do(context, &errors)) {
		context->config = &(const struct config){ .status_path = errors.status_path };
		code = context->command->run(context);
	}
	config_errors_print(&errors, stderr);
	config_errors_release(&errors);
	config_release(&config);
	return code;
}

/* What was printed is part of the result: a full disk is no success.  A reader that has gone away
 * (head) has seen what it wanted. */
static int check_stdout(int code)
{
	if (fflush(stdout) == 0 || errno == EPIPE)
		return code;
	(void)fprintf(stderr, "crmsync: standard output: %s\n", system_error(errno));
	return code == EXIT_CODE_OK ? EXIT_CODE_IO : code;
}

int cli_run(int argc, char **argv)
{
	struct globals globals = { .config_path = CLI_DEFAULT_CONFIG };

	if (!take_options(argc, argv, &globals))
		return EXIT_CODE_USAGE;

	const char *name = globals.instead != NULL ? globals.instead : argv[optind];

	if (name == NULL) {
		(void)usage_error("no command given", "");
		return EXIT_CODE_USAGE;
	}

	struct command_context context = {
		.command = command_find(name),
		.config_path = globals.config_path,
		.argc = globals.instead != NULL ? 1 : argc - optind,
		.argv = argv + optind,
		.log = globals.log,
		.verbose = globals.log.verbose,
		.quiet = globals.log.quiet,
	};
	char *alone[] = { argv[0], NULL };

	if (context.command == NULL) {
		(void)fprintf(
			stderr,
			"crmsync: unknown command %.60s; did you mean %s?  See crmsync help\n",
			name, command_nearest(name));
		return EXIT_CODE_USAGE;
	}
	if (globals.instead != NULL)
		context.argv = alone;
	log_choice_apply(&context.log, NULL);
	optind = 0;
	if (context.command->needs == COMMAND_NO_CONFIG)
		return check_stdout(context.command->run(&context));
	return check_stdout(run_with_config(&context));
}
