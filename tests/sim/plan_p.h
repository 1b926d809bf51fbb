/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_p: what plan.c (seeds), mass_plan.c and day_plan.c (days) draw alike.
 */
#ifndef CRMSYNC_SIM_PLAN_P_H
#define CRMSYNC_SIM_PLAN_P_H

#include "plan.h"

struct draw {
	uint64_t random;
	struct plan *plan;
};

void plan_draw_knobs(struct draw *draw);
struct op *plan_add_op(struct draw *draw, enum op_kind kind, uint32_t cycle);
/* plan_beside.c: of persons and cycles that are there. */
void plan_draw_beside(struct draw *draw);
void plan_draw_ills(struct draw *draw);
/* plan_custom.c: the same. */
void plan_draw_custom(struct draw *draw);
/* Its births; the plan must know its humans and cycles. */
void plan_draw_human(struct draw *draw, uint32_t human);
/* Something that a user does around that cycle. */
void plan_draw_deed(struct draw *draw, uint32_t cycle);
/* mass_plan.c: what was drawn, or seldom a mass change in its place. */
void plan_draw_mass(struct draw *draw);

#endif
