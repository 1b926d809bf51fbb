/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mass_plan: seeds with a mass change on a rolled side.
 */
#ifndef CRMSYNC_SIM_MASS_PLAN_H
#define CRMSYNC_SIM_MASS_PLAN_H

#include "plan.h"

bool plan_is_mass(const struct plan *plan);
/* So many persons may be changed on the other side before somebody has allowed it. */
uint32_t plan_mass_most(const struct plan *plan);

#endif
