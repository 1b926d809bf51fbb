/* SPDX-License-Identifier: Apache-2.0 */
/*
 * odd: users who give persons what the other side may have no room or no word for: a phone that is no number,
 * and a company that only one side has.  It stays where it is, and is not written across; what both sides
 * have is.  Of a server that ignores what it accepts somebody is told.  And what must have become of it in the end.
 */
#include "check.h"

#include "deeds_p.h"

#include <stdio.h>

static bool control(struct sim *sim, const char *what, struct buf *text,
		    char ret_id[static FACTS_ID_BYTES])
{
	const bool ok = deeds_control(sim, what, buf_str(text), ret_id);

	buf_release(text);
	return ok;
}

/* The server does not move its date for it: what else was edited when is told by that. */
static void begin_edit(struct sim *sim, const struct body *body, struct buf *text)
{
	buf_init(text, 8192);
	buf_addf(text, "{\"side\":\"%s\",\"id\":\"%s\",\"at\":%lld,\"set\":{",
		 body->side == SANDBOX_PEOPLE ? "people" : "records", body->id,
		 (long long)facts_updated(sim->box, body->side, body->id));
}

/* ---- Phones ---- */

static bool give_phone(struct sim *sim, const struct body *body)
{
	char id[FACTS_ID_BYTES];
	struct facts facts;
	struct buf text;

	if (!deeds_look(sim, SANDBOX_PEOPLE, body->id, &facts) || facts.n[SLOT_PHONE] >= 6)
		return false;
	begin_edit(sim, body, &text);
	deeds_spell(sim, SANDBOX_PEOPLE, SLOT_PHONE, facts.tokens[SLOT_PHONE], facts.n[SLOT_PHONE],
		    &text);
	text.len--; /* the list goes on */
	buf_addf(&text, "%s{\"phoneNumber\":\"" TOKEN_NO_NUMBER "\",\"phoneType\":\"mobile\"}]}}",
		 facts.n[SLOT_PHONE] > 0 ? "," : "");
	if (!control(sim, "edit", &text, id))
		return false;
	sim->odd[body->human].phone = true;
	return true;
}

void odd_phones_written(struct sim *sim, const struct body *body)
{
	if (body->side == SANDBOX_PEOPLE)
		sim->odd[body->human].phone = false;
}

/* ---- Companies ---- */

static bool make_firm(struct sim *sim, enum sandbox_side side, const char *name,
		      char ret_id[static FACTS_ID_BYTES])
{
	const bool people = side == SANDBOX_PEOPLE;
	struct buf text;

	buf_init(&text, 512);
	buf_addf(&text, "{\"side\":\"%s\",\"object\":\"%s\",\"set\":{\"%s\":\"%s\"}}",
		 people ? "people" : "records", people ? "organizations" : "companies",
		 people ? "title" : "name", name);
	return control(sim, "create", &text, ret_id);
}

static bool give_firm(struct sim *sim, const struct op *op, const struct body *body)
{
	const enum sandbox_side across =
		op->side == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	struct sim_odd *odd = &sim->odd[op->human];
	char name[32];
	char id[FACTS_ID_BYTES];
	struct buf text;

	if (odd->firm[op->side][0] != '\0' || odd->firm[across][0] != '\0')
		return false;
	(void)snprintf(name, sizeof(name), "Firm %u", op->human);
	if (!make_firm(sim, op->side, name, odd->firm[op->side]) ||
	    (op->mask != 0 && !make_firm(sim, across, name, odd->firm[across])))
		return false;
	odd->firm_side = op->side;
	odd->firm_ns = sim->queue.now_ns;
	begin_edit(sim, body, &text);
	if (op->side == SANDBOX_PEOPLE)
		buf_addf(&text, "\"organizations\":[\"/organizations/%s\"]}}", odd->firm[op->side]);
	else if (sim->plan->knobs.dialect == SANDBOX_ATTRIBUTES)
		buf_addf(&text, "\"company\":{\"record_id\":\"%s\"}}}", odd->firm[op->side]);
	else
		buf_addf(&text,
			 "\"company\":[{\"target_object\":\"companies\",\"target_record_id\":"
			 "\"%s\"}]}}",
			 odd->firm[op->side]);
	return control(sim, "edit", &text, id);
}

bool odd_deed(struct sim *sim, const struct op *op)
{
	const struct body *body = oracle_body_of(&sim->oracle, op->side, op->human, false);

	if (body == NULL)
		return false;
	return op->kind == OP_PHONE ? give_phone(sim, body) : give_firm(sim, op, body);
}

/* ---- What must be ---- */

static void check_phone(struct sim *sim, uint32_t human,
			const struct facts *const pair[SANDBOX_SIDE_COUNT])
{
	const bool flat = sim->plan->knobs.dialect == SANDBOX_ATTRIBUTES;

	sim->figures.checked_odd++;
	if (!facts_mentions(sim->box, SANDBOX_PEOPLE, pair[SANDBOX_PEOPLE]->id, "phoneNumbers",
			    TOKEN_NO_NUMBER))
		sim_violate(sim, P1_NO_LOST_EDIT, "no-number",
			    "h%u has lost the phone that is no number", human);
	if (facts_mentions(sim->box, SANDBOX_RECORDS, pair[SANDBOX_RECORDS]->id,
			   flat ? "phone" : "phone_numbers", TOKEN_NO_NUMBER))
		sim_violate(sim, P3_CONVERGENCE, "no-number",
			    "the record of h%u has a phone that is no number", human);
}

static void check_firm(struct sim *sim, uint32_t human,
		       const struct facts *const pair[SANDBOX_SIDE_COUNT])
{
	static const char *const slugs[] = {
		[SANDBOX_RECORDS] = "company", [SANDBOX_PEOPLE] = "organizations"
	};
	const struct sim_odd *odd = &sim->odd[human];

	sim->figures.checked_firms++;
	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
		const char *id = pair[side]->id;
		const char *firm = odd->firm[side];
		const size_t n = facts_count(sim->box, (enum sandbox_side)side, id, slugs[side]);

		/* A list of companies that left one out, or one that was denied twice, is believed
		 * until that is read again, which may be after the run. */
		if (side != (int)odd->firm_side && n == 0 && plan_may_lie(sim->plan))
			continue;
		if (n != (firm[0] != '\0') ||
		    (n > 0 &&
		     !facts_mentions(sim->box, (enum sandbox_side)side, id, slugs[side], firm)))
			sim_violate(sim,
				    side == (int)odd->firm_side ? P1_NO_LOST_EDIT : P3_CONVERGENCE,
				    "firm", "h%u is with %zu companies on %s, and not with \"%s\"",
				    human, n, side == SANDBOX_PEOPLE ? "people" : "records", firm);
	}
}

/* Those of whom it is plain who they are; not where something was refused: by then a human has to decide. */
void check_odd(struct sim *sim)
{
	if (!sim->plan->knobs.odd || sim->report.quarantined > 0)
		return;
	for (uint32_t human = 0; human < sim->oracle.n_humans; human++) {
		const struct facts *pair[SANDBOX_SIDE_COUNT];

		if (!check_sure_pair(sim, human, pair))
			continue;
		if (sim->odd[human].phone)
			check_phone(sim, human, pair);
		if (sim->odd[human].firm[sim->odd[human].firm_side][0] != '\0')
			check_firm(sim, human, pair);
	}
}

/* Did a user set the title between the write that was ignored and the reading behind it? */
static bool may_pass_for_ours(const struct sim *sim, const struct human *human)
{
	for (uint32_t i = 0; i < sim->oracle.n_edits; i++) {
		const struct edit *edit = &sim->oracle.edits[i];

		if (edit->human == sim->plan->deaf && edit->slot == SLOT_TITLE &&
		    edit->cycle == human->ignored_cycle && edit->at_ns >= human->ignored_ns)
			return true;
	}
	return human->passes_for_ours;
}

/* Somebody who was linked, of whom both sides would say the same by now. */
void check_ignored(struct sim *sim)
{
	const uint32_t human = sim->plan->deaf;
	const struct facts *pair[SANDBOX_SIDE_COUNT];

	if (sim->figures.ignored == 0)
		return;
	const struct human *deaf = &sim->oracle.humans[human];

	if (deaf->murk != 0 || may_pass_for_ours(sim, deaf) || !deaf->bound ||
	    !check_pair(sim, human, pair))
		return;
	sim->figures.checked_ignored++;
	if (!check_agrees(sim, pair, SLOT_TITLE) && sim->report.quarantined == 0 &&
	    sim->report.conflicts == 0)
		sim_violate(sim, P3_CONVERGENCE, "ignored",
			    "a server ignores the title of h%u, and nobody is told", human);
}
