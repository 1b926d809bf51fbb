/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the daemon, in the foreground.
 */
#include "daemon/app/app.h"
#include "daemon/app/notify.h"
#include "daemon/commands/command.h"

#include <getopt.h>

int command_run(struct command_context *context)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	const struct app_options options = {
		.config = context->config,
		.quiet = true, /* it says in the log what it does */
		.daemon = true,
		.log = context->log,
	};
	struct error err;
	struct app *app;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	const int option = getopt_long(context->argc, context->argv, ":", none, NULL);

	if (option != -1)
		return command_bad_option(context, option);
	if (!command_no_more_arguments(context, optind))
		return EXIT_CODE_USAGE;
	if (!app_open(&options, &app, &err)) {
		notify_status(err.msg); /* systemctl status shows it */
		return command_fail(&err);
	}
	const enum exit_code code = app_run(app);

	app_close(app);
	return (int)code;
}
