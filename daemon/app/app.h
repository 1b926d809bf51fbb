/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app: owns the loop and every long-lived object, and the order in which they start and stop:
 *
 *   loop, state, tokens, http, senders, runner, signals      and back
 *
 * It carries one cycle out, or as a daemon one after the other, and keeps the status file and the
 * progress line.
 *
 * TERM and INT finish what is in flight (sync.shutdown_grace at most) and leave the rest to the next
 * cycle.  From then on the signals have their default meaning again: a second one ends the process at
 * once, whatever it is doing; the state is safe against that.
 *
 * A daemon listens to two more:
 *  - HUP reads the configuration anew.  It is judged at once: a bad one is refused, with the reasons
 *    in the log, and the old one stays.  A good one is taken before the next cycle; one that is under
 *    way has sync.shutdown_grace to end by itself, then it is ended as by TERM.  What makes the
 *    state another one (base_url, records.object, records.dialect, state.path) cannot be changed so.
 *  - USR1 starts a cycle now, or as soon as the one under way has ended.
 */
#ifndef CRMSYNC_DAEMON_APP_APP_H
#define CRMSYNC_DAEMON_APP_APP_H

#include "core/cycle.h"
#include "daemon/config/config.h"
#include "daemon/exit_codes.h"
#include "daemon/log/log_choice.h"
#include "daemon/runner/runner.h"
#include "state/store.h"

struct admit;
struct app;

struct app_options {
	const struct config *config; /* outlives the app */
	/* Works on a scratch copy of the state; writes neither to a side, nor to the state, nor to the
	 * status file. */
	bool dry_run;
	struct admit *admit; /* which writes may be made; NULL: all; outlives the app */
	/* For once, more than the guard lets pass; 0: not given. */
	uint32_t allow_removals, allow_changes;
	bool quiet;            /* no progress on stderr */
	bool daemon;           /* for app_run() */
	struct log_choice log; /* of the command line, for a daemon's reload */
};

/* Errors are those of the state, the configuration, and ERR_CREATE for the status file. */
NODISCARD bool app_open(const struct app_options *options, struct app **ret_app, struct error *err);
/* NULL is fine. */
void app_close(struct app *app);
/* Runs one cycle to its end.  What failed in it stands in the report. */
void app_run_cycle(struct app *app, enum reach reach, struct cycle_report *ret_report);
/* Between two cycles, up to that time of the clock; less if a signal ends it. */
void app_wait(struct app *app, int64_t until);
/* A signal has ended it: no further cycle is wanted. */
bool app_is_stopping(const struct app *app);
/* The daemon: cycles until a signal, or until nothing but a new start can help (the state cannot be
 * written any more, a defect), which was logged then. */
enum exit_code app_run(struct app *app);
/* The state as the cycle left it; with dry_run the scratch copy, in which the intents stand. */
struct store *app_store(struct app *app);

#endif
