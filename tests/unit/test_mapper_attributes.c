/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes dialect against the documented requests and answers. */
#include "test_mapper_fixture.h"

static int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture_open(&fixture, SIDE_RECORDS, "attributes");
	*state = &fixture;
	return 0;
}

static int close_fixture(void **state)
{
	fixture_close(*state);
	return 0;
}

static void decodes_the_list_answer(void **state)
{
	struct fixture *f = *state;
	const size_t contacted =
		fixture_add_row(f, "last_contacted", FIELD_DATE, "last_contacted", "x");
	const struct page_info info =
		read_body(f, read_data(&f->arena, "attributes_list_answer.json"));
	const struct person person = decode_raw(f, f->record);
	const struct value *name = value_of(f, &person, "name");

	assert_int_equal(info.total, 78);
	assert_int_equal(info.n_members, 1);
	assert_text(person.id, "record_01abcdefghijklmnopqrstuv");
	assert_true(person.created_at == INT64_C(1676457000) * 1000000000);
	assert_true(person.updated_at == INT64_C(1686406800) * 1000000000);
	assert_text(value_part(name, NAME_FULL), "Jane Smith");
	assert_text(value_part(name, NAME_GIVEN), "");
	assert_text(value_part(value_of(f, &person, "emails"), 0), "jane@example.com");
	assert_text(value_part(value_of(f, &person, "phones"), 0), "+15551234567");
	assert_text(value_part(value_of(f, &person, "job_title"), 0), "CEO");
	assert_text(value_part(value_of(f, &person, "linkedin"), 0), "janesmith");
	assert_text(value_part(&person.values[contacted], 0), "2023-06-15");
	assert_int_equal(value_of(f, &person, "tags")->state, VALUE_UNKNOWN);
}

#define RECORD(attributes) "{\"id\":\"r1\",\"attributes\":{" attributes "}}"

static void tells_empty_from_unknown(void **state)
{
	struct fixture *f = *state;
	const struct person person = decode_raw(
		f,
		STR_LIT(RECORD("\"name\":\"  \",\"email\":null,\"phone\":null,\"job_title\":\"\","
			       "\"linkedin_url\":null,\"tags\":[\"A\",\"b\",\"a\",\" \"]")));

	assert_int_equal(value_of(f, &person, "name")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "emails")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "phones")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "job_title")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "linkedin")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "tags")->n, 2);
	assert_text(value_of(f, &person, "tags")->items[0].text, "A");
	assert_text(value_of(f, &person, "tags")->items[0].key, "a");
}

static void names_what_is_wrong(void **state)
{
	struct fixture *f = *state;

	assert_undecodable(f, "{\"attributes\":{}}", "id is missing");
	assert_undecodable(f, "{\"id\":\"r1\",\"attributes\":[]}",
			   "record r1: attributes is not an object");
	assert_undecodable(f, RECORD("\"name\":5"), "record r1: name is not a string");
	assert_undecodable(f, RECORD("\"email\":{}"), "record r1: email is not a string");
	assert_undecodable(f, RECORD("\"tags\":[1]"), "record r1: tags is not a string");
	assert_undecodable(f, RECORD("\"job_title\":false"),
			   "record r1: job_title is not a string");
	assert_undecodable(f, RECORD("\"job_title\":[]"), "job_title is not a string");
	assert_undecodable(f, RECORD("\"email\":[\"a@x.org\"]"), "email is not a string");
	assert_undecodable(f, RECORD("\"phone\":[\"+14155550100\"]"), "phone is not a string");
	assert_undecodable(f, RECORD("\"phone\":[]"), "phone is not a string");
	assert_undecodable(f, RECORD("\"tags\":\"vip\""), "tags is not an array");
	assert_undecodable(f, RECORD("\"tags\":[\"vip\",null]"),
			   "tags has an element without a value");
}

/* Null is an attribute that was cleared; a person is not cleared as a whole. */
static void nothing_but_nulls_is_nobody(void **state)
{
	struct fixture *f = *state;

	assert_undecodable(f,
			   RECORD("\"name\":null,\"email\":null,\"job_title\":null,\"tags\":null"),
			   "record r1: attributes holds nothing but nulls");
	struct person person =
		decode_raw(f, STR_LIT(RECORD("\"name\":null,\"email\":null,\"tags\":[]")));

	assert_int_equal(value_of(f, &person, "name")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "tags")->state, VALUE_EMPTY);
	person = decode_raw(f, STR_LIT(RECORD("\"email\":null,\"job_title\":null")));
	assert_int_equal(value_of(f, &person, "emails")->state, VALUE_EMPTY);
	person = decode_raw(f, STR_LIT(RECORD("")));
	assert_int_equal(value_of(f, &person, "name")->state, VALUE_UNKNOWN);
	/* The answer to a write may show what was cleared, and no more. */
	f->context.part = true;
	person = decode_raw(f, STR_LIT(RECORD("\"name\":null,\"email\":null")));
	assert_int_equal(value_of(f, &person, "name")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "job_title")->state, VALUE_UNKNOWN);
}

/* A record's own answer leaves out what never had a value. */
static void what_is_asked_for_and_absent_is_empty(void **state)
{
	struct fixture *f = *state;
	struct person asked;

	person_init(&asked, &f->arena, f->context.fields);
	asked.values[row(f, "job_title")] = value_scalar(&f->arena, STR_LIT("Analyst"));
	asked.values[row(f, "emails")] = value_scalar(&f->arena, STR_LIT("a@example.com"));
	f->context.asked = &asked;
	const struct person person =
		decode_raw(f, STR_LIT(RECORD("\"email\":\"b@example.com\",\"name\":\"Ada\"")));

	assert_int_equal(value_of(f, &person, "job_title")->state, VALUE_EMPTY);
	assert_text(value_part(value_of(f, &person, "emails"), 0), "b@example.com");
	assert_text(value_part(value_of(f, &person, "name"), NAME_FULL), "Ada");
	assert_int_equal(value_of(f, &person, "tags")->state, VALUE_UNKNOWN);
}

static void builds_reads(void **state)
{
	struct fixture *f = *state;
	const struct page_request page = {
		.offset = 300, .number = 3, .size = 100, .order = ORDER_CREATED_DESC
	};
	const struct person_ref refs[] = { { STR_LIT("r1"), STR_LIT("a@x.org") },
					   { STR_LIT("r2"), STR_LIT("b@x.org") },
					   { STR_LIT("r3"), STR_LIT("") },
					   { STR_LIT("r4"), STR_LIT("d@x.org") } };
	const struct match_key key = { KEY_EMAIL, STR_LIT("a@x.org") };

	f->mapper->list(&f->context, &page, &f->request);
	assert_request(
		&f->request, "GET",
		"/v2/objects/people/records?page=4&pageSize=100&sort=created_at&direction=desc",
		NULL);
	request_release(&f->request);
	assert_int_equal(f->mapper->read_group(&f->context, refs, 4, &f->request), 2);
	assert_request(
		&f->request, "POST", "/v2/objects/people/records/query",
		"{\"filter\":{\"email\":{\"$in\":[\"a@x.org\",\"b@x.org\"]}},\"limit\":100}");
	request_release(&f->request);
	assert_int_equal(f->mapper->read_group(&f->context, refs + 2, 2, &f->request), 0);
	request_release(&f->request);
	assert_int_equal(f->mapper->search(&f->context, &key, 1, &f->request), 1);
	assert_request(&f->request, "POST", "/v2/objects/people/records/query",
		       "{\"filter\":{\"email\":{\"$in\":[\"a@x.org\"]}},\"limit\":100}");
	request_release(&f->request);
	f->mapper->read(&f->context, STR_LIT("record_01"), &f->request);
	assert_request(&f->request, "GET", "/v2/objects/people/records/record_01", NULL);
	request_release(&f->request);
	f->mapper->remove(&f->context, STR_LIT("record_01"), 5, &f->request);
	assert_request(&f->request, "DELETE", "/v2/objects/people/records/record_01", NULL);
}

/* A documented request; phones go out in E.164. */
static const char *documented(struct fixture *f, const char *file, const char *phone)
{
	struct json_object *root;
	struct error err;

	assert_true(json_parse(read_data(&f->arena, file), &root, &err));
	struct json_object *attributes = json_child(root, "attributes");

	if (phone != NULL)
		json_object_object_add(attributes, "phone", json_object_new_string(phone));
	const struct str text = arena_copy(&f->arena, str_from(json_object_to_json_string(root)));

	json_object_put(root);
	return text.p;
}

static void creates_as_documented(void **state)
{
	struct fixture *f = *state;

	fixture_add_company(f, "record_01defghijklmnopqrstuvwxy", "acme.example");
	struct person person = new_person(f, "");

	set_part(f, &person, "name", NAME_FULL, "John Doe");
	set_list(f, &person, "company", (const char *[]){ "acme.example", NULL });
	set_list(f, &person, "emails",
		 (const char *[]){ "john@example.com", "second@example.com", NULL });
	set_list(f, &person, "phones", (const char *[]){ "+15559876543", NULL });
	set_text(f, &person, "job_title", "CTO");
	set_text(f, &person, "linkedin", "johndoe");
	set_list(f, &person, "tags", (const char *[]){ "prospect", "technical", NULL });
	f->mapper->create(&f->context, &person, &f->request);
	assert_request(&f->request, "POST", "/v2/objects/people/records",
		       documented(f, "attributes_create_request.json", "+15559876543"));
	request_release(&f->request);
	/* The one in the document's code. */
	set_part(f, &person, "name", NAME_FULL, "David Johnson");
	set_list(f, &person, "emails", (const char *[]){ "david@example.com", NULL });
	set_list(f, &person, "phones", (const char *[]){ "+15554567890", NULL });
	set_text(f, &person, "job_title", "Product Manager");
	set_list(f, &person, "tags", (const char *[]){ "prospect", "product", NULL });
	person.values[row(f, "linkedin")] = (struct value){ .state = VALUE_UNKNOWN };
	f->mapper->create(&f->context, &person, &f->request);
	assert_request(&f->request, "POST", "/v2/objects/people/records",
		       documented(f, "attributes_code_create_request.json", "+15554567890"));
}

static void updates_as_documented(void **state)
{
	struct fixture *f = *state;
	struct person current = new_person(f, "record_01");
	struct person desired = new_person(f, "record_01");

	set_text(f, &current, "job_title", "CEO");
	set_text(f, &desired, "job_title", "VP of Engineering");
	set_list(f, &current, "phones", (const char *[]){ "+15551234567", NULL });
	set_list(f, &desired, "phones", (const char *[]){ "+15551238765", NULL });
	set_list(f, &current, "tags", (const char *[]){ "technical", NULL });
	set_list(f, &desired, "tags", (const char *[]){ "customer", "technical", NULL });
	set_list(f, &current, "emails", (const char *[]){ "a@x.org", NULL });
	/* This side holds one address, and it is the right one. */
	set_list(f, &desired, "emails", (const char *[]){ "a@x.org", "b@x.org", NULL });
	f->mapper->update(&f->context, &current, &desired, &f->request);
	assert_request(&f->request, "PATCH", "/v2/objects/people/records/record_01",
		       documented(f, "attributes_update_request.json", "+15551238765"));
}

static void clears_with_null(void **state)
{
	struct fixture *f = *state;
	struct person current = new_person(f, "record_01");
	struct person desired = new_person(f, "record_01");

	set_text(f, &current, "job_title", "CEO");
	set_empty(f, &desired, "job_title");
	set_list(f, &current, "tags", (const char *[]){ "a", NULL });
	set_empty(f, &desired, "tags");
	set_list(f, &current, "emails", (const char *[]){ "a@x.org", NULL });
	set_empty(f, &desired, "emails");
	f->mapper->update(&f->context, &current, &desired, &f->request);
	assert_request(&f->request, "PATCH", "/v2/objects/people/records/record_01",
		       "{\"attributes\":{\"email\":null,\"job_title\":null,\"tags\":null}}");
	request_release(&f->request);
	f->mapper->update(&f->context, &current, &current, &f->request);
	assert_int_equal(f->request.target.len, 0);
}

/* As in the dialect values: the document's example is a number, and another text is refused. */
static void takes_numbers_for_phones(void **state)
{
	static const struct {
		const char *field, *text;
		bool is_taken;
	} rows[] = {
		{ "phones", "+15551234567", true },   { "phones", "+15551234567;ext=5", true },
		{ "phones", "ask reception", false }, { "phones", "555 1234", false },
		{ "emails", "ask reception", true },  { "tags", "ask reception", true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const bool is_taken =
			f->mapper->takes(&f->rows[row(f, rows[i].field)], str_from(rows[i].text));

		if (is_taken != rows[i].is_taken)
			fail_msg("\"%s\"", rows[i].text);
	}
}

static struct person named(struct fixture *f, const char *name, const char *email,
			   const char *title)
{
	struct person person = new_person(f, "");

	set_part(f, &person, "name", NAME_FULL, name);
	set_list(f, &person, "emails", (const char *[]){ email, NULL });
	set_text(f, &person, "job_title", title);
	return person;
}

static struct person titled(struct fixture *f, const char *id, const char *title, const char *tag)
{
	struct person person = new_person(f, id);

	set_text(f, &person, "job_title", title);
	set_list(f, &person, "tags", (const char *[]){ tag, NULL });
	return person;
}

static void batches_as_documented(void **state)
{
	struct fixture *f = *state;
	const struct person alice =
		named(f, "Alice Johnson", "alice@example.com", "Marketing Director");
	const struct person bob = named(f, "Bob Williams", "bob@example.com", "Sales Manager");
	const struct person first =
		titled(f, "record_01abcdefghijklmnopqrstuv", "Technical Director", "customer");
	const struct person second =
		titled(f, "record_01defghijklmnopqrstuvwxy", "Account Executive", "prospect");
	const struct person was_first = new_person(f, "record_01abcdefghijklmnopqrstuv");
	const struct person was_second = new_person(f, "record_01defghijklmnopqrstuvwxy");

	f->mapper->create_batch(&f->context, (const struct person *const[]){ &alice, &bob }, 2,
				&f->request);
	assert_request(&f->request, "POST", "/v2/objects/people/records/batch",
		       read_data(&f->arena, "attributes_batch_create_request.json").p);
	request_release(&f->request);
	f->mapper->update_batch(&f->context,
				(const struct person *const[]){ &was_first, &was_second },
				(const struct person *const[]){ &first, &second }, 2, &f->request);
	assert_request(&f->request, "PATCH", "/v2/objects/people/records/batch",
		       read_data(&f->arena, "attributes_batch_update_request.json").p);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
	const struct CMUnitTest tests[] = {
		TEST(decodes_the_list_answer),
		TEST(tells_empty_from_unknown),
		TEST(names_what_is_wrong),
		TEST(nothing_but_nulls_is_nobody),
		TEST(what_is_asked_for_and_absent_is_empty),
		TEST(builds_reads),
		TEST(creates_as_documented),
		TEST(updates_as_documented),
		TEST(clears_with_null),
		TEST(takes_numbers_for_phones),
		TEST(batches_as_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
