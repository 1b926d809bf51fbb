/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note: which notes of a linked pair of persons are the same one, and what follows from an edit.
 *
 * A note is compared in one canonical form on both sides, by the digests of its parts.  Like a person's
 * field, a part is *changed* if it differs from what its own side held when both last agreed: so what a
 * server makes of the text that it is sent never travels back.
 *
 * Neither API says when a note was edited.  Of two edits of one part no side can be known to be the newer
 * one, so `newest` is decided by its fallback.
 */
#ifndef CRMSYNC_CORE_NOTE_H
#define CRMSYNC_CORE_NOTE_H

#include "base/hash.h"
#include "core/field.h"

enum note_part { NOTE_TITLE, NOTE_TEXT, NOTE_PART_COUNT };

struct note {
	struct str id;
	struct str person_id; /* whose it is, as far as the answer says; empty: it does not */
	struct str part[NOTE_PART_COUNT];
	int64_t created_at; /* ns; 0: not known */
	bool is_private;    /* stays where it is */
};

/* What is kept of a note's text. */
struct note_content {
	struct digest part[NOTE_PART_COUNT];
};

struct note_content note_content_of(const struct note *note);
bool note_content_equal(const struct note_content *a, const struct note_content *b);
/* Its whole text in bytes. */
size_t note_bytes(const struct note *note);
/* "note_title", "note_text": as the history calls them. */
const char *note_part_name(enum note_part part);

/* ---- The same note on both sides ---- */

/* One side's notes in a visit, and what each belongs to already. */
struct note_list {
	const struct note *notes;
	const struct note_content *contents;
	const bool *taken; /* it is half of a pair */
	size_t n;
};

/* Is `other` created at the same moment as `note`, as far as seconds tell? */
bool note_same_moment(const struct note *note, const struct note *other);
/*
 * The index of the note of `list` that is the counterpart of one that is new to us, or list->n: free, not
 * private, the same content, and created at the same moment.  any_time: where nothing is known of the
 * two persons' notes (first contact, a lost state), the same content is enough; the same moment comes
 * first all the same.
 */
size_t note_find_twin(const struct note *note, const struct note_content *content,
		      const struct note_list *list, bool any_time);

/* ---- Edits ---- */

struct note_rules {
	enum direction direction;
	enum policy conflict, newest_fallback;
	bool editable[SIDE_COUNT]; /* its API can update a note */
};

enum note_verdict {
	NOTE_SAME,      /* neither side changed it */
	NOTE_AGREED,    /* both hold the same: the base moves, nothing is sent */
	NOTE_CARRIED,   /* to be written to the other side of `from` */
	NOTE_WON,       /* the same, over an edit of that side */
	NOTE_CONTESTED, /* both changed it, and a person has to decide */
	NOTE_LEFT,      /* changed, and may or can not be written to the other side */
	NOTE_VERDICT_COUNT
};

struct note_decision {
	enum note_verdict verdict;
	enum side from;
	const char *reason; /* static text; of CARRIED, WON */
};

void note_merge(const struct note_rules *rules, const struct note_content base[SIDE_COUNT],
		const struct note_content now[SIDE_COUNT],
		struct note_decision ret_parts[NOTE_PART_COUNT]);

#endif
