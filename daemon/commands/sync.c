/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync: one complete cycle, then exits.
 */
#include "base/alloc.h"
#include "daemon/app.h"
#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"
#include "daemon/plan_view.h"
#include "daemon/report.h"

#include <getopt.h>
#include <stdio.h>

struct sync_options {
	bool dry_run;
	bool json;
};

static void print_json(const struct cycle_report *report)
{
	struct buf text;

	buf_init(&text, REPORT_BYTES);
	report_format(report, &text);
	(void)printf("%s\n", buf_z(&text));
	buf_release(&text);
}

static int run(const struct command_context *context, const struct sync_options *options)
{
	const struct app_options app_options = {
		.config = context->config,
		.dry_run = options->dry_run,
		.quiet = context->quiet,
	};
	struct cycle_report report;
	struct error err;
	struct app *app;

	if (!app_open(&app_options, &app, &err))
		return command_fail(&err);
	app_run_cycle(app, &report);
	bool ok = true;

	if (options->json)
		print_json(&report);
	else if (options->dry_run && !context->quiet)
		ok = plan_print_text(app_store(app), context->config, report.linked, stdout, &err);
	else if (!context->quiet)
		report_print(&report, stdout);
	report_print_failure(&report, stderr);
	app_close(app);
	if (!ok && err.code != ERR_CANCELED)
		return command_fail(&err);
	return (int)report_exit_code(&report, options->dry_run);
}

int command_sync(struct command_context *context)
{
	static const struct option known[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct sync_options options = { 0 };
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(context->argc, context->argv, "", known, NULL)) != -1) {
		if (option == 'n')
			options.dry_run = true;
		else if (option == 'j')
			options.json = true;
		else
			return EXIT_CODE_USAGE; /* getopt_long() has said why */
	}
	if (!command_no_more_arguments(context, optind))
		return EXIT_CODE_USAGE;
	return run(context, &options);
}
