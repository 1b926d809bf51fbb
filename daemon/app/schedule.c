/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app/schedule.h"

/* Of the interval, the longest wait before the first cycle: few notice, and a minute is spread well. */
#define START_SHARE 20
#define START_MAX_NS (3 * NS_PER_S)
/* Commands of a script follow one another sooner. */
#define SETTLE_NS NS_PER_S

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void schedule_start(struct schedule *schedule, int64_t interval_ns, uint64_t seed, int64_t now_ns)
{
	const int64_t longest = sooner(interval_ns / START_SHARE, START_MAX_NS);

	*schedule = (struct schedule){ .random = seed };
	const uint64_t chance = retry_random(&schedule->random);

	schedule->due_ns = now_ns + (int64_t)(chance % (uint64_t)(longest + 1));
}

void schedule_began(struct schedule *schedule, int64_t now_ns)
{
	schedule->began_ns = now_ns;
	schedule->asked = false;
	schedule->settled_ns = 0;
}

/* Evenly from half of the longest to the whole: it grows, and a crowd is spread. */
static int64_t backoff(struct schedule *schedule, const struct retry_policy *retry)
{
	int64_t longest = retry->base_ns;

	for (uint32_t i = 1; i < schedule->n_failed && longest < retry->cap_ns; i++)
		longest *= 2;
	longest = sooner(longest, retry->cap_ns);
	const uint64_t chance = retry_random(&schedule->random);

	return longest / 2 + (int64_t)(chance % (uint64_t)(longest - longest / 2 + 1));
}

void schedule_ended(struct schedule *schedule, int64_t interval_ns,
		    const struct retry_policy *retry, bool failed, int64_t now_ns)
{
	if (!failed) {
		schedule->n_failed = 0;
		schedule->due_ns = schedule->began_ns + interval_ns;
		return;
	}
	if (schedule->n_failed < UINT32_MAX)
		schedule->n_failed++;
	schedule->due_ns = now_ns + later(interval_ns, backoff(schedule, retry));
}

void schedule_ask(struct schedule *schedule)
{
	schedule->asked = true;
}

void schedule_settle(struct schedule *schedule, int64_t now_ns)
{
	schedule->settled_ns = now_ns + SETTLE_NS;
}

void schedule_renew(struct schedule *schedule, int64_t interval_ns, int64_t now_ns)
{
	schedule->n_failed = 0;
	if (schedule->began_ns == 0)
		schedule->due_ns = sooner(schedule->due_ns, now_ns + interval_ns);
	else
		schedule->due_ns = schedule->began_ns + interval_ns;
}

void schedule_delay(struct schedule *schedule, int64_t until_ns)
{
	schedule->due_ns = later(schedule->due_ns, until_ns);
}

int64_t schedule_wait(const struct schedule *schedule, int64_t now_ns)
{
	const int64_t due_ns = schedule->settled_ns != 0 ?
				       sooner(schedule->due_ns, schedule->settled_ns) :
				       schedule->due_ns;

	return schedule->asked ? 0 : later(due_ns - now_ns, 0);
}
