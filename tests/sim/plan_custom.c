/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_custom: fields that a workspace made for itself: a text, a number and a select, mapped both ways.
 * Drawn from a stream of their own, so that the rest of a seed is what it was without them.
 */
#include "plan_p.h"

#include "base/attrs.h"

#define BIT(slot) (1u << (slot))
#define KEYS (BIT(SLOT_EMAIL) | BIT(SLOT_LINKEDIN))
#define CUSTOM_STREAM UINT64_C(0x637573746f6d)
#define DEEDS_A_CYCLE 4

static const enum slot customs[] = { SLOT_CODE, SLOT_POINTS, SLOT_LEVEL };

static uint32_t below(struct draw *draw, uint32_t n)
{
	return plan_below(&draw->random, n);
}

static bool percent(struct draw *draw, uint32_t share)
{
	return plan_percent(&draw->random, share);
}

/* Both persons of a human have the same ones; where a key tells who it is, the second may lack one, or hold
 * another value. */
static void draw_births(struct draw *draw, uint32_t human)
{
	const uint32_t all = BIT(SLOT_CODE) | BIT(SLOT_POINTS) | BIT(SLOT_LEVEL);
	const uint32_t mask = percent(draw, 40) ? all : (below(draw, 8) << SLOT_CODE) & all;
	unsigned n = 0;

	for (uint32_t i = 0; i < draw->plan->n_ops; i++) {
		struct op *op = &draw->plan->ops[i];
		const uint32_t slot = customs[below(draw, COUNT_OF(customs))];

		if (op->kind != OP_CREATE || op->human != human)
			continue;
		op->mask |= mask;
		if (n++ == 0 || (op->mask & KEYS) == 0)
			continue;
		if (percent(draw, 20))
			op->mask &= ~BIT(slot);
		if (percent(draw, 20))
			op->mask |= BIT(slot + SLOT_COUNT);
	}
}

static struct op *add(struct draw *draw, uint32_t cycle, uint32_t human, enum slot slot)
{
	struct op *op = plan_add_op(draw, OP_SET, cycle);

	op->human = human;
	op->slot = slot;
	return op;
}

static void draw_deed(struct draw *draw, uint32_t cycle)
{
	const uint32_t when = below(draw, 100);
	struct op *op = add(draw, cycle, below(draw, draw->plan->n_humans),
			    customs[below(draw, COUNT_OF(customs))]);

	op->side = percent(draw, 50) ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	op->kind = percent(draw, 85) ? OP_SET : OP_CLEAR;
	op->when = when < 60 ? WHEN_BEFORE : when < 85 ? WHEN_REQUEST : WHEN_WRITE;
	op->n = 1 + below(draw, op->when == WHEN_WRITE ? 4 : 14);
}

/* The same field on both sides, one after the other. */
static void draw_contest(struct draw *draw, uint32_t cycle)
{
	const uint32_t human = below(draw, draw->plan->n_humans);
	const enum slot slot = customs[below(draw, COUNT_OF(customs))];
	const bool people_first = percent(draw, 50);

	for (int i = 0; i < 2; i++)
		add(draw, cycle, human, slot)->side =
			people_first == (i == 0) ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
}

void plan_draw_custom(struct draw *draw)
{
	struct plan *plan = draw->plan;

	draw->random = plan->seed ^ CUSTOM_STREAM;
	/* One of them has the property that names users records. */
	plan->knobs.custom = percent(draw, 50) && !plan->knobs.users;
	if (!plan->knobs.custom)
		return;
	for (uint32_t human = 0; human < plan->n_humans; human++)
		draw_births(draw, human);
	for (uint32_t cycle = 0; cycle < plan->n_cycles; cycle++) {
		const uint32_t n = below(draw, DEEDS_A_CYCLE);

		for (uint32_t i = 0; i < n; i++)
			draw_deed(draw, cycle);
		if (cycle > 0 && percent(draw, 10))
			draw_contest(draw, cycle);
	}
}
