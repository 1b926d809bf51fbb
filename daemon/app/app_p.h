/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_p: what the files of the application shell share.
 *
 *   app.c         start, stop, one cycle, signals
 *   app_run.c     the daemon: when cycles come, and what systemd is told
 *   app_reload.c  the daemon takes a new configuration
 *   app_control.c the daemon carries out what clients of its control socket ask for
 *   app_net.c     endpoints and senders; the runner's transport on top of them
 *   app_token.c   tokens, and the new one where the old one is refused
 *   app_status.c  what the status file and the progress line say
 */
#ifndef CRMSYNC_DAEMON_APP_APP_P_H
#define CRMSYNC_DAEMON_APP_APP_P_H

#include "base/vec.h"
#include "daemon/app/app.h"
#include "daemon/app/schedule.h"
#include "daemon/app/signals.h"
#include "daemon/app/watch.h"
#include "daemon/control/control_server.h"
#include "daemon/runner/runner.h"
#include "daemon/status/progress.h"
#include "daemon/status/status.h"

#include <uv.h>

#define STATUS_LINE_BYTES 256

struct app_job;

struct deferred {
	void (*fn)(void *payload);
	void *payload;
};

/* What a sender's callbacks get. */
struct app_side {
	struct app *app;
	enum side side;
	bool token_said; /* that the file cannot be read */
	bool used_said;  /* that the state cannot be written */
};

/* Hashes of what a side's endpoint and sender are made from: what does another configuration change? */
struct net_marks {
	uint64_t token; /* and the header that carries it */
	uint64_t way;   /* how the side is reached */
	uint64_t limits;
};

struct app {
	struct app_options options;
	uv_loop_t loop;
	bool has_loop; /* and the timers */

	/* app_net.c */
	struct http *http;
	struct http_endpoint *endpoint[SIDE_COUNT];
	struct sender *sender[SIDE_COUNT];
	struct app_side sides[SIDE_COUNT];
	struct net_marks net_marks[SIDE_COUNT]; /* of what both were made from */
	uv_timer_t defer_timer;
	VEC(struct deferred) deferred;

	struct store *store;
	struct runner *runner;

	/* app.c */
	struct signals signals;
	uv_timer_t tick;        /* while a cycle runs; a daemon's always */
	uv_timer_t grace;       /* after a signal */
	uint64_t grace_ends_ms; /* of the loop's clock */
	bool stopping;
	bool done;             /* no cycle is under way */
	bool cut;              /* the last one was told to end */
	enum exit_code broken; /* the state is gone or broken, and how the daemon ends by that */
	struct cycle_report report;

	/* app_run.c */
	struct schedule schedule;
	uv_timer_t wake; /* when the next cycle is due */
	struct watch watch;
	bool watch_said;              /* that nothing moves */
	int64_t watchdog_ns, fed_ns;  /* how often systemd wants to hear of us, and last did */
	char told[STATUS_LINE_BYTES]; /* the last STATUS= */
	bool owes_ready;              /* READY=1, which the manager had no room for */

	/* app_reload.c */
	struct config *loaded; /* the configuration in force, if it is not the one of the start */
	struct config *next;   /* taken before the next cycle */

	/* app_control.c */
	struct control_server control;
	VEC(struct app_job *) jobs; /* in the order in which they came */
	int64_t alive_at;           /* when clients that wait last heard of us; ns, app_uptime() */

	/* app_status.c */
	struct status status;
	struct arena arena, held_arena; /* its texts */
	int64_t metrics_at;             /* when the file was written; ns, monotonic */
	bool metrics_failed;            /* it was said already */
	struct progress progress;
	enum phase phase; /* that the status file knows */
	int64_t phase_began_at;
	int64_t expected[SIDE_COUNT]; /* persons, from the state; -1: not known */
	bool announced[SIDE_COUNT];   /* how long the reading takes */
	bool status_failed;           /* it was said already */
	int64_t looked_at;            /* when the figures were last taken; ns of app_uptime() */
};

int64_t app_now(void); /* wall clock, ns */
/* Counts on while the machine sleeps, and nobody sets it; ns. */
int64_t app_uptime(void);

/* ---- app.c ---- */

void app_open_runner(struct app *app);
/* Ends the cycle under way: what is in flight has sync.shutdown_grace. */
void app_cut_cycle(struct app *app);
/* The same if it has not ended by itself until then, or earlier if that was said before. */
void app_cut_cycle_in(struct app *app, uint64_t wait_ms);
/* Between two cycles of a daemon: gives the state up for a moment, and takes it again or another one in its
 * place.  If it cannot, app->broken says so, and there is no store. */
void app_close_state(struct app *app);
void app_reopen_state(struct app *app);

/* ---- app_run.c ---- */

void app_run_tick(struct app *app);
/* Has the state's file failed, so that nothing may be tried again by this process?  A full disk has not. */
bool app_is_broken_by(const struct error *failure);
/* What systemd has to hear of, from wherever it is. */
void app_run_pulse(struct app *app);

/* ---- app_reload.c ---- */

/* Judges the file as it is now; it waits in app->next if it is good. */
void app_reload_read(struct app *app);
/* Takes app->next, if there is one; between two cycles only. */
void app_reload_take(struct app *app);
void app_reload_release(struct app *app);

/* ---- app_control.c ---- */

/* Listens, if this is a daemon.  ERR_CONFIG, ERR_CREATE. */
NODISCARD bool app_control_open(struct app *app, struct error *err);
/* Another configuration, between two cycles: plans that wait are put off.  The socket is elsewhere from now
 * on; on failure it stays, and that is said. */
void app_control_renew(struct app *app, const struct config *config);
/* Is there something to be done between two cycles? */
bool app_control_waits(const struct app *app);
/* Is a command being carried out? */
bool app_control_is_busy(const struct app *app);
/* Does what changes the state; between two cycles only. */
void app_control_take(struct app *app);
/* The next cycle begins: it is that of those who asked for one.  How much of the sides they want read. */
enum reach app_control_begin(struct app *app);
void app_control_end(struct app *app, const struct cycle_report *report);
void app_control_tick(struct app *app);
/* The daemon stops: what has not begun is not begun. */
void app_control_stop(struct app *app);
/* Gives clients a moment to take their answers. */
void app_control_close(struct app *app);

/* ---- app_net.c ---- */

/* The loop must be there.  After a failure app_net_close() is due all the same. */
NODISCARD bool app_net_open(struct app *app, struct error *err);
/* Makes anew what another configuration or token changes; between two cycles only.  What is known of
 * a side stays: no request comes before its time for it.  On failure all stays as it was. */
NODISCARD bool app_net_renew(struct app *app, const struct config *config, struct error *err);
/* Completes everything under way; the loop must be run until it is empty, then app_net_free(). */
void app_net_close(struct app *app);
void app_net_free(struct app *app);
struct transport app_transport(struct app *app);
/* How a side is reached, and how fast; the texts are the configuration's and the caller's. */
struct http_endpoint_options app_net_endpoint_options(const struct config *config, enum side side,
						      const char *auth_value);
struct limiter_options app_net_limits(const struct config *config, enum side side);
uint64_t app_net_token_mark(const struct config *config, enum side side, const char *auth_value);

/* ---- app_token.c ---- */

/* The header's name, and its value: the side's token behind the scheme.  The value is the caller's, for
 * app_token_wipe(). */
const char *app_token_header(const struct config *config, enum side side);
NODISCARD bool app_token_read(const struct config *config, enum side side, char **ret_value,
			      struct error *err);
void app_token_wipe(char *value);
/* Puts another token in place if the file holds one.  As sender_hooks.renew_token; payload: a struct
 * app_side. */
bool app_token_renew(void *payload);
/* A daemon's tick: where a token is refused, is there another one by now?  Then a cycle is asked for. */
void app_token_look(struct app *app);

/* ---- app_status.c ---- */

/* Reads what the last process left, counts the state, writes the file for the first time. */
NODISCARD bool app_status_open(struct app *app, struct error *err);
/* A figure or the phase changed: the file is written if the phase did, or if it is due. */
void app_status_changed(struct app *app);
/* Writes the file now. */
void app_status_tick(struct app *app);
/* In the middle of a phase's or a command's work on the state, which it does not touch: the file is written
 * if it is due. */
void app_status_pulse(struct app *app);
/* One line for the service manager: what is done, and how far it is. */
void app_status_line(const struct app *app, char ret_text[static STATUS_LINE_BYTES]);
/* The state is another one. */
NODISCARD bool app_status_recount(struct app *app, struct error *err);
/* The daemon ends. */
void app_status_stopped(struct app *app);
void app_status_stopping(struct app *app);
/* app->report is what came of the cycle. */
void app_status_ended(struct app *app);

#endif
