/* SPDX-License-Identifier: Apache-2.0 */
/* Links: their life; pairs: what is merged, settling; checksums of both. */
#include "test_store_fixture.h"

static bool find(struct fixture *f, const char *id, struct link *ret_link)
{
	bool found;

	OK(f, store_link_find(f->store, S(id), &f->arena, ret_link, &found, &f->err));
	return found;
}

static void found_by_either_id_or_number(void **state)
{
	struct fixture *f = *state;
	struct link link;

	(void)see(f, SIDE_RECORDS, person_of(f, "r1", "x", ""), 0, NULL);
	(void)see(f, SIDE_RECORDS, person_of(f, "r2", "x", ""), 0, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "1", "x", ""), 0, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p2", "x", ""), 0, NULL);
	assert_int_equal(link_of(f, "r1", "p2"), 1);
	assert_int_equal(link_of(f, "r2", "1"), 2);
	assert_true(find(f, "r1", &link));
	assert_int_equal(link.id, 1);
	assert_str(link.side_id[SIDE_PEOPLE], "p2");
	assert_str(link.how, "email");
	assert_int_equal(link.created_at, 5);
	assert_int_equal(link.cycle, 1);
	assert_int_equal(link.state, LINK_ACTIVE);
	assert_true(find(f, "1", &link)); /* an id before a number */
	assert_int_equal(link.id, 2);
	assert_true(find(f, "2", &link));
	assert_int_equal(link.id, 2);
	assert_false(find(f, "3", &link));
	assert_false(find(f, "r9", &link));
	assert_false(find(f, "", &link));
}

/* The same text may name a record and, by chance, a person of the other side. */
static void an_active_link_is_found_first(void **state)
{
	struct fixture *f = *state;
	const int64_t active = settled_pair(f, "same", "p1", "x");
	struct link link;

	OK(f, store_link_dissolve(f->store, settled_pair(f, "r2", "same", "x"), LINK_END_USER,
				  &f->err));
	assert_true(find(f, "same", &link));
	assert_int_equal(link.id, active);
}

static void only_unlinked_and_known_persons_are_linked(void **state)
{
	struct fixture *f = *state;
	const struct str taken[SIDE_COUNT] = { STR_LIT("r1"), STR_LIT("p2") };
	const struct str unknown[SIDE_COUNT] = { STR_LIT("r3"), STR_LIT("p2") };
	int64_t link;

	(void)settled_pair(f, "r1", "p1", "x");
	(void)see(f, SIDE_PEOPLE, person_of(f, "p2", "x", ""), 0, NULL);
	assert_false(store_link_add(f->store, taken, S("user"), 1, 1, &link, &f->err));
	assert_int_equal(f->err.code, ERR_USAGE);
	assert_non_null(strstr(f->err.msg, "r1 is linked already (link 1)"));
	assert_false(store_link_add(f->store, unknown, S("user"), 1, 1, &link, &f->err));
	assert_non_null(strstr(f->err.msg, "no records person r3"));
}

static void dissolved_and_linked_again(void **state)
{
	struct fixture *f = *state;
	const int64_t first = settled_pair(f, "r1", "p1", "Engineer");
	struct link link;
	struct person person;
	struct pair pair;
	bool found;
	int64_t n;

	OK(f, store_link_dissolve(f->store, first, LINK_END_USER, &f->err));
	OK(f, store_link_dissolve(f->store, first, LINK_END_USER, &f->err));
	OK(f, store_link_count(f->store, &n, &f->err));
	assert_int_equal(n, 0);
	assert_true(find(f, "p1", &link));
	assert_int_equal(link.state, LINK_DISSOLVED);
	/* Their content was in the shadows only. */
	OK(f,
	   store_unlinked_get(f->store, SIDE_PEOPLE, S("p1"), &f->arena, &person, &found, &f->err));
	assert_true(found);
	assert_str(value_part(&person.values[ROW_TITLE], 0), "Engineer");
	assert_int_equal(raw_number(f, "SELECT count(*) FROM shadow"), 0);
	assert_false(store_pair_get(f->store, first, &f->arena, &pair, &f->err));
	assert_int_equal(f->err.code, ERR_USAGE);
	assert_false(store_link_dissolve(f->store, 99, LINK_END_USER, &f->err));
	const int64_t second = link_of(f, "r1", "p1");

	assert_int_equal(second, first + 1);
	OK(f, store_pair_get(f->store, second, &f->arena, &pair, &f->err));
	assert_false(pair.has_shadow[SIDE_RECORDS]);
	assert_int_equal(pair.old_seen_at[SIDE_RECORDS], 0);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM link"), 1);
}

static void what_hangs_on_a_link_goes_with_it(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "x");
	const struct intent intent = { .kind = INTENT_UPDATE, .target = SIDE_PEOPLE, .link = link };
	const struct conflict conflict = { .kind = S("field"), .link = link, .field = S("title") };
	const struct quarantine quarantine = { .target = SIDE_PEOPLE, .link = link };
	int64_t id;

	OK(f, store_intent_add(f->store, &intent, &id, &f->err));
	OK(f, store_conflict_put(f->store, &conflict, &f->err));
	OK(f, store_quarantine_put(f->store, &quarantine, &f->err));
	OK(f, store_link_dissolve(f->store, link, LINK_END_USER, &f->err));
	assert_int_equal(raw_number(f, "SELECT (SELECT count(*) FROM intent) + "
				       "(SELECT count(*) FROM conflict) + "
				       "(SELECT count(*) FROM quarantine)"),
			 0);
}

static bool on_link(void *payload, const struct link *link, struct error *err)
{
	(void)err;
	buf_addf(payload, "%lld %.*s-%.*s %d\n", (long long)link->id,
		 STR_ARG(link->side_id[SIDE_RECORDS]), STR_ARG(link->side_id[SIDE_PEOPLE]),
		 (int)link->state);
	return true;
}

static void each_link(void **state)
{
	struct fixture *f = *state;
	struct buf text;

	buf_init(&text, 1000);
	(void)settled_pair(f, "r1", "p1", "x");
	OK(f,
	   store_link_dissolve(f->store, settled_pair(f, "r2", "p2", "x"), LINK_END_USER, &f->err));
	OK(f, store_link_each(f->store, on_link, &text, &f->err));
	assert_string_equal(buf_z(&text), "1 r1-p1 0\n2 r2-p2 1\n");
	buf_release(&text);
}

struct merging {
	struct fixture *f;
	struct buf text;
	int fail_at; /* link to fail at */
	bool settle;
};

static bool on_pair(void *payload, struct pair *pair, struct arena *row_arena, struct error *err)
{
	struct merging *merging = payload;
	struct store *store = merging->f->store;

	(void)row_arena;
	if (pair->link.id == merging->fail_at)
		return error_set(err, ERR_CANCELED, "stop");
	buf_addf(&merging->text, "%lld %s%s\n", (long long)pair->link.id,
		 pair->has_shadow[SIDE_RECORDS] ? "r" : "-",
		 pair->has_shadow[SIDE_PEOPLE] ? "p" : "-");
	if (!merging->settle)
		return true;
	for (unsigned i = 0; i < SIDE_COUNT; i++) {
		const enum side side = i == 0 ? SIDE_RECORDS : SIDE_PEOPLE;

		if (!store_settle(store, pair->link.id, side, &pair->now[side], &pair->now[side],
				  err))
			return false;
	}
	return true;
}

static void dirty(struct merging *merging, unsigned batch, const char *expected)
{
	buf_init(&merging->text, 1000);
	OK(merging->f,
	   store_pairs_dirty(merging->f->store, batch, on_pair, merging, &merging->f->err));
	assert_string_equal(buf_z(&merging->text), expected);
	buf_release(&merging->text);
}

static void dirty_pairs_in_batches(void **state)
{
	struct merging merging = { .f = *state };
	struct fixture *f = merging.f;

	for (int i = 1; i <= 4; i++) {
		char r[16], p[16];

		(void)snprintf(r, sizeof(r), "r%d", i);
		(void)snprintf(p, sizeof(p), "p%d", i);
		(void)settled_pair(f, r, p, "Engineer");
	}
	(void)see(f, SIDE_RECORDS, person_of(f, "r5", "x", ""), 0, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p5", "x", ""), 0, NULL);
	(void)link_of(f, "r5", "p5");
	(void)see(f, SIDE_RECORDS, person_of(f, "r4", "Architect", ""), 0, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p4", "Architect", ""), 0, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p2", "Architect", ""), 0, NULL);
	dirty(&merging, 1, "2 rp\n4 rp\n5 --\n");
	dirty(&merging, 100, "2 rp\n4 rp\n5 --\n");
	/* A failure takes back its own batch only. */
	merging.settle = true;
	merging.fail_at = 5;
	buf_init(&merging.text, 1000);
	assert_false(store_pairs_dirty(f->store, 2, on_pair, &merging, &f->err));
	assert_int_equal(f->err.code, ERR_CANCELED);
	buf_release(&merging.text);
	merging.fail_at = 0;
	dirty(&merging, 2, "5 --\n");
	dirty(&merging, 2, "");
}

static void settled_in_part(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	struct person now = person_of(f, "r1", "Architect", "Graz");
	struct person shadow = person_of(f, "r1", "Architect", "");
	struct pair pair;

	(void)see(f, SIDE_RECORDS, now, 0, NULL);
	/* The title is agreed, the city waits. */
	OK(f, store_settle(f->store, link, SIDE_RECORDS, &now, &shadow, &f->err));
	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_str(value_part(&pair.now[SIDE_RECORDS].values[ROW_CITY], 0), "Graz");
	assert_int_equal(pair.shadow[SIDE_RECORDS].values[ROW_CITY].state, VALUE_EMPTY);
	assert_str(value_part(&pair.shadow[SIDE_RECORDS].values[ROW_TITLE], 0), "Architect");
	assert_int_equal(pair.old_seen_at[SIDE_RECORDS], 100 * NS_PER_S);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM staged"), 1);
	OK(f, store_settle(f->store, link, SIDE_RECORDS, &now, &now, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM staged"), 0);
	assert_false(store_settle(f->store, 99, SIDE_RECORDS, &now, &now, &f->err));
}

static void unchanged_side_is_its_shadow(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	struct person person = person_of(f, "p1", "Engineer", "");
	struct pair pair;
	int64_t generation;

	OK(f, store_scan_start(f->store, SIDE_PEOPLE, 900 * NS_PER_S, &generation, &f->err));
	person.updated_at = 888;
	(void)see(f, SIDE_PEOPLE, person, generation, NULL);
	OK(f, store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_str(pair.now[SIDE_PEOPLE].id, "p1");
	assert_str(value_part(&pair.now[SIDE_PEOPLE].values[ROW_TITLE], 0), "Engineer");
	assert_int_equal(pair.now[SIDE_PEOPLE].updated_at, 888);
	assert_int_equal(pair.now[SIDE_PEOPLE].seen_at, 900 * NS_PER_S);
	assert_int_equal(pair.generation[SIDE_PEOPLE], generation);
	assert_true(pair.has_shadow[SIDE_PEOPLE]);
	/* Its values are its own: the merge may change the one and keep the other. */
	assert_ptr_not_equal(pair.now[SIDE_PEOPLE].values, pair.shadow[SIDE_PEOPLE].values);
}

static void damage_is_named(struct fixture *f, int64_t link, const char *sql, const char *words)
{
	struct pair pair;

	(void)raw_number(f, sql);
	f->err = (struct error){ 0 };
	assert_false(store_pair_get(f->store, link, &f->arena, &pair, &f->err));
	assert_int_equal(f->err.code, ERR_STORE);
	assert_int_equal(f->err.native, SQLITE_CORRUPT);
	if (strstr(f->err.msg, words) == NULL || strstr(f->err.msg, "crmsync reset") == NULL)
		fail_msg("%s", f->err.msg);
}

static void one_byte_that_flips(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "Engineer");
	struct link found;
	bool is_found;

	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "Architect", ""), 0, NULL);
	damage_is_named(f, link,
			"UPDATE shadow SET body = CAST(replace(hex(body), '456E67', '456F67') "
			"AS BLOB) WHERE no = 2",
			"records shadow of link 1");
	damage_is_named(f, link, "UPDATE link SET people_id = 'p2'", "link 1 does not match");
	assert_false(store_link_find(f->store, S("1"), &f->arena, &found, &is_found, &f->err));
	damage_is_named(f, link, "UPDATE link SET people_id = 'p1'", "records shadow of link 1");
	damage_is_named(f, link, "DELETE FROM shadow WHERE no = 2", "no content");
	(void)see(f, SIDE_RECORDS, person_of(f, "r1", "Engineer", ""), 0, NULL);
	damage_is_named(f, link, "DELETE FROM staged WHERE person = 2",
			"people person p1 has no content");
}

static void a_person_linked_or_not(void **state)
{
	struct fixture *f = *state;
	struct person person;
	bool found;

	(void)settled_pair(f, "r1", "p1", "x");
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "y", ""), 0, NULL);
	(void)see(f, SIDE_PEOPLE, person_of(f, "p2", "z", ""), 0, NULL);
	fixture_reopen(f, STORE_READ);
	OK(f,
	   store_person_get(f->store, SIDE_RECORDS, S("r1"), &f->arena, &person, &found, &f->err));
	assert_true(found);
	assert_str(person.id, "r1");
	assert_str(person.values[ROW_TITLE].items[0].text, "x");
	OK(f,
	   store_person_get(f->store, SIDE_PEOPLE, S("p1"), &f->arena, &person, &found, &f->err));
	assert_str(person.values[ROW_TITLE].items[0].text, "y");
	OK(f,
	   store_person_get(f->store, SIDE_PEOPLE, S("p2"), &f->arena, &person, &found, &f->err));
	assert_str(person.values[ROW_TITLE].items[0].text, "z");
	OK(f,
	   store_person_get(f->store, SIDE_RECORDS, S("p2"), &f->arena, &person, &found, &f->err));
	assert_false(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(found_by_either_id_or_number),
		STORE_TEST(an_active_link_is_found_first),
		STORE_TEST(only_unlinked_and_known_persons_are_linked),
		STORE_TEST(dissolved_and_linked_again),
		STORE_TEST(what_hangs_on_a_link_goes_with_it),
		STORE_TEST(each_link),
		STORE_TEST(dirty_pairs_in_batches),
		STORE_TEST(settled_in_part),
		STORE_TEST(unchanged_side_is_its_shadow),
		STORE_TEST(one_byte_that_flips),
		STORE_TEST(a_person_linked_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
