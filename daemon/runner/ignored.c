/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ignored: what a server accepted and did not carry out.
 *
 * A server may store another value than it was sent, and that is what was agreed then.  But where the target
 * shows exactly what it held before, the edit has not arrived: settled as written, the sides would differ for
 * ever, and nobody would hear of it.  So the field is refused, whatever the status said.  Of a new person it is
 * not agreed: an update carries it, which is judged like any other.  That goes for one whose answer was lost,
 * too: whether somebody has emptied the field since nobody can tell, and to fill it again loses less than to
 * empty the one that it came from.
 */
#include "daemon/runner/likeness.h"
#include "daemon/runner/plan.h"
#include "daemon/runner/push.h"

/* What the target cannot hold was left out of the request: that was no server's fault. */
static bool was_sent(const struct job *job, size_t i)
{
	struct runner *runner = job->push->runner;
	struct arena arena = { 0 };
	struct person before = job->intent.base;
	struct person wanted;
	struct request request;

	before.id = job->answer.id;
	person_init(&wanted, &arena, runner->table);
	wanted.values[i] = job->intent.write.values[i];
	runner->mapper[job->push->side]->update(&runner->context, &before, &wanted, &request);
	const bool sent = request.target.len > 0;

	request_release(&request);
	arena_release(&arena);
	return sent;
}

/* In another order only, or with another primary: servers have an order of their own. */
static bool asks_for_more(const struct field *field, const struct value *write,
			  const struct value *before)
{
	return field_shape(field->type) == SHAPE_SET ? !value_equal_as_set(write, before) :
						       merge_value_changed(field, write, before);
}

static bool is_ignored(const struct job *job, size_t i)
{
	const struct field_table *table = job->push->runner->table;
	const struct field *field = &table->fields[i];
	const struct value *write = &job->intent.write.values[i];
	const struct value *base = &job->intent.base.values[i];
	const struct value *seen = &job->answer.values[i];
	/* It was read right before the write, and held nothing. */
	const struct value before = base->state != VALUE_UNKNOWN ? *base : value_empty();

	return write->state != VALUE_UNKNOWN && seen->state != VALUE_UNKNOWN &&
	       !merge_value_changed(field, seen, &before) && asks_for_more(field, write, &before) &&
	       !likeness_shows(table, &job->intent, i, &job->answer) && was_sent(job, i);
}

bool ignored_any(const struct job *job)
{
	for (size_t i = 0; i < job->push->runner->table->n; i++) {
		if (is_ignored(job, i))
			return true;
	}
	return false;
}

bool ignored_leave(struct job *job)
{
	const struct field_table *table = job->push->runner->table;
	struct person left = person_copy(&job->arena, table, &job->intent.write);
	bool any = false;

	for (size_t i = 0; i < table->n; i++) {
		if (!is_ignored(job, i))
			continue;
		left.values[i] = (struct value){ .state = VALUE_UNKNOWN };
		any = true;
	}
	job->intent.write = left;
	return any;
}

static void add_name(struct buf *names, struct str name)
{
	buf_addf(names, "%s%.*s", names->len > 0 ? ", " : "", STR_ARG(name));
}

/* The rest was taken; or nothing was: then the answer is a reading like any other. */
static bool settle_rest(struct job *took, struct error *err)
{
	struct runner *runner = took->push->runner;
	const enum side side = took->push->side;
	enum observation observation;

	return plan_writes_fields(runner, &took->intent) ?
		       settle_update(took, err) :
		       runner_observe(runner, side, &took->answer, NULL,
				      runner->scans[side].generation, &observation, err);
}

bool settle_ignored(struct job *job, struct error *err)
{
	const struct field_table *table = job->push->runner->table;
	struct job took = *job;
	struct job left = *job;
	struct buf names;

	buf_init(&names, SIZE_MAX / 2);
	took.result = RESULT_DONE;
	took.intent.write = person_copy(&job->arena, table, &job->intent.write);
	left.intent.write = person_copy(&job->arena, table, &job->intent.write);
	for (size_t i = 0; i < table->n; i++) {
		const bool ignored = is_ignored(job, i);

		if (ignored)
			add_name(&names, table->fields[i].name);
		(ignored ? &took : &left)->intent.write.values[i] = (struct value){ 0 };
	}
	left.words = arena_format(&job->arena, "the server accepted %s and left it as it was",
				  buf_z(&names));
	buf_release(&names);
	return settle_rest(&took, err) && settle_refused(&left, err);
}
