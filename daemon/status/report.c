/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/report.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

bool report_failed(const struct cycle_report *report)
{
	const enum err_code code = report->failure.code;

	if (report->outcome != OUTCOME_FAILED && report->outcome != OUTCOME_PARTIAL)
		return false;
	return code != ERR_OK && code != ERR_CANCELED && code != ERR_REJECTED && code != ERR_GONE;
}

enum exit_code report_exit_code(const struct cycle_report *report, bool dry_run)
{
	if (dry_run && report->waiting > 0)
		return EXIT_CODE_CHANGES;
	if (report->outcome == OUTCOME_GUARDED)
		return EXIT_CODE_LATER;
	if (report_failed(report))
		return exit_code_of(report->failure.code);
	if (report->conflicts > 0 || report->quarantined > 0)
		return EXIT_CODE_WAITING;
	return EXIT_CODE_OK;
}

/* What helps; "" where the message itself must say it. */
static const char *advice(enum err_code code)
{
	static const char *const texts[] = {
		[ERR_OK] = "",
		[ERR_TRANSIENT] = "; nothing is lost, run it again once that side answers",
		[ERR_RATE_LIMITED] = "; nothing is lost, run it again later",
		[ERR_AUTH] = "; check the side's token file and what its token may do",
		[ERR_REJECTED] = "",
		[ERR_GONE] = "",
		[ERR_MALFORMED] = "; check base_url and dialect, nothing was written from it",
		[ERR_UNCERTAIN] = "; the next run finds out and goes on",
		[ERR_STORE] = "; check the disk and the permissions of the state's folder",
		[ERR_LOCKED] = "",
		[ERR_FOREIGN] = "",
		[ERR_CONFIG] = "",
		[ERR_CREATE] = "",
		[ERR_USAGE] = "",
		[ERR_CANCELED] = "",
		[ERR_INTERNAL] = "; this is a defect, please report it",
	};
	static_assert(COUNT_OF(texts) == ERR_CODE_COUNT, "every code has its advice");

	return texts[code];
}

static void print_guarded(const struct cycle_report *report, FILE *out)
{
	if (report->held_removals > 0)
		(void)fprintf(out,
			      "crmsync: %" PRIu64 " removals are held back by the guard; `crmsync "
			      "conflicts list` shows them; if they are right: crmsync sync "
			      "--allow-removals=%" PRIu64 "\n",
			      report->held_removals, report->held_removals);
	if (report->held_changes > 0)
		(void)fprintf(out,
			      "crmsync: %" PRIu64
			      " links would be changed at once and are held back "
			      "by the guard; look at `crmsync plan --allow-changes=%" PRIu64
			      "`; if that is right: crmsync sync --allow-changes=%" PRIu64 "\n",
			      report->held_changes, report->held_changes, report->held_changes);
	if (report->held_removals == 0 && report->held_changes == 0)
		(void)fprintf(out,
			      "crmsync: a side lists nobody at all, but %" PRIu64
			      " persons are linked "
			      "with it; nothing is removed; check base_url, object and the token\n",
			      report->guarded);
}

/* It happened here, and not on a side. */
static bool is_local(const struct error *failure)
{
	return failure->code == ERR_STORE || failure->code == ERR_INTERNAL ||
	       failure->code == ERR_USAGE;
}

void report_print_failure(const struct cycle_report *report, FILE *out)
{
	const struct error *failure = &report->failure;
	const char *side = side_name(report->failure_side);

	if (report->outcome == OUTCOME_GUARDED) {
		print_guarded(report, out);
		return;
	}
	if (!report_failed(report))
		return;
	const char *what = failure->msg[0] != '\0' ? failure->msg : err_code_name(failure->code);
	const bool local = is_local(failure);
	const bool names_side = str_starts(str_from(what), str_from(side));

	/* Where the message itself says what to do, it knows better. */
	const bool is_advised = strstr(what, "; ") != NULL;

	(void)fprintf(out, "crmsync: %s%s%s%s\n", local || names_side ? "" : side,
		      local || names_side ? "" : ": ", what,
		      is_advised ? "" : advice(failure->code));
}

/* ---- The summary ---- */

/* "3 created, 1 updated" of one side, or "nothing". */
static void print_side(const struct cycle_report *report, enum side side, FILE *out)
{
	const struct {
		uint64_t n;
		const char *what;
	} counts[] = {
		{ report->created[side], "created" },
		{ report->updated[side], "updated" },
		{ report->removed[side], "removed" },
		{ report->notes[side], "notes" },
		{ side == SIDE_RECORDS ? report->users : 0, "users" },
		{ report->references[side], "references created" },
	};
	const char *separator = "";

	(void)fprintf(out, "  %-8s ", side_name(side));
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		if (counts[i].n == 0)
			continue;
		(void)fprintf(out, "%s%" PRIu64 " %s", separator, counts[i].n, counts[i].what);
		separator = ", ";
	}
	(void)fprintf(out, "%s; %" PRIu64 " requests (%" PRIu64 " at least)\n",
		      *separator == '\0' ? "nothing written" : "", report->requests[side],
		      report->requests_least[side]);
}

static const char *outcome_words(const struct cycle_report *report)
{
	static const char *const words[] = {
		[OUTCOME_OK] = "done",
		[OUTCOME_PARTIAL] = "partly done, with a rest for the next cycle,",
		[OUTCOME_GUARDED] = "held back by the guard",
		[OUTCOME_FAILED] = "failed",
	};
	static_assert(COUNT_OF(words) == OUTCOME_COUNT, "every outcome has its words");

	return words[report->outcome];
}

void report_print(const struct cycle_report *report, FILE *out)
{
	const int64_t ns = report->ended_at - report->started_at;

	if (report->n_cycles > 1)
		(void)fprintf(out, "Cycles %" PRId64 " to ",
			      report->id - (int64_t)report->n_cycles + 1);
	else
		(void)fputs("Cycle ", out);
	(void)fprintf(out, "%" PRId64 ": %s in %" PRId64 ".%" PRId64 " s\n", report->id,
		      outcome_words(report), ns > 0 ? ns / NS_PER_S : 0,
		      ns > 0 ? ns / (NS_PER_S / 10) % 10 : 0);
	for (int side = 0; side < SIDE_COUNT; side++)
		print_side(report, (enum side)side, out);
	(void)fprintf(out, "  links    %" PRIu64 " new, %" PRIu64 " unchanged\n", report->linked,
		      report->unchanged);
	if (report->conflicts > 0)
		(void)fprintf(out, "  conflicts that wait for a decision: %" PRIu64 "\n",
			      report->conflicts);
	if (report->quarantined > 0)
		(void)fprintf(out, "  in quarantine: %" PRIu64 "\n", report->quarantined);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (report->put_off[side] > 0)
			(void)fprintf(out,
				      "  to be created when the whole list of %s has been read: "
				      "%" PRIu64 "\n",
				      side_name((enum side)side), report->put_off[side]);
	}
	if (report->left_out > 0)
		(void)fprintf(out,
			      "  %" PRIu64 " values that the other side cannot take are left out\n",
			      report->left_out);
	if (report->guarded > 0)
		(void)fprintf(out, "  changes held back by the guard: %" PRIu64 "\n",
			      report->guarded);
	if (report->retries > 0)
		(void)fprintf(out, "  requests that had to be repeated: %" PRIu64 "\n",
			      report->retries);
}

/* How much a cycle's end is worth telling, and in which words. */
static enum log_level level_of(const struct cycle_report *report, bool is_daemon)
{
	if (!is_daemon)
		return LOG_LEVEL_INFO;
	if (report_failed(report))
		return LOG_LEVEL_ERROR;
	return report->outcome == OUTCOME_GUARDED ? LOG_LEVEL_WARN : LOG_LEVEL_INFO;
}

void report_log(const struct cycle_report *report, bool is_daemon, bool dry_run)
{
	const enum log_level level = level_of(report, is_daemon);
	const struct log_field fields[] = {
		LOG_I64("cycle", report->id),
		LOG_STR("kind", report->kind),
		LOG_STR("outcome", outcome_name(report->outcome)),
		LOG_I64("ms", (report->ended_at - report->started_at) / NS_PER_MS),
		LOG_U64("linked", report->linked),
		LOG_U64("unchanged", report->unchanged),
		LOG_U64("created_records", report->created[SIDE_RECORDS]),
		LOG_U64("created_people", report->created[SIDE_PEOPLE]),
		LOG_U64("updated_records", report->updated[SIDE_RECORDS]),
		LOG_U64("updated_people", report->updated[SIDE_PEOPLE]),
		LOG_U64("removed_records", report->removed[SIDE_RECORDS]),
		LOG_U64("removed_people", report->removed[SIDE_PEOPLE]),
		LOG_U64("notes_records", report->notes[SIDE_RECORDS]),
		LOG_U64("notes_people", report->notes[SIDE_PEOPLE]),
		LOG_U64("users", report->users),
		LOG_U64("references_records", report->references[SIDE_RECORDS]),
		LOG_U64("references_people", report->references[SIDE_PEOPLE]),
		LOG_U64("conflicts", report->conflicts),
		LOG_U64("quarantined", report->quarantined),
		LOG_U64("put_off_records", report->put_off[SIDE_RECORDS]),
		LOG_U64("put_off_people", report->put_off[SIDE_PEOPLE]),
		LOG_U64("left_out", report->left_out),
		LOG_U64("guarded", report->guarded),
		LOG_U64("requests_records", report->requests[SIDE_RECORDS]),
		LOG_U64("requests_people", report->requests[SIDE_PEOPLE]),
		LOG_U64("retries", report->retries),
		LOG_ERR(&report->failure),
		LOG_STR("side", side_name(report->failure_side)),
		LOG_END,
	};
	struct log_field shown[COUNT_OF(fields)];

	memcpy(shown, fields, sizeof(fields));
	if (is_local(&report->failure))
		shown[COUNT_OF(fields) - 2] = LOG_END;
	if (level != LOG_LEVEL_ERROR) /* nothing failed that could be named */
		shown[COUNT_OF(fields) - 3] = LOG_END;
	/* A plan is no cycle: the next sync takes the number. */
	log_write(level,
		  dry_run                  ? "plan ended" :
		  level == LOG_LEVEL_ERROR ? "cycle failed" :
					     "cycle ended",
		  dry_run ? shown + 1 : shown);
}
