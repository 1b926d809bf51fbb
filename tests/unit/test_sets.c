/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets that both sides edit, carried out round by round as the push does it: at most one write a
 * round, people first, shadows moved by what was written.  Whatever the edits and however a server
 * orders what it stores: both edits apply, both sides end equal, and the next round writes nothing.
 */
#include "core/sets.h"
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ELEMENTS 6
#define WORLDS 20000
#define ROUNDS_MOST 3

struct world {
	struct one_field one;
	struct arena arena;
	uint64_t random;
	struct value now[SIDE_COUNT];
	struct value shadow[SIDE_COUNT];
};

static uint64_t next_random(struct world *w)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return w->random >> 33;
}

static struct value from_bits(struct world *w, unsigned bits)
{
	static const char *const names[ELEMENTS] = { "a", "b", "c", "d", "e", "f" };
	struct value set = value_items(&w->arena, ELEMENTS);

	set.n = 0;
	for (unsigned i = 0; i < ELEMENTS; i++) {
		const struct str text = str_from(names[i]);

		if ((bits >> i & 1) != 0)
			set.items[set.n++] = (struct item){ .text = text, .key = text };
	}
	return set.n > 0 ? set : value_empty();
}

static unsigned to_bits(const struct value *set)
{
	unsigned bits = 0;

	for (uint32_t i = 0; value_is_set(set) && i < set->n; i++)
		bits |= 1U << (set->items[i].text.p[0] - 'a');
	return bits;
}

/* A server keeps the elements and orders them as it likes. */
static struct value stored(struct world *w, const struct value *written)
{
	struct value copy = value_copy(&w->arena, written);

	for (uint32_t i = 0; value_is_set(&copy) && i + 1 < copy.n; i++) {
		const uint32_t j = i + (uint32_t)(next_random(w) % (copy.n - i));
		const struct item item = copy.items[i];

		copy.items[i] = copy.items[j];
		copy.items[j] = item;
	}
	return copy;
}

/* One round; false if nothing was to be written. */
static bool carry_out(struct world *w)
{
	static const enum side order[] = { SIDE_PEOPLE, SIDE_RECORDS };
	struct set_side sides[SIDE_COUNT];
	struct value want[SIDE_COUNT];

	for (int i = 0; i < SIDE_COUNT; i++)
		sides[i] = (struct set_side){ &w->now[i], &w->shadow[i], true };
	sets_merge(&w->one.row, sides, SIDE_RECORDS, &w->arena, want);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		const enum side to = order[i];
		const enum side from = side_other(to);

		if (!merge_value_changed(&w->one.row, &want[to], &w->now[to]))
			continue;
		const struct value answer = stored(w, &want[to]);

		w->shadow[to] = sets_shadow_after(&w->one.row, &answer, &w->now[to], &w->shadow[to],
						  &w->now[from], &want[to], &w->arena);
		w->shadow[from] = w->now[from];
		w->now[to] = answer;
		return true;
	}
	return false;
}

static void run_world(struct world *w, enum field_type type, bool first_contact)
{
	const unsigned base = (unsigned)next_random(w) % (1U << ELEMENTS);
	const unsigned left = (unsigned)next_random(w) % (1U << ELEMENTS);
	const unsigned right = (unsigned)next_random(w) % (1U << ELEMENTS);
	const unsigned added = (left | right) & ~base;
	const unsigned kept = base & left & right;
	const unsigned wanted = first_contact ? left | right : kept | added;
	unsigned rounds = 0;

	one_field_init(&w->one, type, POLICY_NEWEST, DIRECTION_BOTH);
	w->now[SIDE_RECORDS] = from_bits(w, left);
	w->now[SIDE_PEOPLE] = from_bits(w, right);
	for (int i = 0; i < SIDE_COUNT; i++)
		w->shadow[i] = first_contact ? (struct value){ 0 } : from_bits(w, base);
	while (carry_out(w)) {
		rounds++;
		if (rounds > ROUNDS_MOST)
			fail_msg("base %x, %x and %x: still writing after %u rounds", base, left,
				 right, rounds);
	}
	for (int i = 0; i < SIDE_COUNT; i++) {
		if (to_bits(&w->now[i]) != wanted)
			fail_msg("base %x, %x and %x: %s ends with %x, wanted %x", base, left,
				 right, side_name((enum side)i), to_bits(&w->now[i]), wanted);
	}
	arena_reset(&w->arena);
}

static void run_worlds(enum field_type type, bool first_contact)
{
	struct world w = { .random = 42 };

	for (int i = 0; i < WORLDS; i++)
		run_world(&w, type, first_contact);
	arena_release(&w.arena);
}

static void test_edits_of_tags(void **state)
{
	(void)state;
	run_worlds(FIELD_TEXT_SET, false);
}

static void test_first_contact_of_tags(void **state)
{
	(void)state;
	run_worlds(FIELD_TEXT_SET, true);
}

static void test_edits_of_emails(void **state)
{
	(void)state;
	run_worlds(FIELD_EMAIL_SET, false);
}

static void test_first_contact_of_emails(void **state)
{
	(void)state;
	run_worlds(FIELD_EMAIL_SET, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edits_of_tags),
		cmocka_unit_test(test_first_contact_of_tags),
		cmocka_unit_test(test_edits_of_emails),
		cmocka_unit_test(test_first_contact_of_emails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
