/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the three-way merge of one linked pair, field by field.
 *
 *   records side   people side     result
 *   unchanged      unchanged       nothing
 *   changed        unchanged       records value -> people, if the field flows that way
 *   unchanged      changed         people value -> records, if the field flows that way
 *   changed to x   changed to x    agreed: shadows move, nothing is sent
 *   changed to x   changed to y    the field's policy; sets merge by element first
 *
 * "Changed" is judged against the same side's own shadow, never against the other side's value: this
 * is what keeps a server that rewrites what it is sent from being echoed.  A field without a shadow is
 * at first contact: equal is agreed, one side empty is filled, sets unite, different is the policy.
 *
 * Pure.  Ownership: results live in the arena and borrow texts of the persons given.
 */
#ifndef CRMSYNC_CORE_MERGE_H
#define CRMSYNC_CORE_MERGE_H

#include "core/person.h"

struct merge_rules {
	enum direction direction;    /* of the whole configuration; a field's own narrows it */
	enum policy newest_fallback; /* POLICY_RECORDS or POLICY_PEOPLE */
	int64_t clock_tolerance_ns;  /* dates nearer than this do not decide */
	/* One per row, or NULL: this row cannot be read now (tags without titles): no verdict, its
	 * shadows stay. */
	const bool *unreadable;
	int64_t now; /* ns */
};

/* One side of a pair as the merge sees it. */
struct merge_side {
	const struct person *now;
	const struct person *shadow; /* NULL: first contact */
	/* ns: when the shadow's content was last seen; 0: not known */
	int64_t old_seen_at;
};

enum verdict {
	VERDICT_SAME,   /* neither side changed */
	VERDICT_AGREED, /* changed, but both say the same: nothing is sent */
	VERDICT_TO_PEOPLE,
	VERDICT_TO_RECORDS,
	VERDICT_TO_BOTH,  /* a set merged into something that neither side had */
	VERDICT_CONFLICT, /* policy manual: the field waits for a person */
	VERDICT_LEFT,     /* edited on the target of a one-way field, and left so */
	VERDICT_UNKNOWN,  /* a side did not say, and the other has nothing for it */
	VERDICT_COUNT
};

struct field_merge {
	enum verdict verdict;
	const char *reason;             /* static text, one clause: why this verdict */
	struct value write[SIDE_COUNT]; /* what that side is to hold; VALUE_UNKNOWN: not written */
	/* that side's edit was overruled: to be kept in the history */
	bool lost[SIDE_COUNT];
	bool by_hand; /* set by the runner: a person asked for it */
};

struct merge_result {
	struct field_merge *fields; /* one per row of the table */
	bool writes[SIDE_COUNT];
	unsigned n_conflicts;
	/* The shadows as far as they may move before anything is sent: agreed and left fields moved,
	 * the others as they were. */
	struct person shadow[SIDE_COUNT];
	/* What the sides hold, with unknown values taken from the shadow. */
	struct person now[SIDE_COUNT];
};

void merge_pair(const struct field_table *table, const struct merge_rules *rules,
		const struct merge_side sides[SIDE_COUNT], struct arena *arena,
		struct merge_result *ret_result);

/* Did this side's value change against its own shadow?  (The order of a list only by its primary.) */
bool merge_value_changed(const struct field *field, const struct value *now,
			 const struct value *shadow);
/* What is left to be carried keeps its date: the shadow only takes over the time of `now` once it says the
 * same.  before: the shadow's time so far. */
void merge_date_shadow(const struct field_table *table, int64_t before, const struct person *now,
		       struct person *shadow);
/* An invented part is marked in the shadow; what is read back carries no such mark: sets it again while
 * the text is the same. */
void merge_keep_invented(struct value *now, const struct value *shadow);
/* Do the two sides' values mean the same? */
bool merge_values_agree(const struct field *field, const struct value *records,
			const struct value *people, struct arena *arena);

/* What the other side, which holds `other`, is to hold for it to say what `from` says with `value`. */
struct value merge_carried(const struct field *field, enum side from, const struct value *value,
			   const struct value *other, struct arena *arena);

/*
 * The person to create on `target` for `source` of the other side: all values that flow there.
 * False (err ERR_REJECTED) if the target demands something that cannot be had: people persons need a
 * familyName, which is invented from the name or from the e-mail's local part.
 */
NODISCARD bool merge_create(const struct field_table *table, enum side target,
			    const struct person *source, struct arena *arena,
			    struct person *ret_person, struct error *err);

const char *verdict_name(enum verdict verdict);

#endif
