/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes_write: sends the steps of a visit one after the other, and stores what the answers say.
 */
#include "daemon/runner/notes.h"

/* So many writes in a row without an answer that says what became of them: the side is ill. */
#define UNSURE_MOST 3

static const struct note_step *step_of(const struct notes *notes)
{
	return &notes->visit.steps.items[notes->visit.next_step - 1];
}

static const struct note *source_of(const struct notes *notes, const struct note_step *step)
{
	return &notes->visit.side[side_other(step->target)].notes.items[step->source];
}

static const struct note_content *content_of(const struct notes *notes,
					     const struct note_step *step)
{
	return &notes->visit.side[side_other(step->target)].contents.items[step->source];
}

static struct note_here *here_of(struct notes *notes, const struct note_step *step)
{
	return &notes->visit.pairs.items[step->here];
}

/* ---- Answers ---- */

/* It was certainly not carried out. */
static bool take_back(struct notes *notes, struct note_here *here, struct error *err)
{
	struct store *store = runner_store(notes->runner);

	here->pair.has_write = false;
	if (here->pair.id[here->pair.write.target].len == 0)
		return store_note_delete(store, here->pair.no, err);
	return store_note_answered(store, here->pair.no, err);
}

/* The source agrees with what was sent, the target with what it made of that. */
static bool take_answer(struct notes *notes, const struct note *answer, struct error *err)
{
	const struct note_step *step = step_of(notes);
	struct note_here *here = here_of(notes, step);
	struct note_pair *pair = &here->pair;
	struct store *store = runner_store(notes->runner);
	const enum side target = step->target;
	const bool is_create = pair->id[target].len == 0;
	const struct note_content answered = note_content_of(answer);

	pair->id[target] = answer->id;
	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		if (!step->wanted[part])
			continue;
		pair->base[target].part[part] = answered.part[part];
		pair->base[side_other(target)].part[part] = content_of(notes, step)->part[part];
	}
	pair->has_write = false;
	if (!is_create && notes->n_not_found[target] > 0 && !notes_found(notes, target, err))
		return false;
	notes->n_accepted[target]++;
	notes->runner->cycle.report.notes[target]++;
	return store_begin(store, err) && store_note_put(store, pair, err) &&
	       store_note_answered(store, pair->no, err) &&
	       notes_add_history(notes, pair, answer, is_create ? "create" : "update",
				 pair->write.reason, err) &&
	       store_commit(store, err);
}

/* The answer must be about the note that was written; that to a create about one that is new. */
static bool understand(struct notes *notes, const struct answer *answer, struct note *ret_note,
		       bool *ret_good, struct error *err)
{
	const struct note_step *step = step_of(notes);
	const struct str id = here_of(notes, step)->pair.id[step->target];
	struct note_pair pair;
	struct error ignored;
	bool taken = false;

	*ret_good = answer->records.n == 1 &&
		    notes->api[step->target]->decode(answer->records.items[0].bytes,
						     &notes->visit.arena, ret_note, &ignored);
	if (!*ret_good)
		return true;
	if (id.len > 0) {
		*ret_good = str_equal(id, ret_note->id);
		return true;
	}
	if (!store_note_find(runner_store(notes->runner), step->target, ret_note->id,
			     &notes->visit.arena, &pair, &taken, err))
		return false;
	*ret_good = !taken;
	return true;
}

/* What became of it shows when the person's notes are read the next time. */
static void leave_unsure(struct notes *notes, enum side target, const struct error *why)
{
	notes->visit.unfinished = true;
	cycle_note_failure(&notes->runner->cycle, target, why);
	if (++notes->n_unsure >= UNSURE_MOST)
		notes->broken = true;
}

static bool names_category(const struct notes *notes, const struct answer *answer)
{
	const struct str category = str_from(notes->runner->options.config->notes.category);

	for (size_t i = 0; i + category.len <= answer->words.len; i++) {
		if (str_starts(str_skip(answer->words, i), category))
			return true;
	}
	return false;
}

/* Without a category nothing can be created there: that is no single note's fault. */
static void category_is_dead(struct notes *notes)
{
	struct error err;

	notes->closed[SIDE_PEOPLE] = true;
	(void)error_set(&err, ERR_CONFIG,
			"notes.category: the people side has no category %s; give the IRI of one "
			"that is there",
			notes->runner->options.config->notes.category);
	cycle_note_failure(&notes->runner->cycle, SIDE_PEOPLE, &err);
}

static void close_side(struct notes *notes, enum side side, const struct answer *answer)
{
	struct error err = answer->err;

	if (answer->status == 403)
		(void)error_set(&err, ERR_AUTH,
				"%s: writing notes is refused (403); the token may not write them",
				side_name(side));
	else
		(void)error_wrap(&err, "%s: writing a note", side_name(side));
	notes->closed[side] = true;
	cycle_note_failure(&notes->runner->cycle, side, &err);
}

static bool refuse(struct notes *notes, const struct answer *answer, struct error *err)
{
	const struct note_step *step = step_of(notes);

	return notes_refuse(notes, step->target, source_of(notes, step), content_of(notes, step),
			    answer->status, answer->words, err);
}

static bool take_refusal(struct notes *notes, const struct answer *answer, struct error *err)
{
	const struct note_step *step = step_of(notes);
	const enum side target = step->target;
	const bool is_create = here_of(notes, step)->pair.id[target].len == 0;

	switch (answer->judgement) {
	case JUDGE_REJECTED:
	case JUDGE_CLASH:
		if (target == SIDE_PEOPLE && is_create && names_category(notes, answer)) {
			category_is_dead(notes);
			notes->visit.unfinished = true;
			return true;
		}
		return refuse(notes, answer, err);
	case JUDGE_GONE:
		/* Of a create it is the person who has gone: the link's end is not decided here. */
		return is_create || notes_not_found(notes, target, err);
	case JUDGE_MALFORMED:
		if (!is_create && (answer->status == 404 || answer->status == 405))
			return notes_cannot_update(notes, target, err);
		break;
	case JUDGE_AUTH:
		if (answer->status == 403 && notes->n_accepted[target] > 0)
			return refuse(notes, answer, err);
		break;
	case JUDGE_LIMITED:
	case JUDGE_TRANSIENT:
		notes->visit.unfinished = true;
		break;
	case JUDGE_OK:
	case JUDGE_COUNT:
		break;
	}
	close_side(notes, target, answer);
	return true;
}

static bool store_refusal(struct notes *notes, const struct answer *answer, struct error *err)
{
	struct store *store = runner_store(notes->runner);

	return store_begin(store, err) && take_refusal(notes, answer, err) &&
	       take_back(notes, here_of(notes, step_of(notes)), err) && store_commit(store, err);
}

static void on_answer(void *payload, struct answer *answer)
{
	struct notes *notes = payload;
	const enum side target = step_of(notes)->target;
	struct error err;
	struct note note;
	bool good = false;
	bool ok = true;

	if (answer->judgement == JUDGE_OK && !answer->uncertain)
		ok = understand(notes, answer, &note, &good, &err) &&
		     (!good || take_answer(notes, &note, &err));
	else if (!answer->uncertain)
		ok = store_refusal(notes, answer, &err);
	if (!ok) {
		notes_store_failed(notes, &err);
	} else if (good || !(answer->uncertain || answer->judgement == JUDGE_OK)) {
		notes->n_unsure = 0;
	} else {
		if (!answer->uncertain)
			(void)error_set(&answer->err, ERR_UNCERTAIN,
					"the answer to a write does not hold the note");
		(void)error_wrap(&answer->err, "%s: writing a note", side_name(target));
		leave_unsure(notes, target, &answer->err);
	}
	notes_write(notes);
}

/* ---- Requests ---- */

/* By these a create whose answer is lost is told from what was there before it. */
static struct str free_notes(struct visit *visit, enum side target)
{
	const struct note_side *side = &visit->side[target];
	struct buf out;

	buf_init(&out, LIMIT_NOTES_BYTES);
	for (size_t i = 0; i < side->notes.n; i++) {
		if (!side->taken.items[i]) {
			buf_add_str(&out, side->notes.items[i].id);
			buf_add_char(&out, '\n');
		}
	}
	const struct str ids = arena_copy(&visit->arena, buf_str(&out));

	buf_release(&out);
	return ids;
}

/* In the visit only; a create gets its pair here. */
static struct note_here *fill_write(struct notes *notes, struct note_step *step)
{
	struct visit *visit = &notes->visit;
	const enum side target = step->target;
	const struct note *source = source_of(notes, step);

	if (step->here == NONE) {
		struct note_here *made = VEC_PUSH(&visit->pairs);

		*made = (struct note_here){ .pair = { .link = visit->turn.link } };
		made->at[target] = NONE;
		made->at[side_other(target)] = step->source;
		made->pair.id[side_other(target)] = source->id;
		made->pair.base[side_other(target)] = *content_of(notes, step);
		step->here = visit->pairs.n - 1;
	}
	struct note_here *here = here_of(notes, step);

	here->pair.has_write = true;
	here->pair.write = (struct note_write){
		.target = target,
		.cycle = notes->runner->cycle.report.id,
		.sent_at = runner_now(notes->runner),
		.created_at = source->created_at,
		.reason = str_from(step->reason),
	};
	if (here->pair.id[target].len == 0)
		here->pair.write.others = free_notes(visit, target);
	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		here->pair.write.wanted[part] = step->wanted[part];
		here->pair.write.sent[part] = source->part[part];
		if (here->at[target] != NONE)
			here->pair.write.held[part] =
				visit->side[target].notes.items[here->at[target]].part[part];
	}
	return here;
}

static bool store_write(struct notes *notes, struct note_here *here, struct error *err)
{
	struct store *store = runner_store(notes->runner);

	return store_begin(store, err) && store_note_put(store, &here->pair, err) &&
	       store_note_sent(store, &here->pair, err) && store_commit(store, err);
}

static void send_step(struct notes *notes, const struct note_step *step,
		      const struct note_here *here)
{
	const struct note_api *api = notes->api[step->target];
	const struct str person_id = notes->visit.turn.person_id[step->target];
	struct note note = *source_of(notes, step);
	struct request request;

	note.id = here->pair.id[step->target];
	if (note.id.len == 0)
		api->create(&notes->runner->context, person_id, &note,
			    notes->runner->options.config->notes.category, &request);
	else
		api->update(&notes->runner->context, person_id, &note, step->wanted, &request);
	notes_submit(notes, step->target, &request, on_answer, notes);
}

/* What was met since it was decided stands in its way; then the next one. */
static struct note_step *next_step(struct notes *notes)
{
	struct visit *visit = &notes->visit;

	while (visit->next_step < visit->steps.n) {
		struct note_step *step = &visit->steps.items[visit->next_step++];

		if (notes->closed[step->target] ||
		    (step->here != NONE && here_of(notes, step)->pair.has_write))
			visit->unfinished = true;
		else
			return step;
	}
	return NULL;
}

void notes_write(struct notes *notes)
{
	struct runner *runner = notes->runner;
	struct note_step *step = NULL;
	struct error err;

	while (!notes->broken && !runner->stopping) {
		step = next_step(notes);
		if (step == NULL)
			break;
		struct note_here *here = fill_write(notes, step);

		if (!store_write(notes, here, &err)) {
			notes_store_failed(notes, &err);
		} else if (!runner->options.dry_run) {
			send_step(notes, step, here);
			return;
		}
	}
	if (step != NULL || notes->visit.next_step < notes->visit.steps.n)
		notes->visit.unfinished = true;
	notes_visited(notes, true);
}
