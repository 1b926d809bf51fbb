/* SPDX-License-Identifier: Apache-2.0 */
/* The values dialect against the documented requests and answers. */
#include "test_mapper_fixture.h"

static int open_fixture(void **state)
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

#define OF_2023 (INT64_C(1672585200) * 1000000000)

static void decodes_the_create_answer(void **state)
{
	struct fixture *f = *state;
	const struct page_info info =
		read_body(f, read_data(&f->arena, "values_create_answer.json"));
	const struct person person = decode_raw(f, f->record);
	const struct value *name = value_of(f, &person, "name");
	const struct value *emails = value_of(f, &person, "emails");

	assert_int_equal(info.n_members, 1);
	assert_int_equal(info.total, -1);
	assert_text(person.id, "bf071e1f-6035-429d-b874-d83ea64ea13b");
	assert_true(person.created_at == INT64_C(1669036969061281000));
	assert_true(person.updated_at == 0);
	assert_text(value_part(name, NAME_GIVEN), "John");
	assert_text(value_part(name, NAME_FAMILY), "Smith");
	assert_text(value_part(name, NAME_FULL), "John Smith");
	assert_int_equal(name->actor, ACTOR_MEMBER);
	assert_true(name->active_from == OF_2023);
	assert_int_equal(emails->n, 1);
	assert_text(emails->items[0].text, "john-smith@attio.com");
	assert_int_equal(emails->actor, ACTOR_SYSTEM);
	/* [] is empty; all of these were sent as []. */
	assert_int_equal(value_of(f, &person, "phones")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "job_title")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "linkedin")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "address")->state, VALUE_EMPTY);
}

static void decodes_the_update_answer(void **state)
{
	struct fixture *f = *state;
	const size_t strength =
		fixture_add_row(f, "strength", FIELD_SELECT, "strongest_connection_strength", "x");
	const size_t followers =
		fixture_add_row(f, "followers", FIELD_INTEGER, "twitter_follower_count", "y");
	const size_t contacted =
		fixture_add_row(f, "contacted", FIELD_TIMESTAMP, "last_interaction", "z");
	const size_t legacy = fixture_add_row(f, "legacy", FIELD_NUMBER,
					      "strongest_connection_strength_legacy", "u");
	const size_t company = fixture_add_row(f, "company", FIELD_REFERENCE, "company", "v");

	(void)read_body(f, read_data(&f->arena, "values_update_answer.json"));
	const struct person person = decode_raw(f, f->record);
	const struct value *address = value_of(f, &person, "address");

	assert_text(value_part(value_of(f, &person, "job_title"), 0), "Software Engineer");
	assert_text(value_part(value_of(f, &person, "linkedin"), 0), "johnsmith");
	assert_text(value_part(value_of(f, &person, "phones"), 0), "+15558675309");
	assert_text(value_part(address, LOCATION_LINE_1), "1 Infinite Loop");
	assert_text(value_part(address, LOCATION_LINE_2), "");
	assert_text(value_part(address, LOCATION_LOCALITY), "Cupertino");
	assert_text(value_part(address, LOCATION_REGION), "CA");
	assert_text(value_part(address, LOCATION_POSTCODE), "95014");
	assert_text(value_part(address, LOCATION_COUNTRY), "US");
	assert_text(value_part(address, LOCATION_LATITUDE), "37.331741");
	assert_text(value_part(address, LOCATION_LONGITUDE), "-122.030333");
	assert_text(value_part(&person.values[strength], 0), "Very strong");
	assert_text(value_part(&person.values[followers], 0), "100");
	assert_text(value_part(&person.values[contacted], 0), "2023-01-01T15:00:00Z");
	assert_text(value_part(&person.values[legacy], 0), "54.725113205693695");
	assert_int_equal(person.values[company].state, VALUE_UNKNOWN);
}

static void decodes_the_user_answer(void **state)
{
	struct fixture *f = *state;
	const size_t user_id = fixture_add_row(f, "user_id", FIELD_TEXT, "user_id", "customerId");

	(void)read_body(f, read_data(&f->arena, "values_user_answer.json"));
	const struct person person = decode_raw(f, f->record);

	assert_text(value_part(&person.values[user_id], 0), "123");
	/* What an answer does not have is unknown, not empty. */
	assert_int_equal(value_of(f, &person, "name")->state, VALUE_UNKNOWN);
}

#define RECORD(values) "{\"id\":{\"record_id\":\"r1\"},\"values\":{" values "}}"

static void takes_active_values_only(void **state)
{
	struct fixture *f = *state;
	const struct person person = decode_raw(
		f,
		STR_LIT(RECORD(
			"\"job_title\":[{\"value\":\"Old\",\"active_until\":\"2024-01-01T00:00:00Z\"},"
			"{\"value\":\"New\",\"active_until\":null}],"
			"\"email_addresses\":["
			"{\"email_address\":\"A@x.org\",\"active_from\":\"2024-01-02T00:00:00.000000000Z\","
			"\"created_by_actor\":{\"type\":\"app\",\"id\":\"1\"}},"
			"{\"email_address\":\"b@x.org\",\"active_from\":\"2024-01-01T00:00:00.000000000Z\","
			"\"created_by_actor\":{\"type\":\"system\",\"id\":null}},"
			"{\"email_address\":\"a@X.org\",\"active_from\":null}],"
			"\"phone_numbers\":[{\"normalized_phone_number\":\"+15558675309\"},"
			"{\"original_phone_number\":\"+15558675310\"}],"
			"\"linkedin\":[],"
			"\"primary_location\":[{\"line_1\":null,\"locality\":\" \",\"attribute_type\":\"location\"}]")));
	const struct value *emails = value_of(f, &person, "emails");

	assert_text(value_part(value_of(f, &person, "job_title"), 0), "New");
	assert_int_equal(emails->n, 2);
	assert_text(emails->items[0].text, "a@x.org");
	assert_text(emails->items[1].text, "b@x.org");
	assert_int_equal(emails->actor, ACTOR_TOKEN); /* of the youngest */
	assert_true(emails->active_from == INT64_C(1704153600) * 1000000000);
	assert_int_equal(value_of(f, &person, "phones")->n, 2);
	assert_int_equal(value_of(f, &person, "linkedin")->state, VALUE_EMPTY);
	assert_int_equal(value_of(f, &person, "address")->state, VALUE_EMPTY);
}

static void names_what_is_wrong(void **state)
{
	struct fixture *f = *state;

	assert_undecodable(f, "{\"values\":{}}", "id.record_id is missing");
	assert_undecodable(f, "{\"id\":\"r1\",\"values\":{}}", "id.record_id is missing");
	assert_undecodable(f, "{\"id\":{\"record_id\":\"r1\"}}",
			   "record r1: values is not an object");
	assert_undecodable(f, RECORD("\"job_title\":\"CEO\""),
			   "record r1: job_title is not an array");
	assert_undecodable(f, RECORD("\"job_title\":[\"CEO\"]"), "job_title has an element");
	assert_undecodable(f, RECORD("\"job_title\":[{\"value\":5}]"), "job_title is not a string");
	assert_undecodable(f, RECORD("\"job_title\":[{\"attribute_type\":\"location\"}]"),
			   "job_title is of an attribute_type");
	assert_undecodable(f, RECORD("\"primary_location\":[{\"line_1\":5}]"),
			   "primary_location.line_1 is not a string");
	assert_undecodable(f, RECORD("\"job_title\":null"), "record r1: job_title is not an array");
	assert_undecodable(f, RECORD("\"email_addresses\":null"),
			   "record r1: email_addresses is not an array");
	assert_undecodable(f, RECORD("\"email_addresses\":[null]"),
			   "has an element that is no object");
	assert_undecodable(f, RECORD("\"a\":\"\\ud800\""), "lone surrogate");
	assert_undecodable(f, "{\"id\":{\"record_id\":\"r1\"}", "ends here");
}

static void an_element_has_its_value(void **state)
{
	static const char *const rows[] = {
		RECORD("\"job_title\":[{}]"),
		RECORD("\"job_title\":[{\"attribute_type\":\"text\",\"value\":null}]"),
		RECORD("\"job_title\":[{\"attribute_type\":\"select\",\"option\":{}}]"),
		RECORD("\"email_addresses\":[{\"email_address\":\"a@x.org\"},{\"email_address\":null}]"),
		RECORD("\"phone_numbers\":[{\"attribute_type\":\"phone-number\"}]"),
		RECORD("\"name\":[{}]"),
		RECORD("\"name\":[{\"first_name\":null,\"last_name\":null,\"full_name\":null}]"),
		RECORD("\"primary_location\":[{\"attribute_type\":\"location\"}]"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_undecodable(f, rows[i], "has an element without a value");
	/* What is no longer active need not have one. */
	const struct person person = decode_raw(
		f, STR_LIT(RECORD("\"job_title\":[{\"active_until\":\"2024-01-01T00:00:00Z\"}]")));

	assert_int_equal(value_of(f, &person, "job_title")->state, VALUE_EMPTY);
}

static void takes_numbers_for_phones(void **state)
{
	static const struct {
		const char *text;
		bool is_taken;
	} rows[] = {
		{ "+14155550101", true },
		{ "+14155550101;ext=5", true },
		{ "ask reception", false },
		{ "020 123 4567", false },
		{ "+1", false },
		{ "", false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const bool is_taken =
			f->mapper->takes(&f->rows[row(f, "phones")], str_from(rows[i].text));

		if (is_taken != rows[i].is_taken)
			fail_msg("\"%s\"", rows[i].text);
	}
	assert_true(f->mapper->takes(&f->rows[row(f, "emails")], STR_LIT("ask reception")));
	assert_true(f->mapper->takes(&f->rows[row(f, "job_title")], STR_LIT("ask reception")));
}

static struct person john(struct fixture *f)
{
	struct person person = new_person(f, "");

	set_list(f, &person, "emails", (const char *[]){ "john-smith@attio.com", NULL });
	set_part(f, &person, "name", NAME_GIVEN, "John");
	set_part(f, &person, "name", NAME_FAMILY, "Smith");
	set_part(f, &person, "name", NAME_FULL, "John Smith");
	set_list(f, &person, "phones", (const char *[]){ "+15558675309", NULL });
	set_text(f, &person, "linkedin", "johnsmith");
	set_part(f, &person, "address", LOCATION_LINE_1, "1 Infinite Loop");
	set_part(f, &person, "address", LOCATION_LOCALITY, "Cupertino");
	set_part(f, &person, "address", LOCATION_REGION, "CA");
	set_part(f, &person, "address", LOCATION_POSTCODE, "95014");
	set_part(f, &person, "address", LOCATION_COUNTRY, "US");
	set_part(f, &person, "address", LOCATION_LATITUDE, "37.331741");
	set_part(f, &person, "address", LOCATION_LONGITUDE, "-122.030333");
	return person;
}

/* The documented request.  Its company, which can be one only, is named twice to show both forms: by id,
 * which is how it is written, and by domain. */
static void assert_documented(struct fixture *f, const char *file, const char *method,
			      const char *target)
{
	struct json_object *want;
	struct error err;

	assert_true(json_parse(read_data(&f->arena, file), &want, &err));
	struct json_object *company = json_walk(want, "data.values.company");

	assert_int_equal(json_object_array_length(company), 2);
	assert_int_equal(json_object_array_del_idx(company, 1, 1), 0);
	assert_request(&f->request, method, target, json_object_to_json_string(want));
	assert_int_equal(f->request.kind, REQUEST_WRITE);
	json_object_put(want);
}

static void creates_and_updates_as_documented(void **state)
{
	struct fixture *f = *state;

	(void)fixture_add_row(f, "description", FIELD_TEXT, "description", "x");
	fixture_add_company(f, "99a03ff3-0435-47da-95cc-76b2caeb4dab", "attio.com");
	struct person person = john(f);
	struct person nobody = new_person(f, "r1");

	set_text(f, &person, "description", "Developer met at event");
	set_list(f, &person, "company", (const char *[]){ "attio.com", NULL });
	f->mapper->create(&f->context, &person, &f->request);
	assert_documented(f, "values_create_request.json", "POST", "/v2/objects/people/records");
	request_release(&f->request);
	for (size_t i = 0; i < f->table.n; i++)
		nobody.values[i] = value_empty();
	f->mapper->update(&f->context, &nobody, &person, &f->request);
	assert_documented(f, "values_update_request.json", "PATCH",
			  "/v2/objects/people/records/r1");
}

static void builds_reads(void **state)
{
	struct fixture *f = *state;
	const struct page_request page = { .offset = 1500, .number = 3, .size = 500 };
	const struct person_ref refs[] = { { STR_LIT("r1"), STR_LIT("") },
					   { STR_LIT("r\"2"), STR_LIT("") } };
	const struct match_key keys[] = { { KEY_EMAIL, STR_LIT("a+b@x.org") },
					  { KEY_EMAIL, STR_LIT("c@x.org") },
					  { KEY_LINKEDIN, STR_LIT("cc") } };

	f->mapper->list(&f->context, &page, &f->request);
	assert_request(
		&f->request, "POST", "/v2/objects/people/records/query",
		"{\"sorts\":[{\"attribute\":\"created_at\",\"direction\":\"asc\"}],\"limit\":500,"
		"\"offset\":1500}");
	assert_int_equal(f->request.kind, REQUEST_READ);
	request_release(&f->request);
	f->mapper->read(&f->context, STR_LIT("a/b?c"), &f->request);
	assert_request(&f->request, "GET", "/v2/objects/people/records/a%2Fb%3Fc", NULL);
	request_release(&f->request);
	assert_int_equal(f->mapper->read_group(&f->context, refs, 2, &f->request), 2);
	assert_request(&f->request, "POST", "/v2/objects/people/records/query",
		       "{\"filter\":{\"record_id\":{\"$in\":[\"r1\",\"r\\\"2\"]}},\"limit\":2}");
	request_release(&f->request);
	assert_int_equal(f->mapper->search(&f->context, keys, 3, &f->request), 2);
	assert_request(&f->request, "POST", "/v2/objects/people/records/query",
		       "{\"filter\":{\"$or\":[{\"email_addresses\":\"a+b@x.org\"},"
		       "{\"email_addresses\":\"c@x.org\"}]},\"limit\":500}");
	request_release(&f->request);
	assert_int_equal(f->mapper->search(&f->context, keys + 2, 1, &f->request), 0);
	f->mapper->remove(&f->context, STR_LIT("r1"), 5, &f->request);
	assert_request(&f->request, "DELETE", "/v2/objects/people/records/r1", NULL);
	assert_int_equal(f->request.kind, REQUEST_WRITE);
}

#define MAX_LIST 5

struct list_case {
	const char *current[MAX_LIST], *desired[MAX_LIST];
	const char *method; /* NULL: nothing to send */
	const char *written;
};

static const struct list_case lists[] = {
	{ { NULL }, { "a@x.org", NULL }, "PATCH", "[\"a@x.org\"]" },
	{ { "a@x.org", NULL }, { "a@x.org", NULL }, NULL, NULL },
	/* Given elements are put in front, wanted there or not: what is added meanwhile isn't lost. */
	{ { "a@x.org", NULL }, { "b@x.org", "a@x.org", NULL }, "PATCH", "[\"b@x.org\"]" },
	{ { "a@x.org", NULL }, { "a@x.org", "b@x.org", NULL }, "PATCH", "[\"b@x.org\"]" },
	/* An old element that is to be the primary, or to go, takes the whole list. */
	{ { "a@x.org", "b@x.org", NULL },
	  { "b@x.org", "a@x.org", NULL },
	  "PUT",
	  "[\"b@x.org\",\"a@x.org\"]" },
	{ { "a@x.org", "b@x.org", NULL }, { "b@x.org", NULL }, "PUT", "[\"b@x.org\"]" },
	{ { "a@x.org", NULL }, { NULL }, "PUT", "[]" },
	{ { NULL }, { NULL }, NULL, NULL },
};

static void updates_lists(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		struct person current = new_person(f, "r1");
		struct person desired = new_person(f, "r1");

		set_list(f, &current, "emails", lists[i].current);
		set_list(f, &desired, "emails", lists[i].desired);
		f->mapper->update(&f->context, &current, &desired, &f->request);
		if (lists[i].method == NULL)
			assert_int_equal(f->request.target.len, 0);
		else
			assert_request(
				&f->request, lists[i].method, "/v2/objects/people/records/r1",
				arena_format(&f->arena,
					     "{\"data\":{\"values\":{\"email_addresses\":%s}}}",
					     lists[i].written)
					.p);
		request_release(&f->request);
	}
}

/* What was not read cannot be added to. */
static void overwrites_an_unknown_list(void **state)
{
	struct fixture *f = *state;
	const struct person current = new_person(f, "r1");
	struct person desired = new_person(f, "r1");

	set_list(f, &desired, "emails", (const char *[]){ "a@x.org", NULL });
	f->mapper->update(&f->context, &current, &desired, &f->request);
	assert_request(&f->request, "PUT", "/v2/objects/people/records/r1",
		       "{\"data\":{\"values\":{\"email_addresses\":[\"a@x.org\"]}}}");
}

/* The order of tags means nothing, so adding one never needs a PUT. */
static void adds_tags_by_patch(void **state)
{
	struct fixture *f = *state;

	(void)fixture_add_row(f, "tags", FIELD_TEXT_SET, "labels", "tags");
	struct person current = new_person(f, "r1");
	struct person desired = new_person(f, "r1");

	set_list(f, &current, "tags", (const char *[]){ "a", "b", NULL });
	set_list(f, &desired, "tags", (const char *[]){ "b", "c", "a", NULL });
	f->mapper->update(&f->context, &current, &desired, &f->request);
	assert_request(&f->request, "PATCH", "/v2/objects/people/records/r1",
		       "{\"data\":{\"values\":{\"labels\":[\"c\"]}}}");
	request_release(&f->request);
	set_list(f, &desired, "tags", (const char *[]){ "b", "a", NULL });
	f->mapper->update(&f->context, &current, &desired, &f->request);
	assert_int_equal(f->request.target.len, 0);
}

static void updates_only_what_differs(void **state)
{
	struct fixture *f = *state;
	struct person current = john(f);
	struct person desired = john(f);

	current.id = STR_LIT("r1");
	set_text(f, &current, "job_title", "CTO");
	set_empty(f, &desired, "job_title");
	set_part(f, &desired, "name", NAME_GIVEN, "Jon \"J\"");
	set_empty(f, &desired, "address");
	desired.values[row(f, "linkedin")].state = VALUE_UNKNOWN;
	set_list(f, &desired, "phones", (const char *[]){ "n/a", "+15558675309", NULL });
	f->mapper->update(&f->context, &current, &desired, &f->request);
	assert_request(
		&f->request, "PATCH", "/v2/objects/people/records/r1",
		"{\"data\":{\"values\":{\"name\":[{\"first_name\":\"Jon \\\"J\\\"\","
		"\"last_name\":\"Smith\",\"full_name\":\"John Smith\"}],\"phone_numbers\":[\"n/a\"],"
		"\"job_title\":null,\"primary_location\":null}}}");
}

static void writes_json_types(void **state)
{
	struct fixture *f = *state;

	(void)fixture_add_row(f, "score", FIELD_NUMBER, "score", "a");
	(void)fixture_add_row(f, "count", FIELD_INTEGER, "count", "b");
	(void)fixture_add_row(f, "vip", FIELD_BOOLEAN, "vip", "c");
	(void)fixture_add_row(f, "met", FIELD_DATE, "met", "d");
	(void)fixture_add_row(f, "seen", FIELD_TIMESTAMP, "seen", "e");
	(void)fixture_add_row(f, "level", FIELD_SELECT, "level", "g");
	struct person person = new_person(f, "");

	set_text(f, &person, "score", "12.5");
	set_text(f, &person, "count", "many");
	set_text(f, &person, "vip", "true");
	set_text(f, &person, "met", "2024-02-29");
	set_text(f, &person, "seen", "2024-02-29T10:00:00.123456789Z");
	set_text(f, &person, "level", "High\n");
	f->mapper->create(&f->context, &person, &f->request);
	assert_request(&f->request, "POST", "/v2/objects/people/records",
		       "{\"data\":{\"values\":{\"score\":12.5,\"count\":\"many\",\"vip\":true,"
		       "\"met\":\"2024-02-29\",\"seen\":\"2024-02-29T10:00:00.123456789Z\","
		       "\"level\":\"High\\n\"}}}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
	const struct CMUnitTest tests[] = {
		TEST(decodes_the_create_answer),
		TEST(decodes_the_update_answer),
		TEST(decodes_the_user_answer),
		TEST(takes_active_values_only),
		TEST(names_what_is_wrong),
		TEST(an_element_has_its_value),
		TEST(takes_numbers_for_phones),
		TEST(creates_and_updates_as_documented),
		TEST(builds_reads),
		TEST(updates_lists),
		TEST(overwrites_an_unknown_list),
		TEST(adds_tags_by_patch),
		TEST(updates_only_what_differs),
		TEST(writes_json_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
