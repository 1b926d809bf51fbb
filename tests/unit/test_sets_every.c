/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every list that a side may have held and may hold now, out of three elements: element by element
 *
 *	added here                             there, too
 *	removed here, unchanged there          gone on both
 *	removed here, added there              stays
 *	anything else                          stays as it is
 *
 * at first contact both are united; a target of a one-way list gets, and never gives.  (The rest of the
 * merge: see test_merge_every.c.)
 */
#include "merge_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define VALUES_MOST 16

struct every {
	struct merge_world w;
	struct arena arena; /* of the values */
	struct value values[SIDE_COUNT][VALUES_MOST];
	size_t n[SIDE_COUNT];
	unsigned long n_cells;
};

/* What each side held and holds, as bits. */
struct bits {
	unsigned old[SIDE_COUNT];
	unsigned now[SIDE_COUNT];
};

static unsigned bits_of(const struct value *set)
{
	unsigned bits = 0;

	for (uint32_t i = 0; value_is_set(set) && i < set->n; i++)
		bits |= 1U << (set->items[i].key.p[0] - 'a');
	return bits;
}

static struct bits bits_of_world(const struct merge_world *w)
{
	struct bits bits = { 0 };

	for (int i = 0; i < SIDE_COUNT; i++) {
		bits.old[i] = bits_of(&w->shadow[i]);
		bits.now[i] = bits_of(world_held(w, (enum side)i));
	}
	return bits;
}

static bool is_known(const struct merge_world *w)
{
	return world_held(w, SIDE_RECORDS)->state != VALUE_UNKNOWN &&
	       world_held(w, SIDE_PEOPLE)->state != VALUE_UNKNOWN;
}

/* What `to` holds in the end. */
static unsigned wanted(const struct merge_world *w, const struct bits *bits, enum side to)
{
	const enum side from = side_other(to);
	const bool first = world_first_contact(w);
	const bool changed =
		first || world_changed(w, SIDE_RECORDS) || world_changed(w, SIDE_PEOPLE);
	/* An edit on a target that is put back counts as none. */
	const bool put_back = w->one.row.enforce && !world_flows(w, to) && !first;
	const unsigned here = put_back ? bits->old[to] : bits->now[to];
	const unsigned added_here = here & ~bits->old[to];
	const unsigned added_there = bits->now[from] & ~(first ? 0 : bits->old[from]);
	const unsigned removed_there = first ? 0 : bits->old[from] & ~bits->now[from];
	const bool agreed =
		world_changed(w, from) && world_changed(w, to) && bits->now[from] == bits->now[to];

	if (!changed || agreed || !world_flows(w, from))
		return bits->now[to];
	return (here & ~(removed_there & ~added_here)) | added_there;
}

/* Where one side made another element the first one, it is the first on both, if both hold it. */
static void check_first(struct merge_world *start, struct merge_world *end)
{
	const struct value *first[SIDE_COUNT] = { NULL, NULL };
	const enum side winner =
		start->one.row.policy == POLICY_PEOPLE ? SIDE_PEOPLE : SIDE_RECORDS;

	if (!field_has_primary(start->one.row.type) || world_first_contact(start) ||
	    !world_flows(start, SIDE_RECORDS) || !world_flows(start, SIDE_PEOPLE))
		return;
	/* The same elements on both sides are agreed, in whatever order. */
	if (world_changed(start, SIDE_RECORDS) && world_changed(start, SIDE_PEOPLE) &&
	    value_equal_as_set(world_held(start, SIDE_RECORDS), world_held(start, SIDE_PEOPLE)))
		return;
	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct value *held = world_held(start, (enum side)i);
		const struct value *old = &start->shadow[i];

		if (value_is_set(held) &&
		    (!value_is_set(old) || !str_equal(held->items[0].key, old->items[0].key)))
			first[i] = held;
	}
	const struct value *chosen =
		first[winner] != NULL ? first[winner] : first[side_other(winner)];

	for (int i = 0; i < SIDE_COUNT && chosen != NULL; i++) {
		const struct value *held = world_held(end, (enum side)i);
		const struct value *other = world_held(end, side_other((enum side)i));
		const struct str key = chosen->items[0].key;

		if (value_has(held, key) && value_has(other, key))
			WORLD_MUST(start, str_equal(held->items[0].key, key),
				   "the first of one side is the first of both");
	}
}

static void check_many(struct merge_world *start, struct merge_world *end)
{
	const struct bits was = bits_of_world(start);
	const struct bits is = bits_of_world(end);

	for (int i = 0; i < SIDE_COUNT; i++)
		WORLD_MUST(start, is.now[i] == wanted(start, &was, (enum side)i),
			   side_name((enum side)i));
	check_first(start, end);
}

/*
 * A record that holds one element shows one of the other side's list.  What people hold goes only if
 * the record's edit took it away; what the record got arrives.  Nothing here is symmetric.
 */
static void check_single(struct merge_world *start, struct merge_world *end)
{
	const struct bits was = bits_of_world(start);
	const struct bits is = bits_of_world(end);
	const bool both = world_flows(start, SIDE_RECORDS) && world_flows(start, SIDE_PEOPLE);
	const bool put_back = start->one.row.enforce && !both;
	const bool edited = !world_first_contact(start) && world_changed(start, SIDE_RECORDS);
	const unsigned replaced = edited ? was.old[SIDE_RECORDS] & ~was.now[SIDE_RECORDS] : 0;

	if (put_back)
		return;
	WORLD_MUST(start, (was.now[SIDE_PEOPLE] & ~replaced & ~is.now[SIDE_PEOPLE]) == 0,
		   "nobody took it from people");
	if (edited && world_flows(start, SIDE_RECORDS) && !world_changed(start, SIDE_PEOPLE))
		WORLD_MUST(start, (was.now[SIDE_RECORDS] & ~is.now[SIDE_PEOPLE]) == 0,
			   "what the record got arrives");
	if (both && (world_first_contact(start) || edited || world_changed(start, SIDE_PEOPLE)))
		WORLD_MUST(start,
			   (is.now[SIDE_RECORDS] & ~is.now[SIDE_PEOPLE]) == 0 &&
				   (is.now[SIDE_RECORDS] != 0 || is.now[SIDE_PEOPLE] == 0),
			   "the record shows one of the list");
}

/* ---- What holds of every single merge ---- */

static void check_writes(struct merge_world *start, const struct merge_result *merged)
{
	const struct bits was = bits_of_world(start);
	const unsigned anywhere = was.old[0] | was.old[1] | was.now[0] | was.now[1];

	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct value *write = &merged->fields[0].write[i];
		const enum side from = side_other((enum side)i);

		if (write->state == VALUE_UNKNOWN)
			continue;
		WORLD_MUST(start, world_flows(start, from), "nothing flows to the source");
		WORLD_MUST(start, (bits_of(write) & ~anywhere) == 0, "nothing is invented");
		WORLD_MUST(start, world_held(start, from)->state != VALUE_UNKNOWN,
			   "unknown overwrites nothing");
		WORLD_MUST(start,
			   !start->one.row.single[i] || !value_is_set(write) || write->n == 1,
			   "who holds one gets one");
		WORLD_MUST(start, write->state != VALUE_EMPTY || !world_first_contact(start),
			   "first contact clears nothing");
		for (uint32_t k = 1; value_is_set(write) && k < write->n; k++)
			WORLD_MUST(start, value_find(write, write->items[k].key) == k,
				   "no element twice");
	}
}

/* `newest` prefers records where both sides have a new first element, so it is left out here. */
static void check_mirrored(struct merge_world *start, const struct merge_result *merged)
{
	struct merge_world mirrored;
	struct merge_result other_way;

	if (start->one.row.policy == POLICY_NEWEST || start->one.row.single[SIDE_RECORDS])
		return;
	world_mirror(start, &mirrored);
	mirrored.arena = (struct arena){ 0 };
	world_merge(&mirrored, &other_way);
	for (int i = 0; i < SIDE_COUNT; i++)
		WORLD_MUST(start,
			   value_equal(&merged->fields[0].write[i],
				       &other_way.fields[0].write[side_other((enum side)i)]),
			   "what is written is the same the other way round");
	arena_release(&mirrored.arena);
}

static void check_cell(struct every *every)
{
	struct merge_world *w = &every->w;
	struct merge_world start = *w;
	struct merge_result merged;
	int round = 1;

	start.arena = (struct arena){ 0 };
	start.one.table.fields = &start.one.row;
	world_merge(&start, &merged);
	check_writes(&start, &merged);
	check_mirrored(&start, &merged);
	while (world_round(w, round == WORLD_ROUNDS_MOST, &merged)) {
		WORLD_MUST(&start, round <= WORLD_ROUNDS_MOST, "it comes to an end");
		round++;
	}
	for (int again = 0; again < 2; again++)
		WORLD_MUST(&start, !world_round(w, false, &merged), "then all is quiet");
	if (is_known(&start) && start.one.row.single[SIDE_RECORDS])
		check_single(&start, w);
	else if (is_known(&start))
		check_many(&start, w);
	arena_release(&start.arena);
	every->n_cells++;
}

/* ---- Every cell ---- */

static void each_way(struct every *every)
{
	static const enum policy policies[] = { POLICY_NEWEST, POLICY_RECORDS, POLICY_PEOPLE };
	struct merge_world *w = &every->w;
	const struct merge_world start = *w;

	for (size_t i = 0; i < COUNT_OF(world_ways) * 2 * COUNT_OF(policies); i++) {
		w->one.row.direction = world_ways[i % COUNT_OF(world_ways)].field;
		w->rules.direction = world_ways[i % COUNT_OF(world_ways)].rules;
		w->one.row.enforce = i / COUNT_OF(world_ways) % 2 == 1;
		w->one.row.policy = policies[i / COUNT_OF(world_ways) / 2];
		/* Who wins matters to the first element only, and enforce to what goes one way. */
		if ((w->one.row.policy == POLICY_NEWEST) == field_has_primary(w->one.row.type) ||
		    (w->one.row.enforce && world_flows(w, SIDE_RECORDS) &&
		     world_flows(w, SIDE_PEOPLE)))
			continue;
		for (int side = 0; side < SIDE_COUNT; side++) {
			w->now[side] = start.now[side];
			w->shadow[side] = start.shadow[side];
		}
		check_cell(every);
		arena_reset(&w->arena);
	}
}

static void run_type(enum field_type type, bool single, const char *const *records,
		     const char *const *people)
{
	const char *const *texts[] = { records, people };
	struct every every = { 0 };
	struct merge_world *w = &every.w;

	world_init(w, type);
	w->one.row.single[SIDE_RECORDS] = single;
	for (int side = 0; side < SIDE_COUNT; side++) {
		for (size_t i = 0; texts[side][i] != NULL; i++) {
			assert_true(i < VALUES_MOST);
			every.values[side][i] = value_of(&every.arena, type, texts[side][i]);
			every.n[side] = i + 1;
		}
	}
	const size_t n[] = { every.n[0], every.n[1] };

	for (size_t i = 0; i < n[0] * n[0] * n[1] * n[1]; i++) {
		w->shadow[SIDE_RECORDS] = every.values[SIDE_RECORDS][i % n[0]];
		w->now[SIDE_RECORDS] = every.values[SIDE_RECORDS][i / n[0] % n[0]];
		w->shadow[SIDE_PEOPLE] = every.values[SIDE_PEOPLE][i / n[0] / n[0] % n[1]];
		w->now[SIDE_PEOPLE] = every.values[SIDE_PEOPLE][i / n[0] / n[0] / n[1]];
		each_way(&every);
	}
	print_message("%lu cells\n", every.n_cells);
	arena_release(&w->arena);
	arena_release(&every.arena);
}

static const char *const subsets[] = { "-", "", "a", "b", "c", "a,b", "a,c", "b,c", "a,b,c", NULL };
static const char *const orders[] = { "-",   "",    "a",   "b",   "c",     "a,b", "b,a",
				      "a,c", "c,a", "b,c", "c,b", "c,a,b", NULL };
static const char *const ones[] = { "-", "", "a", "b", "c", NULL };

static void every_list(void **state)
{
	(void)state;
	run_type(FIELD_TEXT_SET, false, subsets, subsets);
}

/* Of e-mails and phones the first one counts. */
static void every_list_with_a_first(void **state)
{
	(void)state;
	run_type(FIELD_EMAIL_SET, false, orders, orders);
}

static void every_list_of_which_records_hold_one(void **state)
{
	(void)state;
	run_type(FIELD_EMAIL_SET, true, ones, orders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_list),
		cmocka_unit_test(every_list_with_a_first),
		cmocka_unit_test(every_list_of_which_records_hold_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
