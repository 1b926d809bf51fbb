/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_persons: P2 (nobody twice) and the part of P3 that speaks of persons: everybody is on both
 * sides, and both say the same.
 */
#include "check.h"

#include <string.h>

/* If the server refuses somebody else's writes: that must hold up nobody. */
static enum promise promise_here(const struct sim *sim)
{
	return sim->plan->poisoned != NOBODY ? P6_ISOLATION : P3_CONVERGENCE;
}

static bool may_create(const struct sim *sim, enum sandbox_side side)
{
	switch (sim->plan->knobs.create) {
	case PLAN_CREATE_BOTH:
		return true;
	case PLAN_CREATE_PEOPLE:
		return side == SANDBOX_PEOPLE;
	case PLAN_CREATE_RECORDS:
		return side == SANDBOX_RECORDS;
	case PLAN_CREATE_NONE:
		break;
	}
	return false;
}

static void check_missing(struct sim *sim, uint32_t number)
{
	for (int i = 0; i < SANDBOX_SIDE_COUNT; i++) {
		const enum sandbox_side side = (enum sandbox_side)i;
		const enum sandbox_side other =
			side == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
		const struct body *source = oracle_body_of(&sim->oracle, other, number, false);

		/* A list that shows nobody is guarded until somebody allows it. */
		if (source == NULL || oracle_count(&sim->oracle, side, number) > 0 ||
		    !may_create(sim, side) || sim->report.outcome == OUTCOME_GUARDED)
			continue;
		const struct facts *facts = facts_find(&sim->after[other], source->id);

		/* The people side demands a name. */
		if (facts == NULL || (facts->n[SLOT_NAME] == 0 && facts->n[SLOT_EMAIL] == 0))
			continue;
		sim_violate(sim, promise_here(sim), "missing", "h%u (%s) was never created on %s",
			    number, source->id, side == SANDBOX_PEOPLE ? "people" : "records");
	}
}

/* A lost create that users changed before it was read may be a twin of theirs as well: it is met for the first
 * time, or parked until somebody says. */
static bool was_met_anew(const struct sim *sim, uint32_t number)
{
	for (uint32_t i = 0; i < sim->oracle.n_bodies; i++) {
		if (sim->oracle.bodies[i].human == number && sim->oracle.bodies[i].changed_unseen)
			return true;
	}
	return false;
}

/* With the policy manual, what is contested may stand as it is. */
static bool may_differ(const struct sim *sim, uint32_t number, enum slot slot)
{
	bool contested[SANDBOX_SIDE_COUNT] = { false, false };

	if (sim->plan->knobs.policy != PLAN_MANUAL || slot_is_set(slot))
		return false;
	for (uint32_t i = 0; i < sim->oracle.n_edits; i++) {
		const struct edit *edit = &sim->oracle.edits[i];

		if (edit->human != number || edit->slot != slot)
			continue;
		contested[edit->side] = true;
		/* Without its shadow, what was carried across cannot be told from an edit there. */
		if (edit->unsure || sim->figures.losses > 0)
			return true;
	}
	return contested[SANDBOX_RECORDS] && contested[SANDBOX_PEOPLE];
}

/* A user emptied it again while nobody knew whether it had been written: that looks like a write that the server
 * ignored, which stands in the quarantine. */
static bool may_look_ignored(const struct sim *sim, uint32_t number, enum slot slot)
{
	const struct oracle *oracle = &sim->oracle;
	const struct edit *last = NULL;

	for (uint32_t i = 0; i < oracle->n_edits && sim->report.quarantined > 0; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (edit->human != number || edit->slot != slot)
			continue;
		if (last == NULL || edit->at_ns >= last->at_ns)
			last = edit;
	}
	if (last == NULL || (!last->removal && last->token != 0))
		return false;
	for (uint32_t j = 0; j < oracle->n_carried; j++) {
		const struct carried *carried = &oracle->carried[j];

		if (carried->slot == slot && !carried->well && carried->at_ns < last->at_ns &&
		    strcmp(carried->id, last->id) == 0)
			return true;
	}
	return false;
}

static void check_agreement(struct sim *sim, uint32_t number)
{
	const struct facts *pair[SANDBOX_SIDE_COUNT];

	if (!sim->oracle.humans[number].bound || was_met_anew(sim, number) ||
	    !check_pair(sim, number, pair))
		return;
	for (int i = 0; i < SLOT_COUNT; i++) {
		const enum slot slot = (enum slot)i;

		if (!check_is_carried(sim, number, slot) || check_agrees(sim, pair, slot) ||
		    may_differ(sim, number, slot) || may_look_ignored(sim, number, slot))
			continue;
		sim_violate(
			sim, P3_CONVERGENCE, "differs",
			"h%u: %s differ in the end: records %s has %u (%u in all), people %s has "
			"%u (%u in all)",
			number, slot_name(slot), pair[0]->id,
			pair[0]->n[slot] > 0 ? pair[0]->tokens[slot][0] : 0, pair[0]->n[slot],
			pair[1]->id, pair[1]->n[slot] > 0 ? pair[1]->tokens[slot][0] : 0,
			pair[1]->n[slot]);
	}
}

/* Removed once, on one side, when both agreed, and never touched again: the configuration says all. */
static bool is_simple_removal(const struct sim *sim, const struct human *human)
{
	return human->murk == MURK_REMOVED && human->n_removals == 1 && human->is_agreed &&
	       human->touched_ns < human->agreed_ns && human->agreed_ns < human->removed_ns &&
	       !sim->was_guarded && sim->figures.losses == 0;
}

/* An edit of the one that is left, which is in no slot, wins: a company, or what could not be carried. */
static bool is_odd_edit(const struct sim *sim, uint32_t number, enum sandbox_side left)
{
	const struct sim_odd *odd = &sim->odd[number];
	const enum sandbox_side across = left == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;

	return (left == SANDBOX_PEOPLE && odd->phone) ||
	       (odd->firm_side == left && odd->firm[left][0] != '\0' &&
		(odd->firm[across][0] == '\0' ||
		 odd->firm_ns > sim->oracle.humans[number].agreed_ns));
}

static void check_removal(struct sim *sim, uint32_t number)
{
	const struct knobs *knobs = &sim->plan->knobs;
	const uint32_t n_records = oracle_count(&sim->oracle, SANDBOX_RECORDS, number);
	const uint32_t n_people = oracle_count(&sim->oracle, SANDBOX_PEOPLE, number);
	bool from_records = false;

	if (!is_simple_removal(sim, &sim->oracle.humans[number]))
		return;
	for (uint32_t i = 0; i < sim->oracle.n_bodies; i++) {
		const struct body *body = &sim->oracle.bodies[i];

		from_records = from_records || (body->human == number && body->by_user_gone &&
						body->side == SANDBOX_RECORDS);
	}
	if (is_odd_edit(sim, number, from_records ? SANDBOX_PEOPLE : SANDBOX_RECORDS))
		return;
	const uint32_t want_people = from_records && knobs->on_records == 1;
	const uint32_t want_records = !from_records && knobs->on_people != 1;

	if (n_people != want_people || n_records != want_records)
		sim_violate(
			sim, P3_CONVERGENCE, "removal",
			"h%u was removed on %s, and in the end is there %u times on records and %u "
			"times on people",
			number, from_records ? "records" : "people", n_records, n_people);
}

void check_persons(struct sim *sim)
{
	for (uint32_t number = 0; number < sim->oracle.n_humans; number++) {
		const struct human *human = &sim->oracle.humans[number];

		check_removal(sim, number);
		if (human->murk != 0)
			continue;
		for (int i = 0; i < SANDBOX_SIDE_COUNT; i++) {
			const uint32_t n = oracle_count(&sim->oracle, (enum sandbox_side)i, number);

			if (n > 1)
				sim_violate(sim, P2_NO_DUPLICATE, "count",
					    "h%u is there %u times on %s", number, n,
					    i == SANDBOX_PEOPLE ? "people" : "records");
		}
		check_missing(sim, number);
		check_agreement(sim, number);
	}
}
