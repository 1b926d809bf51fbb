/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"

#include <stdio.h>

int command_version(struct command_context *context)
{
	if (!command_no_more_arguments(context, 1))
		return EXIT_CODE_USAGE;
	(void)puts("crmsync " CRMSYNC_VERSION);
	return EXIT_CODE_OK;
}
