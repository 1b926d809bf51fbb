/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox's records side, dialect `attributes`: custom attributes, companies, activities, batches. */
#include "sandbox_rows.h"

#define P "/v2/objects/people/records"
#define SET(members) "{\"attributes\":{" members "}}"
#define BATCH(records) "{\"records\":[" records "]}"

/* clang-format off */
static const struct row attribute_rows[] = {
	KEEP("POST", P, SET("\"name\":\"Doe\",\"code\":\"one\""), 201, "data/id", '0'),
	DEED("PATCH", P "/$0", SET("\"score\":12.5"), "data/attributes/score", "12.5"),
	NO("PATCH", P "/$0", SET("\"score\":\"12\""), 400, "code", "validation_type"),
	DEED("PATCH", P "/$0", SET("\"tracked\":false"), "data/attributes/tracked", "false"),
	NO("PATCH", P "/$0", SET("\"tracked\":\"no\""), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"stage\":\"Won\""), "data/attributes/stage", "Won"),
	NO("PATCH", P "/$0", SET("\"stage\":\"Unheard of\""), 400, "code", "value_not_found"),
	DEED("PATCH", P "/$0", SET("\"topics\":[\"A\",\"B\"]"), "data/attributes/topics", "[ \"A\", \"B\" ]"),
	NO("PATCH", P "/$0", SET("\"topics\":[\"A\",\"C\"]"), 400, "code", "value_not_found"),
	DEED("PATCH", P "/$0", SET("\"born\":\"1980-02-29\""), "data/attributes/born", "1980-02-29T00:00:00.000Z"),
	DEED("PATCH", P "/$0", SET("\"site\":\"https://example.com\""), "data/attributes/site", "https://example.com"),
	NO("PATCH", P "/$0", SET("\"second_email\":\"nobody\""), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"second_email\":\"X@example.com\""), "data/attributes/second_email", "x@example.com"),
	DEED("PATCH", P "/$0", SET("\"stage\":null,\"topics\":null"), "data/attributes/topics", "[ ]"),
	NO("POST", P, SET("\"name\":\"x\",\"code\":\"one\""), 400, "code", "uniqueness_conflict"),
	NO("POST", P, SET("\"name\":\"x\""), 400, "code", "missing_value"),
	NO("POST", P "/batch", BATCH("{\"attributes\":{\"name\":\"x\"}}"), 400, "code", "missing_value"),
	DEED("POST", P "/query", "{\"filter\":{\"score\":{\"$gt\":12}}}", "data/0/id", "$0"),
	DEED("POST", P "/query", "{\"filter\":{\"tracked\":false}}", "data/0/id", "$0"),
	LOOK(P "/$0?attributes[]=score&attributes[]=tracked", "data/attributes/name", NULL),
	LOOK(P "/$0?attributes[]=score&attributes[]=tracked", "data/attributes/tracked", "false"),
	LOOK(P "/$0?attributes=name,score", "data/attributes/score", "12.5"),
	LOOK(P "?attributes=score&sort=created_at&direction=desc", "data/0/attributes/name", NULL),
	CONTROL("attribute", "{\"slug\":\"score\",\"archived\":true}"),
	LOOK(P "/$0", "data/attributes/score", NULL),
	NO("PATCH", P "/$0", SET("\"score\":1"), 400, "code", "value_not_found"),
	LOOK("/_control/stats", "violations", "[ ]"),
	NO("PATCH", P "/$0", SET("\"level\":1"), 400, NULL, NULL),
	LOOK("/_control/stats", "violations/0", "read-only attribute level in a write"),
};

static const struct row relation_rows[] = {
	KEEP("POST", "/_control/create", "{\"side\":\"records\",\"object\":\"companies\",\"set\":{\"name\":\"Acme\",\"domain\":\"acme.example\"}}", 200, "id", '1'),
	KEEP("POST", "/_control/create", "{\"side\":\"records\",\"object\":\"companies\",\"set\":{\"name\":\"Bolt\"}}", 200, "id", '2'),
	KEEP("POST", P, SET("\"name\":\"Doe\",\"company\":{\"record_id\":\"$1\"}"), 201, "data/id", '0'),
	LOOK(P "/$0/company", "data/attributes/name", "Acme"),
	LOOK(P "/$0/company", "data/object_slug", "companies"),
	LOOK(P "/$0/company", "data/title", "Acme"),
	DEED("POST", P "/query", "{\"filter\":{\"company.name\":{\"$contains\":\"acm\"}},\"limit\":20,\"sorts\":[{\"attribute\":\"last_interaction\",\"field\":\"interacted_at\",\"direction\":\"desc\"}]}", "data/0/id", "$0"),
	NO("PATCH", P "/$0", SET("\"company\":{\"record_id\":\"$0\"}"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"company\":\"$1\""), 400, NULL, NULL),
	CONTROL("merge", "{\"object\":\"companies\",\"id\":\"$2\",\"other_id\":\"$1\",\"keep\":true}"),
	LOOK(P "/$0", "data/attributes/company/record_id", "$2"),
	CONTROL("delete", "{\"side\":\"records\",\"object\":\"companies\",\"id\":\"$2\"}"),
	LOOK(P "/$0", "data/attributes/company", NULL),
	NO("GET", P "/$0/company", NULL, 404, NULL, NULL),
	/* Activities of each type. */
	CONTROL("note", "{\"side\":\"records\",\"id\":\"$0\",\"title\":\"N\",\"text\":\"C\",\"at\":\"2025-05-05T05:05:05Z\"}"),
	CONTROL("note", "{\"side\":\"records\",\"id\":\"$0\",\"title\":\"E\",\"text\":\"C\",\"type\":\"email\"}"),
	CONTROL("note", "{\"side\":\"records\",\"id\":\"$0\",\"title\":\"M\",\"text\":\"C\",\"type\":\"meeting\"}"),
	LOOK(P "/$0/activities", "meta/total", "3"),
	LOOK(P "/$0/activities?type=note", "data/0/created_at", "2025-05-05T05:05:05.000Z"),
	LOOK(P "/$0/activities?type=email", "data/0/title", "E"),
	LOOK(P "/$0/activities?type=task", "data", "[ ]"),
	LOOK(P "/$0/activities?page=2&pageSize=2", "data/0/title", "M"),
	NO("GET", P "/none/activities", NULL, 404, NULL, NULL),
	NO("GET", P "/$0/activities?page=0", NULL, 400, NULL, NULL),
	CONTROL("touch", "{\"side\":\"records\",\"id\":\"$0\",\"at\":\"2026-03-03T03:03:03Z\"}"),
	LOOK(P "/$0", "data/updated_at", "2026-03-03T03:03:03.000Z"),
	CONTROL("limits", "{\"scopes\":\"record:read record_permission:read\"}"),
	LOOK(P "/$0", "data/id", "$0"),
	NO("PATCH", P "/$0", SET("\"job_title\":\"x\""), 403, "type", "auth_error"),
	NO("DELETE", P "/$0", NULL, 403, NULL, NULL),
	CONTROL("limits", "{\"scopes\":\"record:read-write record_permission:read\"}"),
	/* Nothing but the people is reached directly, and there are no notes of this kind. */
	LOOK("/_control/stats", "violations", "[ ]"),
	NO("GET", "/v2/objects/companies/records", NULL, 404, NULL, NULL),
	NO("GET", "/v2/self", NULL, 404, NULL, NULL),
	NO("POST", P "/batch", BATCH(""), 400, NULL, NULL),
	LOOK("/_control/stats", "violations/2", "a batch of 0"),
};
/* clang-format on */

static struct sandbox_options options_of_dialect(void)
{
	struct sandbox_options options = defaults();

	options.dialect = SANDBOX_ATTRIBUTES;
	return options;
}

static void test_attributes(void **state)
{
	static const char *const further[] = {
		"score:number",
		"tracked:checkbox",
		"born:date",
		"code:text:unique:required",
		"site:url",
		"stage:select=Lead|Won",
		"second_email:email",
		"topics:multi_select=A|B",
		"level:number:read-only",
	};
	struct sandbox_options options = options_of_dialect();

	(void)state;
	options.n_attributes = COUNT_OF(further);
	memcpy(options.attributes, further, sizeof(further));
	run(&options, SANDBOX_RECORDS, attribute_rows, COUNT_OF(attribute_rows));
}

static void test_relations(void **state)
{
	const struct sandbox_options options = options_of_dialect();

	(void)state;
	run(&options, SANDBOX_RECORDS, relation_rows, COUNT_OF(relation_rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_relations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
