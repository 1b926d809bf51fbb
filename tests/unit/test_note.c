/* SPDX-License-Identifier: Apache-2.0 */
/* Notes: which are the same one, and what an edit leads to. */
#include "core/note.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOTES_MAX 4

static struct note note(const char *title, const char *text, int64_t seconds)
{
	return (struct note){ .part = { str_from(title), str_from(text) },
			      .created_at = seconds * NS_PER_S };
}

/* ---- The same note ---- */

struct twin_row {
	const char *name;
	struct note mine;
	struct note others[NOTES_MAX];
	bool taken[NOTES_MAX];
	bool any_time;
	size_t expected; /* NOTES_MAX: none */
};

static void finds_the_twin(void **state)
{
#define A(seconds) \
	{ \
		.part = { STR_LIT("t"), STR_LIT("x") }, .created_at = (seconds)*NS_PER_S \
	}
#define B(seconds) \
	{ \
		.part = { STR_LIT("t"), STR_LIT("y") }, .created_at = (seconds)*NS_PER_S \
	}
#define HIDDEN(seconds) \
	{ \
		.part = { STR_LIT("t"), STR_LIT("x") }, .created_at = (seconds)*NS_PER_S, \
		.is_private = true \
	}
	const struct twin_row rows[] = {
		{ "same moment", A(100), { A(90), A(100), A(101), B(100) }, { 0 }, false, 1 },
		{ "cut to the second", A(100), { B(100), A(99), A(7), A(8) }, { 0 }, false, 1 },
		{ "another time", A(100), { A(98), A(102), B(100), B(1) }, { 0 }, false, 4 },
		{ "any time", A(100), { B(100), A(98), A(102), B(1) }, { 0 }, true, 1 },
		{ "the moment comes first",
		  A(100),
		  { A(98), A(102), A(100), B(1) },
		  { 0 },
		  true,
		  2 },
		{ "taken", A(100), { A(100), A(100), B(1), B(1) }, { true }, true, 1 },
		{ "private", A(100), { HIDDEN(100), B(1), B(1), B(1) }, { 0 }, true, 4 },
		{ "time not known", A(0), { A(0), A(0), B(0), B(0) }, { 0 }, false, 4 },
	};
	struct note_content contents[NOTES_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct twin_row *row = &rows[i];
		const struct note_content mine = note_content_of(&row->mine);
		const struct note_list list = { row->others, contents, row->taken, NOTES_MAX };

		for (size_t k = 0; k < NOTES_MAX; k++)
			contents[k] = note_content_of(&row->others[k]);
		const size_t found = note_find_twin(&row->mine, &mine, &list, row->any_time);

		if (found != row->expected)
			fail_msg("%s: %zu", row->name, found);
	}
}

static void a_title_is_no_text(void **state)
{
	const struct note a = note("x", "", 1);
	const struct note b = note("", "x", 1);
	const struct note_content left = note_content_of(&a);
	const struct note_content right = note_content_of(&b);

	(void)state;
	assert_false(note_content_equal(&left, &right));
	assert_int_equal(note_bytes(&a), 1);
}

/* ---- Edits: every cell ---- */

enum edit { KEPT, TO_X, TO_Y };

struct merge_row {
	enum edit records, people;
	enum direction direction;
	enum policy conflict, fallback;
	bool editable_records;
	enum note_verdict verdict;
	enum side from;
};

#define ANY_POLICY POLICY_NEWEST, POLICY_RECORDS

static const struct merge_row merges[] = {
	{ KEPT, KEPT, DIRECTION_BOTH, ANY_POLICY, true, NOTE_SAME, SIDE_RECORDS },
	{ TO_X, KEPT, DIRECTION_BOTH, ANY_POLICY, true, NOTE_CARRIED, SIDE_RECORDS },
	{ KEPT, TO_X, DIRECTION_BOTH, ANY_POLICY, true, NOTE_CARRIED, SIDE_PEOPLE },
	{ TO_X, TO_X, DIRECTION_BOTH, ANY_POLICY, true, NOTE_AGREED, SIDE_RECORDS },
	{ TO_X, TO_X, DIRECTION_TO_PEOPLE, ANY_POLICY, false, NOTE_AGREED, SIDE_RECORDS },
	/* both, to different things */
	{ TO_X, TO_Y, DIRECTION_BOTH, POLICY_NEWEST, POLICY_RECORDS, true, NOTE_WON, SIDE_RECORDS },
	{ TO_X, TO_Y, DIRECTION_BOTH, POLICY_NEWEST, POLICY_PEOPLE, true, NOTE_WON, SIDE_PEOPLE },
	{ TO_X, TO_Y, DIRECTION_BOTH, POLICY_RECORDS, POLICY_PEOPLE, true, NOTE_WON, SIDE_RECORDS },
	{ TO_X, TO_Y, DIRECTION_BOTH, POLICY_PEOPLE, POLICY_RECORDS, true, NOTE_WON, SIDE_PEOPLE },
	{ TO_X, TO_Y, DIRECTION_BOTH, POLICY_MANUAL, POLICY_RECORDS, true, NOTE_CONTESTED,
	  SIDE_RECORDS },
	/* one way: an edit of the target is left until the source has one */
	{ KEPT, TO_X, DIRECTION_TO_PEOPLE, ANY_POLICY, true, NOTE_LEFT, SIDE_PEOPLE },
	{ TO_X, KEPT, DIRECTION_TO_PEOPLE, ANY_POLICY, true, NOTE_CARRIED, SIDE_RECORDS },
	{ TO_X, KEPT, DIRECTION_TO_RECORDS, ANY_POLICY, true, NOTE_LEFT, SIDE_RECORDS },
	{ TO_X, TO_Y, DIRECTION_TO_PEOPLE, POLICY_PEOPLE, POLICY_PEOPLE, true, NOTE_WON,
	  SIDE_RECORDS },
	{ TO_X, TO_Y, DIRECTION_TO_RECORDS, POLICY_MANUAL, POLICY_RECORDS, true, NOTE_WON,
	  SIDE_PEOPLE },
	/* a records API without an update */
	{ KEPT, TO_X, DIRECTION_BOTH, ANY_POLICY, false, NOTE_LEFT, SIDE_PEOPLE },
	{ TO_X, KEPT, DIRECTION_BOTH, ANY_POLICY, false, NOTE_CARRIED, SIDE_RECORDS },
	{ TO_X, TO_Y, DIRECTION_BOTH, POLICY_PEOPLE, POLICY_PEOPLE, false, NOTE_LEFT, SIDE_PEOPLE },
};

static struct note_content content(enum edit edit)
{
	static const char *const texts[] = { [KEPT] = "old", [TO_X] = "x", [TO_Y] = "y" };
	const struct note held = note("title", texts[edit], 1);

	return note_content_of(&held);
}

static void merges_each_part(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(merges); i++) {
		const struct merge_row *row = &merges[i];
		const struct note_rules rules = { .direction = row->direction,
						  .conflict = row->conflict,
						  .newest_fallback = row->fallback,
						  .editable = { row->editable_records, true } };
		const struct note_content base[SIDE_COUNT] = { content(KEPT), content(KEPT) };
		const struct note_content now[SIDE_COUNT] = { content(row->records),
							      content(row->people) };
		struct note_decision parts[NOTE_PART_COUNT];

		note_merge(&rules, base, now, parts);
		assert_int_equal(parts[NOTE_TITLE].verdict, NOTE_SAME);
		if (parts[NOTE_TEXT].verdict != row->verdict || parts[NOTE_TEXT].from != row->from)
			fail_msg("row %zu: %d from %d", i, parts[NOTE_TEXT].verdict,
				 parts[NOTE_TEXT].from);
	}
}

/* What a server made of the text that it was sent is its own base: no edit. */
static void sides_may_differ_without_an_edit(void **state)
{
	const struct note_rules rules = { .direction = DIRECTION_BOTH, .editable = { true, true } };
	const struct note_content base[SIDE_COUNT] = { content(TO_X), content(TO_Y) };
	struct note_decision parts[NOTE_PART_COUNT];

	(void)state;
	note_merge(&rules, base, base, parts);
	for (int part = 0; part < NOTE_PART_COUNT; part++)
		assert_int_equal(parts[part].verdict, NOTE_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_twin),
		cmocka_unit_test(a_title_is_no_text),
		cmocka_unit_test(merges_each_part),
		cmocka_unit_test(sides_may_differ_without_an_edit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
