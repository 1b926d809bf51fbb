/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user: what the users record of a linked person is to hold, and what of it is to be written.
 *
 * It is a mirror of the people side: what a users record holds is never read back into a person.
 */
#ifndef CRMSYNC_CORE_USER_H
#define CRMSYNC_CORE_USER_H

#include "base/hash.h"
#include "core/person.h"

/* In the order in which they are sent. */
enum user_part {
	USER_ID, /* the person's customerId: one record each */
	USER_EMAIL,
	USER_PERSON,    /* id of the person's record */
	USER_WORKSPACE, /* id of users.workspace */
	USER_PART_COUNT
};

/* Empty: it has none. */
struct user_content {
	struct str part[USER_PART_COUNT];
};

/* As the records side calls it. */
const char *user_part_name(enum user_part part);

/*
 * False: it is not known what the record is to hold, or whether there is to be one.  people: what the person
 * held when both sides last agreed, so that what the guard holds back is held here too.  An empty
 * ret_content->part[USER_ID]: there is to be none.
 */
bool user_wanted(const struct field_table *table, const struct person *people,
		 struct str records_id, struct str workspace, struct user_content *ret_content);

/* Several parts: the sum of their bits. */
#define USER_BIT(part) (1U << (part))
#define USER_ALL_BITS (USER_BIT(USER_PART_COUNT) - 1)

/*
 * The parts that are to be written over `held`; true if there are any.  doubt: bits of those of
 * which it is not known what the record holds.  A workspace is never taken away: it may be somebody
 * else's.
 */
bool user_differs(const struct user_content *held, uint32_t doubt,
		  const struct user_content *wanted, bool ret_parts[USER_PART_COUNT]);

/* Tells refused content from other content. */
struct digest user_digest(const struct user_content *content);

#endif
