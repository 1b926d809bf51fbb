/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: what one cycle did, in the forms that leave the program: the status file's last_cycle
 * object, a summary for people, a line in the log, an exit code.
 *
 * No personal data, no ids and no words of a server stand in any of them.
 */
#ifndef CRMSYNC_DAEMON_STATUS_REPORT_H
#define CRMSYNC_DAEMON_STATUS_REPORT_H

#include "core/cycle.h"
#include "daemon/exit_codes.h"
#include "mappers/json_tree.h"
#include "mappers/json_write.h"

#include <stdio.h>

/* What report_format() makes fits into this many bytes. */
#define REPORT_BYTES ((size_t)4096)

/* The last_cycle object as a value of an object or array that is open; `sync --json` prints the
 * same of all its cycles. */
void report_write(struct json_writer *writer, const struct cycle_report *report);
/* The same as a text of its own, without a line end. */
void report_format(const struct cycle_report *report, struct buf *out);
/* Back from the object; texts go into the arena.  Numbers that are missing are 0.  False if it is no
 * such object. */
NODISCARD bool report_parse(struct json_object *node, struct arena *arena,
			    struct cycle_report *ret_report);

/* How sync (or with dry_run sync --dry-run) ends.  Changes that wait come first, then a failure. */
enum exit_code report_exit_code(const struct cycle_report *report, bool dry_run);
/* Does the cycle's failure mean that the command failed?  What was left for persons (conflicts,
 * quarantine) or for the next cycle by a signal does not. */
bool report_failed(const struct cycle_report *report);
/* "crmsync: SIDE: what, what to do" in one line; only if report_failed() or guarded. */
void report_print_failure(const struct cycle_report *report, FILE *out);
/* The summary for people, a few lines. */
void report_print(const struct cycle_report *report, FILE *out);
/* In a daemon, a cycle that failed is an error, and one that was held or left work a warning; a
 * one-shot says so by itself (report_print_failure()). */
void report_log(const struct cycle_report *report, bool is_daemon, bool dry_run);

#endif
