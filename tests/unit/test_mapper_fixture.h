/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_mapper_fixture: what the mapper tests share: fixtures, comparing JSON as trees, building persons.
 */
#ifndef CRMSYNC_TEST_MAPPER_FIXTURE_H
#define CRMSYNC_TEST_MAPPER_FIXTURE_H

#include "base/limits.h"
#include "mappers/json_tree.h"
#include "mappers/mapper.h"
#include "mappers/titles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_ROWS 16

struct fixture {
	struct arena arena;
	struct field rows[MAX_ROWS];
	struct field_table table;
	struct mapper_titles *tags, *companies;
	struct mapper_context context;
	const struct mapper *mapper;
	struct request request;
	struct str record; /* the first that a page reader handed out */
	unsigned n_records;
};

static inline void fixture_open(struct fixture *fixture, enum side side, const char *dialect)
{
	*fixture = (struct fixture){ .mapper = mapper_find(side, dialect) };
	const size_t n =
		field_defaults(strcmp(dialect, "attributes") == 0, MAX_ROWS, fixture->rows);

	field_table_init(&fixture->table, fixture->rows, n);
	fixture->tags = titles_new();
	assert_true(titles_add(fixture->tags, STR_LIT("3"), STR_LIT("Prospect")));
	assert_true(titles_add(fixture->tags, STR_LIT("4"), STR_LIT("Technical")));
	assert_true(titles_add(fixture->tags, STR_LIT("9"), STR_LIT("Event")));
	fixture->context = (struct mapper_context){
		.fields = &fixture->table,
		.collections = { [COLLECTION_TAGS] = fixture->tags },
		.object = "people",
		.default_region = "US",
		.email_property = "emailAddresses",
		.email_key = "email",
		.phone_property = "phoneNumbers",
		.phone_key = "phoneNumber",
		.marker = true,
	};
}

/* One more row; returns its index. */
static inline size_t fixture_add_row(struct fixture *fixture, const char *name,
				     enum field_type type, const char *records, const char *people)
{
	const size_t n = fixture->table.n;

	assert_true(n < MAX_ROWS);
	fixture->rows[n] = (struct field){
		.name = str_from(name),
		.type = type,
		.path = { [SIDE_RECORDS] = str_from(records), [SIDE_PEOPLE] = str_from(people) },
	};
	field_table_init(&fixture->table, fixture->rows, n + 1);
	return n;
}

/* A row for companies, as the configuration makes it, and one of them. */
static inline void fixture_add_company(struct fixture *fixture, const char *id, const char *text)
{
	const size_t at = fixture_add_row(fixture, "company", FIELD_REFERENCE_OF_MANY, "company",
					  "organizations");

	fixture->rows[at].single[SIDE_RECORDS] = true;
	field_table_init(&fixture->table, fixture->rows, fixture->table.n);
	fixture->companies = titles_new();
	assert_true(titles_add(fixture->companies, str_from(id), str_from(text)));
	fixture->context.collections[COLLECTION_COMPANIES] = fixture->companies;
	fixture->context.collections[COLLECTION_ORGANIZATIONS] = fixture->companies;
}

static inline void fixture_close(struct fixture *fixture)
{
	request_release(&fixture->request);
	titles_free(fixture->tags);
	titles_free(fixture->companies);
	arena_release(&fixture->arena);
}

static inline size_t row(const struct fixture *fixture, const char *name)
{
	const int i = field_find(&fixture->table, str_from(name));

	assert_true(i >= 0);
	return (size_t)i;
}

static inline struct str read_data(struct arena *arena, const char *name)
{
	char path[512];
	struct buf text;
	char chunk[4096];

	(void)snprintf(path, sizeof(path), "%s/api/%s", TEST_DATA, name);
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		fail_msg("no %s", path);
	buf_init(&text, LIMIT_BODY_BYTES);
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), file)) > 0;)
		buf_add(&text, chunk, n);
	(void)fclose(file);
	const struct str copy = arena_copy(arena, buf_str(&text));

	buf_release(&text);
	return copy;
}

/* ---- JSON ---- */

static inline void assert_json(struct str have, struct str want)
{
	struct json_object *a = NULL;
	struct json_object *b = NULL;
	struct error err = { 0 };

	if (!json_parse(have, &a, &err))
		fail_msg("%s in %.*s", err.msg, STR_ARG(have));
	if (!json_parse(want, &b, &err))
		fail_msg("%s in %.*s", err.msg, STR_ARG(want));
	if (!json_object_equal(a, b))
		fail_msg("\nhave %.*s\nwant %.*s", STR_ARG(have), STR_ARG(want));
	json_object_put(a);
	json_object_put(b);
}

static inline void assert_text(struct str have, const char *want)
{
	if (!str_equal_z(have, want))
		fail_msg("have \"%.*s\", want \"%s\"", STR_ARG(have), want);
}

static inline void assert_request(const struct request *request, const char *method,
				  const char *target, const char *body)
{
	assert_string_equal(method_name(request->method), method);
	assert_string_equal(buf_z(&request->target), target);
	assert_true(buf_ok(&request->target) && buf_ok(&request->body));
	if (body == NULL)
		assert_int_equal(request->body.len, 0);
	else
		assert_json(buf_str(&request->body), str_from(body));
	assert_true((body == NULL) == (request->content_type == NULL));
}

/* ---- Persons ---- */

static inline struct person new_person(struct fixture *fixture, const char *id)
{
	struct person person;

	person_init(&person, &fixture->arena, &fixture->table);
	person.id = str_from(id);
	return person;
}

static inline void set_text(struct fixture *fixture, struct person *person, const char *name,
			    const char *text)
{
	person->values[row(fixture, name)] = value_scalar(&fixture->arena, str_from(text));
}

static inline void set_part(struct fixture *fixture, struct person *person, const char *name,
			    unsigned part, const char *text)
{
	const size_t i = row(fixture, name);
	struct value *value = &person->values[i];

	if (!value_is_set(value))
		*value = value_items(&fixture->arena,
				     field_part_count(fixture->table.fields[i].type));
	value->items[part] = (struct item){ .text = str_from(text), .key = str_from(text) };
}

/* NULL ends the list. */
static inline void set_list(struct fixture *fixture, struct person *person, const char *name,
			    const char *const texts[])
{
	uint32_t n = 0;

	while (texts[n] != NULL)
		n++;
	struct value value = n > 0 ? value_items(&fixture->arena, n) : value_empty();

	for (uint32_t i = 0; i < n; i++)
		value.items[i] =
			(struct item){ .text = str_from(texts[i]), .key = str_from(texts[i]) };
	person->values[row(fixture, name)] = value;
}

static inline void set_empty(struct fixture *fixture, struct person *person, const char *name)
{
	person->values[row(fixture, name)] = value_empty();
}

static inline const struct value *value_of(const struct fixture *fixture,
					   const struct person *person, const char *name)
{
	return &person->values[row(fixture, name)];
}

/* ---- Bodies ---- */

static inline void on_fixture_record(void *payload, struct str raw)
{
	struct fixture *fixture = payload;

	if (fixture->n_records++ == 0)
		fixture->record = arena_copy(&fixture->arena, raw);
}

/* Reads a whole body; the first record is kept. */
static inline struct page_info read_body(struct fixture *fixture, struct str body)
{
	struct page_reader *reader = page_reader_new(fixture->mapper, on_fixture_record, fixture);
	struct page_info info = { .total = -1 };
	struct error err;

	fixture->n_records = 0;
	if (!page_reader_feed(reader, body.p, body.len, &err) ||
	    !page_reader_finish(reader, &info, &err))
		fail_msg("%s", err.msg);
	page_reader_free(reader);
	return info;
}

static inline struct person decode_raw(struct fixture *fixture, struct str raw)
{
	struct person person = { 0 };
	struct error err;

	if (!fixture->mapper->decode(&fixture->context, raw, &fixture->arena, &person, &err))
		fail_msg("%s", err.msg);
	return person;
}

static inline void assert_undecodable(struct fixture *fixture, const char *raw, const char *said)
{
	struct person person;
	struct error err = { 0 };

	if (fixture->mapper->decode(&fixture->context, str_from(raw), &fixture->arena, &person,
				    &err))
		fail_msg("decoded: %s", raw);
	assert_int_equal(err.code, ERR_MALFORMED);
	if (strstr(err.msg, said) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", raw, err.msg, said);
}

#endif
