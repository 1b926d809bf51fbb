/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write: sends what is ready, alone or in batches, and judges the answers.
 *
 * Results of a batch are matched by id for updates and by content for creates, never by position.  A
 * refused batch is halved until the person at fault stands alone.
 */
#include "daemon/runner/likeness.h"
#include "daemon/runner/plan.h"
#include "daemon/runner/push.h"
#include "daemon/runner/references.h"

#include <assert.h>
#include <limits.h>

/* That many persons in a row are forbidden before any write was taken: the token may not write. */
#define FORBIDDEN_MOST 5
/* That many writes in a row without an answer that says what became of them: the side is ill. */
#define UNSURE_MOST 10
#define STATUS_TIMEOUT 408
#define STATUS_TOO_EARLY 425

struct batch {
	struct push *push;
	enum intent_kind kind;
	size_t n;
	struct job *jobs[];
};

static void send_batch(struct push *push, struct job **jobs, size_t n);

/* ---- Answers ---- */

/*
 * 403 for one person's write is that person's quarantine, 403 for every write is the side's failure:
 * which of them it is shows when another write is taken, or when none is left.
 */
static void take_forbidden(struct job *job, const struct answer *answer)
{
	struct push *push = job->push;

	push->forbidden = answer->err;
	if (push->n_accepted > 0) {
		push_job_answered(job, RESULT_REFUSED);
		return;
	}
	job->state = JOB_FORBIDDEN;
	if (push_count(push, JOB_FORBIDDEN) >= FORBIDDEN_MOST)
		push_halt(push, &answer->err);
}

void write_judge_forbidden(struct push *push)
{
	for (struct job *job = push->jobs; job != NULL; job = job->next) {
		if (job->state == JOB_FORBIDDEN)
			push_job_answered(job,
					  push->n_accepted > 0 ? RESULT_REFUSED : RESULT_DROPPED);
	}
	if (push->n_accepted == 0)
		push_halt(push, &push->forbidden);
}

/* The person is read by itself, and what it shows decides; whether a create happened only a later cycle can
 * tell. */
static void take_unsure(struct job *job, const struct error *why)
{
	struct push *push = job->push;

	job->trouble = *why;
	job->n_unsure++;
	if (++push->n_unsure_in_row >= UNSURE_MOST)
		push_halt(push, why);
	if (job->intent.kind == INTENT_CREATE) {
		push_job_answered(job, RESULT_UNCERTAIN);
		return;
	}
	job->was_unsure = true;
	job->state = JOB_VERIFY;
	job->alone = true;
}

/* For now, and before it was looked at. */
static bool is_turned_away(int status)
{
	return status == STATUS_TIMEOUT || status == STATUS_TOO_EARLY;
}

static void take_failure(struct job *job, const struct answer *answer)
{
	struct push *push = job->push;
	const bool creates = job->intent.kind == INTENT_CREATE;

	job->status = answer->status;
	job->words = arena_copy(&job->arena,
				answer->words.len > 0 ? answer->words : str_from(answer->err.msg));
	if (answer->uncertain || (is_turned_away(answer->status) && !creates)) {
		take_unsure(job, &answer->err);
		return;
	}
	if (answer->status == 403) {
		take_forbidden(job, answer);
		return;
	}
	if (answer->judgement == JUDGE_REJECTED &&
	    references_note_dead(push->runner, push->side, &job->intent, job->words)) {
		push_job_answered(job, RESULT_DEAD);
		return;
	}
	if (answer->judgement == JUDGE_REJECTED || answer->judgement == JUDGE_CLASH) {
		push_job_answered(job,
				  answer->judgement == JUDGE_CLASH ? RESULT_CLASH : RESULT_REFUSED);
		return;
	}
	if (answer->judgement == JUDGE_GONE && job->intent.kind != INTENT_CREATE) {
		push_job_gone(job);
		return;
	}
	if (is_turned_away(answer->status))
		cycle_note_lost_create(&push->runner->cycle, push->side, &answer->err);
	else
		cycle_note_failure(&push->runner->cycle, push->side, &answer->err);
	push_job_answered(job, RESULT_DROPPED);
}

/* Did the answer say what became of everything that was written? */
static bool answers_all(const struct job *job)
{
	const struct field_table *table = job->push->runner->table;

	for (size_t i = 0; i < table->n; i++) {
		if (job->intent.write.values[i].state != VALUE_UNKNOWN &&
		    job->answer.values[i].state == VALUE_UNKNOWN)
			return false;
	}
	return true;
}

static void read_back(struct job *job)
{
	(void)error_set(&job->trouble, ERR_UNCERTAIN,
			"%s: the answer to a write says too little, and the person cannot be read",
			side_name(job->push->side));
	job->read_back = true;
	job->state = JOB_VERIFY;
	job->alone = true;
}

/* The answer to a create may show less than the person's own does. */
static void take_answer(struct job *job, const struct person *person)
{
	job->answer = person_copy(&job->arena, job->push->runner->table, person);
	job->answered = job->intent.kind == INTENT_CREATE && answers_all(job);
	if (answers_all(job) && (job->intent.kind != INTENT_CREATE || !ignored_any(job))) {
		push_job_shown(job);
		return;
	}
	job->intent.target_id = job->answer.id;
	read_back(job);
}

/* It was accepted, and that is all that is known: of whom an update changed, more can be asked. */
static void take_silence(struct job *job)
{
	if (job->intent.kind != INTENT_CREATE) {
		read_back(job);
		return;
	}
	(void)error_set(&job->trouble, ERR_UNCERTAIN,
			"%s: the answer to a create does not say who was created",
			side_name(job->push->side));
	push_job_answered(job, RESULT_UNCERTAIN);
}

/* A server may rewrite what it stores, so the likest of the batch is taken; persons that are alike in
 * every value are interchangeable. */
static struct job *find_created(const struct batch *batch, const struct person *person)
{
	const struct field_table *table = batch->push->runner->table;
	struct job *best = NULL;
	int best_score = INT_MIN;

	for (size_t i = 0; i < batch->n; i++) {
		struct job *job = batch->jobs[i];
		const int score = job->state == JOB_FLYING ?
					  likeness_score(table, &job->intent, person) :
					  INT_MIN;

		if (score > best_score) {
			best = job;
			best_score = score;
		}
	}
	return best;
}

static struct job *find_updated(const struct batch *batch, const struct person *person)
{
	for (size_t i = 0; i < batch->n; i++) {
		if (batch->jobs[i]->state == JOB_FLYING &&
		    str_equal(batch->jobs[i]->intent.target_id, person->id))
			return batch->jobs[i];
	}
	return NULL;
}

/* What `remove` is to do with the target. */
static int64_t removal_time(const struct push *push)
{
	const enum removal_rule rule = push->runner->removal_rules.of[side_other(push->side)];

	return rule == RULE_DELETE ? MAPPER_DELETE : runner_now(push->runner);
}

/* The write archives, deletes or brings back the person as a whole. */
static bool is_about_person(const struct push *push, const struct job *job)
{
	return job->intent.kind == INTENT_RESTORE ||
	       (job->intent.kind == INTENT_REMOVE &&
		!plan_writes_fields(push->runner, &job->intent));
}

/* The answer to a deletion says nothing of the person; that to an archiving must say that it was done. */
static void take_removal_answer(struct job *job, const struct answer *answer)
{
	struct push *push = job->push;
	const bool removes = job->intent.kind == INTENT_REMOVE;
	struct person person;
	struct error err;

	if (removes && (push->side == SIDE_RECORDS || removal_time(push) == MAPPER_DELETE)) {
		push_job_deleted(job);
	} else if (answer->records.n == 1 &&
		   fetch_decode(push->runner, push->side, answer, answer->records.items[0].bytes,
				&job->arena, &person, &err) &&
		   str_equal(person.id, job->intent.target_id) &&
		   removes == (person.archived_at != 0)) {
		job->answer = person;
		push_job_answered(job, RESULT_DONE);
	} else {
		job->was_unsure = true;
		job->state = JOB_VERIFY;
		job->alone = true;
	}
}

/* Who cannot be understood can still be named, and read. */
static bool take_person(struct push *push, const struct answer *answer, struct str raw,
			struct arena *arena, struct person *ret_person)
{
	struct runner *runner = push->runner;
	struct error err;

	if (fetch_decode_part(runner, push->side, answer, raw, arena, ret_person, &err))
		return true;
	person_init(ret_person, arena, runner->table);
	ret_person->id = mapper_raw_id(runner->mapper[push->side], raw, arena);
	ret_person->seen_at = answer->seen_at;
	return ret_person->id.len > 0;
}

static void take_batch_answer(struct batch *batch, const struct answer *answer)
{
	struct push *push = batch->push;
	struct arena arena = { 0 };
	struct error strange;
	size_t n_named = 0;

	for (size_t i = 0; i < answer->records.n; i++) {
		struct person person;
		struct job *job = NULL;

		if (!take_person(push, answer, answer->records.items[i].bytes, &arena, &person))
			continue;
		n_named++;
		/* The answer to an update must be about that person; a create's has a new id. */
		if (batch->kind != INTENT_CREATE)
			job = find_updated(batch, &person);
		else
			job = batch->n == 1 ? batch->jobs[0] : find_created(batch, &person);
		if (job != NULL && job->state == JOB_FLYING)
			take_answer(job, &person);
	}
	arena_release(&arena);
	(void)error_set(&strange, ERR_UNCERTAIN, "%s: the answer to a write holds another person",
			side_name(push->side));
	for (size_t i = 0; i < batch->n; i++) {
		if (batch->jobs[i]->state != JOB_FLYING)
			continue;
		/* Who is not among others that are named was perhaps not written. */
		if (n_named > 0 && batch->kind != INTENT_CREATE)
			take_unsure(batch->jobs[i], &strange);
		else
			take_silence(batch->jobs[i]);
	}
}

static void on_batch(void *payload, struct answer *answer)
{
	struct batch *batch = payload;
	struct push *push = batch->push;
	const bool refused = answer->judgement == JUDGE_REJECTED ||
			     answer->judgement == JUDGE_CLASH || answer->judgement == JUDGE_GONE ||
			     answer->status == 403;

	if (answer->judgement == JUDGE_OK) {
		push->n_accepted += batch->n;
		push->n_unsure_in_row = 0;
		if (is_about_person(push, batch->jobs[0]))
			take_removal_answer(batch->jobs[0], answer);
		else
			take_batch_answer(batch, answer);
	} else if (refused && !answer->uncertain && batch->n > 1 && !push->runner->stopping) {
		const size_t half = batch->n / 2;

		send_batch(push, batch->jobs, half);
		send_batch(push, batch->jobs + half, batch->n - half);
	} else {
		(void)error_wrap(&answer->err, "%s: writing", side_name(push->side));
		for (size_t i = 0; i < batch->n; i++)
			take_failure(batch->jobs[i], answer);
		if ((answer->judgement == JUDGE_AUTH && answer->status != 403) ||
		    (answer->status == 0 && !answer->uncertain) ||
		    answer->judgement == JUDGE_LIMITED)
			push_halt(push, &answer->err);
	}
	free(batch);
	push_landed(push);
}

/* ---- Requests ---- */

static void build_single(struct push *push, const struct job *job, struct request *ret)
{
	struct runner *runner = push->runner;
	const struct mapper *mapper = runner->mapper[push->side];
	const struct intent *intent = &job->intent;

	if (intent->kind == INTENT_CREATE)
		mapper->create(&runner->context, &intent->write, ret);
	else if (intent->kind == INTENT_RESTORE)
		mapper->remove(&runner->context, intent->target_id, MAPPER_RESTORE, ret);
	else if (intent->kind == INTENT_REMOVE && !plan_writes_fields(runner, intent))
		mapper->remove(&runner->context, intent->target_id, removal_time(push), ret);
	else
		mapper->update(&runner->context, &job->current, &intent->write, ret);
}

static void build_batch(struct push *push, struct job **jobs, size_t n, struct request *ret)
{
	struct runner *runner = push->runner;
	const struct mapper *mapper = runner->mapper[push->side];
	const struct person **current = alloc_zeroed(n, sizeof(*current));
	const struct person **write = alloc_zeroed(n, sizeof(*write));

	for (size_t i = 0; i < n; i++) {
		current[i] = &jobs[i]->current;
		write[i] = &jobs[i]->intent.write;
	}
	if (jobs[0]->intent.kind == INTENT_CREATE)
		mapper->create_batch(&runner->context, write, n, ret);
	else
		mapper->update_batch(&runner->context, current, write, n, ret);
	free(current);
	free(write);
}

static void send_batch(struct push *push, struct job **jobs, size_t n)
{
	struct batch *batch;
	struct request request;

	assert(n > 0);
	if (n == 1)
		build_single(push, jobs[0], &request);
	else
		build_batch(push, jobs, n, &request);
	if (request.target.len == 0) {
		request_release(&request);
		jobs[0]->answer = jobs[0]->current;
		push_job_answered(jobs[0], RESULT_SAME);
		return;
	}
	batch = alloc_zeroed(1, sizeof(*batch) + n * sizeof(struct job *));
	batch->push = push;
	batch->kind = jobs[0]->intent.kind;
	batch->n = n;
	for (size_t i = 0; i < n; i++) {
		batch->jobs[i] = jobs[i];
		jobs[i]->state = JOB_FLYING;
		if (!jobs[i]->was_sent)
			jobs[i]->first_sent_at = runner_now(push->runner);
		jobs[i]->was_sent = true;
		if (jobs[i]->n_unsure > request.n_tried)
			request.n_tried = jobs[i]->n_unsure;
	}
	push->n_flying++;
	/* The answer to a deletion holds nobody, and may be empty. */
	fetch_submit(push->runner, push->side, &request,
		     request.method == METHOD_DELETE ? FETCH_BODY : FETCH_RECORDS, SENDER_PUSH,
		     on_batch, batch);
}

uint32_t write_batch_size(const struct runner *runner, enum side side)
{
	const struct mapper *mapper = runner->mapper[side];

	if (!mapper->caps.batch)
		return 1;
	const uint32_t wanted = runner->options.config->records.batch_size;

	return wanted < mapper->caps.batch_max ? wanted : mapper->caps.batch_max;
}

void write_jobs(struct push *push)
{
	static const enum intent_kind kinds[] = { INTENT_CREATE, INTENT_UPDATE, INTENT_REMOVE,
						  INTENT_RESTORE };
	const uint32_t batch = write_batch_size(push->runner, push->side);
	struct job **jobs = alloc_zeroed(batch, sizeof(struct job *));

	for (size_t k = 0; k < COUNT_OF(kinds); k++) {
		const bool single = kinds[k] == INTENT_REMOVE || kinds[k] == INTENT_RESTORE;
		const uint32_t max = single ? 1 : batch;
		size_t n = 0;
		/* A batch that is not full waits for what is still to be loaded or read. */
		const bool reading =
			kinds[k] == INTENT_UPDATE &&
			push_count(push, JOB_VERIFY) + push_count(push, JOB_FLYING) > 0;
		const bool loading = !push->exhausted && push->n_jobs < push->window;
		const bool more = max > 1 && (reading || loading);

		for (struct job *job = push->jobs; job != NULL; job = job->next) {
			if (job->state != JOB_READY || job->intent.kind != kinds[k])
				continue;
			jobs[n++] = job;
			if (n == max) {
				send_batch(push, jobs, n);
				n = 0;
			}
		}
		if (n > 0 && !more)
			send_batch(push, jobs, n);
	}
	free(jobs);
}
