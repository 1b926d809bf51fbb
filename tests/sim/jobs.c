/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs.h"

#include "base/clock.h"
#include "state_file.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MAX 64

struct worker {
	pid_t pid;
	int from;
	uint64_t first, n;
};

void figures_add(struct figures *sum, const struct figures *more)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)more;

	static_assert(sizeof(*sum) % sizeof(uint64_t) == 0, "nothing but numbers");
	for (size_t i = 0; i < sizeof(*sum) / sizeof(uint64_t); i++)
		to[i] += from[i];
}

/* In the order in which they are printed. */
static const struct {
	const char *before; /* the words before the number */
	size_t offset;      /* of uint64_t in struct figures */
} columns[] = {
	{ "seeds ", offsetof(struct figures, seeds) },
	{ " cycles ", offsetof(struct figures, cycles) },
	{ " requests ", offsetof(struct figures, requests) },
	{ " writes ", offsetof(struct figures, writes) },
	{ " (creates ", offsetof(struct figures, creates) },
	{ " updates ", offsetof(struct figures, updates) },
	{ " removals ", offsetof(struct figures, removals) },
	{ ") edits ", offsetof(struct figures, edits) },
	{ " faults ", offsetof(struct figures, faults) },
	{ " kills ", offsetof(struct figures, kills) },
	{ " restarts ", offsetof(struct figures, restarts) },
	{ " losses ", offsetof(struct figures, losses) },
	{ " linked ", offsetof(struct figures, links) },
	{ " conflicts ", offsetof(struct figures, conflicts) },
	{ " quarantined ", offsetof(struct figures, quarantines) },
	{ " contests ", offsetof(struct figures, contests) },
	{ " raced ", offsetof(struct figures, raced) },
	{ " checked ", offsetof(struct figures, checked_edits) },
	{ " blind ", offsetof(struct figures, blind) },
	{ " notes ", offsetof(struct figures, notes) },
	{ " checked ", offsetof(struct figures, checked_notes) },
	{ " users ", offsetof(struct figures, checked_users) },
	{ " odd ", offsetof(struct figures, checked_odd) },
	{ " firms ", offsetof(struct figures, checked_firms) },
	{ " ignored ", offsetof(struct figures, ignored) },
	{ " checked ", offsetof(struct figures, checked_ignored) },
};

void figures_print(const struct figures *figures, double seconds, uint64_t n_violations)
{
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		uint64_t number;

		memcpy(&number, (const char *)figures + columns[i].offset, sizeof(number));
		(void)printf("%s%llu", columns[i].before, (unsigned long long)number);
	}
	(void)printf("; %.1f s, %.0f seeds/s, violations %llu\n", seconds,
		     (double)figures->seeds / seconds, (unsigned long long)n_violations);
}

static void start_worker(const struct jobs *jobs, struct worker *worker, uint64_t first, uint64_t n)
{
	int ends[2];

	(void)fflush(stdout);
	if (pipe(ends) != 0)
		abort();
	worker->pid = fork();
	if (worker->pid < 0)
		abort();
	if (worker->pid == 0) {
		struct chunk_result result = { 0 };

		(void)close(ends[0]);
		jobs->fn(jobs->payload, first, n, &result);
		state_file_clean();
		const ssize_t written = write(ends[1], &result, sizeof(result));

		_exit(written == (ssize_t)sizeof(result) ? 0 : 1);
	}
	(void)close(ends[1]);
	worker->from = ends[0];
	worker->first = first;
	worker->n = n;
}

static bool collect(struct worker *workers, unsigned n_workers, struct chunk_result *sum)
{
	struct chunk_result result;
	int status = 0;
	const pid_t pid = wait(&status);

	for (unsigned i = 0; i < n_workers; i++) {
		struct worker *worker = &workers[i];

		if (worker->pid != pid)
			continue;
		const ssize_t n = read(worker->from, &result, sizeof(result));

		(void)close(worker->from);
		worker->pid = 0;
		if (n != (ssize_t)sizeof(result) || status != 0) {
			(void)printf("a worker died in %llu … %llu\n",
				     (unsigned long long)worker->first,
				     (unsigned long long)(worker->first + worker->n - 1));
			return false;
		}
		figures_add(&sum->figures, &result.figures);
		sum->n_runs += result.n_runs;
		sum->n_violations += result.n_violations;
		return true;
	}
	return false;
}

/* What libraries prepare on first use (tables of telephone numbers) need not be done in each worker. */
static void warm_up(void)
{
	static struct plan plan;
	const struct run_options options = { 0 };
	struct outcome_of_run outcome;

	for (uint64_t seed = 1; seed <= 8; seed++) {
		plan_make(seed, &plan);
		plan.n_kills = 0;
		sim_run(&plan, &options, &outcome);
	}
	state_file_clean();
}

bool jobs_run(const struct jobs *jobs, struct chunk_result *ret_sum)
{
	struct worker workers[WORKERS_MAX] = { 0 };
	const unsigned n_workers = jobs->n_workers < WORKERS_MAX ? jobs->n_workers : WORKERS_MAX;
	const uint64_t end = jobs->first + jobs->n;
	uint64_t next = jobs->first;
	unsigned n_busy = 0;
	bool ok = true;

	warm_up();
	while (next < end || n_busy > 0) {
		const bool enough = ret_sum->n_violations >= jobs->violations_most || !ok;

		for (unsigned i = 0; i < n_workers && next < end && !enough; i++) {
			const uint64_t n = end - next < jobs->chunk ? end - next : jobs->chunk;

			if (workers[i].pid != 0)
				continue;
			start_worker(jobs, &workers[i], next, n);
			next += n;
			n_busy++;
		}
		if (n_busy == 0)
			break;
		ok = collect(workers, n_workers, ret_sum) && ok;
		n_busy--;
	}
	return ok;
}

static void seeds_chunk(void *payload, uint64_t first, uint64_t n, struct chunk_result *result)
{
	static struct plan plan;
	const struct run_options options = { 0 };

	(void)payload;
	for (uint64_t seed = first; seed < first + n; seed++) {
		struct outcome_of_run outcome = { 0 };

		plan_make(seed, &plan);
		sim_run(&plan, &options, &outcome);
		figures_add(&result->figures, &outcome.figures);
		result->n_runs++;
		if (outcome.violation.promise == PROMISE_NONE)
			continue;
		result->n_violations++;
		(void)printf("seed %llu: %s (%s): %s\n", (unsigned long long)seed,
			     promise_name(outcome.violation.promise), outcome.violation.rule,
			     outcome.violation.text);
		(void)fflush(stdout);
	}
}

int jobs_seeds(uint64_t first, uint64_t n, unsigned n_workers)
{
	const struct jobs jobs = { .n_workers = n_workers,
				   .first = first,
				   .n = n,
				   .chunk = 50,
				   .fn = seeds_chunk,
				   .violations_most = 100 };
	struct chunk_result sum = { 0 };
	struct timespec began;
	struct timespec ended;

	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	const bool ok = jobs_run(&jobs, &sum);

	(void)clock_gettime(CLOCK_MONOTONIC, &ended);
	figures_print(&sum.figures,
		      (double)(ended.tv_sec - began.tv_sec) +
			      (double)(ended.tv_nsec - began.tv_nsec) / 1e9,
		      sum.n_violations);
	return ok && sum.n_violations == 0 ? 0 : 1;
}
