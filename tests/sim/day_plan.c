/* SPDX-License-Identifier: Apache-2.0 */
/*
 * day_plan: a day of a daemon, drawn from its seed: hundreds of persons behind a real limit, users who
 * work by day and seldom at night, outages of minutes to hours, several deaths an hour.
 */
#include "plan_p.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define MINUTES 1440u
#define MINUTE_NS (60 * NS_PER_S)
/* Above those that persons are born with. */
#define TOKENS_ABOVE 20000u
#define DAY_STREAM UINT64_C(0x646179)
/* The first contact has this long before the first outage. */
#define FIRST_OUTAGE_MIN 5u

static uint32_t below(struct draw *draw, uint32_t n)
{
	return plan_below(&draw->random, n);
}

static bool percent(struct draw *draw, uint32_t share)
{
	return plan_percent(&draw->random, share);
}

static void draw_rates(struct draw *draw)
{
	static const uint32_t sizes[] = { 5, 10, 20 };
	struct knobs *knobs = &draw->plan->knobs;

	knobs->quick = true;
	knobs->interval_s = 60;
	knobs->gap_s = 60;
	knobs->scan_share = 33;
	knobs->people_per_minute = 20;
	knobs->server_people_per_min = 20;
	knobs->items_per_page = sizes[below(draw, COUNT_OF(sizes))];
	knobs->page_size = 100;
	knobs->reads_per_second = 100;
	knobs->reopen = false;
	knobs->removal_percent = 100;
	if (percent(draw, 80))
		knobs->create = PLAN_CREATE_BOTH;
}

/* ---- Users ---- */

static bool is_rare(const struct op *op)
{
	return op->kind >= OP_MOVE || op->other != NOBODY;
}

/* Who mixes up persons is seldom: of them least can be said in the end. */
static void draw_edit(struct draw *draw, uint32_t minute)
{
	struct plan *plan = draw->plan;
	const uint32_t n = plan->n_ops;

	do {
		plan->n_ops = n;
		plan_draw_deed(draw, minute);
	} while (is_rare(&plan->ops[n]) && !percent(draw, 15));
	const struct op *op = &plan->ops[n];

	/* Sometimes somebody edits the same on the other side. */
	if (is_rare(op) || !percent(draw, 8) || plan->n_ops == PLAN_OPS)
		return;
	struct op *other = &plan->ops[plan->n_ops++];

	*other = *op;
	other->side = op->side == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	other->token = op->token + 2;
}

static void draw_users(struct draw *draw)
{
	for (uint32_t minute = 0; minute < MINUTES; minute++) {
		const uint32_t hour = minute / 60;

		if (percent(draw, hour < 7 || hour == 23 ? 6 : 65))
			draw_edit(draw, minute);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct op *one = a;
	const struct op *other = b;

	if (one->at_ns != other->at_ns)
		return one->at_ns < other->at_ns ? -1 : 1;
	return one->token < other->token ? -1 : one->token > other->token;
}

/* The minutes that were drawn become times. */
static void set_times(struct draw *draw)
{
	struct plan *plan = draw->plan;

	for (uint32_t i = 0; i < plan->n_ops; i++) {
		struct op *op = &plan->ops[i];

		op->at_ns = op->cycle * MINUTE_NS;
		if (op->cycle > 0)
			op->at_ns += below(draw, 60000) * NS_PER_MS;
		op->when = WHEN_BEFORE;
		op->token += TOKENS_ABOVE;
	}
	qsort(plan->ops, plan->n_ops, sizeof(plan->ops[0]), by_time);
}

/* ---- Trouble ---- */

static void add_window(struct draw *draw, enum fault_kind kind, uint32_t begin_min,
		       uint32_t lasts_min, uint32_t permille)
{
	struct plan *plan = draw->plan;
	const uint32_t most = MINUTES - begin_min;

	if (plan->n_faults == PLAN_FAULTS)
		return;
	plan->faults[plan->n_faults++] = (struct net_fault){
		.kind = kind,
		.any_side = percent(draw, 30),
		.side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE,
		.begin_ns = begin_min * MINUTE_NS,
		.end_ns = (begin_min + (lasts_min < most ? lasts_min : most)) * MINUTE_NS,
		.permille = permille,
	};
}

static void draw_outage(struct draw *draw)
{
	/* What becomes of all requests, and of some. */
	static const enum fault_kind all[] = { NET_DOWN, NET_DOWN, NET_DOWN, NET_DOWN,
					       NET_401,  NET_503,  NET_HTML };
	static const enum fault_kind some[] = { NET_429,         NET_429_SILENT,   NET_500,
						NET_502_AFTER,   NET_503,          NET_504_AFTER,
						NET_SLOW,        NET_CUT,          NET_LOST_AFTER,
						NET_LOST_BEFORE, NET_SILENT_AFTER, NET_SILENT };
	const uint32_t length = below(draw, 100);
	const uint32_t lasts = length < 50 ? 1 + below(draw, 10) :
			       length < 85 ? 10 + below(draw, 50) :
					     60 + below(draw, 120);
	const uint32_t begin = FIRST_OUTAGE_MIN + below(draw, MINUTES - FIRST_OUTAGE_MIN - 1);

	if (percent(draw, 50))
		add_window(draw, all[below(draw, COUNT_OF(all))], begin, lasts, 1000);
	else
		add_window(draw, some[below(draw, COUNT_OF(some))], begin, lasts,
			   100 + below(draw, 900));
}

/* All day long, one request in so many. */
static void draw_noise(struct draw *draw)
{
	static const enum fault_kind kinds[] = { NET_UNSENT,    NET_LOST_AFTER, NET_500,
						 NET_504_AFTER, NET_CUT,        NET_SLOW };

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		add_window(draw, kinds[i], 0, MINUTES, 1);
}

static void draw_deaths(struct draw *draw)
{
	struct plan *plan = draw->plan;

	for (uint32_t hour = 0; hour < 24; hour++) {
		const uint32_t n = 2 + below(draw, 3);

		for (uint32_t i = 0; i < n && plan->n_kills < PLAN_KILLS; i++)
			plan->kills[plan->n_kills++] = (struct kill){
				.mishap = percent(draw, 30) ? MISHAP_TERM : MISHAP_KILL,
				.cycle = hour * 60 + below(draw, 60),
				.action = 1 + below(draw, 60),
			};
	}
}

void plan_make_day(uint64_t seed, struct plan *ret_plan)
{
	struct draw draw = { .random = seed ^ DAY_STREAM, .plan = ret_plan };

	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->seed = seed;
	ret_plan->poisoned = ret_plan->spoiled.human = ret_plan->deaf = NOBODY;
	ret_plan->n_cycles = MINUTES;
	ret_plan->lasts_ns = MINUTES * MINUTE_NS;
	ret_plan->n_humans = PLAN_HUMANS / 2 + below(&draw, PLAN_HUMANS / 2 + 1);
	plan_draw_knobs(&draw);
	draw_rates(&draw);
	for (uint32_t human = 0; human < ret_plan->n_humans; human++)
		plan_draw_human(&draw, human);
	draw_users(&draw);
	set_times(&draw);
	draw_noise(&draw);
	const uint32_t n = 6 + below(&draw, 9);

	for (uint32_t i = 0; i < n; i++)
		draw_outage(&draw);
	draw_deaths(&draw);
}
