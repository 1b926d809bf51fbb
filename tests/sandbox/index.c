/* SPDX-License-Identifier: Apache-2.0 */
#include "index.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>

#define FIRST_BUCKETS 64

void index_release(struct index *index)
{
	for (size_t i = 0; i < index->n_buckets; i++) {
		struct index_entry *entry = index->buckets[i];

		while (entry != NULL) {
			struct index_entry *next = entry->next;

			free(entry);
			entry = next;
		}
	}
	free(index->buckets);
	*index = (struct index){ 0 };
}

static void grow(struct index *index)
{
	const size_t n_buckets = index->n_buckets > 0 ? index->n_buckets * 2 : FIRST_BUCKETS;
	struct index_entry **buckets = alloc_zeroed(n_buckets, sizeof(struct index_entry *));

	for (size_t i = 0; i < index->n_buckets; i++) {
		struct index_entry *entry = index->buckets[i];

		while (entry != NULL) {
			struct index_entry *next = entry->next;
			struct index_entry **slot = &buckets[entry->hash & (n_buckets - 1)];

			entry->next = *slot;
			*slot = entry;
			entry = next;
		}
	}
	free(index->buckets);
	index->buckets = buckets;
	index->n_buckets = n_buckets;
}

void index_add(struct index *index, uint32_t attribute, struct str key, struct record *record)
{
	if (index->n >= index->n_buckets)
		grow(index);
	struct index_entry *entry = alloc_zeroed(1, sizeof(*entry));
	const uint64_t hash = hash64(key, attribute);
	struct index_entry **slot = &index->buckets[hash & (index->n_buckets - 1)];

	*entry = (struct index_entry){ *slot, hash, key, record, attribute };
	*slot = entry;
	index->n++;
}

static bool matches(const struct index_entry *entry, uint64_t hash, uint32_t attribute,
		    struct str key)
{
	return entry->hash == hash && entry->attribute == attribute && str_equal(entry->key, key);
}

void index_remove(struct index *index, uint32_t attribute, struct str key,
		  const struct record *record)
{
	assert(index->n > 0);
	const uint64_t hash = hash64(key, attribute);
	struct index_entry **slot = &index->buckets[hash & (index->n_buckets - 1)];

	while (*slot != NULL) {
		struct index_entry *entry = *slot;

		if (entry->record == record && matches(entry, hash, attribute, key)) {
			*slot = entry->next;
			free(entry);
			index->n--;
			return;
		}
		slot = &entry->next;
	}
	abort(); /* the record was not in the index */
}

const struct index_entry *index_first(const struct index *index, uint32_t attribute, struct str key)
{
	if (index->n == 0)
		return NULL;
	const uint64_t hash = hash64(key, attribute);
	const struct index_entry *entry = index->buckets[hash & (index->n_buckets - 1)];

	while (entry != NULL && !matches(entry, hash, attribute, key))
		entry = entry->next;
	return entry;
}

const struct index_entry *index_next(const struct index_entry *entry)
{
	const struct index_entry *next = entry->next;

	while (next != NULL && !matches(next, entry->hash, entry->attribute, entry->key))
		next = next->next;
	return next;
}
