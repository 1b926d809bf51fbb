/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include "jobs.h"
#include "sim.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define RUNS_MAX 96
#define END_TEXT_MAX ((size_t)1024 * 1024)
#define SHOWN_MOST 20

/* One scenario in one dialect, and how it ends when nobody dies. */
struct undisturbed {
	size_t scenario;
	enum sandbox_dialect dialect;
	uint64_t actions;
	uint64_t before; /* points of those before it */
	struct buf end;
};

struct sweep {
	struct undisturbed runs[RUNS_MAX];
	size_t n_runs;
	uint64_t n_points;
	uint64_t step_num, step_den; /* point i is the action i * num / den of all */
};

static void run(const struct undisturbed *from, uint64_t kill_at, struct buf *end,
		struct outcome_of_run *ret_outcome)
{
	static struct plan plan;
	const struct run_options options = { .sweep_kill_at = kill_at, .end_text = end };

	scenario_make(from->scenario, from->dialect, &plan);
	sim_run(&plan, &options, ret_outcome);
}

/* What breaks without being killed is reported once, and not swept. */
static unsigned run_undisturbed(struct sweep *sweep)
{
	unsigned n_broken = 0;

	for (size_t i = 0; i < 2 * scenarios_count(); i++) {
		struct undisturbed *one = &sweep->runs[sweep->n_runs++];
		struct outcome_of_run outcome = { 0 };

		*one = (struct undisturbed){ .scenario = i / 2,
					     .dialect = i % 2 == 0 ? SANDBOX_VALUES :
								     SANDBOX_ATTRIBUTES,
					     .before = sweep->n_points };
		buf_init(&one->end, END_TEXT_MAX);
		run(one, 0, &one->end, &outcome);
		one->actions = outcome.actions;
		if (outcome.violation.promise != PROMISE_NONE) {
			n_broken++;
			sweep->n_runs--;
			(void)printf("%s: undisturbed, it breaks %s (%s): %s\n",
				     scenario_name(one->scenario),
				     promise_name(outcome.violation.promise),
				     outcome.violation.rule, outcome.violation.text);
			continue;
		}
		sweep->n_points += outcome.actions;
	}
	return n_broken;
}

static void complain(const struct undisturbed *one, uint64_t action,
		     const struct outcome_of_run *outcome, const struct buf *end)
{
	(void)printf("scenario %zu, %s (%s), dead at action %llu of %llu: ",
		     2 * one->scenario + (one->dialect == SANDBOX_ATTRIBUTES),
		     scenario_name(one->scenario),
		     one->dialect == SANDBOX_VALUES ? "values" : "attributes",
		     (unsigned long long)action, (unsigned long long)one->actions);
	if (outcome->violation.promise != PROMISE_NONE)
		(void)printf("%s (%s): %s\n", promise_name(outcome->violation.promise),
			     outcome->violation.rule, outcome->violation.text);
	else
		(void)printf("another end\n--- undisturbed\n%s--- killed\n%s", buf_z(&one->end),
			     buf_z(end));
	(void)fflush(stdout);
}

static void sweep_chunk(void *payload, uint64_t first, uint64_t n, struct chunk_result *result)
{
	struct sweep *sweep = payload;
	struct buf end;

	buf_init(&end, END_TEXT_MAX);
	for (uint64_t i = first; i < first + n; i++) {
		const uint64_t point = i * sweep->step_num / sweep->step_den;
		size_t at = sweep->n_runs - 1;
		struct outcome_of_run outcome = { 0 };

		while (sweep->runs[at].before > point)
			at--;
		const struct undisturbed *one = &sweep->runs[at];
		const uint64_t action = point - one->before + 1;

		buf_reset(&end);
		run(one, action, &end, &outcome);
		figures_add(&result->figures, &outcome.figures);
		result->n_runs++;
		if (outcome.violation.promise == PROMISE_NONE &&
		    str_equal(buf_str(&end), buf_str(&one->end)))
			continue;
		result->n_violations++;
		complain(one, action, &outcome, &end);
	}
	buf_release(&end);
}

int sweep_run(uint64_t points, unsigned n_workers)
{
	static struct sweep sweep;
	struct chunk_result sum = { 0 };
	struct timespec began;
	struct timespec ended;

	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	const unsigned n_broken = run_undisturbed(&sweep);
	const uint64_t n = points > 0 && points < sweep.n_points ? points : sweep.n_points;
	const struct jobs jobs = { .n_workers = n_workers,
				   .n = n,
				   .chunk = 50,
				   .fn = sweep_chunk,
				   .payload = &sweep,
				   .violations_most = SHOWN_MOST };

	sweep.step_num = sweep.n_points;
	sweep.step_den = n;
	const bool ok = jobs_run(&jobs, &sum);

	(void)clock_gettime(CLOCK_MONOTONIC, &ended);
	(void)printf("%zu scenarios, %llu kill points of %llu, %llu kills; ", sweep.n_runs,
		     (unsigned long long)sum.n_runs, (unsigned long long)sweep.n_points,
		     (unsigned long long)sum.figures.kills);
	figures_print(&sum.figures,
		      (double)(ended.tv_sec - began.tv_sec) +
			      (double)(ended.tv_nsec - began.tv_nsec) / 1e9,
		      sum.n_violations + n_broken);
	return ok && sum.n_violations + n_broken == 0 ? 0 : 1;
}

/* ---- Twice ---- */

static void twice_chunk(void *payload, uint64_t first, uint64_t n, struct chunk_result *result)
{
	static struct plan plan;

	(void)payload;
	for (uint64_t seed = first; seed < first + n; seed++) {
		struct outcome_of_run outcomes[2] = { 0 };

		for (size_t i = 0; i < 2; i++) {
			struct trace trace = { 0 };
			const struct run_options options = { .trace = &trace };

			plan_make(seed, &plan);
			sim_run(&plan, &options, &outcomes[i]);
		}
		figures_add(&result->figures, &outcomes[0].figures);
		result->n_runs++;
		if (outcomes[0].hash == outcomes[1].hash &&
		    outcomes[0].state_hash == outcomes[1].state_hash &&
		    outcomes[0].actions == outcomes[1].actions)
			continue;
		result->n_violations++;
		(void)printf("seed %llu: the second run is another one: %016llx/%016llx, "
			     "%016llx/%016llx\n",
			     (unsigned long long)seed, (unsigned long long)outcomes[0].hash,
			     (unsigned long long)outcomes[0].state_hash,
			     (unsigned long long)outcomes[1].hash,
			     (unsigned long long)outcomes[1].state_hash);
		(void)fflush(stdout);
	}
}

int twice_run(uint64_t first, uint64_t n, unsigned n_workers)
{
	const struct jobs jobs = { .n_workers = n_workers,
				   .first = first,
				   .n = n,
				   .chunk = 10,
				   .fn = twice_chunk,
				   .violations_most = SHOWN_MOST };
	struct chunk_result sum = { 0 };
	const bool ok = jobs_run(&jobs, &sum);

	(void)printf("%llu seeds twice, %llu differ\n", (unsigned long long)sum.n_runs,
		     (unsigned long long)sum.n_violations);
	return ok && sum.n_violations == 0 ? 0 : 1;
}
