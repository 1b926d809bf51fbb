/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members: the named things of a side that persons refer to by id (tags, organizations, companies), kept
 * whole as they were when last read.
 */
#ifndef CRMSYNC_STATE_MEMBERS_H
#define CRMSYNC_STATE_MEMBERS_H

#include "state/store.h"

/* known_by, text: as mappers/collections.h has them. */
struct stored_member {
	struct str id, title, known_by, text;
};

typedef bool stored_member_fn(void *payload, const struct stored_member *member, struct error *err);
/* *ret_read_at 0: never read.  Calls fn for each, in the order of the ids; texts are valid in the call. */
NODISCARD bool store_members_each(struct store *store, const char *collection, int64_t *ret_read_at,
				  uint32_t *ret_requests, stored_member_fn *fn, void *payload,
				  struct error *err);
/* begin empties the collection; put fills it; read_at is when it was read, in so many requests.  In one
 * transaction. */
NODISCARD bool store_members_begin(struct store *store, const char *collection, int64_t read_at,
				   uint32_t requests, struct error *err);
NODISCARD bool store_members_put(struct store *store, const char *collection,
				 const struct stored_member *member, struct error *err);

/* When what was read is not to be relied upon any more: before any time, and not "never". */
#define STORE_MEMBERS_OLD 1
/* Its reading was at STORE_MEMBERS_OLD from now on. */
NODISCARD bool store_members_outdate(struct store *store, const char *collection,
				     struct error *err);

/* What was looked for in the last reading and is not in it: forgotten by store_members_begin().
 * refused: it was to be made, and could not be. */
typedef void sought_fn(void *payload, struct str text, bool refused);
NODISCARD bool store_sought_each(struct store *store, const char *collection, sought_fn *fn,
				 void *payload, struct error *err);
/* Of a collection that was read. */
NODISCARD bool store_sought_add(struct store *store, const char *collection, struct str text,
				bool refused, struct error *err);

#endif
