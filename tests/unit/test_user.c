/* SPDX-License-Identifier: Apache-2.0 */
/* Users records: what they are to hold, and what of it is written. */
#include "core/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- What is wanted ---- */

enum { ROW_EMAILS, ROW_CUSTOMER, ROW_COUNT };

struct wanted_row {
	const char *name;
	bool maps_emails;
	enum value_state customer, email;
	bool expected; /* it is known */
	const char *id, *address;
};

static struct value value_of(struct arena *arena, enum value_state state, const char *text)
{
	struct value value = { .state = state };

	return state == VALUE_SET ? value_scalar(arena, str_from(text)) : value;
}

static void wants(void **state)
{
	static const struct wanted_row rows[] = {
		{ "both", true, VALUE_SET, VALUE_SET, true, "4711", "a@example.com" },
		{ "no address", true, VALUE_SET, VALUE_EMPTY, true, "4711", "" },
		{ "no customerId", true, VALUE_EMPTY, VALUE_SET, true, "", "a@example.com" },
		{ "address not known", true, VALUE_SET, VALUE_UNKNOWN, false, "", "" },
		{ "customerId not known", true, VALUE_UNKNOWN, VALUE_SET, false, "", "" },
		{ "addresses not mapped", false, VALUE_SET, VALUE_UNKNOWN, true, "4711", "" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct field fields[ROW_COUNT] = {
			[ROW_EMAILS] = { .name = str_from(rows[i].maps_emails ? "emails" : "x"),
					 .type = FIELD_EMAIL_SET },
			[ROW_CUSTOMER] = { .name = STR_LIT("customer_id"), .type = FIELD_TEXT },
		};
		struct field_table table;
		struct person person;
		struct user_content content = { 0 };

		field_table_init(&table, fields, ROW_COUNT);
		person_init(&person, &arena, &table);
		person.values[ROW_EMAILS] = value_of(&arena, rows[i].email, "a@example.com");
		person.values[ROW_CUSTOMER] = value_of(&arena, rows[i].customer, "4711");
		if (user_wanted(&table, &person, STR_LIT("r1"), STR_LIT("w1"), &content) !=
		    rows[i].expected)
			fail_msg("%s", rows[i].name);
		if (!rows[i].expected)
			continue;
		if (!str_equal_z(content.part[USER_ID], rows[i].id) ||
		    !str_equal_z(content.part[USER_EMAIL], rows[i].address) ||
		    !str_equal_z(content.part[USER_PERSON], "r1") ||
		    !str_equal_z(content.part[USER_WORKSPACE], "w1"))
			fail_msg("%s", rows[i].name);
	}
	arena_release(&arena);
}

/* ---- What is written ---- */

/* One letter each: user_id, e-mail, person, workspace; '-' is empty. */
struct differ_row {
	const char *name, *held;
	uint32_t doubt;
	const char *wanted, *expected;
};

static struct user_content content_of(const char *letters)
{
	struct user_content content = { 0 };

	for (int part = 0; part < USER_PART_COUNT; part++) {
		if (letters[part] != '-')
			content.part[part] = (struct str){ letters + part, 1 };
	}
	return content;
}

static void differs(void **state)
{
	static const struct differ_row rows[] = {
		{ "new", "----", 0, "1eps", "1111" },
		{ "the same", "1eps", 0, "1eps", "0000" },
		{ "another address", "1eps", 0, "1fps", "0100" },
		{ "no address any more", "1eps", 0, "1-ps", "0100" },
		{ "another customerId", "1eps", 0, "2eps", "1000" },
		{ "another record", "1eps", 0, "1eqs", "0010" },
		{ "a workspace", "1ep-", 0, "1eps", "0001" },
		{ "a workspace is never taken away", "1eps", 0, "1ep-", "0000" },
		{ "sent and taken back", "1eps", USER_BIT(USER_ID), "1eps", "1000" },
		{ "sent and wanted still", "1eps", USER_BIT(USER_EMAIL), "1fps", "0100" },
		{ "two sent and taken back", "1eps", USER_BIT(USER_ID) | USER_BIT(USER_EMAIL),
		  "1eps", "1100" },
		{ "a workspace that may be there stays", "1ep-", USER_ALL_BITS, "1ep-", "1110" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct user_content held = content_of(rows[i].held);
		const struct user_content wanted = content_of(rows[i].wanted);
		bool parts[USER_PART_COUNT];
		char have[USER_PART_COUNT + 1] = "";
		const bool any = user_differs(&held, rows[i].doubt, &wanted, parts);

		for (int part = 0; part < USER_PART_COUNT; part++)
			have[part] = parts[part] ? '1' : '0';
		if (strcmp(have, rows[i].expected) != 0 ||
		    any != (strchr(rows[i].expected, '1') != NULL))
			fail_msg("%s: %s instead of %s", rows[i].name, have, rows[i].expected);
	}
}

static void tells_content_apart(void **state)
{
	const struct user_content a = content_of("1e--");
	const struct user_content b = content_of("1-e-");
	const struct digest of_a = user_digest(&a);
	const struct digest again = user_digest(&a);
	const struct digest of_b = user_digest(&b);

	(void)state;
	assert_true(digest_equal(&of_a, &again));
	assert_false(digest_equal(&of_a, &of_b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wants),
		cmocka_unit_test(differs),
		cmocka_unit_test(tells_content_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
