/* SPDX-License-Identifier: Apache-2.0 */
/* Candidate pairs, suspects, parking, and that the statements find their indexes. */
#include "test_store_fixture.h"

#include "state/removals.h"

#include <time.h>

/* What the callbacks saw, a line each. */
struct seen {
	struct fixture *f;
	struct buf text;
	bool park;
	const char *drop; /* people id of pairs to drop */
	bool link;
};

static bool on_edge(void *payload, const struct match_edge *edge, struct error *err)
{
	struct seen *seen = payload;
	struct store *store = seen->f->store;
	int64_t link;

	buf_addf(&seen->text, "%.*s-%.*s %u/%u %.*s\n", STR_ARG(edge->id[SIDE_RECORDS]),
		 STR_ARG(edge->id[SIDE_PEOPLE]), edge->degree[SIDE_RECORDS],
		 edge->degree[SIDE_PEOPLE], STR_ARG(edge->key));
	if (seen->drop != NULL && str_equal_z(edge->id[SIDE_PEOPLE], seen->drop))
		return store_match_drop(store, edge, err);
	if (seen->link && edge->degree[SIDE_RECORDS] == 1 && edge->degree[SIDE_PEOPLE] == 1)
		return store_link_add(store, edge->id, STR_LIT("email"), 1, 1, &link, err);
	return !seen->park || (store_park(store, SIDE_RECORDS, edge->id[SIDE_RECORDS], err) &&
			       store_park(store, SIDE_PEOPLE, edge->id[SIDE_PEOPLE], err));
}

static void edges(struct seen *seen, const char *expected)
{
	buf_init(&seen->text, 10000);
	OK(seen->f, store_match_each(seen->f->store, on_edge, seen, &seen->f->err));
	assert_string_equal(buf_z(&seen->text), expected);
	buf_release(&seen->text);
}

static void collect(struct fixture *f)
{
	OK(f, store_match_collect(f->store, KEY_EMAIL, 3, &f->err));
}

static void add(struct fixture *f, enum side side, const char *id, const char *email)
{
	(void)see(f, side, person_of(f, id, "Engineer", ""), 0, email);
}

static void add_keys(struct fixture *f, enum side side, const char *id,
		     const struct match_key *keys, size_t n)
{
	const struct person person = person_of(f, id, "Engineer", "");
	enum observation observation;

	OK(f, store_observe(f->store, side, &person, NULL, 0, keys, n, &observation, &f->err));
}

static void one_to_one(void **state)
{
	struct seen seen = { .f = *state };
	struct fixture *f = seen.f;

	add(f, SIDE_RECORDS, "r2", "b@x");
	add(f, SIDE_RECORDS, "r1", "a@x");
	add(f, SIDE_RECORDS, "r3", "c@x");
	add(f, SIDE_PEOPLE, "p1", "a@x");
	add(f, SIDE_PEOPLE, "p2", "b@x");
	add(f, SIDE_PEOPLE, "p4", "d@x");
	collect(f);
	edges(&seen, "r1-p1 1/1 a@x\nr2-p2 1/1 b@x\n");
	OK(f, store_match_collect(f->store, KEY_PHONE, 3, &f->err));
	edges(&seen, "");
	collect(f);
	seen.link = true;
	edges(&seen, "r1-p1 1/1 a@x\nr2-p2 1/1 b@x\n");
	edges(&seen, ""); /* linked since */
	collect(f);
	edges(&seen, "");
	int64_t n;

	OK(f, store_link_count(f->store, &n, &f->err));
	assert_int_equal(n, 2);
}

static void several_shared_keys_are_one_pair(void **state)
{
	struct seen seen = { .f = *state };
	const struct match_key keys[] = { { KEY_EMAIL, S("b@x") },
					  { KEY_EMAIL, S("a@x") },
					  { KEY_PHONE, S("+43") },
					  { KEY_EMAIL, S("a@x") } };

	add_keys(seen.f, SIDE_RECORDS, "r1", keys, 4);
	add_keys(seen.f, SIDE_PEOPLE, "p1", keys, 4);
	collect(seen.f);
	edges(&seen, "r1-p1 1/1 a@x\n");
	add_keys(seen.f, SIDE_PEOPLE, "p1", keys, 1); /* its keys are replaced */
	collect(seen.f);
	edges(&seen, "r1-p1 1/1 b@x\n");
}

static void ambiguous_until_dropped(void **state)
{
	struct seen seen = { .f = *state, .drop = "p2" };
	struct fixture *f = seen.f;

	add(f, SIDE_RECORDS, "r1", "a@x");
	add(f, SIDE_PEOPLE, "p1", "a@x");
	add(f, SIDE_PEOPLE, "p2", "a@x");
	collect(f);
	edges(&seen, "r1-p1 2/1 a@x\nr1-p2 2/1 a@x\n");
	edges(&seen, "r1-p1 1/1 a@x\n");
}

static void parked_until_the_next_matching(void **state)
{
	struct seen seen = { .f = *state, .park = true };
	struct fixture *f = seen.f;

	add(f, SIDE_RECORDS, "r1", "a@x");
	add(f, SIDE_RECORDS, "r2", "a@x");
	add(f, SIDE_PEOPLE, "p1", "a@x");
	collect(f);
	/* Parking one end does not hide its other pairs from this round. */
	edges(&seen, "r1-p1 1/2 a@x\nr2-p1 1/2 a@x\n");
	edges(&seen, "");
	collect(f);
	edges(&seen, "");
	OK(f, store_match_begin(f->store, &f->err));
	collect(f);
	edges(&seen, "r1-p1 1/2 a@x\nr2-p1 1/2 a@x\n");
}

static void a_key_of_too_many_proposes_nothing(void **state)
{
	struct seen seen = { .f = *state };
	struct fixture *f = seen.f;

	add(f, SIDE_PEOPLE, "p1", "office@x");
	for (int i = 0; i < 4; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "r%d", i);
		add(f, SIDE_RECORDS, id, "office@x");
	}
	collect(f);
	edges(&seen, "");
	OK(f, store_match_collect(f->store, KEY_EMAIL, 4, &f->err));
	OK(f, store_match_drop(f->store,
			       &(struct match_edge){ .id = { STR_LIT("r0"), STR_LIT("p1") } },
			       &f->err));
	edges(&seen, "r1-p1 1/3 office@x\nr2-p1 1/3 office@x\nr3-p1 1/3 office@x\n");
}

static void archived_and_dissolved_take_no_part(void **state)
{
	struct seen seen = { .f = *state };
	struct fixture *f = seen.f;
	struct person archived = person_of(f, "r1", "x", "");

	archived.archived_at = 5;
	(void)see(f, SIDE_RECORDS, archived, 0, "a@x");
	add(f, SIDE_PEOPLE, "p1", "a@x");
	add(f, SIDE_RECORDS, "r2", "b@x");
	add(f, SIDE_PEOPLE, "p2", "b@x");
	OK(f, store_link_dissolve(f->store, link_of(f, "r2", "p2"), LINK_END_USER, &f->err));
	collect(f);
	edges(&seen, "");
	/* Forgotten and met again: still remembered. */
	OK(f, store_forget_unseen(f->store, SIDE_RECORDS, INT64_MAX, &f->err));
	OK(f, store_forget_unseen(f->store, SIDE_PEOPLE, INT64_MAX, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person"), 0);
	add(f, SIDE_RECORDS, "r2", "b@x");
	add(f, SIDE_PEOPLE, "p2", "b@x");
	collect(f);
	edges(&seen, "");
	(void)link_of(f, "r2", "p2"); /* the user may */
}

static bool on_suspect(void *payload, enum side side, struct str id, enum suspicion suspicion,
		       struct str key, struct str other_id, struct error *err)
{
	struct seen *seen = payload;

	buf_addf(&seen->text, "%s %.*s %s %.*s %.*s\n", side_name(side), STR_ARG(id),
		 suspicion == SUSPECT_LINKED ? "linked" : "twin", STR_ARG(key), STR_ARG(other_id));
	return store_park(seen->f->store, side, id, err);
}

static void suspects(struct fixture *f, const char *expected)
{
	struct seen seen = { .f = f };

	buf_init(&seen.text, 10000);
	OK(f, store_match_suspects(f->store, on_suspect, &seen, &f->err));
	assert_string_equal(buf_z(&seen.text), expected);
	buf_release(&seen.text);
}

static void suspects_of_linked_persons(void **state)
{
	struct fixture *f = *state;
	const struct match_key both[] = { { KEY_LINKEDIN, S("in/a") }, { KEY_PHONE, S("+43") } };
	const struct match_key phone[] = { { KEY_PHONE, S("+43") } };

	add_keys(f, SIDE_RECORDS, "r1", both, 2);
	add(f, SIDE_PEOPLE, "p1", "a@x");
	(void)link_of(f, "r1", "p1");
	add(f, SIDE_RECORDS, "r2", "a@x");
	add_keys(f, SIDE_PEOPLE, "p2", both, 2);
	add_keys(f, SIDE_PEOPLE, "p3", phone, 1); /* a phone alone says nothing */
	suspects(f, "records r2 linked a@x p1\npeople p2 linked in/a r1\n");
	suspects(f, ""); /* parked */
}

static void suspects_of_twins(void **state)
{
	struct fixture *f = *state;
	struct person old = person_of(f, "z", "x", "");
	struct person archived = person_of(f, "a", "x", "");

	old.created_at = 1;
	archived.created_at = 0;
	archived.archived_at = 9;
	(void)see(f, SIDE_RECORDS, archived, 0, "a@x");
	(void)see(f, SIDE_RECORDS, old, 0, "a@x");
	add(f, SIDE_RECORDS, "b", "a@x");
	add(f, SIDE_RECORDS, "c", "a@x");
	add(f, SIDE_PEOPLE, "p", "a@x"); /* the other side is no twin */
	suspects(f, "records b twin a@x z\nrecords c twin a@x z\n");
}

static bool on_person(void *payload, const struct person *person, struct arena *row_arena,
		      struct error *err)
{
	struct seen *seen = payload;
	const struct intent create = { .kind = INTENT_CREATE,
				       .target = SIDE_PEOPLE,
				       .source_id = person->id,
				       .write = *person };
	int64_t id;

	(void)row_arena;
	buf_addf(&seen->text, "%.*s %.*s\n", STR_ARG(person->id),
		 STR_ARG(value_part(&person->values[ROW_TITLE], 0)));
	return store_intent_add(seen->f->store, &create, &id, err);
}

static void unlinked_in_order_of_creation(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { .f = f };
	struct person late = person_of(f, "a", "late", "");
	struct person archived = person_of(f, "x", "archived", "");
	int64_t n;

	late.created_at = 9 * NS_PER_S;
	archived.archived_at = 1;
	(void)see(f, SIDE_RECORDS, late, 0, NULL);
	(void)see(f, SIDE_RECORDS, archived, 0, NULL);
	add(f, SIDE_RECORDS, "c", NULL);
	add(f, SIDE_RECORDS, "b", NULL);
	add(f, SIDE_RECORDS, "parked", NULL);
	add(f, SIDE_PEOPLE, "p", NULL);
	OK(f, store_park(f->store, SIDE_RECORDS, S("parked"), &f->err));
	buf_init(&seen.text, 1000);
	OK(f, store_unlinked_each(f->store, SIDE_RECORDS, 0, on_person, &seen, &f->err));
	assert_string_equal(buf_z(&seen.text), "b Engineer\nc Engineer\na late\n");
	/* Their creates are pending now. */
	OK(f, store_unlinked_each(f->store, SIDE_RECORDS, 0, on_person, &seen, &f->err));
	assert_string_equal(buf_z(&seen.text), "b Engineer\nc Engineer\na late\n");
	buf_release(&seen.text);
	OK(f, store_unlinked_count(f->store, SIDE_RECORDS, &n, &f->err));
	assert_int_equal(n, 4);
}

static bool count_edge(void *payload, const struct match_edge *edge, struct error *err)
{
	int *n = payload;

	(void)edge;
	(void)err;
	++*n;
	return true;
}

static bool count_suspect(void *payload, enum side side, struct str id, enum suspicion suspicion,
			  struct str key, struct str other_id, struct error *err)
{
	int *n = payload;

	(void)side, (void)id, (void)suspicion, (void)key, (void)other_id, (void)err;
	++*n;
	return true;
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#define MANY 20000

/* One address that all of them share must cost their number and not its square. */
static void many_are_matched_in_linear_time(void **state)
{
	struct fixture *f = *state;
	int n_edges = 0, n_suspects = 0;

	OK(f, store_begin(f->store, &f->err));
	for (int i = 0; i < 2 * MANY; i++) {
		char id[16], email[24];

		(void)snprintf(id, sizeof(id), "%d", i);
		(void)snprintf(email, sizeof(email), "%d@x", i / 2);
		const struct match_key keys[] = { { KEY_EMAIL, S(email) },
						  { KEY_EMAIL, S("office@x") } };

		add_keys(f, i % 2 == 0 ? SIDE_RECORDS : SIDE_PEOPLE, id, keys, 2);
	}
	OK(f, store_commit(f->store, &f->err));
	const double start = seconds();

	collect(f);
	OK(f, store_match_each(f->store, count_edge, &n_edges, &f->err));
	const double middle = seconds();

	OK(f, store_match_suspects(f->store, count_suspect, &n_suspects, &f->err));
	assert_int_equal(n_edges, MANY);
	assert_int_equal(n_suspects, 2 * MANY - 2);
	print_message("%d pairs of persons: matched in %.2f s, suspects in %.2f s\n", MANY,
		      middle - start, seconds() - middle);
}

static void plan_has(struct fixture *f, const char *sql, const char *words)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	struct buf plan;

	buf_init(&plan, 10000);
	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		buf_addf(&plan, "%s\n", (const char *)sqlite3_column_text(stmt, 3));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	if (strstr(buf_z(&plan), words) == NULL || strstr(buf_z(&plan), "TEMP B-TREE") != NULL)
		fail_msg("%s: wanted %s, the plan is\n%s", sql, words, buf_z(&plan));
	buf_release(&plan);
}

/* The statements of the hot paths, as they stand in the files of the state. */
static void plans_use_indexes(void **state)
{
	struct fixture *f = *state;

	plan_has(f,
		 "EXPLAIN QUERY PLAN UPDATE person SET generation = ? WHERE side = ? AND raw = ?",
		 "USING INDEX person_raw (side=? AND raw=?)");
	plan_has(f,
		 "EXPLAIN QUERY PLAN SELECT link FROM person WHERE link IS NOT NULL "
		 "AND staged = 1 AND link > ? ORDER BY link LIMIT 1",
		 "INDEX person_dirty");
	plan_has(
		f,
		"EXPLAIN QUERY PLAN SELECT p.created_at, p.id FROM person p INDEXED BY person_unlinked "
		"WHERE p.side = ?1 AND (p.created_at, p.id) > (?2, ?3) AND p.link IS NULL "
		"AND p.parked = 0 AND p.archived_at = 0 AND p.remembered = 0 "
		"ORDER BY p.created_at, p.id LIMIT 1",
		"person_unlinked (side=? AND (created_at,id)>(?,?))");
	plan_has(f,
		 "EXPLAIN QUERY PLAN DELETE FROM person WHERE side = ?1 AND link IS NULL "
		 "AND generation < ?2",
		 "INDEX person_unlinked (side=?)");
	plan_has(f,
		 "EXPLAIN QUERY PLAN SELECT id FROM intent WHERE target = ? AND id > ? "
		 "ORDER BY id LIMIT 1",
		 "intent_target (target=? AND rowid>?)");
	plan_has(f,
		 "EXPLAIN QUERY PLAN SELECT id FROM history WHERE link = ?2 AND id > ?1 "
		 "ORDER BY id LIMIT 1",
		 "history_link (link=? AND rowid>?)");
	plan_has(f,
		 "EXPLAIN QUERY PLAN SELECT k.key FROM person p INDEXED BY person_unlinked "
		 "CROSS JOIN match_key k INDEXED BY match_key_person ON k.person = p.no "
		 "AND k.kind = ? WHERE p.link IS NULL AND p.parked = 0 AND p.archived_at = 0 "
		 "AND p.remembered = 0",
		 "match_key_person (person=? AND kind=?)");
	plan_has(
		f,
		"EXPLAIN QUERY PLAN DELETE FROM shadow WHERE no IN (SELECT 2 * l.id + s.side FROM link l "
		"CROSS JOIN (SELECT 0 AS side UNION ALL SELECT 1) s "
		"WHERE l.state = 1 AND l.records_id = ?1 AND l.people_id = ?2)",
		"SEARCH shadow USING INTEGER PRIMARY KEY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(one_to_one),
		STORE_TEST(several_shared_keys_are_one_pair),
		STORE_TEST(ambiguous_until_dropped),
		STORE_TEST(parked_until_the_next_matching),
		STORE_TEST(a_key_of_too_many_proposes_nothing),
		STORE_TEST(archived_and_dissolved_take_no_part),
		STORE_TEST(suspects_of_linked_persons),
		STORE_TEST(suspects_of_twins),
		STORE_TEST(unlinked_in_order_of_creation),
		STORE_TEST(many_are_matched_in_linear_time),
		STORE_TEST(plans_use_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
