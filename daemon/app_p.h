/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_p: what the files of the application shell share.
 *
 *   app.c         start, stop, one cycle, signals
 *   app_net.c     tokens, endpoints and senders; the runner's transport on top of them
 *   app_status.c  what the status file and the progress line say
 */
#ifndef CRMSYNC_DAEMON_APP_P_H
#define CRMSYNC_DAEMON_APP_P_H

#include "base/vec.h"
#include "daemon/app.h"
#include "daemon/progress.h"
#include "daemon/runner/runner.h"
#include "daemon/status.h"

#include <uv.h>

enum { SIGNALS = 2 };

struct deferred {
	void (*fn)(void *payload);
	void *payload;
};

struct app {
	struct app_options options;
	uv_loop_t loop;
	bool has_loop;    /* and the timers */
	size_t n_signals; /* of signals[] that are to be closed */

	/* app_net.c */
	struct http *http;
	struct http_endpoint *endpoint[SIDE_COUNT];
	struct sender *sender[SIDE_COUNT];
	uv_timer_t defer_timer;
	VEC(struct deferred) deferred;

	struct store *store;
	struct runner *runner;

	/* app.c */
	uv_signal_t signals[SIGNALS];
	uv_timer_t tick;        /* while a cycle runs */
	uv_timer_t grace;       /* after a signal */
	uint64_t grace_ends_ms; /* of the loop's clock */
	bool stopping;
	bool done;
	struct cycle_report report;

	/* app_status.c */
	struct status status;
	struct arena arena; /* its texts */
	struct progress progress;
	enum phase phase; /* that the status file knows */
	int64_t scan_began_at, scan_ended_at;
	int64_t expected[SIDE_COUNT]; /* persons, from the state; -1: not known */
	bool announced[SIDE_COUNT];   /* how long the reading takes */
	bool status_failed;           /* it was said already */
};

int64_t app_now(void); /* wall clock, ns */

/* ---- app_net.c ---- */

/* The loop must be there.  After a failure app_net_close() is due all the same. */
NODISCARD bool app_net_open(struct app *app, struct error *err);
/* Completes everything under way; the loop must be run until it is empty, then app_net_free(). */
void app_net_close(struct app *app);
void app_net_free(struct app *app);
struct transport app_transport(struct app *app);

/* ---- app_status.c ---- */

/* Reads what the last process left, counts the state, writes the file for the first time. */
NODISCARD bool app_status_open(struct app *app, struct error *err);
/* A figure or the phase changed: the file is written if the phase did, or if it is due. */
void app_status_changed(struct app *app);
/* Writes the file now. */
void app_status_tick(struct app *app);
void app_status_stopping(struct app *app);
/* app->report is what came of the cycle. */
void app_status_ended(struct app *app);

#endif
