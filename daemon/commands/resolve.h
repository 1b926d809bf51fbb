/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRMSYNC_DAEMON_COMMANDS_RESOLVE_H
#define CRMSYNC_DAEMON_COMMANDS_RESOLVE_H

#include "daemon/commands/verbs.h"

/* The verb `conflicts resolve`. */
NODISCARD bool conflict_resolve(struct verb_call *call, struct error *err);
/* How and for what the conflict was decided, which waits for the next sync; empty: it was not. */
NODISCARD bool conflict_choice(const struct verb_call *call, const struct conflict *conflict,
			       struct arena *arena, struct str *ret_choice, struct error *err);

#endif
