/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_run: the daemon: one cycle after the other, and what systemd hears of it.
 *
 * Everything here but the tick runs outside of the loop's callbacks, so that between two cycles
 * nothing of the loop refers to what a reload replaces.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "daemon/app/app_p.h"
#include "daemon/app/notify.h"
#include "daemon/status/report.h"

#include <string.h>
#include <sys/random.h>

/* Between two cycles hardly anything changes: each look wakes a processor up, and maybe a disk. */
#define IDLE_TICK_MS 2000
/* What systemd wants to hear is said so many times as often. */
#define FEED_SHARE 3
/* For what is none of a request's: large transactions, a busy disk, a busy machine. */
#define PATIENCE_NS (60 * NS_PER_S)
/* A phase that asks nobody goes through all of them, ten times faster where it was measured. */
#define PATIENCE_PER_PERSON_NS NS_PER_MS
#define WINDOW_NS (60 * NS_PER_S)
/* A disk that is full may have room again. */
#define DISK_FULL_NS (60 * NS_PER_S)
#define SQLITE_BUSY_CODE 5
#define SQLITE_FULL_CODE 13
#define SQLITE_BASE_CODE 0xff

/* ---- The watchdog ---- */

/* Longer than the slowest request that the configuration allows, its wait for its turn included. */
static int64_t patience_of(const struct app *app)
{
	const struct status_totals *totals = &app->status.totals;
	const int64_t n_persons =
		totals->links + totals->unlinked[SIDE_RECORDS] + totals->unlinked[SIDE_PEOPLE];
	int64_t longest = 0;

	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats;

		sender_stats(app->sender[side], &stats);
		const uint32_t a_minute =
			stats.allowed_per_minute > 0 ? stats.allowed_per_minute : 1;
		const int64_t turn_ns = WINDOW_NS + WINDOW_NS / a_minute;
		const int64_t ns = turn_ns + app->options.config->endpoint[side].timeout_ns;

		longest = ns > longest ? ns : longest;
	}
	return longest + PATIENCE_NS + n_persons * PATIENCE_PER_PERSON_NS;
}

/* Tells whether anything moved since the last look. */
static uint64_t mark_of(const struct app *app)
{
	struct runner_view view;
	uint64_t numbers[8 + 2 * SIDE_COUNT] = { 0 };
	size_t n = 0;

	runner_view(app->runner, &view);
	numbers[n++] = (uint64_t)view.phase;
	numbers[n++] = (uint64_t)view.cycle;
	numbers[n++] = view.intents_done;
	numbers[n++] = view.intents_total;
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats;

		sender_stats(app->sender[side], &stats);
		numbers[n++] = view.seen[side];
		numbers[n++] = stats.requests;
		numbers[n++] = stats.in_flight;
	}
	return hash64((struct str){ (const char *)numbers, sizeof(numbers) }, 0);
}

/* Until when nothing need move: the next cycle is due then, or a side is left alone. */
static int64_t excused_until(const struct app *app, int64_t now)
{
	int64_t until = 0;

	if (app->done)
		return now + schedule_wait(&app->schedule, now) + 1;
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats;

		sender_stats(app->sender[side], &stats);
		const int64_t wait = stats.backoff_until_ns - app_now();

		if (stats.waiting > 0 && stats.backoff_until_ns != 0 && now + wait > until)
			until = now + wait;
	}
	return until;
}

static void feed(struct app *app)
{
	const int64_t now = app_uptime();
	const struct watch_facts facts = {
		.mark = mark_of(app),
		.excused_until_ns = excused_until(app, now),
		.patience_ns = patience_of(app),
	};

	if (!watch_look(&app->watch, &facts, now)) {
		if (!app->watch_said)
			LOG_ERROR("nothing moves: the watchdog is no longer fed");
		app->watch_said = true;
		return;
	}
	app->watch_said = false;
	if (app->watchdog_ns > 0 && now - app->fed_ns >= app->watchdog_ns / FEED_SHARE) {
		app->fed_ns = now;
		notify_watchdog();
	}
}

/* ---- The tick ---- */

void app_run_pulse(struct app *app)
{
	char line[STATUS_LINE_BYTES];

	feed(app);
	app_status_line(app, line);
	if (app->stopping || (strcmp(line, app->told) == 0 && !app->owes_ready))
		return;
	(void)memcpy(app->told, line, sizeof(line));
	if (app->owes_ready)
		app->owes_ready = !notify_ready(line);
	else
		notify_status(line);
}

void app_run_tick(struct app *app)
{
	app_token_look(app);
	app_control_tick(app);
	app_run_pulse(app);
}

static void on_idle_tick(uv_timer_t *timer)
{
	struct app *app = container_of(timer, struct app, tick);

	app_status_tick(app);
	app_run_tick(app);
}

/* ---- Between two cycles ---- */

/* The loop has turned, that is all. */
static void on_wake(uv_timer_t *timer)
{
	(void)timer;
}

/* Often enough for the watchdog. */
static uint64_t idle_tick_ms(const struct app *app)
{
	const uint64_t feed_ms = (uint64_t)(app->watchdog_ns / FEED_SHARE / NS_PER_MS) + 1;

	return app->watchdog_ns > 0 && feed_ms < IDLE_TICK_MS ? feed_ms : IDLE_TICK_MS;
}

/* The timer does not count while the machine sleeps: the tick looks at the clock that does. */
static void wait_for_work(struct app *app)
{
	int64_t wait_ns;

	(void)uv_timer_start(&app->tick, on_idle_tick, 0, idle_tick_ms(app));
	while (!app->stopping && app->next == NULL && !app_control_waits(app) &&
	       (wait_ns = schedule_wait(&app->schedule, app_uptime())) > 0) {
		uv_update_time(&app->loop);
		(void)uv_timer_start(&app->wake, on_wake,
				     (uint64_t)((wait_ns + NS_PER_MS - 1) / NS_PER_MS), 0);
		(void)uv_run(&app->loop, UV_RUN_ONCE);
	}
	(void)uv_timer_stop(&app->wake);
	(void)uv_timer_stop(&app->tick);
}

void app_wait(struct app *app, int64_t until)
{
	schedule_delay(&app->schedule, app_uptime() + until - app_now());
	wait_for_work(app);
}

/* ---- A cycle ---- */

/* What no further cycle can mend: a new process looks at the state with fresh eyes.  A failed fsync,
 * for example, cannot be repeated. */
static bool is_fatal(const struct cycle_report *report)
{
	const struct error *failure = &report->failure;

	if (failure->code == ERR_STORE)
		return (failure->native & SQLITE_BASE_CODE) != SQLITE_FULL_CODE;
	return failure->code == ERR_INTERNAL;
}

/* Narrower: a command also fails by what it cannot print, or by one damaged person. */
bool app_is_broken_by(const struct error *failure)
{
	const int32_t base = failure->native & SQLITE_BASE_CODE;
	const bool is_broken = failure->code == ERR_STORE && base != 0 &&
			       base != SQLITE_FULL_CODE && base != SQLITE_BUSY_CODE;

	if (is_broken)
		LOG_ERROR("the state cannot be written any more", LOG_ERR(failure));
	return is_broken;
}

static enum exit_code run_cycle(struct app *app)
{
	const struct config_sync *sync = &app->options.config->sync;
	const struct retry_policy retry = { .base_ns = sync->retry.base_ns,
					    .cap_ns = sync->retry.cap_ns };
	struct cycle_report report;

	const enum reach reach = app_control_begin(app);

	schedule_began(&app->schedule, app_uptime());
	app_run_cycle(app, reach, &report);
	const int64_t now = app_uptime();

	schedule_ended(&app->schedule, sync->interval_ns, &retry, report_failed(&report), now);
	if (report.failure.code == ERR_STORE && !is_fatal(&report))
		schedule_delay(&app->schedule, now + DISK_FULL_NS);
	/* A cycle that was cut for a reload goes on with the new configuration. */
	if (app->next != NULL)
		schedule_ask(&app->schedule);
	app_control_end(app, &report);
	return is_fatal(&report) ? exit_code_of(report.failure.code) : EXIT_CODE_OK;
}

/* ---- The daemon ---- */

/* Only spreads the starts: a poor seed does no harm. */
static uint64_t start_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)app_uptime();
	return seed;
}

static void begin(struct app *app)
{
	const struct config *config = app->options.config;

	schedule_start(&app->schedule, config->sync.interval_ns, start_seed(), app_uptime());
	app->watchdog_ns = notify_watchdog_ns();
	LOG_NOTICE("started", LOG_STR("version", CRMSYNC_VERSION), LOG_STR("config", config->file),
		   LOG_STR("state", config->state_path),
		   LOG_I64("interval_ms", config->sync.interval_ns / NS_PER_MS));
	app_status_line(app, app->told);
	app->owes_ready = !notify_ready(app->told);
}

enum exit_code app_run(struct app *app)
{
	enum exit_code code = EXIT_CODE_OK;

	begin(app);
	while (!app->stopping && code == EXIT_CODE_OK) {
		wait_for_work(app);
		app_reload_take(app);
		app_control_take(app);
		code = app->broken;
		if (!app->stopping && code == EXIT_CODE_OK &&
		    schedule_wait(&app->schedule, app_uptime()) == 0)
			code = run_cycle(app);
	}
	app_control_stop(app);
	if (app->runner != NULL)
		app_status_stopped(app);
	LOG_NOTICE("stopped", LOG_I64("exit_code", (int64_t)code));
	return code;
}
