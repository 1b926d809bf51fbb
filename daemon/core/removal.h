/* SPDX-License-Identifier: Apache-2.0 */
/*
 * removal: what becomes of a link when one of its persons is not there any more, and how many of them
 * may go in one cycle.
 *
 *   records \ people   same      edited       archived     gone
 *   same               -         -            people rule  people rule
 *   edited             -         -            restore      create anew
 *   archived           -         -            -            -               (records know no archive)
 *   gone               records   create anew  dissolve     dissolve
 *                      rule
 *
 * "edited" is against the side's own shadow.  With removal_wins an edit counts as none.  Where the
 * direction forbids to restore or create, the link is dissolved: nothing is lost by that.
 *
 * Pure.
 */
#ifndef CRMSYNC_CORE_REMOVAL_H
#define CRMSYNC_CORE_REMOVAL_H

#include "core/merge.h"

/* What is to be done with the counterpart of a person that is gone or archived. */
enum removal_rule {
	RULE_KEEP,    /* it stays as it is: the link is dissolved and remembered */
	RULE_ARCHIVE, /* people: archivedAt is set */
	RULE_DELETE,
	RULE_TAG, /* records: it gets a tag */
};

struct removal_rules {
	enum removal_rule of[SIDE_COUNT]; /* by the side that the person is missing from */
	bool removal_wins;
};

enum fate { FATE_SAME, FATE_EDITED, FATE_ARCHIVED, FATE_GONE, FATE_COUNT };

enum removal {
	REMOVAL_NONE,     /* both are there: an ordinary merge */
	REMOVAL_BY_RULE,  /* the rule of the side that misses its person, which is not RULE_KEEP */
	REMOVAL_DISSOLVE, /* the link ends and is remembered */
	REMOVAL_ANEW,     /* the link ends and is forgotten: who is left is created across again */
	REMOVAL_RESTORE,  /* the people person is un-archived and the edit carried to it */
};

/* Of a side: gone and archived are facts of the state; edited is a change in a field that flows from it. */
enum fate removal_fate(const struct field_table *table, const struct merge_rules *rules,
		       enum side side, const struct person *now, const struct person *shadow,
		       bool gone);

enum removal removal_decide(const struct removal_rules *rules, const enum fate fates[SIDE_COUNT]);

/* How many persons a cycle may remove without being asked: min(most, max(2, links x percent / 100)). */
uint64_t removal_limit(uint64_t most, uint64_t percent, uint64_t n_links);

/* Could it be, of however many links? */
bool removal_may_be_blast(uint64_t percent, uint64_t n_changed);
/* Whether changing that many of the links is too much at once: more than `percent` of at least 100. */
bool removal_is_blast(uint64_t percent, uint64_t n_changed, uint64_t n_links);

#endif
