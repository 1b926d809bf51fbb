/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/users.h"

#include "base/log.h"

#define REQUESTS_LEAST 3

static void end_phase(struct users *users)
{
	struct runner *runner = users->runner;
	struct error err;

	if (runner->cycle.report.failure.code != ERR_STORE && !users_judge_forbidden(users, &err))
		users_store_failed(users, &err);
	if (users->n_left > 0)
		LOG_INFO("users records are left as they are: their persons have no customerId "
			 "any more",
			 LOG_U64("count", users->n_left));
	VEC_RELEASE(&users->batch);
	VEC_RELEASE(&users->forbidden);
	arena_release(&users->forbidden_arena);
	arena_release(&users->arena);
	free(users);
	runner_phase_done(runner);
}

void users_store_failed(struct users *users, const struct error *err)
{
	users->closed = true;
	runner_store_failed(users->runner, err);
}

void users_close(struct users *users, const struct error *err)
{
	users->closed = true;
	cycle_note_failure(&users->runner->cycle, SIDE_RECORDS, err);
}

void users_submit(struct users *users, struct request *request, fetch_fn *fn, void *payload)
{
	users->used++;
	users->n_pending++;
	users->runner->n_user_requests++;
	fetch_submit(users->runner, SIDE_RECORDS, request, FETCH_RECORDS, SENDER_PUSH, fn, payload);
}

static void next_batch(void *payload)
{
	struct users *users = payload;
	struct error err;
	bool any = false;

	users->batch.n = 0;
	arena_reset(&users->arena);
	if (!users->closed && !users->runner->stopping && users->used < users->most &&
	    !users_judge(users, &any, &err))
		users_store_failed(users, &err);
	if (any && !users->closed)
		users_go_on(users);
	else
		end_phase(users);
}

const struct user_item *users_in_batch(const struct users *users, int64_t link)
{
	for (size_t i = 0; i < users->batch.n; i++) {
		if (users->batch.items[i].turn.link == link)
			return &users->batch.items[i];
	}
	return NULL;
}

static bool is_ready(const struct users *users)
{
	for (size_t i = 0; i < users->batch.n; i++) {
		if (users->batch.items[i].state == USER_READY)
			return true;
	}
	return false;
}

void users_go_on(struct users *users)
{
	struct runner *runner = users->runner;
	const bool stops = users->closed || runner->stopping;

	if (users->n_pending > 0)
		return;
	if (!stops && users_must_find_workspace(users))
		users_find_workspace(users);
	else if (!stops && users_must_look(users))
		users_look(users);
	else if (!stops && is_ready(users))
		users_send(users);
	else
		runner->options.transport.ops->defer(runner->options.transport.self, next_batch,
						     users);
}

/* A daemon's cycle may become a minute longer, and not more; whoever is left stays due. */
static int64_t allowance(const struct runner *runner)
{
	const double rate = runner->options.config->records.writes_per_second * 60;

	if (runner->reach == REACH_WHOLE)
		return INT64_MAX;
	return rate > REQUESTS_LEAST ? (int64_t)rate : REQUESTS_LEAST;
}

/* A plan that was reviewed, or the choice of some persons, says nothing of users. */
static bool is_wanted(const struct runner *runner)
{
	return runner->options.config->users.enabled && runner->options.admit == NULL &&
	       !runner->stopping && !runner->halted[SIDE_RECORDS];
}

void runner_users(struct runner *runner)
{
	struct users *users;
	struct error err;

	if (!is_wanted(runner)) {
		runner_phase_done(runner);
		return;
	}
	users = alloc_zeroed(1, sizeof(*users));
	*users = (struct users){ .runner = runner,
				 .workspace = str_from(runner->options.config->users.workspace),
				 .most = allowance(runner) };
	if (!store_user_turns_begin(runner_store(runner), users->workspace, &err))
		users_store_failed(users, &err);
	next_batch(users);
}
