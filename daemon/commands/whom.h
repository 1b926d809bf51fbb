/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whom: who is meant by an id on the command line: either side's, or a link's number.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_WHOM_H
#define CRMSYNC_DAEMON_COMMANDS_WHOM_H

#include "state/store.h"

struct whom {
	bool has_link; /* active or dissolved */
	struct link link;
	struct str id[SIDE_COUNT]; /* empty: nobody there */
	/* What each side held when last read; only of persons that are known. */
	bool known[SIDE_COUNT];
	struct person now[SIDE_COUNT];
	int64_t unreadable_since[SIDE_COUNT]; /* 0: it can be read */
};

/* In the arena.  An id comes before a number.  ERR_USAGE if it is nobody's. */
NODISCARD bool whom_find(struct store *store, struct str word, struct arena *arena,
			 struct whom *ret_whom, struct error *err);
/*
 * Whom to erase or hand out as one human: without the other end of a dissolved link if that was parted by
 * hand, or is linked with somebody else now.  ERR_USAGE if such a link was named by its number.
 */
NODISCARD bool whom_narrow(struct store *store, struct str word, struct arena *arena,
			   struct whom *whom, struct error *err);
/* Does the state know of it: has it been read, or is it there and cannot be? */
bool whom_is_there(const struct whom *whom, enum side side);
/* When the person of this id was forgotten; *ret_at 0: it was not. */
NODISCARD bool whom_forgotten(struct store *store, struct str word, int64_t *ret_at,
			      struct error *err);
/* What one of them is called; empty if that is not known. */
struct str whom_label(const struct whom *whom, const struct field_table *table,
		      struct arena *arena);
/* Is it one of these two ids? */
bool whom_has_id(const struct whom *whom, enum side side, struct str id);

#endif
