/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_source: asks for the person of whom a write was made, where that was read too long ago.
 *
 *  - Right before a person is removed, whether the one whose removal is carried is still gone or archived.  A
 *    whole scan may lie between the two, and what is deleted does not come back.
 *  - Before somebody is created whom only an earlier cycle has seen (his side is rolled): an old state that was
 *    put back may know him from before he had what the two are matched by.
 */
#include "daemon/runner/push.h"
#include "daemon/runner/unreadable.h"

/* Intervals that may lie between the reading of somebody and his creation: what a cycle's slice shows the next
 * one creates. */
#define SOURCE_INTERVALS 2

/* What the write was decided on is not so any more. */
static bool note_changed(const struct job *job, const struct person *source, struct error *err)
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

static bool stored_source(const struct job *job, struct arena *arena, struct person *ret_person,
			  bool *ret_found, struct error *err)
{
	return store_person_get(runner_store(job->push->runner), side_other(job->push->side),
				job->intent.source_id, arena, ret_person, ret_found, err);
}

/* Is he what he was when the create was decided? */
static bool is_as_stored(const struct job *job, const struct person *source)
{
	const struct field_table *table = job->push->runner->table;
	struct arena arena = { 0 };
	struct person stored;
	struct error err;
	bool found = false;
	bool same = stored_source(job, &arena, &stored, &found, &err) && found;

	if (same) {
		const struct digest before = person_digest(&stored, table);
		const struct digest now = person_digest(source, table);

		same = source->archived_at == stored.archived_at && digest_equal(&before, &now);
	}
	arena_release(&arena);
	return same;
}

/* An id that answers with somebody else was merged: under it there is nobody any more. */
static bool still_holds(const struct job *job, const struct person *source)
{
	const bool himself = str_equal(source->id, job->intent.source_id);

	if (job->intent.kind == INTENT_CREATE)
		return himself && is_as_stored(job, source);
	return himself ? source->archived_at != 0 : may_be_gone(job);
}

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
	} else if (still_holds(job, &source)) {
		job->state = JOB_READY;
	} else {
		if (str_equal(source.id, job->intent.source_id) &&
		    !note_changed(job, &source, &err))
			runner_store_failed(push->runner, &err);
		push_job_answered(job, RESULT_DROPPED);
	}
}

/* Without an answer nobody is removed or created: the next cycle decides. */
static void on_source(void *payload, struct answer *answer)
{
	struct job *job = payload;
	struct push *push = job->push;
	const bool creates = job->intent.kind == INTENT_CREATE;

	if (answer->judgement == JUDGE_OK && answer->records.n == 1) {
		take_source(job, answer);
	} else if (answer->judgement == JUDGE_GONE && !creates && may_be_gone(job)) {
		job->state = JOB_READY;
	} else {
		if (answer->judgement != JUDGE_OK && answer->judgement != JUDGE_GONE) {
			(void)error_wrap(&answer->err, "%s: reading a person again before a %s",
					 side_name(side_other(push->side)),
					 creates ? "create" : "removal");
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

void verify_new(struct job *job)
{
	struct runner *runner = job->push->runner;
	const int64_t most = SOURCE_INTERVALS * runner->options.config->sync.interval_ns;
	struct arena arena = { 0 };
	struct person stored;
	struct error err;
	bool found = false;

	if (!stored_source(job, &arena, &stored, &found, &err)) {
		runner_store_failed(runner, &err);
		push_job_answered(job, RESULT_DROPPED);
	} else if (!found) {
		push_job_answered(job, RESULT_DROPPED);
	} else {
		const int64_t age = runner_now(runner) - stored.seen_at;

		job->state = JOB_READY;
		if (age < 0 || age > most)
			verify_source(job);
	}
	arena_release(&arena);
}
