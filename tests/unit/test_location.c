/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses both ways: records hold ten parts, people four. */
#include "core/location.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Written as the ten parts in their order, "line_1|line_2|…|longitude"; "" is empty. */
static struct value location(struct arena *arena, const char *text)
{
	struct str rest = str_from(text);

	if (rest.len == 0)
		return value_empty();
	struct value value = value_items(arena, LOCATION_PART_COUNT);

	for (unsigned i = 0; i < LOCATION_PART_COUNT; i++) {
		(void)str_cut(&rest, '|', &value.items[i].text);
		value.items[i].key = value.items[i].text;
	}
	return value;
}

static const char *show(struct arena *arena, const struct value *value)
{
	struct str text = { "", 0 };

	if (value->state != VALUE_SET)
		return "";
	for (unsigned i = 0; i < LOCATION_PART_COUNT; i++)
		text = arena_format(arena, "%.*s%s%.*s", STR_ARG(text), i > 0 ? "|" : "",
				    STR_ARG(value_part(value, i)));
	return text.p;
}

static void to_people(void **state)
{
	static const struct {
		const char *records, *wanted;
	} cases[] = {
		{ "", "" },
		{ "|||||||||", "" },
		{ "Main St 1|Floor 2||Door 4|Utrecht|UT|3511|NL|52.1|5.1",
		  "Main St 1, Floor 2, Door 4||||Utrecht||3511|NL||" },
		{ "Main St 1||||||||", "Main St 1|||||||||" },
		{ "||||Utrecht|||||", "||||Utrecht|||||" },
		/* Nothing that people could hold. */
		{ "|||||UT|||52.1|5.1", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena = { 0 };
		const struct value records = location(&arena, cases[i].records);
		const struct value got = location_to_people(&arena, &records);

		assert_string_equal(show(&arena, &got), cases[i].wanted);
		assert_true(location_agrees(&arena, &records, &got));
		arena_release(&arena);
	}
}

static void to_records(void **state)
{
	static const char full[] = "Main St 1|Floor 2|||Utrecht|UT|3511|NL|52.1|5.1";
	static const struct {
		const char *people, *current, *wanted;
	} cases[] = {
		{ "", NULL, "" },
		{ "|||||||||", NULL, "" },
		{ "", full, "" },
		{ "A 1||||B||C|NL||", NULL, "A 1||||B||C|NL||" },
		/* Nothing changed: all is kept. */
		{ "Main St 1, Floor 2||||Utrecht||3511|NL||", full, full },
		{ "Main St 1, Floor 2||||Utrecht||3511|nl||", full, full },
		/* Another street in the same place: the region stays, the point on the map does not. */
		{ "Main St 2||||Utrecht||3511|NL||", full, "Main St 2||||Utrecht|UT|3511|NL||" },
		/* Another place: the lines stay. */
		{ "Main St 1, Floor 2||||Zeist||3511|NL||", full,
		  "Main St 1|Floor 2|||Zeist||3511|NL||" },
		{ "Main St 1, Floor 2||||Utrecht||3512|NL||", full,
		  "Main St 1|Floor 2|||Utrecht||3512|NL||" },
		{ "Main St 1, Floor 2||||Utrecht||3511|BE||", full,
		  "Main St 1|Floor 2|||Utrecht||3511|BE||" },
		{ "||||Utrecht||3511|NL||", full, "||||Utrecht|UT|3511|NL||" },
		/* What people cannot hold is not cleared by what they do not say. */
		{ "", "|||||UT|||52.1|5.1", "|||||UT|||52.1|5.1" },
		{ "A 1|||||||||", "", "A 1|||||||||" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena = { 0 };
		const struct value people = location(&arena, cases[i].people);
		const struct value current =
			location(&arena, cases[i].current ? cases[i].current : "");
		const struct value got =
			location_to_records(&arena, &people, cases[i].current ? &current : NULL);

		assert_string_equal(show(&arena, &got), cases[i].wanted);
		assert_true(location_agrees(&arena, &got, &people));
		arena_release(&arena);
	}
}

static void agreement(void **state)
{
	static const struct {
		const char *records, *people;
		bool wanted;
	} cases[] = {
		{ "", "", true },
		{ "|||||UT||||", "", true },
		{ "A|B|||C|R|D|NL|1|2", "A, B||||C||D|NL||", true },
		{ "A|B|||C|R|D|NL|1|2", "A, B||||C||D|nl||", true },
		{ "A|B|||C|R|D|NL|1|2", "A B||||C||D|NL||", false },
		{ "A||||C||D|NL||", "A||||c||D|NL||", false },
		{ "A||||C||D|NL||", "", false },
		{ "", "A|||||||||", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena = { 0 };
		const struct value left = location(&arena, cases[i].records);
		const struct value right = location(&arena, cases[i].people);

		assert_int_equal(location_agrees(&arena, &left, &right), cases[i].wanted);
		arena_release(&arena);
	}
}

static void unknown_leaves_the_target(void **state)
{
	struct arena arena = { 0 };
	const struct value unknown = { .state = VALUE_UNKNOWN };
	const struct value held = location(&arena, "A||||C||D|NL||");
	const struct value got = location_to_records(&arena, &unknown, &held);

	(void)state;
	assert_true(value_equal(&got, &held));
	assert_int_equal(location_to_records(&arena, &unknown, NULL).state, VALUE_EMPTY);
	assert_int_equal(location_to_people(&arena, &unknown).state, VALUE_EMPTY);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_people),
		cmocka_unit_test(to_records),
		cmocka_unit_test(agreement),
		cmocka_unit_test(unknown_leaves_the_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
