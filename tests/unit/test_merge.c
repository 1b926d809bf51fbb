/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The merge of one pair as a table: shadows, what the sides hold now, and what must come of it.
 */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
	const char *name;
	enum field_type type;
	enum policy policy;
	enum direction direction;
	const char *old_records, *old_people; /* shadows; "-": first contact */
	const char *records, *people;         /* now */
	enum verdict verdict;
	const char *to_records, *to_people; /* what is written; "-": nothing */
};

#define NEWEST POLICY_NEWEST
#define BOTH DIRECTION_BOTH

static const struct row rows[] = {
	/* scalars with shadows */
	{ "nothing changed", FIELD_TEXT, NEWEST, BOTH, "a", "a", "a", "a", VERDICT_SAME, "-", "-" },
	{ "shadows may differ: no echo", FIELD_TEXT, NEWEST, BOTH, "a", "A.", "a", "A.",
	  VERDICT_SAME, "-", "-" },
	{ "changed on records", FIELD_TEXT, NEWEST, BOTH, "a", "a", "b", "a", VERDICT_TO_PEOPLE,
	  "-", "b" },
	{ "changed on people", FIELD_TEXT, NEWEST, BOTH, "a", "a", "a", "b", VERDICT_TO_RECORDS,
	  "b", "-" },
	{ "changed alike", FIELD_TEXT, NEWEST, BOTH, "a", "a", "b", "b", VERDICT_AGREED, "-", "-" },
	{ "changed to what the other has", FIELD_TEXT, NEWEST, BOTH, "a", "b", "b", "b",
	  VERDICT_AGREED, "-", "-" },
	{ "cleared on records", FIELD_TEXT, NEWEST, BOTH, "a", "a", "", "a", VERDICT_TO_PEOPLE, "-",
	  "" },
	{ "cleared on people", FIELD_TEXT, NEWEST, BOTH, "a", "a", "a", "", VERDICT_TO_RECORDS, "",
	  "-" },
	{ "cleared on both", FIELD_TEXT, NEWEST, BOTH, "a", "a", "", "", VERDICT_AGREED, "-", "-" },
	{ "unknown is not cleared", FIELD_TEXT, NEWEST, BOTH, "a", "a", "-", "a", VERDICT_SAME, "-",
	  "-" },
	{ "unknown here, changed there", FIELD_TEXT, NEWEST, BOTH, "a", "a", "-", "b",
	  VERDICT_TO_RECORDS, "b", "-" },
	{ "both changed, records wins", FIELD_TEXT, POLICY_RECORDS, BOTH, "a", "a", "b", "c",
	  VERDICT_TO_PEOPLE, "-", "b" },
	{ "both changed, people wins", FIELD_TEXT, POLICY_PEOPLE, BOTH, "a", "a", "b", "c",
	  VERDICT_TO_RECORDS, "c", "-" },
	{ "both changed, manual", FIELD_TEXT, POLICY_MANUAL, BOTH, "a", "a", "b", "c",
	  VERDICT_CONFLICT, "-", "-" },
	{ "both changed, not datable: fallback", FIELD_TEXT, NEWEST, BOTH, "a", "a", "b", "c",
	  VERDICT_TO_PEOPLE, "-", "b" },
	{ "cleared here, changed there, manual", FIELD_TEXT, POLICY_MANUAL, BOTH, "a", "a", "", "c",
	  VERDICT_CONFLICT, "-", "-" },
	/* one-way */
	{ "one-way: along", FIELD_TEXT, NEWEST, DIRECTION_TO_PEOPLE, "a", "a", "b", "a",
	  VERDICT_TO_PEOPLE, "-", "b" },
	{ "one-way: against is left", FIELD_TEXT, NEWEST, DIRECTION_TO_PEOPLE, "a", "a", "a", "b",
	  VERDICT_LEFT, "-", "-" },
	{ "one-way: the source wins", FIELD_TEXT, POLICY_PEOPLE, DIRECTION_TO_PEOPLE, "a", "a", "b",
	  "c", VERDICT_TO_PEOPLE, "-", "b" },
	{ "no way at all", FIELD_TEXT, NEWEST, DIRECTION_NONE, "a", "a", "b", "a", VERDICT_LEFT,
	  "-", "-" },
	/* first contact */
	{ "first contact: equal", FIELD_TEXT, NEWEST, BOTH, "-", "-", "a", "a", VERDICT_AGREED, "-",
	  "-" },
	{ "first contact: both empty", FIELD_TEXT, NEWEST, BOTH, "-", "-", "", "", VERDICT_AGREED,
	  "-", "-" },
	{ "first contact: filled on people", FIELD_TEXT, NEWEST, BOTH, "-", "-", "a", "",
	  VERDICT_TO_PEOPLE, "-", "a" },
	{ "first contact: filled on records", FIELD_TEXT, NEWEST, BOTH, "-", "-", "", "a",
	  VERDICT_TO_RECORDS, "a", "-" },
	{ "first contact: differ, people wins", FIELD_TEXT, POLICY_PEOPLE, BOTH, "-", "-", "a", "b",
	  VERDICT_TO_RECORDS, "b", "-" },
	{ "first contact: differ, manual", FIELD_TEXT, POLICY_MANUAL, BOTH, "-", "-", "a", "b",
	  VERDICT_CONFLICT, "-", "-" },
	{ "first contact: a side does not say: proposed", FIELD_TEXT, NEWEST, BOTH, "-", "-", "-",
	  "b", VERDICT_TO_RECORDS, "b", "-" },
	{ "first contact: a side does not say, one-way", FIELD_TEXT, NEWEST, DIRECTION_TO_PEOPLE,
	  "-", "-", "-", "b", VERDICT_UNKNOWN, "-", "-" },
	{ "first contact: a side does not say, the other is empty", FIELD_TEXT, NEWEST, BOTH, "-",
	  "-", "-", "", VERDICT_UNKNOWN, "-", "-" },
	{ "first contact: one-way, only the target has it", FIELD_TEXT, NEWEST, DIRECTION_TO_PEOPLE,
	  "-", "-", "", "b", VERDICT_LEFT, "-", "-" },
	{ "one shadow missing is first contact", FIELD_TEXT, POLICY_PEOPLE, BOTH, "a", "-", "a",
	  "b", VERDICT_TO_RECORDS, "b", "-" },
	/* sets */
	{ "set: same elements, other order", FIELD_TEXT_SET, NEWEST, BOTH, "a,b", "a,b", "b,a",
	  "a,b", VERDICT_SAME, "-", "-" },
	{ "set: added here, removed there", FIELD_TEXT_SET, NEWEST, BOTH, "a,b", "a,b", "a,b,c",
	  "a", VERDICT_TO_BOTH, "a,c", "a,c" },
	{ "set: added on both sides", FIELD_TEXT_SET, NEWEST, BOTH, "a", "a", "a,b", "a,c",
	  VERDICT_TO_BOTH, "a,b,c", "a,c,b" },
	{ "set: removed here, added anew there: stays", FIELD_TEXT_SET, NEWEST, BOTH, "a,b", "a",
	  "a", "a,b", VERDICT_TO_RECORDS, "a,b", "-" },
	{ "set: emptied", FIELD_TEXT_SET, NEWEST, BOTH, "a,b", "a,b", "", "a,b", VERDICT_TO_PEOPLE,
	  "-", "" },
	{ "set: manual has no say over elements", FIELD_TEXT_SET, POLICY_MANUAL, BOTH, "a", "a",
	  "a,b", "a,c", VERDICT_TO_BOTH, "a,b,c", "a,c,b" },
	{ "set: first contact unites", FIELD_TEXT_SET, NEWEST, BOTH, "-", "-", "a,b", "b,c",
	  VERDICT_TO_BOTH, "a,b,c", "b,c,a" },
	{ "set: first contact, one-way", FIELD_TEXT_SET, NEWEST, DIRECTION_TO_PEOPLE, "-", "-", "a",
	  "b", VERDICT_TO_PEOPLE, "-", "b,a" },
	{ "set: removed on both", FIELD_TEXT_SET, NEWEST, BOTH, "a,b", "a,b", "a", "a",
	  VERDICT_AGREED, "-", "-" },
	{ "e-mail: a new primary goes first", FIELD_EMAIL_SET, NEWEST, BOTH, "a", "a", "b,a", "a",
	  VERDICT_TO_PEOPLE, "-", "b,a" },
	{ "e-mail: a second one goes last", FIELD_EMAIL_SET, NEWEST, BOTH, "a", "a", "a", "a,b",
	  VERDICT_TO_RECORDS, "a,b", "-" },
	{ "e-mail: the primary is swapped", FIELD_EMAIL_SET, NEWEST, BOTH, "a,b", "a,b", "a,b",
	  "b,a", VERDICT_TO_RECORDS, "b,a", "-" },
	{ "e-mail: the primary is replaced", FIELD_EMAIL_SET, NEWEST, BOTH, "a,b", "a,b", "c,b",
	  "a,b", VERDICT_TO_PEOPLE, "-", "c,b" },
	/* names */
	{ "name: the last name changed on records", FIELD_NAME, NEWEST, BOTH, "Jan||van der Berg",
	  "Jan|van der|Berg", "Jan||van der Bergh", "Jan|van der|Berg", VERDICT_TO_PEOPLE, "-",
	  "Jan|van der|Bergh" },
	{ "name: split otherwise at first contact", FIELD_NAME, NEWEST, BOTH, "-", "-",
	  "Jan||van der Berg", "Jan|van der|Berg", VERDICT_AGREED, "-", "-" },
};

static void run_row(const struct row *row)
{
	struct arena arena = { 0 };
	struct one_field one;
	struct merge_result result;
	const struct merge_rules rules = { .direction = DIRECTION_BOTH,
					   .newest_fallback = POLICY_RECORDS,
					   .clock_tolerance_ns = 2 * NS_PER_S,
					   .now = 1000 * NS_PER_S };

	one_field_init(&one, row->type, row->policy, row->direction);
	const struct person old[] = { person_of(&arena, &one.table, row->old_records),
				      person_of(&arena, &one.table, row->old_people) };
	const struct person now[] = { person_of(&arena, &one.table, row->records),
				      person_of(&arena, &one.table, row->people) };
	const struct merge_side sides[] = { { .now = &now[0], .shadow = &old[0] },
					    { .now = &now[1], .shadow = &old[1] } };

	merge_pair(&one.table, &rules, sides, &arena, &result);
	const struct field_merge *merge = &result.fields[0];
	const char *to_records = text_of(&arena, row->type, &merge->write[SIDE_RECORDS]);
	const char *to_people = text_of(&arena, row->type, &merge->write[SIDE_PEOPLE]);

	if (merge->verdict != row->verdict || strcmp(to_records, row->to_records) != 0 ||
	    strcmp(to_people, row->to_people) != 0)
		fail_msg("%s: %s, to records \"%s\", to people \"%s\"; wanted %s, \"%s\", \"%s\"",
			 row->name, verdict_name(merge->verdict), to_records, to_people,
			 verdict_name(row->verdict), row->to_records, row->to_people);
	arena_release(&arena);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		run_row(&rows[i]);
}

/* ---- newest ---- */

struct dated {
	const char *name;
	bool first_contact;
	int64_t records_from; /* s: active_from of the records value; 0: none */
	int64_t records_updated, old_records_updated, records_seen;
	int64_t people_created, people_updated, old_people_updated, people_seen;
	enum verdict verdict;
};

static const struct dated dated[] = {
	{ "both dated, records later", false, 500, 0, 0, 100, 10, 400, 50, 100, VERDICT_TO_PEOPLE },
	{ "both dated, people later", false, 400, 0, 0, 100, 10, 500, 50, 100, VERDICT_TO_RECORDS },
	{ "within the tolerance: fallback", false, 500, 0, 0, 100, 10, 501, 50, 100,
	  VERDICT_TO_PEOPLE },
	{ "people's time did not move: fallback", false, 400, 0, 0, 100, 10, 50, 50, 100,
	  VERDICT_TO_PEOPLE },
	{ "records edited before people was last seen unchanged", false, 90, 0, 0, 80, 10, 50, 50,
	  300, VERDICT_TO_RECORDS },
	{ "records without value times: dated by its own update", false, 0, 600, 50, 100, 10, 500,
	  50, 100, VERDICT_TO_PEOPLE },
	{ "neither time moved: fallback", false, 0, 50, 50, 100, 10, 50, 50, 100,
	  VERDICT_TO_PEOPLE },
	{ "first contact: later than people's last update", true, 500, 0, 0, 0, 10, 400, 0, 0,
	  VERDICT_TO_PEOPLE },
	{ "first contact: earlier than people's creation", true, 5, 0, 0, 0, 100, 400, 0, 0,
	  VERDICT_TO_RECORDS },
	{ "first contact: in between: fallback", true, 200, 0, 0, 0, 100, 400, 0, 0,
	  VERDICT_TO_PEOPLE },
};

static void run_dated(const struct dated *row)
{
	struct arena arena = { 0 };
	struct one_field one;
	struct merge_result result;
	const struct merge_rules rules = { .direction = DIRECTION_BOTH,
					   .newest_fallback = POLICY_RECORDS,
					   .clock_tolerance_ns = 2 * NS_PER_S,
					   .now = 1000 * NS_PER_S };

	one_field_init(&one, FIELD_TEXT, POLICY_NEWEST, DIRECTION_BOTH);
	struct person old[] = { person_of(&arena, &one.table, row->first_contact ? "-" : "a"),
				person_of(&arena, &one.table, row->first_contact ? "-" : "a") };
	struct person now[] = { person_of(&arena, &one.table, "r"),
				person_of(&arena, &one.table, "p") };

	now[SIDE_RECORDS].values[0].active_from = row->records_from * NS_PER_S;
	now[SIDE_RECORDS].updated_at = row->records_updated * NS_PER_S;
	old[SIDE_RECORDS].updated_at = row->old_records_updated * NS_PER_S;
	now[SIDE_PEOPLE].created_at = row->people_created * NS_PER_S;
	now[SIDE_PEOPLE].updated_at = row->people_updated * NS_PER_S;
	old[SIDE_PEOPLE].updated_at = row->old_people_updated * NS_PER_S;
	const struct merge_side sides[] = {
		{ .now = &now[0], .shadow = &old[0], .old_seen_at = row->records_seen * NS_PER_S },
		{ .now = &now[1], .shadow = &old[1], .old_seen_at = row->people_seen * NS_PER_S },
	};

	merge_pair(&one.table, &rules, sides, &arena, &result);
	if (result.fields[0].verdict != row->verdict)
		fail_msg("%s: %s (%s), wanted %s", row->name,
			 verdict_name(result.fields[0].verdict), result.fields[0].reason,
			 verdict_name(row->verdict));
	assert_true(result.fields[0]
			    .lost[row->verdict == VERDICT_TO_PEOPLE ? SIDE_PEOPLE : SIDE_RECORDS]);
	arena_release(&arena);
}

static void test_newest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(dated); i++)
		run_dated(&dated[i]);
}

/* ---- what moves before anything is sent ---- */

static void test_shadows_wait_for_the_write(void **state)
{
	struct arena arena = { 0 };
	struct one_field one;
	struct merge_result result;
	const struct merge_rules rules = { .direction = DIRECTION_BOTH };

	(void)state;
	one_field_init(&one, FIELD_TEXT, POLICY_NEWEST, DIRECTION_BOTH);
	const struct person old = person_of(&arena, &one.table, "a");
	const struct person edited = person_of(&arena, &one.table, "b");
	const struct merge_side sides[] = { { .now = &edited, .shadow = &old },
					    { .now = &old, .shadow = &old } };

	merge_pair(&one.table, &rules, sides, &arena, &result);
	assert_true(result.writes[SIDE_PEOPLE]);
	assert_false(result.writes[SIDE_RECORDS]);
	assert_string_equal(text_of(&arena, FIELD_TEXT, &result.shadow[SIDE_RECORDS].values[0]),
			    "a");
	assert_string_equal(text_of(&arena, FIELD_TEXT, &result.shadow[SIDE_PEOPLE].values[0]),
			    "a");
	arena_release(&arena);
}

/* ---- every cell: nothing invented, nothing lost, the same after an exchange of the sides ---- */

static const char *const cells[] = { "-", "", "a", "b", "c" };

static bool is_one_of(const char *text, const char *const *known, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(text, known[i]) == 0)
			return true;
	}
	return false;
}

static void check_cell(enum policy policy, const char *const texts[4])
{
	struct arena arena = { 0 };
	struct one_field one;
	struct merge_result there, back;
	static const enum policy mirrored[] = { [POLICY_NEWEST] = POLICY_NEWEST,
						[POLICY_RECORDS] = POLICY_PEOPLE,
						[POLICY_PEOPLE] = POLICY_RECORDS,
						[POLICY_MANUAL] = POLICY_MANUAL };
	struct person p[4];

	one_field_init(&one, FIELD_TEXT, policy, DIRECTION_BOTH);
	for (int i = 0; i < 4; i++)
		p[i] = person_of(&arena, &one.table, texts[i]);
	const struct merge_rules rules = { .direction = DIRECTION_BOTH,
					   .newest_fallback = POLICY_RECORDS };
	const struct merge_rules rules_back = { .direction = DIRECTION_BOTH,
						.newest_fallback = POLICY_PEOPLE };
	const struct merge_side sides[] = { { .now = &p[2], .shadow = &p[0] },
					    { .now = &p[3], .shadow = &p[1] } };
	const struct merge_side exchanged[] = { sides[1], sides[0] };

	merge_pair(&one.table, &rules, sides, &arena, &there);
	one.row.policy = mirrored[policy];
	merge_pair(&one.table, &rules_back, exchanged, &arena, &back);
	for (int side = 0; side < SIDE_COUNT; side++) {
		const char *write = text_of(&arena, FIELD_TEXT, &there.fields[0].write[side]);

		assert_string_equal(write,
				    text_of(&arena, FIELD_TEXT,
					    &back.fields[0].write[side_other((enum side)side)]));
		assert_true(is_one_of(write, texts, 4) || strcmp(write, "-") == 0);
	}
	assert_true(there.fields[0].write[0].state == VALUE_UNKNOWN ||
		    there.fields[0].write[1].state == VALUE_UNKNOWN);

	/* Written, the pair says the same and a second merge finds nothing to do. */
	for (int side = 0; side < SIDE_COUNT; side++) {
		const enum side to = (enum side)side;

		if (there.fields[0].write[to].state == VALUE_UNKNOWN)
			continue;
		struct person after[SIDE_COUNT] = { p[2], p[3] };
		struct value written[1] = { there.fields[0].write[to] };
		const enum side from = side_other(to);

		after[to].values = written;
		const struct merge_side settled[] = { { .now = &after[0], .shadow = &after[0] },
						      { .now = &after[1], .shadow = &after[1] } };

		after[from].values[0] = there.now[from].values[0];
		merge_pair(&one.table, &rules, settled, &arena, &back);
		assert_int_equal(back.fields[0].verdict, VERDICT_SAME);
		assert_true(merge_values_agree(&one.row, &after[0].values[0], &after[1].values[0],
					       &arena));
	}
	arena_release(&arena);
}

static void test_every_cell(void **state)
{
	const size_t n = COUNT_OF(cells);

	(void)state;
	for (int policy = 0; policy < POLICY_COUNT; policy++) {
		for (size_t i = 0; i < n * n * n * n; i++) {
			const char *const texts[] = { cells[i % n], cells[i / n % n],
						      cells[i / n / n % n], cells[i / n / n / n] };

			check_cell((enum policy)policy, texts);
		}
	}
}

/* What the other side is to hold for it to say the same, whatever it held. */
static void carried_by_hand(void **state)
{
	static const struct {
		enum field_type type;
		enum side from;
		const char *value, *other, *carried;
	} cases[] = {
		{ FIELD_TEXT, SIDE_RECORDS, "b", "c", "b" },
		{ FIELD_TEXT, SIDE_PEOPLE, "", "c", "" },
		{ FIELD_NAME, SIDE_RECORDS, "Ada||Lovelace", "Augusta||Byron", "Ada||Lovelace" },
		{ FIELD_NAME, SIDE_PEOPLE, "Ada||King", "Augusta||Byron", "Ada||King|||Ada King" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const enum field_type type = cases[i].type;
		struct arena arena = { 0 };
		struct one_field one;

		one_field_init(&one, type, POLICY_MANUAL, DIRECTION_BOTH);
		const struct value value = value_of(&arena, type, cases[i].value);
		const struct value other = value_of(&arena, type, cases[i].other);
		const struct value carried =
			merge_carried(&one.row, cases[i].from, &value, &other, &arena);

		assert_string_equal(text_of(&arena, type, &carried), cases[i].carried);
		arena_release(&arena);
	}
}

/* What still has to travel keeps its date, however often it is looked at. */
static void test_an_edit_that_waits_keeps_its_date(void **state)
{
	struct arena arena = { 0 };
	struct one_field one;
	struct merge_result result;
	const struct merge_rules rules = { .direction = DIRECTION_BOTH,
					   .newest_fallback = POLICY_RECORDS };

	(void)state;
	one_field_init(&one, FIELD_TEXT, POLICY_MANUAL, DIRECTION_BOTH);
	struct person old = person_of(&arena, &one.table, "a");
	struct person records = person_of(&arena, &one.table, "b");
	struct person people = person_of(&arena, &one.table, "c");

	old.updated_at = 1;
	records.updated_at = people.updated_at = 9;
	const struct merge_side sides[] = { { .now = &records, .shadow = &old },
					    { .now = &people, .shadow = &old } };

	merge_pair(&one.table, &rules, sides, &arena, &result);
	for (int side = 0; side < SIDE_COUNT; side++)
		assert_int_equal(result.shadow[side].updated_at, 1);
	one.row.policy = POLICY_RECORDS;
	people.values[0] = records.values[0];
	merge_pair(&one.table, &rules, sides, &arena, &result);
	for (int side = 0; side < SIDE_COUNT; side++)
		assert_int_equal(result.shadow[side].updated_at, 9);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_shadows_wait_for_the_write),
		cmocka_unit_test(test_an_edit_that_waits_keeps_its_date),
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(carried_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
