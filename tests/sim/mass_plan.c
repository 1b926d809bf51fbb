/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mass_plan: a seldom seed in which somebody changes, or clears, one field of most people at once, or deletes
 * them, while their list is read in turns and the process dies again and again.  Nobody has allowed it: what
 * it takes with it on records is bounded (sync.max_changed_percent, max_removal_percent), until it is looked
 * at in the quiet.
 */
#include "mass_plan.h"

#include "plan_p.h"

#include "base/attrs.h"

#define MASS_STREAM UINT64_C(0x6d617373)
#define MASS_PERMILLE 15u
#define CHANGED_PERCENT 50u
/* The guard judges a hundred at least; a share of the titles alone is not half of all links. */
#define TITLED 104u
#define OTHERS 108u
#define CYCLES 44u
/* By then all of them are linked; a slice shows less than half of them. */
#define MASS_CYCLE 16u
#define KILLS 6u
/* At a rate that leaves two questions to each of many cycles. */
#define REMOVAL_CYCLES 110u
#define REMOVAL_SHARE 60u
#define REMOVED 80u

bool plan_is_mass(const struct plan *plan)
{
	return plan->knobs.changed_percent < 100;
}

uint32_t plan_mass_most(const struct plan *plan)
{
	return TITLED * plan->knobs.changed_percent / 100;
}

static void set_knobs(struct draw *draw)
{
	struct knobs *knobs = &draw->plan->knobs;

	knobs->quick = true;
	knobs->interval_s = 5;
	knobs->gap_s = 5;
	knobs->scan_share = 33;
	knobs->people_per_minute = 120;
	knobs->server_people_per_min = 0;
	knobs->items_per_page = 3 + plan_below(&draw->random, 3);
	knobs->page_size = 100;
	knobs->reads_per_second = 100;
	knobs->in_flight = 8;
	knobs->create = PLAN_CREATE_BOTH;
	knobs->policy = PLAN_NEWEST;
	knobs->removals = knobs->notes = knobs->unique_rows = false;
	knobs->removal_percent = 100;
	knobs->changed_percent = CHANGED_PERCENT;
}

static void set_removal_knobs(struct draw *draw)
{
	struct knobs *knobs = &draw->plan->knobs;

	knobs->people_per_minute = 20;
	knobs->scan_share = REMOVAL_SHARE;
	knobs->removals = true;
	knobs->removal_percent = 10;
	draw->plan->n_cycles = REMOVAL_CYCLES;
}

static struct op *add(struct draw *draw, enum op_kind kind, enum sandbox_side side, uint32_t human)
{
	struct op *op = &draw->plan->ops[draw->plan->n_ops++];

	*op = (struct op){
		.kind = kind, .side = side, .human = human, .other = NOBODY, .slot = SLOT_TITLE
	};
	op->token = 10000 + 2 * draw->plan->n_ops;
	return op;
}

static void draw_people(struct draw *draw, enum op_kind what)
{
	struct plan *plan = draw->plan;

	plan->n_humans = what == OP_CLEAR ? TITLED + OTHERS : TITLED;
	for (uint32_t human = 0; human < plan->n_humans; human++) {
		for (int side = 0; side < SANDBOX_SIDE_COUNT; side++)
			add(draw, OP_CREATE, (enum sandbox_side)side, human)->mask =
				(1u << SLOT_NAME) | (1u << SLOT_EMAIL) |
				(human < TITLED ? 1u << SLOT_TITLE : 0);
	}
	for (uint32_t human = 0; human < (what == OP_DELETE ? REMOVED : TITLED); human++)
		add(draw, what, SANDBOX_PEOPLE, human)->cycle = MASS_CYCLE;
}

void plan_draw_mass(struct draw *draw)
{
	static const enum op_kind kinds[] = { OP_SET, OP_CLEAR, OP_CLEAR, OP_SET, OP_DELETE };
	struct plan *plan = draw->plan;

	draw->random = plan->seed ^ MASS_STREAM;
	if (plan_below(&draw->random, 1000) >= MASS_PERMILLE)
		return;
	plan->n_ops = plan->n_faults = plan->n_kills = 0;
	plan->poisoned = plan->spoiled.human = plan->deaf = NOBODY;
	plan->n_cycles = CYCLES;
	set_knobs(draw);
	const enum op_kind what = kinds[plan_below(&draw->random, COUNT_OF(kinds))];

	if (what == OP_DELETE)
		set_removal_knobs(draw);
	draw_people(draw, what);
	for (uint32_t i = 0; i < KILLS; i++)
		plan->kills[plan->n_kills++] = (struct kill){
			.mishap = plan_percent(&draw->random, 80) ? MISHAP_KILL : MISHAP_TERM,
			.cycle =
				MASS_CYCLE + plan_below(&draw->random, plan->n_cycles - MASS_CYCLE),
			.action = 1 + plan_below(&draw->random, 60),
		};
}
