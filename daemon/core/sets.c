/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sets.h"

#include <string.h>

static bool has_shadow(const struct set_side *side)
{
	return side->shadow != NULL && side->shadow->state != VALUE_UNKNOWN;
}

static bool was_added(const struct set_side *side, struct str key)
{
	return value_has(side->now, key) && !(has_shadow(side) && value_has(side->shadow, key));
}

static bool was_removed(const struct set_side *side, struct str key)
{
	return has_shadow(side) && value_has(side->shadow, key) && !value_has(side->now, key);
}

/* The element that an edit of this side made its first; NULL if its primary did not change. */
static const struct item *new_primary(const struct set_side *side)
{
	if (side->shadow == NULL || side->shadow->state == VALUE_UNKNOWN ||
	    !value_is_set(side->now))
		return NULL;
	if (value_is_set(side->shadow) &&
	    str_equal(side->now->items[0].key, side->shadow->items[0].key))
		return NULL;
	return &side->now->items[0];
}

static void move_to_front(struct value *set, struct str key)
{
	const uint32_t at = value_find(set, key);

	if (at == 0 || at >= set->n)
		return;
	const struct item first = set->items[at];

	memmove(&set->items[1], &set->items[0], at * sizeof(set->items[0]));
	set->items[0] = first;
}

/* Elements of `to` without what `from` removed, then what `from` added. */
static struct value apply_edits(const struct set_side *from, const struct set_side *to,
				struct arena *arena)
{
	const uint32_t n_to = value_is_set(to->now) ? to->now->n : 0;
	const uint32_t n_from = value_is_set(from->now) ? from->now->n : 0;

	if (n_to + n_from == 0)
		return value_empty();
	struct value want = value_items(arena, n_to + n_from);

	want.n = 0;
	for (uint32_t i = 0; i < n_to; i++) {
		const struct item *item = &to->now->items[i];

		if (!was_removed(from, item->key) || was_added(to, item->key))
			want.items[want.n++] = *item;
	}
	for (uint32_t i = 0; i < n_from; i++) {
		const struct item *item = &from->now->items[i];

		if (was_added(from, item->key) && !value_has(&want, item->key))
			want.items[want.n++] =
				(struct item){ .text = item->text, .key = item->key };
	}
	return want.n > 0 ? want : value_empty();
}

/*
 * A side that holds one element shows the other side's primary.  What it shows now stays as long as it
 * is an element of the whole list and the list's primary was not edited.
 */
static struct value show_one(const struct field *field, const struct set_side *one,
			     const struct set_side *many, const struct value *whole,
			     struct arena *arena)
{
	if (!one->flows && !many->flows)
		return *one->now;
	/* At first contact nobody took away what it shows. */
	if (!value_is_set(whole))
		return has_shadow(many) ? value_empty() : *one->now;
	const bool primary_edited = field_has_primary(field->type) && new_primary(many) != NULL;

	if (value_is_set(one->now) && value_has(whole, one->now->items[0].key) && !primary_edited)
		return *one->now;
	struct value shown = value_items(arena, 1);

	shown.items[0] = (struct item){ .text = whole->items[0].text, .key = whole->items[0].key };
	return shown;
}

void sets_merge(const struct field *field, const struct set_side sides[SIDE_COUNT],
		enum side winner, struct arena *arena, struct value ret_want[SIDE_COUNT])
{
	const bool has_primary = field_has_primary(field->type);

	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side to = (enum side)i;
		const enum side from = side_other(to);
		const struct item *theirs = new_primary(&sides[from]);
		const struct item *ours = new_primary(&sides[to]);

		if (!sides[from].flows) {
			ret_want[to] = *sides[to].now;
			continue;
		}
		ret_want[to] = apply_edits(&sides[from], &sides[to], arena);
		/* A side that holds one of them says which is the first, in a list without an order too. */
		if ((has_primary ? theirs != NULL && (ours == NULL || from == winner) :
				   theirs != NULL && field->single[from]))
			move_to_front(&ret_want[to], theirs->key);
	}
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side many = side_other((enum side)i);

		if (field->single[i] && sides[many].flows)
			ret_want[i] =
				show_one(field, &sides[i], &sides[many], &ret_want[many], arena);
	}
}

static bool is_first(const struct value *set, struct str key)
{
	return value_is_set(set) && str_equal(set->items[0].key, key);
}

/* The target itself made this element its first, and the source has another one there: that is not agreed
 * before it travelled, although both hold it. */
static bool is_own_first(struct str key, const struct value *base, const struct value *old,
			 const struct value *source)
{
	return old->state != VALUE_UNKNOWN && is_first(base, key) && !is_first(old, key) &&
	       !is_first(source, key);
}

/* There is room for one more element.  Where no other could be the first, the old one is, that both
 * sides have taken away. */
static void keep_first_open(struct value *shadow, const struct value *base, const struct value *old,
			    const struct value *source)
{
	if (shadow->n == 0 || !is_own_first(shadow->items[0].key, base, old, source))
		return;
	if (shadow->n == 1 && value_is_set(old) && !value_has(source, old->items[0].key) &&
	    !value_has(shadow, old->items[0].key))
		shadow->items[shadow->n++] = old->items[0];
	const bool has_theirs = value_is_set(source) && value_has(shadow, source->items[0].key);

	if (shadow->n > 1)
		move_to_front(shadow, has_theirs ? source->items[0].key : shadow->items[1].key);
}

/* Elements in the answer that nobody knew of: added since the reading.  If one of ours is missing instead,
 * the server has spelt it its own way, and that is what was agreed. */
static bool spelt_anew(const struct value *written, const struct value *base,
		       const struct value *answer)
{
	const uint32_t n = value_is_set(written) ? written->n : 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!value_has(answer, written->items[i].key) &&
		    !value_has(base, written->items[i].key))
			return true;
	}
	return false;
}

struct value sets_shadow_after(const struct field *field, const struct value *answer,
			       const struct value *base, const struct value *old,
			       const struct value *source, const struct value *written,
			       struct arena *arena)
{
	const uint32_t n_base = value_is_set(base) ? base->n : 0;
	const uint32_t n_answer = value_is_set(answer) ? answer->n : 0;
	const uint32_t n_old = value_is_set(old) ? old->n : 0;

	if (n_answer + n_base + n_old == 0)
		return value_empty();
	struct value shadow = value_items(arena, n_answer + n_base + n_old);
	const bool anew = spelt_anew(written, base, answer);

	shadow.n = 0;
	for (uint32_t i = 0; i < n_answer; i++) {
		const struct str key = answer->items[i].key;
		const bool own_addition = value_has(base, key) ? !value_has(old, key) :
								 !anew && !value_has(written, key);

		if (value_has(source, key) || !own_addition)
			shadow.items[shadow.n++] = answer->items[i];
	}
	for (uint32_t i = 0; i < n_base; i++) {
		const struct str key = base->items[i].key;

		if (value_has(written, key) && !value_has(answer, key))
			shadow.items[shadow.n++] = base->items[i];
	}
	for (uint32_t i = 0; i < n_old; i++) {
		const struct str key = old->items[i].key;
		const bool own_removal = !value_has(base, key) && !value_has(answer, key);

		if (own_removal && value_has(source, key))
			shadow.items[shadow.n++] = old->items[i];
	}
	if (shadow.n == 0)
		return value_empty();
	if (field_has_primary(field->type))
		keep_first_open(&shadow, base, old, source);
	return shadow;
}
