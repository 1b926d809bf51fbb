/* SPDX-License-Identifier: Apache-2.0 */
/*
 * push: carries out the stored intents of both sides at once: loads a window, lets verify.c read the
 * targets again, write.c send and settle.c store the answers, until none is left.
 */
#include "daemon/runner/push.h"

#include "daemon/runner/rolling.h"

/* A window is what the side can take in a few seconds: its verifying reads stay fresh. */
#define WINDOW_LEAST 16
#define WINDOW_MOST 256
#define WINDOW_SHARE 20 /* of a minute's writes */

#define STATUS_GATEWAY_TIMEOUT 504

static void pump(struct push *push);

size_t push_count(const struct push *push, enum job_state state)
{
	size_t n = 0;

	for (const struct job *job = push->jobs; job != NULL; job = job->next)
		n += job->state == state;
	return n;
}

/* Whole batches, or the last one of each window would go half empty; and two of them, for a batch that is not
 * full yet waits for the next jobs. */
static uint32_t window_of(const struct runner *runner, enum side side)
{
	const struct config *config = runner->options.config;
	const uint32_t batch = write_batch_size(runner, side);
	const double per_minute = side == SIDE_RECORDS ? config->records.writes_per_second * 60 :
							 config->people.requests_per_minute;
	const double share = per_minute / WINDOW_SHARE;

	uint32_t window = share > WINDOW_MOST ? WINDOW_MOST : (uint32_t)share;

	if (window < WINDOW_LEAST)
		window = WINDOW_LEAST;
	return window < 2 * batch ? 2 * batch : window - window % batch;
}

static void job_free(struct push *push, struct job *job)
{
	struct job **at = &push->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	push->n_jobs--;
	arena_release(&job->arena);
	free(job);
}

/* ---- Loading ---- */

/* Lists and grouped answers may leave attributes out: what is not known is asked for by itself. */
static bool needs_whole_person(const struct intent *intent, const struct field_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		if (intent->write.values[i].state != VALUE_UNKNOWN &&
		    intent->base.values[i].state == VALUE_UNKNOWN)
			return intent->kind == INTENT_UPDATE;
	}
	return false;
}

/* sync.verify_after: a target that was read a moment ago need not be read again. */
static bool is_fresh(const struct runner *runner, const struct intent *intent)
{
	const int64_t age = runner_now(runner) - intent->base.seen_at;

	/* A write of this cycle may have changed it without our knowing. */
	if (runner->keeps_sent)
		return false;
	return age >= 0 && age < runner->options.config->sync.verify_after_ns;
}

static bool on_intent(void *payload, const struct intent *intent, struct arena *arena,
		      struct error *err)
{
	struct push *push = payload;
	const struct field_table *table = push->runner->table;
	struct job **end = &push->jobs;

	(void)arena;
	(void)err;
	push->last_id = intent->id;
	push->n_met++;
	/* A create that was sent before and never answered: sending it again would make a twin. */
	if (intent->state != INTENT_PENDING)
		return true;
	struct job *job = alloc_zeroed(1, sizeof(*job));

	job->push = push;
	job->state = intent->kind == INTENT_CREATE ? JOB_READY : JOB_VERIFY;
	job->intent = *intent;
	job->alone = needs_whole_person(intent, table);
	job->intent.target_id = arena_copy(&job->arena, intent->target_id);
	job->intent.source_id = arena_copy(&job->arena, intent->source_id);
	job->intent.reasons = arena_copy(&job->arena, intent->reasons);
	job->intent.write = person_copy(&job->arena, table, &intent->write);
	job->intent.base = person_copy(&job->arena, table, &intent->base);
	job->intent.source = person_copy(&job->arena, table, &intent->source);
	if (intent->kind == INTENT_UPDATE && !job->alone && is_fresh(push->runner, intent)) {
		job->current = job->intent.base;
		job->state = JOB_READY;
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = job;
	push->n_jobs++;
	return true;
}

/* At least one, if any is left: there may be any number of unknown outcome before it. */
static bool load_jobs(struct push *push, uint32_t room, struct error *err)
{
	const size_t n_before = push->n_jobs;

	do {
		const uint64_t n_met = push->n_met;

		if (!store_intent_each(runner_store(push->runner), push->side, push->last_id, room,
				       on_intent, push, err))
			return false;
		push->exhausted = push->n_met - n_met < room;
	} while (!push->exhausted && push->n_jobs == n_before);
	return true;
}

/* Each job takes a request at least. */
static uint64_t requests_left(const struct push *push)
{
	const uint64_t used = runner_requests(push->runner, push->side) + push->n_jobs;

	return used < push->requests_most ? push->requests_most - used : 0;
}

/* What is loaded counts as sent from now on: one commit for the window, before its first byte. */
static bool load_window(struct push *push, struct error *err)
{
	struct store *store = runner_store(push->runner);
	const int64_t before = push->last_id;
	const size_t n_before = push->n_jobs;
	const uint64_t left = requests_left(push);
	uint32_t room = push->window - (uint32_t)n_before;

	if (left < room)
		room = (uint32_t)left;
	if (left == 0) {
		/* What is left is decided anew by the next cycle. */
		push->exhausted = push->is_cut = true;
		return true;
	}
	if (!load_jobs(push, room, err))
		return false;
	if (push->n_jobs == n_before)
		return true;
	if (!store_begin(store, err))
		return false;
	for (const struct job *job = push->jobs; job != NULL; job = job->next) {
		if (job->intent.id > before &&
		    !store_intent_sent(store, job->intent.id, runner_now(push->runner), err))
			return false;
	}
	return store_commit(store, err);
}

/* ---- Flow ---- */

/* What was loaded but never sent is decided anew: it did not happen. */
static bool take_back(const struct push *push, struct error *err)
{
	struct store *store = runner_store(push->runner);

	if (!store_begin(store, err))
		return false;
	for (const struct job *job = push->jobs; job != NULL; job = job->next) {
		if (!job->was_sent && !store_intent_delete(store, job->intent.id, err))
			return false;
	}
	return store_commit(store, err);
}

bool push_may_come_late(const struct job *job)
{
	return http_error_is_timeout(&job->trouble) ||
	       job->trouble.native == STATUS_GATEWAY_TIMEOUT;
}

/* An update has been repeated as often as it may; a create is another cycle's. */
static void note_trouble(const struct job *job)
{
	struct cycle *cycle = &job->push->runner->cycle;

	if (job->trouble.code == ERR_OK)
		return;
	if (job->intent.kind != INTENT_CREATE)
		cycle_note_failure(cycle, job->push->side, &job->trouble);
	else
		cycle_note_lost_create(cycle, job->push->side, &job->trouble);
}

static void give_up(struct push *push)
{
	struct runner *runner = push->runner;
	struct error err;

	if (push->jobs != NULL && runner->cycle.report.failure.code != ERR_STORE &&
	    !take_back(push, &err))
		runner_store_failed(runner, &err);
	while (push->jobs != NULL) {
		runner->keeps_sent = runner->keeps_sent || push->jobs->was_sent;
		note_trouble(push->jobs);
		job_free(push, push->jobs);
	}
	push->exhausted = true;
}

/* The answers to creates that were to be read back stand for that; true: they are to be stored first. */
static bool show_answered(struct push *push)
{
	bool any = false;

	for (struct job *job = push->jobs; job != NULL; job = job->next) {
		if (!job->answered || job->state != JOB_VERIFY)
			continue;
		push_job_shown(job);
		any = true;
	}
	return any;
}

static void end_if_over(struct push *push)
{
	struct runner *runner = push->runner;
	bool is_cut = false;

	if (push->ended || push->flush_scheduled || push->n_flying > 0)
		return;
	if ((push->halted || runner->stopping) && !show_answered(push))
		give_up(push);
	const bool all_here = push->exhausted || push->n_jobs == push->window;

	if (all_here && push->n_jobs > 0 && push_count(push, JOB_FORBIDDEN) == push->n_jobs)
		write_judge_forbidden(push);
	if (!push->exhausted || push->jobs != NULL)
		return;
	push->ended = true;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!runner->push[side]->ended)
			return;
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		is_cut = is_cut || runner->push[side]->is_cut;
		free(runner->push[side]);
		runner->push[side] = NULL;
	}
	runner->pushed = !runner->stopping && !is_cut;
	runner_phase_done(runner);
}

static void pump(struct push *push)
{
	struct error err;

	if (!push->halted && !push->runner->stopping) {
		/* All may have been read at once, and nothing be under way: what is full stays full. */
		const bool room = push->n_jobs < push->window &&
				  (push->n_jobs <= push->window / 2 || push->n_flying == 0);

		if (!push->exhausted && room && !load_window(push, &err))
			runner_store_failed(push->runner, &err);
	}
	if (!push->halted && !push->runner->stopping) {
		verify_jobs(push);
		write_jobs(push);
	}
	end_if_over(push);
}

static void flush(void *payload)
{
	struct push *push = payload;
	struct job *job = push->jobs;
	struct error err;

	push->flush_scheduled = false;
	if (push->runner->cycle.report.failure.code != ERR_STORE && !settle_jobs(push, &err))
		runner_store_failed(push->runner, &err);
	while (job != NULL) {
		struct job *next = job->next;

		if (job->state == JOB_ANSWERED) {
			push->runner->intents_done++;
			job_free(push, job);
		}
		job = next;
	}
	runner_changed(push->runner);
	pump(push);
}

static void schedule_flush(struct push *push)
{
	const struct transport *transport = &push->runner->options.transport;

	if (push->flush_scheduled)
		return;
	push->flush_scheduled = true;
	transport->ops->defer(transport->self, flush, push);
}

void push_job_answered(struct job *job, enum job_result result)
{
	job->state = JOB_ANSWERED;
	job->result = result;
	if (result == RESULT_UNCERTAIN || result == RESULT_DROPPED)
		note_trouble(job);
	schedule_flush(job->push);
}

void push_job_shown(struct job *job)
{
	const bool ignored = job->intent.kind == INTENT_UPDATE && ignored_any(job);

	push_job_answered(job, ignored ? RESULT_IGNORED : RESULT_DONE);
}

bool push_may_repeat(const struct job *job)
{
	const struct runner *runner = job->push->runner;
	const struct config_retry *retry = &runner->options.config->sync.retry;
	const struct retry_policy policy = { .attempts = retry->attempts,
					     .deadline_ns = retry->deadline_ns };

	return retry_allowed(&policy, job->n_unsure, job->first_sent_at, runner_now(runner));
}

void push_job_deleted(struct job *job)
{
	job->answer = job->intent.base;
	job->answer.id = job->intent.target_id;
	job->was_gone = true;
	push_job_answered(job, RESULT_DONE);
}

void push_job_gone(struct job *job)
{
	const bool unsure = job->was_unsure || job->read_back || job->intent.kind == INTENT_REMOVE;

	push_job_answered(job, unsure ? RESULT_UNCERTAIN : RESULT_GONE);
}

/* The window is pumped from the deferred flush, not from here: never inside a callback. */
void push_landed(struct push *push)
{
	push->n_flying--;
	schedule_flush(push);
}

void push_halt(struct push *push, const struct error *err)
{
	cycle_note_failure(&push->runner->cycle, push->side, err);
	push->halted = push->runner->halted[push->side] = true;
}

/* The reading of a rolled side has its share. */
static uint64_t requests_most(const struct runner *runner, enum side side)
{
	const struct budget_rate rate = rolling_rate(runner, side);

	if (!runner->scans[side].rolled)
		return UINT64_MAX;
	return runner->requests_at_push[side] + budget_push_most(&rate);
}

void runner_push(struct runner *runner)
{
	for (int side = 0; side < SIDE_COUNT && runner->cycle.merge_rounds == 1; side++)
		runner->requests_at_push[side] = runner_requests(runner, (enum side)side);
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct push *push = alloc_zeroed(1, sizeof(*push));

		*push = (struct push){ .runner = runner,
				       .side = (enum side)side,
				       .halted = runner->halted[side],
				       .window = window_of(runner, (enum side)side),
				       .requests_most = requests_most(runner, (enum side)side) };
		runner->push[side] = push;
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		schedule_flush(runner->push[side]);
}
