/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/unknown_tags.h"

#include "daemon/runner/references.h"

/* A set whose elements the record holds as texts, and people as members of a collection. */
static bool is_titled(const struct field *field)
{
	return field_collection(field, SIDE_PEOPLE) != COLLECTION_NONE &&
	       field_collection(field, SIDE_RECORDS) == COLLECTION_NONE &&
	       !field->single[SIDE_RECORDS];
}

static bool holds(const struct person *person, size_t row, const struct item *tag)
{
	return person != NULL && value_is_set(&person->values[row]) &&
	       value_has(&person->values[row], tag->key);
}

/* People have no such tag, and never had: it could not be written there.  One that was agreed before, or
 * that the person of people shows, is merged all the same: it, or the whole collection, may be gone from
 * people only since.  shadow: of the record; people: its counterpart as it was read; each may be NULL. */
static bool is_unknown_tag(const struct runner *runner, size_t row, const struct person *shadow,
			   const struct person *people, const struct item *tag)
{
	return references_lack_text(runner, SIDE_PEOPLE, &runner->table->fields[row], tag->text) &&
	       !holds(shadow, row, tag) && !holds(people, row, tag);
}

void tags_keep_unknown(const struct runner *runner, const struct pair *pair, struct intent *intent,
		       struct arena *arena)
{
	const struct person *records = &pair->now[SIDE_RECORDS];
	const struct person *shadow =
		pair->has_shadow[SIDE_RECORDS] ? &pair->shadow[SIDE_RECORDS] : NULL;
	struct value *base = arena_alloc(arena, runner->table->n, sizeof(struct value));

	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &records->values[i];
		struct value *write = &intent->write.values[i];

		base[i] = intent->base.values[i];
		if (!is_titled(&runner->table->fields[i]) || !value_is_set(all))
			continue;
		base[i] = *all;
		if (write->state == VALUE_UNKNOWN)
			continue;
		const uint32_t n = value_is_set(write) ? write->n : 0;
		struct value kept = value_items(arena, n + all->n);

		for (kept.n = 0; kept.n < n; kept.n++)
			kept.items[kept.n] = write->items[kept.n];
		for (uint32_t k = 0; k < all->n; k++) {
			if (is_unknown_tag(runner, i, shadow, &pair->now[SIDE_PEOPLE],
					   &all->items[k]))
				kept.items[kept.n++] = all->items[k];
		}
		*write = kept.n > 0 ? kept : value_empty();
	}
	intent->base.values = base;
}

static struct value without_unknown(struct runner *runner, size_t row, const struct value *all,
				    const struct person *shadow, const struct person *people,
				    struct arena *arena)
{
	const struct field *field = &runner->table->fields[row];
	const bool flows = direction_flows_from(field->direction, SIDE_RECORDS);
	struct value some = value_items(arena, all->n);

	some.n = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		if (!is_unknown_tag(runner, row, shadow, people, &all->items[i]))
			some.items[some.n++] = all->items[i];
		else if (flows)
			references_seek(runner, SIDE_PEOPLE, field, all->items[i].text);
	}
	if (some.n < all->n && flows)
		references_leave_out(runner, field_collection(field, SIDE_PEOPLE), all->n - some.n);
	return some.n > 0 ? some : value_empty();
}

struct person tags_without_unknown(struct runner *runner, const struct person *records,
				   const struct person *shadow, const struct person *people,
				   struct arena *arena)
{
	struct person known = *records;

	known.values = arena_alloc(arena, runner->table->n, sizeof(struct value));
	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *all = &records->values[i];

		known.values[i] = *all;
		if (is_titled(&runner->table->fields[i]) && value_is_set(all))
			known.values[i] = without_unknown(runner, i, all, shadow, people, arena);
	}
	return known;
}
