/* SPDX-License-Identifier: Apache-2.0 */
/* Names both ways: properties over some thousands of generated names. */
#include "core/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N_GENERATED 5000

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Up to max words of names of all kinds; short lists, so that words repeat. */
static struct str words(struct arena *arena, uint32_t *seed, unsigned max)
{
	static const char *const pool[] = {
		"Jan",    "Berg",
		"María",  "José",
		"García", "O'Neill-Žižek",
		"Van",    "van",
		"der",    "de",
		"la",     "Dr.",
		"Prof.",  "Mr",
		"y",      "Al",
		"bin",    "王小明",
		"عبد",    "الله",
		"🦄",   "👩‍👩‍👧",
		"Jr.",    "Doe,",
		"PhD",    "Cher",
		"J.",     "'t",
		"Müller", "김",
		"Smith",  "e\u0301",
	};
	struct str text = { NULL, 0 };

	for (unsigned n = next_random(seed) % (max + 1); n > 0; n--)
		text = arena_format(arena, "%.*s%s%s", STR_ARG(text), text.len > 0 ? " " : "",
				    pool[next_random(seed) % COUNT_OF(pool)]);
	return text;
}

static struct value random_people(struct arena *arena, uint32_t *seed)
{
	struct value name = value_items(arena, NAME_PART_COUNT);

	name.items[NAME_PREFIX].text =
		next_random(seed) % 3 == 0 ? STR_LIT("Dr.") : (struct str){ NULL, 0 };
	name.items[NAME_GIVEN].text = words(arena, seed, 2);
	name.items[NAME_ADDITIONAL].text = words(arena, seed, next_random(seed) % 3);
	do {
		name.items[NAME_FAMILY].text = words(arena, seed, 3);
	} while (name.items[NAME_FAMILY].text.len == 0);
	return name;
}

static struct value random_records(struct arena *arena, uint32_t *seed, bool one_string)
{
	struct value name = value_items(arena, NAME_PART_COUNT);

	if (one_string || next_random(seed) % 2 == 0)
		name.items[NAME_FULL].text = words(arena, seed, 5);
	if (one_string)
		return name;
	name.items[NAME_GIVEN].text = words(arena, seed, 3);
	name.items[NAME_FAMILY].text = words(arena, seed, 3);
	return name;
}

static void same(const char *what, struct arena *arena, const struct value *a,
		 const struct value *b, const struct value *via)
{
	if (!value_equal(a, b))
		fail_msg("%s: [%.*s] became [%.*s] by way of [%.*s]", what,
			 STR_ARG(value_join(arena, a, "|")), STR_ARG(value_join(arena, b, "|")),
			 STR_ARG(value_join(arena, via, "|")));
}

static void there_and_back_from_people(void **state)
{
	uint32_t seed = 20261121;

	(void)state;
	for (unsigned i = 0; i < N_GENERATED; i++) {
		struct arena arena = { 0 };
		const bool one = i % 2 == 1;
		const struct value name = random_people(&arena, &seed);
		const struct value there = name_to_records(&arena, &name, NULL, NULL, one);
		const struct value back = name_to_people(&arena, &there, NULL, &name);
		const struct value again = name_to_records(&arena, &name, &name, &there, one);

		assert_int_equal(name_is_one_string(&there), one);
		assert_true(name_agrees(&arena, &there, &name));
		same("people and back", &arena, &name, &back, &there);
		same("records again", &arena, &there, &again, &name);
		arena_release(&arena);
	}
}

static void there_and_back_from_records(void **state)
{
	uint32_t seed = 20261122;

	(void)state;
	for (unsigned i = 0; i < N_GENERATED; i++) {
		struct arena arena = { 0 };
		const bool one = i % 2 == 1;
		const struct value name = random_records(&arena, &seed, one);
		const struct value there = name_to_people(&arena, &name, NULL, NULL);

		assert_true(name_agrees(&arena, &name, &there));
		if (value_is_set(&there)) {
			const struct value back = name_to_records(&arena, &there, NULL, &name, one);
			const struct value old =
				name_to_records(&arena, &there, &there, &name, one);
			const struct value again = name_to_people(&arena, &name, &name, &there);

			assert_true(value_part(&there, NAME_FAMILY).len > 0);
			same("records and back", &arena, &name, &back, &there);
			same("records, unedited", &arena, &name, &old, &there);
			same("people again", &arena, &there, &again, &name);
			assert_int_equal(there.invented, again.invented);
		}
		arena_release(&arena);
	}
}

/* Whatever is edited on either side, what comes out agrees, and carrying it back changes nothing. */
static void edits_converge(void **state)
{
	uint32_t seed = 20261123;

	(void)state;
	for (unsigned i = 0; i < N_GENERATED; i++) {
		struct arena arena = { 0 };
		const bool one = i % 2 == 1;
		const struct value first = random_people(&arena, &seed);
		const struct value there = name_to_records(&arena, &first, NULL, NULL, one);
		const struct value edited = random_records(&arena, &seed, one);
		const struct value to = name_to_people(&arena, &edited, &there, &first);
		const struct value other = random_people(&arena, &seed);

		assert_true(name_agrees(&arena, &edited, &to));
		if (value_is_set(&to)) {
			const struct value back = name_to_records(&arena, &to, &first, &there, one);
			const struct value stay = name_to_records(&arena, &to, &to, &edited, one);

			assert_true(value_part(&to, NAME_FAMILY).len > 0);
			assert_true(name_agrees(&arena, &back, &to));
			same("edited on records", &arena, &edited, &stay, &to);
		}
		const struct value out = name_to_records(&arena, &other, &first, &there, one);
		const struct value stay = name_to_people(&arena, &out, &there, &other);

		assert_true(name_agrees(&arena, &out, &other));
		same("edited on people", &arena, &other, &stay, &out);
		arena_release(&arena);
	}
}

static struct str repeated(struct arena *arena, const char *word, size_t bytes)
{
	struct str text = { NULL, 0 };

	while (text.len < bytes)
		text = arena_format(arena, "%.*s%s", STR_ARG(text), word);
	return text;
}

/* B9's list, and a changed last name with each of them. */
static void changed_last_names(void **state)
{
	static const char *const lasts[] = { "van der Berg",  "O'Neill-Žižek", "García Márquez",
					     "王小明",        "عبد الله",      "🦄",
					     "van Beethoven", "de la Hoya",    "bin Rashid" };
	struct arena arena = { 0 };
	const struct str giants = repeated(&arena, "Ünïcödé", 200);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lasts) + 1; i++) {
		const struct str last = i < COUNT_OF(lasts) ? str_from(lasts[i]) : giants;
		struct value old = value_items(&arena, NAME_PART_COUNT);

		old.items[NAME_GIVEN].text = STR_LIT("María José");
		old.items[NAME_FAMILY].text = last;
		struct value held = name_to_people(&arena, &old, NULL, NULL);

		held.items[NAME_PREFIX].text = STR_LIT("Dr.");
		for (int one = 0; one < 2; one++) {
			const struct value shadow =
				name_to_records(&arena, &held, NULL, NULL, one == 1);
			struct value edited = value_copy(&arena, &shadow);
			const enum name_part which = one == 1 ? NAME_FULL : NAME_FAMILY;

			edited.items[which].text =
				arena_format(&arena, "%.*sx", STR_ARG(value_part(&edited, which)));
			const struct value got = name_to_people(&arena, &edited, &shadow, &held);

			assert_true(str_equal_z(value_part(&got, NAME_GIVEN), "María José"));
			assert_true(str_equal_z(value_part(&got, NAME_PREFIX), "Dr."));
			assert_true(str_equal(value_part(&got, NAME_ADDITIONAL),
					      value_part(&held, NAME_ADDITIONAL)));
			assert_false(got.invented);
		}
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back_from_people),
		cmocka_unit_test(there_and_back_from_records),
		cmocka_unit_test(edits_converge),
		cmocka_unit_test(changed_last_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
