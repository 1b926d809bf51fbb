/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deeds_persons: users who make and remove persons, and who move keys between them; and how each side
 * spells a value.
 */
#include "deeds_p.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

/* ---- Spelling ---- */

static void spell_name(enum sandbox_side side, bool flat, uint32_t token, struct buf *out)
{
	char given[TOKEN_TEXT_BYTES];
	char family[TOKEN_TEXT_BYTES];

	token_name(token, given, family);
	if (side == SANDBOX_PEOPLE && given[0] == '\0')
		buf_addf(out, "\"givenName\":null,\"familyName\":\"%s\"", family);
	else if (side == SANDBOX_PEOPLE)
		buf_addf(out, "\"givenName\":\"%s\",\"familyName\":\"%s\"", given, family);
	else if (flat)
		buf_addf(out, "\"name\":\"%s%s%s\"", given, given[0] != '\0' ? " " : "", family);
	else if (given[0] == '\0') /* on the records side a single name is the first one */
		buf_addf(out,
			 "\"name\":[{\"first_name\":\"%s\",\"last_name\":\"\",\"full_name\":\"%s\"}"
			 "]",
			 family, family);
	else
		buf_addf(out,
			 "\"name\":[{\"first_name\":\"%s\",\"last_name\":\"%s\",\"full_name\":\"%s "
			 "%s\"}]",
			 given, family, given, family);
}

static const char *slug_of(enum sandbox_side side, bool flat, enum slot slot)
{
	static const char *const people[] = { "",        "jobTitle",       "linkedinId",
					      "address", "emailAddresses", "phoneNumbers",
					      "tags",    "customerId",     "dealSize",
					      "stage" };
	static const char *const values[] = { "",
					      "job_title",
					      "linkedin",
					      "primary_location",
					      "email_addresses",
					      "phone_numbers",
					      "tags",
					      "code",
					      "points",
					      "level" };
	static const char *const attributes[] = { "",       "job_title", "linkedin_url", "",
						  "email",  "phone",     "tags",         "code",
						  "points", "level" };

	return side == SANDBOX_PEOPLE ? people[slot] : flat ? attributes[slot] : values[slot];
}

static void spell_scalar(enum sandbox_side side, bool flat, enum slot slot, uint32_t token,
			 struct buf *out)
{
	char text[TOKEN_TEXT_BYTES];

	if (token == 0) {
		buf_add_z(out, side == SANDBOX_RECORDS && !flat ? "[]" : "null");
		return;
	}
	token_text(slot, token, text);
	if (slot == SLOT_LINKEDIN && side == SANDBOX_RECORDS)
		buf_addf(out, "\"https://www.linkedin.com/in/%s\"", text);
	else if (slot == SLOT_ADDRESS && side == SANDBOX_PEOPLE)
		buf_addf(
			out,
			"{\"street\":\"%s\",\"city\":\"Delft\",\"postalCode\":\"2611\",\"country\":"
			"\"NL\"}",
			text);
	else if (slot == SLOT_ADDRESS)
		buf_addf(out,
			 "[{\"line_1\":\"%s\",\"line_2\":null,\"line_3\":null,\"line_4\":null,"
			 "\"locality\":\"Delft\",\"region\":null,\"postcode\":\"2611\","
			 "\"country_code\":\"NL\",\"latitude\":null,\"longitude\":null}]",
			 text);
	else if (slot == SLOT_POINTS)
		buf_add_z(out, text);
	else
		buf_addf(out, "\"%s\"", text);
}

static void spell_element(struct sim *sim, enum sandbox_side side, bool flat, enum slot slot,
			  uint32_t token, struct buf *out)
{
	char text[TOKEN_TEXT_BYTES];

	token_typed(slot, token, side == SANDBOX_PEOPLE ? token : token / 2, text);
	if (slot == SLOT_TAG && side == SANDBOX_PEOPLE)
		facts_tag_iri(sim->box, token, text);
	if (slot == SLOT_EMAIL && side == SANDBOX_PEOPLE)
		buf_addf(out, "{\"email\":\"%s\"}", text);
	else if (slot == SLOT_PHONE && side == SANDBOX_PEOPLE)
		buf_addf(out, "{\"phoneNumber\":\"%s\",\"phoneType\":\"mobile\"}", text);
	else if (slot == SLOT_PHONE && !flat)
		buf_addf(out, "{\"original_phone_number\":\"%s\"}", text);
	else
		buf_addf(out, "\"%s\"", text);
}

void deeds_spell(struct sim *sim, enum sandbox_side side, enum slot slot, const uint32_t *tokens,
		 size_t n, struct buf *out)
{
	const bool flat = sim->plan->knobs.dialect == SANDBOX_ATTRIBUTES;

	if (slot == SLOT_NAME) {
		spell_name(side, flat, tokens[0], out);
		return;
	}
	buf_addf(out, "\"%s\":", slug_of(side, flat, slot));
	if (!slot_is_set(slot)) {
		spell_scalar(side, flat, slot, n > 0 ? tokens[0] : 0, out);
		return;
	}
	if (side == SANDBOX_RECORDS && flat && slot != SLOT_TAG) {
		if (n > 0)
			spell_element(sim, side, flat, slot, tokens[0], out);
		else
			buf_add_z(out, "null");
		return;
	}
	buf_add_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		spell_element(sim, side, flat, slot, tokens[i], out);
	}
	buf_add_char(out, ']');
}

/* ---- Births ---- */

static bool has_slot(const struct sim *sim, uint32_t mask, enum slot slot)
{
	return (mask & 1u << slot) != 0 && plan_has_slot(&sim->plan->knobs, slot);
}

static uint32_t birth_token(const struct op *op, enum slot slot)
{
	const bool differs = (op->mask & 1u << (slot + SLOT_COUNT)) != 0;

	return plan_base_token(op->human, slot, differs ? 1u + (uint32_t)op->side : 0);
}

static bool key_is_taken(struct sim *sim, const struct op *op)
{
	const struct body *other = oracle_body_of(&sim->oracle, op->side, op->human, true);

	return other != NULL && op->kind == OP_CREATE;
}

static void note_birth(struct sim *sim, const struct op *op, uint32_t mask, const char *id)
{
	struct body *body =
		oracle_add_body(&sim->oracle, op->side, id, op->human, false, sim->queue.now_ns);

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		if (!has_slot(sim, mask, (enum slot)slot))
			continue;
		deeds_note_keys(sim, op->human, (enum slot)slot, birth_token(op, (enum slot)slot));
		deeds_note(sim, body, (enum slot)slot, birth_token(op, (enum slot)slot), 0, false)
			->birth = true;
	}
}

bool deeds_birth(struct sim *sim, const struct op *op)
{
	const bool twin = op->kind == OP_TWIN;
	/* The same e-mail cannot be there twice. */
	const uint32_t mask = twin ? 1u << SLOT_NAME | 1u << SLOT_PHONE : op->mask;
	char id[FACTS_ID_BYTES];
	char time[CLOCK_TEXT_BYTES];
	struct buf text;
	bool first = true;

	if (key_is_taken(sim, op))
		return false;
	const int64_t hours = sim->cycle == 0 ? op->n : op->hours_old;

	clock_format(sim->queue.now_ns - hours * 3600 * NS_PER_S, 0, time);
	buf_init(&text, 65536);
	buf_addf(&text, "{\"side\":\"%s\",\"at\":\"%s\",\"set\":{",
		 op->side == SANDBOX_PEOPLE ? "people" : "records", time);
	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		const uint32_t token = birth_token(op, (enum slot)slot);

		if (!has_slot(sim, mask, (enum slot)slot))
			continue;
		if (!first)
			buf_add_char(&text, ',');
		first = false;
		deeds_spell(sim, op->side, (enum slot)slot, &token, 1, &text);
	}
	buf_add_z(&text, "}}");
	const bool ok = deeds_control(sim, "create", buf_str(&text), id);

	buf_release(&text);
	if (!ok)
		return false;
	trace_line(sim->trace, sim->queue.now_ns, "    h%u is %s on %s", op->human, id,
		   op->side == SANDBOX_PEOPLE ? "people" : "records");
	if (twin)
		sim->oracle.humans[op->human].murk |= MURK_TWIN;
	note_birth(sim, op, mask, id);
	return true;
}

/* ---- Moves ---- */

static bool take_email(struct sim *sim, const struct body *body, const struct facts *facts,
		       uint32_t instead)
{
	uint32_t tokens[FACTS_TOKENS];
	size_t n = facts->n[SLOT_EMAIL] - 1u;

	memcpy(tokens, &facts->tokens[SLOT_EMAIL][1], n * sizeof(tokens[0]));
	if (instead != 0)
		tokens[n++] = instead;
	return deeds_edit_set(sim, body, SLOT_EMAIL, facts, tokens, n);
}

static bool move_email(struct sim *sim, const struct op *op)
{
	struct body *from = oracle_body_of(&sim->oracle, op->side, op->human, false);
	struct body *to = oracle_body_of(&sim->oracle, op->side, op->other, false);
	struct facts has;
	struct facts gets;

	if (from == NULL || to == NULL || from == to ||
	    !deeds_look(sim, op->side, from->id, &has) ||
	    !deeds_look(sim, op->side, to->id, &gets) || has.n[SLOT_EMAIL] == 0 ||
	    gets.n[SLOT_EMAIL] > 5)
		return false;
	const uint32_t token = has.tokens[SLOT_EMAIL][0];
	const uint32_t other = gets.n[SLOT_EMAIL] > 0 ? gets.tokens[SLOT_EMAIL][0] : 0;
	uint32_t tokens[FACTS_TOKENS] = { token };
	size_t n = 1;

	if (op->kind == OP_SWAP && other == 0)
		return false;
	sim->oracle.humans[op->human].murk |= MURK_MOVED;
	sim->oracle.humans[op->other].murk |= MURK_MOVED;
	/* It must be free before somebody else can have it. */
	if (!take_email(sim, from, &has, 0))
		return false;
	for (size_t i = op->kind == OP_SWAP ? 1 : 0; i < gets.n[SLOT_EMAIL]; i++)
		tokens[n++] = gets.tokens[SLOT_EMAIL][i];
	if (!deeds_edit_set(sim, to, SLOT_EMAIL, &gets, tokens, n))
		return true;
	if (op->kind == OP_SWAP && deeds_look(sim, op->side, from->id, &has)) {
		uint32_t back[FACTS_TOKENS] = { other };

		memcpy(&back[1], has.tokens[SLOT_EMAIL], has.n[SLOT_EMAIL] * sizeof(back[0]));
		(void)deeds_edit_set(sim, from, SLOT_EMAIL, &has, back, has.n[SLOT_EMAIL] + 1u);
	}
	return true;
}

/* ---- Removals ---- */

static bool control_one(struct sim *sim, const char *what, const struct body *body,
			const char *more)
{
	char id[FACTS_ID_BYTES];
	struct buf text;

	buf_init(&text, 4096);
	buf_addf(&text, "{\"side\":\"%s\",\"id\":\"%s\"%s}",
		 body->side == SANDBOX_PEOPLE ? "people" : "records", body->id, more);
	const bool ok = deeds_control(sim, what, buf_str(&text), id);

	buf_release(&text);
	return ok;
}

static void mark_gone(struct sim *sim, struct body *body)
{
	body->gone = body->by_user_gone = true;
	body->gone_unseen =
		body->by_program && sim->oracle.humans[body->human].agreed_ns <= body->born_ns;
}

static bool merge(struct sim *sim, const struct op *op, struct body *body)
{
	struct body *other = oracle_body_of(&sim->oracle, SANDBOX_RECORDS, op->other, false);
	char id[FACTS_ID_BYTES];
	struct buf text;

	if (other == NULL || other == body)
		return false;
	buf_init(&text, 4096);
	buf_addf(&text, "{\"id\":\"%s\",\"other_id\":\"%s\"}", body->id, other->id);
	const bool ok = deeds_control(sim, "merge", buf_str(&text), id);

	buf_release(&text);
	if (!ok)
		return false;
	mark_gone(sim, body);
	mark_gone(sim, other);
	sim->oracle.humans[op->human].murk |= MURK_REMOVED;
	sim->oracle.humans[op->other].murk |= MURK_REMOVED;
	sim->oracle.humans[op->human].n_removals += 2; /* no simple case */
	sim->oracle.humans[op->other].n_removals += 2;
	oracle_add_body(&sim->oracle, SANDBOX_RECORDS, id, op->human, false, sim->queue.now_ns)
		->merged = op->other;
	return true;
}

bool deeds_rare(struct sim *sim, const struct op *op)
{
	if (op->kind == OP_MOVE || op->kind == OP_SWAP)
		return move_email(sim, op);
	struct body *body =
		oracle_body_of(&sim->oracle, op->side, op->human, op->kind == OP_UNARCHIVE);

	if (body == NULL)
		return false;
	if (op->kind == OP_MERGE)
		return merge(sim, op, body);
	if (op->kind == OP_UNARCHIVE && !body->archived)
		return false;
	if (op->kind == OP_DELETE ? !control_one(sim, "delete", body, "") :
				    !control_one(sim, "archive", body,
						 op->kind == OP_ARCHIVE ? ",\"archived\":true" :
									  ",\"archived\":false"))
		return false;
	struct human *human = &sim->oracle.humans[op->human];

	human->murk |= MURK_REMOVED;
	human->n_removals++;
	human->removed_ns = sim_moment(sim);
	sim->tally.n_changed++;
	if (op->kind == OP_DELETE)
		mark_gone(sim, body);
	else
		body->archived = body->by_user_archived = op->kind == OP_ARCHIVE;
	if (op->kind == OP_UNARCHIVE)
		body->unarchived_ns = sim_moment(sim);
	return true;
}
