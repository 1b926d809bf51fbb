/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name_words: the words of a name: particles, honorifics, "Last, First".  Private to name.c.
 *
 * Texts here have one blank between words and none at the ends (words_squeeze).  Results are views of
 * what was passed in, unless an arena is asked for.
 */
#ifndef CRMSYNC_CORE_NAME_WORDS_H
#define CRMSYNC_CORE_NAME_WORDS_H

#include "base/arena.h"

/* Words parted by one blank; the same view if they are already. */
struct str words_squeeze(struct arena *arena, struct str text);
/* What is not empty, joined by blanks. */
struct str words_join(struct arena *arena, const struct str *parts, size_t n);

/* Does text begin (end) with the words of part?  The rest may be empty; an empty part is none. */
bool words_start(struct str text, struct str part, struct str *ret_rest);
bool words_end(struct str text, struct str part, struct str *ret_rest);
/* Has text exactly one word? */
bool words_single(struct str text);

/* Are all words particles ("van der")?  False for an empty text. */
bool words_all_particles(struct str text);
/* Takes the leading particles off a last name; never its last word. */
struct str words_take_particles(struct str *last_name);
/* Takes particles off the end of given names; a first word only in lower case ("Al", "Di"). */
struct str words_take_trailing_particles(struct str *given);
/* Takes the last word, with what belongs to it ("Ortega y Gasset"), off a whole name. */
struct str words_take_family(struct str *name);
/* Takes the leading honorifics ("Prof. Dr.") off a whole name; never its last word. */
struct str words_take_honorifics(struct str *name);
/* The same honorific, whatever its dots and case? */
bool words_same_honorific(struct str a, struct str b);
/* Cuts "Last, First" in two; false for any other form ("Doe, PhD" is a suffix). */
bool words_cut_comma(struct str name, struct str *ret_last, struct str *ret_first);

#endif
