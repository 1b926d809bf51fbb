/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm: reads single persons of whom the lists did not say enough.
 *
 *  - Persons that a side's list, read whole, did not show: a page may have drifted, or they are gone.  Of
 *    the unlinked ones, those whose counterpart would be created anew.
 *  - Linked records of which the list left out a value that they had: absent there is unknown, not
 *    cleared, and the record's own answer shows every attribute.
 *  - Of a rolled side, those of whom a write has an unknown outcome: their page may come much later.  So
 *    may that of those who are to be linked and were not seen for too long (match.c).
 *
 * Nothing is written before it ends: on a rolled side, where all requests are few, a cycle asks for as many of
 * those who are absent as it may use for its writes, and the next one asks on.
 *
 * That a person is gone takes two proofs of different kind: it is absent from a whole list, and its own
 * answer says so (404 or 410) before and after another person of that side, asked the same way in the same
 * cycle, is there (the witness).  So an unknown route, a proxy's page, a lost scope or one stray 404 never
 * passes.  If anybody else who was missing is there, the list was not whole, and the next cycle has to say
 * it again.
 */
#include "daemon/runner/fetch.h"
#include "daemon/runner/references.h"
#include "daemon/runner/rolling.h"
#include "daemon/runner/unreadable.h"

#include "state/removals.h"
#include "state/unreadable.h"

/* More in one cycle wait for the next: the state keeps what they had. */
#define UNSURE_MOST 10000
#define IN_FLIGHT 16
/* Persons that were on the list; the first that answers is the witness. */
#define WITNESSES 3
/* Lists that are whole but for a person whom they never show. */
#define HIDDEN_OFTEN 2
/* Cycles in a row in which a turn's end waits for a side that does not answer such questions; then its next
 * turn asks for those who were to be asked for. */
#define WAITS_MOST 3

/* Cycles in a row in which a turn's end asks for those who are absent, and the list is not read on.  Then the
 * next turn begins, and its end goes on with those who are left. */
#define ASKS_MOST 20

/* One side's questions. */
struct confirming {
	struct runner *runner;
	enum side side;
	size_t next;     /* of runner->unsure[side] */
	size_t n_listed; /* of them, those that the list did show */
	int64_t asked;   /* the last of those who are absent */
	bool more;       /* of them, for the next cycle */
	size_t n_flying;
	struct str witnesses[WITNESSES];
	unsigned n_witnesses;   /* asked so far */
	bool witnessed;         /* one of them is there */
	bool abandoned;         /* the side does not answer: the rest waits for the next cycle */
	VEC(struct str) gone;   /* who said so once, until there is a witness */
	size_t next_again;      /* of gone */
	VEC(struct str) proved; /* who said so after the witness too */
};

enum asked_as {
	ASKED_LISTED, /* the list shows them, but not all of their values */
	ASKED_ABSENT, /* from a list that seemed whole */
	ASKED_AGAIN,  /* was not there before the witness was */
	ASKED_WITNESS,
};

struct question {
	struct confirming *confirming;
	struct str id;
	enum asked_as as;
};

/* ---- Whom to ask ---- */

static bool leaves_out_a_value(const struct runner *runner, const struct person *person,
			       const struct person *shadow)
{
	for (size_t i = 0; i < runner->table->n; i++) {
		if (person->values[i].state == VALUE_UNKNOWN && value_is_set(&shadow->values[i]))
			return true;
	}
	return false;
}

static void add_unsure(struct runner *runner, enum side side, struct str id)
{
	if (runner->unsure[side].n < UNSURE_MOST)
		*VEC_PUSH(&runner->unsure[side]) = arena_copy(&runner->unsure_arena, id);
}

void confirm_later(struct runner *runner, enum side side, struct str id)
{
	const struct budget_rate rate = rolling_rate(runner, side);

	for (size_t i = 0; i < runner->unsure[side].n; i++) {
		if (str_equal(runner->unsure[side].items[i], id))
			return;
	}
	if (runner->unsure[side].n < budget_push_most(&rate))
		add_unsure(runner, side, id);
}

bool confirm_if_unsure(struct runner *runner, enum side side, const struct person *person,
		       enum observation observation, struct error *err)
{
	struct store *store = runner_store(runner);
	struct arena arena = { 0 };
	struct link link;
	struct pair pair;
	bool found = false;

	if (references_read_again(runner, side)) {
		add_unsure(runner, side, person->id);
		return true;
	}
	if (observation != OBSERVED_CHANGED || !runner->mapper[side]->caps.sparse_lists)
		return true;
	const bool ok = store_link_find(store, person->id, &arena, &link, &found, err) &&
			(!found || store_pair_get(store, link.id, &arena, &pair, err));

	if (ok && found && leaves_out_a_value(runner, person, &pair.shadow[side]))
		add_unsure(runner, side, person->id);
	arena_release(&arena);
	return ok;
}

struct absence {
	struct confirming *confirming;
	size_t most;
};

/* Each of them is asked for twice, around a witness. */
static size_t absent_most(const struct runner *runner, enum side side, size_t n_listed)
{
	const struct budget_rate rate = rolling_rate(runner, side);
	const size_t others = n_listed + WITNESSES;
	const size_t most = budget_push_most(&rate);

	if (!runner->scans[side].rolled)
		return UNSURE_MOST;
	return most > others + 2 ? (most - others) / 2 : 1;
}

/* An empty list where links exist is no reason to ask for everybody: nobody could be a witness.  Nor is
 * it a whole one. */
static bool on_absent(void *payload, int64_t number, struct str id, bool linked, struct error *err)
{
	struct absence *absence = payload;
	struct confirming *confirming = absence->confirming;
	struct side_scan *scan = &confirming->runner->scans[confirming->side];

	if (linked && scan->n_distinct == 0) {
		scan->complete = false;
		return true;
	}
	confirming->more = absence->most == 0;
	if (confirming->more)
		return error_set(err, ERR_CANCELED, "enough for one cycle");
	absence->most--;
	confirming->asked = number;
	add_unsure(confirming->runner, confirming->side, id);
	return true;
}

static bool find_absent(struct confirming *confirming, struct error *err)
{
	struct runner *runner = confirming->runner;
	const enum side side = confirming->side;
	const struct side_scan *scan = &runner->scans[side];
	struct absence absence = { confirming, absent_most(runner, side, confirming->n_listed) };

	confirming->asked = scan->turn.asked;
	if (!scan->complete)
		return true;
	/* Of a rolled side's a proof holds until they are seen again. */
	return store_absent_each(runner_store(runner), side, scan->whole_since, scan->turn.asked,
				 !scan->rolled, on_absent, &absence, err);
}

static bool on_sent(void *payload, const struct intent *intent, struct arena *arena,
		    struct error *err)
{
	struct runner *runner = payload;

	(void)arena;
	(void)err;
	if (intent->kind != INTENT_CREATE && intent->state == INTENT_SENT)
		add_unsure(runner, intent->target, intent->target_id);
	return true;
}

static bool find_sent(struct runner *runner, enum side side, struct error *err)
{
	return !runner->scans[side].rolled ||
	       store_intent_each(runner_store(runner), side, 0, UINT32_MAX, on_sent, runner, err);
}

/* ---- Their answers ---- */

/*
 * Who was missing and is there: the list was not whole.  Then it proves of nobody that he is not there, be it
 * a lost create or a person who is to be created.  One that is never shown says nothing of the others.
 */
static bool note_there(struct confirming *confirming, const struct question *question,
		       struct error *err)
{
	struct runner *runner = confirming->runner;
	int64_t times = 0;

	confirming->witnessed = true;
	if (question->as != ASKED_ABSENT && question->as != ASKED_AGAIN)
		return true;
	if (!store_person_hidden(runner_store(runner), confirming->side, question->id, &times, err))
		return false;
	if (times <= HIDDEN_OFTEN)
		runner->scans[confirming->side].complete = false;
	return true;
}

static void take_gone(const struct question *question)
{
	struct confirming *confirming = question->confirming;

	if (question->as == ASKED_AGAIN)
		*VEC_PUSH(&confirming->proved) = question->id;
	else if (question->as == ASKED_ABSENT)
		*VEC_PUSH(&confirming->gone) = question->id;
}

/* Whoever says who he is is there, be he readable or not. */
static bool take_person(struct question *question, struct answer *answer, struct error *err)
{
	struct confirming *confirming = question->confirming;
	struct runner *runner = confirming->runner;
	struct store *store = runner_store(runner);
	const enum side side = confirming->side;
	const struct raw_record *record = &answer->records.items[0];
	struct arena arena = { 0 };
	struct person person;
	enum observation observation;
	bool there =
		fetch_decode(runner, side, answer, record->bytes, &arena, &person, &answer->err);
	bool ok = true;

	if (there && !str_equal(person.id, question->id)) {
		/* Merged into another one: under this id there is nobody any more. */
		take_gone(question);
	} else {
		ok = store_begin(store, err) &&
		     (there ? runner_observe(runner, side, &person, NULL,
					     runner->scans[side].generation, &observation, err) :
			      unreadable_take(runner, side, UNREADABLE_ALONE, record, question->id,
					      &answer->err, &there, err)) &&
		     (!there || note_there(confirming, question, err)) && store_commit(store, err);
	}
	arena_release(&arena);
	return ok;
}

/* What cannot be read now stays as it was: unknown. */
static bool take(struct question *question, struct answer *answer, struct error *err)
{
	struct confirming *confirming = question->confirming;

	if (answer->judgement == JUDGE_OK && answer->records.n == 1)
		return take_person(question, answer, err);
	if (answer->judgement == JUDGE_GONE) {
		take_gone(question);
		return true;
	}
	confirming->abandoned = confirming->abandoned || answer->status == 0 ||
				answer->judgement == JUDGE_AUTH ||
				answer->judgement == JUDGE_LIMITED;
	if (answer->judgement != JUDGE_OK)
		(void)error_wrap(&answer->err, "%s: reading a person that the list did not show",
				 side_name(confirming->side));
	else
		(void)error_set(&answer->err, ERR_MALFORMED,
				"%s: a person's own answer does not hold the person",
				side_name(confirming->side));
	cycle_note_failure(&confirming->runner->cycle, confirming->side, &answer->err);
	return true;
}

static void pump(struct confirming *confirming);

static void on_answer(void *payload, struct answer *answer)
{
	struct question *question = payload;
	struct confirming *confirming = question->confirming;
	struct error err;

	confirming->n_flying--;
	if (!take(question, answer, &err))
		runner_store_failed(confirming->runner, &err);
	free(question);
	pump(confirming);
}

static void ask(struct confirming *confirming, const struct question *wanted)
{
	struct runner *runner = confirming->runner;
	struct question *question = alloc_zeroed(1, sizeof(*question));
	struct request request;

	*question = *wanted;
	runner->mapper[confirming->side]->read(&runner->context, wanted->id, &request);
	confirming->n_flying++;
	runner->n_confirmed[confirming->side]++;
	fetch_submit(runner, confirming->side, &request, FETCH_RECORDS, SENDER_PUSH, on_answer,
		     question);
}

/* ---- The end ---- */

static bool note_gone(struct confirming *confirming, struct error *err)
{
	struct runner *runner = confirming->runner;
	struct store *store = runner_store(runner);
	const struct side_scan *scan = &runner->scans[confirming->side];

	/* Somebody who was missing is there: absence from that list is no proof of anything. */
	if (!scan->complete)
		return true;
	if (confirming->gone.n > 0 && !confirming->witnessed) {
		struct error unproved;

		(void)error_set(
			&unproved, ERR_MALFORMED,
			"%s: %zu persons are missing and cannot be found, and nor can those "
			"that the list shows: nothing is removed; check base_url and the "
			"token's scopes",
			side_name(confirming->side), confirming->gone.n);
		cycle_note_failure(&runner->cycle, confirming->side, &unproved);
		return true;
	}
	if (!store_begin(store, err))
		return false;
	for (size_t i = 0; i < confirming->proved.n; i++) {
		if (!store_person_gone(store, confirming->side, confirming->proved.items[i],
				       scan->whole_since, runner->cycle.report.id, err))
			return false;
	}
	return store_forget_unseen(store, confirming->side, scan->whole_since, err) &&
	       store_unreadable_sweep(store, confirming->side, scan->whole_since, err) &&
	       store_commit(store, err);
}

/* Nothing is concluded from the turn; nobody is removed before all who are absent were asked for. */
static bool give_turn_up(struct side_scan *scan)
{
	scan->turn = (struct turn){ .unasked = true };
	scan->whole_since = 0;
	scan->complete = scan->asks_on = false;
	return true;
}

/* What is left of a turn's end: those whom the side could not tell of yet, and those behind them. */
static bool put_off(struct confirming *confirming, struct error *err)
{
	struct runner *runner = confirming->runner;
	struct store *store = runner_store(runner);
	struct side_scan *scan = &runner->scans[confirming->side];
	struct turn *turn = &scan->turn;
	const bool failed = confirming->abandoned || runner->stopping ||
			    (confirming->gone.n > 0 && !confirming->witnessed);

	if (!scan->rolled || turn->end == TURN_RUNNING || !scan->complete)
		return true;
	if (failed && turn->n_waits < WAITS_MOST) {
		turn->n_waits++;
		scan->asks_on = true;
	} else {
		turn->n_waits = 0;
		turn->asked = confirming->asked;
		scan->asks_on = confirming->more;
	}
	if (scan->asks_on && turn->n_asks++ >= ASKS_MOST)
		return give_turn_up(scan);
	return !scan->asks_on ||
	       (store_begin(store, err) && store_turn_put(store, confirming->side, turn, err) &&
		store_commit(store, err));
}

static void end(struct confirming *confirming)
{
	struct runner *runner = confirming->runner;
	struct error err;

	if (runner->cycle.report.failure.code != ERR_STORE &&
	    (!note_gone(confirming, &err) || !put_off(confirming, &err)))
		runner_store_failed(runner, &err);
	VEC_RELEASE(&confirming->gone);
	VEC_RELEASE(&confirming->proved);
	free(confirming);
	if (--runner->n_confirming > 0)
		return;
	for (int side = 0; side < SIDE_COUNT; side++)
		runner->unsure[side].n = 0;
	arena_reset(&runner->unsure_arena);
	runner_phase_done(runner);
}

/* Whom to ask next, while it makes sense to ask anybody. */
static bool next_question(struct confirming *confirming, struct question *question)
{
	const struct runner *runner = confirming->runner;
	const enum side side = confirming->side;

	*question = (struct question){ .confirming = confirming };
	if (runner->stopping || confirming->abandoned)
		return false;
	if (confirming->next < runner->unsure[side].n) {
		question->as =
			confirming->next < confirming->n_listed ? ASKED_LISTED : ASKED_ABSENT;
		question->id = runner->unsure[side].items[confirming->next++];
		return true;
	}
	if (confirming->n_flying > 0 && !confirming->witnessed)
		return false;
	if (!runner->scans[side].complete || confirming->next_again == confirming->gone.n)
		return false;
	if (confirming->witnessed) {
		question->as = ASKED_AGAIN;
		question->id = confirming->gone.items[confirming->next_again++];
		return true;
	}
	if (confirming->n_witnesses == WITNESSES ||
	    confirming->witnesses[confirming->n_witnesses].len == 0)
		return false;
	question->as = ASKED_WITNESS;
	question->id = confirming->witnesses[confirming->n_witnesses++];
	return true;
}

static void pump(struct confirming *confirming)
{
	struct question question;

	while (confirming->n_flying < IN_FLIGHT && next_question(confirming, &question))
		ask(confirming, &question);
	if (confirming->n_flying == 0)
		end(confirming);
}

static struct confirming *begin(struct runner *runner, enum side side, struct error *err)
{
	struct confirming *confirming = alloc_zeroed(1, sizeof(*confirming));

	confirming->runner = runner;
	confirming->side = side;
	if (!find_sent(runner, side, err)) {
		free(confirming);
		return NULL;
	}
	confirming->n_listed = runner->unsure[side].n;
	/* Of an empty list nobody could be, and nobody linked is asked for. */
	confirming->witnessed = runner->scans[side].n_distinct == 0;
	if (find_absent(confirming, err) &&
	    store_witnesses(runner_store(runner), side, runner->scans[side].generation, WITNESSES,
			    &runner->unsure_arena, confirming->witnesses, err))
		return confirming;
	free(confirming);
	return NULL;
}

static void confirm(struct runner *runner)
{
	struct confirming *both[SIDE_COUNT];
	struct error err;

	if (!companies_resolve(runner, &err))
		runner_store_failed(runner, &err);
	runner->n_confirming = 0;
	for (int side = 0; side < SIDE_COUNT; side++) {
		both[side] = begin(runner, (enum side)side, &err);
		runner->n_confirming += both[side] != NULL;
		if (both[side] == NULL)
			runner_store_failed(runner, &err);
	}
	if (runner->n_confirming == 0) {
		runner_phase_done(runner);
		return;
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (both[side] != NULL)
			pump(both[side]);
	}
}

void runner_confirm(struct runner *runner)
{
	references_refresh(runner, confirm);
}
