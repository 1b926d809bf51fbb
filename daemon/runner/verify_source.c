/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_source: asks once more, right before a person is removed, whether the one whose removal is
 * carried is still gone or archived.  A whole scan may lie between the two, and what is deleted does
 * not come back.
 */
#include "daemon/runner/push.h"
#include "daemon/runner/unreadable.h"

/* He is back: what the removal was decided on is not so any more. */
static bool note_back(const struct job *job, const struct person *source, struct error *err)
{
	struct runner *runner = job->push->runner;
	const enum side side = side_other(job->push->side);
	struct store *store = runner_store(runner);
	enum observation observation;

	runner->again = true;
	return store_begin(store, err) &&
	       runner_observe(runner, side, source, NULL, runner->scans[side].generation,
			      &observation, err) &&
	       store_commit(store, err);
}

/* Archived when the scan read him, or proved to be gone since: then 404 is what is to be expected. */
static bool may_be_gone(const struct job *job)
{
	struct runner *runner = job->push->runner;
	const enum side side = side_other(job->push->side);
	struct arena arena = { 0 };
	struct pair pair;
	struct error err;
	const bool known =
		store_pair_get(runner_store(runner), job->intent.link, &arena, &pair, &err);
	const bool gone = known && pair.gone_cycle[side] != 0;

	arena_release(&arena);
	return gone;
}

/* An id that answers with somebody else was merged: under it there is nobody any more. */
static void take_source(struct job *job, const struct answer *answer)
{
	struct push *push = job->push;
	const enum side side = side_other(push->side);
	const struct raw_record *record = &answer->records.items[0];
	struct person source;
	struct error err;

	if (!fetch_decode(push->runner, side, answer, record->bytes, &job->arena, &source, &err)) {
		unreadable_take_target(push->runner, side, record, job->intent.source_id, &err);
		push_job_answered(job, RESULT_DROPPED);
	} else if (!str_equal(source.id, job->intent.source_id) ? may_be_gone(job) :
								  source.archived_at != 0) {
		job->state = JOB_READY;
	} else {
		if (str_equal(source.id, job->intent.source_id) && !note_back(job, &source, &err))
			runner_store_failed(push->runner, &err);
		push_job_answered(job, RESULT_DROPPED);
	}
}

/* Without an answer nothing is removed: the next cycle decides. */
static void on_source(void *payload, struct answer *answer)
{
	struct job *job = payload;
	struct push *push = job->push;
	if (answer->judgement == JUDGE_OK && answer->records.n == 1) {
		take_source(job, answer);
	} else if (answer->judgement == JUDGE_GONE && may_be_gone(job)) {
		job->state = JOB_READY;
	} else {
		if (answer->judgement != JUDGE_OK && answer->judgement != JUDGE_GONE) {
			(void)error_wrap(&answer->err,
					 "%s: reading a person again before a removal",
					 side_name(side_other(push->side)));
			cycle_note_failure(&push->runner->cycle, side_other(push->side),
					   &answer->err);
		}
		push_job_answered(job, RESULT_DROPPED);
	}
	push_landed(push);
}

void verify_source(struct job *job)
{
	struct runner *runner = job->push->runner;
	const enum side side = side_other(job->push->side);
	struct request request;

	runner->mapper[side]->read(&runner->context, job->intent.source_id, &request);
	job->state = JOB_ASKING;
	job->push->n_flying++;
	fetch_submit(runner, side, &request, FETCH_RECORDS, SENDER_PUSH, on_source, job);
}
