/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: after each cycle, and after the quiet ones.
 */
#include "check.h"

#include "state/turns.h"

#include <stdio.h>
#include <string.h>

/* Beyond pages, tags and confirmations: each write may be read before, sent, read back, repeated. */
#define REQUESTS_A_PERSON 12
#define REQUESTS_AT_LEAST 60
#define GUARD_LEAST 2 /* persons: that many may always go */

bool check_is_single(const struct sim *sim, enum slot slot)
{
	return sim->plan->knobs.dialect == SANDBOX_ATTRIBUTES &&
	       (slot == SLOT_EMAIL || slot == SLOT_PHONE);
}

bool check_is_synced(const struct sim *sim, enum slot slot)
{
	return plan_has_slot(&sim->plan->knobs, slot);
}

bool check_is_carried(const struct sim *sim, uint32_t human, enum slot slot)
{
	return check_is_synced(sim, slot) && (human != sim->plan->deaf || slot != SLOT_TITLE);
}

void check_look(struct sim *sim)
{
	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++)
		facts_read(sim->box, (enum sandbox_side)side, &sim->after[side]);
}

bool check_pair(struct sim *sim, uint32_t human, const struct facts *ret_pair[SANDBOX_SIDE_COUNT])
{
	for (int i = 0; i < SANDBOX_SIDE_COUNT; i++) {
		const enum sandbox_side side = (enum sandbox_side)i;
		const struct body *body = oracle_body_of(&sim->oracle, side, human, false);

		if (body == NULL || oracle_count(&sim->oracle, side, human) != 1)
			return false;
		ret_pair[side] = facts_find(&sim->after[side], body->id);
		if (ret_pair[side] == NULL)
			return false;
	}
	return true;
}

bool check_sure_pair(struct sim *sim, uint32_t human,
		     const struct facts *ret_pair[SANDBOX_SIDE_COUNT])
{
	const struct human *facts = &sim->oracle.humans[human];

	return facts->murk == 0 && facts->is_agreed && check_pair(sim, human, ret_pair);
}

bool check_agrees(const struct sim *sim, const struct facts *const pair[SANDBOX_SIDE_COUNT],
		  enum slot slot)
{
	const struct facts *records = pair[SANDBOX_RECORDS];
	const struct facts *people = pair[SANDBOX_PEOPLE];

	if (check_is_single(sim, slot)) {
		if (records->n[slot] == 0 || people->n[slot] == 0)
			return records->n[slot] == people->n[slot];
		return facts_has(people, slot, records->tokens[slot][0]);
	}
	if (records->n[slot] != people->n[slot])
		return false;
	for (size_t i = 0; i < records->n[slot]; i++) {
		if (!facts_has(people, slot, records->tokens[slot][i]))
			return false;
	}
	return true;
}

static bool agrees_everywhere(const struct sim *sim,
			      const struct facts *const pair[SANDBOX_SIDE_COUNT])
{
	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		if (check_is_synced(sim, (enum slot)slot) &&
		    !check_agrees(sim, pair, (enum slot)slot))
			return false;
	}
	return true;
}

bool check_share_key(const struct facts *a, const struct facts *b)
{
	static const enum slot keys[] = { SLOT_EMAIL, SLOT_LINKEDIN, SLOT_PHONE };
	const bool same_name = a->n[SLOT_NAME] > 0 && b->n[SLOT_NAME] > 0 &&
			       a->tokens[SLOT_NAME][0] == b->tokens[SLOT_NAME][0];

	for (size_t k = 0; k < COUNT_OF(keys); k++) {
		for (size_t i = 0; i < a->n[keys[k]]; i++) {
			if (facts_has(b, keys[k], a->tokens[keys[k]][i]) &&
			    (keys[k] != SLOT_PHONE || same_name))
				return true;
		}
	}
	return false;
}

/* Before both sides were read whole for the first time nobody is matched; what a turn's end has shown is
 * decided on by the next cycle. */
static bool were_read(struct sim *sim)
{
	const bool full = strcmp(sim->report.kind, "full") == 0;
	const int64_t by = full ? sim->report.ended_at : sim->report.started_at;

	for (int side = 0; side < SIDE_COUNT; side++) {
		struct freshness fresh;
		struct error err;

		if (!store_freshness(sim->store, (enum side)side, &fresh, &err) ||
		    fresh.complete_at == 0 || fresh.complete_at > by)
			return false;
	}
	return true;
}

/* Where a side is not read whole in every cycle: was this cycle the first that could decide on what both
 * persons hold, or a later one? */
static bool is_read(const struct sim *sim, uint32_t human)
{
	const struct human *facts = &sim->oracle.humans[human];

	for (uint32_t i = 0; i < sim->oracle.n_bodies && sim->plan->knobs.quick; i++) {
		const struct body *body = &sim->oracle.bodies[i];

		if (body->human == human && !body->gone &&
		    (body->fresh_ns <= facts->touched_ns ||
		     body->fresh_ns >= sim->report.started_at))
			return false;
	}
	return true;
}

/* Both sides were read whole, nobody interfered: what now is the same is known to be. */
static void note_agreed(struct sim *sim)
{
	if (sim->plan->knobs.quick && !were_read(sim))
		return;
	for (uint32_t i = 0; i < sim->oracle.n_humans; i++) {
		struct human *human = &sim->oracle.humans[i];
		const struct facts *pair[SANDBOX_SIDE_COUNT];

		if (human->touched_ns >= sim->report.started_at || !is_read(sim, i) ||
		    !check_pair(sim, i, pair))
			continue;
		human->bound =
			human->bound || (human->murk == 0 && check_share_key(pair[0], pair[1]));
		if (!human->bound || !agrees_everywhere(sim, pair))
			continue;
		human->is_agreed = true;
		human->agreed_ns = sim->report.started_at;
		memcpy(human->n_agreed, pair[SANDBOX_PEOPLE]->n, sizeof(human->n_agreed));
		memcpy(human->agreed, pair[SANDBOX_PEOPLE]->tokens, sizeof(human->agreed));
	}
}

/* P8: so many requests, and not more. */
static void check_bounds(struct sim *sim)
{
	const size_t n_persons = sim->after[0].n + sim->after[1].n;
	const uint64_t most =
		REQUESTS_AT_LEAST + REQUESTS_A_PERSON * (n_persons + 2) + 20u * sim->tally.n_faults;

	if (sim->tally.n_requests > most)
		sim_violate(sim, P8_BOUNDS, "requests", "%u requests in a cycle with %zu persons",
			    sim->tally.n_requests, n_persons);
}

static void check_manners(struct sim *sim)
{
	for (size_t i = 0; i < facts_violations(sim->box); i++) {
		const char *words = facts_violation(sim->box, i);

		/* A user may have done the same a moment before: P10 looks closer. */
		if (strstr(words, "sent unchanged") == NULL)
			sim_violate(sim, P8_BOUNDS, "manners",
				    "a well-behaved client does not send: %s", words);
	}
}

/* Who ever stood on both sides: no more than these can be linked. */
static uint32_t count_pairs(const struct oracle *oracle)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < oracle->n_humans; i++) {
		bool on[SANDBOX_SIDE_COUNT] = { false, false };

		for (uint32_t k = 0; k < oracle->n_bodies; k++)
			on[oracle->bodies[k].side] =
				on[oracle->bodies[k].side] || oracle->bodies[k].human == i;
		n += on[SANDBOX_RECORDS] && on[SANDBOX_PEOPLE];
	}
	return n;
}

/* P5: never more than the guard lets pass. */
static void check_guard(struct sim *sim)
{
	sim->was_guarded = sim->was_guarded || sim->report.outcome == OUTCOME_GUARDED;
	if (sim->tally.n_removed <= GUARD_LEAST)
		return;
	const uint32_t n_pairs = count_pairs(&sim->oracle);
	const uint32_t share = n_pairs * sim->plan->knobs.removal_percent / 100;

	if (sim->tally.n_removed > share)
		sim_violate(sim, P5_SAFE_REMOVAL, "guard", "%u persons removed in one cycle, of %u",
			    sim->tally.n_removed, n_pairs);
}

/* Nobody interferes any more. */
static void check_quiet(struct sim *sim)
{
	const struct cycle_report *report = &sim->report;

	/* Held back: too many were removed at once. */
	if (report->outcome == OUTCOME_GUARDED && sim->plan->knobs.removals)
		sim->was_guarded = true;
	else if (report->outcome != OUTCOME_OK && !sim->was_left_over)
		sim_violate(sim, P3_CONVERGENCE, "outcome", "a quiet cycle ends %s: %s",
			    outcome_name(report->outcome), report->failure.msg);
	else if (sim->is_settled && sim->tally.n_writes > 0)
		sim_violate(sim, P3_CONVERGENCE, "writes",
			    "after two quiet readings of both sides %u writes are sent",
			    sim->tally.n_writes);
}

static void note_well(struct sim *sim)
{
	sim->well_ns = sim->report.started_at;
	for (uint32_t i = 0; i < sim->oracle.n_carried; i++)
		sim->oracle.carried[i].well =
			sim->oracle.carried[i].well || sim->oracle.carried[i].cycle == sim->cycle;
}

void check_cycle(struct sim *sim)
{
	check_look(sim);
	sim->figures.conflicts += sim->report.conflicts;
	sim->figures.quarantines += sim->report.quarantined;
	sim->figures.links += sim->report.linked;
	sim->figures.blind += sim->report.outcome == OUTCOME_FAILED;
	/* Of one person it came to no end. */
	if (sim->report.outcome == OUTCOME_OK && sim->tally.n_spoiled == 0)
		note_well(sim);
	/* A token that was refused before is tried again after a while. */
	if (sim->report.outcome == OUTCOME_FAILED && sim->tally.n_spoiled > 0 &&
	    sim->tally.n_faults == 0 && sim->report.failure.code != ERR_AUTH)
		sim_violate(sim, P6_ISOLATION, "spoiled",
			    "one person cannot be read, and the cycle fails: %s",
			    sim->report.failure.msg);
	if (sim->report.failure.code == ERR_STORE || sim->report.failure.code == ERR_INTERNAL)
		sim_violate(sim, P7_DURABILITY, "failure", "the cycle failed: %s",
			    sim->report.failure.msg);
	check_bounds(sim);
	check_manners(sim);
	check_guard(sim);
	if (sim->quiet)
		check_quiet(sim);
	if (sim->report.outcome == OUTCOME_OK && sim->tally.n_faults == 0 &&
	    sim->tally.n_spoiled == 0)
		note_agreed(sim);
}

static void check_did_something(struct sim *sim)
{
	if (sim->figures.edits == 0 && sim->oracle.n_bodies == 0)
		sim_violate(sim, PROMISE_GENERATOR, "idle",
			    "nobody was there and nothing happened");
}

static bool shares_key_across(struct sim *sim, const struct body *made, const struct facts *facts)
{
	const enum sandbox_side other =
		made->side == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;

	for (uint32_t i = 0; i < sim->oracle.n_bodies; i++) {
		const struct body *body = &sim->oracle.bodies[i];
		const struct facts *across = body->human == made->human && body->side == other ?
						     facts_find(&sim->after[other], body->id) :
						     NULL;

		if (across != NULL && check_share_key(facts, across))
			return true;
	}
	return false;
}

/* Whom the program made without getting to know, and users edited until no key told that it was him: he may
 * be parked, for a human to say who he is. */
static void note_strangers(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->oracle.n_bodies; i++) {
		const struct body *made = &sim->oracle.bodies[i];
		const struct facts *facts = facts_find(&sim->after[made->side], made->id);
		const bool marked = sim->plan->knobs.marker && made->side == SANDBOX_PEOPLE;

		if (made->changed_unseen && !marked && facts != NULL &&
		    !shares_key_across(sim, made, facts))
			sim->oracle.humans[made->human].murk |= MURK_KEYLESS;
	}
}

void check_ended(struct sim *sim)
{
	check_look(sim);
	note_strangers(sim);
	check_history_keep(sim);
	check_persons(sim);
	check_edits(sim);
	check_notes(sim);
	check_users(sim);
	check_odd(sim);
	check_ignored(sim);
	check_writes(sim);
	check_did_something(sim);
}

static void put_tokens(const struct facts *facts, enum slot slot, struct buf *out)
{
	uint32_t sorted[FACTS_TOKENS];
	const size_t n = facts->n[slot];

	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at > 0 && sorted[at - 1] > facts->tokens[slot][i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = facts->tokens[slot][i];
	}
	buf_addf(out, " %s", slot_name(slot));
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%c%u", i == 0 ? '=' : ',', sorted[i]);
}

void check_end_text(struct sim *sim, struct buf *out)
{
	check_look(sim);
	for (uint32_t human = 0; human < sim->oracle.n_humans; human++) {
		for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
			const struct facts_list *list = &sim->after[side];

			for (size_t i = 0; i < list->n; i++) {
				const struct facts *facts = &list->items[i];
				const struct body *body = oracle_body(
					&sim->oracle, (enum sandbox_side)side, facts->id);

				if (body == NULL || body->human != human)
					continue;
				buf_addf(out, "h%u %s%s:", human,
					 side == SANDBOX_PEOPLE ? "people" : "records",
					 facts->archived ? " archived" : "");
				for (int slot = 0; slot < SLOT_COUNT; slot++)
					put_tokens(facts, (enum slot)slot, out);
				buf_add_char(out, '\n');
			}
		}
	}
}
