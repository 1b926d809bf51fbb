/* SPDX-License-Identifier: Apache-2.0 */
/* Names on people that were invented, for records without a last name or without any. */
#include "core/merge.h"
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A familyName that was taken from an e-mail is nobody's: the record's first name comes across, whoever
 * the policy prefers. */
static void test_a_name_from_an_email_contests_nothing(void **state)
{
	struct arena arena = { 0 };
	struct one_field one;
	struct merge_result result;
	const struct merge_rules rules = { .direction = DIRECTION_BOTH };

	(void)state;
	one_field_init(&one, FIELD_NAME, POLICY_PEOPLE, DIRECTION_BOTH);
	const struct person nothing = person_of(&arena, &one.table, "-");
	const struct person named = person_of(&arena, &one.table, "Ada||Lovelace");
	struct person taken = person_of(&arena, &one.table, "||ada");

	taken.values[0].invented = true;
	const struct merge_side sides[] = { { .now = &named, .shadow = &nothing },
					    { .now = &taken, .shadow = &taken } };

	merge_pair(&one.table, &rules, sides, &arena, &result);
	assert_int_equal(result.fields[0].verdict, VERDICT_TO_PEOPLE);
	assert_string_equal(text_of(&arena, FIELD_NAME, &result.fields[0].write[SIDE_PEOPLE]),
			    "Ada||Lovelace");
	arena_release(&arena);
}

/* "Cher" needed a familyName on people.  Who edits the name there edits all of it: it travels whole, or is
 * overwritten whole, and nothing of it is invented any more. */
static void test_an_edited_name_is_nobodys_invention(void **state)
{
	static const struct {
		const char *records, *people;
		enum policy policy;
		enum verdict verdict;
		const char *written; /* on the side of the verdict */
		bool invented;       /* what people hold by then */
	} rows[] = {
		{ "Cher||", "||Cher", POLICY_NEWEST, VERDICT_SAME, NULL, true },
		{ "Cher||", "Sonny||Cher", POLICY_NEWEST, VERDICT_TO_RECORDS,
		  "Sonny||Cher|||Sonny Cher", false },
		{ "Cher||", "|La|Cher", POLICY_NEWEST, VERDICT_TO_RECORDS, "||La Cher|||La Cher",
		  false },
		{ "Cher||", "||Sarkisian", POLICY_NEWEST, VERDICT_TO_RECORDS,
		  "||Sarkisian|||Sarkisian", false },
		/* Both edited it. */
		{ "Cherilyn||", "Sonny||Cher", POLICY_PEOPLE, VERDICT_TO_RECORDS,
		  "Sonny||Cher|||Sonny Cher", false },
		{ "Cherilyn||", "Sonny||Cher", POLICY_RECORDS, VERDICT_TO_PEOPLE, "||Cherilyn",
		  true },
		{ "Sonny||Cher", "Sonny||Cher", POLICY_RECORDS, VERDICT_AGREED, NULL, false },
		{ "", "Sonny||Cher", POLICY_PEOPLE, VERDICT_TO_RECORDS, "Sonny||Cher|||Sonny Cher",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct one_field one;
		struct merge_result result;
		const struct merge_rules rules = { .direction = DIRECTION_BOTH };

		one_field_init(&one, FIELD_NAME, rows[i].policy, DIRECTION_BOTH);
		const struct person old_records = person_of(&arena, &one.table, "Cher||");
		struct person old_people = person_of(&arena, &one.table, "||Cher");
		const struct person records = person_of(&arena, &one.table, rows[i].records);
		const struct person people = person_of(&arena, &one.table, rows[i].people);

		old_people.values[0].invented = true;
		const struct merge_side sides[] = { { .now = &records, .shadow = &old_records },
						    { .now = &people, .shadow = &old_people } };

		merge_pair(&one.table, &rules, sides, &arena, &result);
		const struct field_merge *merged = &result.fields[0];
		const enum side to =
			merged->verdict == VERDICT_TO_PEOPLE ? SIDE_PEOPLE : SIDE_RECORDS;

		assert_int_equal(merged->verdict, rows[i].verdict);
		if (rows[i].written != NULL)
			assert_string_equal(text_of(&arena, FIELD_NAME, &merged->write[to]),
					    rows[i].written);
		assert_int_equal(to == SIDE_PEOPLE ? merged->write[to].invented :
						     result.now[SIDE_PEOPLE].values[0].invented,
				 rows[i].invented);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_from_an_email_contests_nothing),
		cmocka_unit_test(test_an_edited_name_is_nobodys_invention),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
