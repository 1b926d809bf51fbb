/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: is the configuration sound, with the token and CA files that it names?  Offline.
 */
#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"

#include <getopt.h>
#include <stdio.h>

static void print_summary(const struct config *config)
{
	const struct config_endpoint *records = &config->endpoint[SIDE_RECORDS];
	const struct config_endpoint *people = &config->endpoint[SIDE_PEOPLE];

	(void)printf("%s: ok\n", config->file);
	(void)printf("records  %s (dialect %s, %g reads and %g writes a second)\n",
		     records->base_url, dialect_name(config->records.dialect),
		     config->records.reads_per_second, config->records.writes_per_second);
	(void)printf("people   %s (%.10g requests a minute)\n", people->base_url,
		     config->people.requests_per_minute);
	(void)printf("sync     direction %s, conflict %s, %zu fields, every %g s\n",
		     direction_name(config->sync.direction), policy_name(config->sync.conflict),
		     config->fields.n, (double)config->sync.interval_ns / 1e9);
	(void)printf("state    %s\nstatus   %s\ncontrol  %s\n", config->state_path,
		     config->status_path, config->control_path);
}

static int check_file(const struct command_context *context, bool print_fields)
{
	struct config_errors errors = { 0 };
	struct config config = { 0 };
	const bool sound = config_load(context->config_path, CONFIG_WITH_FILES, &config, &errors);

	if (sound && print_fields)
		config_print_fields(&config, stdout);
	else if (sound)
		print_summary(&config);
	config_errors_print(&errors, stderr);
	config_errors_release(&errors);
	config_release(&config);
	return sound ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
}

int command_check(struct command_context *context)
{
	static const struct option options[] = {
		{ "print-fields", no_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	bool print_fields = false;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(context->argc, context->argv, "", options, NULL)) != -1) {
		if (option != 'f')
			return EXIT_CODE_USAGE; /* getopt_long() has said why */
		print_fields = true;
	}
	if (!command_no_more_arguments(context, optind))
		return EXIT_CODE_USAGE;
	return check_file(context, print_fields);
}
