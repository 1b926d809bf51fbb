/* SPDX-License-Identifier: Apache-2.0 */
#include "core/flap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LIMIT 4
#define WRITES_MAX 20

/*
 * What happened in a day, word by word: the side where the value was edited (r or p), then the value;
 * "-" is none.  Each edit is carried to the other side.  Both held "o" at first.  The last edit is
 * the one that is judged.
 */
struct row {
	const char *edits;
	bool flaps;
};

/* clang-format off */
static const struct row rows[] = {
	/* new values */
	{ "p:a", false },
	{ "p:a p:b p:c p:d p:e p:f p:g p:h", false },
	{ "r:a r:b r:c r:d r:a", false },
	{ "p:a p:b p:c p:d p:a", false },
	/* and those that come back: o is the first, a new one the second */
	{ "p:a p:o p:a p:o p:a", false },
	{ "p:a p:o p:a p:o p:a p:o", true },
	{ "p:- p:o p:- p:o", false }, /* cleared and set again twice */
	{ "p:x p:o p:x p:o", false }, /* a tag, added and taken away twice */
	{ "p:a p:b p:c p:d p:a p:b p:c p:d", false },
	{ "p:a p:b p:c p:d p:a p:b p:c p:d p:a", true },
	/* a new value begins anew, even as the one to come */
	{ "p:a p:o p:a p:o p:a p:b", false },
	{ "p:a p:o p:a p:o p:a p:b p:a p:b p:a", false },
	{ "p:a p:o p:a p:o p:a p:b p:a p:b p:a p:b p:a", true },
	/* two programs, one a side, bring back their own */
	{ "p:a r:o p:a r:o", false },
	{ "p:a r:o p:a r:o p:a", true },
	{ "p:a r:b p:a r:b p:a", true },
	/* a program answers each write with something new; the row is broken by two to one side */
	{ "p:a r:b p:c r:d", false },
	{ "p:a r:b p:c r:d p:e", true },
	{ "p:a r:b p:c p:d r:e p:f r:g", false },
	{ "p:a r:b p:c p:d r:e p:f r:g p:h", true },
};
/* clang-format on */

static struct flap_write write_of(struct str word, const struct flap_write *before)
{
	struct str value = str_skip(word, 2);

	if (str_equal_z(value, "-"))
		value = (struct str){ NULL, 0 };
	return (struct flap_write){
		.side = word.p[0] == 'r' ? SIDE_PEOPLE : SIDE_RECORDS,
		.old_value = before != NULL ? before->new_value : STR_LIT("o"),
		.new_value = value,
	};
}

/* The newest first, from the place that is returned to the end of the array. */
static size_t read_edits(const char *edits, struct flap_write writes[WRITES_MAX])
{
	struct str rest = str_from(edits);
	struct str word;
	size_t at = WRITES_MAX;

	while (str_cut(&rest, ' ', &word)) {
		const struct flap_write write =
			write_of(word, at < WRITES_MAX ? &writes[at] : NULL);

		assert_true(at > 0);
		writes[--at] = write;
	}
	return at;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct flap_write writes[WRITES_MAX];
		const size_t at = read_edits(rows[i].edits, writes);
		const size_t before = at + 1;

		if (flap_is(writes + before, WRITES_MAX - before, writes[at].side,
			    writes[at].new_value, LIMIT) != rows[i].flaps)
			fail_msg("%s: %s", rows[i].edits, rows[i].flaps ? "doesn't flap" : "flaps");
	}
}

/* The least limit: a value may be brought back once. */
static void test_least_limit(void **state)
{
	static const struct row few[] = {
		{ "p:a p:o", false },
		{ "p:a p:o p:a", true },
		{ "p:a r:b", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(few); i++) {
		struct flap_write writes[WRITES_MAX];
		const size_t at = read_edits(few[i].edits, writes);

		assert_int_equal(flap_is(writes + at + 1, WRITES_MAX - at - 1, writes[at].side,
					 writes[at].new_value, 1),
				 few[i].flaps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_least_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
