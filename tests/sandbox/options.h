/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: the command line of the sandbox.
 */
#ifndef CRMSYNC_SANDBOX_OPTIONS_H
#define CRMSYNC_SANDBOX_OPTIONS_H

#include "sandbox.h"

struct host_options {
	struct sandbox_options sandbox;
	const char *port_file;              /* NULL: standard output */
	uint16_t ports[SANDBOX_SIDE_COUNT]; /* 0: any that is free */
	bool help;
};

/* False, after a line on standard error, if something is not understood. */
NODISCARD bool options_parse(int argc, char **argv, struct host_options *ret_options);
void options_help(void);

#endif
