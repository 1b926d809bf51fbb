/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: reads targets again right before they are written, so that an edit made since the scan is
 * merged and not overwritten.
 *
 * Many are read in one request where the API can be asked for them; who does not come that way (the
 * filter is not honoured, the e-mail is another one by now) is read alone.
 */
#include "daemon/runner/likeness.h"
#include "daemon/runner/plan.h"
#include "daemon/runner/push.h"
#include "daemon/runner/references.h"
#include "daemon/runner/unreadable.h"

/* One grouped reading; jobs are found again by id. */
struct group {
	struct push *push;
	size_t n;
	struct job *jobs[];
};

/* Is the person what the removal or the un-archiving is to make of it? */
static enum finding finding_of(const struct job *job)
{
	const bool archived = job->current.archived_at != 0;

	if (job->intent.kind == INTENT_REMOVE &&
	    !plan_writes_fields(job->push->runner, &job->intent))
		return archived ? FINDING_HAPPENED : FINDING_NOT;
	if (job->intent.kind == INTENT_RESTORE)
		return archived ? FINDING_NOT : FINDING_HAPPENED;
	return likeness_finding(job->push->runner->table, &job->intent, &job->current);
}

/* A grouped answer may leave out what the person's own answer holds. */
static bool own_answer_tells_more(const struct job *job)
{
	bool any = false;

	for (size_t i = 0; i < job->push->runner->table->n; i++)
		any = any || likeness_lacks(&job->intent, i, &job->current);
	return any && !job->alone;
}

/* What its own answer lacks, although the rest of the write is there, it does not hold now either: on records,
 * unless it refers to what has no name here. */
static void note_lacking(struct job *job)
{
	const struct field_table *table = job->push->runner->table;

	for (size_t i = 0; i < table->n && job->push->side == SIDE_RECORDS; i++) {
		if (likeness_lacks(&job->intent, i, &job->current) &&
		    !references_is_unnamed(job->push->runner, SIDE_RECORDS, &table->fields[i]))
			job->answer.values[i] = value_empty();
	}
}

/* An update of unknown outcome, or an answer without the fields: the reading itself is the result.  What has
 * not happened is sent again, as if it had just been read for the first time. */
static bool reading_is_result(struct job *job)
{
	if (!job->was_unsure && !job->read_back)
		return false;
	job->answer = job->current;
	if (job->read_back) {
		push_job_shown(job);
		return true;
	}
	if (own_answer_tells_more(job)) {
		job->state = JOB_VERIFY;
		job->alone = true;
		return true;
	}
	const enum finding finding = finding_of(job);
	const bool failed = job->trouble.code != ERR_OK && finding == FINDING_NOT;

	if (failed && push_may_repeat(job)) {
		job->was_unsure = false;
		job->trouble.code = ERR_OK;
		return false;
	}
	job->found = finding != FINDING_NOT;
	if (finding == FINDING_HAPPENED && job->intent.kind == INTENT_UPDATE) {
		note_lacking(job);
		push_job_shown(job);
	} else {
		push_job_answered(job, finding == FINDING_HAPPENED ? RESULT_DONE :
				       failed                      ? RESULT_DROPPED :
								     RESULT_MOVED);
	}
	return true;
}

/* Decided without knowing: a value that shows up now has to be merged first. */
static bool appeared_or_changed(const struct field *field, const struct value *base,
				const struct value *fresh)
{
	if (fresh->state == VALUE_UNKNOWN)
		return false;
	return base->state == VALUE_UNKNOWN ? value_is_set(fresh) :
					      merge_value_changed(field, fresh, base);
}

/* A person is removed, or brought back, only as it was when that was decided. */
static void judge_whole_person(struct job *job)
{
	const struct field_table *table = job->push->runner->table;
	bool changed = false;

	for (size_t i = 0; i < table->n; i++) {
		const struct value *base = &job->intent.base.values[i];
		const struct value *fresh = &job->current.values[i];

		changed = changed || appeared_or_changed(&table->fields[i], base, fresh);
	}
	job->answer = job->current;
	if (finding_of(job) == FINDING_HAPPENED)
		push_job_answered(job, RESULT_DONE);
	else if (changed)
		push_job_answered(job, RESULT_MOVED);
	else if (job->intent.kind == INTENT_REMOVE)
		verify_source(job);
	else
		job->state = JOB_READY;
}

/* The precondition: what is to be written still holds what it held when this was decided. */
static void judge_reading(struct job *job)
{
	const struct field_table *table = job->push->runner->table;

	bool alone = false;

	if (reading_is_result(job))
		return;
	if (job->intent.kind != INTENT_UPDATE) {
		judge_whole_person(job);
		return;
	}
	for (size_t i = 0; i < table->n; i++) {
		const struct value *base = &job->intent.base.values[i];
		const struct value *fresh = &job->current.values[i];

		if (job->intent.write.values[i].state == VALUE_UNKNOWN)
			continue;
		if (fresh->state == VALUE_UNKNOWN) {
			alone = alone || !job->alone;
			continue;
		}
		if (appeared_or_changed(&table->fields[i], base, fresh)) {
			job->answer = job->current;
			push_job_answered(job, RESULT_MOVED);
			return;
		}
	}
	if (job->current.archived_at != 0) {
		job->answer = job->current;
		push_job_answered(job, RESULT_MOVED);
		return;
	}
	/* A grouped answer may leave out what the person's own answer holds. */
	job->state = alone ? JOB_VERIFY : JOB_READY;
	job->alone = job->alone || alone;
}

/* Where a write was accepted, and its answer said too little: what the target was not known to
 * hold, and its own answer lacks, it does not hold now either. */
static struct person asked_for(const struct job *job, struct arena *arena)
{
	const struct field_table *table = job->push->runner->table;
	struct person asked;

	person_init(&asked, arena, table);
	for (size_t i = 0; i < table->n; i++) {
		if (job->read_back && !value_is_set(&job->intent.base.values[i]))
			asked.values[i] = job->intent.write.values[i];
	}
	return asked;
}

static bool take_reading(struct job *job, const struct answer *answer,
			 const struct raw_record *record)
{
	struct runner *runner = job->push->runner;
	const struct person asked = asked_for(job, &job->arena);
	struct person person;
	struct error err;

	if (!fetch_decode_own(runner, job->push->side, answer, record->bytes, &asked, &job->arena,
			      &person, &err)) {
		unreadable_take_target(runner, job->push->side, record, job->intent.target_id,
				       &err);
		/* It was accepted, and the quarantine says why no more is known. */
		if (job->read_back)
			job->trouble.code = ERR_OK;
		return false;
	}
	if (!str_equal(person.id, job->intent.target_id)) {
		(void)error_set(&err, ERR_MALFORMED,
				"%s: a person's own answer shows another person",
				side_name(job->push->side));
		cycle_note_failure(&runner->cycle, job->push->side, &err);
		return false;
	}
	job->current = person;
	return true;
}

/* ---- Alone ---- */

static void on_one(void *payload, struct answer *answer)
{
	struct job *job = payload;
	struct push *push = job->push;

	if (answer->judgement == JUDGE_OK && answer->records.n == 1 &&
	    take_reading(job, answer, &answer->records.items[0])) {
		judge_reading(job);
	} else if (answer->judgement == JUDGE_GONE && !job->answered) {
		push_job_gone(job);
	} else {
		if (answer->judgement != JUDGE_OK) {
			(void)error_wrap(&answer->err, "%s: reading a person again before a write",
					 side_name(push->side));
			if (answer->judgement == JUDGE_AUTH || answer->status == 0)
				push_halt(push, &answer->err);
			cycle_note_failure(&push->runner->cycle, push->side, &answer->err);
		}
		if (job->answered)
			push_job_shown(job);
		else
			push_job_answered(job, job->was_unsure || job->read_back ?
						       RESULT_UNCERTAIN :
						       RESULT_DROPPED);
	}
	push_landed(push);
}

void verify_alone(struct job *job)
{
	struct runner *runner = job->push->runner;
	struct request request;

	runner->mapper[job->push->side]->read(&runner->context, job->intent.target_id, &request);
	job->state = JOB_FLYING;
	job->alone = true;
	job->push->n_flying++;
	fetch_submit(runner, job->push->side, &request, FETCH_RECORDS, SENDER_PUSH, on_one, job);
}

/* ---- In groups ---- */

static struct job *find_in_group(struct group *group, const struct answer *answer, struct str raw,
				 struct arena *scratch)
{
	struct runner *runner = group->push->runner;
	struct person person;
	struct error err;

	if (!fetch_decode(runner, group->push->side, answer, raw, scratch, &person, &err))
		return NULL;
	for (size_t i = 0; i < group->n; i++) {
		if (group->jobs[i]->state == JOB_FLYING &&
		    str_equal(group->jobs[i]->intent.target_id, person.id))
			return group->jobs[i];
	}
	return NULL;
}

static void on_group(void *payload, struct answer *answer)
{
	struct group *group = payload;
	struct push *push = group->push;
	struct arena scratch = { 0 };
	bool helped = false;

	for (size_t i = 0; answer->judgement == JUDGE_OK && i < answer->records.n; i++) {
		const struct raw_record *record = &answer->records.items[i];
		struct job *job = find_in_group(group, answer, record->bytes, &scratch);

		if (job != NULL && take_reading(job, answer, record)) {
			judge_reading(job);
			helped = true;
		}
		arena_reset(&scratch);
	}
	arena_release(&scratch);
	/* The filter is refused or ignored here: asking that way again would be for nothing. */
	if (answer->judgement == JUDGE_OK || answer->judgement == JUDGE_REJECTED)
		push->runner->no_groups[push->side] = !helped;
	if (answer->judgement == JUDGE_AUTH ||
	    (answer->judgement != JUDGE_OK && answer->status == 0)) {
		(void)error_wrap(&answer->err, "%s: reading persons again before writing",
				 side_name(push->side));
		push_halt(push, &answer->err);
	}
	for (size_t i = 0; i < group->n; i++) {
		if (group->jobs[i]->state != JOB_FLYING)
			continue;
		group->jobs[i]->state = JOB_VERIFY;
		group->jobs[i]->alone = true;
	}
	free(group);
	push_landed(push);
}

static struct person_ref ref_of(const struct job *job)
{
	const int emails = job->push->runner->table->emails;
	struct person_ref ref = { .id = job->intent.target_id };

	/* What the target is known by now: its own e-mail, not the one that it is to get. */
	if (emails >= 0)
		ref.email = value_part(&job->intent.base.values[emails], 0);
	return ref;
}

static size_t collect(struct push *push, size_t max, struct job **jobs, struct person_ref *refs)
{
	size_t n = 0;

	for (struct job *job = push->jobs; job != NULL && n < max; job = job->next) {
		if (job->state != JOB_VERIFY || job->alone)
			continue;
		jobs[n] = job;
		refs[n] = ref_of(job);
		n++;
	}
	return n;
}

/* Returns how many jobs the request took; the ones it could not name are read alone. */
static size_t submit_group(struct push *push, struct job **jobs, const struct person_ref *refs,
			   size_t n)
{
	struct runner *runner = push->runner;
	const struct mapper *mapper = runner->mapper[push->side];
	struct request request;
	const bool may_group = n > 1 && !runner->no_groups[push->side];
	size_t taken = may_group ? mapper->read_group(&runner->context, refs, n, &request) : 0;

	if (taken == 0) {
		verify_alone(jobs[0]);
		return 1;
	}
	struct group *group = alloc_zeroed(1, sizeof(*group) + taken * sizeof(group->jobs[0]));

	group->push = push;
	group->n = taken;
	for (size_t i = 0; i < taken; i++) {
		group->jobs[i] = jobs[i];
		jobs[i]->state = JOB_FLYING;
	}
	push->n_flying++;
	fetch_submit(runner, push->side, &request, FETCH_RECORDS, SENDER_PUSH, on_group, group);
	return taken;
}

void verify_jobs(struct push *push)
{
	const uint32_t max = push->runner->mapper[push->side]->caps.page_max;
	struct job **jobs = alloc_zeroed(max, sizeof(struct job *));
	struct person_ref *refs = alloc_zeroed(max, sizeof(*refs));
	size_t n;

	while ((n = collect(push, max, jobs, refs)) > 0)
		(void)submit_group(push, jobs, refs, n);
	for (struct job *job = push->jobs; job != NULL; job = job->next) {
		if (job->state == JOB_VERIFY)
			verify_alone(job);
	}
	free(jobs);
	free(refs);
}
