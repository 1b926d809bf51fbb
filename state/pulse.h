/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse: a sign of life while the state is at work.  A phase of a cycle that asks nobody goes on in one
 * piece, for seconds if there are many persons, and so can a single query.
 */
#ifndef CRMSYNC_STATE_PULSE_H
#define CRMSYNC_STATE_PULSE_H

#include "state/store.h"

/* Calls fn every so many steps of SQLite (thousands of times a second when it is busy) from the inside
 * of the store's functions, transactions included: it must not use the store.  NULL: no more. */
void store_on_pulse(struct store *store, void (*fn)(void *payload), void *payload);

#endif
