/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unreadable: one person who cannot be decoded holds up nobody else.
 *
 * Where his id can be read he counts as seen, and he alone is in quarantine: he and his counterpart
 * are left as they are, what is edited meanwhile waits, and whoever on the other side is like him
 * is neither linked nor created across.  It ends by itself when he is read (state/unreadable.h).
 */
#ifndef CRMSYNC_DAEMON_RUNNER_UNREADABLE_H
#define CRMSYNC_DAEMON_RUNNER_UNREADABLE_H

#include "daemon/runner/fetch.h"

/* Where a record was met. */
enum unreadable_in {
	UNREADABLE_IN_LIST,
	UNREADABLE_IN_SEARCH,
	UNREADABLE_ALONE, /* asked for by his id */
};

/* Takes a record that fetch_decode() refused with `bad`, in the transaction that is open.  id: whom
 * it was asked of; else it has to name him itself.  *ret_taken false: nobody can be named, or there
 * are too many such persons; that is noted as the side's failure. */
NODISCARD bool unreadable_take(struct runner *runner, enum side side, enum unreadable_in in,
			       const struct raw_record *record, struct str id,
			       const struct error *bad, bool *ret_taken, struct error *err);
/* Could somebody of the side who cannot be read be this person of it, under another id? */
NODISCARD bool unreadable_may_be(struct runner *runner, enum side side, const struct person *person,
				 struct arena *arena, bool *ret_may, struct error *err);
/* As unreadable_take(), of one who is read by his id before a write, in a transaction of its own:
 * the write waits. */
void unreadable_take_target(struct runner *runner, enum side side, const struct raw_record *record,
			    struct str id, const struct error *bad);
/* After store_match_begin(), in its transaction: parks those who are like somebody who cannot be read. */
NODISCARD bool unreadable_park(struct runner *runner, struct error *err);

#endif
