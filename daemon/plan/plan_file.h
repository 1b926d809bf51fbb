/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_file: a plan that was saved to be read by a person and then carried out by `sync --plan`, step by
 * step and each only as it was reviewed.
 *
 * JSON lines: a header (systems, field table, when), a line for each step (what it is, what the target
 * holds and is to hold, and the digests by which it is recognised), and an end with the number of steps
 * and a checksum over all lines before it.
 *
 * It holds personal data: the file is made with mode 0600.
 */
#ifndef CRMSYNC_DAEMON_PLAN_PLAN_FILE_H
#define CRMSYNC_DAEMON_PLAN_PLAN_FILE_H

#include "base/limits.h"
#include "core/cycle.h"
#include "daemon/config/config.h"
#include "daemon/runner/admit.h"
#include "state/store.h"

#include <stdio.h>

/* One step: two values of the largest size a field, escaped. */
#define PLAN_FILE_LINE_BYTES (8 * LIMIT_RECORD_BYTES)

/* Saves the intents of a planned cycle; the file appears whole or not at all.  now: ns.  ERR_CREATE. */
NODISCARD bool plan_save(const char *path, struct store *store, const struct config *config,
			 int64_t now, struct error *err);
/*
 * Lets only the steps of a saved plan be taken.  ERR_USAGE if the file cannot be read, ERR_MALFORMED if
 * it is no plan or damaged, ERR_FOREIGN if it was made for other systems, another field table or by
 * another version.
 */
NODISCARD bool plan_load(const char *path, const struct config *config, struct admit *admit,
			 struct error *err);
/* The same line by line, each with its end, for a plan that comes from elsewhere.  path: how it is called
 * in errors; all outlive the reader.  ERR_USAGE for more steps than steps_max. */
struct plan_reader;

struct plan_reader *plan_reader_new(const char *path, const struct config *config,
				    struct admit *admit, uint64_t steps_max);
void plan_reader_free(struct plan_reader *reader); /* NULL is fine */
NODISCARD bool plan_reader_take(struct plan_reader *reader, struct str line, struct error *err);
bool plan_reader_is_whole(const struct plan_reader *reader);
/* Says of each step that was not taken why, one line each; returns how many.  By ids only. */
uint64_t plan_print_untaken(const struct admit *admit, const struct cycle_report *report,
			    bool dry_run, FILE *out);

#endif
