/* SPDX-License-Identifier: Apache-2.0 */
/*
 * population: fills both sides with people, companies, tags and the like, the same for the same
 * options.
 */
#ifndef CRMSYNC_SANDBOX_POPULATION_H
#define CRMSYNC_SANDBOX_POPULATION_H

#include "call.h"

void population_make(struct sandbox *box);

#endif
