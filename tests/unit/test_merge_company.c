/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The company of a record against the organizations of a person: the record shows one of a list whose
 * order means nothing; what the records' own system linked is nobody's edit.
 */
#include "merge_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct row {
	const char *name;
	bool by_system;                       /* what the record holds now */
	const char *old_records, *old_people; /* shadows; "-": first contact */
	const char *records, *people;         /* now */
	const char *end_records, *end_people; /* once nothing is to be written any more */
	unsigned writes;
};

static const struct row rows[] = {
	{ "nothing changed", false, "a", "a,b", "a", "a,b", "a", "a,b", 0 },
	{ "another order", false, "a", "a,b", "a", "b,a", "a", "b,a", 0 },
	{ "another company: first, the others are kept", false, "a", "a,b", "c", "a,b", "c", "c,b",
	  1 },
	{ "one of the others", false, "a", "a,b", "b", "a,b", "b", "b", 1 },
	{ "none any more", false, "a", "a", "", "a", "", "", 1 },
	{ "none any more: another takes its place", false, "a", "a,b", "", "a,b", "b", "b", 2 },
	{ "people add one", false, "a", "a", "a", "a,b", "a", "a,b", 0 },
	{ "people take away the one shown", false, "a", "a,b", "a", "b", "b", "b", 1 },
	{ "people change the only one", false, "a", "a", "a", "b", "b", "b", 1 },
	{ "people clear", false, "a", "a", "a", "", "", "", 1 },
	{ "both change", false, "a", "a", "b", "c", "b", "b,c", 1 },
	{ "first contact: filled from records", false, "-", "-", "a", "", "a", "a", 1 },
	{ "first contact: filled from people", false, "-", "-", "", "a,b", "a", "a,b", 1 },
	{ "first contact: both", false, "-", "-", "a", "b", "a", "b,a", 1 },

	{ "system: no edit", true, "", "", "a", "", "a", "", 0 },
	{ "system: no edit of what was chosen", true, "b", "b", "a", "b", "a", "b", 0 },
	{ "system: people have it", true, "", "b", "a", "b,a", "a", "b,a", 0 },
	{ "system: people choose another", true, "", "", "a", "b", "b", "b", 1 },
	{ "system: people's other is taken away", true, "b", "b", "a", "", "", "", 1 },
	{ "system: unchanged since", true, "a", "", "a", "", "a", "", 0 },
	{ "system, first contact: people have none", true, "-", "-", "a", "", "a", "a", 1 },
	{ "system, first contact: people have it", true, "-", "-", "a", "b,a", "a", "b,a", 0 },
	{ "system, first contact: contests nothing", true, "-", "-", "a", "b", "a", "b", 0 },
	{ "a choice after the system's", false, "a", "", "b", "", "b", "b", 1 },
};

static void init(struct merge_world *w, const struct row *row)
{
	const enum field_type type = FIELD_REFERENCE_OF_MANY;

	*w = (struct merge_world){ .rules = { .newest_fallback = POLICY_RECORDS } };
	one_field_init(&w->one, type, POLICY_NEWEST, DIRECTION_BOTH);
	w->one.row.single[SIDE_RECORDS] = true;
	w->now[SIDE_RECORDS] = value_of(&w->arena, type, row->records);
	w->now[SIDE_PEOPLE] = value_of(&w->arena, type, row->people);
	w->shadow[SIDE_RECORDS] = value_of(&w->arena, type, row->old_records);
	w->shadow[SIDE_PEOPLE] = value_of(&w->arena, type, row->old_people);
	w->now[SIDE_RECORDS].actor = row->by_system ? ACTOR_SYSTEM : ACTOR_MEMBER;
}

static void each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		struct merge_world w;
		struct merge_result result;
		unsigned writes = 0;

		init(&w, row);
		while (writes < WORLD_ROUNDS_MOST && world_round(&w, false, &result))
			writes++;
		const char *records = world_text(&w, &w.now[SIDE_RECORDS]);
		const char *people = world_text(&w, &w.now[SIDE_PEOPLE]);

		if (writes != row->writes || strcmp(records, row->end_records) != 0 ||
		    strcmp(people, row->end_people) != 0)
			fail_msg("%s: %u writes, then %s and %s", row->name, writes, records,
				 people);
		arena_release(&w.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_row) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
