/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deeds: what users do, through the control path of the sandbox; the oracle is told of each.
 */
#include "deeds_p.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static struct sandbox_response control_answer;
static bool has_control_answer;

bool deeds_control(struct sim *sim, const char *what, struct str body,
		   char ret_id[static FACTS_ID_BYTES])
{
	char target[64];

	(void)snprintf(target, sizeof(target), "/_control/%s", what);
	const struct sandbox_request request = { .side = SANDBOX_RECORDS,
						 .method = STR_LIT("POST"),
						 .target = str_from(target),
						 .body = body };

	if (!has_control_answer) {
		sandbox_response_init(&control_answer);
		has_control_answer = true;
	}
	sandbox_handle(sim->box, &request, sim->queue.now_ns, &control_answer);
	const struct str answer = buf_str(&control_answer.body);
	const struct str head = STR_LIT("{\"id\":\"");

	ret_id[0] = '\0';
	if (control_answer.status == 200 && str_starts(answer, head)) {
		const struct str rest = str_skip(answer, head.len);

		(void)snprintf(ret_id, FACTS_ID_BYTES, "%.*s",
			       STR_ARG(str_head(rest, str_find(rest, '"'))));
		return true;
	}
	trace_line(sim->trace, sim->queue.now_ns, "    (refused: %.*s)",
		   STR_ARG(str_head(answer, 200)));
	return false;
}

/* ---- One person as its user sees it ---- */

bool deeds_look(struct sim *sim, enum sandbox_side side, const char *id, struct facts *ret_facts)
{
	facts_read(sim->box, side, &sim->after[side]);
	const struct facts *facts = facts_find(&sim->after[side], id);

	if (facts == NULL)
		return false;
	*ret_facts = *facts;
	return true;
}

static void note_touch(struct sim *sim, uint32_t human)
{
	sim->oracle.humans[human].touched_ns = sim_moment(sim);
	sim->oracle.humans[human].n_edits++;
	sim->tally.n_changed++;
}

/* Its create was not answered, or the answer died with the process; and no cycle has ended well since, so that
 * nothing had to be concluded from having seen it. */
static void note_unseen(struct sim *sim, const struct body *body)
{
	struct body *made = oracle_body(&sim->oracle, body->side, body->id);

	if (made != NULL && made->by_program &&
	    sim->oracle.humans[made->human].agreed_ns <= made->born_ns &&
	    (made->known_ns == 0 || sim->figures.kills > 0 || sim->figures.blind > 0 ||
	     sim->well_ns <= made->born_ns))
		made->changed_unseen = true;
}

/* Does the counterpart hold it too? */
static bool stands_across(struct sim *sim, const struct body *body, enum slot slot, uint32_t token)
{
	const enum sandbox_side side =
		body->side == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	const struct body *other = oracle_body_of(&sim->oracle, side, body->human, true);
	struct facts facts;

	return other != NULL && deeds_look(sim, side, other->id, &facts) &&
	       facts_has(&facts, slot, token);
}

struct edit *deeds_note(struct sim *sim, const struct body *body, enum slot slot, uint32_t token,
			uint32_t base, bool removal)
{
	const struct human *human = &sim->oracle.humans[body->human];
	struct edit edit = {
		.human = body->human,
		.cycle = sim->cycle,
		.side = body->side,
		.slot = slot,
		.token = token,
		.base = base,
		.at_ns = sim_moment(sim),
		.removal = removal,
	};
	const uint32_t gone = slot_is_set(slot) ? token : base;

	edit.strict = oracle_was_agreed(human, slot, gone) ||
		      (gone != 0 && !stands_across(sim, body, slot, gone));

	memcpy(edit.id, body->id, sizeof(edit.id));
	note_unseen(sim, body);
	note_touch(sim, body->human);
	return oracle_add_edit(&sim->oracle, &edit);
}

/* A key that two humans share, or that changed hands. */
void deeds_note_keys(struct sim *sim, uint32_t human, enum slot slot, uint32_t token)
{
	if (slot != SLOT_EMAIL && slot != SLOT_PHONE && slot != SLOT_LINKEDIN)
		return;
	for (uint32_t i = 0; i < sim->oracle.n_edits; i++) {
		const struct edit *edit = &sim->oracle.edits[i];

		if (edit->slot == slot && edit->token == token && edit->human != human) {
			sim->oracle.humans[human].murk |= MURK_SHARED;
			sim->oracle.humans[edit->human].murk |= MURK_SHARED;
		}
	}
}

/* Sends what the slot is to hold, as the whole list for sets. */
bool deeds_write(struct sim *sim, const struct body *body, enum slot slot, const uint32_t *tokens,
		 size_t n)
{
	char id[FACTS_ID_BYTES];
	struct buf text;

	buf_init(&text, 65536);
	buf_addf(&text, "{\"side\":\"%s\",\"id\":\"%s\",\"set\":{",
		 body->side == SANDBOX_PEOPLE ? "people" : "records", body->id);
	deeds_spell(sim, body->side, slot, tokens, n, &text);
	buf_add_z(&text, "}}");
	const bool ok = deeds_control(sim, "edit", buf_str(&text), id);

	buf_release(&text);
	if (ok && slot == SLOT_PHONE)
		odd_phones_written(sim, body);
	return ok;
}

/* ---- Edits ---- */

static bool edit_scalar(struct sim *sim, const struct op *op, const struct body *body,
			const struct facts *facts, uint32_t token)
{
	const uint32_t base = facts->n[op->slot] > 0 ? facts->tokens[op->slot][0] : 0;

	if (token == base || (op->slot == SLOT_NAME && token == 0) ||
	    !deeds_write(sim, body, op->slot, &token, token != 0))
		return false;
	deeds_note_keys(sim, body->human, op->slot, token);
	(void)deeds_note(sim, body, op->slot, token, base, false);
	return true;
}

/* The set becomes what is given; what goes and what comes are edits. */
bool deeds_edit_set(struct sim *sim, const struct body *body, enum slot slot,
		    const struct facts *facts, const uint32_t *tokens, size_t n)
{
	if (!deeds_write(sim, body, slot, tokens, n))
		return false;
	for (size_t i = 0; i < facts->n[slot]; i++) {
		bool stays = false;

		for (size_t k = 0; k < n; k++)
			stays = stays || tokens[k] == facts->tokens[slot][i];
		if (!stays)
			(void)deeds_note(sim, body, slot, facts->tokens[slot][i], 0, true);
	}
	for (size_t k = 0; k < n; k++) {
		if (facts_has(facts, slot, tokens[k]))
			continue;
		deeds_note_keys(sim, body->human, slot, tokens[k]);
		(void)deeds_note(sim, body, slot, tokens[k], 0, false);
	}
	return true;
}

static uint32_t token_of(const struct op *op)
{
	if (op->slot == SLOT_TAG)
		return 1 + op->token / 2 % TOKEN_TAGS;
	if (op->slot == SLOT_LEVEL)
		return 1 + op->token / 2 % TOKEN_LEVELS;
	/* A key that belongs to another human. */
	if (slot_is_set(op->slot) && op->other != NOBODY && op->other != op->human)
		return plan_base_token(op->other, op->slot, 0);
	return op->token;
}

static bool is_single(const struct sim *sim, enum sandbox_side side, enum slot slot)
{
	return side == SANDBOX_RECORDS && sim->plan->knobs.dialect == SANDBOX_ATTRIBUTES &&
	       (slot == SLOT_EMAIL || slot == SLOT_PHONE);
}

static bool edit_set(struct sim *sim, const struct op *op, const struct body *body,
		     const struct facts *facts)
{
	uint32_t tokens[FACTS_TOKENS + 1];
	size_t n = facts->n[op->slot];
	const uint32_t token = token_of(op);

	memcpy(tokens, facts->tokens[op->slot], sizeof(facts->tokens[op->slot]));
	if (op->kind == OP_SET) {
		if (facts_has(facts, op->slot, token) || n >= 6)
			return false;
		if (is_single(sim, body->side, op->slot))
			n = 0;
		tokens[n++] = token;
	} else if (n == 0) {
		return false;
	} else if (op->kind == OP_REPLACE) {
		if (facts_has(facts, op->slot, token))
			return false;
		tokens[0] = token;
	} else if (op->kind == OP_DROP) {
		tokens[op->n % n] = tokens[n - 1];
		n--;
	} else {
		n = 0;
	}
	return deeds_edit_set(sim, body, op->slot, facts, tokens, n);
}

static bool edit(struct sim *sim, const struct op *op)
{
	const struct body *body = oracle_body_of(&sim->oracle, op->side, op->human, false);
	struct facts facts;

	if (body == NULL || !plan_has_slot(&sim->plan->knobs, op->slot) ||
	    !deeds_look(sim, op->side, body->id, &facts))
		return false;
	if (slot_is_set(op->slot))
		return edit_set(sim, op, body, &facts);
	return edit_scalar(sim, op, body, &facts, op->kind == OP_CLEAR ? 0 : token_of(op));
}

/* ---- All of them ---- */

static void carry_out(struct sim *sim, uint32_t index)
{
	const struct op *op = &sim->plan->ops[index];

	if (sim->op_done[index])
		return;
	sim->op_done[index] = true;
	trace_line(sim->trace, sim->queue.now_ns, "USER %s h%u %s %s token %u%s",
		   op_kind_name(op->kind), op->human,
		   op->side == SANDBOX_PEOPLE ? "people" : "records",
		   op->kind == OP_CREATE ? "" : slot_name(op->slot), op->token,
		   op->when == WHEN_BEFORE ? "" : " (in the middle of the cycle)");
	const bool done = op->kind == OP_CREATE || op->kind == OP_TWIN ? deeds_birth(sim, op) :
			  op->kind >= OP_PHONE                         ? odd_deed(sim, op) :
			  op->kind == OP_CUSTOMER                      ? users_deed(sim, op) :
			  op->kind >= OP_NOTE                          ? notes_deed(sim, op) :
			  op->kind >= OP_MOVE                          ? deeds_rare(sim, op) :
									 edit(sim, op);

	if (done) {
		sim->figures.edits++;
		sim->tally.n_ops++;
	} else {
		trace_line(sim->trace, sim->queue.now_ns, "    (nothing to do)");
	}
}

static bool is_due(const struct sim *sim, int64_t by_ns)
{
	return sim->next_op < sim->plan->n_ops &&
	       SIM_BEGIN_NS + sim->plan->ops[sim->next_op].at_ns <= by_ns;
}

void deeds_until(struct sim *sim, int64_t until_ns)
{
	while (is_due(sim, until_ns)) {
		const int64_t at_ns = SIM_BEGIN_NS + sim->plan->ops[sim->next_op].at_ns;

		/* What a cycle was late for happens behind it, one after the other. */
		sim->queue.now_ns =
			at_ns > sim->queue.now_ns ? at_ns : sim->queue.now_ns + NS_PER_S / 10;
		carry_out(sim, sim->next_op++);
	}
}

/* Users do not all act in the same second, so it may be known who was later.  By the places of the deeds in
 * the plan: one that is left out moves no other. */
void deeds_before(struct sim *sim)
{
	const int64_t apart_ns = (sim->plan->knobs.gap_s < 60 ? 1 : 70) * (NS_PER_S / 10);
	uint32_t last = sim->plan->n_ops;

	if (sim->plan->lasts_ns > 0) {
		deeds_until(sim, sim->queue.now_ns);
		return;
	}
	for (uint32_t i = 0; i < sim->plan->n_ops; i++) {
		const struct op *op = &sim->plan->ops[i];

		/* What did not come to pass in the middle of a cycle happens after it. */
		if (sim->op_done[i] || op->cycle > sim->cycle ||
		    (op->cycle == sim->cycle && op->when != WHEN_BEFORE))
			continue;
		if (i > last)
			sim->queue.now_ns += (i - last) * apart_ns;
		last = i;
		carry_out(sim, i);
	}
}

void deeds_at(struct sim *sim, enum when when, uint32_t n)
{
	if (sim->quiet)
		return;
	if (sim->plan->lasts_ns > 0) {
		if (when == WHEN_REQUEST && is_due(sim, sim->queue.now_ns))
			carry_out(sim, sim->next_op++);
		return;
	}
	for (uint32_t i = 0; i < sim->plan->n_ops; i++) {
		const struct op *op = &sim->plan->ops[i];

		if (op->cycle == sim->cycle && op->when == when && op->n == n)
			carry_out(sim, i);
	}
}
