/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reset: moves the state aside, whatever became of it; the next sync matches everything anew.
 */
#include "daemon/commands/hand_over.h"
#include "daemon/commands/verbs.h"
#include "daemon/exit_codes.h"

#include <stdio.h>

int command_reset(struct command_context *context)
{
	const char *path = context->config->state_path;
	struct arena arena = { 0 };
	struct error err;
	struct str aside;
	int code = EXIT_CODE_OK;

	if (!command_no_more_arguments(context, 1))
		return EXIT_CODE_USAGE;
	if (context->service == SERVICE_JUDGE)
		return EXIT_CODE_OK;
	if (!store_set_aside(path, verb_now(), &arena, &aside, &err))
		code = hand_over(context, NULL, &err);
	else if (aside.len == 0)
		(void)printf("there is no state %s: the next sync starts anew\n", path);
	else
		(void)printf("state moved to %.*s: the next sync starts anew\n", STR_ARG(aside));
	arena_release(&arena);
	return code;
}
