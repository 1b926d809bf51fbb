/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why: what the files of the command share.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_WHY_H
#define CRMSYNC_DAEMON_COMMANDS_WHY_H

#include "daemon/commands/verbs.h"
#include "daemon/commands/whom.h"

struct why {
	struct verb_call *call;
	struct whom whom;
	struct pair pair; /* of an active link */
	struct arena arena;
};

static inline bool why_is_linked(const struct why *why)
{
	return why->whom.has_link && why->whom.link.state == LINK_ACTIVE;
}

/* One line a thing: what waits for this person, or becomes of it.  why_next.c */
NODISCARD bool why_next(struct why *why, struct buf *out, struct error *err);
/* Is there nothing on `target`, as far as was read, that this value could be written as?  Then the field is
 * left out.  why_references.c */
NODISCARD bool why_lacks(const struct why *why, const struct field *field, enum side target,
			 const struct value *value, bool *ret_lacks, struct error *err);
/* The fields side by side, or one of them (at >= 0) in all detail.  why_fields.c */
NODISCARD bool why_fields(struct why *why, int at, struct error *err);

#endif
