/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nameless: persons of the records side whom a page showed with a reference to something that nobody had
 * asked for yet.  Kept as long as the state is open: the next reading of such a person shows it again.
 */
#ifndef CRMSYNC_STATE_NAMELESS_H
#define CRMSYNC_STATE_NAMELESS_H

#include "state/store.h"

NODISCARD bool store_nameless_put(struct store *store, struct str id, struct str reference,
				  struct error *err);
/* In the order of the ids, from behind `after` on; *ret_found false: there is none. */
NODISCARD bool store_nameless_next(struct store *store, struct str after, struct arena *arena,
				   struct str *ret_id, struct str *ret_reference, bool *ret_found,
				   struct error *err);
NODISCARD bool store_nameless_clear(struct store *store, struct error *err);

#endif
