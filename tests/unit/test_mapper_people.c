/* SPDX-License-Identifier: Apache-2.0 */
/* The people side: collections of both spellings, merge patches, tags by title. */
#include "mappers/value_map.h"
#include "test_mapper_fixture.h"

static int open_fixture(void **state)
{
	static struct fixture fixture;

	/* The attributes table has tags, the values table an address: this test wants both. */
	fixture_open(&fixture, SIDE_PEOPLE, "values");
	(void)fixture_add_row(&fixture, "tags", FIELD_TEXT_SET, "labels", "tags");
	*state = &fixture;
	return 0;
}

static int close_fixture(void **state)
{
	fixture_close(*state);
	return 0;
}

static void assert_anna(struct fixture *f, const struct person *person)
{
	const struct value *name = value_of(f, person, "name");
	const struct value *phones = value_of(f, person, "phones");
	const struct value *tags = value_of(f, person, "tags");
	const struct value *address = value_of(f, person, "address");

	assert_text(person->id, "0195f1c2-7b1e-7f3a-9d53-0a4c1d2e3f40");
	assert_text(person->marker, "bf071e1f-6035-429d-b874-d83ea64ea13b");
	assert_true(person->created_at == INT64_C(1709284500) * 1000000000);
	assert_true(person->updated_at == INT64_C(1737391530) * 1000000000);
	assert_true(person->archived_at == 0);
	assert_text(value_part(name, NAME_GIVEN), "Anna");
	assert_text(value_part(name, NAME_ADDITIONAL), "van der");
	assert_text(value_part(name, NAME_FAMILY), "Berg");
	assert_text(value_part(name, NAME_PREFIX), "dr.");
	assert_text(value_part(name, NAME_INITIALS), "A.M.");
	assert_text(value_part(value_of(f, person, "linkedin"), 0), "anna-vd-berg");
	assert_text(value_part(value_of(f, person, "emails"), 0), "anna@example.com");
	assert_text(value_part(value_of(f, person, "emails"), 1), "a.berg@example.org");
	assert_text(value_part(phones, 0), "+31207940800");
	assert_json(phones->items[0].extra,
		    STR_LIT("{\"phoneNumber\":\"+31 20 794 0800\",\"phoneType\":\"work\"}"));
	assert_text(value_part(tags, 0), "Prospect");
	assert_text(value_part(tags, 1), "Event");
	assert_text(value_part(address, LOCATION_LINE_1), "Damrak 1");
	assert_text(value_part(address, LOCATION_POSTCODE), "1012 LG");
	assert_text(value_part(address, LOCATION_LOCALITY), "Amsterdam");
	assert_text(value_part(address, LOCATION_COUNTRY), "NL");
}

static void decodes_a_person(void **state)
{
	struct fixture *f = *state;
	struct page_info info = read_body(f, read_data(&f->arena, "people_person_answer.json"));
	struct person person = decode_raw(f, f->record);

	assert_int_equal(info.n_members, 1);
	assert_anna(f, &person);
	info = read_body(f, read_data(&f->arena, "people_list_answer.json"));
	person = decode_raw(f, f->record);
	assert_int_equal(info.n_members, 2);
	assert_int_equal(info.total, 62);
	assert_true(info.has_next);
	assert_anna(f, &person);
}

static void absent_is_empty(void **state)
{
	struct fixture *f = *state;
	const struct page_info info =
		read_body(f, read_data(&f->arena, "people_hydra_answer.json"));
	const struct person person = decode_raw(f, f->record);
	static const char *const names[] = { "emails",   "phones", "job_title",
					     "linkedin", "tags",   "address" };

	assert_int_equal(info.total, 1);
	assert_false(info.has_next);
	assert_true(person.archived_at == INT64_C(1738368000) * 1000000000);
	assert_text(value_part(value_of(f, &person, "name"), NAME_FAMILY), "Jansen");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(value_of(f, &person, names[i])->state, VALUE_EMPTY);
}

#define PERSON(properties) "{\"id\":\"7\",\"familyName\":\"Berg\"," properties "}"

static void names_what_is_wrong(void **state)
{
	struct fixture *f = *state;

	assert_undecodable(f, "{\"familyName\":\"B\"}", "id is missing");
	assert_undecodable(f, "{\"id\":\"7\",\"familyName\":5}",
			   "person 7: name.familyName is not a string");
	assert_undecodable(f, "{\"@id\":\"/people/7\",\"familyName\":\"B\",\"emailAddresses\":{}}",
			   "person 7: emailAddresses is not an array");
	assert_undecodable(f, PERSON("\"archivedAt\":\"soon\""),
			   "person 7: archivedAt is not a date");
	assert_undecodable(f, PERSON("\"emailAddresses\":[\"a@x.org\"]"),
			   "has an element that is no object");
	assert_undecodable(f, PERSON("\"tags\":[{}]"), "tags is not a string");
	assert_undecodable(f, PERSON("\"address\":\"x\""), "address is not an object");
	assert_undecodable(f, PERSON("\"address\":{\"city\":[]}"), "address.city is not a string");
	assert_undecodable(f, PERSON("\"id\":\"8\""), "twice");
}

/* A person always has one: without it the answer shows nobody. */
static void a_person_has_a_family_name(void **state)
{
	static const char *const rows[] = {
		"{\"id\":\"7\"}",
		"{\"id\":\"7\",\"givenName\":\"Anna\",\"jobTitle\":\"CEO\"}",
		"{\"id\":\"7\",\"familyName\":null,\"givenName\":\"Anna\"}",
		"{\"id\":\"7\",\"familyName\":null,\"givenName\":null,\"emailAddresses\":null}",
		"{\"id\":\"7\",\"familyName\":\"\"}",
		"{\"id\":\"7\",\"familyName\":\" \\t\"}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_undecodable(f, rows[i], "person 7: familyName is missing or empty");
}

/* The answer to a write may hold less than the person. */
static void a_part_of_a_person_is_not_known(void **state)
{
	struct fixture *f = *state;

	f->context.part = true;
	struct person person =
		decode_raw(f, STR_LIT("{\"id\":\"7\",\"jobTitle\":\"CEO\",\"phoneNumbers\":[]}"));

	assert_text(person.id, "7");
	for (size_t i = 0; i < f->table.n; i++)
		assert_int_equal(person.values[i].state, VALUE_UNKNOWN);
	/* What has a familyName is a person, and absent is null. */
	person = decode_raw(f, STR_LIT(PERSON("\"jobTitle\":\"CEO\"")));
	assert_text(value_part(value_of(f, &person, "job_title"), 0), "CEO");
	assert_int_equal(value_of(f, &person, "emails")->state, VALUE_EMPTY);
	assert_undecodable(f, "{\"id\":\"7\",\"familyName\":null}",
			   "person 7: familyName is missing or empty");
}

static void an_element_has_its_value(void **state)
{
	static const struct {
		const char *raw, *said;
	} rows[] = {
		{ PERSON("\"emailAddresses\":[{\"email\":null}]"),
		  "emailAddresses has an element without a value" },
		{ PERSON("\"emailAddresses\":[null]"), "emailAddresses has an element that is no" },
		{ PERSON("\"tags\":[null]"), "tags has an element without a value" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_undecodable(f, rows[i].raw, rows[i].said);
}

static void a_blank_row_is_nothing(void **state)
{
	static const struct {
		const char *raw;
		enum value_state emails;
		uint32_t n;
	} rows[] = {
		{ PERSON("\"emailAddresses\":[{\"email\":\"a@x.org\"},{\"id\":3}]"), VALUE_SET, 1 },
		{ PERSON("\"emailAddresses\":[{\"email\":\" \"}]"), VALUE_UNKNOWN, 0 },
		{ PERSON("\"emailAddresses\":[{\"id\":3}]"), VALUE_UNKNOWN, 0 },
		{ PERSON("\"emailAddresses\":[]"), VALUE_EMPTY, 0 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct person person = decode_raw(f, str_from(rows[i].raw));
		const struct value *emails = value_of(f, &person, "emails");

		if (emails->state != rows[i].emails || (rows[i].n > 0 && emails->n != rows[i].n))
			fail_msg("%s", rows[i].raw);
	}
}

/* A second element with the same number is sent back behind the first one. */
static void keeps_elements_that_look_alike(void **state)
{
	struct fixture *f = *state;
	const struct person current = decode_raw(
		f,
		STR_LIT("{\"id\":\"7\",\"familyName\":\"Berg\",\"phoneNumbers\":["
			"{\"@id\":\"/x\",\"id\":3,\"phoneNumber\":\"+31207940800\",\"phoneType\":\"work\"},"
			"{\"phoneNumber\":\"+31 20 7940800\",\"phoneType\":\"fax\"}]}"));
	struct person desired = new_person(f, "7");

	assert_int_equal(value_of(f, &current, "phones")->n, 1);
	set_list(f, &desired, "phones", (const char *[]){ "+15558675309", "+31207940800", NULL });
	f->mapper->update(&f->context, &current, &desired, &f->request);
	assert_request(&f->request, "PATCH", "/people/7",
		       "{\"phoneNumbers\":[{\"phoneNumber\":\"+15558675309\"},"
		       "{\"phoneNumber\":\"+31207940800\",\"phoneType\":\"work\"},"
		       "{\"phoneNumber\":\"+31 20 7940800\",\"phoneType\":\"fax\"}]}");
}

static void builds_reads(void **state)
{
	struct fixture *f = *state;
	const struct page_request page = { .offset = 60, .number = 2, .size = 500 };
	struct person_ref refs[40];
	const struct match_key keys[] = { { KEY_EMAIL, STR_LIT("a+b@x.org") },
					  { KEY_EMAIL, STR_LIT("c@x.org") },
					  { KEY_LINKEDIN, STR_LIT("cc") },
					  { KEY_PHONE, STR_LIT("+31201234567") },
					  { KEY_IDENTICAL, STR_LIT("1") } };

	f->mapper->list(&f->context, &page, &f->request);
	assert_request(&f->request, "GET",
		       "/people?page=3&itemsPerPage=30&order%5BcreatedAt%5D=asc", NULL);
	assert_string_equal(f->request.accept, "application/ld+json");
	request_release(&f->request);
	f->mapper->read(&f->context, STR_LIT("0195-f1"), &f->request);
	assert_request(&f->request, "GET", "/people/0195-f1", NULL);
	request_release(&f->request);
	assert_int_equal(f->mapper->search(&f->context, keys, 5, &f->request), 2);
	assert_request(&f->request, "GET",
		       "/people?itemsPerPage=30&emailAddresses.email%5B%5D=a%2Bb%40x.org"
		       "&emailAddresses.email%5B%5D=c%40x.org",
		       NULL);
	request_release(&f->request);
	assert_int_equal(f->mapper->search(&f->context, keys + 2, 3, &f->request), 2);
	assert_request(
		&f->request, "GET",
		"/people?itemsPerPage=30&identifiers%5B%5D=cc&identifiers%5B%5D=%2B31201234567",
		NULL);
	request_release(&f->request);
	assert_int_equal(f->mapper->search(&f->context, keys + 4, 1, &f->request), 0);
	for (size_t i = 0; i < COUNT_OF(refs); i++)
		refs[i] = (struct person_ref){ STR_LIT("x"), STR_LIT("a@x.org") };
	assert_int_equal(f->mapper->read_group(&f->context, refs, 40, &f->request), 30);
	request_release(&f->request);
	refs[2].email = (struct str){ NULL, 0 };
	assert_int_equal(f->mapper->read_group(&f->context, refs, 40, &f->request), 2);
	assert_request(&f->request, "GET",
		       "/people?itemsPerPage=30&emailAddresses.email%5B%5D=a%40x.org"
		       "&emailAddresses.email%5B%5D=a%40x.org",
		       NULL);
	request_release(&f->request);
	assert_int_equal(f->mapper->read_group(&f->context, refs + 2, 5, &f->request), 0);
}

static void creates_what_is_set(void **state)
{
	struct fixture *f = *state;
	struct person person = new_person(f, "");

	person.marker = STR_LIT("bf071e1f");
	set_part(f, &person, "name", NAME_GIVEN, "Anna");
	set_part(f, &person, "name", NAME_FAMILY, "Berg");
	set_part(f, &person, "name", NAME_FULL, "Anna Berg");
	set_list(f, &person, "emails", (const char *[]){ "anna@example.com", NULL });
	set_list(f, &person, "phones", (const char *[]){ "+31207940800", NULL });
	set_text(f, &person, "linkedin", "anna-berg");
	set_empty(f, &person, "job_title");
	set_part(f, &person, "address", LOCATION_LINE_1, "Damrak 1");
	set_part(f, &person, "address", LOCATION_REGION, "NH");
	set_list(f, &person, "tags", (const char *[]){ "prospect", "Unheard of", NULL });
	f->mapper->create(&f->context, &person, &f->request);
	assert_request(
		&f->request, "POST", "/people",
		"{\"givenName\":\"Anna\",\"familyName\":\"Berg\","
		"\"emailAddresses\":[{\"email\":\"anna@example.com\"}],"
		"\"phoneNumbers\":[{\"phoneNumber\":\"+31207940800\"}],\"linkedinId\":\"anna-berg\","
		"\"address\":{\"street\":\"Damrak 1\"},\"tags\":[\"/tags/3\"],"
		"\"externalSource\":\"crmsync:bf071e1f\"}");
	assert_string_equal(f->request.content_type, "application/ld+json");
	request_release(&f->request);
	f->context.marker = false;
	f->context.collections[COLLECTION_TAGS] = NULL;
	f->mapper->create(&f->context, &person, &f->request);
	assert_null(strstr(buf_z(&f->request.body), "externalSource"));
	assert_null(strstr(buf_z(&f->request.body), "tags"));
}

static struct person anna(struct fixture *f)
{
	(void)read_body(f, read_data(&f->arena, "people_person_answer.json"));
	return decode_raw(f, f->record);
}

static void update_is(struct fixture *f, const struct person *desired, const char *body)
{
	const struct person current = anna(f);

	f->mapper->update(&f->context, &current, desired, &f->request);
	if (body == NULL) {
		assert_int_equal(f->request.target.len, 0);
	} else {
		assert_request(&f->request, "PATCH", "/people/0195f1c2-7b1e-7f3a-9d53-0a4c1d2e3f40",
			       body);
		assert_string_equal(f->request.content_type, "application/merge-patch+json");
		assert_string_equal(f->request.accept, "application/ld+json");
	}
	request_release(&f->request);
}

static void updates_only_what_differs(void **state)
{
	struct fixture *f = *state;
	struct person desired = anna(f);

	update_is(f, &desired, NULL);
	desired = new_person(f, "");
	update_is(f, &desired, NULL);
	set_text(f, &desired, "job_title", "CFO");
	update_is(f, &desired, "{\"jobTitle\":\"CFO\"}");
	set_empty(f, &desired, "job_title");
	set_empty(f, &desired, "linkedin");
	update_is(f, &desired, "{\"jobTitle\":null,\"linkedinId\":null}");
}

static void updates_names_part_by_part(void **state)
{
	struct fixture *f = *state;
	struct person desired = new_person(f, "");

	set_part(f, &desired, "name", NAME_GIVEN, "Anne");
	set_part(f, &desired, "name", NAME_FAMILY, "Berg");
	set_part(f, &desired, "name", NAME_PREFIX, "dr.");
	set_part(f, &desired, "name", NAME_INITIALS, "A.M.");
	set_part(f, &desired, "name", NAME_FULL, "whatever");
	update_is(f, &desired, "{\"givenName\":\"Anne\",\"additionalName\":null}");
	/* A person without familyName is refused, so it is never cleared. */
	set_empty(f, &desired, "name");
	update_is(
		f, &desired,
		"{\"givenName\":null,\"additionalName\":null,\"honorificPrefix\":null,\"initials\":null}");
}

static void updates_addresses_member_by_member(void **state)
{
	struct fixture *f = *state;
	struct person desired = anna(f);

	set_part(f, &desired, "address", LOCATION_LINE_1, "Rokin 2");
	set_part(f, &desired, "address", LOCATION_POSTCODE, "");
	set_part(f, &desired, "address", LOCATION_REGION, "NH");
	update_is(f, &desired, "{\"address\":{\"street\":\"Rokin 2\",\"postalCode\":null}}");
	set_empty(f, &desired, "address");
	update_is(
		f, &desired,
		"{\"address\":{\"street\":null,\"postalCode\":null,\"city\":null,\"country\":null}}");
	desired = anna(f);
	set_part(f, &desired, "address", LOCATION_REGION, "NH"); /* people have no region */
	update_is(f, &desired, NULL);
}

static void sends_lists_whole(void **state)
{
	struct fixture *f = *state;
	struct person desired = new_person(f, "");

	set_list(f, &desired, "emails", (const char *[]){ "new@x.org", "anna@example.com", NULL });
	set_list(f, &desired, "phones", (const char *[]){ "+31207940800", "+15558675309", NULL });
	update_is(
		f, &desired,
		"{\"emailAddresses\":[{\"email\":\"new@x.org\"},{\"email\":\"Anna@Example.com\"}],"
		"\"phoneNumbers\":[{\"phoneNumber\":\"+31 20 794 0800\",\"phoneType\":\"work\"},"
		"{\"phoneNumber\":\"+15558675309\"}]}");
	set_empty(f, &desired, "emails");
	set_empty(f, &desired, "phones");
	update_is(f, &desired, "{\"emailAddresses\":[],\"phoneNumbers\":[]}");
	desired = new_person(f, "");
	set_list(f, &desired, "tags", (const char *[]){ "Event", "Technical", "Unheard of", NULL });
	desired.values[row(f, "tags")].items[0].key = STR_LIT("event");
	update_is(f, &desired, "{\"tags\":[\"/tags/9\",\"/tags/4\"]}");
	set_list(f, &desired, "tags", (const char *[]){ "Event", "Prospect", NULL });
	desired.values[row(f, "tags")].items[0].key = STR_LIT("event");
	desired.values[row(f, "tags")].items[1].key = STR_LIT("prospect");
	update_is(f, &desired, NULL); /* only the order differs */
}

/* Of a list that holds a tag without a title nothing is concluded. */
static void a_tag_without_a_title_makes_the_list_unknown(void **state)
{
	struct fixture *f = *state;
	const struct person person = decode_raw(f, STR_LIT("{\"id\":\"1\",\"familyName\":\"Berg\","
							   "\"tags\":[\"/tags/3\",\"/tags/77\"]}"));

	assert_int_equal(value_of(f, &person, "tags")->state, VALUE_UNKNOWN);
	assert_int_equal(value_of(f, &person, "name")->state, VALUE_SET);
}

static struct digest raw_digest(struct fixture *f, const char *json)
{
	return mapper_raw_digest(f->mapper, str_from(json), 7);
}

static void nested_ids_are_not_content(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "{\"id\":\"1\",\"e\":[{\"@id\":\"/x/1\",\"email\":\"a\"}]}",
		  "{\"id\":\"1\",\"e\":[{\"@id\":\"/x/22\",\"email\":\"a\"}]}", true },
		{ "{\"id\":\"1\",\"e\":{\"@id\" : \"a\\\"b\",\"c\":1}}",
		  "{\"id\":\"1\",\"e\":{\"@id\" : \"q\",\"c\":1}}", true },
		{ "{\"@id\":\"/people/1\",\"e\":1}", "{\"@id\":\"/people/2\",\"e\":1}", false },
		{ "{\"id\":\"1\",\"e\":[{\"@id\":\"/x/1\",\"email\":\"a\"}]}",
		  "{\"id\":\"1\",\"e\":[{\"@id\":\"/x/1\",\"email\":\"b\"}]}", false },
		{ "{\"id\":\"1\",\"e\":{\"k\":\"@id\",\"v\":\"a\"}}",
		  "{\"id\":\"1\",\"e\":{\"k\":\"@id\",\"v\":\"b\"}}", false },
		{ "{\"id\":\"1\",\"e\":[\"\\\"@id\\\":\\\"a\\\"\"]}",
		  "{\"id\":\"1\",\"e\":[\"\\\"@id\\\":\\\"b\\\"\"]}", false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct digest a = raw_digest(f, rows[i].a);
		const struct digest b = raw_digest(f, rows[i].b);

		if (digest_equal(&a, &b) != rows[i].same)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

static void translates_value_maps(void **state)
{
	struct value_pair pairs[] = {
		{ .side = { STR_LIT("Customer"), STR_LIT("klant") } },
		{ .side = { STR_LIT("Lead"), STR_LIT("true") } },
	};
	struct fixture *f = *state;
	const size_t status = fixture_add_row(f, "status", FIELD_SELECT, "status", "customerId");

	value_map_prepare(&f->arena, FIELD_SELECT, pairs, COUNT_OF(pairs));
	f->rows[status].map = pairs;
	f->rows[status].n_map = COUNT_OF(pairs);
	struct person person = decode_raw(
		f, STR_LIT("{\"id\":\"7\",\"familyName\":\"B\",\"customerId\":\"Klant\"}"));

	assert_text(value_part(&person.values[status], 0), "Customer");
	person = decode_raw(f, STR_LIT("{\"id\":\"7\",\"familyName\":\"B\",\"customerId\":true}"));
	assert_text(value_part(&person.values[status], 0), "Lead");
	person = decode_raw(
		f, STR_LIT("{\"id\":\"7\",\"familyName\":\"B\",\"customerId\":\"other\"}"));
	assert_text(value_part(&person.values[status], 0), "other");
	person = new_person(f, "");
	set_text(f, &person, "status", "customer");
	f->mapper->create(&f->context, &person, &f->request);
	assert_request(&f->request, "POST", "/people", "{\"customerId\":\"klant\"}");
}

static void writes_times_in_seconds(void **state)
{
	struct fixture *f = *state;

	(void)fixture_add_row(f, "seen", FIELD_TIMESTAMP, "seen", "lastSeenAt");
	struct person person = new_person(f, "");

	set_text(f, &person, "seen", "2024-02-29T10:00:00.987654321Z");
	f->mapper->create(&f->context, &person, &f->request);
	assert_request(&f->request, "POST", "/people",
		       "{\"lastSeenAt\":\"2024-02-29T10:00:00+00:00\"}");
	request_release(&f->request);
	f->mapper->remove(&f->context, STR_LIT("7"), INT64_C(1709200800) * 1000000000 + 5,
			  &f->request);
	assert_request(&f->request, "PATCH", "/people/7",
		       "{\"archivedAt\":\"2024-02-29T10:00:00+00:00\"}");
	assert_string_equal(f->request.content_type, "application/merge-patch+json");
	request_release(&f->request);
	f->mapper->remove(&f->context, STR_LIT("7"), 0, &f->request);
	assert_request(&f->request, "PATCH", "/people/7", "{\"archivedAt\":null}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
	const struct CMUnitTest tests[] = {
		TEST(decodes_a_person),
		TEST(absent_is_empty),
		TEST(names_what_is_wrong),
		TEST(a_person_has_a_family_name),
		TEST(a_part_of_a_person_is_not_known),
		TEST(an_element_has_its_value),
		TEST(a_blank_row_is_nothing),
		TEST(keeps_elements_that_look_alike),
		TEST(builds_reads),
		TEST(creates_what_is_set),
		TEST(updates_only_what_differs),
		TEST(updates_names_part_by_part),
		TEST(updates_addresses_member_by_member),
		TEST(sends_lists_whole),
		TEST(a_tag_without_a_title_makes_the_list_unknown),
		TEST(nested_ids_are_not_content),
		TEST(translates_value_maps),
		TEST(writes_times_in_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
