/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored form of a person: nothing is lost on the way, a changed row of the field table is unknown,
 * damaged bytes are refused.
 */
#include "core_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define MAX_ROWS 16

struct fixture {
	struct field rows[MAX_ROWS];
	struct field_table table;
	struct arena arena;
	struct person person;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *const texts[] = {
		"Jan|van der|Berg", "a@example.com,b@example.com", "", "-", "jan", "x,y",
		"Street 1|||Town"
	};
	const size_t n = field_defaults(true, MAX_ROWS, f->rows);

	field_table_init(&f->table, f->rows, n);
	person_init(&f->person, &f->arena, &f->table);
	f->person.id = STR_LIT("record_1");
	f->person.marker = STR_LIT("m");
	f->person.created_at = -5;
	f->person.updated_at = INT64_MAX;
	for (size_t i = 0; i < n; i++)
		f->person.values[i] = value_of(&f->arena, f->rows[i].type, texts[i]);
	f->person.values[0].invented = true;
	f->person.values[1].active_from = 77;
	f->person.values[1].actor = ACTOR_SYSTEM;
	f->person.values[1].items[0].extra = STR_LIT("{\"email\":\"A@example.com\"}");
	f->person.values[5].items[1].key = STR_LIT("Y");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_release(&f->arena);
	free(f);
	return 0;
}

static void test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct buf packed;
	struct person back;
	struct error err;

	buf_init(&packed, 1 << 20);
	person_pack(&f->person, &f->table, &packed);
	assert_true(person_unpack(buf_str(&packed), &f->table, &f->arena, &back, &err));
	assert_true(str_equal_z(back.id, "record_1"));
	assert_true(str_equal_z(back.marker, "m"));
	assert_int_equal(back.created_at, -5);
	assert_int_equal(back.updated_at, INT64_MAX);
	for (size_t i = 0; i < f->table.n; i++) {
		assert_int_equal(back.values[i].state, f->person.values[i].state);
		assert_true(value_equal(&back.values[i], &f->person.values[i]));
	}
	assert_true(back.values[0].invented);
	assert_int_equal(back.values[1].active_from, 77);
	assert_int_equal(back.values[1].actor, ACTOR_SYSTEM);
	assert_true(str_equal(back.values[1].items[0].extra, f->person.values[1].items[0].extra));
	assert_true(str_equal_z(back.values[5].items[1].key, "Y"));
	buf_release(&packed);
}

static void test_changed_row_is_unknown(void **state)
{
	struct fixture *f = *state;
	struct buf packed;
	struct person back;
	struct error err;

	buf_init(&packed, 1 << 20);
	person_pack(&f->person, &f->table, &packed);
	f->rows[4].path[SIDE_RECORDS] = STR_LIT("other_attribute");
	field_table_init(&f->table, f->rows, f->table.n);
	assert_true(person_unpack(buf_str(&packed), &f->table, &f->arena, &back, &err));
	assert_int_equal(back.values[4].state, VALUE_UNKNOWN);
	assert_true(value_equal(&back.values[5], &f->person.values[5]));
	buf_release(&packed);
}

static void test_damage_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf packed;
	struct person back;
	struct error err;

	buf_init(&packed, 1 << 20);
	person_pack(&f->person, &f->table, &packed);
	for (size_t len = 0; len < packed.len; len++) {
		const struct str cut = { packed.bytes, len };

		assert_false(person_unpack(cut, &f->table, &f->arena, &back, &err));
		assert_int_equal(err.code, ERR_STORE);
	}
	/* Any single byte: refused or read as something else, but never out of bounds. */
	for (size_t i = 0; i < packed.len; i++) {
		packed.bytes[i] = (char)(packed.bytes[i] ^ 0x55);
		(void)!person_unpack(buf_str(&packed), &f->table, &f->arena, &back, &err);
		packed.bytes[i] = (char)(packed.bytes[i] ^ 0x55);
	}
	buf_release(&packed);
}

static struct digest digest_with(struct fixture *f, size_t field, const char *text)
{
	const struct value before = f->person.values[field];

	f->person.values[field] = value_of(&f->arena, f->rows[field].type, text);
	const struct digest digest = person_digest(&f->person, &f->table);

	f->person.values[field] = before;
	return digest;
}

static void test_digest_sees_content_only(void **state)
{
	struct fixture *f = *state;
	const struct digest digest = person_digest(&f->person, &f->table);
	struct digest other;

	f->person.updated_at = 1;
	f->person.values[1].active_from = 78;
	f->person.values[1].items[0].extra = STR_LIT("{}");
	other = person_digest(&f->person, &f->table);
	assert_true(digest_equal(&digest, &other));
	other = digest_with(f, 4, "jon");
	assert_false(digest_equal(&digest, &other));
	/* The order of a set is no content, the primary e-mail is. */
	const struct digest xy = digest_with(f, 5, "x,y");

	other = digest_with(f, 5, "y,x");
	assert_true(digest_equal(&xy, &other));
	other = digest_with(f, 1, "b@example.com,a@example.com");
	assert_false(digest_equal(&digest, &other));
	/* Neighbouring parts don't run into each other. */
	const struct digest split = digest_with(f, 0, "Jan|van|der Berg");

	other = digest_with(f, 0, "Jan|van der|Berg");
	assert_false(digest_equal(&split, &other));
	f->person.archived_at = 5;
	other = person_digest(&f->person, &f->table);
	assert_false(digest_equal(&digest, &other));
}

static void test_label(void **state)
{
	struct fixture *f = *state;

	assert_true(
		str_equal_z(person_label(&f->arena, &f->person, &f->table), "Jan van der Berg"));
	f->person.values[0] = value_empty();
	assert_true(str_equal_z(person_label(&f->arena, &f->person, &f->table), "a@example.com"));
	f->person.values[1] = value_empty();
	assert_true(str_equal_z(person_label(&f->arena, &f->person, &f->table), "record_1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed_row_is_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_digest_sees_content_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_label, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
