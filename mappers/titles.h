/* SPDX-License-Identifier: Apache-2.0 */
/*
 * titles: a small collection of named things of a side (tags), both ways: id to title, title to id.
 *
 * Titles are compared case-folded; where two ids share a title, the one that is spelled exactly as asked
 * for answers, else the one added first.
 * Ownership: the set owns copies of all it was given.
 */
#ifndef CRMSYNC_MAPPERS_TITLES_H
#define CRMSYNC_MAPPERS_TITLES_H

#include "base/str.h"

#include <stdint.h>

struct mapper_titles;

struct mapper_titles *titles_new(void);
void titles_free(struct mapper_titles *titles); /* NULL is fine */
void titles_clear(struct mapper_titles *titles);
size_t titles_count(const struct mapper_titles *titles);
/* False when the collection is full (LIMIT_COLLECTION_ITEMS). */
NODISCARD bool titles_add(struct mapper_titles *titles, struct str id, struct str title);
/* Empty if unknown.  Views valid until the next change. */
struct str titles_of_id(const struct mapper_titles *titles, struct str id);
struct str titles_id_of(const struct mapper_titles *titles, struct str title);

/* Of all ids and titles, whatever the order they were added in: tells a changed collection. */
uint64_t titles_fingerprint(const struct mapper_titles *titles);

#endif
