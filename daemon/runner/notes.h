/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes: what the files of the notes phase share.
 *
 * The phase visits linked pairs of persons, one after the other: those that are due (something of them was
 * written in this cycle, a list shows a note that is not known, a write is of unknown outcome), then those
 * not visited for longest.  A cycle has so many requests for them, and fewer of these for those whose turn
 * it is only because time has passed.  A visit
 *
 *   read records -> read people -> decide -> write, note by note -> end of the turn
 *
 * decides from what it has just read, so nothing is read again before a write.  What is decided is stored
 * right before it is sent; what became of it in the transaction that ends the write.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_NOTES_H
#define CRMSYNC_DAEMON_RUNNER_NOTES_H

#include "daemon/runner/fetch.h"
#include "mappers/notes.h"
#include "state/notes.h"

#define NONE SIZE_MAX

/* What a side shows of a person's notes. */
struct note_side {
	VEC(struct note) notes;
	VEC(struct note_content) contents;
	VEC(bool) taken; /* half of a pair */
	size_t bytes;
	uint32_t n_pages;
	uint64_t n_shown; /* notes on these pages, repeated ones too */
	bool whole;
};

/* A pair and where its halves are; NONE: not shown. */
struct note_here {
	struct note_pair pair;
	size_t at[SIDE_COUNT];
};

/* One write. */
struct note_step {
	size_t here; /* of visit.pairs; NONE: a create */
	enum side target;
	size_t source; /* index of the note that it comes from */
	bool wanted[NOTE_PART_COUNT];
	const char *reason; /* static text */
};

struct visit {
	struct note_turn turn;
	struct note_side side[SIDE_COUNT];
	VEC(struct note_here) pairs;
	VEC(struct note_step) steps;
	VEC(struct str) refused; /* sources in quarantine that still wait there */
	size_t next_step;
	bool rotates;    /* nothing but time calls for it */
	bool unfinished; /* something of it has to be done again */
	struct arena arena;
};

struct notes {
	struct runner *runner;
	const struct note_api *api[SIDE_COUNT];
	struct note_rules rules;
	/* requests of this cycle: made, and how many may be; the same for visits in rotation */
	int64_t used[SIDE_COUNT], most[SIDE_COUNT];
	int64_t rotated[SIDE_COUNT], share[SIDE_COUNT];
	uint64_t n_visits;
	uint64_t n_accepted[SIDE_COUNT];  /* writes */
	uint64_t n_left;                  /* edits that the other side cannot take */
	unsigned n_unsure;                /* writes of unknown outcome in a row */
	uint64_t n_not_found[SIDE_COUNT]; /* cycles in a row whose update was not found */
	bool closed[SIDE_COUNT];          /* nothing more is written to the side in this cycle */
	bool broken;                      /* nothing more is asked in this cycle */
	int64_t list_allowance;           /* requests for the list of everybody's notes */
	uint64_t list_offset;             /* of that list */
	struct str list_last;             /* the last page's first note; in list_arena */
	struct arena list_arena;
	struct visit visit;
};

/* ---- notes.c ---- */

/* The visit is over: its turn ends, the next one comes. */
void notes_visited(struct notes *notes, bool read);
/* A failure of the state. */
void notes_store_failed(struct notes *notes, const struct error *err);
/* Nothing more is asked in this cycle; the error is that of the side. */
void notes_break(struct notes *notes, enum side side, const struct error *err);
/* Counts the request against the allowance and hands it to fetch_submit(). */
void notes_submit(struct notes *notes, enum side side, struct request *request, fetch_fn *fn,
		  void *payload);
/* May the visit make a request to that side?  The first one of a cycle may. */
bool notes_may_ask(const struct notes *notes, enum side side);
/* The next thing to do, after the list or a visit. */
void notes_go_on(struct notes *notes);
/* The side has no update of notes: remembered for a day. */
NODISCARD bool notes_cannot_update(struct notes *notes, enum side side, struct error *err);
/* A note that was just shown is not found when it is to be updated: no other is tried in this cycle, and
 * after some cycles of that the side has no update. */
NODISCARD bool notes_not_found(struct notes *notes, enum side side, struct error *err);
/* It has one. */
NODISCARD bool notes_found(struct notes *notes, enum side side, struct error *err);

/* ---- notes_list.c ---- */

/* Reads everybody's notes of the records side, as far as the allowance goes: who has a new or edited one
 * is due.  Calls notes_go_on() at the end. */
void notes_list(struct notes *notes);

/* ---- notes_read.c ---- */

/* Reads the notes of the visit's persons, records first, and has them decided. */
void notes_read(struct notes *notes);

/* ---- notes_decide.c ---- */

/* Pairs what was read and fills visit.steps, in one transaction. */
NODISCARD bool notes_decide(struct notes *notes, struct error *err);
/* From the records side alone: is there anything that the people side has to be read for? */
NODISCARD bool notes_needs_people(struct notes *notes, bool *ret_needed, struct error *err);

/* ---- notes_settle.c ---- */

enum settled {
	SETTLED_KEPT,    /* the write has ended */
	SETTLED_DROPPED, /* the pair has ended: there was no such note */
	SETTLED_WAITS,   /* for another look in a later visit */
};

/* A write of an earlier visit: what the sides show now tells what became of it. */
NODISCARD bool notes_settle_sent(struct notes *notes, struct note_here *here,
				 enum settled *ret_settled, struct error *err);
/* A row for each written part; now: what the target holds. */
NODISCARD bool notes_add_history(struct notes *notes, const struct note_pair *pair,
				 const struct note *now, const char *action, struct str reason,
				 struct error *err);
/* Into quarantine, in place of the write: words are the server's, or ours. */
NODISCARD bool notes_refuse(struct notes *notes, enum side target, const struct note *source,
			    const struct note_content *content, int status, struct str words,
			    struct error *err);
/* Is the write known to be refused?  Then it goes on waiting in quarantine. */
NODISCARD bool notes_is_refused(struct notes *notes, enum side target, const struct note *source,
				const struct note_content *content, bool *ret_refused,
				struct error *err);

/* ---- notes_write.c ---- */

/* Sends the visit's steps one after the other, then ends the visit. */
void notes_write(struct notes *notes);

#endif
