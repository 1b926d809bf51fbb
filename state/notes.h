/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes: which notes of two linked persons are the same one, the writes of them that are under way, and
 * whose notes are to be read next.  Part of the state's public API; what store.h says of ownership and
 * errors holds here.
 *
 * Invariants
 *  - a note is half of at most one pair;
 *  - a write is committed before its request goes out, and goes in the transaction that stores what
 *    became of it;
 *  - texts of notes are kept only in such a write, and in the history.
 */
#ifndef CRMSYNC_STATE_NOTES_H
#define CRMSYNC_STATE_NOTES_H

#include "core/note.h"
#include "state/store.h"

/* ---- Pairs ---- */

/* What was sent, and is not known to have been carried out. */
struct note_write {
	enum side target;
	int64_t cycle;
	int64_t sent_at;
	int64_t created_at; /* of the note */
	bool wanted[NOTE_PART_COUNT];
	struct str held[NOTE_PART_COUNT]; /* by the target, before */
	struct str sent[NOTE_PART_COUNT];
	struct str reason;
	/* Of a create: notes that the target had before it, of no pair, one id a line. */
	struct str others;
	bool missed; /* of a create: an empty list did not show it */
};

struct note_pair {
	int64_t no; /* 0: not stored yet */
	int64_t link;
	struct str id[SIDE_COUNT]; /* that of the target is empty in a create of unknown outcome */
	struct note_content base[SIDE_COUNT];
	bool gone; /* from one side, when last looked for */
	bool has_write;
	struct note_write write;
};

typedef bool note_pair_fn(void *payload, const struct note_pair *pair, struct error *err);
/* Those of a link, the oldest first. */
NODISCARD bool store_note_each(struct store *store, int64_t link, note_pair_fn *fn, void *payload,
			       struct error *err);
/* The pair of whatever link that a note is half of. */
NODISCARD bool store_note_find(struct store *store, enum side side, struct str id,
			       struct arena *arena, struct note_pair *ret_pair, bool *ret_found,
			       struct error *err);
/* Adds the pair (no is 0, and set) or stores what it is now; the write aside. */
NODISCARD bool store_note_put(struct store *store, struct note_pair *pair, struct error *err);
NODISCARD bool store_note_delete(struct store *store, int64_t no, struct error *err);
/* The pair's write is going to be sent. */
NODISCARD bool store_note_sent(struct store *store, const struct note_pair *pair,
			       struct error *err);
/* It is known what became of it. */
/* A create that was looked for in an empty list, which alone proves nothing. */
NODISCARD bool store_note_missed(struct store *store, int64_t no, struct error *err);
NODISCARD bool store_note_answered(struct store *store, int64_t no, struct error *err);
/* Pairs with a write, of all links, the oldest first. */
NODISCARD bool store_note_writes_each(struct store *store, note_pair_fn *fn, void *payload,
				      struct error *err);
NODISCARD bool store_note_write_count(struct store *store, int64_t *ret_n, struct error *err);

/* ---- Refusals ---- */

/* The quarantine's source_id of a note begins so; the id of the note follows. */
#define QUARANTINE_NOTE "note:"

/* Lifts those of notes of the link that this cycle did not meet again: nothing waits for them. */
NODISCARD bool store_note_refusals_sweep(struct store *store, int64_t link,
					 const struct str *sources, size_t n, struct error *err);
/* Ends the conflicts about notes of the link that this cycle did not meet again. */
NODISCARD bool store_note_conflicts_sweep(struct store *store, int64_t link, int64_t cycle,
					  struct error *err);

/* ---- Turns ---- */

struct note_turn {
	int64_t link;
	struct str person_id[SIDE_COUNT];
	bool active; /* the link is: else there is nothing to read */
	bool due;
	bool first; /* its notes were never read on both sides */
};

/* New links get their turn; due are those with a write, and those of whom the cycle wrote something. */
NODISCARD bool store_note_turns_begin(struct store *store, int64_t cycle, struct error *err);
/* The next one that this cycle has not met; those that are due first. */
NODISCARD bool store_note_turn_next(struct store *store, int64_t cycle, struct arena *arena,
				    struct note_turn *ret_turn, bool *ret_found, struct error *err);
/* read: both sides were, and all that came of it is stored. */
NODISCARD bool store_note_turn_end(struct store *store, int64_t link, int64_t cycle, bool read,
				   bool due, struct error *err);
/* A list shows this note of a record: its link is due, unless the note is known as it is, or its content
 * was refused. */
NODISCARD bool store_note_listed(struct store *store, const struct note *note, struct error *err);

#endif
