/* SPDX-License-Identifier: Apache-2.0 */
/* History, conflicts, quarantine, members, cycles. */
#include "test_store_fixture.h"

#include "state/members.h"

static void add_history(struct fixture *f, int64_t cycle, int64_t link, int64_t at)
{
	const struct history_entry entry = {
		.cycle = cycle,
		.link = link,
		.at = at,
		.side = SIDE_PEOPLE,
		.side_id = S("p1"),
		.field = S("title"),
		.action = S("update"),
		.old_value = S("Engineer"),
		.new_value = S("Architect"),
		.reason = S("newer"),
	};

	OK(f, store_history_add(f->store, &entry, &f->err));
}

static bool on_entry(void *payload, const struct history_entry *entry, struct error *err)
{
	(void)err;
	assert_str(entry->side_id, "p1");
	assert_str(entry->field, "title");
	assert_str(entry->action, "update");
	assert_str(entry->old_value, "Engineer");
	assert_str(entry->new_value, "Architect");
	assert_str(entry->reason, "newer");
	assert_int_equal(entry->side, SIDE_PEOPLE);
	buf_addf(payload, "%lld:%lld/%lld ", (long long)entry->id, (long long)entry->cycle,
		 (long long)entry->link);
	return true;
}

static void history(struct fixture *f, int64_t cycle, int64_t link, const char *expected)
{
	struct buf text;

	buf_init(&text, 1000);
	OK(f, store_history_each(f->store, cycle, link, on_entry, &text, &f->err));
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

static void history_by_cycle_and_link(void **state)
{
	struct fixture *f = *state;

	add_history(f, 1, 1, 10);
	add_history(f, 1, 2, 11);
	add_history(f, 2, 1, 12);
	add_history(f, 2, 0, 13);
	history(f, 0, 0, "1:1/1 2:1/2 3:2/1 4:2/0 ");
	history(f, 2, 0, "3:2/1 4:2/0 ");
	history(f, 0, 1, "1:1/1 3:2/1 ");
	history(f, 2, 1, "3:2/1 ");
	OK(f, store_history_retain(f->store, 12, &f->err));
	history(f, 0, 0, "3:2/1 4:2/0 ");
}

static void history_of_a_person(void **state)
{
	struct fixture *f = *state;
	const struct str other_side[SIDE_COUNT] = { S("p1"), S("nobody") };
	const struct str ids[SIDE_COUNT] = { S("r1"), S("p1") };
	struct buf text;

	add_history(f, 1, 1, 10);
	add_history(f, 2, 7, 11); /* under another link */
	buf_init(&text, 1000);
	OK(f, store_history_person(f->store, other_side, on_entry, &text, &f->err));
	assert_string_equal(buf_z(&text), "");
	OK(f, store_history_person(f->store, ids, on_entry, &text, &f->err));
	assert_string_equal(buf_z(&text), "1:1/1 2:2/7 ");
	buf_release(&text);
}

static void retention_is_bounded(void **state)
{
	struct fixture *f = *state;

	(void)raw_number(
		f, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "20500) INSERT INTO history(cycle, link, at, side, side_id, field, action, "
		   "old_value, new_value, reason) SELECT 1, 1, i, 0, 'r1', 'title', 'update', "
		   "'', '', '' FROM n");
	(void)raw_number(f, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT "
			    "20500) INSERT INTO cycle(kind, started_at) SELECT 'full', i FROM n");
	OK(f, store_cycle_end(f->store, 20200, S("ok"), S("{}"), 20201, &f->err));
	OK(f, store_history_retain(f->store, 99999, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM history"), 500);
	assert_int_equal(raw_number(f, "SELECT min(at) FROM history"), 20000);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM cycle"), 500);
	OK(f, store_history_retain(f->store, 99999, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM history"), 0);
	/* The newest that ended, and what began after it. */
	assert_int_equal(raw_number(f, "SELECT min(id) FROM cycle"), 20200);
}

/* 3,000 cycles of which every hundredth wrote something and every seventh failed. */
static void idle_cycles_are_thinned_out(void **state)
{
	struct fixture *f = *state;

	for (int i = 1; i <= 3000; i++) {
		int64_t id;

		OK(f, store_cycle_start(f->store, S("full"), i, &id, &f->err));
		if (i % 100 == 0)
			add_history(f, id, 1, i);
		OK(f, store_cycle_end(f->store, id, i % 7 == 0 ? S("failed") : S("ok"), S("{}"), i,
				      &f->err));
		OK(f, store_history_retain(f->store, 0, &f->err));
	}
	assert_int_equal(raw_number(f, "SELECT count(*) FROM cycle WHERE id > 1000"), 2000);
	/* 10 that wrote, 142 that failed, one that did both */
	assert_int_equal(raw_number(f, "SELECT count(*) FROM cycle WHERE id <= 1000"), 151);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM history"), 30);
}

static bool on_conflict(void *payload, const struct conflict *conflict, struct error *err)
{
	(void)err;
	buf_addf(payload, "%.*s %lld %.*s %.*s-%.*s %.*s %lld..%lld\n", STR_ARG(conflict->kind),
		 (long long)conflict->link, STR_ARG(conflict->field),
		 STR_ARG(conflict->side_id[SIDE_RECORDS]), STR_ARG(conflict->side_id[SIDE_PEOPLE]),
		 STR_ARG(conflict->evidence), (long long)conflict->first_cycle,
		 (long long)conflict->last_cycle);
	return true;
}

static void conflicts(struct fixture *f, const char *expected)
{
	struct buf text;
	int64_t n, lines = 0;

	buf_init(&text, 1000);
	OK(f, store_conflict_each(f->store, on_conflict, &text, &f->err));
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
	for (const char *p = expected; *p != '\0'; p++)
		lines += *p == '\n';
	OK(f, store_conflict_count(f->store, &n, &f->err));
	assert_int_equal(n, lines);
}

static void put_conflict(struct fixture *f, struct conflict conflict, int64_t cycle)
{
	conflict.first_cycle = conflict.last_cycle = cycle;
	OK(f, store_conflict_put(f->store, &conflict, &f->err));
}

static void conflicts_come_and_go(void **state)
{
	struct fixture *f = *state;
	const struct conflict title = { .kind = S("field"), .link = 1, .field = S("title") };
	const struct conflict city = { .kind = S("field"), .link = 1, .field = S("city") };
	const struct conflict other = { .kind = S("field"), .link = 2, .field = S("city") };
	struct conflict pair = { .kind = S("ambiguous"),
				 .side_id = { S("r1"), S("p1") },
				 .evidence = S("two of a@x") };

	put_conflict(f, title, 1);
	put_conflict(f, city, 1);
	put_conflict(f, other, 1);
	put_conflict(f, pair, 1);
	pair.evidence = S("three of a@x");
	put_conflict(f, pair, 2);
	put_conflict(f, title, 2);
	OK(f, store_conflict_sweep_link(f->store, 1, 2, &f->err));
	conflicts(f, "field 1 title -  1..2\nfield 2 city -  1..1\n"
		     "ambiguous 0  r1-p1 three of a@x 1..2\n");
	OK(f, store_conflict_sweep(f->store, "field", 2, &f->err));
	conflicts(f, "field 1 title -  1..2\nambiguous 0  r1-p1 three of a@x 1..2\n");
	OK(f, store_conflict_sweep(f->store, "ambiguous", 3, &f->err));
	conflicts(f, "field 1 title -  1..2\n");
}

static void matches_end_when_two_are_linked(void **state)
{
	struct fixture *f = *state;
	const struct str ids[SIDE_COUNT] = { S("r1"), S("p1") };
	struct conflict match = { .kind = S("ambiguous"), .side_id = { S("r1"), S("p1") } };

	put_conflict(f, match, 1);
	match.side_id[SIDE_PEOPLE] = S("p2");
	put_conflict(f, match, 1);
	match.side_id[SIDE_RECORDS] = S("r2");
	put_conflict(f, match, 1);
	put_conflict(f, (struct conflict){ .kind = S("duplicate"), .side_id = { S(""), S("p1") } },
		     1);
	put_conflict(
		f,
		(struct conflict){ .kind = S("field"), .link = 3, .side_id = { S("r1"), S("p1") } },
		1);
	OK(f, store_conflict_drop_matches(f->store, ids, &f->err));
	conflicts(f, "ambiguous 0  r2-p2  1..1\nfield 3  r1-p1  1..1\n");
}

static bool blocks(struct fixture *f, int64_t link, const char *source, const char *content)
{
	const struct digest digest = raw_of(content);
	bool blocked;

	OK(f, store_quarantine_blocks(f->store, SIDE_PEOPLE, link, S(source), &digest, &blocked,
				      &f->err));
	return blocked;
}

static void refuse(struct fixture *f, int64_t link, const char *source, const char *content,
		   int64_t at)
{
	const struct quarantine quarantine = {
		.target = SIDE_PEOPLE,
		.link = link,
		.source_id = S(source),
		.target_id = S("t"),
		.status = 422,
		.words = S("no"),
		.content = raw_of(content),
		.attempts = 1,
		.first_at = at,
		.last_at = at,
	};

	OK(f, store_quarantine_put(f->store, &quarantine, &f->err));
}

static bool on_quarantine(void *payload, const struct quarantine *quarantine, struct error *err)
{
	(void)err;
	assert_int_equal(quarantine->status, 422);
	assert_int_equal(quarantine->target, SIDE_PEOPLE);
	assert_str(quarantine->words, "no");
	buf_addf(payload, "%lld %.*s %ux %lld..%lld\n", (long long)quarantine->link,
		 STR_ARG(quarantine->source_id), quarantine->attempts,
		 (long long)quarantine->first_at, (long long)quarantine->last_at);
	return true;
}

static void refused_writes_are_remembered(void **state)
{
	struct fixture *f = *state;
	struct buf text;
	int64_t n;

	refuse(f, 5, "r5", "bad", 10);
	refuse(f, 0, "r1", "bad", 10);
	refuse(f, 0, "r2", "bad", 10);
	assert_true(blocks(f, 5, "", "bad")); /* a link is known by its number */
	assert_false(blocks(f, 5, "", "better"));
	assert_true(blocks(f, 0, "r1", "bad"));
	assert_false(blocks(f, 0, "r3", "bad"));
	refuse(f, 0, "r1", "bad", 20);
	refuse(f, 0, "r2", "other", 20);
	assert_true(blocks(f, 0, "r2", "other"));
	buf_init(&text, 1000);
	OK(f, store_quarantine_each(f->store, on_quarantine, &text, &f->err));
	assert_string_equal(buf_z(&text), "5  1x 10..10\n0 r1 2x 10..20\n0 r2 1x 20..20\n");
	buf_release(&text);
	OK(f, store_quarantine_lift(f->store, SIDE_PEOPLE, 5, S("whatever"), &f->err));
	OK(f, store_quarantine_lift(f->store, SIDE_PEOPLE, 0, S("r1"), &f->err));
	OK(f, store_quarantine_count(f->store, &n, &f->err));
	assert_int_equal(n, 1);
	assert_false(blocks(f, 5, "", "bad"));
}

static int64_t refused(struct fixture *f)
{
	int64_t n;

	OK(f, store_quarantine_count(f->store, &n, &f->err));
	return n;
}

static void what_is_given_up_blocks_silently(void **state)
{
	struct fixture *f = *state;

	refuse(f, 5, "", "bad", 10);
	OK(f, store_quarantine_drop(f->store, SIDE_PEOPLE, 5, S(""), &f->err));
	assert_int_equal(refused(f), 0);
	assert_true(blocks(f, 5, "", "bad"));
	refuse(f, 5, "", "bad", 20);
	assert_int_equal(refused(f), 0);
	assert_false(blocks(f, 5, "", "better"));
	refuse(f, 5, "", "better", 30);
	assert_int_equal(refused(f), 1);
}

static bool on_held(void *payload, const struct history_entry *entry, struct error *err)
{
	struct fixture *f = payload;

	(void)err;
	assert_str(field_display(&f->arena, FIELD_TEXT, &entry->old_held), "Engineer");
	assert_int_equal(entry->new_held.state, entry->cycle == 1 ? VALUE_EMPTY : VALUE_UNKNOWN);
	return true;
}

static void history_keeps_what_was_held(void **state)
{
	struct fixture *f = *state;
	struct history_entry entry = {
		.cycle = 1,
		.field = S("title"),
		.action = S("update"),
		.old_held = value_scalar(&f->arena, S("Engineer")),
		.new_held = value_empty(),
	};

	OK(f, store_history_add(f->store, &entry, &f->err));
	entry.cycle = 2;
	entry.new_held = (struct value){ 0 };
	OK(f, store_history_add(f->store, &entry, &f->err));
	OK(f, store_history_each(f->store, 0, 0, on_held, f, &f->err));
}

static bool on_member(void *payload, const struct stored_member *member, struct error *err)
{
	(void)err;
	buf_addf(payload, "%.*s=%.*s/%.*s/%.*s ", STR_ARG(member->id), STR_ARG(member->title),
		 STR_ARG(member->known_by), STR_ARG(member->text));
	return true;
}

static void members_are(struct fixture *f, const char *collection, int64_t at, const char *expected)
{
	struct buf text;
	int64_t read_at = -1;
	uint32_t n_requests = 99;

	buf_init(&text, 1000);
	OK(f, store_members_each(f->store, collection, &read_at, &n_requests, on_member, &text,
				 &f->err));
	assert_string_equal(buf_z(&text), expected);
	assert_int_equal(read_at, at);
	assert_int_equal(n_requests, at == 0 ? 0 : 2);
	buf_release(&text);
}

static void put_member(struct fixture *f, const char *collection, const char *id, const char *title)
{
	const struct stored_member member = { str_from(id), str_from(title), S("a.example"),
					      S("text") };

	OK(f, store_members_put(f->store, collection, &member, &f->err));
}

static void members_are_replaced_whole(void **state)
{
	struct fixture *f = *state;

	members_are(f, "tags", 0, "");
	OK(f, store_members_begin(f->store, "tags", 5, 2, &f->err));
	OK(f, store_members_begin(f->store, "lists", 6, 2, &f->err));
	put_member(f, "tags", "2", "vip");
	put_member(f, "tags", "1", "lead");
	put_member(f, "tags", "1", "hot lead");
	put_member(f, "lists", "1", "board");
	members_are(f, "tags", 5, "1=hot lead/a.example/text 2=vip/a.example/text ");
	OK(f, store_members_begin(f->store, "tags", 9, 2, &f->err));
	members_are(f, "tags", 9, "");
	members_are(f, "lists", 6, "1=board/a.example/text ");
}

static void on_sought(void *payload, struct str text, bool refused)
{
	buf_addf(payload, "%.*s=%d ", STR_ARG(text), refused);
}

static void sought_is(struct fixture *f, const char *collection, const char *expected)
{
	struct buf text;

	buf_init(&text, 1000);
	OK(f, store_sought_each(f->store, collection, on_sought, &text, &f->err));
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

static void what_was_sought_goes_with_the_reading(void **state)
{
	struct fixture *f = *state;

	sought_is(f, "tags", "");
	OK(f, store_members_begin(f->store, "tags", 5, 2, &f->err));
	OK(f, store_members_begin(f->store, "lists", 6, 2, &f->err));
	OK(f, store_sought_add(f->store, "tags", S("vip"), false, &f->err));
	OK(f, store_sought_add(f->store, "tags", S("lead"), false, &f->err));
	OK(f, store_sought_add(f->store, "tags", S("lead"), true, &f->err));
	OK(f, store_sought_add(f->store, "lists", S("board"), false, &f->err));
	fixture_reopen(f, STORE_WRITE);
	sought_is(f, "tags", "lead=1 vip=0 ");
	OK(f, store_members_begin(f->store, "tags", 9, 2, &f->err));
	sought_is(f, "tags", "");
	sought_is(f, "lists", "board=0 ");
}

static void newest_ended_cycle(void **state)
{
	struct fixture *f = *state;
	struct str summary;
	int64_t first, second, third;

	OK(f, store_cycle_last(f->store, &f->arena, &summary, &f->err));
	assert_int_equal(summary.len, 0);
	OK(f, store_cycle_start(f->store, S("full"), 1, &first, &f->err));
	OK(f, store_cycle_start(f->store, S("quick"), 2, &second, &f->err));
	OK(f, store_cycle_start(f->store, S("quick"), 3, &third, &f->err));
	assert_true(first < second && second < third);
	OK(f, store_cycle_end(f->store, first, S("ok"), S("{\"n\":1}"), 4, &f->err));
	OK(f, store_cycle_end(f->store, second, S("ok"), S("{\"n\":2}"), 5, &f->err));
	fixture_reopen(f, STORE_READ);
	OK(f, store_cycle_last(f->store, &f->arena, &summary, &f->err));
	assert_str(summary, "{\"n\":2}");
}

static bool on_cycle(void *payload, const struct cycle_row *cycle, struct error *err)
{
	(void)err;
	buf_addf(payload, "%lld %.*s %lld..%lld %.*s %.*s\n", (long long)cycle->id,
		 STR_ARG(cycle->kind), (long long)cycle->started_at, (long long)cycle->ended_at,
		 STR_ARG(cycle->outcome), STR_ARG(cycle->summary));
	return true;
}

static void cycles_in_order(void **state)
{
	struct fixture *f = *state;
	struct cycle_row cycle;
	struct buf text;
	int64_t id;
	bool found = true;

	OK(f, store_cycle_start(f->store, S("full"), 1, &id, &f->err));
	OK(f, store_cycle_start(f->store, S("quick"), 2, &id, &f->err));
	OK(f, store_cycle_end(f->store, id, S("ok"), S("{}"), 3, &f->err));
	buf_init(&text, 1000);
	OK(f, store_cycle_each(f->store, on_cycle, &text, &f->err));
	assert_string_equal(buf_z(&text), "1 full 1..0  \n2 quick 2..3 ok {}\n");
	buf_release(&text);
	OK(f, store_cycle_get(f->store, id, &f->arena, &cycle, &found, &f->err));
	assert_true(found);
	assert_str(cycle.outcome, "ok");
	OK(f, store_cycle_get(f->store, id + 1, &f->arena, &cycle, &found, &f->err));
	assert_false(found);
	OK(f, store_cycle_get(f->store, 0, &f->arena, &cycle, &found, &f->err));
	assert_false(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(history_by_cycle_and_link),
		STORE_TEST(history_of_a_person),
		STORE_TEST(retention_is_bounded),
		STORE_TEST(idle_cycles_are_thinned_out),
		STORE_TEST(conflicts_come_and_go),
		STORE_TEST(matches_end_when_two_are_linked),
		STORE_TEST(refused_writes_are_remembered),
		STORE_TEST(what_is_given_up_blocks_silently),
		STORE_TEST(history_keeps_what_was_held),
		STORE_TEST(members_are_replaced_whole),
		STORE_TEST(what_was_sought_goes_with_the_reading),
		STORE_TEST(newest_ended_cycle),
		STORE_TEST(cycles_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
