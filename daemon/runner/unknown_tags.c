/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/unknown_tags.h"

bool tags_lack_one(const struct runner *runner, size_t row, const struct value *tags)
{
	if (!field_is_tags(&runner->table->fields[row]) || !value_is_set(tags))
		return false;
	for (uint32_t i = 0; i < tags->n; i++) {
		if (titles_id_of(runner->tags, tags->items[i].text).len == 0)
			return true;
	}
	return false;
}

/* People have no such tag, and never had: it could not be written there.  One that was agreed before is
 * merged all the same: it, or the whole collection, may be gone from people only now.  shadow: of the
 * record's tags, or NULL. */
static bool is_unknown_tag(const struct runner *runner, const struct value *shadow,
			   const struct item *tag)
{
	return titles_id_of(runner->tags, tag->text).len == 0 &&
	       (shadow == NULL || !value_is_set(shadow) || !value_has(shadow, tag->key));
}

void tags_keep_unknown(const struct runner *runner, const struct pair *pair, struct intent *intent,
		       struct arena *arena)
{
	const struct person *records = &pair->now[SIDE_RECORDS];
	const struct value *shadows =
		pair->has_shadow[SIDE_RECORDS] ? pair->shadow[SIDE_RECORDS].values : NULL;
	struct value *base = arena_alloc(arena, runner->table->n, sizeof(struct value));

	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &records->values[i];
		struct value *write = &intent->write.values[i];

		base[i] = intent->base.values[i];
		if (!field_is_tags(&runner->table->fields[i]) || !value_is_set(all))
			continue;
		base[i] = *all;
		if (write->state == VALUE_UNKNOWN)
			continue;
		const uint32_t n = value_is_set(write) ? write->n : 0;
		struct value kept = value_items(arena, n + all->n);

		for (kept.n = 0; kept.n < n; kept.n++)
			kept.items[kept.n] = write->items[kept.n];
		for (uint32_t k = 0; k < all->n; k++) {
			if (is_unknown_tag(runner, shadows != NULL ? &shadows[i] : NULL,
					   &all->items[k]))
				kept.items[kept.n++] = all->items[k];
		}
		*write = kept.n > 0 ? kept : value_empty();
	}
	intent->base.values = base;
}

struct person tags_without_unknown(struct runner *runner, const struct person *records,
				   const struct person *shadow, struct arena *arena)
{
	struct person known = *records;

	known.values = arena_alloc(arena, runner->table->n, sizeof(struct value));
	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &records->values[i];

		known.values[i] = *all;
		if (!field_is_tags(&runner->table->fields[i]) || !value_is_set(all) ||
		    runner->context.tags == NULL)
			continue;
		struct value some = value_items(arena, all->n);

		some.n = 0;
		for (uint32_t k = 0; k < all->n; k++) {
			if (!is_unknown_tag(runner, shadow != NULL ? &shadow->values[i] : NULL,
					    &all->items[k]))
				some.items[some.n++] = all->items[k];
		}
		runner->n_unknown_tags += all->n - some.n;
		known.values[i] = some.n > 0 ? some : value_empty();
	}
	return known;
}
