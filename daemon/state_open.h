/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_open: the configured state, for commands that look into it or mend it without a cycle.
 */
#ifndef CRMSYNC_DAEMON_STATE_OPEN_H
#define CRMSYNC_DAEMON_STATE_OPEN_H

#include "daemon/config/config.h"
#include "state/store.h"

/* STORE_READ or STORE_WRITE; the file must be there, and belong to the two systems of the
 * configuration.  ERR_STORE if no sync has made it yet. */
NODISCARD bool state_open(const struct config *config, enum store_mode mode,
			  struct store **ret_store, struct error *err);

/* What names each of the two systems of the configuration, in the arena. */
void state_identity(const struct config *config, struct arena *arena,
		    struct str ret_identity[SIDE_COUNT]);
/* Binds an open state to the two systems of the configuration: ERR_FOREIGN if it is others'. */
NODISCARD bool state_bind(const struct config *config, struct store *store, struct error *err);

#endif
