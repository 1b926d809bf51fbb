/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app.h"

#include "base/clock.h"
#include "daemon/app_p.h"
#include "daemon/state_open.h"
#include "daemon/system.h"

#include <assert.h>
#include <signal.h>

#define TICK_MS 500
#define GRACE_TICK_MS 50

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
	const struct transport transport = app_transport(app);

	if (is_only_waiting(app) || uv_now(&app->loop) >= app->grace_ends_ms)
		transport.ops->cancel_all(transport.self);
}

/* Stopping the watchers gives the signals their default meaning back: the next one ends us. */
static void on_signal(uv_signal_t *signal, int number)
{
	struct app *app = signal->data;
	const int64_t grace_ns = app->options.config->sync.shutdown_grace_ns;

	(void)number;
	for (size_t i = 0; i < app->n_signals; i++)
		(void)uv_signal_stop(&app->signals[i]);
	if (app->done)
		return;
	app->stopping = true;
	runner_stop(app->runner);
	app->grace_ends_ms = uv_now(&app->loop) + (uint64_t)(grace_ns / NS_PER_MS);
	(void)uv_timer_start(&app->grace, on_grace, 0, GRACE_TICK_MS);
	app_status_stopping(app);
}

static bool watch_signals(struct app *app, struct error *err)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT };

	for (size_t i = 0; i < SIGNALS; i++) {
		if (uv_signal_init(&app->loop, &app->signals[i]) != 0)
			return error_set(err, ERR_INTERNAL, "cannot watch signals");
		app->signals[i].data = app;
		app->n_signals++;
		if (uv_signal_start(&app->signals[i], on_signal, numbers[i]) != 0)
			return error_set(err, ERR_INTERNAL, "cannot watch signal %d", numbers[i]);
	}
	return true;
}

/* ---- The cycle ---- */

static void on_tick(uv_timer_t *timer)
{
	app_status_tick(container_of(timer, struct app, tick));
}

static void on_change(void *payload)
{
	app_status_changed(payload);
}

static void on_done(void *payload, const struct cycle_report *report)
{
	struct app *app = payload;

	app->report = *report;
	app->done = true;
	uv_stop(&app->loop);
}

void app_run_cycle(struct app *app, struct cycle_report *ret_report)
{
	app->done = false;
	(void)uv_timer_start(&app->tick, on_tick, TICK_MS, TICK_MS);
	runner_start(app->runner);
	while (!app->done)
		(void)uv_run(&app->loop, UV_RUN_DEFAULT);
	(void)uv_timer_stop(&app->tick);
	(void)uv_timer_stop(&app->grace);
	app_status_ended(app);
	*ret_report = app->report;
}

struct store *app_store(struct app *app)
{
	return app->store;
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
	app->has_loop = true;
	return true;
}

/* The pair of systems that the state belongs to. */
static bool open_state(struct app *app, struct error *err)
{
	const struct config *config = app->options.config;
	const enum store_mode mode = app->options.dry_run ? STORE_SCRATCH : STORE_WRITE;

	/* It holds personal data: nobody else may even look into the folder. */
	if (mode == STORE_WRITE)
		system_make_parents(config->state_path, 0700);
	return store_open(config->state_path, mode, &config->fields, &app->store, err) &&
	       state_bind(config, app->store, err);
}

static void open_runner(struct app *app)
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
	if (!open_loop(app, err) || !open_state(app, err) || !app_net_open(app, err) ||
	    !app_status_open(app, err) || !watch_signals(app, err)) {
		app_close(app);
		return false;
	}
	open_runner(app);
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
	for (size_t i = 0; i < app->n_signals; i++)
		uv_close((uv_handle_t *)&app->signals[i], NULL);
	/* Everything is stored: a late signal has nothing left to stop. */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
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
	runner_free(app->runner);
	close_loop(app);
	store_close(app->store);
	VEC_RELEASE(&app->status.held);
	arena_release(&app->arena);
	free(app);
}
