/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_status: what the status file and the progress line say while a cycle runs.
 *
 * The file is written at each change of phase, at each tick, and between them when something changed,
 * or the state is at work, and the last writing is a while ago.  Totals are counted at changes of phase
 * only: they are queries over the whole state.
 */
#include "daemon/app/app_p.h"
#include "daemon/check/estimate.h"
#include "daemon/status/metrics.h"
#include "daemon/status/report.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "state/turns.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define METRICS_EVERY_NS (15 * NS_PER_S)
#define WRITE_EVERY_NS (500 * NS_PER_MS)
/* A reading that takes longer than this is announced. */
#define ANNOUNCE_NS (5 * NS_PER_S)
/* So many failures in a row make a side unreachable while a cycle still tries. */
#define UNREACHABLE_FAILURES 5
#define WINDOW_NS (60 * NS_PER_S)

/* ---- What the last process left ---- */

/* The window of a minute is the tenant's, not the process's: what was sent a moment ago counts. */
static void restore_rates(struct app *app, const struct status *last, int64_t now)
{
	const int64_t age = now - last->updated_at;

	if (age < 0 || age >= WINDOW_NS)
		return;
	for (int side = 0; side < SIDE_COUNT; side++) {
		const uint64_t used = last->sides[side].used_last_minute;

		if (used > 0)
			sender_restore_used(
				app->sender[side],
				used < LIMITER_RATE_MAX ? (uint32_t)used : LIMITER_RATE_MAX, age);
	}
}

/* A file that is not there or not ours leaves everything unknown; it is replaced. */
static void read_last_status(struct app *app, int64_t now)
{
	struct status last;
	struct str text;
	struct error err;

	if (!status_read(app->options.config->status_path, &app->arena, &text, &err) ||
	    !status_parse(text, &app->arena, &last, &err))
		return;
	restore_rates(app, &last, now);
	for (int side = 0; side < SIDE_COUNT; side++) {
		app->status.freshness[side] = last.freshness[side];
		app->status.sides[side].last_success_at = last.sides[side].last_success_at;
	}
}

/* The state remembers its cycles even where the status file does not outlive a reboot. */
static bool read_last_cycle(struct app *app, struct error *err)
{
	struct json_object *root;
	struct error unreadable;
	struct str summary;

	if (!store_cycle_last(app->store, &app->arena, &summary, err))
		return false;
	if (summary.len == 0 || !json_parse(summary, &root, &unreadable))
		return true;
	app->status.has_last_cycle = report_parse(root, &app->arena, &app->status.last_cycle);
	json_object_put(root);
	return true;
}

static bool count_totals(struct app *app, struct error *err)
{
	struct status_totals *totals = &app->status.totals;

	totals->pending = 0;
	for (int side = 0; side < SIDE_COUNT; side++) {
		int64_t pending;

		if (!store_unlinked_count(app->store, (enum side)side, &totals->unlinked[side],
					  err) ||
		    !store_intent_count(app->store, (enum side)side, &pending, err))
			return false;
		totals->pending += pending;
	}
	return store_link_count(app->store, &totals->links, err) &&
	       store_conflict_count(app->store, &totals->conflicts, err) &&
	       store_quarantine_count(app->store, &totals->quarantined, err);
}

static bool note_held(void *payload, const struct conflict *conflict, struct error *err)
{
	struct app *app = payload;
	struct status_held *held;

	(void)err;
	if (!str_equal_z(conflict->kind, "held") || app->status.held.n >= LIMIT_HELD_SHOWN)
		return true;
	held = VEC_PUSH(&app->status.held);
	for (int side = 0; side < SIDE_COUNT; side++)
		held->id[side] = arena_copy(&app->held_arena, conflict->side_id[side]);
	return true;
}

static void expect_persons(struct app *app)
{
	const struct status_totals *totals = &app->status.totals;

	for (int side = 0; side < SIDE_COUNT; side++) {
		const int64_t n = totals->links + totals->unlinked[side];

		app->expected[side] = n > 0 ? n : -1;
	}
}

/* ---- The sides ---- */

/* Messages are cut at any byte and may name files and hosts: the file stays valid UTF-8 all the same. */
static void copy_ascii(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; from[n] != '\0' && n + 1 < size; n++)
		to[n] = from[n] >= ' ' && from[n] <= '~' ? from[n] : '?';
	to[n] = '\0';
}

static void note_side(struct app *app, enum side i, int64_t now)
{
	struct status_side *side = &app->status.sides[i];
	const struct cycle_report *last = &app->status.last_cycle;
	const bool is_at_fault = app->done && app->status.has_last_cycle &&
				 last->failure_side == i && report_failed(last);
	const uint32_t tolerated = app->done ? 0 : UNREACHABLE_FAILURES - 1;
	struct sender_stats stats;

	sender_stats(app->sender[i], &stats);
	const bool was_reachable = side->reachable || stats.consecutive_failures == 0;

	/* A cycle that has just begun is no news of a side that could not be reached. */
	side->reachable = was_reachable && stats.consecutive_failures <= tolerated &&
			  !(is_at_fault && last->failure.code == ERR_TRANSIENT);
	if (stats.last_success_ns != 0)
		side->last_success_at = stats.last_success_ns;
	side->consecutive_failures = stats.consecutive_failures;
	side->failing_since = stats.failing_since_ns;
	side->backoff_until = stats.backoff_until_ns > now ? stats.backoff_until_ns : 0;
	side->told_until = stats.told_until_ns > now ? stats.told_until_ns : 0;
	side->circuit = stats.breaker;
	side->token_refused = stats.token_refused;
	side->writes_refused = stats.writes_refused;
	side->next_probe_at = stats.probe_ns;
	side->allowed_per_minute = stats.allowed_per_minute;
	side->used_last_minute = stats.used_last_minute;
	const struct error *error = is_at_fault ? &last->failure : &stats.last_error;

	copy_ascii(side->last_error, sizeof(side->last_error),
		   error->code != ERR_OK ? error->msg : "");
	side->last_error_at = side->last_error[0] == '\0' ? 0 :
			      is_at_fault                 ? last->ended_at :
							    stats.last_error_ns;
}

/* Nothing moves because what is to go to a side waits. */
static bool is_backing_off(const struct app *app)
{
	bool waits = false;

	for (int i = 0; i < SIDE_COUNT; i++) {
		struct sender_stats stats;

		sender_stats(app->sender[i], &stats);
		if (stats.in_flight > 0)
			return false;
		waits = waits || (stats.waiting > 0 && app->status.sides[i].backoff_until != 0);
	}
	return waits;
}

/* ---- Writing ---- */

static void write_file(struct app *app)
{
	struct error err;

	if (status_write(app->options.config->status_path, &app->status, &err)) {
		app->status_failed = false;
		return;
	}
	if (!app->status_failed)
		LOG_WARN("the status file is not up to date, going on", LOG_ERR(&err));
	app->status_failed = true;
}

/* Between two cycles; the clock on the wall may have been set since the last look. */
static void refresh_idle(struct app *app, int64_t now)
{
	struct status *status = &app->status;
	const int64_t wait_ns = schedule_wait(&app->schedule, app_uptime());

	if (app->status.state == STATE_STOPPED)
		return;
	status->next_cycle_at = now + wait_ns;
	status->state = app->stopping                   ? STATE_STOPPING :
			app->schedule.n_failed > 0      ? STATE_BACKING_OFF :
			status->state == STATE_STARTING ? STATE_STARTING :
							  STATE_IDLE;
}

/* What all cycles did changes when one ends; the rest is worth a look now and then. */
static void write_metrics(struct app *app)
{
	const char *path = app->options.config->metrics_path;
	struct counters counters;
	struct error err;

	if (*path == '\0' || app->options.dry_run)
		return;
	app->metrics_at = app_uptime();
	if (store_counters_read(app->store, &counters, &err) &&
	    metrics_write(path, &app->status, &counters, &err)) {
		app->metrics_failed = false;
		return;
	}
	if (!app->metrics_failed)
		LOG_WARN("the metrics file is not up to date, going on", LOG_ERR(&err));
	app->metrics_failed = true;
}

static void refresh(struct app *app)
{
	struct status *status = &app->status;
	const int64_t now = app_now();

	status->updated_at = now;
	status->interval_ns = app->options.config->sync.interval_ns;
	for (int side = 0; side < SIDE_COUNT; side++)
		note_side(app, (enum side)side, now);
	status->in_cycle = !app->done && app->runner != NULL;
	if (status->in_cycle) {
		runner_view(app->runner, &status->cycle);
		status->in_cycle = status->cycle.phase != PHASE_IDLE;
		status->state = is_backing_off(app) ? STATE_BACKING_OFF :
						      status_state_of(status->cycle.phase);
		if (app->stopping)
			status->state = STATE_STOPPING;
	}
	if (app->options.daemon && app->done)
		refresh_idle(app, now);
	else
		status->next_cycle_at = 0;
	status_judge(status);
}

bool app_status_recount(struct app *app, struct error *err)
{
	app->status.has_last_cycle = false;
	if (!read_last_cycle(app, err) || !count_totals(app, err))
		return false;
	expect_persons(app);
	return true;
}

bool app_status_open(struct app *app, struct error *err)
{
	const int64_t now = app_now();

	app->status = (struct status){ .version = CRMSYNC_VERSION,
				       .mode = app->options.daemon ? MODE_DAEMON : MODE_ONESHOT,
				       .pid = getpid(),
				       .started_at = now,
				       .state = STATE_STARTING };
	progress_init(&app->progress, app->options.quiet ? NULL : stderr);
	read_last_status(app, now);
	if (!app_status_recount(app, err))
		return false;
	if (app->options.dry_run)
		return true;
	refresh(app);
	return status_write(app->options.config->status_path, &app->status, err);
}

/* How long the reading takes, said once a side as soon as it is known how many there are. */
static void announce(struct app *app, const struct runner_view *view, enum side side)
{
	const struct config *config = app->options.config;
	const int64_t n = view->total[side] > 0 ? view->total[side] : app->expected[side];
	struct arena arena = { 0 };

	if (app->announced[side] || view->rolled[side] || n <= 0)
		return;
	const uint64_t pages = estimate_pages(config, side, (uint64_t)n);
	const int64_t ns = estimate_time(config, side, pages, 0);

	app->announced[side] = view->total[side] > 0 || ns >= ANNOUNCE_NS;
	if (ns >= ANNOUNCE_NS) {
		const struct str time = estimate_text(&arena, ns);
		const struct str line = arena_format(
			&arena,
			"reading the %" PRId64 " persons of %s takes about %.*s at the given rate"
			" (%" PRIu64 " requests)",
			n, side_name(side), STR_ARG(time), pages);

		progress_say(&app->progress, line.p);
	}
	arena_release(&arena);
}

static void show_progress(struct app *app, const struct runner_view *view, int64_t now)
{
	/* These phases have nothing to do without them. */
	if ((view->phase == PHASE_NOTES && !app->options.config->notes.enabled) ||
	    (view->phase == PHASE_USERS && !app->options.config->users.enabled))
		return;
	progress_update(&app->progress, view, app->expected, now);
	if (view->phase != PHASE_SCAN)
		return;
	for (int side = 0; side < SIDE_COUNT; side++)
		announce(app, view, (enum side)side);
}

static void enter_phase(struct app *app, enum phase phase, int64_t now)
{
	struct error err;

	app->phase = phase;
	app->phase_began_at = now;
	/* Who was told to stop in the middle of it has no need of it. */
	if (!app->options.dry_run && !count_totals(app, &err) && err.code != ERR_CANCELED)
		LOG_WARN("the state could not be counted, going on", LOG_ERR(&err));
}

static bool is_due(const struct app *app)
{
	return app_uptime() - app->looked_at >= WRITE_EVERY_NS;
}

void app_status_changed(struct app *app)
{
	struct runner_view view;
	const int64_t now = app_now();
	bool due = is_due(app);

	runner_view(app->runner, &view);
	if (view.phase != app->phase) {
		enter_phase(app, view.phase, now);
		due = true;
	}
	show_progress(app, &view, now);
	if (due)
		app_status_tick(app);
}

/* Without a look into the state. */
static void look(struct app *app)
{
	struct runner_view view;

	app->looked_at = app_uptime();
	runner_view(app->runner, &view);
	show_progress(app, &view, app_now());
	if (app->options.dry_run)
		return;
	refresh(app);
	write_file(app);
}

void app_status_pulse(struct app *app)
{
	const bool works = !app->done || app_control_is_busy(app);

	/* There is no runner while the state is opened anew. */
	if (!works || app->runner == NULL || !is_due(app))
		return;
	look(app);
	if (app->options.daemon)
		app_run_pulse(app);
}

void app_status_tick(struct app *app)
{
	look(app);
	if (app->options.dry_run)
		return;
	if (app->options.daemon && app_uptime() - app->metrics_at >= METRICS_EVERY_NS)
		write_metrics(app);
}

void app_status_stopping(struct app *app)
{
	struct arena arena = { 0 };
	const struct str grace = estimate_text(&arena, app->options.config->sync.shutdown_grace_ns);

	progress_say(
		&app->progress,
		arena_format(&arena,
			     "finishing what is in flight, %.*s at most; once more ends at once",
			     STR_ARG(grace))
			.p);
	arena_release(&arena);
	app_status_tick(app);
}

static bool note_freshness(struct app *app, struct error *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct freshness known;

		if (!store_freshness(app->store, (enum side)side, &known, err))
			return false;
		app->status.freshness[side] =
			(struct status_freshness){ .last_complete_scan_at = known.complete_at,
						   .oldest_read_at = known.oldest_read_at,
						   .turn_ns = known.turn_ns };
	}
	return true;
}

void app_status_ended(struct app *app)
{
	struct error err;

	progress_clear(&app->progress);
	/* At a terminal the summary says it already. */
	if (!app->progress.is_terminal)
		report_log(&app->report, app->options.daemon, app->options.dry_run);
	if (app->options.dry_run)
		return;
	app->status.held.n = 0;
	arena_reset(&app->held_arena);
	if (!count_totals(app, &err) || !note_freshness(app, &err) ||
	    !store_conflict_each(app->store, note_held, app, &err))
		LOG_WARN("the state could not be counted, going on", LOG_ERR(&err));
	app->status.has_last_cycle = true;
	app->status.last_cycle = app->report;
	app->status.state = app->options.daemon ? STATE_IDLE : STATE_STOPPED;
	refresh(app);
	write_file(app);
	write_metrics(app);
}

void app_status_stopped(struct app *app)
{
	app->status.state = STATE_STOPPED;
	app->status.next_cycle_at = 0;
	refresh(app);
	write_file(app);
	write_metrics(app);
}

void app_status_line(const struct app *app, char ret_text[static STATUS_LINE_BYTES])
{
	const struct status *status = &app->status;
	char when[CLOCK_TEXT_BYTES];
	struct runner_view view;
	struct buf text;

	buf_init(&text, PROGRESS_BYTES);
	if (status->in_cycle) {
		runner_view(app->runner, &view);
		buf_addf(&text, "cycle %" PRId64 ": ", view.cycle);
		progress_format(&view, app->expected, status->updated_at - app->phase_began_at,
				&text);
	} else {
		clock_format(status->next_cycle_at, 0, when);
		buf_addf(&text, "%s, %s; next cycle at %s", health_name(status->health),
			 status_state_name(status->state), when);
	}
	(void)snprintf(ret_text, STATUS_LINE_BYTES, "%s", buf_z(&text));
	buf_release(&text);
}
