/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deeds_p: what deeds.c (edits) and deeds_persons.c (births, removals, moves) share.
 */
#ifndef CRMSYNC_SIM_DEEDS_P_H
#define CRMSYNC_SIM_DEEDS_P_H

#include "sim.h"

/* False if there is no such person on the server. */
bool deeds_look(struct sim *sim, enum sandbox_side side, const char *id, struct facts *ret_facts);
struct edit *deeds_note(struct sim *sim, const struct body *body, enum slot slot, uint32_t token,
			uint32_t base, bool removal);
/* Two humans may not share an e-mail, phone or LinkedIn token unnoticed. */
void deeds_note_keys(struct sim *sim, uint32_t human, enum slot slot, uint32_t token);
bool deeds_write(struct sim *sim, const struct body *body, enum slot slot, const uint32_t *tokens,
		 size_t n);
bool deeds_edit_set(struct sim *sim, const struct body *body, enum slot slot,
		    const struct facts *facts, const uint32_t *tokens, size_t n);
/* "slug": value, …, as that side's API spells it. */
void deeds_spell(struct sim *sim, enum sandbox_side side, enum slot slot, const uint32_t *tokens,
		 size_t n, struct buf *out);
bool deeds_birth(struct sim *sim, const struct op *op);
bool deeds_rare(struct sim *sim, const struct op *op);

#endif
