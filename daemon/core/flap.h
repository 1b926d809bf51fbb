/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flap: tells a field that programs keep changing back and forth from one that a person edits often.
 * Pure.
 */
#ifndef CRMSYNC_CORE_FLAP_H
#define CRMSYNC_CORE_FLAP_H

#include "base/str.h"
#include "core/side.h"

struct flap_write {
	enum side side;                  /* that was written */
	struct str old_value, new_value; /* what was overwritten, and with what */
};

/*
 * The writes of one field of one person within a day, newest first, and the one to come: `next`, to
 * target.  A value that was neither written nor overwritten that day before is a person's, and what
 * was written up to then doesn't count.  The field flaps if, since the last such value,
 *
 *	limit writes brought values back, and this one would be another; or
 *
 * if each of limit writes, and this one, goes to the other side than the one before: something answers
 * each write with a change of its own, new or not.
 */
bool flap_is(const struct flap_write *writes, size_t n, enum side target, struct str next,
	     uint32_t limit);

#endif
