/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox against the API documents: requests, and what they are answered. */
#include "sandbox_rows.h"

#define R "/v2/objects/people/records"

/* clang-format off */
/* The document's example, with one company. */
#define EXAMPLE "{\"data\":{\"values\":{\"email_addresses\":[\"John-Smith@attio.com\"]," \
	"\"name\":[{\"first_name\":\"John\",\"last_name\":\"Smith\",\"full_name\":\"John Smith\"}]," \
	"\"description\":\"Developer met at event\"," \
	"\"company\":[{\"target_object\":\"companies\",\"domains\":[{\"domain\":\"company-3.example\"}]}]," \
	"\"phone_numbers\":[{\"original_phone_number\":\"+15558675309\",\"country_code\":\"US\"}]," \
	"\"primary_location\":[{\"line_1\":\"1 Infinite Loop\",\"line_2\":null,\"line_3\":null," \
	"\"line_4\":null,\"locality\":\"Cupertino\",\"region\":\"CA\",\"postcode\":\"95014\"," \
	"\"country_code\":\"US\",\"latitude\":\"37.331741\",\"longitude\":\"-122.030333\"}]," \
	"\"linkedin\":\"https://linkedin.com/in/johnsmith\"}}}"
#define SET(members) "{\"data\":{\"values\":{" members "}}}"
#define FIND(filter) "{\"filter\":" filter ",\"sorts\":[{\"attribute\":\"created_at\",\"direction\":\"asc\"}]}"
#define V "data/values/"

static const struct row values_rows[] = {
	{ "POST", R, EXAMPLE, 200, "data/id/record_id", "*", '0', NULL },
	{ "GET", R "/$0", NULL, 200, V "email_addresses/0/email_address", "john-smith@attio.com", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "email_addresses/0/email_local_specifier", "john-smith", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "email_addresses/0/created_by_actor/type", "api-token", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "phone_numbers/0/phone_number", "+15558675309", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "name/0/attribute_type", "personal-name", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "primary_location/0/locality", "Cupertino", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "company/0/target_object", "companies", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "twitter", "[ ]", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "job_title", "[ ]", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "created_at/0/value", "2026-02-02T02:40:01.000000000Z", 0, NULL },
	/* Unique e-mails; nothing is stored by a refused request. */
	{ "POST", R, SET("\"email_addresses\":[\"john-smith@attio.com\"]"), 400, "code", "uniqueness_conflict", 0, NULL },
	{ "POST", R "/query", "{}", 200, "data/1", NULL, 0, NULL },
	/* PATCH puts in front and never removes; the old value keeps its time. */
	{ "PATCH", R "/$0", SET("\"email_addresses\":[\"second@attio.com\",\"john-smith@attio.com\"]"), 200, V "email_addresses/0/email_address", "second@attio.com", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "email_addresses/1/active_from", "2026-02-02T02:40:01.000000000Z", 0, NULL },
	{ "GET", R "/$0", NULL, 200, V "email_addresses/2", NULL, 0, NULL },
	{ "PUT", R "/$0", SET("\"email_addresses\":[{\"email_address\":\"second@attio.com\"}]"), 200, V "email_addresses/1", NULL, 0, NULL },
	{ "PATCH", R "/$0", SET("\"description\":null"), 200, V "description", "[ ]", 0, NULL },
	{ "PATCH", R "/$0", SET("\"job_title\":[\"CTO\"]"), 200, V "job_title/0/value", "CTO", 0, NULL },
	{ "PATCH", R "/$0", SET("\"name\":\"Smith, Jane\""), 200, V "name/0/full_name", "Jane Smith", 0, NULL },
	{ "PATCH", R "/$0", SET("\"tags\":[\"VIP\",\"Press\"]"), 200, V "tags/1/option/title", "Press", 0, NULL },
	{ "PATCH", R "/$0", SET("\"birthday\":\"1980-02-29\""), 200, V "birthday/0/value", "1980-02-29", 0, NULL },
	{ "PATCH", R "/$0", SET("\"account_owner\":\"ben.carter@example.net\""), 200, V "account_owner/0/referenced_actor_type", "workspace-member", 0, NULL },
	/* What is refused. */
	{ "PATCH", R "/$0", SET("\"tags\":[\"Unknown\"]"), 400, "code", "value_not_found", 0, NULL },
	{ "PATCH", R "/$0", SET("\"no_such\":1"), 400, "code", "value_not_found", 0, NULL },
	{ "PATCH", R "/$0", SET("\"created_at\":\"2020-01-01\""), 400, "type", "invalid_request_error", 0, NULL },
	{ "PATCH", R "/$0", SET("\"name\":{\"first_name\":\"A\"}"), 400, NULL, NULL, 0, NULL },
	{ "PATCH", R "/$0", SET("\"primary_location\":{\"locality\":\"X\"}"), 400, NULL, NULL, 0, NULL },
	{ "PATCH", R "/$0", SET("\"phone_numbers\":[\"020 123\"]"), 400, NULL, NULL, 0, NULL },
	{ "PATCH", R "/$0", SET("\"phone_numbers\":[{\"original_phone_number\":\"020 7946 0123\",\"country_code\":\"GB\"}]"), 200, V "phone_numbers/0/phone_number", "+442079460123", 0, NULL },
	{ "PATCH", R "/$0", SET("\"email_addresses\":[\"nobody\"]"), 400, NULL, NULL, 0, NULL },
	{ "PATCH", R "/$0", SET("\"lead_score\":\"12\""), 400, NULL, NULL, 0, NULL },
	{ "PATCH", R "/$0", SET("\"satisfaction\":6"), 400, NULL, NULL, 0, NULL },
	{ "PATCH", R "/$0", "{\"data\":{}}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", R "/$0", "{", 400, "code", "invalid_json", 0, NULL },
	{ "PATCH", R "/$0", "{}", 415, NULL, NULL, 0, "text/plain" },
	{ "POST", R "/query", "{\"limit\":501}", 400, NULL, NULL, 0, NULL },
	{ "POST", R "/query", FIND("{\"no_such\":\"x\"}"), 400, "code", "filter_error", 0, NULL },
	{ "POST", R "/query", FIND("{\"name\":{\"$near\":\"x\"}}"), 400, "code", "filter_error", 0, NULL },
	/* Filters. */
	{ "POST", R "/query", FIND("{\"email_addresses\":\"second@attio.com\"}"), 200, "data/0/id/record_id", "*", 0, NULL },
	{ "POST", R "/query", FIND("{\"email_addresses\":{\"email_address\":{\"$in\":[\"a@b.cd\",\"second@attio.com\"]}}}"), 200, "data/0/id/record_id", "*", 0, NULL },
	{ "POST", R "/query", FIND("{\"record_id\":{\"$in\":[\"$0\"]}}"), 200, "data/0/id/record_id", "*", 0, NULL },
	{ "POST", R "/query", FIND("{\"$or\":[{\"name\":{\"last_name\":{\"$eq\":\"Smith\"}}},{\"job_title\":\"x\"}]}"), 200, "data/0/id/record_id", "*", 0, NULL },
	{ "POST", R "/query", FIND("{\"created_at\":{\"$gte\":\"2026-02-02T02:40:01Z\"}}"), 200, "data/0/id/record_id", "*", 0, NULL },
	{ "POST", R "/query", FIND("{\"created_at\":{\"$gt\":\"2026-02-02T02:40:01Z\"}}"), 200, "data/0", NULL, 0, NULL },
	{ "POST", R "/query", FIND("{\"phone_numbers\":\"+442079460123\"}"), 200, "data/0/id/record_id", "*", 0, NULL },
	/* Assert adds to what it matches by, and makes what is not there. */
	{ "PUT", R "?matching_attribute=email_addresses", SET("\"email_addresses\":[\"second@attio.com\",\"third@attio.com\"]"), 200, V "email_addresses/1/email_address", "second@attio.com", 0, NULL },
	{ "PUT", R "?matching_attribute=email_addresses", SET("\"email_addresses\":[\"new@attio.com\"]"), 200, "data/id/record_id", "*", '1', NULL },
	{ "PUT", R "?matching_attribute=name", SET("\"name\":\"x\""), 400, NULL, NULL, 0, NULL },
	/* Users, notes, the workspace. */
	{ "POST", "/v2/objects/users/records", SET("\"user_id\":\"123\",\"person\":{\"target_object\":\"people\",\"target_record_id\":\"$0\"}"), 200, V "person/0/target_object", "people", 0, NULL },
	{ "POST", "/v2/objects/users/records", SET("\"user_id\":\"123\""), 400, "code", "uniqueness_conflict", 0, NULL },
	{ "PUT", "/v2/objects/users/records?matching_attribute=user_id", SET("\"user_id\":\"123\",\"primary_email_address\":\"u@x.com\""), 200, V "person/0/target_object", "people", 0, NULL },
	{ "POST", "/v2/notes", "{\"data\":{\"parent_object\":\"people\",\"parent_record_id\":\"$0\",\"title\":\"T\",\"format\":\"plaintext\",\"content\":\"C\"}}", 200, "data/content_plaintext", "C", 0, NULL },
	{ "GET", "/v2/notes?parent_object=people&parent_record_id=$0", NULL, 200, "data/0/title", "T", 0, NULL },
	{ "GET", "/v2/self", NULL, 200, "active", "true", 0, NULL },
	{ "GET", "/v2/objects/people/attributes", NULL, 200, "data/13/api_slug", "email_addresses", 0, NULL },
	/* Gone, and never there. */
	{ "DELETE", R "/$0", NULL, 200, NULL, NULL, 0, NULL },
	{ "GET", R "/$0", NULL, 404, "code", "not_found", 0, NULL },
	{ "GET", "/v2/nothing", NULL, 404, "message", "Could not find endpoint \"GET /v2/nothing\". Please check the URL and method.", 0, NULL },
	{ "POST", R, SET("\"email_addresses\":[\"second@attio.com\"]"), 200, NULL, NULL, 0, NULL },
};

static const struct row flat_rows[] = {
	{ "POST", R, "{\"attributes\":{\"name\":\"John Doe\",\"email\":\"John@example.com\",\"phone\":\"+1 (555) 987-6543\",\"job_title\":\"CTO\",\"linkedin_url\":\"https://linkedin.com/in/johndoe\",\"tags\":[\"prospect\",\"technical\"]}}", 201, "data/id", "*", '0', NULL },
	{ "GET", R "/$0", NULL, 200, "data/attributes/email", "john@example.com", 0, NULL },
	{ "GET", R "/$0", NULL, 200, "data/title", "John Doe", 0, NULL },
	{ "GET", R "/$0", NULL, 200, "data/updated_at", "2026-02-02T02:40:01.000Z", 0, NULL },
	{ "GET", R "/$0?attributes=name", NULL, 200, "data/attributes/email", NULL, 0, NULL },
	{ "PATCH", R "/$0", "{\"attributes\":{\"job_title\":null,\"tags\":[\"customer\"]}}", 200, "data/attributes/job_title", NULL, 0, NULL },
	{ "GET", R "/$0", NULL, 200, "data/attributes/tags", "[ \"customer\" ]", 0, NULL },
	{ "GET", R "/$0", NULL, 200, "data/updated_at", "2026-02-02T02:40:06.000Z", 0, NULL },
	{ "PATCH", R "/$0", "{\"attributes\":{\"no_such\":1}}", 400, "code", "value_not_found", 0, NULL },
	{ "PATCH", R "/$0", "{\"attributes\":{\"tags\":\"customer\"}}", 400, NULL, NULL, 0, NULL },
	{ "POST", R, "{\"attributes\":{\"email\":\"JOHN@example.com\"}}", 400, "code", "uniqueness_conflict", 0, NULL },
	{ "POST", R "/batch", "{\"records\":[{\"attributes\":{\"name\":\"Alice\",\"email\":\"alice@example.com\"}},{\"attributes\":{\"name\":\"Bob\",\"email\":\"bob@example.com\"}}]}", 201, "data/1/id", "*", '1', NULL },
	/* All or nothing. */
	{ "POST", R "/batch", "{\"records\":[{\"attributes\":{\"email\":\"carol@example.com\"}},{\"attributes\":{\"email\":\"alice@example.com\"}}]}", 400, "code", "uniqueness_conflict", 0, NULL },
	{ "GET", R, NULL, 200, "meta/total", "3", 0, NULL },
	{ "PATCH", R "/batch", "{\"records\":[{\"id\":\"$0\",\"attributes\":{\"job_title\":\"A\"}},{\"id\":\"$1\",\"attributes\":{\"job_title\":\"B\"}}]}", 200, "data/1/attributes/job_title", "*", 0, NULL },
	{ "PATCH", R "/batch", "{\"records\":[{\"id\":\"record_x\",\"attributes\":{}}]}", 404, NULL, NULL, 0, NULL },
	{ "GET", R "?page=2&pageSize=2&sort=name&direction=desc", NULL, 200, "data/0/title", "Alice", 0, NULL },
	{ "GET", R "?pageSize=500", NULL, 200, "meta/pageSize", "100", 0, NULL },
	{ "GET", R "?sort=nothing", NULL, 400, NULL, NULL, 0, NULL },
	{ "GET", R "?query=bob", NULL, 200, "meta/total", "1", 0, NULL },
	{ "POST", R "/query", "{\"filter\":{\"name\":{\"$contains\":\"doe\"}},\"limit\":20}", 200, "data/0/title", "John Doe", 0, NULL },
	{ "POST", R "/query", "{\"filter\":{\"email\":{\"$in\":[\"bob@example.com\"]}}}", 200, "data/0/title", "Bob", 0, NULL },
	{ "POST", R "/query", "{\"filter\":{\"no_such\":\"x\"}}", 400, "code", "filter_error", 0, NULL },
	{ "POST", R "/query", "{\"limit\":101}", 400, NULL, NULL, 0, NULL },
	{ "GET", R "/$0/company", NULL, 404, NULL, NULL, 0, NULL },
	{ "GET", R "/$0/activities?type=note", NULL, 200, "meta/total", "0", 0, NULL },
	{ "POST", "/_control/note", "{\"side\":\"records\",\"id\":\"$0\",\"title\":\"T\",\"text\":\"C\"}", 200, NULL, NULL, 0, NULL },
	{ "GET", R "/$0/activities?type=note", NULL, 200, "data/0/content", "C", 0, NULL },
	{ "PUT", R "/$0", "{}", 404, NULL, NULL, 0, NULL },
	{ "DELETE", R "/$0", NULL, 204, NULL, NULL, 0, NULL },
	{ "GET", R "/$0", NULL, 404, "code", "not_found", 0, NULL },
};

static const struct row people_rows[] = {
	{ "GET", "/tags", NULL, 200, "member/0/@id", "*", '1', NULL },
	{ "GET", "/note_categories", NULL, 200, "member/0/@id", "*", '2', NULL },
	{ "POST", "/people", "{\"familyName\":\"Berg\",\"givenName\":\"Jan\",\"emailAddresses\":[{\"email\":\"Jan@example.com\"}],\"tags\":[\"$1\"],\"address\":{\"city\":\"Gent\",\"street\":\"X\"}}", 201, "id", "*", '0', NULL },
	{ "GET", "/people/$0", NULL, 200, "emailAddresses/0/email", "Jan@example.com", 0, NULL },
	{ "GET", "/people/$0", NULL, 200, "emailAddresses/0/@id", "*", 0, NULL },
	{ "GET", "/people/$0", NULL, 200, "jobTitle", NULL, 0, NULL },
	{ "GET", "/people/$0", NULL, 200, "createdAt", "2026-02-02T02:40:03+00:00", 0, NULL },
	/* A merge patch. */
	{ "PATCH", "/people/$0", "{\"jobTitle\":\"CTO\",\"address\":{\"street\":null}}", 200, "address/street", NULL, 0, NULL },
	{ "GET", "/people/$0", NULL, 200, "address/city", "Gent", 0, NULL },
	{ "GET", "/people/$0", NULL, 200, "updatedAt", "2026-02-02T02:40:08+00:00", 0, NULL },
	{ "PATCH", "/people/$0", "{\"address\":{\"city\":null}}", 200, "address", "[ ]", 0, NULL },
	{ "PATCH", "/people/$0", "{\"emailAddresses\":[{\"email\":\"b@example.com\"}]}", 200, "updatedAt", "2026-02-02T02:40:11+00:00", 0, NULL },
	{ "PATCH", "/people/$0", "{\"jobTitle\":null,\"tags\":[]}", 200, "tags", "[ ]", 0, NULL },
	{ "PATCH", "/people/$0", "{\"tags\":null}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"tags\":[\"/tags/none\"]}", 400, "detail", "Item not found for \"/tags/none\".", 0, NULL },
	{ "PATCH", "/people/$0", "{\"tags\":[{\"title\":\"x\"}]}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"owner\":\"/users/none\"}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"familyName\":null}", 422, "violations/0/propertyPath", "familyName", 0, NULL },
	{ "PATCH", "/people/$0", "{\"familyName\":\"\"}", 422, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"dealSize\":\"12\"}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"createdAt\":\"2020-01-01\"}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"id\":\"x\"}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"noSuch\":1}", 400, NULL, NULL, 0, NULL },
	{ "PATCH", "/people/$0", "{\"jobTitle\":\"x\"}", 415, NULL, NULL, 0, JSON },
	{ "POST", "/people", "{\"familyName\":\"x\"}", 415, NULL, NULL, 0, MERGE },
	{ "POST", "/people", "{\"givenName\":\"x\"}", 422, NULL, NULL, 0, NULL },
	{ "POST", "/people", "{\"familyName\":\"x\",\"emailAddresses\":[{\"email\":\"nobody\"}]}", 422, NULL, NULL, 0, NULL },
	{ "DELETE", "/people/$0", NULL, 405, NULL, NULL, 0, NULL },
	/* Lists: clamped, empty for junk, unknown filters ignored. */
	{ "GET", "/people?itemsPerPage=500", NULL, 200, "member/29/id", "*", 0, NULL },
	{ "GET", "/people?itemsPerPage=500", NULL, 200, "member/30", NULL, 0, NULL },
	{ "GET", "/people?itemsPerPage=0", NULL, 200, "member", "[ ]", 0, NULL },
	{ "GET", "/people?itemsPerPage=junk", NULL, 200, "totalItems", "41", 0, NULL },
	{ "GET", "/people?page=0", NULL, 400, NULL, NULL, 0, NULL },
	{ "GET", "/people?page=2&noSuch=1", NULL, 200, "view/previous", "/people?noSuch=1&page=1", 0, NULL },
	{ "GET", "/people?emailAddresses.email=B@example.com", NULL, 200, "totalItems", "1", 0, NULL },
	{ "GET", "/people?emailAddresses.email%5B%5D=b@example.com&emailAddresses.email%5B%5D=c@d.ef", NULL, 200, "member/0/familyName", "Berg", 0, NULL },
	{ "GET", "/people?identifiers=b@example.com", NULL, 200, "totalItems", "1", 0, NULL },
	{ "GET", "/people?createdAt[after]=2026-02-02T00:00:00%2B00:00", NULL, 200, "totalItems", "1", 0, NULL },
	{ "GET", "/people?createdAt[after]=2026-02-02T00:00:00+00:00", NULL, 200, "totalItems", "41", 0, NULL },
	{ "GET", "/people?order[createdAt]=desc", NULL, 200, "member/0/familyName", "Berg", 0, NULL },
	{ "PATCH", "/people/$0", "{\"archivedAt\":\"2026-01-01T10:00:00+00:00\"}", 200, "archivedAt", "2026-01-01T10:00:00+00:00", 0, NULL },
	{ "GET", "/people?exists[archivedAt]=true", NULL, 200, "totalItems", "1", 0, NULL },
	{ "GET", "/people?exists[archivedAt]=false", NULL, 200, "totalItems", "40", 0, NULL },
	/* Notes. */
	{ "POST", "/people/$0/notes", "{\"description\":\"D\",\"category\":\"$2\"}", 201, "id", "*", '3', NULL },
	{ "PATCH", "/people/$0/notes/$3", "{\"title\":\"T\"}", 200, "description", "D", 0, NULL },
	{ "POST", "/people/$0/notes", "{\"description\":\"D\"}", 422, NULL, NULL, 0, NULL },
	{ "GET", "/people/$0/notes", NULL, 200, "member/0/title", "T", 0, NULL },
	{ "GET", "/people/none/notes", NULL, 200, "totalItems", "0", 0, NULL },
	{ "POST", "/people/none/notes", "{\"description\":\"D\",\"category\":\"$2\"}", 404, NULL, NULL, 0, NULL },
	{ "DELETE", "/people/$0/notes/$3", NULL, 405, NULL, NULL, 0, NULL },
	{ "POST", "/tags", "{\"title\":\"New\"}", 201, "title", "New", 0, NULL },
	{ "POST", "/segments", "{\"title\":\"New\"}", 405, NULL, NULL, 0, NULL },
	/* PUT wipes what it does not name. */
	{ "PUT", "/people/$0", "{\"familyName\":\"Only\"}", 200, "createdAt", NULL, 0, NULL },
	{ "GET", "/people/$0", NULL, 200, "emailAddresses", "[ ]", 0, NULL },
	{ "GET", "/people/none", NULL, 404, NULL, NULL, 0, NULL },
};
/* clang-format on */

static void test_values(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	run(&options, SANDBOX_RECORDS, values_rows, COUNT_OF(values_rows));
}

static void test_attributes(void **state)
{
	struct sandbox_options options = defaults();

	(void)state;
	options.dialect = SANDBOX_ATTRIBUTES;
	run(&options, SANDBOX_RECORDS, flat_rows, COUNT_OF(flat_rows));
}

static void test_people(void **state)
{
	struct sandbox_options options = defaults();

	(void)state;
	options.persons = 40;
	run(&options, SANDBOX_PEOPLE, people_rows, COUNT_OF(people_rows));
}

static void test_limits(void **state)
{
	const struct row list = { .method = "GET", .target = "/people" };
	struct sandbox_options options = defaults();
	struct world world;

	(void)state;
	options.people_per_min = 2;
	open_world(&world, &options);
	for (int i = 0; i < 3; i++)
		call(&world, SANDBOX_PEOPLE, &list);
	assert_int_equal(world.response.status, 429);
	assert_non_null(strstr(buf_z(&world.response.headers), "Retry-After: 58\n"));
	world.now_ns += 57 * NS_PER_S;
	call(&world, SANDBOX_PEOPLE, &list);
	assert_int_equal(world.response.status, 200);
	close_world(&world);
}

static const struct row control_rows[] = {
	{ "POST", "/_control/create", "{\"side\":\"records\",\"set\":{\"name\":\"Doe, Jo\"}}", 200,
	  "id", "*", '0', NULL },
	{ "POST", "/_control/edit",
	  "{\"side\":\"records\",\"id\":\"$0\",\"set\":{\"job_title\":\"X\"},\"at\":\"2025-05-05T05:05:05Z\"}",
	  200, NULL, NULL, 0, NULL },
	{ "GET", R "/$0", NULL, 200, "data/values/job_title/0/active_from",
	  "2025-05-05T05:05:05.000000000Z", 0, NULL },
	{ "GET", R "/$0", NULL, 200, "data/values/job_title/0/created_by_actor/type",
	  "workspace-member", 0, NULL },
	{ "GET", "/_control/dump?side=records", NULL, 200, "persons/0/id/record_id", "*", 0, NULL },
	{ "POST", "/_control/create", "{\"side\":\"people\",\"set\":{\"familyName\":\"Doe\"}}", 200,
	  "id", "*", '1', NULL },
	{ "POST", "/_control/archive", "{\"id\":\"$1\",\"archived\":true}", 200, NULL, NULL, 0,
	  NULL },
	{ "GET", "/_control/dump?side=people", NULL, 200, "persons/0/archivedAt", "*", 0, NULL },
	{ "POST", "/_control/fault",
	  "{\"side\":\"records\",\"match\":{\"method\":\"GET\",\"nth\":2},\"action\":\"status\",\"status\":503}",
	  200, NULL, NULL, 0, NULL },
	{ "GET", R "/$0", NULL, 200, NULL, NULL, 0, NULL },
	{ "GET", R "/$0", NULL, 503, NULL, NULL, 0, NULL },
	{ "GET", R "/$0", NULL, 200, NULL, NULL, 0, NULL },
	{ "GET", "/_control/log", NULL, 200, "requests/3/status", "503", 0, NULL },
	{ "GET", "/_control/stats", NULL, 200, "records/reads", "4", 0, NULL },
	{ "POST", "/_control/delete", "{\"side\":\"records\",\"id\":\"$0\"}", 200, NULL, NULL, 0,
	  NULL },
	{ "GET", R "/$0", NULL, 404, NULL, NULL, 0, NULL },
	{ "POST", "/_control/reset", "{\"persons\":3,\"common\":2}", 200, NULL, NULL, 0, NULL },
	{ "GET", "/_control/stats", NULL, 200, "people/persons", "3", 0, NULL },
};

static void test_control(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	run(&options, SANDBOX_RECORDS, control_rows, COUNT_OF(control_rows));
}

static struct sandbox_options crowd(void)
{
	struct sandbox_options options = defaults();

	options.persons = 200;
	options.common = 100;
	return options;
}

static const struct row dumps[] = {
	{ .method = "GET", .target = "/_control/dump?side=records" },
	{ .method = "GET", .target = "/_control/dump?side=people" },
	{ .method = "GET", .target = "/_control/dump?side=people&object=tags" },
	{ .method = "GET", .target = "/people" },
	{ .method = "GET", .target = "/_control/dump?side=records&object=companies" },
	{ .method = "GET", .target = "/_control/dump?side=records&object=notes" },
	{ .method = "GET", .target = "/_control/dump?side=people&object=notes" },
};

/* How many of them don't show what the options below add. */
#define DUMPS_OF_PERSONS 4

static void assert_same_dumps(const struct sandbox_options *one,
			      const struct sandbox_options *other, size_t n)
{
	struct world worlds[2];

	open_world(&worlds[0], one);
	open_world(&worlds[1], other);
	for (size_t i = 0; i < n; i++) {
		call(&worlds[0], SANDBOX_PEOPLE, &dumps[i]);
		call(&worlds[1], SANDBOX_PEOPLE, &dumps[i]);
		assert_string_equal(buf_z(&worlds[0].response.body),
				    buf_z(&worlds[1].response.body));
	}
	close_world(&worlds[0]);
	close_world(&worlds[1]);
}

/* The same options, requests and times give the same bytes. */
static void test_deterministic(void **state)
{
	struct sandbox_options options = crowd();

	(void)state;
	assert_same_dumps(&options, &options, COUNT_OF(dumps));
	options.companies = 20;
	options.notes = 3;
	options.filled = true;
	assert_same_dumps(&options, &options, COUNT_OF(dumps));
}

/* What options add to the world leaves the rest of it as it is. */
static void test_additions(void **state)
{
	const struct sandbox_options options = crowd();
	struct sandbox_options more = options;

	(void)state;
	more.companies = 20;
	more.notes = 3;
	assert_same_dumps(&options, &more, DUMPS_OF_PERSONS);
}

static const struct row crowd_rows[] = {
	LOOK("/_control/dump?side=records&object=companies", "total", "65"),
	LOOK("/_control/dump?side=people&object=organizations", "total", "65"),
	LOOK("/_control/dump?side=people&object=organizations", "persons/64/title",
	     "Juniper GmbH 69"),
	LOOK("/_control/dump?side=people", "persons/0/customerId", "*"),
	LOOK("/_control/dump?side=records", "persons/0/values/customer_id/0/value", "*"),
};

static size_t notes_of(struct world *world, size_t dump, struct json_object **ret_answer)
{
	call(world, SANDBOX_PEOPLE, &dumps[dump]);
	*ret_answer = json_tokener_parse(buf_z(&world->response.body));
	return json_object_array_length(member_at(*ret_answer, STR_LIT("notes")));
}

static const char *title_of(struct json_object *notes, size_t i)
{
	struct json_object *note = json_object_array_get_idx(notes, i);

	return json_object_get_string(member_at(note, STR_LIT("title")));
}

/* Persons of both sides have notes that are the same on both, and some of each side's own. */
static void test_crowd(void **state)
{
	struct sandbox_options options = crowd();
	struct json_object *answers[2];
	struct world world;
	size_t shared = 0;

	(void)state;
	options.common = options.persons;
	options.companies = 20;
	options.notes = 2;
	options.filled = true;
	run(&options, SANDBOX_PEOPLE, crowd_rows, COUNT_OF(crowd_rows));
	open_world(&world, &options);
	const size_t n = notes_of(&world, 5, &answers[0]);

	assert_int_equal(notes_of(&world, 6, &answers[1]), n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++)
			shared += strcmp(title_of(member_at(answers[0], STR_LIT("notes")), i),
					 title_of(member_at(answers[1], STR_LIT("notes")), k)) == 0;
	}
	assert_in_range(shared, 1, n - 1);
	json_object_put(answers[0]);
	json_object_put(answers[1]);
	close_world(&world);
}

static const struct row reset_rows[] = {
	{ "POST", "/_control/reset",
	  "{\"persons\":3,\"common\":3,\"notes\":4,\"custom_attributes\":false,"
	  "\"attributes\":[\"level:rating\",\"companies.size:number\"]}",
	  200, NULL, NULL, 0, NULL },
	LOOK("/v2/objects/people/attributes/level", "data/type", "rating"),
	LOOK("/v2/objects/companies/attributes/size", "data/type", "number"),
	NO("GET", "/v2/objects/people/attributes/stage", NULL, 404, NULL, NULL),
	NO("POST", "/_control/reset", "{\"attributes\":[\"level:stars\"]}", 400, "error",
	   "no such type of attribute in this dialect"),
	NO("POST", "/_control/reset", "{\"attributes\":[\"level:select\"]}", 400, "error",
	   "this type of attribute needs =DETAIL"),
	NO("POST", "/_control/reset", "{\"attributes\":[\"level:text:big\"]}", 400, "error",
	   "no such flag of an attribute"),
	CONTROL("reset", "{\"dialect\":\"attributes\",\"attributes\":[\"level:number\"]}"),
	{ "POST", R, "{\"attributes\":{\"level\":3}}", 201, "data/attributes/level", "3", 0, NULL },
	LOOK(R, "meta/total", "4"),
};

static void test_reset(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	run(&options, SANDBOX_RECORDS, reset_rows, COUNT_OF(reset_rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),    cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_people),    cmocka_unit_test(test_limits),
		cmocka_unit_test(test_control),   cmocka_unit_test(test_deterministic),
		cmocka_unit_test(test_additions), cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
