/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yield: unique values that go round in a ring.
 *
 * Two persons have each other's e-mail by now, and the server lets only one have it: neither can be
 * written as it is to be.  Who clashed therefore gives up first what he is not to keep, and gets what is
 * new for him in the next round of the same cycle.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_YIELD_H
#define CRMSYNC_DAEMON_RUNNER_YIELD_H

#include "daemon/runner/runner_p.h"

/* The write to this link met a value that somebody else has. */
void yield_note_clash(struct runner *runner, int64_t link);
/* Makes of an update of a link that clashed in this cycle one that only gives up; false: it stays as it
 * is.  The intent's new values are in the arena. */
bool yield_first(const struct runner *runner, const struct pair *pair, struct intent *intent,
		 struct arena *arena);

#endif
