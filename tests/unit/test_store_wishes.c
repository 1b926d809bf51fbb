/* SPDX-License-Identifier: Apache-2.0 */
/* Wishes: edits that were made here, and which links they bring into the merge. */
#include "test_store_fixture.h"

static void wish(struct fixture *f, int64_t link, enum side side, const char *field,
		 const char *base, const char *value)
{
	const struct wish wish = {
		.link = link,
		.side = side,
		.field = S(field),
		.value = *value != '\0' ? value_scalar(&f->arena, S(value)) : value_empty(),
		.base = value_scalar(&f->arena, S(base)),
		.reason = S("asked for"),
		.at = 7,
	};

	OK(f, store_wish_put(f->store, &wish, &f->err));
}

static struct str shown(struct arena *arena, const struct value *value)
{
	return value->state == VALUE_UNKNOWN ? S("?") : field_display(arena, FIELD_TEXT, value);
}

static bool on_wish(void *payload, const struct wish *wish, struct arena *arena, struct error *err)
{
	const struct str base = shown(arena, &wish->base);
	const struct str value = shown(arena, &wish->value);

	(void)err;
	assert_str(wish->reason, "asked for");
	assert_int_equal(wish->at, 7);
	buf_addf(payload, "%s %.*s %.*s>%.*s\n", side_name(wish->side), STR_ARG(wish->field),
		 STR_ARG(base), STR_ARG(value));
	return true;
}

static void wishes(struct fixture *f, int64_t link, const char *expected)
{
	struct buf text;

	buf_init(&text, 1000);
	OK(f, store_wish_each(f->store, link, on_wish, &text, &f->err));
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

static void one_for_each_field_of_a_side(void **state)
{
	struct fixture *f = *state;

	wish(f, 1, SIDE_PEOPLE, "title", "a", "b");
	wish(f, 1, SIDE_RECORDS, "title", "a", "");
	wish(f, 1, SIDE_PEOPLE, "city", "c", "d");
	wish(f, 2, SIDE_PEOPLE, "city", "c", "d");
	wishes(f, 1, "records title a>\npeople city c>d\npeople title a>b\n");
	wish(f, 1, SIDE_PEOPLE, "title", "b", "c");
	wishes(f, 1, "records title a>\npeople city c>d\npeople title b>c\n");
	OK(f, store_wish_drop(f->store, 1, S("title"), &f->err));
	wishes(f, 1, "people city c>d\n");
	wishes(f, 2, "people city c>d\n");
	fixture_reopen(f, STORE_READ);
	wishes(f, 1, "people city c>d\n");
}

static bool on_pair(void *payload, struct pair *pair, struct arena *arena, struct error *err)
{
	(void)arena;
	(void)err;
	buf_addf(payload, "%lld ", (long long)pair->link.id);
	return true;
}

static void dirty(struct fixture *f, const char *expected)
{
	struct buf text;

	buf_init(&text, 1000);
	OK(f, store_pairs_dirty(f->store, 2, on_pair, &text, &f->err));
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

static void links_with_wishes_are_merged(void **state)
{
	struct fixture *f = *state;
	int64_t links[5];

	for (int i = 0; i < 5; i++) {
		const char names[][3] = { "a", "b", "c", "d", "e" };

		links[i] = settled_pair(f, names[i], names[i], "x");
	}
	dirty(f, "");
	wish(f, links[1], SIDE_PEOPLE, "title", "x", "y");
	wish(f, links[3], SIDE_RECORDS, "title", "x", "y");
	(void)see(f, SIDE_RECORDS, person_of(f, "c", "z", ""), 0, NULL);
	(void)see(f, SIDE_RECORDS, person_of(f, "d", "z", ""), 0, NULL);
	dirty(f, "2 3 4 ");
	OK(f, store_link_dissolve(f->store, links[1], LINK_END_USER, &f->err));
	dirty(f, "3 4 ");
}

static void a_refused_wish_stays_refused(void **state)
{
	struct fixture *f = *state;
	const struct digest content = raw_of("x");
	const struct quarantine refusal = { .target = SIDE_PEOPLE,
					    .link = settled_pair(f, "r", "p", "x"),
					    .status = 422,
					    .content = content };
	int64_t n;

	wish(f, refusal.link, SIDE_PEOPLE, "title", "x", "y");
	OK(f, store_quarantine_put(f->store, &refusal, &f->err));
	OK(f, store_quarantine_sweep(f->store, &f->err));
	OK(f, store_quarantine_count(f->store, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, store_wish_drop(f->store, refusal.link, S("title"), &f->err));
	OK(f, store_quarantine_sweep(f->store, &f->err));
	OK(f, store_quarantine_count(f->store, &n, &f->err));
	assert_int_equal(n, 0);
}

static void a_flipped_bit_is_noticed(void **state)
{
	struct fixture *f = *state;
	struct buf text;

	wish(f, 1, SIDE_PEOPLE, "title", "a", "b");
	(void)raw_number(f, "UPDATE wish SET at = 8");
	buf_init(&text, 1000);
	assert_false(store_wish_each(f->store, 1, on_wish, &text, &f->err));
	assert_int_equal(f->err.code, ERR_STORE);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(one_for_each_field_of_a_side),
		STORE_TEST(links_with_wishes_are_merged),
		STORE_TEST(a_refused_wish_stays_refused),
		STORE_TEST(a_flipped_bit_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
