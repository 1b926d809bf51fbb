/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: what the checkers share.
 */
#ifndef CRMSYNC_SIM_CHECK_H
#define CRMSYNC_SIM_CHECK_H

#include "sim.h"

/* The two persons of a human as they stand now; false unless there is exactly one on each side. */
bool check_pair(struct sim *sim, uint32_t human, const struct facts *ret_pair[SANDBOX_SIDE_COUNT]);
/* The same of a human of whom it is plain who it is: surely linked, and mixed up with nobody. */
bool check_sure_pair(struct sim *sim, uint32_t human,
		     const struct facts *ret_pair[SANDBOX_SIDE_COUNT]);
/* Reads both servers for check_pair(). */
void check_look(struct sim *sim);
/* Do both sides say the same here, as far as the dialect has room? */
bool check_agrees(const struct sim *sim, const struct facts *const pair[SANDBOX_SIDE_COUNT],
		  enum slot slot);
/* Does this slot of the records side hold the first of several only? */
bool check_is_single(const struct sim *sim, enum slot slot);
/* A key that nobody could miss: a phone counts with the same name only. */
bool check_share_key(const struct facts *a, const struct facts *b);
/* Is that slot synced under this configuration? */
bool check_is_synced(const struct sim *sim, enum slot slot);
/* The same of this human: a server may ignore it. */
bool check_is_carried(const struct sim *sim, uint32_t human, enum slot slot);

#endif
