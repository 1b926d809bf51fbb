/* SPDX-License-Identifier: Apache-2.0 */
#include "net/breaker.h"

#include <assert.h>

#define COST 100 /* of one repetition */
#define MOST ((int64_t)BUDGET_SAVED * COST)
#define DOUBLINGS_MOST 32

void breaker_answered(struct breaker *breaker)
{
	*breaker = (struct breaker){ .state = BREAKER_CLOSED };
}

/* Never much less than the step, unlike the backoff of a single request: probes are slow. */
static int64_t wait_of(const struct breaker *breaker, const struct retry_policy *policy,
		       uint64_t *random)
{
	const uint32_t doublings = BREAKER_FAILURES - 1 + breaker->n_probes;
	int64_t step = policy->base_ns;

	for (uint32_t i = 0; i < doublings && i < DOUBLINGS_MOST && step < policy->cap_ns; i++)
		step = step > INT64_MAX / 2 ? INT64_MAX : step * 2;
	if (step > policy->cap_ns)
		step = policy->cap_ns;
	return step - (int64_t)(retry_random(random) % ((uint64_t)step / 2 + 1));
}

int64_t breaker_failed(struct breaker *breaker, const struct retry_policy *policy, uint64_t *random,
		       int64_t now_ns)
{
	int64_t wait_ns;

	if (breaker->n_failures < UINT32_MAX)
		breaker->n_failures++;
	/* While it is open: one that was under way before. */
	if (breaker->state == BREAKER_OPEN ||
	    (breaker->state == BREAKER_CLOSED && breaker->n_failures < BREAKER_FAILURES))
		return 0;
	if (breaker->state == BREAKER_HALF_OPEN && breaker->n_probes < DOUBLINGS_MOST)
		breaker->n_probes++;
	wait_ns = wait_of(breaker, policy, random);
	breaker->state = BREAKER_OPEN;
	breaker->until_ns = now_ns + wait_ns;
	return wait_ns;
}

uint32_t breaker_room(struct breaker *breaker, uint32_t most, int64_t now_ns)
{
	if (breaker->state == BREAKER_OPEN && now_ns >= breaker->until_ns)
		breaker->state = BREAKER_HALF_OPEN;
	switch (breaker->state) {
	case BREAKER_CLOSED:
		return most;
	case BREAKER_HALF_OPEN:
		return 1;
	case BREAKER_OPEN:
	case BREAKER_STATE_COUNT:
		break;
	}
	return 0;
}

const char *breaker_state_name(enum breaker_state state)
{
	static const char *const names[] = {
		[BREAKER_CLOSED] = "closed",
		[BREAKER_OPEN] = "open",
		[BREAKER_HALF_OPEN] = "half_open",
	};
	static_assert(COUNT_OF(names) == BREAKER_STATE_COUNT, "every state has a name");

	return names[state];
}

/* ---- The budget ---- */

void retry_budget_init(struct retry_budget *budget, int64_t now_ns)
{
	*budget = (struct retry_budget){ .saved = MOST, .at_ns = now_ns };
}

static void add(struct retry_budget *budget, int64_t n)
{
	budget->saved = budget->saved > MOST - n ? MOST : budget->saved + n;
}

void retry_budget_earn(struct retry_budget *budget)
{
	add(budget, BUDGET_SHARE * COST / 100);
}

/* One repetition each cap, whole ones: the rest of the time is kept for the next. */
static void refill(struct retry_budget *budget, const struct retry_policy *policy, int64_t now_ns)
{
	const int64_t each_ns = policy->cap_ns > 0 ? policy->cap_ns : 1;
	const int64_t n = now_ns > budget->at_ns ? (now_ns - budget->at_ns) / each_ns : 0;

	add(budget, (n < BUDGET_SAVED * 2 ? n : BUDGET_SAVED * 2) * COST);
	if (n > 0)
		budget->at_ns += n * each_ns;
}

int64_t retry_budget_wait(struct retry_budget *budget, const struct retry_policy *policy,
			  int64_t now_ns)
{
	refill(budget, policy, now_ns);
	if (budget->saved >= COST)
		return 0;
	const int64_t missing = (COST - budget->saved + COST - 1) / COST;

	if (policy->cap_ns > 0 && missing > INT64_MAX / 4 / policy->cap_ns)
		return INT64_MAX / 4;
	return budget->at_ns + missing * policy->cap_ns - now_ns;
}

void retry_budget_spend(struct retry_budget *budget)
{
	budget->saved -= COST;
}
