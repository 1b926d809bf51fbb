/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shrink: the least of a plan that still breaks the same rule.
 */
#include "sim.h"
#include "state_file.h"
#include "sweep.h"

#include <stdio.h>
#include <string.h>

struct shrinking {
	struct plan best, trial;
	struct violation wanted;
	unsigned n_runs;
};

static bool still_fails(struct shrinking *s)
{
	const struct run_options options = { 0 };
	struct outcome_of_run outcome = { 0 };

	s->n_runs++;
	sim_run(&s->trial, &options, &outcome);
	if (outcome.violation.promise != s->wanted.promise ||
	    strcmp(outcome.violation.rule, s->wanted.rule) != 0)
		return false;
	s->best = s->trial;
	return true;
}

static void drop_ops(struct plan *plan, uint32_t at, uint32_t n)
{
	memmove(&plan->ops[at], &plan->ops[at + n], (plan->n_ops - at - n) * sizeof(plan->ops[0]));
	plan->n_ops -= n;
}

/* Chunks of falling size, as long as anything goes. */
static bool shrink_ops(struct shrinking *s)
{
	bool any = false;

	for (uint32_t n = s->best.n_ops / 2; n > 0; n /= 2) {
		for (uint32_t at = 0; at + n <= s->best.n_ops;) {
			s->trial = s->best;
			drop_ops(&s->trial, at, n);
			if (still_fails(s))
				any = true;
			else
				at += n;
		}
	}
	return any;
}

static bool shrink_humans(struct shrinking *s)
{
	bool any = false;

	for (uint32_t human = 0; human < s->best.n_humans; human++) {
		s->trial = s->best;
		for (uint32_t i = s->trial.n_ops; i > 0; i--) {
			if (s->trial.ops[i - 1].human == human)
				drop_ops(&s->trial, i - 1, 1);
		}
		any = (s->trial.n_ops < s->best.n_ops && still_fails(s)) || any;
	}
	return any;
}

static bool shrink_trouble(struct shrinking *s)
{
	bool any = false;

	s->trial = s->best;
	s->trial.spoiled.human = NOBODY;
	any = s->best.spoiled.human != NOBODY && still_fails(s);
	for (uint32_t i = s->best.n_faults; i > 0; i--) {
		s->trial = s->best;
		memmove(&s->trial.faults[i - 1], &s->trial.faults[i],
			(s->trial.n_faults - i) * sizeof(s->trial.faults[0]));
		s->trial.n_faults--;
		any = still_fails(s) || any;
	}
	for (uint32_t i = s->best.n_kills; i > 0; i--) {
		s->trial = s->best;
		memmove(&s->trial.kills[i - 1], &s->trial.kills[i],
			(s->trial.n_kills - i) * sizeof(s->trial.kills[0]));
		s->trial.n_kills--;
		any = still_fails(s) || any;
	}
	return any;
}

/* Each option that makes things harder, back to its plain value. */
static bool shrink_knobs(struct shrinking *s)
{
	struct knobs *knobs = &s->trial.knobs;
	bool *const flags[] = { &knobs->rewrite,     &knobs->sparse,         &knobs->stable_ids,
				&knobs->unique_rows, &knobs->exact_search,   &knobs->link_companies,
				&knobs->reopen,      &knobs->fallback_people };
	uint32_t *const numbers[] = { &knobs->verify_after_s, &knobs->server_people_per_min };
	bool any = false;

	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		s->trial = s->best;
		if (*flags[i]) {
			*flags[i] = false;
			any = still_fails(s) || any;
		}
	}
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		s->trial = s->best;
		if (*numbers[i] != 0) {
			*numbers[i] = 0;
			any = still_fails(s) || any;
		}
	}
	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
		s->trial = s->best;
		if (knobs->skew_s[side] != 0) {
			knobs->skew_s[side] = 0;
			any = still_fails(s) || any;
		}
	}
	while (s->best.n_cycles > 1) {
		s->trial = s->best;
		s->trial.n_cycles--;
		if (!still_fails(s))
			break;
		any = true;
	}
	return any;
}

static void print_ops(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_ops; i++) {
		const struct op *op = &plan->ops[i];

		(void)printf("  user in cycle %u%s: %s h%u %s %s %u\n", op->cycle,
			     op->when == WHEN_BEFORE  ? "" :
			     op->when == WHEN_REQUEST ? " (at a request)" :
							" (at a write)",
			     op_kind_name(op->kind), op->human,
			     op->side == SANDBOX_PEOPLE ? "people" : "records",
			     op->kind == OP_CREATE ? "" : slot_name(op->slot), op->token);
	}
}

int shrink_run(uint64_t seed)
{
	static struct shrinking s;
	struct outcome_of_run outcome = { 0 };
	struct trace trace = { .out = stdout, .bodies = true };
	const struct run_options quietly = { 0 };
	const struct run_options loudly = { .trace = &trace };

	plan_make(seed, &s.best);
	sim_run(&s.best, &quietly, &outcome);
	s.wanted = outcome.violation;
	if (s.wanted.promise == PROMISE_NONE) {
		(void)printf("seed %llu breaks nothing\n", (unsigned long long)seed);
		return 0;
	}
	bool any = true;

	while (any) {
		any = shrink_humans(&s);
		any = shrink_trouble(&s) || any;
		any = shrink_ops(&s) || any;
		any = shrink_knobs(&s) || any;
	}
	plan_print(&s.best, stdout);
	print_ops(&s.best);
	sim_run(&s.best, &loudly, &outcome);
	state_file_clean();
	(void)printf("seed %llu, shrunk in %u runs, breaks %s (%s): %s\n", (unsigned long long)seed,
		     s.n_runs, promise_name(outcome.violation.promise), outcome.violation.rule,
		     outcome.violation.text);
	return 1;
}
