/* SPDX-License-Identifier: Apache-2.0 */
/* What a side says of itself, whether a row of the table fits it, and a create as the record it makes. */
#include "mappers/schema.h"

#include "test_mapper_fixture.h"

static int open_values(void **state)
{
	static struct fixture fixture;

	fixture_open(&fixture, SIDE_RECORDS, "values");
	*state = &fixture;
	return 0;
}

static int close_fixture(void **state)
{
	fixture_close(*state);
	return 0;
}

/* ---- Attributes ---- */

static const char attributes_answer[] =
	"{\"data\":["
	"{\"id\":{\"workspace_id\":\"w\",\"object_id\":\"o\",\"attribute_id\":\"a\"},"
	"\"title\":\"Email addresses\",\"api_slug\":\"email_addresses\",\"type\":\"email-address\","
	"\"is_system_attribute\":true,\"is_writable\":true,\"is_required\":false,"
	"\"is_unique\":true,\"is_multiselect\":true,\"is_archived\":false,\"config\":{}},"
	"{\"api_slug\":\"avatar_url\",\"type\":\"text\",\"is_writable\":false,"
	"\"is_required\":true,\"is_multiselect\":false,\"is_archived\":true}]}";

static void reads_attributes(void **state)
{
	struct fixture *f = *state;
	struct schema schema;
	struct error err;

	schema_attributes_request(&f->context, &f->request);
	assert_request(&f->request, "GET", "/v2/objects/people/attributes?show_archived=true",
		       NULL);
	assert_int_equal(f->request.kind, REQUEST_READ);
	assert_true(
		schema_attributes_decode(str_from(attributes_answer), &f->arena, &schema, &err));
	assert_true(schema.live);
	assert_int_equal(schema.n, 3); /* and the record's own id */
	assert_false(schema_find(&schema, STR_LIT("record_id"))->writable);
	const struct schema_attribute *emails = schema_find(&schema, STR_LIT("email_addresses"));
	const struct schema_attribute *avatar = schema_find(&schema, STR_LIT("avatar_url"));

	assert_text(emails->type, "email-address");
	assert_true(emails->writable && emails->multi && !emails->required && !emails->archived);
	assert_true(!avatar->writable && !avatar->multi && avatar->required && avatar->archived);
	assert_null(schema_find(&schema, STR_LIT("email")));
}

static void refuses_other_answers(void **state)
{
	static const char *const bodies[] = {
		"",
		"<html>",
		"{}",
		"{\"data\":{}}",
		"{\"data\":null}",
		"[]",
		"{\"data\":[{}]}",
		"{\"data\":[null]}",
		"{\"data\":[{\"api_slug\":\"x\"}]}",
		"{\"data\":[{\"api_slug\":7,\"type\":\"text\"}]}",
		"{\"data\":[{\"api_slug\":\"x\",\"type\":\"\"}]}",
	};
	struct fixture *f = *state;
	struct schema schema;

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct error err = { 0 };

		if (schema_attributes_decode(str_from(bodies[i]), &f->arena, &schema, &err))
			fail_msg("%s", bodies[i]);
		assert_int_equal(err.code, ERR_MALFORMED);
	}
}

static void has_a_limit(void **state)
{
	struct fixture *f = *state;
	struct schema schema;
	struct error err;
	struct buf body;

	buf_init(&body, LIMIT_BODY_BYTES);
	buf_add_z(&body, "{\"data\":[{\"api_slug\":\"a\",\"type\":\"text\"}");
	for (int i = 1; i < LIMIT_SCHEMA_ATTRIBUTES; i++)
		buf_add_z(&body, ",{\"api_slug\":\"a\",\"type\":\"text\"}");
	const size_t len = body.len;

	buf_add_z(&body, "]}");
	assert_true(schema_attributes_decode(buf_str(&body), &f->arena, &schema, &err));
	buf_truncate(&body, len);
	buf_add_z(&body, ",{\"api_slug\":\"a\",\"type\":\"text\"}]}");
	assert_false(schema_attributes_decode(buf_str(&body), &f->arena, &schema, &err));
	assert_int_equal(err.code, ERR_MALFORMED);
	buf_release(&body);
}

/* ---- The token ---- */

static void reads_what_the_token_may(void **state)
{
	struct fixture *f = *state;
	struct schema_token token;
	struct error err;

	schema_token_request(&f->request);
	assert_request(&f->request, "GET", "/v2/self", NULL);
	assert_true(schema_token_decode(
		STR_LIT("{\"active\":true,\"scope\":\"record_permission:read-write note:read\","
			"\"workspace_id\":\"w\"}"),
		&f->arena, &token, &err));
	assert_true(token.active);
	assert_true(schema_token_has(&token, "record_permission:read-write"));
	assert_true(schema_token_has(&token, "record_permission:read"));
	assert_true(schema_token_has(&token, "note:read"));
	assert_false(schema_token_has(&token, "note:read-write"));
	assert_false(schema_token_has(&token, "record_permission"));
	assert_false(schema_token_has(&token, "object_configuration:read"));
	assert_true(schema_token_decode(STR_LIT("{\"active\":false}"), &f->arena, &token, &err));
	assert_false(token.active);
	assert_false(schema_token_has(&token, "note:read"));
	/* It is the one answer that is not wrapped. */
	assert_false(schema_token_decode(STR_LIT("{\"data\":{\"active\":true}}"), &f->arena, &token,
					 &err));
	assert_int_equal(err.code, ERR_MALFORMED);
}

/* ---- Filters ---- */

static void reads_filters_in_both_spellings(void **state)
{
	static const char *const bodies[] = {
		"{\"member\":[],\"totalItems\":0,\"search\":{\"@type\":\"IriTemplate\","
		"\"template\":\"/people{?emailAddresses.email[],order[createdAt]}\","
		"\"mapping\":[{\"@type\":\"IriTemplateMapping\",\"variable\":"
		"\"emailAddresses.email[]\",\"property\":null,\"required\":false},"
		"{\"variable\":\"order[createdAt]\"}]}}",
		"{\"hydra:member\":[],\"hydra:search\":{\"hydra:mapping\":["
		"{\"variable\":\"emailAddresses.email[]\"},{\"hydra:variable\":"
		"\"order[createdAt]\"}]}}",
	};
	struct fixture *f = *state;
	struct schema_filters filters;
	struct error err;

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		assert_true(schema_filters_decode(str_from(bodies[i]), &f->arena, &filters, &err));
		assert_true(filters.told);
		assert_int_equal(filters.n, 2);
		assert_true(schema_filters_have(&filters, STR_LIT("emailAddresses.email[]")));
		assert_true(schema_filters_have(&filters, STR_LIT("order[createdAt]")));
		assert_false(schema_filters_have(&filters, STR_LIT("emailAddresses.email")));
	}
	assert_true(schema_filters_decode(STR_LIT("[{\"id\":\"1\"}]"), &f->arena, &filters, &err));
	assert_false(filters.told);
	assert_false(schema_filters_decode(STR_LIT("no"), &f->arena, &filters, &err));
}

/* ---- Fits ---- */

static enum schema_fit fit(enum field_type type, const char *attribute_type, bool multi,
			   bool single)
{
	const struct schema_attribute attribute = { .slug = STR_LIT("x"),
						    .type = str_from(attribute_type),
						    .multi = multi };
	const struct field field = { .name = STR_LIT("x"),
				     .type = type,
				     .single = { [SIDE_RECORDS] = single } };

	return schema_fit(&attribute, &field, SIDE_RECORDS);
}

static void tells_what_fits(void **state)
{
	(void)state;
	assert_int_equal(fit(FIELD_TEXT, "text", false, false), FIT_GOOD);
	assert_int_equal(fit(FIELD_TEXT, "select", true, false), FIT_MANY);
	assert_int_equal(fit(FIELD_TEXT, "timestamp", false, false), FIT_READ);
	assert_int_equal(fit(FIELD_TEXT, "record-reference", false, false), FIT_TYPE);
	assert_int_equal(fit(FIELD_TEXT, "tex", false, false), FIT_TYPE);
	assert_int_equal(fit(FIELD_NUMBER, "currency", false, false), FIT_GOOD);
	assert_int_equal(fit(FIELD_DATE, "timestamp", false, false), FIT_READ);
	assert_int_equal(fit(FIELD_EMAIL_SET, "email-address", true, false), FIT_GOOD);
	assert_int_equal(fit(FIELD_EMAIL_SET, "email-address", false, false), FIT_ONE);
	assert_int_equal(fit(FIELD_EMAIL_SET, "email", false, true), FIT_GOOD);
	assert_int_equal(fit(FIELD_EMAIL_SET, "text", true, false), FIT_TYPE);
	assert_int_equal(fit(FIELD_REFERENCE, "record-reference", true, false), FIT_GOOD);
	assert_int_equal(fit(FIELD_NAME, "personal-name", false, false), FIT_GOOD);
	assert_int_equal(fit(FIELD_LOCATION, "location", false, false), FIT_GOOD);
}

/* What is built in fits what the documents say, on every side. */
static void the_default_table_fits(void **state)
{
	static const struct {
		enum side side;
		const char *dialect;
	} mappers[] = { { SIDE_RECORDS, "attributes" },
			{ SIDE_PEOPLE, "attributes" },
			{ SIDE_PEOPLE, "values" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(mappers); i++) {
		const enum side side = mappers[i].side;
		struct fixture f;

		fixture_open(&f, side, mappers[i].dialect);
		const struct schema schema = schema_documented(f.mapper, &f.arena);

		assert_false(schema.live);
		for (size_t k = 0; k < f.table.n; k++) {
			const struct field *field = &f.table.fields[k];
			const struct schema_attribute *attribute =
				schema_find(&schema, field->path[side]);

			if (attribute == NULL)
				fail_msg("%.*s is not documented", STR_ARG(field->path[side]));
			if (schema_fit(attribute, field, side) != FIT_GOOD || !attribute->writable)
				fail_msg("%.*s does not fit", STR_ARG(field->path[side]));
		}
		fixture_close(&f);
	}
	struct arena arena = { 0 };

	assert_int_equal(schema_documented(mapper_find(SIDE_RECORDS, "values"), &arena).n, 0);
	arena_release(&arena);
}

/* ---- Echoes ---- */

/* A person with something in each row comes back as it was. */
static void assert_echo(enum side side, const char *dialect)
{
	struct fixture f;
	struct error err;
	struct str raw;

	fixture_open(&f, side, dialect);
	(void)fixture_add_row(&f, "score", FIELD_NUMBER, "score", "score");
	(void)fixture_add_row(&f, "vip", FIELD_BOOLEAN, "vip", "vip");
	struct person person = new_person(&f, "");

	set_part(&f, &person, "name", NAME_FULL, "Ada Lovelace");
	if (side == SIDE_PEOPLE || strcmp(dialect, "values") == 0) {
		set_part(&f, &person, "name", NAME_GIVEN, "Ada");
		set_part(&f, &person, "name", NAME_FAMILY, "Lovelace");
	}
	if (side == SIDE_PEOPLE)
		set_part(&f, &person, "name", NAME_FULL, "");
	set_list(&f, &person, "emails", (const char *const[]){ "ada@example.com", NULL });
	set_list(&f, &person, "phones", (const char *const[]){ "+12025550143", NULL });
	set_text(&f, &person, "job_title", "Engineer / \"Analyst\"");
	set_text(&f, &person, "linkedin", "ada-example");
	set_text(&f, &person, "score", "12.50");
	set_text(&f, &person, "vip", "true");
	if (strcmp(dialect, "values") == 0) {
		set_part(&f, &person, "address", LOCATION_LOCALITY, "London");
		set_part(&f, &person, "address", LOCATION_COUNTRY, "GB");
	} else {
		set_list(&f, &person, "tags", (const char *const[]){ "Prospect", NULL });
	}
	f.mapper->create(&f.context, &person, &f.request);
	if (!mapper_echo(f.mapper, &f.request, &f.arena, &raw, &err))
		fail_msg("%s", err.msg);
	const struct person back = decode_raw(&f, raw);

	for (size_t i = 0; i < f.table.n; i++) {
		const bool number = str_equal_z(f.table.fields[i].name, "score");
		const struct value *value = &back.values[i];

		if (number)
			assert_text(value_part(value, 0), "12.5");
		else if (!value_equal(&person.values[i], value))
			fail_msg("%s: %.*s in %.*s", f.mapper->name,
				 STR_ARG(f.table.fields[i].name), STR_ARG(raw));
	}
	fixture_close(&f);
}

static void a_create_is_the_record_it_makes(void **state)
{
	(void)state;
	assert_echo(SIDE_RECORDS, "values");
	assert_echo(SIDE_RECORDS, "attributes");
	assert_echo(SIDE_PEOPLE, "values");
	assert_echo(SIDE_PEOPLE, "attributes");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_values, close_fixture)
	const struct CMUnitTest tests[] = {
		TEST(reads_attributes),
		TEST(refuses_other_answers),
		TEST(has_a_limit),
		TEST(reads_what_the_token_may),
		TEST(reads_filters_in_both_spellings),
		TEST(tells_what_fits),
		TEST(the_default_table_fits),
		TEST(a_create_is_the_record_it_makes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
