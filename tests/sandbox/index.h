/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index: a hash multi-map from (attribute, key) to records.  Keys are borrowed from the record.
 */
#ifndef CRMSYNC_SANDBOX_INDEX_H
#define CRMSYNC_SANDBOX_INDEX_H

#include "base/str.h"

struct record;

/* The pseudo attribute under which ids are found. */
#define INDEX_ID UINT32_MAX
/* … and the ids of the records' notes. */
#define INDEX_NOTE (UINT32_MAX - 1)

struct index_entry {
	struct index_entry *next;
	uint64_t hash;
	struct str key;
	struct record *record;
	uint32_t attribute;
};

/* Zeroed is a valid, empty index. */
struct index {
	struct index_entry **buckets;
	size_t n_buckets;
	size_t n;
};

void index_release(struct index *index);
void index_add(struct index *index, uint32_t attribute, struct str key, struct record *record);
/* Takes one entry of that record out; it must be there. */
void index_remove(struct index *index, uint32_t attribute, struct str key,
		  const struct record *record);
/* NULL if there is none.  Valid until the next change. */
const struct index_entry *index_first(const struct index *index, uint32_t attribute,
				      struct str key);
const struct index_entry *index_next(const struct index_entry *entry);

#endif
