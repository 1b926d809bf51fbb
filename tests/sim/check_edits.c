/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_edits: P1.  Every value that no user replaced stands on both sides, or lost against another
 * such value, as the policy says, and stands in the history.
 */
#include "check.h"

#include <string.h>

#define HEADS_MAX 64
/* Beyond clock_tolerance and dates in whole seconds. */
#define SURELY_LATER_NS (INT64_C(5) * 1000000000)

struct contest {
	struct sim *sim;
	uint32_t human;
	enum slot slot;
	const struct facts *pair[SANDBOX_SIDE_COUNT];
	/* values that nobody replaced */
	const struct edit *heads[HEADS_MAX];
	size_t n_heads;
};

static bool is_of(const struct contest *c, const struct edit *edit)
{
	return edit->human == c->human && edit->slot == c->slot;
}

static bool was_known_to(const struct edit *edit, const struct edit *by)
{
	return by->number > edit->number;
}

/* Did a user who saw this value put another in its place?  weakly: on one side, and the other side's
 * was not known to be the same. */
static bool is_replaced(const struct contest *c, const struct edit *edit, bool *ret_weakly)
{
	const struct oracle *oracle = &c->sim->oracle;
	bool weakly = false;

	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *by = &oracle->edits[i];

		if (!is_of(c, by) || by->raced || by->birth || by == edit ||
		    by->base != edit->token || !was_known_to(edit, by))
			continue;
		if (by->strict && !by->unsure)
			return true;
		weakly = true;
	}
	*ret_weakly = weakly;
	return false;
}

static void find_heads(struct contest *c, bool *ret_is_weak)
{
	const struct oracle *oracle = &c->sim->oracle;

	c->n_heads = 0;
	for (uint32_t i = 0; i < oracle->n_edits && c->n_heads < HEADS_MAX; i++) {
		const struct edit *edit = &oracle->edits[i];
		bool weakly = false;

		if (!is_of(c, edit) || edit->raced || is_replaced(c, edit, &weakly))
			continue;
		ret_is_weak[c->n_heads] = weakly || edit->unsure;
		c->heads[c->n_heads++] = edit;
	}
}

static uint32_t value_of(const struct contest *c, enum sandbox_side side)
{
	return c->pair[side]->n[c->slot] > 0 ? c->pair[side]->tokens[c->slot][0] : 0;
}

/* A date of a whole person speaks for its last edit only: nobody may have edited anything else since a
 * cycle before the first of the two, nor may the program have carried such an edit. */
static bool has_other_edits(const struct contest *c, const struct edit *one, const struct edit *two)
{
	const struct oracle *oracle = &c->sim->oracle;
	const uint32_t first = one->cycle < two->cycle ? one->cycle : two->cycle;

	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (edit->human == c->human && edit != one && edit != two &&
		    edit->cycle + 1 >= first)
			return true;
	}
	return false;
}

/* Do all dates that the servers tell say that the loser was later?  (Where nothing had been agreed on it is
 * first contact: a person's value may be as old as the person.) */
static bool is_older(const struct contest *c, const struct edit *winner, const struct edit *loser)
{
	const struct knobs *knobs = &c->sim->plan->knobs;

	return knobs->skew_s[0] == 0 && knobs->skew_s[1] == 0 && winner->token != 0 &&
	       winner->base != 0 && loser->token != 0 && !has_other_edits(c, winner, loser) &&
	       loser->at_ns - winner->at_ns > SURELY_LATER_NS;
}

/* Both were there when the later one was made: was it the right side that won? */
static bool is_wrong_winner(const struct contest *c, const struct edit *winner,
			    const struct edit *loser)
{
	if (winner->side == loser->side || winner->unsure || loser->unsure || winner->birth ||
	    loser->birth || c->n_heads != 2 || !winner->strict || !loser->strict ||
	    winner->base != loser->base)
		return false;
	switch (c->sim->plan->knobs.policy) {
	case PLAN_RECORDS:
		return winner->side != SANDBOX_RECORDS;
	case PLAN_PEOPLE:
		return winner->side != SANDBOX_PEOPLE;
	case PLAN_NEWEST:
		return is_older(c, winner, loser);
	case PLAN_MANUAL:
		break;
	}
	return false;
}

static void describe_loss(struct contest *c, const struct edit *lost, uint32_t stands,
			  const char *rule)
{
	sim_violate(
		c->sim, P1_NO_LOST_EDIT, rule,
		"h%u: %s was set to %u on %s (%s, cycle %u%s), nobody replaced it, but %u stands "
		"(records) and %u (people), %s",
		c->human, slot_name(c->slot), lost->token,
		lost->side == SANDBOX_PEOPLE ? "people" : "records", lost->id, lost->cycle,
		lost->birth ? ", at its birth" : "", value_of(c, SANDBOX_RECORDS),
		value_of(c, SANDBOX_PEOPLE),
		strcmp(rule, "winner") == 0 ? "against the policy" :
					      "and the history does not have it");
	(void)stands;
}

static void check_loser(struct contest *c, const struct edit *lost, const struct edit *winner,
			bool is_weak)
{
	c->sim->figures.contests++;
	if (is_weak || lost->token == 0)
		return;
	if (!oracle_is_lost(&c->sim->oracle, c->slot, lost->token))
		describe_loss(c, lost, 0, "lost");
	else if (winner != NULL && is_wrong_winner(c, winner, lost))
		describe_loss(c, lost, winner->token, "winner");
}

static void check_scalar(struct contest *c)
{
	bool is_weak[HEADS_MAX] = { false };
	const struct edit *winner = NULL;
	const uint32_t stands = value_of(c, SANDBOX_RECORDS);

	find_heads(c, is_weak);
	for (size_t i = 0; i < c->n_heads; i++) {
		if (c->heads[i]->token == stands)
			winner = c->heads[i];
	}
	for (size_t i = 0; i < c->n_heads; i++) {
		const uint32_t token = c->heads[i]->token;

		c->sim->figures.checked_edits++;
		if (token != stands && token != value_of(c, SANDBOX_PEOPLE))
			check_loser(c, c->heads[i], winner, is_weak[i]);
	}
	/* What stands must be somebody's last word. */
	if (winner == NULL && c->n_heads > 0 && stands != value_of(c, SANDBOX_PEOPLE))
		return;
	/* An invented name: only the lost state knew that it was one. */
	if (c->slot == SLOT_NAME && c->sim->figures.losses > 0 && c->n_heads > 0 &&
	    oracle_is_lost(&c->sim->oracle, c->slot, c->heads[0]->token))
		return;
	if (winner == NULL && c->n_heads > 0 && !is_weak[0] && c->n_heads == 1)
		describe_loss(c, c->heads[0], stands, "stale");
}

/* ---- Sets ---- */

struct element {
	const struct edit *last; /* the last word on it */
	bool contested;
	bool was_set;
};

static struct element look_up(const struct contest *c, uint32_t token)
{
	const struct oracle *oracle = &c->sim->oracle;
	struct element element = { 0 };

	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (!is_of(c, edit) || edit->token != token)
			continue;
		/* Removed from one side while the other's was not known, added to both, and so on. */
		if (edit->raced || edit->unsure || (edit->removal && !edit->strict) ||
		    (!edit->removal && element.last != NULL &&
		     (element.last->removal || !edit->birth)))
			element.contested = true;
		element.was_set = element.was_set || !edit->removal;
		element.last = edit;
	}
	return element;
}

static void check_element(struct contest *c, uint32_t token)
{
	const struct element element = look_up(c, token);
	const bool on_people = facts_has(c->pair[SANDBOX_PEOPLE], c->slot, token);
	const bool on_records = facts_has(c->pair[SANDBOX_RECORDS], c->slot, token);

	c->sim->figures.checked_edits++;
	if (element.contested)
		return;
	if (element.last->removal && (on_people || on_records))
		sim_violate(c->sim, P1_NO_LOST_EDIT, "returned",
			    "h%u: %u was removed from %s on %s (cycle %u), and stands on %s again",
			    c->human, token, slot_name(c->slot),
			    element.last->side == SANDBOX_PEOPLE ? "people" : "records",
			    element.last->cycle, on_people ? "people" : "records");
	if (!element.last->removal &&
	    (!on_people || (!on_records && !check_is_single(c->sim, c->slot))))
		sim_violate(
			c->sim, P1_NO_LOST_EDIT, "element",
			"h%u: %u was added to %s on %s (cycle %u), nobody removed it, and it is "
			"not on %s",
			c->human, token, slot_name(c->slot),
			element.last->side == SANDBOX_PEOPLE ? "people" : "records",
			element.last->cycle, on_people ? "records" : "people");
}

static void check_set(struct contest *c)
{
	const struct oracle *oracle = &c->sim->oracle;

	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];
		bool first = true;

		if (!is_of(c, edit))
			continue;
		for (uint32_t k = 0; k < i && first; k++)
			first = !is_of(c, &oracle->edits[k]) ||
				oracle->edits[k].token != edit->token;
		if (first)
			check_element(c, edit->token);
	}
}

void check_edits(struct sim *sim)
{
	for (uint32_t number = 0; number < sim->oracle.n_humans; number++) {
		struct contest c = { .sim = sim, .human = number };

		if (sim->oracle.humans[number].murk != 0 || !sim->oracle.humans[number].bound ||
		    !check_pair(sim, number, c.pair))
			continue;
		for (int slot = 0; slot < SLOT_COUNT; slot++) {
			c.slot = (enum slot)slot;
			if (!check_is_carried(sim, number, c.slot))
				continue;
			if (slot_is_set(c.slot))
				check_set(&c);
			else
				check_scalar(&c);
		}
	}
}
