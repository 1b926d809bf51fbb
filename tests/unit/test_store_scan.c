/* SPDX-License-Identifier: Apache-2.0 */
/* Scans, seen marks, observations. */
#include "test_store_fixture.h"

#include "state/removals.h"

#include <time.h>

static int64_t scan(struct fixture *f, enum side side, int64_t now)
{
	int64_t generation = 0;

	OK(f, store_scan_start(f->store, side, now, &generation, &f->err));
	return generation;
}

static void generations_count_up(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(scan(f, SIDE_RECORDS, 5), 1);
	assert_int_equal(scan(f, SIDE_RECORDS, 6), 2);
	assert_int_equal(scan(f, SIDE_PEOPLE, 7), 1);
	OK(f, store_scan_end(f->store, SIDE_RECORDS, 2, true, 9, &f->err));
	assert_int_equal(raw_number(f, "SELECT ended_at + complete FROM scan "
				       "WHERE side = 0 AND generation = 2"),
			 10);
	for (int i = 0; i < 1010; i++)
		(void)scan(f, SIDE_RECORDS, 6);
	/* Beside the newest thousand the last one that was complete. */
	assert_int_equal(raw_number(f, "SELECT count(*) FROM scan WHERE side = 0"), 1001);
	assert_int_equal(raw_number(f, "SELECT complete FROM scan WHERE side = 0 "
				       "AND generation = 2"),
			 1);
	assert_int_equal(scan(f, SIDE_RECORDS, 6), 1013);
}

static enum observation observe(struct fixture *f, enum side side, const struct person *person,
				const char *raw, int64_t generation)
{
	const struct digest digest = raw_of(raw);
	enum observation observation = OBSERVED_COUNT;

	OK(f, store_observe(f->store, side, person, &digest, generation, NULL, 0, &observation,
			    &f->err));
	return observation;
}

static bool mark(struct fixture *f, enum side side, const char *raw, int64_t generation)
{
	const struct digest digest = raw_of(raw);
	bool known, marked;

	OK(f, store_knows_raw(f->store, side, &digest, &known, &f->err));
	OK(f, store_mark_seen(f->store, side, &digest, generation, &marked, &f->err));
	assert_int_equal(known, marked);
	return marked;
}

static void unchanged_bytes_are_marked(void **state)
{
	struct fixture *f = *state;
	const struct person person = person_of(f, "r1", "Engineer", "Graz");

	assert_false(mark(f, SIDE_RECORDS, "bytes", 1));
	assert_int_equal(observe(f, SIDE_RECORDS, &person, "bytes", 1), OBSERVED_UNKNOWN);
	assert_true(mark(f, SIDE_RECORDS, "bytes", 2));
	assert_false(mark(f, SIDE_PEOPLE, "bytes", 2));
	assert_false(mark(f, SIDE_RECORDS, "others", 2));
	assert_int_equal(raw_number(f, "SELECT generation FROM person"), 2);
	/* Read alone: what a list said no longer tells what we hold. */
	assert_int_equal(see(f, SIDE_RECORDS, person, 0, NULL), OBSERVED_UNKNOWN);
	assert_false(mark(f, SIDE_RECORDS, "bytes", 3));
	assert_int_equal(raw_number(f, "SELECT generation FROM person"), 2);
}

/* Who was proved to be gone has to be looked at when he is back, be he unchanged. */
static void bytes_of_who_is_gone_are_not_known(void **state)
{
	struct fixture *f = *state;
	const struct person person = person_of(f, "r1", "Engineer", "Graz");
	const struct digest raw = raw_of("bytes");
	bool known;

	assert_int_equal(observe(f, SIDE_RECORDS, &person, "bytes", 1), OBSERVED_UNKNOWN);
	OK(f, store_knows_raw(f->store, SIDE_RECORDS, &raw, &known, &f->err));
	assert_true(known);
	OK(f, store_person_gone(f->store, SIDE_RECORDS, S("r1"), 2, 1, &f->err));
	OK(f, store_knows_raw(f->store, SIDE_RECORDS, &raw, &known, &f->err));
	assert_false(known);
	assert_int_equal(observe(f, SIDE_RECORDS, &person, "bytes", 3), OBSERVED_UNKNOWN);
	assert_int_equal(raw_number(f, "SELECT gone_cycle FROM person"), 0);
}

static void unlinked_person_in_full(void **state)
{
	struct fixture *f = *state;
	struct person got, person = person_of(f, "p1", "Engineer", NULL);
	bool found;

	person.updated_at = 77;
	(void)see(f, SIDE_PEOPLE, person, 0, NULL);
	OK(f, store_unlinked_get(f->store, SIDE_PEOPLE, S("p1"), &f->arena, &got, &found, &f->err));
	assert_true(found);
	assert_str(got.id, "p1");
	assert_int_equal(got.updated_at, 77);
	assert_str(value_part(&got.values[ROW_TITLE], 0), "Engineer");
	assert_int_equal(got.values[ROW_CITY].state, VALUE_UNKNOWN);
	OK(f,
	   store_unlinked_get(f->store, SIDE_RECORDS, S("p1"), &f->arena, &got, &found, &f->err));
	assert_false(found);
}

static void same_or_changed(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	const struct person same = person_of(f, "r1", "Engineer", "");
	const struct person changed = person_of(f, "r1", "Architect", "");

	assert_int_equal(observe(f, SIDE_RECORDS, &same, "one", 0), OBSERVED_SAME);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM staged"), 0);
	assert_int_equal(observe(f, SIDE_RECORDS, &changed, "two", 0), OBSERVED_CHANGED);
	assert_int_equal(observe(f, SIDE_RECORDS, &changed, "two", 0), OBSERVED_CHANGED);
	struct pair pair;

	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_str(value_part(&pair.now[SIDE_RECORDS].values[ROW_TITLE], 0), "Architect");
	assert_str(value_part(&pair.shadow[SIDE_RECORDS].values[ROW_TITLE], 0), "Engineer");
	/* Put back by hand before we carried it over. */
	assert_int_equal(observe(f, SIDE_RECORDS, &same, "one", 0), OBSERVED_SAME);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM staged"), 0);
	assert_int_equal(raw_number(f, "SELECT staged + old_seen_at FROM person WHERE side = 0"),
			 0);
}

static int64_t old_sight(struct fixture *f, int64_t link)
{
	struct pair pair;

	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	return pair.old_seen_at[SIDE_RECORDS];
}

/* When was the old content last seen?  The change lies behind that. */
static void lower_bound_of_a_change(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	struct person person = person_of(f, "r1", "Engineer", "");

	assert_int_equal(old_sight(f, link), 100 * NS_PER_S); /* when it was decoded */
	person.seen_at = 150 * NS_PER_S;
	(void)observe(f, SIDE_RECORDS, &person, "old", scan(f, SIDE_RECORDS, 140 * NS_PER_S));
	assert_int_equal(old_sight(f, link), 150 * NS_PER_S);
	assert_true(mark(f, SIDE_RECORDS, "old", scan(f, SIDE_RECORDS, 200 * NS_PER_S)));
	assert_int_equal(old_sight(f, link), 200 * NS_PER_S);
	person = person_of(f, "r1", "Architect", "");
	person.seen_at = 300 * NS_PER_S;
	(void)observe(f, SIDE_RECORDS, &person, "new", scan(f, SIDE_RECORDS, 290 * NS_PER_S));
	assert_int_equal(old_sight(f, link), 200 * NS_PER_S);
	/* It stays while the change waits, whatever else is seen. */
	assert_true(mark(f, SIDE_RECORDS, "new", scan(f, SIDE_RECORDS, 400 * NS_PER_S)));
	person = person_of(f, "r1", "Surveyor", "");
	person.seen_at = 500 * NS_PER_S;
	(void)observe(f, SIDE_RECORDS, &person, "newer", 0);
	assert_int_equal(old_sight(f, link), 200 * NS_PER_S);
	OK(f, store_settle(f->store, link, SIDE_RECORDS, &person, &person, &f->err));
	assert_int_equal(old_sight(f, link), 500 * NS_PER_S);
}

static void labels_beside_the_content_are_kept_fresh(void **state)
{
	struct fixture *f = *state;
	struct person first = person_of(f, "r1", "Engineer", "Graz");
	struct pair pair;

	first.values[ROW_TITLE].invented = true;
	first.values[ROW_TITLE].items[0].extra = S("{\"label\":1}");
	(void)see(f, SIDE_RECORDS, first, 0, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Engineer", "Graz"), 0, NULL);
	const int64_t link = link_of(f, "r1", "p1");

	OK(f, store_settle(f->store, link, SIDE_RECORDS, &first, &first, &f->err));
	struct person second = person_of(f, "r1", "Engineer", "Graz");

	second.values[ROW_TITLE].items[0].extra = S("{\"label\":2}");
	assert_int_equal(see(f, SIDE_RECORDS, second, 0, NULL), OBSERVED_SAME);
	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_str(pair.now[SIDE_RECORDS].values[ROW_TITLE].items[0].extra, "{\"label\":2}");
	assert_true(pair.now[SIDE_RECORDS].values[ROW_TITLE].invented);
}

/* An edit back to the very bytes that were there before our write must not pass as "known". */
static void our_write_forgets_the_bytes(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	const struct person before = person_of(f, "p1", "Engineer", "");
	const struct person after = person_of(f, "p1", "Architect", "");

	(void)observe(f, SIDE_PEOPLE, &before, "before", 0);
	OK(f, store_settle(f->store, link, SIDE_PEOPLE, &before, &before, &f->err));
	assert_true(mark(f, SIDE_PEOPLE, "before", 5));
	OK(f, store_settle(f->store, link, SIDE_PEOPLE, &after, &after, &f->err));
	assert_false(mark(f, SIDE_PEOPLE, "before", 6));
	assert_int_equal(observe(f, SIDE_PEOPLE, &before, "before", 6), OBSERVED_CHANGED);
}

static void changed_mapping_is_read_again(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	struct pair pair;

	f->rows[ROW_TITLE].path[SIDE_PEOPLE] = S("jobTitle");
	field_table_init(&f->table, f->rows, ROW_COUNT);
	fixture_reopen(f, STORE_WRITE);
	assert_int_equal(see(f, SIDE_RECORDS, person_of(f, "r1", "Engineer", ""), 0, NULL),
			 OBSERVED_CHANGED);
	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_int_equal(pair.shadow[SIDE_RECORDS].values[ROW_TITLE].state, VALUE_UNKNOWN);
	assert_int_equal(pair.shadow[SIDE_RECORDS].values[ROW_CITY].state, VALUE_EMPTY);
}

static void unseen_unlinked_persons_are_forgotten(void **state)
{
	struct fixture *f = *state;
	const struct intent create = { .kind = INTENT_CREATE,
				       .target = SIDE_PEOPLE,
				       .source_id = S("source") };
	const struct match_key key = { KEY_EMAIL, S("a@b") };
	enum observation observation;
	int64_t id, old, new;

	(void)settled_pair(f, "r1", "p1", "Engineer");
	old = scan(f, SIDE_RECORDS, 5);
	(void)see(f, SIDE_RECORDS, person_of(f, "gone", "x", ""), old, "g@b");
	(void)see(f, SIDE_RECORDS, person_of(f, "source", "x", ""), old, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "other", "x", ""), old, NULL);
	OK(f, store_intent_add(f->store, &create, &id, &f->err));
	new = scan(f, SIDE_RECORDS, 6);
	const struct person seen = person_of(f, "seen", "x", "");

	OK(f,
	   store_observe(f->store, SIDE_RECORDS, &seen, NULL, new, &key, 1, &observation, &f->err));
	/* Read alone during the scan: it was there after the scan began. */
	(void)see(f, SIDE_RECORDS, person_of(f, "alone", "x", ""), 0, NULL);
	OK(f, store_forget_unseen(f->store, SIDE_RECORDS, new, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person WHERE id IN "
				       "('r1', 'p1', 'source', 'other', 'seen', 'alone')"),
			 6);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person"), 6);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM match_key"), 1);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM staged"), 4);
	OK(f, store_intent_delete(f->store, id, &f->err));
	OK(f, store_forget_unseen(f->store, SIDE_RECORDS, new, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person"), 5);
}

static bool on_absent(void *payload, int64_t number, struct str id, bool linked, struct error *err)
{
	struct buf *buf = payload;

	(void)number;
	(void)err;
	buf_addf(buf, "%.*s%s ", STR_ARG(id), linked ? "!" : "");
	return true;
}

/* A drifting page may hide who would be matched: then his counterpart would be created anew. */
static void who_would_be_matched_is_kept_until_proved_gone(void **state)
{
	struct fixture *f = *state;
	struct buf absent;
	int64_t old, new;

	buf_init(&absent, 1000);
	(void)settled_pair(f, "r1", "p1", "Engineer");
	old = scan(f, SIDE_PEOPLE, 5);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p2", "x", ""), old, "a@x");
	(void)see(f, SIDE_PEOPLE, person_of(f, "p3", "x", ""), old, "b@x");
	(void)see(f, SIDE_RECORDS, person_of(f, "r2", "x", ""), 0, "a@x");
	new = scan(f, SIDE_PEOPLE, 6);
	OK(f, store_absent_each(f->store, SIDE_PEOPLE, new, 0, false, on_absent, &absent, &f->err));
	OK(f, store_absent_each(f->store, SIDE_PEOPLE, new,
				raw_number(f, "SELECT no FROM person WHERE id = 'p1'"), true,
				on_absent, &absent, &f->err));
	assert_string_equal(buf_z(&absent), "p1! p2 p2 ");
	buf_reset(&absent);
	OK(f, store_person_gone(f->store, SIDE_PEOPLE, STR_LIT("p1"), new, 3, &f->err));
	for (int proved_too = 0; proved_too < 2; proved_too++)
		OK(f, store_absent_each(f->store, SIDE_PEOPLE, new, 0, proved_too != 0, on_absent,
					&absent, &f->err));
	assert_string_equal(buf_z(&absent), "p2 p1! p2 ");
	OK(f, store_forget_unseen(f->store, SIDE_PEOPLE, new, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person WHERE id = 'p2'"), 1);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person WHERE id = 'p3'"), 0);
	OK(f, store_person_gone(f->store, SIDE_PEOPLE, STR_LIT("p2"), new, 1, &f->err));
	OK(f, store_forget_unseen(f->store, SIDE_PEOPLE, new, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person WHERE id = 'p2'"), 0);
	buf_release(&absent);
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define MANY 100000

static void many_are_marked_fast(void **state)
{
	struct fixture *f = *state;
	struct person person = person_of(f, "", "Engineer", "Graz");
	struct match_key keys[2] = { { .kind = KEY_EMAIL }, { .kind = KEY_PHONE } };
	enum observation observation;
	char id[40], email[40];
	double start = seconds();

	OK(f, store_begin(f->store, &f->err));
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(id, sizeof(id), "%08x-0000-4000-8000-%012d",
			       (unsigned)i * 2654435761u, i);
		(void)snprintf(email, sizeof(email), "person%d@example.com", i);
		const struct digest raw = raw_of(id);

		person.id = S(id);
		keys[0].key = keys[1].key = S(email);
		OK(f, store_observe(f->store, SIDE_RECORDS, &person, &raw, 1, keys, 2, &observation,
				    &f->err));
	}
	OK(f, store_commit(f->store, &f->err));
	print_message("%d observed as new in %.2f s\n", MANY, seconds() - start);
	start = seconds();
	OK(f, store_begin(f->store, &f->err));
	for (int i = 0; i < MANY; i++) {
		bool known;

		(void)snprintf(id, sizeof(id), "%08x-0000-4000-8000-%012d",
			       (unsigned)i * 2654435761u, i);
		const struct digest raw = raw_of(id);

		OK(f, store_mark_seen(f->store, SIDE_RECORDS, &raw, 2, &known, &f->err));
		assert_true(known);
	}
	OK(f, store_commit(f->store, &f->err));
	print_message("%d marked as seen in %.2f s\n", MANY, seconds() - start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(generations_count_up),
		STORE_TEST(unchanged_bytes_are_marked),
		STORE_TEST(bytes_of_who_is_gone_are_not_known),
		STORE_TEST(unlinked_person_in_full),
		STORE_TEST(same_or_changed),
		STORE_TEST(lower_bound_of_a_change),
		STORE_TEST(labels_beside_the_content_are_kept_fresh),
		STORE_TEST(our_write_forgets_the_bytes),
		STORE_TEST(changed_mapping_is_read_again),
		STORE_TEST(unseen_unlinked_persons_are_forgotten),
		STORE_TEST(who_would_be_matched_is_kept_until_proved_gone),
		STORE_TEST(many_are_marked_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
