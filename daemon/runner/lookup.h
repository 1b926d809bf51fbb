/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup: before a person is created on a rolled side, the side is asked whether he is there already.
 *
 * Many are asked for in one request, by their e-mail and LinkedIn addresses and phones, as far as
 * the API can be asked for these.  An answer counts only if it is whole: a server that ignores a
 * filter returns everybody, one page of them; and for keys of a kind only if it shows that the kind
 * is searched: by somebody who can only have been found by that.  Whoever was found with one of the
 * keys is taken into the state, and matched in the same cycle.
 *
 * Who cannot be asked for is created only if the newest pages of this cycle reach back to what is known; of
 * whom no answer tells, or a refused one, when a turn has read everybody, too (lookup_waits.h).
 * Where an answer failed, nobody of that request is created in this cycle.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_LOOKUP_H
#define CRMSYNC_DAEMON_RUNNER_LOOKUP_H

#include "daemon/runner/runner_p.h"

struct lookup;

void lookup_free(struct lookup *lookup); /* NULL is fine */
/* May the person of the other side be created on this one?  NULL: nobody was asked for. */
bool lookup_allows(const struct lookup *lookup, enum side target, struct str id);
/* How many may. */
size_t lookup_count(const struct lookup *lookup, enum side target);

#endif
