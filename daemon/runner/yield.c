/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/yield.h"

static struct value both_have(const struct value *one, const struct value *other,
			      struct arena *arena)
{
	const uint32_t n = value_is_set(one) ? one->n : 0;
	struct value both = value_items(arena, n + 1);

	both.n = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (value_has(other, one->items[i].key))
			both.items[both.n++] = one->items[i];
	}
	return both.n > 0 ? both : value_empty();
}

static bool has_others(const struct value *one, const struct value *other)
{
	for (uint32_t i = 0; value_is_set(one) && i < one->n; i++) {
		if (!value_has(other, one->items[i].key))
			return true;
	}
	return false;
}

void yield_note_clash(struct runner *runner, int64_t link)
{
	*VEC_PUSH(&runner->clashed) = link;
}

static bool has_clashed(const struct runner *runner, int64_t link)
{
	for (size_t i = 0; i < runner->clashed.n; i++) {
		if (runner->clashed.items[i] == link)
			return true;
	}
	return false;
}

bool yield_first(const struct runner *runner, const struct pair *pair, struct intent *intent,
		 struct arena *arena)
{
	const enum side source = side_other(intent->target);
	struct person write;
	struct person left;
	bool yields = false;

	if (!has_clashed(runner, intent->link) || !pair->has_shadow[source])
		return false;
	person_init(&write, arena, runner->table);
	write.id = intent->target_id;
	left = person_copy(arena, runner->table, &intent->source);
	for (size_t i = 0; i < runner->table->n; i++) {
		const struct value *wanted = &intent->write.values[i];
		const struct value *base = &intent->base.values[i];

		if (field_shape(runner->table->fields[i].type) != SHAPE_SET ||
		    !has_others(wanted, base) || !has_others(base, wanted))
			continue;
		write.values[i] = both_have(base, wanted, arena);
		/* What the source has got since is not carried yet. */
		left.values[i] = both_have(&intent->source.values[i],
					   &pair->shadow[source].values[i], arena);
		yields = true;
	}
	if (yields) {
		intent->write = write;
		intent->source = left;
	}
	return yields;
}
