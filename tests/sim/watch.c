/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: judges every write of the program at the moment when a server carries it out, by what the
 * server held before and after.
 */
#include "check.h"
#include "mass_plan.h"

#include <stdio.h>
#include <string.h>

/* What is shorter is no id. */
#define ID_LEAST 20

static bool mentions(const struct request *request, const char *id)
{
	const struct str target = buf_str(&request->target);
	const struct str body = buf_str(&request->body);
	const size_t len = strlen(id);

	return memmem(target.p, target.len, id, len) != NULL ||
	       (body.len > 0 && memmem(body.p, body.len, id, len) != NULL);
}

static const char *side_text(enum sandbox_side side)
{
	return side == SANDBOX_PEOPLE ? "people" : "records";
}

/* Users have mixed up who is who: values may rightly travel between them. */
static bool is_mixed(const struct human *human)
{
	return (human->murk & (MURK_SHARED | MURK_MOVED | MURK_TWIN | MURK_REMOVED)) != 0;
}

/* ---- P1, P9: what was carried out ---- */

static void note_carried(struct sim *sim, enum sandbox_side side, const struct facts *was,
			 const struct facts *is)
{
	struct oracle *oracle = &sim->oracle;

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		for (size_t i = 0; i < is->n[slot]; i++) {
			const uint32_t token = is->tokens[slot][i];

			if ((was != NULL && facts_has(was, (enum slot)slot, token)) ||
			    oracle->n_carried == ORACLE_EDITS)
				continue;
			struct carried *carried = &oracle->carried[oracle->n_carried++];

			*carried = (struct carried){ .side = side,
						     .slot = (enum slot)slot,
						     .token = token,
						     .create = was == NULL,
						     .cycle = sim->cycle,
						     .at_ns = sim->queue.now_ns };
			memcpy(carried->id, is->id, sizeof(carried->id));
		}
	}
}

/* Did this write undo that edit? */
static bool undoes(const struct edit *edit, const struct facts *was, const struct facts *is)
{
	if (edit->removal)
		return !facts_has(was, edit->slot, edit->token) &&
		       facts_has(is, edit->slot, edit->token);
	if (edit->token == 0)
		return was->n[edit->slot] == 0 && is->n[edit->slot] > 0;
	return facts_has(was, edit->slot, edit->token) && !facts_has(is, edit->slot, edit->token);
}

/* Nobody can know of what was set after the last reading; and of a scalar only the last one stood. */
static bool is_raced(const struct edit *edit, const struct body *body, const struct facts *was,
		     const struct facts *is)
{
	if (edit->raced || edit->side != body->side || strcmp(edit->id, body->id) != 0 ||
	    edit->at_ns < body->known_ns)
		return false;
	if (slot_is_set(edit->slot))
		return undoes(edit, was, is);
	return was->n[edit->slot] != is->n[edit->slot] ||
	       was->tokens[edit->slot][0] != is->tokens[edit->slot][0];
}

/* Where each target is to be read again, its list is no excuse. */
static void check_was_asked(struct sim *sim, const struct body *body)
{
	if (sim->plan->knobs.verify_after_s == 0 && !sim->is_late &&
	    body->asked_ns < body->listed_ns)
		sim_violate(sim, P1_NO_LOST_EDIT, "unverified",
			    "h%u was overwritten on %s, and not read again before", body->human,
			    side_text(body->side));
}

static void note_races(struct sim *sim, const struct body *body, const struct facts *was,
		       const struct facts *is)
{
	struct oracle *oracle = &sim->oracle;

	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		struct edit *edit = &oracle->edits[i];

		if (!is_raced(edit, body, was, is))
			continue;
		edit->raced = true;
		sim->figures.raced++;
		check_was_asked(sim, body);
		trace_line(sim->trace, sim->queue.now_ns,
			   "    (the edit of %s to %u could not be known of)",
			   slot_name(edit->slot), edit->token);
	}
}

/* ---- P4: only values that a user set ---- */

static void check_values(struct sim *sim, const struct body *body, const struct facts *was,
			 const struct facts *is)
{
	const struct human *human = &sim->oracle.humans[body->human];

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		for (size_t i = 0; i < is->n[slot]; i++) {
			const uint32_t token = is->tokens[slot][i];

			if ((was != NULL && facts_has(was, (enum slot)slot, token)) ||
			    (is_mixed(human) && token != TOKEN_ALIEN) ||
			    oracle_knows(&sim->oracle, body->human, (enum slot)slot, token))
				continue;
			sim_violate(sim, P4_NO_ECHO, "alien",
				    "%s %s (h%u) was given %s %u, which no user ever set",
				    side_text(body->side), body->id, body->human,
				    slot_name((enum slot)slot), token);
		}
	}
}

/* ---- P10: only what differs, only to whom it differs ---- */

static void check_needed(struct sim *sim, const struct body *body, const struct facts *was,
			 const struct facts *is, const struct request *request)
{
	const struct human *human = &sim->oracle.humans[body->human];

	const struct str text = buf_str(&request->body);

	/* The title that it was for may have been ignored. */
	if (body->human == sim->plan->deaf)
		return;
	/* Somebody else may have done the same in the meantime. */
	if (human->touched_ns > body->known_ns || human->removed_ns > body->known_ns)
		return;
	/* An old state has read the target a moment ago, as far as it knows. */
	if (sim->figures.losses > 0 && sim->plan->knobs.verify_after_s > 0)
		return;
	/* A survivor may hold what went with the other record, and its own answer leave that out:
	 * it is cleared. */
	if (body->merged != NOBODY && memmem(text.p, text.len, ":null", 5) != NULL)
		return;
	if (was->sum == is->sum)
		sim_violate(sim, P10_LEAST_TRAFFIC, "needless",
			    "%s %s (h%u) was written and nothing changed: %.*s",
			    side_text(body->side), body->id, body->human,
			    STR_ARG(str_head(text, 300)));
	else if (text.len > 0)
		watch_fields(sim, body, was, is, text);
}

/* ---- P2, P5 ---- */

/* Made by the program, and not yet edited beyond recognition. */
static bool is_recognisable(const struct sim *sim, const struct body *there, const struct facts *a,
			    const struct facts *source)
{
	const struct oracle *oracle = &sim->oracle;

	if (!there->by_program)
		return false;
	if (sim->plan->knobs.marker && there->side == SANDBOX_PEOPLE)
		return true;
	if (a != NULL && source != NULL && check_share_key(a, source))
		return true;
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (strcmp(edit->id, there->id) == 0)
			return false;
		/* The lost state knew from whom it had been made. */
		if (sim->figures.losses > 0 && edit->human == there->human && !edit->birth)
			return false;
	}
	return true;
}

/* Whether it was read or not: before a person is created on a side that is not read whole, the side is asked
 * for its e-mail.  Some servers find it only as it is spelled there. */
static bool is_askable(const struct sim *sim, const struct human *human, const struct facts *there,
		       const struct facts *source)
{
	if (!sim->plan->knobs.quick || sim->plan->knobs.exact_search || there == NULL ||
	    source == NULL || human->touched_ns >= sim->report.started_at)
		return false;
	for (size_t i = 0; i < source->n[SLOT_EMAIL]; i++) {
		if (facts_has(there, SLOT_EMAIL, source->tokens[SLOT_EMAIL][i]))
			return true;
	}
	return false;
}

static void check_twin(struct sim *sim, const struct facts *made, struct human *human,
		       uint32_t number, enum sandbox_side side)
{
	struct oracle *oracle = &sim->oracle;
	const enum sandbox_side other_side =
		side == SANDBOX_PEOPLE ? SANDBOX_RECORDS : SANDBOX_PEOPLE;
	const struct body *there = oracle_body_of(oracle, side, number, false);
	const struct body *source = oracle_body_of(oracle, other_side, number, false);

	if (there == NULL)
		return;
	facts_read(sim->box, other_side, &sim->after[other_side]);
	const struct facts *a = facts_find(&sim->before[side], there->id);
	const struct facts *b =
		source != NULL ? facts_find(&sim->after[other_side], source->id) : NULL;
	const bool known = there->known_ns > 0 && human->touched_ns < sim->report.started_at;
	const bool bound = human->is_agreed || is_recognisable(sim, there, a, b) ||
			   (known && a != NULL && b != NULL && check_share_key(a, b)) ||
			   is_askable(sim, human, a, b);

	/* A server that hides somebody who was never linked, or of whom the state that is left knows nothing,
	 * cannot be seen through. */
	const bool unknown = !there->by_program || sim->figures.losses > 0;
	const bool lied = sim->tally.n_lies > 0 || (sim->is_late && plan_may_lie(sim->plan));
	const bool hidden = lied && unknown && !human->is_agreed;

	/* Whom it could know of when it was sent nobody can tell any more; but not whom it made itself since. */
	const bool unseen = sim->is_late && !there->by_program;

	/* Of whom it is made the old state has the last word: the turn has not come to him since. */
	const bool stale = source != NULL && source->known_ns < oracle->state_lost_ns;

	if (!bound || hidden || unseen || stale || (human->murk & ~(unsigned)MURK_POISON) != 0) {
		human->murk |= MURK_TWIN;
		return;
	}
	sim_violate(sim, P2_NO_DUPLICATE, "twin",
		    "h%u is %s on %s and was created there again as %s", number, there->id,
		    side_text(side), made->id);
}

/* A user took away all that the person had but the name that was invented for it, and maybe a tag,
 * and removed the other one: the edit wins, with what there is. */
static bool is_left_over(const struct sim *sim, const struct facts *made)
{
	bool removed = false;

	for (uint32_t i = 0; i < sim->oracle.n_humans; i++)
		removed = removed || (sim->oracle.humans[i].murk & MURK_REMOVED) != 0;
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		removed = removed && (made->n[slot] == 0 || slot_is_shared((enum slot)slot));
	return removed;
}

static void on_created(struct sim *sim, enum sandbox_side side, const struct facts *made)
{
	struct oracle *oracle = &sim->oracle;
	const uint32_t number = oracle_whose(oracle, made);

	sim->figures.creates++;
	if (number == NOBODY && (sim->figures.losses > 0 || is_left_over(sim, made)))
		return; /* an invented name: only the lost state, or link, knew that it was one */
	if (number == NOBODY) {
		sim_violate(sim, P4_NO_ECHO, "nobody", "%s %s was created of nobody's values",
			    side_text(side), made->id);
		return;
	}
	struct human *human = &oracle->humans[number];

	check_twin(sim, made, human, number, side);
	struct body *body =
		oracle_add_body(oracle, side, made->id, number, true, sim->queue.now_ns);

	human->bound = true;
	/* Without its title: if the answer is lost, too, that is not what was sent. */
	body->changed_unseen = number == sim->plan->deaf && human->ignored_ns == sim->queue.now_ns;
	trace_line(sim->trace, sim->queue.now_ns, "    h%u was created on %s as %s", number,
		   side_text(side), made->id);
	check_values(sim, body, NULL, made);
	note_carried(sim, side, NULL, made);
}

static bool was_carried(const struct oracle *oracle, const struct edit *edit)
{
	for (uint32_t i = 0; i < oracle->n_carried; i++) {
		const struct carried *carried = &oracle->carried[i];

		if (carried->side != edit->side && carried->slot == edit->slot &&
		    carried->token == edit->token)
			return true;
	}
	return false;
}

/* Did a user replace it since, or was there an edit on the other side that it may have lost to? */
static bool is_outdone(const struct oracle *oracle, const struct edit *edit, int64_t agreed_ns)
{
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *other = &oracle->edits[i];

		if (other->human != edit->human || other->slot != edit->slot || other->birth)
			continue;
		if (other->side == edit->side ?
			    other->number > edit->number &&
				    (!slot_is_set(edit->slot) || other->token == edit->token) :
			    other->at_ns > agreed_ns)
			return true;
	}
	return false;
}

/* P1 at a removal: under edit_wins nobody goes whose edit is known and was not carried. */
static void check_buried(struct sim *sim, const struct body *body)
{
	const struct oracle *oracle = &sim->oracle;
	const struct human *human = &oracle->humans[body->human];

	if (sim->plan->knobs.on_edited != 0 || !human->is_agreed || human->murk != MURK_REMOVED ||
	    human->n_removals != 1)
		return;
	for (uint32_t i = 0; i < oracle->n_edits; i++) {
		const struct edit *edit = &oracle->edits[i];

		if (strcmp(edit->id, body->id) != 0 || edit->birth || edit->raced || edit->unsure ||
		    edit->removal || edit->token == 0 || edit->at_ns <= human->agreed_ns ||
		    edit->at_ns >= body->known_ns || check_is_single(sim, edit->slot) ||
		    was_carried(oracle, edit) || is_outdone(oracle, edit, human->agreed_ns))
			continue;
		sim_violate(
			sim, P1_NO_LOST_EDIT, "buried",
			"%s %s (h%u) was removed with the edit of %s to %u, which nobody carried",
			side_text(body->side), body->id, body->human, slot_name(edit->slot),
			edit->token);
	}
}

/* Their keys may have made one of two humans. */
static bool are_mixed(const struct oracle *oracle, const struct body *one, const struct body *other)
{
	return is_mixed(&oracle->humans[one->human]) && is_mixed(&oracle->humans[other->human]);
}

/* A user removed it, or brought it back after the last reading; or the program did, and the state that knew
 * of that was lost. */
static bool is_reason(const struct sim *sim, const struct body *other)
{
	return other->by_user_gone || other->by_user_archived ||
	       other->unarchived_ns > other->known_ns ||
	       (sim->figures.losses > 0 && (other->gone || other->archived));
}

/* Somebody is gone or archived by the program: a user must have removed the counterpart. */
static void on_removed(struct sim *sim, struct body *body, const char *how)
{
	struct oracle *oracle = &sim->oracle;
	bool by_user = false;

	sim->figures.removals++;
	sim->tally.n_removed++;
	check_buried(sim, body);
	for (uint32_t i = 0; i < oracle->n_bodies; i++) {
		const struct body *other = &oracle->bodies[i];

		const bool counterpart = other->human == body->human ||
					 other->human == body->merged ||
					 are_mixed(oracle, body, other);

		by_user = by_user ||
			  (counterpart && other->side != body->side && is_reason(sim, other));
	}
	if (!by_user)
		sim_violate(sim, P5_SAFE_REMOVAL, "removed",
			    "%s %s (h%u) was %s, and no user removed the counterpart",
			    side_text(body->side), body->id, body->human, how);
}

/* P5: nobody has allowed that most of a field is overwritten. */
static void check_mass(struct sim *sim, const struct body *body, const struct facts *was,
		       const struct facts *is)
{
	const uint32_t most = plan_mass_most(sim->plan);

	if (!plan_is_mass(sim->plan) || sim->quiet || body->side != SANDBOX_RECORDS ||
	    (was->n[SLOT_TITLE] == is->n[SLOT_TITLE] &&
	     was->tokens[SLOT_TITLE][0] == is->tokens[SLOT_TITLE][0]))
		return;
	if (++sim->n_mass > most)
		sim_violate(sim, P5_SAFE_REMOVAL, "mass",
			    "a mass change has reached %u persons, and %u may be changed",
			    sim->n_mass, most);
}

static void on_updated(struct sim *sim, struct body *body, const struct facts *was,
		       const struct facts *is, const struct request *request)
{
	sim->figures.updates++;
	sim->oracle.humans[body->human].n_updates++;
	if (is->archived != was->archived) {
		body->archived = is->archived;
		if (is->archived)
			on_removed(sim, body, "archived");
		return;
	}
	check_mass(sim, body, was, is);
	check_needed(sim, body, was, is, request);
	check_values(sim, body, was, is);
	note_races(sim, body, was, is);
	note_carried(sim, body->side, was, is);
}

void watch_before(struct sim *sim, enum sandbox_side side)
{
	facts_read(sim->box, side, &sim->before[side]);
}

void watch_after(struct sim *sim, enum sandbox_side side, const struct request *request, int status)
{
	const struct facts_list *was = &sim->before[side];
	struct facts_list *is = &sim->after[side];

	if (status < 200 || status > 299)
		return;
	sim->tally.n_carried++;
	sim->figures.writes++;
	facts_read(sim->box, side, is);
	if (notes_is_write(request) || users_is_write(request))
		return;
	for (size_t i = 0; i < was->n; i++) {
		const struct facts *old = &was->items[i];
		const struct facts *now = facts_find(is, old->id);
		struct body *body = oracle_body(&sim->oracle, side, old->id);

		if (body == NULL)
			continue;
		if (now == NULL) {
			body->gone = true;
			on_removed(sim, body, "deleted");
		} else if (now->sum != old->sum || mentions(request, old->id)) {
			on_updated(sim, body, old, now, request);
		}
	}
	for (size_t i = 0; i < is->n; i++) {
		if (facts_find(was, is->items[i].id) == NULL)
			on_created(sim, side, &is->items[i]);
		/* What was created may have been looked up on the way. */
		is = &sim->after[side];
	}
}

static bool is_of_id(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Ids are words of an answer, whatever stands around them. */
static struct str next_word(struct str *rest)
{
	size_t from = 0, to;

	while (from < rest->len && !is_of_id(rest->p[from]))
		from++;
	for (to = from; to < rest->len && is_of_id(rest->p[to]);)
		to++;
	const struct str word = str_head(str_skip(*rest, from), to - from);

	*rest = str_skip(*rest, to);
	return word;
}

void watch_delivered(struct sim *sim, enum sandbox_side side, struct str body, int64_t served_at,
		     bool list)
{
	struct oracle *oracle = &sim->oracle;
	struct str rest = body;

	while (rest.len > 0) {
		const struct str word = next_word(&rest);
		struct body *known = word.len >= ID_LEAST && word.len < FACTS_ID_BYTES ?
					     oracle_body_named(oracle, side, word) :
					     NULL;

		if (known == NULL || known->known_ns >= served_at ||
		    sim_is_spoiled(sim, known->human, side))
			continue;
		known->known_ns = served_at;
		*(list ? &known->listed_ns : &known->asked_ns) = served_at;
		if (known->fresh_ns <= oracle->humans[known->human].touched_ns)
			known->fresh_ns = served_at;
	}
}
