/* SPDX-License-Identifier: Apache-2.0 */
/*
 * removals: persons that are missing, proved to be gone, or archived.  Part of the state's public
 * API; what store.h says of ownership and errors holds here.
 */
#ifndef CRMSYNC_STATE_REMOVALS_H
#define CRMSYNC_STATE_REMOVALS_H

#include "state/store.h"

/* Persons of a side that this generation has not seen, and that matter: linked ones, and those who share a
 * match key with an unlinked person of the other side.  Linked ones that are proved to be gone only if
 * proved_too.  In order of their numbers, behind `after`; fn ends it early by ERR_CANCELED. */
typedef bool absent_fn(void *payload, int64_t number, struct str id, bool linked,
		       struct error *err);
NODISCARD bool store_absent_each(struct store *store, enum side side, int64_t generation,
				 int64_t after, bool proved_too, absent_fn *fn, void *payload,
				 struct error *err);
/* Persons of a side that this generation has seen: those who can testify that a question is answered at
 * all.  The first `n`; *ret_ids has room for them, empty where there are fewer. */
NODISCARD bool store_witnesses(struct store *store, enum side side, int64_t generation, unsigned n,
			       struct arena *arena, struct str *ret_ids, struct error *err);
/* This cycle has proved the person to be gone, unless this generation saw it.  Seeing it again takes that
 * back. */
NODISCARD bool store_person_gone(struct store *store, enum side side, struct str id,
				 int64_t generation, int64_t cycle, struct error *err);
/* Forgets the unlinked persons that a complete scan of this generation did not see: those who do not matter
 * (see above), and those who are proved to be gone. */
NODISCARD bool store_forget_unseen(struct store *store, enum side side, int64_t generation,
				   struct error *err);
/* Active links of which a person is gone (by any cycle) or archived, in order of number; the callback may
 * change anything about the link it was given. */
NODISCARD bool store_left_each(struct store *store, pair_fn *fn, void *payload, struct error *err);
/* Dissolved links that ended so, oldest first; the callback may change the link it was given. */
NODISCARD bool store_ended_each(struct store *store, enum link_end ending, link_fn *fn,
				void *payload, struct error *err);
/* Persons that this generation saw on the side of `id`, and that share an e-mail or LinkedIn key with it:
 * their number, and the first one's id and link (0: none; -1, without an id: it was forgotten). */
NODISCARD bool store_survivor(struct store *store, enum side side, struct str id,
			      int64_t generation, struct arena *arena, struct str *ret_id,
			      int64_t *ret_link, int64_t *ret_n, struct error *err);

#endif
