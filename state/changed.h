/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changed: what came of a rolled side's edits while its turns went on, for the guard against mass changes.
 * Part of the state's public API; what store.h says of ownership and errors holds here.
 *
 * A mass change shows in a turn page by page, and may have begun in the middle of one: what is counted is
 * that of a turn and of the one before it.
 */
#ifndef CRMSYNC_STATE_CHANGED_H
#define CRMSYNC_STATE_CHANGED_H

#include "state/store.h"

/* One more link was written to for an edit of that side (field ""), or a field was cleared in it.  In the
 * transaction that says so. */
NODISCARD bool store_changed_add(struct store *store, enum side side, struct str field,
				 struct error *err);
/* How many. */
NODISCARD bool store_changed_get(struct store *store, enum side side, struct str field,
				 int64_t *ret_n, struct error *err);
/* Another turn begins; keep: what is counted stays, however old. */
NODISCARD bool store_changed_turn(struct store *store, enum side side, bool keep,
				  struct error *err);
/* None of it counts any more. */
NODISCARD bool store_changed_drop(struct store *store, enum side side, struct error *err);

/* Links of which that side was last known to hold a value in the field. */
NODISCARD bool store_holders(struct store *store, enum side side, size_t field, int64_t *ret_n,
			     struct error *err);

#endif
