/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name: the structured personal name, converted both ways.
 *
 * People hold prefix, given, additional, family and initials.  Records hold first (NAME_GIVEN), last
 * (NAME_FAMILY) and an independent NAME_FULL in the values dialect, and one string (NAME_FULL alone)
 * in the attributes dialect.  first = given, last = additional + family, full = prefix and all of them.
 * Initials stay on people.
 *
 * Invariants
 *  - name_agrees() holds between what is passed in and what comes out, whatever the history: a name
 *    that was carried over is agreed;
 *  - converting one way and back gives back what was there, part for part;
 *  - what agrees already comes back as it is on the target, with its own split and full_name.
 *
 * A familyName that stands for a first name or an e-mail is `invented`: it never travels back.  It
 * stays invented while its text stays; `invented` of the old people value says so, too, where the
 * value at hand was just decoded.  Where it stood for a name on records and somebody adds another part
 * to it on people ("Sonny" to "Cher"), it is that person's own from then on: name_is_adopted().
 *
 * The texts are canonical (one blank between words).  What is returned lives in the arena.  VALUE_UNKNOWN
 * as the source leaves the target as it is (VALUE_EMPTY if there is none).
 */
#ifndef CRMSYNC_CORE_NAME_H
#define CRMSYNC_CORE_NAME_H

#include "core/value.h"

/*
 * The people-side name after an edit on records.  `old_records`: the records-side shadow, or NULL
 * (first contact); `current_people`: what people hold, or NULL.  Parts that the edit did not touch
 * stay as they are on people, and the old split guides the new one.  ret.invented is set if a
 * familyName had to be invented.
 */
struct value name_to_people(struct arena *arena, const struct value *records,
			    const struct value *old_records, const struct value *current_people);

/*
 * The records-side name after an edit on people.  `old_people`: the people-side shadow, or NULL;
 * `current_records`: what records hold, or NULL.  one_string: the dialect holds one string.
 */
struct value name_to_records(struct arena *arena, const struct value *people,
			     const struct value *old_people, const struct value *current_records,
			     bool one_string);

/*
 * The same name, without history: the same words in the same order, however they are split.  A
 * mononym equals its invented familyName; a prefix may be on one side only; "Last, First" is "First
 * Last"; full_name counts only where it is all there is.  Both empty agree, and so do an empty name on
 * records and an invented one on people.
 */
bool name_agrees(struct arena *arena, const struct value *records, const struct value *people);

/*
 * Has the familyName, invented for a name on records, been given company by an edit on people?  Then the
 * whole is what that person saw and left there, and the mark is to be taken off both people values.
 * old_people, old_records: the shadows.
 */
bool name_is_adopted(const struct value *people, const struct value *old_people,
		     const struct value *old_records);

/* Is full the only part that this records-side name has? */
bool name_is_one_string(const struct value *records);

/* A people-side name that consists of an invented familyName: the local part of an e-mail, as it is.
 * VALUE_EMPTY if that is empty. */
struct value name_from_email(struct arena *arena, struct str email);

#endif
