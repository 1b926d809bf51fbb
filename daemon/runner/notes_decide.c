/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes_decide: which notes of the two persons are the same one, and what is to be written.
 *
 * A pair of which a side does not show its half any more stays: it is what keeps the other half from being
 * created again.  Nothing is deleted: the people side has no way to, and a list that shows less may be one
 * that somebody may not see the rest of.
 */
#include "daemon/runner/notes.h"

/* ---- Pairs ---- */

static size_t index_of(const struct note_side *side, struct str id)
{
	for (size_t i = 0; id.len > 0 && i < side->notes.n; i++) {
		if (str_equal(side->notes.items[i].id, id))
			return i;
	}
	return NONE;
}

static struct note_here *add_here(struct visit *visit, const struct note_pair *pair)
{
	struct note_here *here = VEC_PUSH(&visit->pairs);

	*here = (struct note_here){ .pair = *pair };
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct note_side *notes = &visit->side[side];

		here->pair.id[side] = arena_copy(&visit->arena, pair->id[side]);
		here->at[side] = index_of(notes, pair->id[side]);
		if (here->at[side] != NONE)
			notes->taken.items[here->at[side]] = true;
	}
	if (pair->has_write) {
		struct note_write *write = &here->pair.write;

		write->reason = arena_copy(&visit->arena, write->reason);
		write->others = arena_copy(&visit->arena, write->others);
		for (int part = 0; part < NOTE_PART_COUNT; part++) {
			write->held[part] = arena_copy(&visit->arena, write->held[part]);
			write->sent[part] = arena_copy(&visit->arena, write->sent[part]);
		}
	}
	return here;
}

static bool on_pair(void *payload, const struct note_pair *pair, struct error *err)
{
	struct notes *notes = payload;

	(void)err;
	(void)add_here(&notes->visit, pair);
	return true;
}

/* Notes that came along when their person was merged into this one, or linked anew. */
static bool adopt(struct notes *notes, enum side side, struct error *err)
{
	struct visit *visit = &notes->visit;
	struct note_side *list = &visit->side[side];

	for (size_t i = 0; i < list->notes.n; i++) {
		struct note_pair pair;
		bool found = false;

		if (list->taken.items[i])
			continue;
		if (!store_note_find(runner_store(notes->runner), side, list->notes.items[i].id,
				     &visit->arena, &pair, &found, err))
			return false;
		if (!found)
			continue;
		pair.link = visit->turn.link;
		if (!store_note_put(runner_store(notes->runner), &pair, err))
			return false;
		(void)add_here(visit, &pair);
	}
	return true;
}

/* Writes of an earlier visit, now that both sides are known. */
static bool settle_sent(struct notes *notes, struct error *err)
{
	struct visit *visit = &notes->visit;
	size_t n = 0;

	for (size_t i = 0; i < visit->pairs.n; i++) {
		struct note_here *here = &visit->pairs.items[i];
		enum settled settled = SETTLED_KEPT;

		if (here->pair.has_write && !notes_settle_sent(notes, here, &settled, err))
			return false;
		/* Its source stays taken: nothing is made of it in this visit. */
		if (settled == SETTLED_WAITS)
			continue;
		if (settled == SETTLED_DROPPED) {
			for (int side = 0; side < SIDE_COUNT; side++) {
				if (here->at[side] != NONE)
					visit->side[side].taken.items[here->at[side]] = false;
			}
			continue;
		}
		visit->pairs.items[n++] = *here;
	}
	visit->pairs.n = n;
	return true;
}

static bool pair_twins(struct notes *notes, bool any_time, struct error *err)
{
	struct visit *visit = &notes->visit;
	const struct note_side *records = &visit->side[SIDE_RECORDS];
	const struct note_side *people = &visit->side[SIDE_PEOPLE];
	const struct note_list list = { people->notes.items, people->contents.items,
					people->taken.items, people->notes.n };

	for (size_t i = 0; i < records->notes.n; i++) {
		const struct note *note = &records->notes.items[i];

		if (records->taken.items[i] || note->is_private)
			continue;
		const size_t twin =
			note_find_twin(note, &records->contents.items[i], &list, any_time);

		if (twin == list.n)
			continue;
		struct note_pair pair = {
			.link = visit->turn.link,
			.id = { note->id, list.notes[twin].id },
			.base = { records->contents.items[i], list.contents[twin] },
		};

		if (!store_note_put(runner_store(notes->runner), &pair, err))
			return false;
		(void)add_here(visit, &pair);
	}
	return true;
}

/* ---- Edits ---- */

/* A half that is not shown: remembered, told once.  Both: there is nothing left to remember. */
static bool note_gone(struct notes *notes, struct note_here *here, bool gone, struct error *err)
{
	const enum side side = here->at[SIDE_RECORDS] == NONE ? SIDE_RECORDS : SIDE_PEOPLE;
	struct store *store = runner_store(notes->runner);

	if (here->at[SIDE_RECORDS] == NONE && here->at[SIDE_PEOPLE] == NONE)
		return store_note_delete(store, here->pair.no, err);
	if (here->pair.gone == gone)
		return true;
	here->pair.gone = gone;
	if (!store_note_put(store, &here->pair, err))
		return false;
	const struct history_entry entry = {
		.cycle = notes->runner->cycle.report.id,
		.link = here->pair.link,
		.at = runner_now(notes->runner),
		.side = side,
		.side_id = notes->visit.turn.person_id[side],
		.field = STR_LIT("note"),
		.action = STR_LIT("unlink"),
		.reason = STR_LIT("the note is not there any more; the other side's is kept"),
	};

	return !gone || store_history_add(store, &entry, err);
}

static bool contest(struct notes *notes, const struct note_here *here, struct error *err)
{
	struct visit *visit = &notes->visit;
	const int64_t cycle = notes->runner->cycle.report.id;
	const struct conflict conflict = {
		.kind = STR_LIT("note"),
		.link = here->pair.link,
		.field = arena_format(&visit->arena, "note %lld", (long long)here->pair.no),
		.side_id = { visit->turn.person_id[SIDE_RECORDS],
			     visit->turn.person_id[SIDE_PEOPLE] },
		.evidence = arena_format(&visit->arena,
					 "edited on both sides; make it the same on both: %.*s on "
					 "records, %.*s on people",
					 STR_ARG(here->pair.id[SIDE_RECORDS]),
					 STR_ARG(here->pair.id[SIDE_PEOPLE])),
		.first_cycle = cycle,
		.last_cycle = cycle,
	};

	return store_conflict_put(runner_store(notes->runner), &conflict, err);
}

/* What may not be sent: a reason that a list of refusals shows. */
static bool may_send(struct notes *notes, const struct note_step *step, bool *ret_may,
		     struct error *err)
{
	const struct note_side *list = &notes->visit.side[side_other(step->target)];
	const struct note *source = &list->notes.items[step->source];
	const struct note_content *content = &list->contents.items[step->source];
	bool refused = false;

	*ret_may = false;
	/* The people side demands a text: a note without any waits until it has one. */
	if (source->part[NOTE_TEXT].len == 0 &&
	    (step->target == SIDE_PEOPLE || source->part[NOTE_TITLE].len == 0))
		return true;
	if (!notes_is_refused(notes, step->target, source, content, &refused, err) || refused)
		return refused;
	if (note_bytes(source) > LIMIT_NOTE_BYTES)
		return notes_refuse(notes, step->target, source, content, 0,
				    STR_LIT("left out: longer than 65536 bytes"), err);
	*ret_may = !notes->closed[step->target];
	if (notes->closed[step->target])
		notes->visit.unfinished = true;
	return true;
}

static bool add_step(struct notes *notes, const struct note_step *step, struct error *err)
{
	bool may = false;

	if (!may_send(notes, step, &may, err))
		return false;
	if (may)
		*VEC_PUSH(&notes->visit.steps) = *step;
	return true;
}

static bool take_decisions(struct notes *notes, size_t which,
			   const struct note_decision parts[NOTE_PART_COUNT], struct error *err)
{
	struct note_here *here = &notes->visit.pairs.items[which];
	struct note_step steps[SIDE_COUNT] = { 0 };
	bool any[SIDE_COUNT] = { false };
	bool contested = false;
	bool agreed = false;

	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		const struct note_decision *decision = &parts[part];
		const enum side from = decision->from;

		notes->n_left += decision->verdict == NOTE_LEFT;
		contested = contested || decision->verdict == NOTE_CONTESTED;
		agreed = agreed || decision->verdict == NOTE_AGREED;
		for (int side = 0; side < SIDE_COUNT && decision->verdict == NOTE_AGREED; side++)
			here->pair.base[side].part[part] =
				notes->visit.side[side].contents.items[here->at[side]].part[part];
		if (decision->verdict != NOTE_CARRIED && decision->verdict != NOTE_WON)
			continue;
		any[from] = steps[from].wanted[part] = true;
		if (steps[from].reason == NULL || decision->verdict == NOTE_WON)
			steps[from].reason = decision->reason;
	}
	if ((contested && !contest(notes, here, err)) ||
	    (agreed && !store_note_put(runner_store(notes->runner), &here->pair, err)))
		return false;
	for (int from = 0; from < SIDE_COUNT; from++) {
		steps[from].here = which;
		steps[from].target = side_other((enum side)from);
		steps[from].source = here->at[from];
		if (any[from] && !add_step(notes, &steps[from], err))
			return false;
	}
	return true;
}

static bool judge_pair(struct notes *notes, size_t which, struct error *err)
{
	struct visit *visit = &notes->visit;
	struct note_here *here = &visit->pairs.items[which];
	struct note_decision parts[NOTE_PART_COUNT];
	struct note_content now[SIDE_COUNT];

	if (here->at[SIDE_RECORDS] == NONE || here->at[SIDE_PEOPLE] == NONE)
		return note_gone(notes, here, true, err);
	if (!note_gone(notes, here, false, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		/* What has been made private is nobody else's. */
		if (visit->side[side].notes.items[here->at[side]].is_private)
			return true;
		now[side] = visit->side[side].contents.items[here->at[side]];
	}
	note_merge(&notes->rules, here->pair.base, now, parts);
	return take_decisions(notes, which, parts, err);
}

/* ---- New notes ---- */

static bool plan_creates(struct notes *notes, enum side from, struct error *err)
{
	const struct note_side *list = &notes->visit.side[from];
	const enum side target = side_other(from);

	if (!direction_flows_from(notes->rules.direction, from) || !notes->api[target]->creates)
		return true;
	for (size_t i = 0; i < list->notes.n; i++) {
		const struct note_step step = {
			.here = NONE,
			.target = target,
			.source = i,
			.wanted = { true, true },
			.reason = "no counterpart",
		};

		if (!list->taken.items[i] && !list->notes.items[i].is_private &&
		    !add_step(notes, &step, err))
			return false;
	}
	return true;
}

static bool decide(struct notes *notes, struct error *err)
{
	struct visit *visit = &notes->visit;
	struct store *store = runner_store(notes->runner);
	const int64_t link = visit->turn.link;

	visit->pairs.n = 0;
	if (!store_note_each(store, link, on_pair, notes, err) ||
	    !adopt(notes, SIDE_RECORDS, err) || !adopt(notes, SIDE_PEOPLE, err) ||
	    !settle_sent(notes, err) || !pair_twins(notes, false, err) ||
	    (visit->turn.first && !pair_twins(notes, true, err)))
		return false;
	for (size_t i = 0; i < visit->pairs.n; i++) {
		if (!judge_pair(notes, i, err))
			return false;
	}
	return plan_creates(notes, SIDE_RECORDS, err) && plan_creates(notes, SIDE_PEOPLE, err) &&
	       store_note_refusals_sweep(store, link, visit->refused.items, visit->refused.n,
					 err) &&
	       store_note_conflicts_sweep(store, link, notes->runner->cycle.report.id, err);
}

bool notes_decide(struct notes *notes, struct error *err)
{
	struct store *store = runner_store(notes->runner);

	return store_begin(store, err) && decide(notes, err) && store_commit(store, err);
}

/* ---- Before the people side is asked ---- */

struct looking {
	const struct note_side *records;
	size_t n_known;
	bool has_write;
};

static bool is_as_agreed(void *payload, const struct note_pair *pair, struct error *err)
{
	struct looking *looking = payload;
	const size_t at = index_of(looking->records, pair->id[SIDE_RECORDS]);

	(void)err;
	looking->has_write = looking->has_write || pair->has_write;
	looking->n_known += at != NONE && note_content_equal(&pair->base[SIDE_RECORDS],
							     &looking->records->contents.items[at]);
	return true;
}

bool notes_needs_people(struct notes *notes, bool *ret_needed, struct error *err)
{
	const struct visit *visit = &notes->visit;
	struct looking looking = { .records = &visit->side[SIDE_RECORDS] };

	*ret_needed = true;
	if (direction_flows_from(notes->rules.direction, SIDE_PEOPLE))
		return true;
	if (!store_note_each(runner_store(notes->runner), visit->turn.link, is_as_agreed, &looking,
			     err))
		return false;
	*ret_needed = looking.has_write || looking.n_known < looking.records->notes.n;
	return true;
}
