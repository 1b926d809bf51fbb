/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what sync would do, and why.  Works on a scratch copy of the state and writes nothing.
 */
#include "daemon/app/app.h"
#include "daemon/commands/asked.h"
#include "daemon/exit_codes.h"
#include "daemon/plan/plan_file.h"
#include "daemon/plan/plan_view.h"
#include "daemon/status/report.h"

#include <stdio.h>

/* A plan of a cycle that failed is not saved: it may leave out what has to come first. */
static bool print_and_save(const struct command_context *context, const struct asked *asked,
			   struct app *app, const struct cycle_report *report, struct error *err)
{
	const struct config *config = context->config;
	struct store *store = app_store(app);
	bool ok = asked->json ? plan_print_json(store, config, stdout, err) :
				plan_print_text(store, config, report->id, stdout, err);

	if (!ok && err->code == ERR_CANCELED)
		ok = true;
	if (!ok || asked->out == NULL)
		return ok;
	if (report_failed(report)) {
		(void)fprintf(stderr, "crmsync: the plan is not saved, since this failed:\n");
		return true;
	}
	return plan_save(asked->out, store, config, report->ended_at, err);
}

static int run(const struct command_context *context, const struct asked *asked)
{
	const struct app_options options = {
		.config = context->config,
		.dry_run = true,
		.admit = asked->admit,
		.quiet = context->quiet,
	};
	struct cycle_report report;
	struct error err;
	struct app *app;

	if (!app_open(&options, &app, &err))
		return command_fail(&err);
	app_run_cycle(app, REACH_WHOLE, &report);
	const int unknown = asked_unknown(asked, &report);
	const bool ok =
		unknown != EXIT_CODE_OK || print_and_save(context, asked, app, &report, &err);

	report_print_failure(&report, stderr);
	app_close(app);
	if (unknown != EXIT_CODE_OK)
		return unknown;
	if (!ok)
		return command_fail(&err);
	return (int)report_exit_code(&report, true);
}

int command_plan(struct command_context *context)
{
	struct asked asked;
	int code = asked_take(context, "json only out", &asked);

	if (code == EXIT_CODE_OK)
		code = run(context, &asked);
	asked_release(&asked);
	return code;
}
