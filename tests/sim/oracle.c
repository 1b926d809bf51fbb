/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct edit *oracle_add_edit(struct oracle *oracle, const struct edit *edit)
{
	if (oracle->n_edits == ORACLE_EDITS)
		abort();
	struct edit *added = &oracle->edits[oracle->n_edits++];

	*added = *edit;
	added->number = oracle->n_edits;
	return added;
}

static size_t chain_of(struct str id)
{
	return hash64(id, 0) % ORACLE_CHAINS;
}

struct body *oracle_add_body(struct oracle *oracle, enum sandbox_side side, const char *id,
			     uint32_t human, bool by_program, int64_t now_ns)
{
	if (oracle->n_bodies == ORACLE_BODIES)
		abort();
	struct body *body = &oracle->bodies[oracle->n_bodies++];

	*body = (struct body){ .side = side,
			       .human = human,
			       .merged = NOBODY,
			       .by_program = by_program,
			       .born_ns = now_ns };
	(void)snprintf(body->id, sizeof(body->id), "%s", id);
	uint32_t *chain = &oracle->chains[chain_of(str_from(body->id))];

	body->next = *chain;
	*chain = oracle->n_bodies;
	return body;
}

struct body *oracle_body_named(struct oracle *oracle, enum sandbox_side side, struct str id)
{
	for (uint32_t i = oracle->chains[chain_of(id)]; i != 0; i = oracle->bodies[i - 1].next) {
		struct body *body = &oracle->bodies[i - 1];

		if (body->side == side && str_equal_z(id, body->id))
			return body;
	}
	return NULL;
}

struct body *oracle_body(struct oracle *oracle, enum sandbox_side side, const char *id)
{
	return oracle_body_named(oracle, side, str_from(id));
}

struct body *oracle_body_of(struct oracle *oracle, enum sandbox_side side, uint32_t human,
			    bool archived_too)
{
	for (uint32_t i = 0; i < oracle->n_bodies; i++) {
		struct body *body = &oracle->bodies[i];

		if (body->side == side && body->human == human && !body->gone &&
		    (archived_too || !body->archived))
			return body;
	}
	return NULL;
}

uint32_t oracle_count(const struct oracle *oracle, enum sandbox_side side, uint32_t human)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < oracle->n_bodies; i++) {
		const struct body *body = &oracle->bodies[i];

		n += body->side == side && body->human == human && !body->gone && !body->archived;
	}
	return n;
}

bool oracle_knows(const struct oracle *oracle, uint32_t human, enum slot slot, uint32_t token)
{
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (edit->human == human && edit->slot == slot && edit->token == token)
			return true;
	}
	return false;
}

uint32_t oracle_whose(const struct oracle *oracle, const struct facts *facts)
{
	static const enum slot order[] = { SLOT_NAME,  SLOT_TITLE,   SLOT_LINKEDIN, SLOT_EMAIL,
					   SLOT_PHONE, SLOT_ADDRESS, SLOT_CODE,     SLOT_POINTS };

	for (size_t s = 0; s < COUNT_OF(order); s++) {
		const enum slot slot = order[s];

		for (uint32_t i = 0; i < oracle->n_edits; i++) {
			const struct edit *edit = &oracle->edits[i];

			if (edit->slot == slot && edit->token != 0 &&
			    facts_has(facts, slot, edit->token))
				return edit->human;
		}
	}
	return NOBODY;
}

bool oracle_mentions(const struct oracle *oracle, uint32_t human, struct str text)
{
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];
		char needle[TOKEN_TEXT_BYTES];
		char given[TOKEN_TEXT_BYTES];

		if (edit->human != human || edit->token == 0 || slot_is_shared(edit->slot))
			continue;
		token_text(edit->slot, edit->token, needle);
		if (edit->slot == SLOT_NAME)
			token_name(edit->token, given, needle);
		if (memmem(text.p, text.len, needle, strlen(needle)) != NULL)
			return true;
	}
	return false;
}

bool oracle_was_agreed(const struct human *human, enum slot slot, uint32_t token)
{
	if (!human->is_agreed)
		return false;
	if (token == 0)
		return human->n_agreed[slot] == 0;
	for (size_t i = 0; i < human->n_agreed[slot]; i++) {
		if (human->agreed[slot][i] == token)
			return true;
	}
	return false;
}

bool oracle_is_lost(const struct oracle *oracle, enum slot slot, uint32_t token)
{
	for (uint32_t i = 0; i < oracle->n_lost; i++) {
		if (oracle->lost[i].slot == slot && oracle->lost[i].token == token)
			return true;
	}
	return false;
}

static bool has_key(const struct oracle *oracle, uint32_t human)
{
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (edit->human == human && edit->birth &&
		    (edit->slot == SLOT_EMAIL || edit->slot == SLOT_LINKEDIN))
			return true;
	}
	return false;
}

static bool was_removed(const struct oracle *oracle, uint32_t human)
{
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (edit->human == human && !edit->birth &&
		    (edit->slot == SLOT_EMAIL || edit->slot == SLOT_LINKEDIN))
			return true;
	}
	return false;
}

void oracle_state_lost(struct oracle *oracle, int64_t now_ns)
{
	oracle->state_lost_ns = now_ns;
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		struct edit *edit = &oracle->edits[i];
		const struct human *human = &oracle->humans[edit->human];
		const bool carried = edit->removal ?
					     !oracle_was_agreed(human, edit->slot, edit->token) :
					     oracle_was_agreed(human, edit->slot, edit->token);

		if (!human->is_agreed || !carried)
			edit->unsure = true;
	}
	/* What was being written may have been known to the lost state only. */
	for (uint32_t i = 0; i < oracle->n_carried; i++)
		oracle->carried[i].explained = true;
	for (uint32_t i = 0; i < oracle->n_humans; i++) {
		oracle->humans[i].is_agreed = false;
		oracle->humans[i].bound = false;
		/* Without keys of its own, or with keys that were edited, only the shadow knew. */
		if (!has_key(oracle, i) || was_removed(oracle, i))
			oracle->humans[i].murk |= MURK_KEYLESS;
	}
}
