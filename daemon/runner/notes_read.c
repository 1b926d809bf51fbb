/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes_read: all notes of a visit's persons, page by page.  Nothing is concluded from a list that was not
 * read to its end: a list without a total ends with a page that shows nothing new.
 */
#include "daemon/runner/notes.h"

#include "base/log.h"

static void request_page(struct notes *notes, enum side side);

/* The visit ends without a decision; the person's turn comes again. */
static void leave_out(struct notes *notes, enum side side, const struct error *err)
{
	struct error named = *err;

	LOG_WARN("the notes of a person are left out", LOG_STR("side", side_name(side)),
		 LOG_I64("link", notes->visit.turn.link), LOG_ERR(err));
	(void)error_wrap(&named, "%s: the notes of link %lld", side_name(side),
			 (long long)notes->visit.turn.link);
	cycle_note_failure(&notes->runner->cycle, side, &named);
	notes_visited(notes, false);
}

static bool is_known(const struct note_side *side, struct str id)
{
	for (size_t i = 0; i < side->notes.n; i++) {
		if (str_equal(side->notes.items[i].id, id))
			return true;
	}
	return false;
}

static bool take_note(struct notes *notes, enum side which, const struct raw_record *record,
		      struct error *err)
{
	struct visit *visit = &notes->visit;
	struct note_side *side = &visit->side[which];
	const struct str owner = visit->turn.person_id[which];
	struct note note;

	if (!notes->api[which]->decode(record->bytes, &visit->arena, &note, err))
		return false;
	side->n_shown++;
	/* A filter that was ignored shows everybody's. */
	if ((note.person_id.len > 0 && !str_equal(note.person_id, owner)) ||
	    is_known(side, note.id))
		return true;
	side->bytes += note_bytes(&note);
	if (side->notes.n >= LIMIT_NOTES || side->bytes > LIMIT_NOTES_BYTES)
		return error_set(err, ERR_REJECTED,
				 "more than %d notes, or than %zu bytes of them, are not carried",
				 LIMIT_NOTES, LIMIT_NOTES_BYTES);
	*VEC_PUSH(&side->notes) = note;
	*VEC_PUSH(&side->contents) = note_content_of(&note);
	*VEC_PUSH(&side->taken) = false;
	return true;
}

static void decide(struct notes *notes)
{
	struct error err;

	if (!notes_decide(notes, &err)) {
		notes_store_failed(notes, &err);
		notes_visited(notes, false);
		return;
	}
	notes_write(notes);
}

static void side_read(struct notes *notes, enum side side)
{
	struct visit *visit = &notes->visit;
	bool needed = true;
	struct error err;

	visit->side[side].whole = true;
	if (side == SIDE_PEOPLE) {
		decide(notes);
		return;
	}
	if (!notes_needs_people(notes, &needed, &err)) {
		notes_store_failed(notes, &err);
		notes_visited(notes, false);
	} else if (!needed) {
		notes_visited(notes, false);
	} else if (!notes_may_ask(notes, SIDE_PEOPLE)) {
		visit->unfinished = true;
		notes_visited(notes, false);
	} else {
		request_page(notes, SIDE_PEOPLE);
	}
}

/* Is there a page behind this one? */
static bool has_more(const struct note_side *side, const struct answer *answer, size_t n_before)
{
	if (answer->records.n == 0 || side->notes.n == n_before)
		return false;
	if (answer->info.total >= 0)
		return side->n_shown < (uint64_t)answer->info.total;
	return true;
}

static void take_page(struct notes *notes, enum side which, const struct answer *answer)
{
	struct note_side *side = &notes->visit.side[which];
	const size_t n_before = side->notes.n;
	struct error err;

	for (size_t i = 0; i < answer->records.n; i++) {
		if (!take_note(notes, which, &answer->records.items[i], &err)) {
			leave_out(notes, which, &err);
			return;
		}
	}
	side->n_pages++;
	if (has_more(side, answer, n_before) && !notes->runner->stopping) {
		request_page(notes, which);
	} else if (notes->runner->stopping) {
		notes->visit.unfinished = true;
		notes_visited(notes, false);
	} else if (answer->info.total > (int64_t)side->n_shown) {
		(void)error_set(&err, ERR_TRANSIENT, "the list is cut short; try later");
		leave_out(notes, which, &err);
	} else {
		side_read(notes, which);
	}
}

/* Somebody who is not there any more has no notes: what becomes of the link is not decided here. */
static void on_page(struct notes *notes, enum side side, struct answer *answer)
{
	switch (answer->judgement) {
	case JUDGE_OK:
		take_page(notes, side, answer);
		return;
	case JUDGE_GONE:
		notes_visited(notes, false);
		return;
	case JUDGE_REJECTED:
	case JUDGE_CLASH:
		leave_out(notes, side, &answer->err);
		return;
	case JUDGE_AUTH:
	case JUDGE_LIMITED:
	case JUDGE_TRANSIENT:
	case JUDGE_MALFORMED:
	case JUDGE_COUNT:
		break;
	}
	notes->visit.unfinished = notes->visit.turn.due;
	notes_break(notes, side, &answer->err);
	notes_visited(notes, false);
}

static void on_records_page(void *payload, struct answer *answer)
{
	on_page(payload, SIDE_RECORDS, answer);
}

static void on_people_page(void *payload, struct answer *answer)
{
	on_page(payload, SIDE_PEOPLE, answer);
}

static void request_page(struct notes *notes, enum side side)
{
	static fetch_fn *const on_answer[] = {
		[SIDE_RECORDS] = on_records_page,
		[SIDE_PEOPLE] = on_people_page,
	};
	const struct note_side *read = &notes->visit.side[side];
	const struct note_page page = { .person_id = notes->visit.turn.person_id[side],
					.number = read->n_pages,
					.offset = read->n_shown };
	struct request request;

	notes->api[side]->list(&notes->runner->context, &page, &request);
	notes_submit(notes, side, &request, on_answer[side], notes);
}

void notes_read(struct notes *notes)
{
	request_page(notes, SIDE_RECORDS);
}
