/* SPDX-License-Identifier: Apache-2.0 */
/* Intents: one a link and target, in order, recovered, checked. */
#include "test_store_fixture.h"

static struct intent update_of(struct fixture *f, int64_t link, enum side target, const char *title)
{
	return (struct intent){
		.kind = INTENT_UPDATE,
		.state = INTENT_SENT, /* not taken over */
		.target = target,
		.link = link,
		.target_id = S("target"),
		.source_id = S("source"),
		.write = person_of(f, "target", title, NULL),
		.base = person_of(f, "target", "before", "there"),
		.source = person_of(f, "source", title, "there"),
		.cycle = 7,
		.created_at = 70,
		.sent_at = 99,
	};
}

static struct intent create_of(const char *source)
{
	return (struct intent){ .kind = INTENT_CREATE,
				.target = SIDE_PEOPLE,
				.source_id = S(source) };
}

static int64_t add(struct fixture *f, struct intent intent)
{
	int64_t id = 0;

	OK(f, store_intent_add(f->store, &intent, &id, &f->err));
	return id;
}

static bool take(void *payload, const struct intent *intent, struct arena *row_arena,
		 struct error *err)
{
	struct fixture *f = payload;
	const struct person *write = &intent->write;

	(void)row_arena;
	(void)err;
	assert_int_equal(intent->kind, INTENT_UPDATE);
	assert_int_equal(intent->state, INTENT_PENDING);
	assert_int_equal(intent->target, SIDE_RECORDS);
	assert_int_equal(intent->link, 3);
	assert_int_equal(intent->cycle, 7);
	assert_int_equal(intent->created_at, 70);
	assert_int_equal(intent->sent_at, 0);
	assert_str(intent->target_id, "target");
	assert_str(intent->source_id, "source");
	assert_str(value_part(&write->values[ROW_TITLE], 0), "after");
	assert_int_equal(write->values[ROW_CITY].state, VALUE_UNKNOWN);
	assert_str(value_part(&intent->base.values[ROW_TITLE], 0), "before");
	assert_str(value_part(&intent->source.values[ROW_CITY], 0), "there");
	f->err.native = 1; /* was here */
	return true;
}

static void whole_intent_comes_back(void **state)
{
	struct fixture *f = *state;

	(void)add(f, update_of(f, 3, SIDE_RECORDS, "after"));
	fixture_reopen(f, STORE_WRITE);
	OK(f, store_intent_each(f->store, SIDE_RECORDS, 0, 10, take, f, &f->err));
	assert_int_equal(f->err.native, 1);
}

static bool must_be_empty(void *payload, const struct intent *intent, struct arena *row_arena,
			  struct error *err)
{
	const struct person *persons[] = { &intent->write, &intent->base, &intent->source };

	(void)row_arena;
	(void)err;
	for (unsigned i = 0; i < 3; i++) {
		assert_non_null(persons[i]->values);
		assert_int_equal(persons[i]->values[ROW_TITLE].state, VALUE_UNKNOWN);
	}
	++*(int *)payload;
	return true;
}

static void persons_may_be_empty(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	(void)add(f, create_of("r1"));
	OK(f, store_intent_each(f->store, SIDE_PEOPLE, 0, 10, must_be_empty, &n, &f->err));
	assert_int_equal(n, 1);
}

static void at_most_one(void **state)
{
	struct fixture *f = *state;
	const struct intent again = update_of(f, 1, SIDE_RECORDS, "x");
	const struct intent create = create_of("r1");
	int64_t id, n;

	(void)add(f, again);
	(void)add(f, update_of(f, 1, SIDE_PEOPLE, "x"));
	(void)add(f, create);
	OK(f, store_begin(f->store, &f->err));
	assert_false(store_intent_add(f->store, &again, &id, &f->err));
	assert_int_equal(f->err.code, ERR_INTERNAL);
	assert_false(store_intent_add(f->store, &create, &id, &f->err));
	assert_int_equal(f->err.code, ERR_INTERNAL);
	(void)add(f, create_of("r2"));
	OK(f, store_commit(f->store, &f->err));
	OK(f, store_intent_count(f->store, SIDE_RECORDS, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, store_intent_count(f->store, SIDE_PEOPLE, &n, &f->err));
	assert_int_equal(n, 3);
}

struct walk {
	struct fixture *f;
	struct buf text;
};

/* Deletes what it is given, as the end of a push does. */
static bool on_intent(void *payload, const struct intent *intent, struct arena *row_arena,
		      struct error *err)
{
	struct walk *walk = payload;

	(void)row_arena;
	buf_addf(&walk->text, "%lld ", (long long)intent->id);
	return store_intent_delete(walk->f->store, intent->id, err);
}

static void in_order_and_in_windows(void **state)
{
	struct walk walk = { .f = *state };
	struct fixture *f = walk.f;

	for (int i = 1; i <= 6; i++)
		(void)add(f, update_of(f, i, i == 2 ? SIDE_RECORDS : SIDE_PEOPLE, "x"));
	buf_init(&walk.text, 100);
	OK(f, store_intent_each(f->store, SIDE_PEOPLE, 3, 2, on_intent, &walk, &f->err));
	assert_string_equal(buf_z(&walk.text), "4 5 ");
	buf_reset(&walk.text);
	OK(f, store_intent_each(f->store, SIDE_PEOPLE, 0, 10, on_intent, &walk, &f->err));
	assert_string_equal(buf_z(&walk.text), "1 3 6 ");
	OK(f, store_intent_delete(f->store, 6, &f->err)); /* gone already */
	assert_int_equal(add(f, create_of("r1")), 7);     /* numbers are not used twice */
	buf_release(&walk.text);
}

static void recovered_after_a_crash(void **state)
{
	struct fixture *f = *state;
	int64_t n;

	(void)add(f, create_of("never sent"));
	const int64_t sent = add(f, create_of("sent"));
	const int64_t update = add(f, update_of(f, 1, SIDE_PEOPLE, "x"));

	OK(f, store_intent_sent(f->store, sent, 500, &f->err));
	OK(f, store_intent_sent(f->store, update, 500, &f->err));
	fixture_reopen(f, STORE_WRITE);
	OK(f, store_intent_recover(f->store, &f->err));
	OK(f, store_intent_count(f->store, SIDE_PEOPLE, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(raw_number(f, "SELECT min(state * 1000 + sent_at) FROM intent"), 1500);
	assert_false(store_intent_sent(f->store, 99, 1, &f->err));
	assert_int_equal(f->err.code, ERR_INTERNAL);
}

static void one_byte_that_flips(void **state)
{
	static const char *const damage[] = {
		"UPDATE intent SET target_id = 'other'",
		"UPDATE intent SET link = 2",
		"UPDATE intent SET state = 1",
		"UPDATE intent SET base = NULL",
		"UPDATE intent SET write = CAST(substr(write, 1, length(write) - 1) || 'X' AS BLOB)",
	};
	struct fixture *f = *state;
	int n = 0;

	for (unsigned i = 0; i < COUNT_OF(damage); i++) {
		const int64_t id = add(f, update_of(f, 1, SIDE_PEOPLE, "x"));

		(void)raw_number(f, damage[i]);
		f->err = (struct error){ 0 };
		assert_false(store_intent_each(f->store, SIDE_PEOPLE, 0, 10, must_be_empty, &n,
					       &f->err));
		assert_int_equal(f->err.code, ERR_STORE);
		assert_non_null(strstr(f->err.msg, "intent "));
		assert_non_null(strstr(f->err.msg, "checksum"));
		assert_false(store_intent_sent(f->store, id, 5, &f->err));
		assert_int_equal(f->err.code, ERR_STORE);
		OK(f, store_intent_delete(f->store, id, &f->err));
	}
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(whole_intent_comes_back),
		STORE_TEST(persons_may_be_empty),
		STORE_TEST(at_most_one),
		STORE_TEST(in_order_and_in_windows),
		STORE_TEST(recovered_after_a_crash),
		STORE_TEST(one_byte_that_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
