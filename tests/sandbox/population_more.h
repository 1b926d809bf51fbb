/* SPDX-License-Identifier: Apache-2.0 */
/*
 * population_more: what options add to the population.  Ids come from `further`, so that those of
 * everything else stay what they are.
 */
#ifndef CRMSYNC_SANDBOX_POPULATION_MORE_H
#define CRMSYNC_SANDBOX_POPULATION_MORE_H

#include "call.h"
#include "human.h"

/* Notes and further fields of one human on the side of the record. */
void population_enrich(struct call *call, const struct human *human, struct record *record);
/* Companies and organizations that nobody works for. */
void population_companies(struct call *call);

#endif
