/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a link whose person is not there any more: every fate of both sides under every choice,
 * what counts as an edit, and how many may go at once.
 */
#include "core/removal.h"
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- What is done ---- */

enum wanted {
	NOTHING,
	RECORDS_RULE, /* what on_removed says for somebody who is missing from records */
	PEOPLE_RULE,
	DISSOLVE,
	ANEW,
	RESTORE,
};

/* wanted_of[records][people].  Records know no archive: that row is here for what it must not do. */
static const enum wanted wanted_of[FATE_COUNT][FATE_COUNT] = {
	[FATE_SAME] = { NOTHING, NOTHING, PEOPLE_RULE, PEOPLE_RULE },
	[FATE_EDITED] = { NOTHING, NOTHING, RESTORE, ANEW },
	[FATE_ARCHIVED] = { RECORDS_RULE, RESTORE, DISSOLVE, DISSOLVE },
	[FATE_GONE] = { RECORDS_RULE, ANEW, DISSOLVE, DISSOLVE },
};

static const enum removal_rule every_rule[] = { RULE_KEEP, RULE_ARCHIVE, RULE_DELETE, RULE_TAG };

static enum removal under_rules(enum wanted wanted, const struct removal_rules *rules)
{
	switch (wanted) {
	case NOTHING:
		return REMOVAL_NONE;
	case RECORDS_RULE:
		return rules->of[SIDE_RECORDS] == RULE_KEEP ? REMOVAL_DISSOLVE : REMOVAL_BY_RULE;
	case PEOPLE_RULE:
		return rules->of[SIDE_PEOPLE] == RULE_KEEP ? REMOVAL_DISSOLVE : REMOVAL_BY_RULE;
	case ANEW:
		return REMOVAL_ANEW;
	case RESTORE:
		return REMOVAL_RESTORE;
	case DISSOLVE:
		break;
	}
	return REMOVAL_DISSOLVE;
}

static enum fate without_edit(enum fate fate)
{
	return fate == FATE_EDITED ? FATE_SAME : fate;
}

static void check_fates(const struct removal_rules *rules, enum fate records, enum fate people)
{
	const enum fate fates[SIDE_COUNT] = { [SIDE_RECORDS] = records, [SIDE_PEOPLE] = people };
	/* With removal_wins an edit counts as none. */
	const enum wanted wanted = rules->removal_wins ?
					   wanted_of[without_edit(records)][without_edit(people)] :
					   wanted_of[records][people];
	const enum removal got = removal_decide(rules, fates);

	if (got != under_rules(wanted, rules))
		fail_msg("records %d, people %d, rules %d and %d, %s wins: %d, wanted %d", records,
			 people, rules->of[SIDE_RECORDS], rules->of[SIDE_PEOPLE],
			 rules->removal_wins ? "the removal" : "the edit", got,
			 under_rules(wanted, rules));
}

static void check_every_fate(const struct removal_rules *rules)
{
	for (int records = 0; records < FATE_COUNT; records++) {
		for (int people = 0; people < FATE_COUNT; people++)
			check_fates(rules, (enum fate)records, (enum fate)people);
	}
}

static void test_every_fate_under_every_choice(void **state)
{
	(void)state;
	for (size_t r = 0; r < COUNT_OF(every_rule); r++) {
		for (size_t p = 0; p < COUNT_OF(every_rule); p++) {
			for (int wins = 0; wins < 2; wins++)
				check_every_fate(&(struct removal_rules){
					.of = { [SIDE_RECORDS] = every_rule[r],
						[SIDE_PEOPLE] = every_rule[p] },
					.removal_wins = wins == 1,
				});
		}
	}
}

/* ---- What counts as an edit ---- */

struct edit_case {
	const char *name;
	const char *now, *shadow;
	enum direction field, all; /* directions of the row and of the configuration */
	enum side side;
	bool unreadable;
	enum fate fate;
};

static const struct edit_case edit_cases[] = {
	{ "as it was", "a", "a", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_RECORDS, false, FATE_SAME },
	{ "another value", "b", "a", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_RECORDS, false,
	  FATE_EDITED },
	{ "cleared", "", "a", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_PEOPLE, false, FATE_EDITED },
	{ "filled", "a", "", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_PEOPLE, false, FATE_EDITED },
	{ "empty as it was", "", "", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_PEOPLE, false,
	  FATE_SAME },
	{ "not read", "-", "a", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_RECORDS, false, FATE_SAME },
	{ "never agreed on", "a", "-", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_RECORDS, false,
	  FATE_EDITED },
	{ "never agreed on, and nothing there", "", "-", DIRECTION_BOTH, DIRECTION_BOTH,
	  SIDE_RECORDS, false, FATE_SAME },
	{ "never agreed on and not read", "-", "-", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_RECORDS,
	  false, FATE_SAME },
	{ "cannot be read now", "b", "a", DIRECTION_BOTH, DIRECTION_BOTH, SIDE_RECORDS, true,
	  FATE_SAME },
	{ "flows from here only", "b", "a", DIRECTION_TO_PEOPLE, DIRECTION_BOTH, SIDE_RECORDS,
	  false, FATE_EDITED },
	{ "flows to here only", "b", "a", DIRECTION_TO_PEOPLE, DIRECTION_BOTH, SIDE_PEOPLE, false,
	  FATE_SAME },
	{ "the configuration lets nothing flow from here", "b", "a", DIRECTION_BOTH,
	  DIRECTION_TO_RECORDS, SIDE_RECORDS, false, FATE_SAME },
	{ "the configuration lets it flow from here", "b", "a", DIRECTION_BOTH,
	  DIRECTION_TO_RECORDS, SIDE_PEOPLE, false, FATE_EDITED },
	{ "flows neither way", "b", "a", DIRECTION_NONE, DIRECTION_BOTH, SIDE_PEOPLE, false,
	  FATE_SAME },
};

static enum fate fate_of(const struct edit_case *c, int64_t archived_at, bool gone)
{
	struct arena arena = { 0 };
	struct one_field one;

	one_field_init(&one, FIELD_TEXT, POLICY_NEWEST, c->field);
	const struct merge_rules rules = { .direction = c->all,
					   .unreadable = c->unreadable ? &c->unreadable : NULL };
	const struct person shadow = person_of(&arena, &one.table, c->shadow);
	struct person now = person_of(&arena, &one.table, c->now);

	now.archived_at = archived_at;
	const enum fate fate = removal_fate(&one.table, &rules, c->side, &now, &shadow, gone);

	arena_release(&arena);
	return fate;
}

static void test_what_an_edit_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(edit_cases); i++) {
		const struct edit_case *c = &edit_cases[i];
		const enum fate fate = fate_of(c, 0, false);

		if (fate != c->fate)
			fail_msg("%s: %d, wanted %d", c->name, fate, c->fate);
		/* Whatever it held. */
		assert_int_equal(fate_of(c, 1, false), FATE_ARCHIVED);
		assert_int_equal(fate_of(c, 0, true), FATE_GONE);
		assert_int_equal(fate_of(c, 1, true), FATE_GONE);
	}
}

/* An e-mail more in a list is an edit; the same ones in another order are none, but for the first. */
static void test_lists(void **state)
{
	static const struct {
		const char *now, *shadow;
		enum fate fate;
	} cases[] = {
		{ "a,b", "a,b", FATE_SAME },   { "a,b,c", "a,b", FATE_EDITED },
		{ "a", "a,b", FATE_EDITED },   { "a,c,b", "a,b,c", FATE_SAME },
		{ "b,a", "a,b", FATE_EDITED },
	};
	struct arena arena = { 0 };
	struct one_field one;
	const struct merge_rules rules = { .direction = DIRECTION_BOTH };

	(void)state;
	one_field_init(&one, FIELD_EMAIL_SET, POLICY_NEWEST, DIRECTION_BOTH);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct person now = person_of(&arena, &one.table, cases[i].now);
		const struct person shadow = person_of(&arena, &one.table, cases[i].shadow);

		assert_int_equal(
			removal_fate(&one.table, &rules, SIDE_PEOPLE, &now, &shadow, false),
			cases[i].fate);
	}
	arena_release(&arena);
}

/* ---- How many ---- */

static void test_limit(void **state)
{
	static const struct {
		uint64_t most, percent, n_links, limit;
	} cases[] = {
		/* of a few links, two */
		{ 500, 10, 0, 2 },
		{ 500, 10, 1, 2 },
		{ 500, 10, 20, 2 },
		{ 500, 10, 29, 2 },
		{ 500, 10, 30, 3 },
		{ 500, 10, 99, 9 },
		{ 500, 10, 100, 10 },
		{ 500, 10, 1009, 100 },
		{ 500, 10, 1010, 101 },
		/* never more than the most */
		{ 500, 10, 4999, 499 },
		{ 500, 10, 5000, 500 },
		{ 500, 10, 5010, 500 },
		{ 500, 100, 500, 500 },
		{ 500, 100, 501, 500 },
		/* not even two, if so told */
		{ 1, 10, 100, 1 },
		{ 0, 10, 100, 0 },
		{ 0, 0, 0, 0 },
		{ 500, 0, 100000, 2 },
		{ 500, 100, 3, 3 },
		/* no overflow */
		{ UINT64_MAX, 100, UINT64_MAX, UINT64_MAX },
		{ 500, 100, UINT64_MAX, 500 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const uint64_t limit =
			removal_limit(cases[i].most, cases[i].percent, cases[i].n_links);

		if (limit != cases[i].limit)
			fail_msg("at most %llu, %llu %% of %llu: %llu, wanted %llu",
				 (unsigned long long)cases[i].most,
				 (unsigned long long)cases[i].percent,
				 (unsigned long long)cases[i].n_links, (unsigned long long)limit,
				 (unsigned long long)cases[i].limit);
	}
}

/* Against the sentence itself: min(most, max(2, links x percent / 100)). */
static void test_every_small_limit(void **state)
{
	(void)state;
	for (uint64_t most = 0; most <= 12; most++) {
		for (uint64_t percent = 0; percent <= 100; percent += 5) {
			for (uint64_t n_links = 0; n_links <= 220; n_links++) {
				const uint64_t share = n_links * percent / 100;
				const uint64_t limit = share > 2 ? share : 2;

				assert_int_equal(removal_limit(most, percent, n_links),
						 limit < most ? limit : most);
			}
		}
	}
}

static void test_blast(void **state)
{
	static const struct {
		uint64_t percent, n_changed, n_links;
		bool blast;
	} cases[] = {
		/* fewer than 100 links: a share says nothing */
		{ 50, 99, 99, false },
		{ 0, 99, 99, false },
		{ 50, 0, 0, false },
		/* more than half, and not half */
		{ 50, 50, 100, false },
		{ 50, 51, 100, true },
		{ 50, 50, 101, false },
		{ 50, 51, 101, true },
		{ 50, 5000, 10000, false },
		{ 50, 5001, 10000, true },
		/* everybody is never more than all of them */
		{ 100, 100, 100, false },
		/* nobody is not more than none */
		{ 0, 0, 100, false },
		{ 0, 1, 100, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (removal_is_blast(cases[i].percent, cases[i].n_changed, cases[i].n_links) !=
		    cases[i].blast)
			fail_msg("%llu of %llu links at %llu %%: %s",
				 (unsigned long long)cases[i].n_changed,
				 (unsigned long long)cases[i].n_links,
				 (unsigned long long)cases[i].percent,
				 cases[i].blast ? "let pass" : "held");
	}
}

/* Whoever is not worth looking for among the holders of a field is no blast of any number of them. */
static void test_may_be_blast(void **state)
{
	(void)state;
	for (uint64_t percent = 0; percent <= 100; percent += 10) {
		for (uint64_t n = 0; n <= 130; n++) {
			bool any = false;

			for (uint64_t n_links = 0; n_links <= 200; n_links++)
				any = any || removal_is_blast(percent, n, n_links);
			if (any != removal_may_be_blast(percent, n))
				fail_msg("%llu at %llu %%", (unsigned long long)n,
					 (unsigned long long)percent);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fate_under_every_choice),
		cmocka_unit_test(test_what_an_edit_is),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_every_small_limit),
		cmocka_unit_test(test_blast),
		cmocka_unit_test(test_may_be_blast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
