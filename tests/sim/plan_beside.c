/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_beside: what is drawn beside the persons and their edits, each from a stream of its own, so that the
 * rest of a seed is what it was without it.
 */
#include "plan_p.h"

static uint32_t below(struct draw *draw, uint32_t n)
{
	return plan_below(&draw->random, n);
}

static bool percent(struct draw *draw, uint32_t share)
{
	return plan_percent(&draw->random, share);
}

/* Where the rate leaves
 * less than a request a person, their turns take more than the quiet cycles. */
#define NOTES_STREAM UINT64_C(0x6e6f746573)

static void draw_notes(struct draw *draw)
{
	struct plan *plan = draw->plan;

	draw->random = plan->seed ^ NOTES_STREAM;
	plan->knobs.notes = percent(draw, 30) && plan->knobs.people_per_minute > 20 &&
			    plan->knobs.server_people_per_min == 0;
	const uint32_t n = plan->knobs.notes ? 1 + below(draw, 10) : 0;

	for (uint32_t i = 0; i < n; i++) {
		const bool edits = i > 0 && percent(draw, 45);
		struct op *op = plan_add_op(draw, edits ? OP_NOTE_EDIT : OP_NOTE,
					    below(draw, plan->n_cycles));

		op->human = below(draw, plan->n_humans);
		op->side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
		op->n = below(draw, 100);
		/* An edit between our reading and our write nobody can know of. */
		op->when = WHEN_BEFORE;
	}
}

#define USERS_STREAM UINT64_C(0x7573657273)

static void draw_users(struct draw *draw)
{
	struct plan *plan = draw->plan;

	draw->random = plan->seed ^ USERS_STREAM;
	plan->knobs.users = percent(draw, 40) && plan->knobs.dialect == SANDBOX_VALUES;
	const uint32_t n = plan->knobs.users ? 1 + below(draw, 10) : 0;

	for (uint32_t i = 0; i < n; i++) {
		struct op *op = plan_add_op(draw, OP_CUSTOMER, below(draw, plan->n_cycles));

		op->human = below(draw, plan->n_humans);
		op->side = SANDBOX_PEOPLE;
		op->other = below(draw, plan->n_humans);
		op->n = below(draw, 100);
		op->when = WHEN_BEFORE;
	}
}

#define LATE_STREAM UINT64_C(0x6c617465)

static void draw_late(struct draw *draw)
{
	struct plan *plan = draw->plan;

	draw->random = plan->seed ^ LATE_STREAM;
	if (!percent(draw, 15) || plan->n_faults == PLAN_FAULTS)
		return;
	plan->faults[plan->n_faults++] = (struct net_fault){
		.kind = NET_LATE,
		.cycle = below(draw, plan->n_cycles),
		.writes = true,
		.n = 1,
		.count = 1 + below(draw, SIM_LATE),
		.any_side = true,
	};
}

#define SPOILED_STREAM UINT64_C(0x73706f696c6564)

static void draw_spoiled(struct draw *draw)
{
	struct plan *plan = draw->plan;

	draw->random = plan->seed ^ SPOILED_STREAM;
	if (!percent(draw, 15))
		return;
	plan->spoiled.human = below(draw, plan->n_humans);
	plan->spoiled.side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	plan->spoiled.from = below(draw, plan->n_cycles);
	plan->spoiled.to =
		plan->spoiled.from + 1 + below(draw, plan->n_cycles - plan->spoiled.from);
}

#define ODD_STREAM UINT64_C(0x6f6464)

/* In the dialect attributes a company that no record has is not known: who is on people only can have none
 * that both sides have. */
static void draw_firm(struct draw *draw)
{
	const struct knobs *knobs = &draw->plan->knobs;
	struct op *op = plan_add_op(draw, OP_FIRM, below(draw, draw->plan->n_cycles));

	op->human = below(draw, draw->plan->n_humans);
	op->side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	op->mask = percent(draw, 60) &&
		   (op->side == SANDBOX_RECORDS || knobs->dialect == SANDBOX_VALUES);
	op->when = WHEN_BEFORE;
}

/* Somebody edits on the other side what is to be ignored. */
static void draw_deaf(struct draw *draw)
{
	struct plan *plan = draw->plan;

	plan->deaf = below(draw, plan->n_humans);
	plan->deaf_side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	for (uint32_t cycle = 0; cycle < plan->n_cycles; cycle++) {
		struct op *op = plan_add_op(draw, OP_SET, cycle);

		op->human = plan->deaf;
		op->side = plan->deaf_side == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
		op->slot = SLOT_TITLE;
		op->when = WHEN_BEFORE;
	}
}

static void draw_odd(struct draw *draw)
{
	struct plan *plan = draw->plan;

	draw->random = plan->seed ^ ODD_STREAM;
	plan->knobs.odd = percent(draw, 40);
	if (!plan->knobs.odd)
		return;
	if (percent(draw, 30))
		draw_deaf(draw);
	/* Where the system names companies of its own accord, who set which is not plain. */
	const uint32_t n_firms = plan->knobs.link_companies ? 0 : below(draw, 5);
	const uint32_t n_phones = below(draw, 5);

	for (uint32_t i = 0; i < n_firms; i++)
		draw_firm(draw);
	for (uint32_t i = 0; i < n_phones; i++) {
		struct op *op = plan_add_op(draw, OP_PHONE, below(draw, plan->n_cycles));

		op->human = below(draw, plan->n_humans);
		op->side = SANDBOX_PEOPLE;
		op->when = WHEN_BEFORE;
	}
}

void plan_draw_beside(struct draw *draw)
{
	draw_notes(draw);
	draw_users(draw);
	draw_odd(draw);
}

void plan_draw_ills(struct draw *draw)
{
	draw_late(draw);
	draw_spoiled(draw);
}

bool plan_may_lie(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_faults; i++) {
		if (plan->faults[i].kind == NET_SHORT || plan->faults[i].kind == NET_EMPTY ||
		    plan->faults[i].kind == NET_404)
			return true;
	}
	return false;
}
