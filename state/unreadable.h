/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unreadable: persons who can be named and cannot be decoded.  A list shows them, so nobody is
 * missing; but what they hold is not known, and nothing is written from, to or beside them until it
 * is.  Each stands in the quarantine; store_observe() ends it, of whoever it is given.
 */
#ifndef CRMSYNC_STATE_UNREADABLE_H
#define CRMSYNC_STATE_UNREADABLE_H

#include "state/store.h"

/* So many of a side: if more cannot be read it is not they who are at fault. */
#define UNREADABLE_MOST 100

struct unreadable {
	enum side side;
	struct str id;
	struct str words;      /* what is wrong, and what to do; nothing of what he holds */
	struct digest content; /* of his bytes */
	bool listed;           /* he was on a list, not read alone */
	int64_t generation;    /* that saw him */
	int64_t now;
	const uint64_t *marks; /* of what he shows (mapper_marks) */
	size_t n_marks;
};

enum unreadable_taken {
	UNREADABLE_NEW,
	/* He could not be read before: also alone, whatever a list has shown since.  Or he is forgotten
	 * (forget.h). */
	UNREADABLE_KNOWN,
	UNREADABLE_TOO_MANY,
};

/* Marks him as seen and puts him in quarantine; TOO_MANY: nothing of it. */
NODISCARD bool store_unreadable_put(struct store *store, const struct unreadable *unreadable,
				    enum unreadable_taken *ret_taken, struct error *err);
NODISCARD bool store_unreadable_any(struct store *store, enum side side, bool *ret_any,
				    struct error *err);
/* Is one of the link's two persons such? */
NODISCARD bool store_unreadable_link(struct store *store, int64_t link, bool *ret_unreadable,
				     struct error *err);
/* Does one of a side show this? */
NODISCARD bool store_unreadable_shows(struct store *store, enum side side, uint64_t mark,
				      bool *ret_shows, struct error *err);
/* He answered a write: what he says alone can be read again. */
NODISCARD bool store_unreadable_answered(struct store *store, enum side side, struct str id,
					 struct error *err);
/* Since when one cannot be read; *ret_since 0: he can, or is not there. */
NODISCARD bool store_unreadable_since(struct store *store, enum side side, struct str id,
				      int64_t *ret_since, struct error *err);
/* One of a side who shows this; empty: there is none. */
NODISCARD bool store_unreadable_who(struct store *store, enum side side, uint64_t mark,
				    struct arena *arena, struct str *ret_id, struct error *err);
/* Is there one who could never be read, and was met after that time? */
NODISCARD bool store_unreadable_stranger(struct store *store, enum side side, int64_t since,
					 bool *ret_any, struct error *err);
/* Those who are unlinked are neither matched nor created across until the next store_match_begin(), nor are
 * those of the other side who share a key with somebody parked, and so on. */
NODISCARD bool store_unreadable_park(struct store *store, struct error *err);
/* Ends it for those whom a complete list of this generation did not show, but for linked ones who were not
 * proved to be gone. */
NODISCARD bool store_unreadable_sweep(struct store *store, enum side side, int64_t generation,
				      struct error *err);
/* The field conflicts of a link that was left alone are met again by this cycle. */
NODISCARD bool store_unreadable_keep(struct store *store, int64_t link, int64_t cycle,
				     struct error *err);

#endif
