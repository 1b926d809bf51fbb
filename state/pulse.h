/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse: a sign of life while the state is at work.  A phase of a cycle that asks nobody goes on in one
 * piece, for seconds if there are many persons, and so can a single query.
 */
#ifndef CRMSYNC_STATE_PULSE_H
#define CRMSYNC_STATE_PULSE_H

#include "state/store.h"

/* False: what is under way is not wanted any more. */
typedef bool pulse_fn(void *payload);

/* Calls fn every so many steps of SQLite (thousands of times a second when it is busy) from the inside
 * of the store's functions, transactions included: it must not use the store.  NULL: no more.
 *
 * If it returns false within a transaction, the statement under way is cut short and its function fails
 * with ERR_CANCELED; the transaction can only be rolled back.  A commit is never cut, nor what reads
 * outside of a transaction. */
void store_on_pulse(struct store *store, pulse_fn *fn, void *payload);

#endif
