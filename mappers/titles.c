/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/titles.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "mappers/codec.h"

#include <stdlib.h>
#include <string.h>

/* A power of two, and so are its doubles. */
#define BUCKETS_MIN 64
#define NONE UINT32_MAX

enum index { BY_ID, BY_TITLE, INDEX_COUNT };

struct entry {
	struct str id, title;
	struct str key[INDEX_COUNT]; /* the id; the folded title */
	uint32_t next[INDEX_COUNT];
};

/*
 * Entries stand in the order they were added in and never move; each index is a table of chains
 * through them.  An entry with an empty title is in no title chain.
 */
struct mapper_titles {
	struct arena texts;
	struct entry *entries;
	uint32_t n;
	uint32_t n_buckets; /* also the room for entries */
	uint32_t *buckets[INDEX_COUNT];
};

struct mapper_titles *titles_new(void)
{
	return alloc_zeroed(1, sizeof(struct mapper_titles));
}

void titles_clear(struct mapper_titles *titles)
{
	arena_release(&titles->texts);
	free(titles->entries);
	for (int which = 0; which < INDEX_COUNT; which++)
		free(titles->buckets[which]);
	*titles = (struct mapper_titles){ .n = 0 };
}

void titles_free(struct mapper_titles *titles)
{
	if (titles == NULL)
		return;
	titles_clear(titles);
	free(titles);
}

size_t titles_count(const struct mapper_titles *titles)
{
	return titles->n;
}

static uint32_t *bucket_of(const struct mapper_titles *titles, enum index which, struct str key)
{
	return &titles->buckets[which][hash64(key, which) & (titles->n_buckets - 1)];
}

/* Of several with the same key the one added first. */
static uint32_t find(const struct mapper_titles *titles, enum index which, struct str key)
{
	uint32_t found = NONE;

	if (titles->n_buckets == 0 || key.len == 0)
		return NONE;
	for (uint32_t i = *bucket_of(titles, which, key); i != NONE;
	     i = titles->entries[i].next[which]) {
		if (i < found && str_equal(titles->entries[i].key[which], key))
			found = i;
	}
	return found;
}

static void chain(struct mapper_titles *titles, enum index which, uint32_t i)
{
	struct entry *entry = &titles->entries[i];

	if (entry->key[which].len == 0)
		return;
	uint32_t *bucket = bucket_of(titles, which, entry->key[which]);

	entry->next[which] = *bucket;
	*bucket = i;
}

static void unchain(struct mapper_titles *titles, enum index which, uint32_t i)
{
	const struct entry *entry = &titles->entries[i];

	if (entry->key[which].len == 0)
		return;
	uint32_t *link = bucket_of(titles, which, entry->key[which]);

	while (*link != i)
		link = &titles->entries[*link].next[which];
	*link = entry->next[which];
}

static void grow(struct mapper_titles *titles)
{
	titles->n_buckets = titles->n_buckets == 0 ? BUCKETS_MIN : titles->n_buckets * 2;
	titles->entries =
		alloc_resize(titles->entries, titles->n_buckets, sizeof(*titles->entries));
	for (int which = 0; which < INDEX_COUNT; which++) {
		titles->buckets[which] = alloc_resize(titles->buckets[which], titles->n_buckets,
						      sizeof(*titles->buckets[which]));
		memset(titles->buckets[which], 0xff,
		       titles->n_buckets * sizeof(*titles->buckets[which]));
		for (uint32_t i = 0; i < titles->n; i++)
			chain(titles, (enum index)which, i);
	}
}

/* The form that titles are compared in. */
static struct str folded(struct arena *arena, struct str title)
{
	return codec_fold(arena, codec_line(arena, title));
}

static void set_title(struct mapper_titles *titles, uint32_t i, struct str title)
{
	struct entry *entry = &titles->entries[i];

	entry->title = arena_copy(&titles->texts, title);
	entry->key[BY_TITLE] = folded(&titles->texts, title);
	chain(titles, BY_TITLE, i);
}

bool titles_add(struct mapper_titles *titles, struct str id, struct str title)
{
	const uint32_t known = find(titles, BY_ID, id);

	if (known != NONE) {
		if (!str_equal(titles->entries[known].title, title)) {
			unchain(titles, BY_TITLE, known);
			set_title(titles, known, title);
		}
		return true;
	}
	if (titles->n >= LIMIT_COLLECTION_ITEMS)
		return false;
	if (titles->n == titles->n_buckets)
		grow(titles);
	const uint32_t i = titles->n++;

	titles->entries[i] = (struct entry){ .id = arena_copy(&titles->texts, id) };
	titles->entries[i].key[BY_ID] = titles->entries[i].id;
	chain(titles, BY_ID, i);
	set_title(titles, i, title);
	return true;
}

struct str titles_of_id(const struct mapper_titles *titles, struct str id)
{
	const uint32_t i = find(titles, BY_ID, id);

	return i == NONE ? (struct str){ NULL, 0 } : titles->entries[i].title;
}

struct str titles_id_of(const struct mapper_titles *titles, struct str title)
{
	struct arena scratch = { 0 };
	const struct str key = folded(&scratch, title);
	uint32_t best = find(titles, BY_TITLE, key);

	/* "vip" beside "VIP": the one that is spelled like that comes before the one added first. */
	for (uint32_t i = best == NONE ? NONE : *bucket_of(titles, BY_TITLE, key); i != NONE;
	     i = titles->entries[i].next[BY_TITLE]) {
		if (str_equal(titles->entries[i].title, title))
			best = i;
	}
	arena_release(&scratch);
	return best == NONE ? (struct str){ NULL, 0 } : titles->entries[best].id;
}

uint64_t titles_fingerprint(const struct mapper_titles *titles)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < titles->n; i++)
		sum += hash64(titles->entries[i].title, hash64(titles->entries[i].id, 1));
	return sum;
}
