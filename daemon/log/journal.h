/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: lines of the log as entries of systemd's journal: MESSAGE, PRIORITY, and each field of the
 * line as CRMSYNC_KEY, to search by: journalctl CRMSYNC_OUTCOME=failed
 */
#ifndef CRMSYNC_DAEMON_LOG_JOURNAL_H
#define CRMSYNC_DAEMON_LOG_JOURNAL_H

#include "base/log.h"

/* A log_sink_fn. */
bool journal_send(int priority, struct str line, const struct log_field *fields);

#endif
