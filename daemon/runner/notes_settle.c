/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes_settle: what became of the write of a note: its history, its quarantine, and, of a write whose
 * answer was lost, what the sides tell of it now.
 */
#include "daemon/runner/notes.h"

/* ---- History ---- */

static bool add_part(struct notes *notes, const struct note_pair *pair, enum note_part part,
		     struct str now, const char *action, struct str reason, struct error *err)
{
	const enum side target = pair->write.target;
	const struct history_entry entry = {
		.cycle = notes->runner->cycle.report.id,
		.link = pair->link,
		.at = runner_now(notes->runner),
		.side = target,
		.side_id = notes->visit.turn.person_id[target],
		.field = str_from(note_part_name(part)),
		.action = str_from(action),
		.old_value = pair->write.held[part],
		.new_value = now,
		.reason = reason,
	};

	return store_history_add(runner_store(notes->runner), &entry, err);
}

bool notes_add_history(struct notes *notes, const struct note_pair *pair, const struct note *now,
		       const char *action, struct str reason, struct error *err)
{
	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		const bool any = pair->write.held[part].len > 0 || now->part[part].len > 0;

		if (pair->write.wanted[part] && any &&
		    !add_part(notes, pair, (enum note_part)part, now->part[part], action, reason,
			      err))
			return false;
	}
	return true;
}

/* ---- Refusals ---- */

/* Other content is tried again. */
static struct digest refused_content(const struct note_content *content)
{
	return digest_of((struct str){ (const char *)content, sizeof(*content) }, 0);
}

static struct str refused_source(struct notes *notes, const struct note *source)
{
	return arena_format(&notes->visit.arena, QUARANTINE_NOTE "%.*s", STR_ARG(source->id));
}

bool notes_refuse(struct notes *notes, enum side target, const struct note *source,
		  const struct note_content *content, int status, struct str words,
		  struct error *err)
{
	const int64_t now = runner_now(notes->runner);
	const struct str name = refused_source(notes, source);
	const struct quarantine quarantine = {
		.target = target,
		.link = notes->visit.turn.link,
		.source_id = name,
		.target_id = notes->visit.turn.person_id[target],
		.status = status,
		.words = words,
		.content = refused_content(content),
		.first_at = now,
		.last_at = now,
	};

	*VEC_PUSH(&notes->visit.refused) = name;
	return store_quarantine_put(runner_store(notes->runner), &quarantine, err);
}

bool notes_is_refused(struct notes *notes, enum side target, const struct note *source,
		      const struct note_content *content, bool *ret_refused, struct error *err)
{
	const struct digest digest = refused_content(content);
	const struct str name = refused_source(notes, source);

	*ret_refused = false;
	if (!store_quarantine_blocks(runner_store(notes->runner), target, notes->visit.turn.link,
				     name, &digest, ret_refused, err))
		return false;
	if (*ret_refused)
		*VEC_PUSH(&notes->visit.refused) = name;
	return true;
}

/* ---- Writes of unknown outcome ---- */

static struct note sent_note(const struct note_write *write)
{
	return (struct note){ .part = { write->sent[NOTE_TITLE], write->sent[NOTE_TEXT] },
			      .created_at = write->created_at };
}

static bool was_there(const struct note_write *write, struct str id)
{
	struct str rest = write->others;
	struct str line;

	while (str_cut(&rest, '\n', &line)) {
		if (str_equal(line, id))
			return true;
	}
	return false;
}

enum likeness { LIKE_NOT, LIKE_EDITED, LIKE_SENT };

/* May it be what was sent, and has somebody edited it since?  What was there before is not. */
static enum likeness likeness_of(const struct notes *notes, const struct note_write *write,
				 const struct note *note, const struct note_content *content)
{
	const int64_t tolerance = notes->runner->options.config->sync.clock_tolerance_ns;
	const struct note sent = sent_note(write);
	const struct note_content wanted = note_content_of(&sent);
	const bool same_moment = note_same_moment(&sent, note);
	/* Where the server kept its own time. */
	const bool since = note->created_at == 0 || note->created_at + tolerance >= write->sent_at;

	if (note->is_private || was_there(write, note->id))
		return LIKE_NOT;
	if (note_content_equal(&wanted, content))
		return same_moment || since ? LIKE_SENT : LIKE_NOT;
	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		if (same_moment && sent.part[part].len > 0 &&
		    digest_equal(&wanted.part[part], &content->part[part]))
			return LIKE_EDITED;
	}
	return LIKE_NOT;
}

/* What a create made, if it was carried out: what shows the same, else what shows a half of it. */
static size_t find_created(const struct notes *notes, const struct note_write *write)
{
	const struct note_side *side = &notes->visit.side[write->target];
	size_t edited = NONE;

	for (size_t i = 0; i < side->notes.n; i++) {
		if (side->taken.items[i])
			continue;
		const enum likeness likeness =
			likeness_of(notes, write, &side->notes.items[i], &side->contents.items[i]);

		if (likeness == LIKE_SENT)
			return i;
		if (likeness == LIKE_EDITED)
			edited = i;
	}
	return edited;
}

static bool end_write(struct notes *notes, struct note_here *here, struct error *err)
{
	struct store *store = runner_store(notes->runner);

	here->pair.has_write = false;
	return store_note_put(store, &here->pair, err) &&
	       store_note_answered(store, here->pair.no, err);
}

/* A list that shows other notes shows this one if it is there.  An empty one may be a mistake of the server's:
 * it has to be empty twice. */
static bool is_first_miss(const struct note_write *write, const struct note_side *side)
{
	return side->notes.n == 0 && !write->missed;
}

static bool settle_create(struct notes *notes, struct note_here *here, enum settled *ret_settled,
			  struct error *err)
{
	struct note_pair *pair = &here->pair;
	const enum side target = pair->write.target;
	struct note_side *side = &notes->visit.side[target];
	const size_t at = find_created(notes, &pair->write);

	if (at == NONE && is_first_miss(&pair->write, side)) {
		*ret_settled = SETTLED_WAITS;
		notes->visit.unfinished = true;
		return store_note_missed(runner_store(notes->runner), pair->no, err);
	}
	if (at == NONE) {
		*ret_settled = SETTLED_DROPPED;
		return store_note_delete(runner_store(notes->runner), pair->no, err);
	}
	const struct note sent = sent_note(&pair->write);

	pair->id[target] = side->notes.items[at].id;
	/* What differs from what was sent is an edit that was made since. */
	pair->base[target] = note_content_of(&sent);
	here->at[target] = at;
	side->taken.items[at] = true;
	notes->runner->cycle.report.notes[target]++;
	return notes_add_history(notes, pair, &sent, "create",
				 STR_LIT("no counterpart; the answer was lost, and the note found"),
				 err) &&
	       end_write(notes, here, err);
}

/* Part by part: it holds what was sent, or what it held before, or something else by now. */
static bool settle_update(struct notes *notes, struct note_here *here, struct error *err)
{
	struct note_pair *pair = &here->pair;
	struct note_write *write = &pair->write;
	const enum side target = write->target;
	const struct note *now = &notes->visit.side[target].notes.items[here->at[target]];
	const struct note_content held = notes->visit.side[target].contents.items[here->at[target]];
	const struct note sent = sent_note(write);
	const struct note_content content = note_content_of(&sent);
	bool changed = false;
	bool elsewise = false;

	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		const struct digest *base = &pair->base[target].part[part];

		if (!write->wanted[part])
			continue;
		if (digest_equal(&held.part[part], &content.part[part])) {
			pair->base[SIDE_RECORDS].part[part] = content.part[part];
			pair->base[SIDE_PEOPLE].part[part] = content.part[part];
			changed = true;
		} else if (digest_equal(&held.part[part], base)) {
			write->wanted[part] = false;
		} else {
			elsewise = true;
		}
	}
	notes->runner->cycle.report.notes[target] += changed;
	return notes_add_history(
		       notes, pair, now, "update",
		       elsewise ? STR_LIT("sent, but the answer was lost, and it is something else "
					  "by now") :
				  write->reason,
		       err) &&
	       end_write(notes, here, err);
}

bool notes_settle_sent(struct notes *notes, struct note_here *here, enum settled *ret_settled,
		       struct error *err)
{
	*ret_settled = SETTLED_KEPT;
	if (here->pair.id[here->pair.write.target].len == 0)
		return settle_create(notes, here, ret_settled, err);
	if (here->at[here->pair.write.target] == NONE)
		return end_write(notes, here, err);
	return settle_update(notes, here, err);
}
