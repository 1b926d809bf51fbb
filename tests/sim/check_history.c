/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_history: what the history says: which values lost (P1), and which writes it explains (P9).
 */
#include "check.h"

#include <string.h>

static enum slot slot_of(struct str field)
{
	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		if (str_equal_z(field, slot_name((enum slot)slot)))
			return (enum slot)slot;
	}
	return SLOT_COUNT;
}

static void note_lost(struct oracle *oracle, enum slot slot, uint32_t token)
{
	if (token == 0 || token >= TOKEN_INVENTED || oracle_is_lost(oracle, slot, token) ||
	    oracle->n_lost == ORACLE_LOST)
		return;
	oracle->lost[oracle->n_lost++] = (struct lost_value){ slot, token };
}

static void note_explained(struct oracle *oracle, enum sandbox_side side, struct str id,
			   enum slot slot, uint32_t token)
{
	for (uint32_t i = 0; i < oracle->n_carried; i++) {
		struct carried *carried = &oracle->carried[i];

		if (carried->side == side && carried->slot == slot && carried->token == token &&
		    str_equal_z(id, carried->id))
			carried->explained = true;
	}
}

/* Elements are joined by ", "; so are the parts of an address. */
static bool on_entry(void *payload, const struct history_entry *entry, struct error *err)
{
	struct sim *sim = payload;
	const enum slot slot = slot_of(entry->field);
	const enum sandbox_side side =
		entry->side == SIDE_PEOPLE ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
	struct str old_rest = entry->old_value;
	struct str new_rest = entry->new_value;
	struct str part;

	(void)err;
	trace_line(sim->trace, entry->at,
		   "HISTORY cycle %lld link %lld %s %.*s %.*s %.*s: %.*s -> %.*s (%.*s)",
		   (long long)entry->cycle, (long long)entry->link, side_name(entry->side),
		   STR_ARG(entry->side_id), STR_ARG(entry->action), STR_ARG(entry->field),
		   STR_ARG(entry->old_value), STR_ARG(entry->new_value), STR_ARG(entry->reason));
	if (slot == SLOT_COUNT) {
		notes_told(sim, entry);
		return true;
	}
	while (str_cut(&old_rest, ',', &part))
		note_lost(&sim->oracle, slot, token_read(slot, part));
	while (str_cut(&new_rest, ',', &part))
		note_explained(&sim->oracle, side, entry->side_id, slot, token_read(slot, part));
	return true;
}

void check_history_keep(struct sim *sim)
{
	struct store *store = sim->store;
	struct error err;

	if (store == NULL &&
	    !store_open(sim->state_path, STORE_READ, &sim->config.fields, &store, &err)) {
		sim_violate(sim, P7_DURABILITY, "open", "the state cannot be read: %s", err.msg);
		return;
	}
	if (!store_history_each(store, 0, 0, on_entry, sim, &err))
		sim_violate(sim, P7_DURABILITY, "history", "the history cannot be read: %s",
			    err.msg);
	if (sim->store == NULL)
		store_close(store);
}

/* A lost create that was made by hand as well, or before, and the state that knew of it was lost: the other
 * one may have been taken for it.  Or one that users changed until nobody could tell whose it was. */
static bool is_unrecognised(const struct sim *sim, const struct carried *carried)
{
	const struct oracle *oracle = &sim->oracle;
	const struct body *made = NULL;

	for (uint32_t i = 0; i < oracle->n_bodies; i++) {
		if (strcmp(oracle->bodies[i].id, carried->id) == 0)
			made = &oracle->bodies[i];
	}
	if (made == NULL || !carried->create)
		return false;
	/* Gone again before a cycle ended well, or denied twice: nobody could conclude that it had been made. */
	if (made->gone_unseen || made->changed_unseen || made->n_denied > 1)
		return true;
	/* A key was moved before anybody could see whose it is. */
	if ((oracle->humans[made->human].murk & (MURK_SHARED | MURK_MOVED)) != 0)
		return true;
	for (uint32_t i = 0; i < oracle->n_bodies; i++) {
		const struct body *body = &oracle->bodies[i];

		if (body != made && body->human == made->human && body->side == made->side &&
		    (!body->by_program || sim->figures.losses > 0))
			return true;
	}
	return false;
}

/* An update of unknown outcome whose value a user took away before anybody looked: it shows as not carried out. */
static bool is_undone_unseen(const struct sim *sim, const struct carried *carried)
{
	for (uint32_t i = 0; i < sim->oracle.n_edits && !carried->well; i++) {
		const struct edit *edit = &sim->oracle.edits[i];

		if (edit->side == carried->side && edit->slot == carried->slot &&
		    edit->at_ns > carried->at_ns && strcmp(edit->id, carried->id) == 0)
			return true;
	}
	return false;
}

/* The side that could tell what became of it shows nobody any more: it is still waited for, and that is told. */
static bool is_waited_for(const struct sim *sim, const struct carried *carried)
{
	return !carried->create && !carried->well && sim->report.outcome == OUTCOME_GUARDED &&
	       sim->report.waiting > 0;
}

void check_writes(struct sim *sim)
{
	const struct oracle *oracle = &sim->oracle;

	for (uint32_t i = 0; i < oracle->n_carried; i++) {
		const struct carried *carried = &oracle->carried[i];

		if (!carried->explained && !is_unrecognised(sim, carried) &&
		    !is_waited_for(sim, carried) &&
		    (carried->create || !is_undone_unseen(sim, carried)))
			sim_violate(
				sim, P9_EXPLAINED,
				carried->create ? "create-unexplained" : "update-unexplained",
				"%s %s was given %s %u in cycle %u, and the history has no word of it",
				carried->side == SANDBOX_PEOPLE ? "people" : "records", carried->id,
				slot_name(carried->slot), carried->token, carried->cycle);
	}
}
