/* SPDX-License-Identifier: Apache-2.0 */
#include "mappers/titles.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_text(struct str got, const char *wanted)
{
	if (!str_equal_z(got, wanted))
		fail_msg("got [%.*s], wanted [%s]", STR_ARG(got), wanted);
}

static void both_ways(void **state)
{
	struct mapper_titles *titles = titles_new();

	(void)state;
	assert_int_equal(titles_count(titles), 0);
	assert_text(titles_of_id(titles, STR_LIT("/tags/1")), "");
	assert_text(titles_id_of(titles, STR_LIT("VIP")), "");
	assert_true(titles_add(titles, STR_LIT("/tags/1"), STR_LIT("VIP")));
	assert_true(titles_add(titles, STR_LIT("/tags/2"), STR_LIT("École")));
	assert_text(titles_of_id(titles, STR_LIT("/tags/1")), "VIP");
	assert_text(titles_id_of(titles, STR_LIT("vip")), "/tags/1");
	assert_text(titles_id_of(titles, STR_LIT(" e\u0301COLE ")), "/tags/2");
	assert_text(titles_of_id(titles, STR_LIT("VIP")), "");
	assert_text(titles_id_of(titles, STR_LIT("/tags/1")), "");
	titles_free(titles);
	titles_free(NULL);
}

static void the_first_of_a_title_answers(void **state)
{
	struct mapper_titles *titles = titles_new();

	(void)state;
	assert_true(titles_add(titles, STR_LIT("1"), STR_LIT("VIP")));
	assert_true(titles_add(titles, STR_LIT("2"), STR_LIT("vip")));
	assert_text(titles_id_of(titles, STR_LIT("Vip")), "1");
	assert_text(titles_id_of(titles, STR_LIT("vip")), "2");
	assert_text(titles_of_id(titles, STR_LIT("2")), "vip");
	/* Renamed: the other one answers; and back again. */
	assert_true(titles_add(titles, STR_LIT("1"), STR_LIT("Gold")));
	assert_int_equal(titles_count(titles), 2);
	assert_text(titles_id_of(titles, STR_LIT("VIP")), "2");
	assert_text(titles_id_of(titles, STR_LIT("gold")), "1");
	assert_true(titles_add(titles, STR_LIT("1"), STR_LIT("VIP")));
	assert_text(titles_id_of(titles, STR_LIT("VIP")), "1");
	assert_text(titles_id_of(titles, STR_LIT("Gold")), "");
	titles_free(titles);
}

static void empty_ones(void **state)
{
	struct mapper_titles *titles = titles_new();

	(void)state;
	assert_true(titles_add(titles, STR_LIT("1"), STR_LIT("")));
	assert_text(titles_id_of(titles, STR_LIT("")), "");
	assert_text(titles_of_id(titles, STR_LIT("1")), "");
	assert_true(titles_add(titles, STR_LIT("1"), STR_LIT("VIP")));
	assert_text(titles_id_of(titles, STR_LIT("VIP")), "1");
	titles_clear(titles);
	assert_int_equal(titles_count(titles), 0);
	assert_text(titles_id_of(titles, STR_LIT("VIP")), "");
	assert_true(titles_add(titles, STR_LIT("3"), STR_LIT("VIP")));
	assert_text(titles_id_of(titles, STR_LIT("VIP")), "3");
	titles_free(titles);
}

static void full(void **state)
{
	struct mapper_titles *titles = titles_new();
	char id[32];
	char title[32];

	(void)state;
	for (int i = 0; i < LIMIT_COLLECTION_ITEMS; i++) {
		(void)snprintf(id, sizeof(id), "/tags/%d", i);
		(void)snprintf(title, sizeof(title), "Tag %d", i);
		assert_true(titles_add(titles, str_from(id), str_from(title)));
	}
	assert_false(titles_add(titles, STR_LIT("/tags/x"), STR_LIT("x")));
	assert_true(titles_add(titles, STR_LIT("/tags/7"), STR_LIT("Seven")));
	assert_int_equal(titles_count(titles), LIMIT_COLLECTION_ITEMS);
	assert_text(titles_id_of(titles, STR_LIT("TAG 19999")), "/tags/19999");
	assert_text(titles_of_id(titles, STR_LIT("/tags/7")), "Seven");
	assert_text(titles_id_of(titles, STR_LIT("tag 7")), "");
	titles_free(titles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(the_first_of_a_title_answers),
		cmocka_unit_test(empty_ones),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
