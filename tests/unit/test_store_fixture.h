/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the state share: a store in a directory of its own, a field table of two rows, and
 * persons in one line.
 */
#ifndef CRMSYNC_TESTS_TEST_STORE_FIXTURE_H
#define CRMSYNC_TESTS_TEST_STORE_FIXTURE_H

#include "base/clock.h"
#include "state/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

enum { ROW_TITLE, ROW_CITY, ROW_COUNT };

struct fixture {
	char dir[32];
	char path[64];
	struct arena arena;
	struct field rows[ROW_COUNT];
	struct field_table table;
	struct store *store;
	struct error err;
};

#define OK(fixture, call) \
	do { \
		if (!(call)) \
			fail_msg("%s: %s", #call, (fixture)->err.msg); \
	} while (0)

#define S(text) str_from(text)

/* The files of a store, whatever they are, and their directory. */
static inline void remove_all(const struct fixture *f)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	char path[80];

	for (unsigned i = 0; i < COUNT_OF(suffixes); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", f->path, suffixes[i]);
		(void)remove(path);
	}
	(void)rmdir(f->dir);
}

static inline void fixture_open(struct fixture *f, enum store_mode mode)
{
	OK(f, store_open(f->path, mode, &f->table, &f->store, &f->err));
}

static inline void fixture_reopen(struct fixture *f, enum store_mode mode)
{
	store_close(f->store);
	f->store = NULL;
	fixture_open(f, mode);
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/crmsync-store-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	(void)snprintf(f->path, sizeof(f->path), "%s/state.db", f->dir);
	f->rows[ROW_TITLE] = (struct field){ .name = S("title"), .type = FIELD_TEXT };
	f->rows[ROW_CITY] = (struct field){ .name = S("city"), .type = FIELD_TEXT };
	field_table_init(&f->table, f->rows, ROW_COUNT);
	fixture_open(f, STORE_WRITE);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_release(&f->arena);
	remove_all(f);
	free(f);
	return 0;
}

/* A test that begins with an open, empty store. */
#define STORE_TEST(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

static inline struct str text_of(struct fixture *f, const char *text)
{
	return arena_copy(&f->arena, str_from(text));
}

/* title and city: NULL is unknown, "" is empty. */
static inline struct person person_of(struct fixture *f, const char *id, const char *title,
				      const char *city)
{
	const char *texts[ROW_COUNT] = { title, city };
	struct person person;

	person_init(&person, &f->arena, &f->table);
	person.id = text_of(f, id);
	person.created_at = NS_PER_S;
	person.seen_at = 100 * NS_PER_S;
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		if (texts[i] == NULL)
			continue;
		person.values[i] = texts[i][0] != '\0' ?
					   value_scalar(&f->arena, text_of(f, texts[i])) :
					   value_empty();
	}
	return person;
}

static inline struct digest raw_of(const char *text)
{
	return digest_of(str_from(text), 7);
}

/* Observes a person with e-mail keys: a NULL-terminated list may follow. */
static inline enum observation see(struct fixture *f, enum side side, struct person person,
				   int64_t generation, const char *email)
{
	const struct match_key key = { KEY_EMAIL, str_from(email) };
	enum observation observation = OBSERVED_COUNT;

	OK(f, store_observe(f->store, side, &person, NULL, generation, &key, email != NULL,
			    &observation, &f->err));
	return observation;
}

static inline int64_t link_of(struct fixture *f, const char *records, const char *people)
{
	const struct str ids[SIDE_COUNT] = { str_from(records), str_from(people) };
	int64_t link = 0;

	OK(f, store_link_add(f->store, ids, S("email"), 1, 5, &link, &f->err));
	return link;
}

/* Two persons of equal content, linked and settled. */
static inline int64_t settled_pair(struct fixture *f, const char *records, const char *people,
				   const char *title)
{
	const struct person r = person_of(f, records, title, "");
	const struct person p = person_of(f, people, title, "");

	(void)see(f, SIDE_RECORDS, r, 0, NULL);
	(void)see(f, SIDE_PEOPLE, p, 0, NULL);
	const int64_t link = link_of(f, records, people);

	OK(f, store_settle(f->store, link, SIDE_RECORDS, &r, &r, &f->err));
	OK(f, store_settle(f->store, link, SIDE_PEOPLE, &p, &p, &f->err));
	return link;
}

/* One number by a connection of the test's own, which reads or breaks what it likes. */
static inline int64_t raw_number(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	const int rc = sqlite3_step(stmt);

	assert_true(rc == SQLITE_ROW || rc == SQLITE_DONE);
	const int64_t number = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;

	(void)sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return number;
}

#define assert_str(actual, expected) \
	do { \
		const struct str actual_ = (actual); \
		char text_[200]; \
		(void)snprintf(text_, sizeof(text_), "%.*s", STR_ARG(actual_)); \
		assert_string_equal(text_, expected); \
	} while (0)

#endif
