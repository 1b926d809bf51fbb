/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_choice: how the log is set up: what the command line says, over what the configuration says.
 * Kept for a reload: the command line stays.
 */
#ifndef CRMSYNC_DAEMON_LOG_LOG_CHOICE_H
#define CRMSYNC_DAEMON_LOG_LOG_CHOICE_H

#include "base/log.h"

struct config;

struct log_choice {
	bool verbose, quiet;
	bool has_format;
	enum log_format format;
};

/* config NULL: there is none yet. */
void log_choice_apply(const struct log_choice *choice, const struct config *config);

#endif
