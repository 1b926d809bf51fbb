/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm: reads in full the linked records of which the list left out a value that they had.
 *
 * A list may leave attributes out: absent there is unknown, not cleared.  The record's own answer shows
 * every attribute, so it tells a cleared one from one that was not shown.
 */
#include "daemon/runner/fetch.h"

/* More in one cycle wait for their next change; the state keeps what they had. */
#define UNSURE_MOST 10000
#define IN_FLIGHT 16

struct confirming {
	struct runner *runner;
	size_t n_flying;
};

static bool leaves_out_a_value(const struct runner *runner, const struct person *person,
			       const struct person *shadow)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (person->values[i].state == VALUE_UNKNOWN && value_is_set(&shadow->values[i]))
			return true;
	}
	return false;
}

bool confirm_if_unsure(struct runner *runner, enum side side, const struct person *person,
		       enum observation observation, struct error *err)
{
	struct store *store = runner_store(runner);
	struct arena arena = { 0 };
	struct link link;
	struct pair pair;
	bool found = false;

	if (observation != OBSERVED_CHANGED || !runner->mapper[side]->caps.sparse_lists ||
	    runner->unsure.n >= UNSURE_MOST)
		return true;
	const bool ok = store_link_find(store, person->id, &arena, &link, &found, err) &&
			(!found || store_pair_get(store, link.id, &arena, &pair, err));

	if (ok && found && leaves_out_a_value(runner, person, &pair.shadow[side]))
		*VEC_PUSH(&runner->unsure) = arena_copy(&runner->unsure_arena, person->id);
	arena_release(&arena);
	return ok;
}

static void pump(struct confirming *confirming);

/* What cannot be read now stays as it was: unknown. */
static bool take(struct runner *runner, struct answer *answer, struct error *err)
{
	struct arena arena = { 0 };
	struct person person;
	enum observation observation;
	bool ok = true;

	if (answer->judgement == JUDGE_OK && answer->records.n == 1 &&
	    fetch_decode(runner, SIDE_RECORDS, answer, answer->records.items[0].bytes, &arena,
			 &person, &answer->err))
		ok = store_begin(runner_store(runner), err) &&
		     runner_observe(runner, SIDE_RECORDS, &person, NULL,
				    runner->scans[SIDE_RECORDS].generation, &observation, err) &&
		     store_commit(runner_store(runner), err);
	else if (answer->judgement != JUDGE_GONE)
		cycle_note_failure(&runner->cycle, SIDE_RECORDS, &answer->err);
	arena_release(&arena);
	return ok;
}

static void on_record(void *payload, struct answer *answer)
{
	struct confirming *confirming = payload;
	struct error err;

	confirming->n_flying--;
	if (!take(confirming->runner, answer, &err))
		runner_store_failed(confirming->runner, &err);
	pump(confirming);
}

static void pump(struct confirming *confirming)
{
	struct runner *runner = confirming->runner;

	while (!runner->stopping && confirming->n_flying < IN_FLIGHT &&
	       runner->n_confirmed < runner->unsure.n) {
		struct request request;

		runner->mapper[SIDE_RECORDS]->read(
			&runner->context, runner->unsure.items[runner->n_confirmed++], &request);
		confirming->n_flying++;
		fetch_submit(runner, SIDE_RECORDS, &request, FETCH_RECORDS, SENDER_PUSH, on_record,
			     confirming);
	}
	if (confirming->n_flying > 0)
		return;
	free(confirming);
	runner_phase_done(runner);
}

void runner_confirm(struct runner *runner)
{
	struct confirming *confirming = alloc_zeroed(1, sizeof(*confirming));

	confirming->runner = runner;
	pump(confirming);
}
