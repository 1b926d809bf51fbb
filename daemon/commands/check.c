/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: is the configuration sound, with the token and CA files that it names?  With --online: does it
 * fit the servers?
 */
#include "daemon/check/check_online.h"
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

struct check_asked {
	bool print_fields, online, json;
};

static int online(const struct check_asked *asked, const struct config *config)
{
	enum exit_code code;
	struct error err;

	if (!check_online(config, asked->json ? LISTING_JSON : LISTING_TABLE, stdout, stderr, &code,
			  &err) &&
	    err.code != ERR_CANCELED)
		return command_fail(&err);
	return (int)code;
}

static int check_file(const struct command_context *context, const struct check_asked *asked)
{
	struct config_errors errors = { 0 };
	struct config config = { 0 };
	int code = EXIT_CODE_OK;

	if (!config_load(context->config_path, CONFIG_WITH_FILES, &config, &errors))
		code = EXIT_CODE_CONFIG;
	else if (asked->online)
		code = online(asked, &config);
	else if (asked->print_fields)
		config_print_fields(&config, stdout);
	else
		print_summary(&config);
	config_errors_print(&errors, stderr);
	config_errors_release(&errors);
	config_release(&config);
	return code;
}

int command_check(struct command_context *context)
{
	static const struct option options[] = {
		{ "print-fields", no_argument, NULL, 'f' },
		{ "online", no_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct check_asked asked = { 0 };
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(context->argc, context->argv, ":", options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return command_bad_option(context, option);
		asked.print_fields = asked.print_fields || option == 'f';
		asked.online = asked.online || option == 'o';
		asked.json = asked.json || option == 'j';
	}
	if (!command_no_more_arguments(context, optind))
		return EXIT_CODE_USAGE;
	if (asked.online && asked.print_fields)
		return command_usage_error(context,
					   "--online and --print-fields exclude one another");
	if (asked.json && !asked.online)
		return command_usage_error(context, "--json goes with --online");
	return check_file(context, &asked);
}
