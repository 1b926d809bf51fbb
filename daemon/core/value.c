/* SPDX-License-Identifier: Apache-2.0 */
#include "core/value.h"

#include "base/buf.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

bool value_is_set(const struct value *value)
{
	return value->state == VALUE_SET;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->state != b->state)
		return false;
	if (a->state != VALUE_SET)
		return true;
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		if (!str_equal(a->items[i].text, b->items[i].text))
			return false;
	}
	return true;
}

uint32_t value_find(const struct value *set, struct str key)
{
	if (set->state != VALUE_SET)
		return set->n;
	for (uint32_t i = 0; i < set->n; i++) {
		if (str_equal(set->items[i].key, key))
			return i;
	}
	return set->n;
}

bool value_has(const struct value *set, struct str key)
{
	return set->state == VALUE_SET && value_find(set, key) < set->n;
}

/* Elements are distinct on both sides, so equal counts and one-way containment are enough. */
bool value_equal_as_set(const struct value *a, const struct value *b)
{
	if (a->state != b->state)
		return false;
	if (a->state != VALUE_SET)
		return true;
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		if (!value_has(b, a->items[i].key))
			return false;
	}
	return true;
}

static int compare_keys(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

const struct str *value_sorted_keys(struct arena *arena, const struct value *set)
{
	struct str *keys = arena_alloc(arena, set->n, sizeof(*keys));

	for (uint32_t i = 0; i < set->n; i++)
		keys[i] = set->items[i].key;
	qsort(keys, set->n, sizeof(*keys), compare_keys);
	return keys;
}

struct value value_empty(void)
{
	return (struct value){ .state = VALUE_EMPTY };
}

struct value value_items(struct arena *arena, uint32_t n)
{
	assert(n > 0);
	return (struct value){ .state = VALUE_SET,
			       .n = n,
			       .items = arena_alloc(arena, n, sizeof(struct item)) };
}

struct value value_common(const struct value *set, const struct value *other, struct arena *arena)
{
	struct value common = { .state = VALUE_UNKNOWN };

	if (set->state != VALUE_SET || set->n == 0)
		return common;
	common = value_items(arena, set->n);
	common.n = 0;
	for (uint32_t i = 0; i < set->n; i++) {
		if (value_has(other, set->items[i].key))
			common.items[common.n++] = set->items[i];
	}
	return common.n > 0 ? common : (struct value){ .state = VALUE_UNKNOWN };
}

struct value value_scalar(struct arena *arena, struct str text)
{
	if (text.len == 0)
		return value_empty();
	struct value value = value_items(arena, 1);

	value.items[0] = (struct item){ .text = text, .key = text };
	return value;
}

static struct str copy_or_empty(struct arena *arena, struct str text)
{
	return text.len > 0 ? arena_copy(arena, text) : (struct str){ NULL, 0 };
}

struct value value_copy(struct arena *arena, const struct value *value)
{
	struct value copy = *value;

	if (value->state != VALUE_SET)
		return copy;
	copy.items = arena_alloc(arena, value->n, sizeof(struct item));
	for (uint32_t i = 0; i < value->n; i++) {
		const struct item *from = &value->items[i];
		struct item *to = &copy.items[i];

		to->text = copy_or_empty(arena, from->text);
		to->key = str_equal(from->key, from->text) ? to->text :
							     copy_or_empty(arena, from->key);
		to->extra = copy_or_empty(arena, from->extra);
	}
	return copy;
}

struct str value_part(const struct value *value, unsigned i)
{
	if (value->state != VALUE_SET || i >= value->n)
		return (struct str){ NULL, 0 };
	return value->items[i].text;
}

struct str value_join(struct arena *arena, const struct value *value, const char *separator)
{
	struct buf text;

	if (value->state != VALUE_SET)
		return (struct str){ NULL, 0 };
	buf_init(&text, SIZE_MAX / 2);
	for (uint32_t i = 0; i < value->n; i++) {
		if (value->items[i].text.len == 0)
			continue;
		if (text.len > 0)
			buf_add_z(&text, separator);
		buf_add_str(&text, value->items[i].text);
	}
	const struct str shown = arena_copy(arena, buf_str(&text));

	buf_release(&text);
	return shown;
}
