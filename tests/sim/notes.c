/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes: users who write and edit notes, and what must have become of them in the end.  A note is known by
 * its title, which nobody changes; each edit sets a text of its own.
 */
#include "check.h"

#include "deeds_p.h"

#include <stdio.h>
#include <string.h>

#define TEXT_BYTES 32

static const char *side_text(enum sandbox_side side)
{
	return side == SANDBOX_PEOPLE ? "people" : "records";
}

static void title_of(const struct sim_note *note, char ret_text[static TEXT_BYTES])
{
	(void)snprintf(ret_text, TEXT_BYTES, "Note %u", note->token);
}

static void words_of(uint32_t token, char ret_text[static TEXT_BYTES])
{
	(void)snprintf(ret_text, TEXT_BYTES, "Words %u.", token);
}

static struct facts_note look(const struct sim *sim, enum sandbox_side side,
			      const struct sim_note *note)
{
	char title[TEXT_BYTES];

	title_of(note, title);
	return facts_notes(sim->box, side, title);
}

void notes_configure(const struct sim *sim, struct buf *out)
{
	buf_addf(out, "notes = { enabled = true; category = \"/note_categories/%s\"; };\n",
		 facts_note_category(sim->box));
}

/* ---- What users do ---- */

static bool post(struct sim *sim, const char *what, const char *id_key, const char *id,
		 enum sandbox_side side, const char *title, const char *words)
{
	char ret_id[FACTS_ID_BYTES];
	struct buf text;

	buf_init(&text, 1024);
	buf_addf(&text, "{\"side\":\"%s\",\"%s\":\"%s\",\"text\":\"%s\"", side_text(side), id_key,
		 id, words);
	if (title != NULL)
		buf_addf(&text, ",\"title\":\"%s\"", title);
	buf_add_char(&text, '}');
	const bool ok = deeds_control(sim, what, buf_str(&text), ret_id);

	buf_release(&text);
	return ok;
}

static bool write_note(struct sim *sim, const struct op *op)
{
	const struct body *body = oracle_body_of(&sim->oracle, op->side, op->human, false);
	struct sim_note *note = &sim->notes[sim->n_notes];
	char title[TEXT_BYTES];
	char words[TEXT_BYTES];

	if (body == NULL || sim->n_notes == SIM_NOTES)
		return false;
	*note = (struct sim_note){ .human = op->human, .side = op->side, .token = op->token };
	note->words[0] = note->words[1] = op->token;
	title_of(note, title);
	words_of(op->token, words);
	if (!post(sim, "note", "id", body->id, op->side, title, words))
		return false;
	sim->n_notes++;
	sim->figures.notes++;
	return true;
}

static bool edit_note(struct sim *sim, const struct op *op)
{
	char words[TEXT_BYTES];

	if (sim->n_notes == 0)
		return false;
	struct sim_note *note = &sim->notes[op->n % sim->n_notes];

	const struct facts_note there = look(sim, op->side, note);

	words_of(op->token, words);
	if (there.n == 0 || !post(sim, "note/edit", "note", there.id, op->side, NULL, words))
		return false;
	note->words[op->side] = op->token;
	note->n_edits[op->side]++;
	note->unsure = note->unsure || sim->figures.losses > 0;
	return true;
}

bool notes_deed(struct sim *sim, const struct op *op)
{
	return op->kind == OP_NOTE ? write_note(sim, op) : edit_note(sim, op);
}

/* ---- What the program does ---- */

bool notes_is_write(const struct request *request)
{
	const struct str target = buf_str(&request->target);

	return target.len > 0 && memmem(target.p, target.len, "/notes", 6) != NULL;
}

/* An edited note is known by its words only: the request names the note's id, and not whose it is. */
void notes_forbidden(struct sim *sim, const struct request *request)
{
	const struct str body = buf_str(&request->body);

	for (uint32_t i = 0; i < sim->n_notes && body.len > 0; i++) {
		for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
			char words[TEXT_BYTES];

			words_of(sim->notes[i].words[side], words);
			if (memmem(body.p, body.len, words, strlen(words)) != NULL)
				sim->oracle.humans[sim->notes[i].human].murk |= MURK_POISON;
		}
	}
}

/* What the history tells of a text, before the state may be lost. */
void notes_told(struct sim *sim, const struct history_entry *entry)
{
	char words[TEXT_BYTES];

	for (uint32_t i = 0; i < sim->n_notes; i++) {
		for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
			words_of(sim->notes[i].words[side], words);
			if (str_equal_z(entry->old_value, words) ||
			    str_equal_z(entry->new_value, words))
				sim->notes[i].told[side] = sim->notes[i].words[side];
		}
	}
}

/* ---- What must be ---- */

static bool flows_from(const struct sim *sim, enum sandbox_side side)
{
	return sim->plan->knobs.dialect == SANDBOX_VALUES || side == SANDBOX_RECORDS;
}

/* An edit that stands nowhere, and of which the history has no word.  A state that was lost took along what
 * it knew of who was first. */
static void check_words(struct sim *sim, const struct sim_note *note,
			const struct facts_note there[SANDBOX_SIDE_COUNT])
{
	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
		char words[TEXT_BYTES];

		words_of(note->words[side], words);
		if (note->n_edits[side] == 0 || note->told[side] == note->words[side] ||
		    sim->figures.losses > 0)
			continue;
		if (strcmp(there[0].text, words) != 0 && strcmp(there[1].text, words) != 0)
			sim_violate(sim, P1_NO_LOST_EDIT, "note-edit",
				    "note %u of h%u: the edit to %u on %s stands nowhere",
				    note->token, note->human, note->words[side],
				    side_text((enum sandbox_side)side));
	}
}

static void check_same(struct sim *sim, const struct sim_note *note,
		       const struct facts_note there[SANDBOX_SIDE_COUNT])
{
	const bool both = note->n_edits[0] > 0 && note->n_edits[1] > 0;

	if (!flows_from(sim, SANDBOX_PEOPLE) && note->n_edits[SANDBOX_PEOPLE] > 0)
		return;
	if (sim->plan->knobs.policy == PLAN_MANUAL &&
	    (both || note->unsure || sim->figures.losses > 0))
		return;
	if (strcmp(there[0].text, there[1].text) != 0)
		sim_violate(sim, P3_CONVERGENCE, "note-differs",
			    "note %u of h%u: \"%s\" and \"%s\"", note->token, note->human,
			    there[0].text, there[1].text);
}

static void check_note(struct sim *sim, const struct sim_note *note)
{
	const unsigned murk = sim->oracle.humans[note->human].murk;
	const struct facts_note there[SANDBOX_SIDE_COUNT] = { look(sim, SANDBOX_RECORDS, note),
							      look(sim, SANDBOX_PEOPLE, note) };
	const size_t n[SANDBOX_SIDE_COUNT] = { there[0].n, there[1].n };
	const struct facts *pair[SANDBOX_SIDE_COUNT];

	/* What was edited, or whose person was merged or made anew, a state that is older can't recognise. */
	const bool untouched = murk == 0 && note->n_edits[0] + note->n_edits[1] == 0;

	if ((n[0] > 1 || n[1] > 1) &&
	    (untouched || (sim->figures.losses == 0 && (murk & ~(unsigned)MURK_REMOVED) == 0)))
		sim_violate(sim, P2_NO_DUPLICATE, "note-twin",
			    "note %u of h%u is there %zu times on records, %zu on people",
			    note->token, note->human, n[0], n[1]);
	if (!flows_from(sim, note->side) || !check_sure_pair(sim, note->human, pair))
		return;
	sim->figures.checked_notes++;
	if (n[0] == 0 || n[1] == 0) {
		sim_violate(
			sim, P3_CONVERGENCE, "note-missing",
			"note %u of h%u, written on %s, is there %zu times on records, %zu on people",
			note->token, note->human, side_text(note->side), n[0], n[1]);
		return;
	}
	/* Which of two is looked at is chance. */
	if (n[0] > 1 || n[1] > 1)
		return;
	check_same(sim, note, there);
	check_words(sim, note, there);
}

void check_notes(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->n_notes; i++)
		check_note(sim, &sim->notes[i]);
}
