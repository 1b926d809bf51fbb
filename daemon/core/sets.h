/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sets: merging lists of e-mails, phones and tags element by element.
 *
 * Both sides' additions and removals apply; an element that was removed on one side and added on the
 * other since the shadow stays.  Each side keeps its own order; additions go to the end, except that a
 * primary element that an edit put first on one side goes first on the other.
 */
#ifndef CRMSYNC_CORE_SETS_H
#define CRMSYNC_CORE_SETS_H

#include "core/field.h"
#include "core/value.h"

struct set_side {
	const struct value *now;
	/* NULL or VALUE_UNKNOWN: first contact, everything is an addition */
	const struct value *shadow;
	bool flows; /* edits of this side are carried to the other one */
};

/* What each side is to hold.  winner: whose primary element counts when both sides changed theirs. */
void sets_merge(const struct field *field, const struct set_side sides[SIDE_COUNT],
		enum side winner, struct arena *arena, struct value ret_want[SIDE_COUNT]);

/*
 * The shadow of a side after the other side's edits were written to it: what it answered, but without
 * its own edits, which still have to travel.  base: what it held before the write; old: its shadow of
 * then (VALUE_UNKNOWN at first contact); source: what the other side holds; written: what was sent.  What
 * the write kept and the answer lacks was removed in between: it stays in the shadow, so that the
 * removal travels.
 */
struct value sets_shadow_after(const struct field *field, const struct value *answer,
			       const struct value *base, const struct value *old,
			       const struct value *source, const struct value *written,
			       struct arena *arena);

#endif
