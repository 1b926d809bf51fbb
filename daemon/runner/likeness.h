/* SPDX-License-Identifier: Apache-2.0 */
/*
 * likeness: is a person what a write of ours made of it?
 *
 * A server may rewrite what it stores, and a dialect may hold a value in another shape than it was sent in
 * (a name as one string), so that a value counts as shown if it is the one that was sent, or if it
 * agrees with the other side's that it was made from.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_LIKENESS_H
#define CRMSYNC_DAEMON_RUNNER_LIKENESS_H

#include "daemon/runner/runner_p.h"

/* What a later reading says of an update whose answer never came. */
enum finding {
	FINDING_HAPPENED, /* a value is there as it was written, or all that was cleared is gone */
	FINDING_NOT,      /* all of it is as it was before */
	FINDING_UNKNOWN,  /* it is something else by now */
};

/* Does the person show the value that was written to field i?  True for one that was not written. */
bool likeness_shows(const struct field_table *table, const struct intent *intent, size_t i,
		    const struct person *person);
/* Does it share a value, or an element, with what was written to field i? */
bool likeness_shares(const struct field_table *table, const struct intent *intent, size_t i,
		     const struct person *person);
/* Was a value written to field i that the target was not known to hold any of, and does the person
 * not say what is there now? */
bool likeness_lacks(const struct intent *intent, size_t i, const struct person *person);
/* The elements of a set that were written and that the person still has; VALUE_UNKNOWN: none, or no set. */
struct value likeness_kept(const struct field_table *table, const struct intent *intent, size_t i,
			   const struct person *person, struct arena *arena);
/* Does a value of this field tell somebody from others?  A tag, a choice among few, a company are on many. */
bool likeness_tells(const struct field *field);
/* Does it show all of them? */
bool likeness_shows_all(const struct field_table *table, const struct intent *intent,
			const struct person *person);
enum finding likeness_finding(const struct field_table *table, const struct intent *intent,
			      const struct person *person);
/*
 * What was agreed when a write happened of which only a later reading tells: what was written, as the
 * server spells it.  Whatever else the reading shows was done by somebody in between, and has to travel.
 * The person's texts belong to the arena and to what was passed.
 */
struct person likeness_agreed(const struct field_table *table, const struct intent *intent,
			      const struct person *seen, struct arena *arena);
/* How well it fits what was created: the more of that it shows the better, and among equals the one with
 * the least beside it.  INT_MIN: nothing of it. */
int likeness_score(const struct field_table *table, const struct intent *intent,
		   const struct person *person);

#endif
