/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forget: erases a person and leaves marks that keep it out, and what else an export of one needs.  Part
 * of the state's public API; what store.h says of ownership and errors holds here.
 *
 * A mark is a keyed hash of an id, or of what a person is recognized by; the key is random and made with
 * the first mark.  Who has the mark of an id is not taken in (OBSERVED_FORGOTTEN).  Who shares a marked
 * key is somebody else, or the same once more: nobody can tell any longer, so it is for people to decide.
 */
#ifndef CRMSYNC_STATE_FORGET_H
#define CRMSYNC_STATE_FORGET_H

#include "state/store.h"

/*
 * Erases all that is stored of one human, in one transaction; neither side is written.  id: one of each
 * side, either may be empty; of an active link both.  ERR_LOCKED while a create of it has an unknown
 * outcome: who was created could not be told from a new person.  Call store_scrub() behind it.
 */
NODISCARD bool store_forget(struct store *store, const struct str id[SIDE_COUNT], int64_t now,
			    struct error *err);
/* Rewrites the file if somebody was forgotten since it was rewritten last, so that nothing of them is
 * left in unused parts of it or in its log.  Needs as much room again.  ERR_LOCKED while another process
 * reads; what is left undone is done when the state is opened for writing the next time. */
NODISCARD bool store_scrub(struct store *store, struct error *err);
/* *ret_at 0: it is not forgotten. */
NODISCARD bool store_forgotten_at(struct store *store, enum side side, struct str id,
				  int64_t *ret_at, struct error *err);

typedef bool alike_fn(void *payload, enum side side, struct str id, enum key_kind kind,
		      struct error *err);
/* Unlinked persons that take part in matching and share a key with somebody who was forgotten, each once,
 * with the strongest such kind. */
NODISCARD bool store_alike_each(struct store *store, alike_fn *fn, void *payload,
				struct error *err);

typedef bool key_fn(void *payload, const struct match_key *key, struct error *err);
/* What a person is recognized by, the strongest first. */
NODISCARD bool store_key_each(struct store *store, enum side side, struct str id, key_fn *fn,
			      void *payload, struct error *err);
/* What a side of a link, active or dissolved, held when both last agreed. */
NODISCARD bool store_agreed_get(struct store *store, int64_t link, enum side side,
				struct arena *arena, struct person *ret_person, bool *ret_found,
				struct error *err);
/* Is it unlinked, and kept out of matching because a link of it was dissolved? */
NODISCARD bool store_is_apart(struct store *store, enum side side, struct str id, bool *ret_apart,
			      struct error *err);

#endif
