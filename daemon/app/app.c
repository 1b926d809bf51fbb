/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app/app.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/app/app_p.h"
#include "daemon/app/notify.h"
#include "daemon/state_open.h"
#include "daemon/system.h"
#include "state/pulse.h"

#include <assert.h>
#include <signal.h>
#include <sys/stat.h>

#define TICK_MS 500
#define GRACE_TICK_MS 50
#define OPENING_NS (30 * NS_PER_S)
#define SLOW_DISK_BYTES (4 * 1024 * 1024) /* a second */
/* For storing and closing, once nothing is in flight any more. */
#define CLOSING_NS (5 * NS_PER_S)

/* ---- Signals ---- */

/* Nothing is on the wire: what waits for its turn at the rate is left to the next cycle. */
static bool is_only_waiting(const struct app *app)
{
	uint32_t n_waiting = 0;

	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats;

		sender_stats(app->sender[side], &stats);
		if (stats.in_flight > 0)
			return false;
		n_waiting += stats.waiting;
	}
	return n_waiting > 0;
}

static void on_grace(uv_timer_t *timer)
{
	struct app *app = container_of(timer, struct app, grace);

	if (!is_only_waiting(app) && uv_now(&app->loop) < app->grace_ends_ms)
		return;
	for (int side = 0; side < SIDE_COUNT; side++)
		sender_cancel_all(app->sender[side]);
}

void app_cut_cycle(struct app *app)
{
	const int64_t grace_ns = app->options.config->sync.shutdown_grace_ns;

	app->cut = true;
	runner_stop(app->runner);
	uv_update_time(&app->loop);
	app->grace_ends_ms = uv_now(&app->loop) + (uint64_t)(grace_ns / NS_PER_MS);
	(void)uv_timer_start(&app->grace, on_grace, 0, GRACE_TICK_MS);
}

static void on_late(uv_timer_t *timer)
{
	app_cut_cycle(container_of(timer, struct app, grace));
}

void app_cut_cycle_in(struct app *app, uint64_t wait_ms)
{
	if (uv_is_active((uv_handle_t *)&app->grace) == 0 ||
	    uv_timer_get_due_in(&app->grace) > wait_ms)
		(void)uv_timer_start(&app->grace, on_late, wait_ms, 0);
}

/* From now on the next one ends us, by its default meaning. */
static void stop(struct app *app)
{
	signals_release(&app->signals, SIGTERM);
	signals_release(&app->signals, SIGINT);
	app->stopping = true;
	/* A one-shot whose cycle is over ends anyway: no further one is begun. */
	if (app->done && !app->options.daemon)
		return;
	if (app->options.daemon)
		LOG_NOTICE("stopping");
	notify_stopping(app->options.config->sync.shutdown_grace_ns + CLOSING_NS);
	if (!app->done)
		app_cut_cycle(app);
	app_control_stop(app);
	app_status_stopping(app);
}

static void on_signal(void *payload, int number)
{
	struct app *app = payload;

	if (number == SIGTERM || number == SIGINT)
		stop(app);
	else if (number == SIGHUP && !app->stopping)
		app_reload_read(app);
	else if (number == SIGUSR1 && !app->stopping)
		schedule_ask(&app->schedule);
}

static bool watch_signals(struct app *app, struct error *err)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	const size_t n = app->options.daemon ? COUNT_OF(numbers) : 2;

	return signals_open(&app->signals, &app->loop, numbers, n, on_signal, app, err);
}

/* ---- The cycle ---- */

static void on_tick(uv_timer_t *timer)
{
	struct app *app = container_of(timer, struct app, tick);

	app_status_tick(app);
	if (app->options.daemon)
		app_run_tick(app);
}

/* A phase that goes through many persons comes to the loop when it is through with them. */
static void on_change(void *payload)
{
	struct app *app = payload;

	/* First, or it would cut short what the status counts. */
	signals_look(&app->signals);
	app_status_changed(app);
}

static void on_done(void *payload, const struct cycle_report *report)
{
	struct app *app = payload;

	app->report = *report;
	app->done = true;
	uv_stop(&app->loop);
}

void app_run_cycle(struct app *app, enum reach reach, struct cycle_report *ret_report)
{
	app->done = app->cut = false;
	(void)uv_timer_start(&app->tick, on_tick, TICK_MS, TICK_MS);
	runner_start(app->runner, reach);
	while (!app->done)
		(void)uv_run(&app->loop, UV_RUN_DEFAULT);
	(void)uv_timer_stop(&app->tick);
	(void)uv_timer_stop(&app->grace);
	app_status_ended(app);
	*ret_report = app->report;
}

bool app_is_stopping(const struct app *app)
{
	return app->stopping;
}

struct store *app_store(struct app *app)
{
	return app->store;
}

/* Matching asks nobody, and what it has not come to is found again: a stop need not wait until a statement
 * has gone through everybody.  The signal is left for on_change(), which may use the store. */
static bool on_pulse(void *payload)
{
	struct app *app = payload;
	struct runner_view view;

	app_status_pulse(app);
	if (app->done)
		return true;
	runner_view(app->runner, &view);
	return view.phase != PHASE_MATCH ||
	       (!signals_have(&app->signals, SIGTERM) && !signals_have(&app->signals, SIGINT));
}

/* ---- Start and stop ---- */

static bool open_loop(struct app *app, struct error *err)
{
	if (uv_loop_init(&app->loop) != 0)
		return error_set(err, ERR_INTERNAL, "cannot make an event loop");
	/* libuv's timers cannot fail to be made. */
	(void)uv_timer_init(&app->loop, &app->defer_timer);
	(void)uv_timer_init(&app->loop, &app->tick);
	(void)uv_timer_init(&app->loop, &app->grace);
	(void)uv_timer_init(&app->loop, &app->wake);
	app->has_loop = true;
	return true;
}

/* All of it is read when it is opened: a large one on a slow disk takes longer than systemd waits. */
static void tell_how_long(const char *path)
{
	struct stat facts;

	if (stat(path, &facts) == 0 && facts.st_size > 0)
		notify_extend(OPENING_NS + facts.st_size / SLOW_DISK_BYTES * NS_PER_S,
			      "checking the state");
}

/* The pair of systems that the state belongs to. */
static bool open_state(struct app *app, struct error *err)
{
	const struct config *config = app->options.config;
	const enum store_mode mode = app->options.dry_run ? STORE_SCRATCH : STORE_WRITE;

	if (app->options.daemon)
		tell_how_long(config->state_path);
	/* It holds personal data: nobody else may even look into the folder. */
	if (mode == STORE_WRITE)
		system_make_parents(config->state_path, 0700);
	if (!store_open(config->state_path, mode, &config->fields, &app->store, err) ||
	    !state_bind(config, app->store, err))
		return false;
	store_on_pulse(app->store, on_pulse, app);
	return true;
}

void app_close_state(struct app *app)
{
	runner_free(app->runner);
	app->runner = NULL; /* the store's pulse asks for it */
	store_close(app->store);
	app->store = NULL;
}

void app_reopen_state(struct app *app)
{
	struct error err;

	if (open_state(app, &err) && app_status_recount(app, &err)) {
		app_open_runner(app);
		return;
	}
	LOG_ERROR("the state cannot be opened any more", LOG_ERR(&err));
	app->broken = exit_code_of(err.code);
}

void app_open_runner(struct app *app)
{
	const struct runner_options options = {
		.config = app->options.config,
		.store = app->store,
		.transport = app_transport(app),
		.dry_run = app->options.dry_run,
		.admit = app->options.admit,
		.allow_removals = app->options.allow_removals,
		.allow_changes = app->options.allow_changes,
		.on_change = on_change,
		.on_done = on_done,
		.payload = app,
	};

	app->runner = runner_new(&options);
}

bool app_open(const struct app_options *options, struct app **ret_app, struct error *err)
{
	struct app *app = alloc_zeroed(1, sizeof(*app));

	app->options = *options;
	app->done = true;
	if (!open_loop(app, err) || !open_state(app, err) || !app_net_open(app, err) ||
	    !app_status_open(app, err) || !app_control_open(app, err) || !watch_signals(app, err)) {
		app_close(app);
		return false;
	}
	app_open_runner(app);
	*ret_app = app;
	return true;
}

static void close_loop(struct app *app)
{
	if (!app->has_loop)
		return;
	app_net_close(app);
	uv_close((uv_handle_t *)&app->defer_timer, NULL);
	uv_close((uv_handle_t *)&app->tick, NULL);
	uv_close((uv_handle_t *)&app->grace, NULL);
	uv_close((uv_handle_t *)&app->wake, NULL);
	signals_close(&app->signals);
	while (uv_run(&app->loop, UV_RUN_DEFAULT) != 0)
		continue;
	const int rc = uv_loop_close(&app->loop);

	assert(rc == 0);
	(void)rc;
	app_net_free(app);
}

void app_close(struct app *app)
{
	if (app == NULL)
		return;
	if (app->has_loop)
		app_control_close(app);
	runner_free(app->runner);
	close_loop(app);
	store_close(app->store);
	VEC_RELEASE(&app->status.held);
	arena_release(&app->arena);
	arena_release(&app->held_arena);
	app_reload_release(app);
	free(app);
}
