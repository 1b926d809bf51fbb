/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRMSYNC_DAEMON_COMMANDS_RESOLVE_H
#define CRMSYNC_DAEMON_COMMANDS_RESOLVE_H

#include "daemon/commands/verbs.h"

/* The verb `conflicts resolve`. */
NODISCARD bool conflict_resolve(struct verb_call *call, struct error *err);
/* Was the conflict decided, and waits for the next sync? */
NODISCARD bool conflict_is_resolved(struct store *store, const struct conflict *conflict,
				    bool *ret_resolved, struct error *err);

#endif
