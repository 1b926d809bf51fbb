/* SPDX-License-Identifier: Apache-2.0 */
/* Notes in the state: pairs and their writes, whose turn is next, what is refused. */
#include "state/forget.h"
#include "state/notes.h"
#include "test_store_fixture.h"

static struct note_content content(const char *title, const char *text)
{
	const struct note note = { .part = { str_from(title), str_from(text) } };

	return note_content_of(&note);
}

static struct note_pair put(struct fixture *f, int64_t link, const char *records,
			    const char *people)
{
	struct note_pair pair = {
		.link = link,
		.id = { S(records), S(people) },
		.base = { content("t", "x"), content("t", "y") },
	};

	OK(f, store_note_put(f->store, &pair, &f->err));
	assert_true(pair.no > 0);
	return pair;
}

static void add_line(struct buf *out, const struct note_pair *pair)
{
	buf_addf(out, "%.*s=%.*s%s%s\n", STR_ARG(pair->id[SIDE_RECORDS]),
		 STR_ARG(pair->id[SIDE_PEOPLE]), pair->gone ? " gone" : "",
		 pair->has_write ? " sent" : "");
}

static bool on_pair(void *payload, const struct note_pair *pair, struct error *err)
{
	(void)err;
	add_line(payload, pair);
	return true;
}

static void pairs(struct fixture *f, int64_t link, const char *expected)
{
	struct buf text;

	buf_init(&text, 1000);
	OK(f, store_note_each(f->store, link, on_pair, &text, &f->err));
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

static void keeps_pairs(void **state)
{
	struct fixture *f = *state;
	struct note_pair first = put(f, 1, "r1", "p1");
	struct note_pair found;
	bool any = false;

	(void)put(f, 1, "r2", "");
	(void)put(f, 1, "r3", "");
	(void)put(f, 2, "r4", "p4");
	pairs(f, 1, "r1=p1\nr2=\nr3=\n");
	first.gone = true;
	OK(f, store_note_put(f->store, &first, &f->err));
	fixture_reopen(f, STORE_WRITE);
	pairs(f, 1, "r1=p1 gone\nr2=\nr3=\n");
	OK(f, store_note_find(f->store, SIDE_PEOPLE, S("p4"), &f->arena, &found, &any, &f->err));
	assert_true(any && found.link == 2);
	assert_true(note_content_equal(&found.base[SIDE_PEOPLE], &(struct note_content){ 0 }) ==
		    false);
	OK(f, store_note_find(f->store, SIDE_PEOPLE, S(""), &f->arena, &found, &any, &f->err));
	assert_false(any);
	OK(f, store_note_delete(f->store, first.no, &f->err));
	pairs(f, 1, "r2=\nr3=\n");
	/* A note is half of one pair at most. */
	struct note_pair twin = { .link = 2, .id = { S("r2"), S("p9") } };

	assert_false(store_note_put(f->store, &twin, &f->err));
	assert_int_equal(f->err.code, ERR_STORE);
}

static bool on_write(void *payload, const struct note_pair *pair, struct error *err)
{
	const struct note_write *write = &pair->write;

	(void)err;
	assert_true(pair->has_write && !write->wanted[NOTE_TITLE] && write->wanted[NOTE_TEXT]);
	assert_int_equal(write->target, SIDE_PEOPLE);
	assert_int_equal(write->sent_at, 7);
	buf_addf(payload, "%.*s: %.*s>%.*s, %.*s, not %.*s\n", STR_ARG(pair->id[SIDE_RECORDS]),
		 STR_ARG(write->held[NOTE_TEXT]), STR_ARG(write->sent[NOTE_TEXT]),
		 STR_ARG(write->reason), STR_ARG(write->others));
	return true;
}

static void keeps_writes_until_they_are_answered(void **state)
{
	struct fixture *f = *state;
	struct note_pair pair = put(f, 1, "r1", "");
	struct buf text;
	int64_t n = 0;

	pair.has_write = true;
	pair.write = (struct note_write){
		.target = SIDE_PEOPLE,
		.sent_at = 7,
		.wanted = { [NOTE_TEXT] = true },
		.held = { [NOTE_TEXT] = S("old") },
		.sent = { [NOTE_TEXT] = S("new") },
		.reason = S("why"),
		.others = S("p7"),
	};
	OK(f, store_note_sent(f->store, &pair, &f->err));
	fixture_reopen(f, STORE_WRITE);
	pairs(f, 1, "r1= sent\n");
	buf_init(&text, 1000);
	OK(f, store_note_writes_each(f->store, on_write, &text, &f->err));
	assert_string_equal(buf_z(&text), "r1: old>new, why, not p7\n");
	buf_release(&text);
	OK(f, store_note_write_count(f->store, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, store_note_answered(f->store, pair.no, &f->err));
	pairs(f, 1, "r1=\n");
	OK(f, store_note_sent(f->store, &pair, &f->err));
	OK(f, store_note_delete(f->store, pair.no, &f->err));
	OK(f, store_note_write_count(f->store, &n, &f->err));
	assert_int_equal(n, 0);
}

static void a_damaged_pair_is_found(void **state)
{
	struct fixture *f = *state;
	struct note_pair pair;
	bool found;

	(void)put(f, 1, "r1", "p1");
	(void)raw_number(f, "UPDATE note SET people_id = 'p2'");
	assert_false(store_note_find(f->store, SIDE_RECORDS, S("r1"), &f->arena, &pair, &found,
				     &f->err));
	assert_int_equal(f->err.code, ERR_STORE);
}

/* ---- Turns ---- */

/* All turns of a cycle, each ended as read. */
static void turns(struct fixture *f, int64_t cycle, const char *expected)
{
	struct buf text;
	bool found = true;

	buf_init(&text, 1000);
	for (;;) {
		struct note_turn turn;

		OK(f, store_note_turn_next(f->store, cycle, &f->arena, &turn, &found, &f->err));
		if (!found)
			break;
		buf_addf(&text, "%.*s%s%s%s ", STR_ARG(turn.person_id[SIDE_RECORDS]),
			 turn.due ? " due" : "", turn.first ? " first" : "",
			 turn.active ? "" : " dissolved");
		OK(f, store_note_turn_end(f->store, turn.link, cycle, true, false, &f->err));
	}
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

static void in_turn(void **state)
{
	struct fixture *f = *state;
	const int64_t a = settled_pair(f, "ra", "pa", "x");
	const int64_t b = settled_pair(f, "rb", "pb", "y");

	OK(f, store_note_turns_begin(f->store, 1, &f->err));
	turns(f, 1, "ra first rb first ");
	turns(f, 1, "");
	(void)settled_pair(f, "rc", "pc", "z");
	OK(f, store_note_turns_begin(f->store, 2, &f->err));
	/* The new one was never read; of the others the one that was read longer ago. */
	OK(f, store_note_turn_end(f->store, a, 2, true, false, &f->err));
	turns(f, 2, "rc first rb ");
	turns(f, 3, "ra rb rc ");
	/* Who was written to comes first. */
	const struct history_entry entry = { .cycle = 4, .link = b, .field = S("title") };

	OK(f, store_history_add(f->store, &entry, &f->err));
	OK(f, store_note_turns_begin(f->store, 4, &f->err));
	turns(f, 4, "rb due ra rc ");
	/* So does whose write is not known to have happened; a dissolved link has nothing to read. */
	struct note_pair pair = put(f, a, "n1", "");

	OK(f, store_note_sent(f->store, &pair, &f->err));
	OK(f, store_link_dissolve(f->store, b, LINK_END_USER, &f->err));
	OK(f, store_note_turns_begin(f->store, 5, &f->err));
	turns(f, 5, "ra due rb dissolved rc ");
}

static void unfinished_turns_come_again(void **state)
{
	struct fixture *f = *state;
	const int64_t a = settled_pair(f, "ra", "pa", "x");

	OK(f, store_note_turns_begin(f->store, 1, &f->err));
	OK(f, store_note_turn_end(f->store, a, 1, false, true, &f->err));
	turns(f, 1, "");
	turns(f, 2, "ra due first ");
	turns(f, 3, "ra ");
}

static void list_one(struct fixture *f, const char *id, const char *text)
{
	const struct note note = { .id = S(id), .person_id = S("ra"), .part = { S("t"), S(text) } };

	OK(f, store_note_listed(f->store, &note, &f->err));
}

static void a_list_makes_due(void **state)
{
	struct fixture *f = *state;
	const int64_t a = settled_pair(f, "ra", "pa", "x");
	const struct note_content refused = content("t", "refused");
	struct quarantine quarantine = {
		.target = SIDE_PEOPLE,
		.link = a,
		.source_id = S(QUARANTINE_NOTE "n2"),
		.content = digest_of((struct str){ (const char *)&refused, sizeof(refused) }, 0),
	};

	(void)settled_pair(f, "rb", "pb", "y");
	OK(f, store_note_turns_begin(f->store, 1, &f->err));
	turns(f, 1, "ra first rb first ");
	(void)put(f, a, "n1", "p1");
	OK(f, store_quarantine_put(f->store, &quarantine, &f->err));
	list_one(f, "n1", "x");
	list_one(f, "n2", "refused");
	turns(f, 2, "ra rb ");
	list_one(f, "n2", "mended");
	turns(f, 3, "ra due rb ");
	list_one(f, "n1", "edited");
	turns(f, 4, "ra due rb ");
	list_one(f, "n3", "new");
	turns(f, 5, "ra due rb ");
}

/* ---- Refusals ---- */

static void refusals_are_apart(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "ra", "pa", "x");
	const struct str kept[] = { S(QUARANTINE_NOTE "n1") };
	struct quarantine quarantine = { .target = SIDE_PEOPLE, .link = link };
	int64_t n = 0;
	bool blocked = true;

	for (int i = 0; i < 2; i++) {
		quarantine.source_id = S(i == 0 ? QUARANTINE_NOTE "n1" : QUARANTINE_NOTE "n2");
		OK(f, store_quarantine_put(f->store, &quarantine, &f->err));
	}
	/* The person's own writes are not blocked, and the sweep of those leaves notes alone. */
	OK(f, store_quarantine_blocks(f->store, SIDE_PEOPLE, link, S("ra"), &quarantine.content,
				      &blocked, &f->err));
	assert_false(blocked);
	OK(f, store_quarantine_lift(f->store, SIDE_PEOPLE, link, S("ra"), &f->err));
	OK(f, store_quarantine_sweep(f->store, &f->err));
	OK(f, store_quarantine_count(f->store, &n, &f->err));
	assert_int_equal(n, 2);
	OK(f, store_note_refusals_sweep(f->store, link, kept, 1, &f->err));
	OK(f, store_quarantine_blocks(f->store, SIDE_PEOPLE, link, kept[0], &quarantine.content,
				      &blocked, &f->err));
	assert_true(blocked);
	OK(f, store_quarantine_count(f->store, &n, &f->err));
	assert_int_equal(n, 1);
}

static void conflicts_end(void **state)
{
	struct fixture *f = *state;
	int64_t n = 0;

	for (int64_t cycle = 1; cycle <= 2; cycle++) {
		const struct conflict conflict = { .kind = S("note"),
						   .link = cycle,
						   .field = S("note 1"),
						   .first_cycle = cycle,
						   .last_cycle = cycle };

		OK(f, store_conflict_put(f->store, &conflict, &f->err));
	}
	OK(f, store_note_conflicts_sweep(f->store, 1, 2, &f->err));
	OK(f, store_note_conflicts_sweep(f->store, 2, 2, &f->err));
	OK(f, store_conflict_count(f->store, &n, &f->err));
	assert_int_equal(n, 1);
}

static void a_forgotten_person_leaves_none(void **state)
{
	struct fixture *f = *state;
	const struct str ids[SIDE_COUNT] = { S("ra"), S("pa") };
	const int64_t a = settled_pair(f, "ra", "pa", "x");
	const int64_t b = settled_pair(f, "rb", "pb", "y");
	struct note_pair pair = put(f, a, "n1", "");

	(void)put(f, b, "n2", "m2");
	OK(f, store_note_sent(f->store, &pair, &f->err));
	OK(f, store_note_turns_begin(f->store, 1, &f->err));
	OK(f, store_forget(f->store, ids, 9, &f->err));
	pairs(f, a, "");
	pairs(f, b, "n2=m2\n");
	assert_int_equal(raw_number(f, "SELECT count(*) FROM note_write"), 0);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM note_turn"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(keeps_pairs),
		STORE_TEST(keeps_writes_until_they_are_answered),
		STORE_TEST(a_damaged_pair_is_found),
		STORE_TEST(in_turn),
		STORE_TEST(unfinished_turns_come_again),
		STORE_TEST(a_list_makes_due),
		STORE_TEST(refusals_are_apart),
		STORE_TEST(conflicts_end),
		STORE_TEST(a_forgotten_person_leaves_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
