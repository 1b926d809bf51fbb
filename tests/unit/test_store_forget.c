/* SPDX-License-Identifier: Apache-2.0 */
/* Forgetting a person: nothing of it is left in any table or byte, and it is not taken in again. */
#include "state/forget.h"

#include "test_store_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

/* ---- What is in the files ---- */

static bool file_holds(const char *path, const char *text)
{
	struct stat facts;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	assert_int_equal(fstat(fd, &facts), 0);
	const size_t size = (size_t)facts.st_size;
	char *bytes = calloc(1, size + 1);

	assert_non_null(bytes);
	assert_int_equal(pread(fd, bytes, size, 0), (ssize_t)size);
	(void)close(fd);
	const bool holds = memmem(bytes, size, text, strlen(text)) != NULL;

	free(bytes);
	return holds;
}

static bool state_holds(const struct fixture *f, const char *text)
{
	char log[80];

	(void)snprintf(log, sizeof(log), "%s-wal", f->path);
	return file_holds(f->path, text) || file_holds(log, text);
}

/* ---- Somebody of whom everything is stored ---- */

static void add_history(struct fixture *f, int64_t link, enum side side, const char *id)
{
	const struct history_entry entry = {
		.cycle = 1,
		.link = link,
		.at = 5,
		.side = side,
		.side_id = S(id),
		.field = S("title"),
		.action = S("update"),
		.old_value = S("secret-old"),
		.new_value = S("secret-new"),
		.reason = S("changed on records"),
		.old_held = value_scalar(&f->arena, S("secret-old-held")),
		.new_held = value_scalar(&f->arena, S("secret-new-held")),
	};

	OK(f, store_history_add(f->store, &entry, &f->err));
}

static void add_conflict(struct fixture *f, int64_t link, const char *records, const char *people,
			 const char *evidence)
{
	const struct conflict conflict = {
		.kind = link != 0 ? S("field") : S("ambiguous"),
		.link = link,
		.field = link != 0 ? S("title") : S(""),
		.side_id = { S(records), S(people) },
		.evidence = S(evidence),
		.first_cycle = 1,
		.last_cycle = 1,
	};

	OK(f, store_conflict_put(f->store, &conflict, &f->err));
}

static void refuse(struct fixture *f, enum side target, int64_t link, const char *source,
		   const char *words)
{
	const struct quarantine quarantine = {
		.target = target,
		.link = link,
		.source_id = S(source),
		.status = 422,
		.words = S(words),
		.content = raw_of(words),
		.attempts = 1,
	};

	OK(f, store_quarantine_put(f->store, &quarantine, &f->err));
}

static void add_intent(struct fixture *f, enum intent_kind kind, int64_t link, const char *source,
		       bool sent)
{
	int64_t id = 0;
	const struct person write = person_of(f, "", "secret-write", NULL);
	const struct intent intent = {
		.kind = kind,
		.target = SIDE_PEOPLE,
		.link = link,
		.target_id = kind == INTENT_CREATE ? S("") : S("p1"),
		.source_id = S(source),
		.write = write,
		.base = write,
		.source = write,
		.cycle = 1,
		.reasons = S("title: secret-reason\n"),
	};

	OK(f, store_intent_add(f->store, &intent, &id, &f->err));
	if (sent)
		OK(f, store_intent_sent(f->store, id, 6, &f->err));
}

static int64_t everything(struct fixture *f)
{
	const int64_t link = settled_pair(f, "r1", "p1", "secret-title");
	const struct wish wish = {
		.link = link,
		.side = SIDE_PEOPLE,
		.field = S("title"),
		.value = value_scalar(&f->arena, S("secret-wish")),
		.base = value_scalar(&f->arena, S("secret-title")),
		.reason = S("decided by hand"),
		.at = 5,
	};

	(void)see(f, SIDE_RECORDS, person_of(f, "r1", "secret-staged", ""), 3,
		  "secret@example.com");
	(void)see(f, SIDE_PEOPLE, person_of(f, "p1", "secret-title", ""), 4, NULL);
	add_history(f, link, SIDE_RECORDS, "r1");
	add_history(f, link, SIDE_PEOPLE, "p0"); /* before it was merged into p1 */
	add_conflict(f, link, "r1", "p1", "secret-evidence");
	add_conflict(f, 0, "", "", "the same email (secret@example.com): 20 on records");
	refuse(f, SIDE_PEOPLE, link, "", "secret-words");
	refuse(f, SIDE_PEOPLE, 0, "r2", "Secret@Example.com is taken");
	add_intent(f, INTENT_UPDATE, link, "r1", true);
	OK(f, store_wish_put(f->store, &wish, &f->err));
	return link;
}

static const struct str both[SIDE_COUNT] = { { "r1", 2 }, { "p1", 2 } };
static const struct str record[SIDE_COUNT] = { { "r1", 2 }, { NULL, 0 } };

/* ---- Tests ---- */

static void nothing_is_left(void **state)
{
	static const char *const counts[] = {
		"SELECT count(*) FROM link",      "SELECT count(*) FROM shadow",
		"SELECT count(*) FROM intent",    "SELECT count(*) FROM conflict",
		"SELECT count(*) FROM wish",      "SELECT count(*) FROM history",
		"SELECT count(*) FROM person",    "SELECT count(*) FROM staged",
		"SELECT count(*) FROM match_key",
	};
	struct fixture *f = *state;
	int64_t at = 0;

	(void)everything(f);
	assert_true(state_holds(f, "secret"));
	OK(f, store_forget(f->store, both, 5, &f->err));
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		if (raw_number(f, counts[i]) != 0)
			fail_msg("%s", counts[i]);
	}
	/* Somebody else's refused create stays, without the words. */
	assert_int_equal(raw_number(f, "SELECT count(*) FROM quarantine WHERE source_id = 'r2' "
				       "AND words = ''"),
			 1);
	OK(f, store_scrub(f->store, &f->err));
	assert_false(state_holds(f, "secret"));
	assert_false(state_holds(f, "Secret"));
	OK(f, store_forgotten_at(f->store, SIDE_PEOPLE, S("p1"), &at, &f->err));
	assert_int_equal(at, 5);
	OK(f, store_forgotten_at(f->store, SIDE_RECORDS, S("p1"), &at, &f->err));
	assert_int_equal(at, 0);
}

/* As if it was killed between the two: whoever opens the state next does the rest. */
static void remnants_go_later(void **state)
{
	struct fixture *f = *state;

	(void)everything(f);
	OK(f, store_forget(f->store, both, 5, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM meta WHERE key = 'scrub_due'"), 1);
	fixture_reopen(f, STORE_WRITE);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM meta WHERE key = 'scrub_due'"), 0);
	assert_false(state_holds(f, "secret"));
}

static void others_stay(void **state)
{
	struct fixture *f = *state;
	const int64_t other = settled_pair(f, "r2", "p2", "other");
	bool found = false;
	struct link link;

	add_history(f, other, SIDE_RECORDS, "r2");
	add_history(f, other, SIDE_PEOPLE, "r1"); /* the same id on the other side */
	add_conflict(f, other, "r2", "p2", "evidence");
	add_conflict(f, 0, "r3", "", "one-sided");
	refuse(f, SIDE_RECORDS, 0, "r1", "words");
	add_intent(f, INTENT_CREATE, 0, "r3", true);
	(void)see(f, SIDE_RECORDS, person_of(f, "r1", "alone", ""), 1, NULL);
	OK(f, store_forget(f->store, record, 5, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM history"), 2);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM conflict"), 2);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM quarantine"), 1);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM intent"), 1);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person"), 2);
	OK(f, store_link_find(f->store, S("r2"), &f->arena, &link, &found, &f->err));
	assert_true(found);
}

static void not_taken_in_again(void **state)
{
	struct fixture *f = *state;
	int64_t n = 0;

	(void)everything(f);
	OK(f, store_forget(f->store, both, 5, &f->err));
	/* What the scan of before had seen still counts. */
	OK(f, store_scan_count(f->store, SIDE_RECORDS, 3, &n, &f->err));
	assert_int_equal(n, 1);
	fixture_reopen(f, STORE_WRITE);
	for (int i = 0; i < 2; i++)
		assert_int_equal(see(f, SIDE_RECORDS, person_of(f, "r1", "secret", ""), 7,
				     "new@example.com"),
				 OBSERVED_FORGOTTEN);
	assert_int_equal(see(f, SIDE_PEOPLE, person_of(f, "p1", "secret", ""), 0, NULL),
			 OBSERVED_FORGOTTEN);
	assert_int_equal(see(f, SIDE_PEOPLE, person_of(f, "r1", "other", ""), 7, NULL),
			 OBSERVED_UNKNOWN);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person"), 1);
	OK(f, store_scan_count(f->store, SIDE_RECORDS, 7, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, store_scan_count(f->store, SIDE_RECORDS, 8, &n, &f->err));
	assert_int_equal(n, 0);
	/* A scratch copy knows the same. */
	fixture_reopen(f, STORE_SCRATCH);
	assert_int_equal(see(f, SIDE_RECORDS, person_of(f, "r1", "secret", ""), 8, NULL),
			 OBSERVED_FORGOTTEN);
}

static bool on_alike(void *payload, enum side side, struct str id, enum key_kind kind,
		     struct error *err)
{
	(void)err;
	buf_addf(payload, "%s %.*s %s;", side_name(side), STR_ARG(id), key_kind_name(kind));
	return true;
}

static void see_with(struct fixture *f, enum side side, const char *id, enum key_kind kind,
		     const char *text)
{
	const struct person person = person_of(f, id, "somebody", "");
	const struct match_key key = { kind, S(text) };
	enum observation observation;

	OK(f, store_observe(f->store, side, &person, NULL, 1, &key, 1, &observation, &f->err));
}

static void assert_alikes(struct fixture *f, const char *expected)
{
	struct buf text;

	buf_init(&text, 1000);
	OK(f, store_alike_each(f->store, on_alike, &text, &f->err));
	assert_string_equal(buf_z(&text), expected);
	buf_release(&text);
}

/* Who shares a key is named, on whichever side; of a pair only for what tells persons apart. */
static void alikes(void **state)
{
	struct fixture *f = *state;

	assert_alikes(f, "");
	(void)everything(f);
	see_with(f, SIDE_RECORDS, "r1", KEY_PHONE, "+15550001");
	see_with(f, SIDE_PEOPLE, "p1", KEY_EMAIL, "secret@example.com");
	OK(f, store_forget(f->store, both, 5, &f->err));
	see_with(f, SIDE_RECORDS, "r8", KEY_EMAIL, "secret@example.com");
	see_with(f, SIDE_PEOPLE, "p8", KEY_EMAIL, "secret@example.com");
	see_with(f, SIDE_PEOPLE, "p9", KEY_PHONE, "+15550001");
	see_with(f, SIDE_PEOPLE, "p7", KEY_LINKEDIN, "secret@example.com");
	assert_alikes(f, "records r8 email;people p8 email;");
	OK(f, store_park(f->store, SIDE_RECORDS, S("r8"), &f->err));
	assert_alikes(f, "people p8 email;");
	/* Its e-mail is another one by now. */
	see_with(f, SIDE_RECORDS, "r1", KEY_EMAIL, "new@example.com");
	see_with(f, SIDE_PEOPLE, "p6", KEY_EMAIL, "new@example.com");
	assert_alikes(f, "people p8 email;people p6 email;");
}

static void alikes_of_one_alone(void **state)
{
	struct fixture *f = *state;

	see_with(f, SIDE_RECORDS, "r1", KEY_PHONE, "+15550001");
	OK(f, store_forget(f->store, record, 5, &f->err));
	see_with(f, SIDE_PEOPLE, "p9", KEY_PHONE, "+15550001");
	assert_alikes(f, "people p9 phone;");
}

static void who_may_have_been_created_is_kept(void **state)
{
	struct fixture *f = *state;

	(void)see(f, SIDE_RECORDS, person_of(f, "r1", "alone", ""), 1, NULL);
	add_intent(f, INTENT_CREATE, 0, "r1", true);
	assert_false(store_forget(f->store, record, 5, &f->err));
	assert_int_equal(f->err.code, ERR_LOCKED);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM person"), 1);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM forgotten"), 0);
	/* The key was rolled back with it. */
	OK(f, store_intent_delete(f->store, 1, &f->err));
	add_intent(f, INTENT_CREATE, 0, "r1", false);
	OK(f, store_forget(f->store, record, 5, &f->err));
	assert_int_equal(raw_number(f, "SELECT count(*) FROM intent"), 0);
	assert_int_equal(raw_number(f, "SELECT count(*) FROM meta WHERE key = 'forget_key'"), 1);
}

static void half_a_link_is_kept(void **state)
{
	struct fixture *f = *state;

	(void)settled_pair(f, "r1", "p1", "title");
	assert_false(store_forget(f->store, record, 5, &f->err));
	assert_int_equal(f->err.code, ERR_INTERNAL);
}

static void parted_ones_stay_apart(void **state)
{
	struct fixture *f = *state;
	const int64_t link = settled_pair(f, "r1", "p1", "title");
	bool apart = false;

	OK(f, store_link_dissolve(f->store, link, LINK_END_USER, &f->err));
	OK(f, store_forget(f->store, record, 5, &f->err));
	OK(f, store_is_apart(f->store, SIDE_PEOPLE, S("p1"), &apart, &f->err));
	assert_true(apart);
	OK(f, store_is_apart(f->store, SIDE_RECORDS, S("r1"), &apart, &f->err));
	assert_false(apart);
}

static bool on_key(void *payload, const struct match_key *key, struct error *err)
{
	(void)err;
	buf_addf(payload, "%s=%.*s;", key_kind_name(key->kind), STR_ARG(key->key));
	return true;
}

static void keys_of_one(void **state)
{
	struct fixture *f = *state;
	const struct person person = person_of(f, "r1", "title", "");
	const struct match_key keys[] = { { KEY_PHONE, S("+1") },
					  { KEY_EMAIL, S("b") },
					  { KEY_EMAIL, S("a") } };
	enum observation observation;
	struct buf text;

	OK(f, store_observe(f->store, SIDE_RECORDS, &person, NULL, 1, keys, COUNT_OF(keys),
			    &observation, &f->err));
	buf_init(&text, 1000);
	OK(f, store_key_each(f->store, SIDE_RECORDS, S("r1"), on_key, &text, &f->err));
	OK(f, store_key_each(f->store, SIDE_PEOPLE, S("r1"), on_key, &text, &f->err));
	assert_string_equal(buf_z(&text), "email=a;email=b;phone=+1;");
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(nothing_is_left),
		STORE_TEST(remnants_go_later),
		STORE_TEST(others_stay),
		STORE_TEST(not_taken_in_again),
		STORE_TEST(alikes),
		STORE_TEST(alikes_of_one_alone),
		STORE_TEST(who_may_have_been_created_is_kept),
		STORE_TEST(half_a_link_is_kept),
		STORE_TEST(parted_ones_stay_apart),
		STORE_TEST(keys_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
