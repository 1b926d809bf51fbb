/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_control: the daemon carries out what clients of its control socket ask for.
 *
 * The state is changed between two cycles only, where nothing of a cycle is half done.  A person waits for
 * it, so a cycle that is under way is cut short for a change, as for a reload: what is in flight is
 * finished, and another cycle starts as soon as no more changes follow.  A cycle that a client asked for in
 * its own words (which persons, how many removals, a plan) is not cut short: its client would have to ask
 * again, and cannot know for what is left; the change waits.  So it does for a sync that has been cut short
 * before: with a change every now and then it would never end.
 *
 * A sync is a cycle that begins after it was asked for.  Those without words of their own share one, and
 * go on with the next one if it was cut short.
 */
#include "base/clock.h"
#include "base/log.h"
#include "daemon/app/app_job.h"
#include "daemon/plan/plan_file.h"

#include <string.h>

/* For the cycle under way to end by itself. */
#define CUT_AFTER_MS 2000
/* A client that hears nothing takes us for dead. */
#define ALIVE_EVERY_NS (5 * NS_PER_S)
#define JOBS_MAX 64
/* For clients to take their answers when the daemon ends. */
#define FAREWELL_MS 1000

/* ---- Requests ---- */

static bool is_sync(const struct app_job *job)
{
	return served_kind(job->served) == SERVED_SYNC;
}

static bool is_special(const struct app_job *job)
{
	const struct served_wishes wishes = served_wishes(job->served);

	return wishes.admit != NULL || wishes.allow_removals > 0 || wishes.allow_changes > 0;
}

static bool is_not_cut(const struct app_job *job)
{
	return is_special(job) || (job->was_cut && job->client != NULL);
}

/* Is it that of such a job? */
static bool is_cycle_of(const struct app *app, bool (*is_such)(const struct app_job *job))
{
	for (size_t i = 0; i < app->jobs.n; i++) {
		if (app->jobs.items[i]->in_cycle && is_such(app->jobs.items[i]))
			return true;
	}
	return false;
}

static void accept_job(struct app *app, struct app_job *job)
{
	job->ready = true;
	if (is_sync(job)) {
		schedule_ask(&app->schedule);
		if (!app->done)
			job_say(job, CONTROL_NOTE,
				"waiting for the cycle under way to end; the next one is this");
	} else if (!app->done && !is_cycle_of(app, is_not_cut)) {
		app_cut_cycle_in(app, CUT_AFTER_MS);
	}
}

/* A plan is much to be held: one at a time. */
static bool has_plan(const struct app *app)
{
	for (size_t i = 0; i < app->jobs.n; i++) {
		if (is_sync(app->jobs.items[i]) && served_has_plan(app->jobs.items[i]->served))
			return true;
	}
	return false;
}

static const char *why_not(const struct app *app)
{
	if (app->stopping)
		return "crmsync: the daemon is stopping; try again in a moment\n";
	if (app->jobs.n >= JOBS_MAX || control_server_unsent(&app->control) > CONTROL_ANSWER_BYTES)
		return "crmsync: too many clients wait for the daemon; try again later\n";
	return NULL;
}

static struct served *judge(struct app *app, struct control_client *client, struct str line)
{
	struct control_request request;
	struct arena arena = { 0 };
	struct served *served = NULL;
	struct capture capture;
	struct error err;
	int code;

	capture_begin(&capture, CONTROL_ANSWER_BYTES);
	if (control_request_parse(line, &arena, &request, &err)) {
		served = served_new(&request, app->options.config, &code);
	} else {
		(void)fprintf(stderr, "crmsync: the request is not understood: %s\n", err.msg);
		code = EXIT_CODE_USAGE;
	}
	capture_end(&capture);
	if (served == NULL)
		client_answer(client, &capture, code);
	capture_release(&capture);
	arena_release(&arena);
	return served;
}

static void take_request(struct app *app, struct control_client *client, struct str line)
{
	const char *why = why_not(app);
	struct served *served = why == NULL ? judge(app, client, line) : NULL;

	if (why == NULL && served != NULL && served_wants_plan(served) && has_plan(app))
		why = "crmsync: the daemon has another client's plan to carry out; try again "
		      "later\n";
	if (why != NULL) {
		client_refuse(client, why, EXIT_CODE_LATER);
		served_free(served);
		return;
	}
	if (served == NULL)
		return;
	struct app_job *job = alloc_zeroed(1, sizeof(*job));

	job->client = client;
	job->served = served;
	job->uid = control_client_uid(client);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
	*VEC_PUSH(&app->jobs) = job;
	control_client_set_data(client, job);
	if (served_wants_plan(served))
		control_client_allow(client, PLAN_FILE_LINE_BYTES);
	else
		accept_job(app, job);
}

static void take_plan(struct app *app, struct app_job *job, struct str line)
{
	struct capture capture;

	capture_begin(&capture, CONTROL_ANSWER_BYTES);
	const int code = served_take_plan(job->served, line);

	capture_end(&capture);
	if (code != EXIT_CODE_OK) {
		struct control_client *client = job->client;

		job_remove(app, job);
		client_answer(client, &capture, code);
	} else if (!served_wants_plan(job->served)) {
		accept_job(app, job);
	}
	capture_release(&capture);
}

static enum control_wants on_line(void *payload, struct control_client *client, struct str line)
{
	struct app *app = payload;
	struct app_job *job = control_client_data(client);

	if (job == NULL)
		take_request(app, client, line);
	else
		take_plan(app, job, line);
	job = control_client_data(client);
	return job != NULL && !job->ready ? CONTROL_MORE : CONTROL_ENOUGH;
}

/* What has not begun is not begun for nobody. */
static void on_gone(void *payload, struct control_client *client)
{
	struct app *app = payload;
	struct app_job *job = control_client_data(client);

	if (job == NULL)
		return;
	control_client_set_data(client, NULL);
	job->client = NULL;
	if (!job->in_cycle && !job->busy)
		job_remove(app, job);
}

/* ---- Between two cycles ---- */

bool app_control_waits(const struct app *app)
{
	for (size_t i = 0; i < app->jobs.n; i++) {
		if (app->jobs.items[i]->ready)
			return true;
	}
	return false;
}

bool app_control_is_busy(const struct app *app)
{
	for (size_t i = 0; i < app->jobs.n; i++) {
		if (app->jobs.items[i]->busy)
			return true;
	}
	return false;
}

static int do_change(struct app *app, struct app_job *job)
{
	const bool is_reset = served_kind(job->served) == SERVED_RESET;

	if (!is_reset)
		return served_do(job->served, app->options.config, app->store);
	app_close_state(app);
	const int code = served_do(job->served, app->options.config, NULL);

	app_reopen_state(app);
	return code;
}

static void carry_out(struct app *app, struct app_job *job)
{
	struct capture capture;

	job->busy = true;
	capture_begin(&capture, CONTROL_ANSWER_BYTES);
	const int code = do_change(app, job);

	capture_end(&capture);
	/* What was changed is carried out, and counted. */
	if (code == EXIT_CODE_OK)
		schedule_settle(&app->schedule, app_uptime());
	else if (app_is_broken_by(served_failure(job->served)))
		app->broken = (enum exit_code)code;
	job_end(app, job, &capture, code);
	capture_release(&capture);
}

static struct app_job *next_change(const struct app *app)
{
	for (size_t i = 0; i < app->jobs.n; i++) {
		if (app->jobs.items[i]->ready && !is_sync(app->jobs.items[i]))
			return app->jobs.items[i];
	}
	return NULL;
}

void app_control_take(struct app *app)
{
	struct app_job *job;

	while (app->broken == EXIT_CODE_OK && (job = next_change(app)) != NULL)
		carry_out(app, job);
}

/* ---- A cycle ---- */

static void use_wishes(struct app *app, const struct served_wishes *wishes)
{
	app->options.admit = wishes->admit;
	app->options.allow_removals = wishes->allow_removals;
	app->options.allow_changes = wishes->allow_changes;
	runner_free(app->runner);
	app_open_runner(app);
}

enum reach app_control_begin(struct app *app)
{
	struct app_job *first = NULL;
	enum reach reach = REACH_QUICK;

	for (size_t i = 0; i < app->jobs.n; i++) {
		struct app_job *job = app->jobs.items[i];

		if (!job->ready || !is_sync(job))
			continue;
		if (first == NULL)
			first = job;
		job->in_cycle = job == first || (!is_special(first) && !is_special(job));
		if (job->in_cycle && !served_wishes(job->served).quick)
			reach = REACH_WHOLE;
	}
	if (first == NULL)
		return reach;
	memset(app->announced, 0, sizeof(app->announced));
	if (is_special(first)) {
		const struct served_wishes wishes = served_wishes(first->served);

		use_wishes(app, &wishes);
	}
	return reach;
}

static void end_sync(struct app *app, struct app_job *job, const struct cycle_report *report)
{
	const bool was_cut = app->cut && (report->outcome == OUTCOME_PARTIAL ||
					  report->outcome == OUTCOME_FAILED);
	struct capture capture;

	if (was_cut && !app->stopping && !is_special(job)) {
		job->in_cycle = false;
		job->was_cut = true;
		job_say(job, CONTROL_NOTE, "the cycle was cut short; the next one is this");
		if (job->client == NULL)
			job_remove(app, job);
		return;
	}
	capture_begin(&capture, CONTROL_ANSWER_BYTES);
	int code = served_end(job->served, app->options.config, app->store, report);

	if (was_cut) {
		(void)fprintf(stderr,
			      "crmsync: the daemon %s before the cycle came to its end; "
			      "run this again\n",
			      app->stopping ? "was stopped" : "took a new configuration");
		code = EXIT_CODE_LATER;
	}
	capture_end(&capture);
	job_end(app, job, &capture, code);
	capture_release(&capture);
}

void app_control_end(struct app *app, const struct cycle_report *report)
{
	/* While what the runner was given is still there. */
	if (is_cycle_of(app, is_special))
		use_wishes(app, &(const struct served_wishes){ 0 });
	for (size_t i = app->jobs.n; i > 0; i--) {
		if (app->jobs.items[i - 1]->in_cycle)
			end_sync(app, app->jobs.items[i - 1], report);
	}
	if (app->cut)
		schedule_settle(&app->schedule, app_uptime());
	for (size_t i = 0; i < app->jobs.n; i++) {
		if (app->jobs.items[i]->ready && is_sync(app->jobs.items[i]))
			schedule_ask(&app->schedule);
	}
}

/* Also an answer: nobody else would speak for minutes. */
void app_control_tick(struct app *app)
{
	const int64_t now = app_uptime();

	if (now - app->alive_at < ALIVE_EVERY_NS)
		return;
	app->alive_at = now;
	for (size_t i = app->jobs.n; i > 0; i--) {
		if (app->jobs.items[i - 1]->ready && !app->jobs.items[i - 1]->in_cycle)
			job_say(app->jobs.items[i - 1], CONTROL_PROGRESS,
				"waiting for the cycle under way to end");
	}
}

static void on_progress(void *payload, enum progress_news news, const char *text)
{
	static const enum control_says says[] = {
		[PROGRESS_NOTE] = CONTROL_NOTE,
		[PROGRESS_PHASE] = CONTROL_PHASE,
		[PROGRESS_LINE] = CONTROL_PROGRESS,
	};
	struct app *app = payload;

	if (app->stopping)
		return;
	for (size_t i = app->jobs.n; i > 0; i--) {
		if (app->jobs.items[i - 1]->in_cycle)
			job_say(app->jobs.items[i - 1], says[news], text);
	}
}

/* ---- Start and stop ---- */

bool app_control_open(struct app *app, struct error *err)
{
	static const struct control_events events = { .on_line = on_line, .on_gone = on_gone };

	if (!app->options.daemon)
		return true;
	app->progress.listen = on_progress;
	app->progress.payload = app;
	return control_server_open(&app->control, &app->loop, app->options.config->control_path,
				   &events, app, err);
}

void app_control_renew(struct app *app, const struct config *config)
{
	struct error err;

	/* A plan, or what has come of it, was judged by the old one, and holds on to it. */
	for (size_t i = app->jobs.n; i > 0; i--) {
		if (served_has_plan(app->jobs.items[i - 1]->served))
			job_put_off(
				app, app->jobs.items[i - 1],
				"crmsync: the daemon took a new configuration; run this again\n");
	}
	if (!control_server_move(&app->control, config->control_path, &err))
		LOG_ERROR("the control socket stays where it was", LOG_ERR(&err));
}

void app_control_stop(struct app *app)
{
	for (size_t i = app->jobs.n; i > 0; i--) {
		if (!app->jobs.items[i - 1]->in_cycle)
			job_put_off(app, app->jobs.items[i - 1],
				    "crmsync: the daemon is stopping; try again in a moment\n");
	}
}

void app_control_close(struct app *app)
{
	const uint64_t ends_ms = uv_now(&app->loop) + FAREWELL_MS;

	if (!app->options.daemon)
		return;
	control_server_silence(&app->control);
	while (control_server_owes(&app->control) && uv_now(&app->loop) < ends_ms)
		(void)uv_run(&app->loop, UV_RUN_ONCE);
	control_server_close(&app->control);
	while (app->jobs.n > 0)
		job_remove(app, app->jobs.items[0]);
	VEC_RELEASE(&app->jobs);
}
