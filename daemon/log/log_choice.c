/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/log/log_choice.h"

#include "daemon/config/config.h"
#include "daemon/log/journal.h"

void log_choice_apply(const struct log_choice *choice, const struct config *config)
{
	enum log_level level = config != NULL ? config->log.level : LOG_LEVEL_INFO;
	enum log_format format = config != NULL ? config->log.format : LOG_FORMAT_TEXT;

	if (choice->verbose)
		level = LOG_LEVEL_DEBUG;
	if (choice->quiet)
		level = LOG_LEVEL_WARN;
	if (choice->has_format)
		format = choice->format;
	log_set_journal(journal_send);
	log_setup(level, format, config != NULL && config->log.personal_data);
}
