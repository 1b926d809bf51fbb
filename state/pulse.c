/* SPDX-License-Identifier: Apache-2.0 */
#include "state/pulse.h"

#include "state/store_p.h"

/* Counted by statement.  Few enough for a loop of short statements to be heard of a few times a second,
 * many enough to cost nothing. */
#define STEPS 1000

static int on_steps(void *payload)
{
	const struct store *store = payload;

	/* Zero: go on.  The handler is also called at a COMMIT's end, when there is no transaction any more. */
	return !store->on_pulse(store->pulse_payload) && !sqlite3_get_autocommit(store->sql.db);
}

void store_on_pulse(struct store *store, pulse_fn *fn, void *payload)
{
	store->on_pulse = fn;
	store->pulse_payload = payload;
	sqlite3_progress_handler(store->sql.db, STEPS, fn != NULL ? on_steps : NULL, store);
}
