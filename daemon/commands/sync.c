/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync: one cycle, a complete one unless asked otherwise, then exits.  Where only single creates were lost,
 * up to two more, which settle them.
 */
#include "daemon/commands/sync.h"
#include "core/retry.h"
#include "daemon/app/app.h"
#include "daemon/commands/hand_over.h"
#include "daemon/exit_codes.h"
#include "daemon/plan/plan_file.h"
#include "daemon/plan/plan_view.h"
#include "daemon/status/report.h"

#include <stdio.h>

/* That many cycles are one sync at most. */
#define CYCLES_MOST 3

static void print_json(const struct cycle_report *report)
{
	struct buf text;

	buf_init(&text, REPORT_BYTES);
	report_format(report, &text);
	(void)printf("%s\n", buf_z(&text));
	buf_release(&text);
}

static bool print(const struct command_context *context, const struct asked *asked,
		  struct store *store, const struct cycle_report *report, struct error *err)
{
	if (asked->json)
		print_json(report);
	else if (asked->dry_run && !context->quiet)
		return plan_print_text(store, context->config, report->id, stdout, err);
	else if (!context->quiet)
		report_print(report, stdout);
	return true;
}

/* What a plan held and could not be done waits for a person. */
static int exit_code(const struct asked *asked, const struct cycle_report *report)
{
	const enum exit_code code = report_exit_code(report, asked->dry_run);
	const uint64_t n_untaken =
		asked->plan != NULL ?
			plan_print_untaken(asked->admit, report, asked->dry_run, stderr) :
			0;

	return (int)(code == EXIT_CODE_OK && n_untaken > 0 ? EXIT_CODE_WAITING : code);
}

int sync_end(const struct command_context *context, const struct asked *asked, struct store *store,
	     const struct cycle_report *report)
{
	const int unknown = asked_unknown(asked, report);
	struct error err;

	if (unknown != EXIT_CODE_OK)
		return unknown;
	const bool ok = print(context, asked, store, report, &err);

	report_print_failure(report, stderr);
	if (!ok && err.code != ERR_CANCELED)
		return command_fail(&err);
	return exit_code(asked, report);
}

int sync_take(const struct command_context *context, struct asked *ret_asked)
{
	return asked_take(context, "allow-changes allow-removals dry-run json only plan quick",
			  ret_asked);
}

/* What was asked for once is done once; and a quick cycle may not be able to tell. */
static bool may_repeat(const struct asked *asked)
{
	return !asked->dry_run && !asked->quick && asked->admit == NULL &&
	       asked->allow_removals == 0 && asked->allow_changes == 0;
}

/*
 * Creates of which nobody knows what became are what the next cycle looks for first: where nothing else failed
 * it is carried out at once, as often as sync.retry says and as long.
 */
static void run_cycles(const struct command_context *context, const struct asked *asked,
		       struct app *app, struct cycle_report *ret_report)
{
	const struct config_retry *retry = &context->config->sync.retry;
	const struct retry_policy policy = {
		.attempts = retry->attempts < CYCLES_MOST ? retry->attempts : CYCLES_MOST,
		.deadline_ns = retry->deadline_ns,
	};
	bool unsettled = true;

	for (uint32_t n = 1; unsettled; n++) {
		struct cycle_report report;

		app_run_cycle(app, asked->quick ? REACH_ONCE : REACH_WHOLE, &report);
		if (n == 1)
			*ret_report = report;
		else
			cycle_report_add(ret_report, &report);
		const uint64_t n_put_off =
			report.put_off[SIDE_RECORDS] + report.put_off[SIDE_PEOPLE];

		/* An empty side has to be empty twice before a create is sent to it again. */
		unsettled = cycle_lost_creates_only(&report) ||
			    (n > 1 && report.outcome == OUTCOME_OK && report.waiting > n_put_off);
		const int64_t from =
			report.late_until > report.ended_at ? report.late_until : report.ended_at;

		unsettled = unsettled && may_repeat(asked) &&
			    retry_allowed(&policy, n, ret_report->started_at, from);
		if (unsettled && from > report.ended_at)
			app_wait(app, from);
		unsettled = unsettled && !app_is_stopping(app);
	}
}

static int run(const struct command_context *context, const struct asked *asked)
{
	const struct app_options app_options = {
		.config = context->config,
		.dry_run = asked->dry_run,
		.admit = asked->admit,
		.allow_removals = asked->allow_removals,
		.allow_changes = asked->allow_changes,
		.quiet = context->quiet,
	};
	struct cycle_report report;
	struct error err;
	struct app *app;

	if (!app_open(&app_options, &app, &err))
		return hand_over(context, asked->plan, &err);
	run_cycles(context, asked, app, &report);
	const int code = sync_end(context, asked, app_store(app), &report);

	app_close(app);
	return code;
}

int command_sync(struct command_context *context)
{
	struct asked asked;
	struct error err;
	int code = sync_take(context, &asked);

	if (code == EXIT_CODE_OK && asked.plan != NULL &&
	    !plan_load(asked.plan, context->config, asked_admit(&asked), &err))
		code = command_fail(&err);
	if (code == EXIT_CODE_OK)
		code = run(context, &asked);
	asked_release(&asked);
	return code;
}
