/* SPDX-License-Identifier: Apache-2.0 */
/* What a person types for a field, as a table. */
#include "core_fixture.h"
#include "mappers/mapper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct row {
	enum field_type type;
	const char *typed;
	const char *value; /* NULL: refused; "": cleared */
};

static const struct row rows[] = {
	{ FIELD_TEXT, " Chief  of staff\n", "Chief  of staff" },
	{ FIELD_TEXT, "", "" },
	{ FIELD_TEXT, "  ", "" },
	{ FIELD_NUMBER, "1.50", "1.5" },
	{ FIELD_NUMBER, "-3", "-3" },
	{ FIELD_NUMBER, "many", NULL },
	{ FIELD_NUMBER, ".", NULL },
	{ FIELD_INTEGER, "7", "7" },
	{ FIELD_INTEGER, "7.5", NULL },
	{ FIELD_BOOLEAN, "true", "true" },
	{ FIELD_BOOLEAN, "false", "false" },
	{ FIELD_BOOLEAN, "yes", NULL },
	{ FIELD_DATE, "2026-01-31", "2026-01-31" },
	{ FIELD_DATE, "soon", NULL },
	{ FIELD_TIMESTAMP, "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z" },
	{ FIELD_TIMESTAMP, "x", NULL },
	{ FIELD_URL, "HTTPS://Example.com/", "https://example.com" },
	{ FIELD_LINKEDIN, "https://www.linkedin.com/in/Ada", "ada" },
	{ FIELD_SELECT, " Gold  plus ", "Gold plus" },
	{ FIELD_EMAIL_SET, "ada@example.com", NULL },
	{ FIELD_NAME, "Ada Lovelace", NULL },
	{ FIELD_LOCATION, "London", NULL },
	{ FIELD_REFERENCE, "1", NULL },
};

static void as_typed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct one_field one;
		struct value value = { 0 };
		struct error err = { 0 };

		one_field_init(&one, rows[i].type, POLICY_MANUAL, DIRECTION_BOTH);
		const bool ok =
			mapper_typed(&one.row, str_from(rows[i].typed), &arena, &value, &err);

		if (ok != (rows[i].value != NULL))
			fail_msg("%s: %s", rows[i].typed, ok ? "accepted" : err.msg);
		if (ok)
			assert_string_equal(text_of(&arena, rows[i].type, &value), rows[i].value);
		else
			assert_int_equal(err.code, ERR_USAGE);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_typed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
