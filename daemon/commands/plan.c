/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what sync would do, and why.  Works on a scratch copy of the state and writes nothing.
 */
#include "daemon/app.h"
#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"
#include "daemon/plan_view.h"
#include "daemon/report.h"

#include <getopt.h>
#include <stdio.h>

static int run(const struct command_context *context, bool json)
{
	const struct app_options options = {
		.config = context->config,
		.dry_run = true,
		.quiet = context->quiet,
	};
	struct cycle_report report;
	struct error err;
	struct app *app;

	if (!app_open(&options, &app, &err))
		return command_fail(&err);
	app_run_cycle(app, &report);
	const bool ok = json ? plan_print_json(app_store(app), context->config, stdout, &err) :
			       plan_print_text(app_store(app), context->config, report.linked,
					       stdout, &err);

	report_print_failure(&report, stderr);
	app_close(app);
	if (!ok && err.code != ERR_CANCELED)
		return command_fail(&err);
	return (int)report_exit_code(&report, true);
}

int command_plan(struct command_context *context)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(context->argc, context->argv, "", known, NULL)) != -1) {
		if (option != 'j')
			return EXIT_CODE_USAGE; /* getopt_long() has said why */
		json = true;
	}
	if (!command_no_more_arguments(context, optind))
		return EXIT_CODE_USAGE;
	return run(context, json);
}
