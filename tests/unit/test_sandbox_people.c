/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox's people side: every property, relations, collections, notes. */
#include "sandbox_rows.h"

#define NAMED(members) "{\"familyName\":\"Berg\"," members "}"

/* clang-format off */
/* One row a property: what it takes, what it refuses. */
static const struct row property_rows[] = {
	KEEP("POST", "/people", NAMED("\"givenName\":\"Jan\""), 201, "id", '0'),
	DEED("PATCH", "/people/$0", "{\"initials\":\"J.\",\"customerId\":\"C-1\",\"honorificPrefix\":\"Dr.\"}", "customerId", "C-1"),
	LOOK("/people/$0", "honorificPrefix", "Dr."),
	NO("PATCH", "/people/$0", "{\"customerId\":1}", 400, "detail", "The type of the \"customerId\" attribute must be \"string\", \"int\" given."),
	DEED("PATCH", "/people/$0", "{\"isTracked\":false}", "isTracked", "false"),
	NO("PATCH", "/people/$0", "{\"isTracked\":0}", 400, "detail", "The type of the \"isTracked\" attribute must be \"bool\", \"int\" given."),
	NO("PATCH", "/people/$0", "{\"isTracked\":\"true\"}", 400, NULL, NULL),
	DEED("PATCH", "/people/$0", "{\"dealSize\":120,\"totalDeals\":0,\"totalLostDeals\":1,\"totalWonDeals\":2}", "totalDeals", "0"),
	NO("PATCH", "/people/$0", "{\"dealSize\":12.5}", 400, NULL, NULL),
	NO("PATCH", "/people/$0", "{\"totalDeals\":\"12\"}", 400, "detail", "The type of the \"totalDeals\" attribute must be \"int\", \"string\" given."),
	DEED("PATCH", "/people/$0", "{\"totalDeals\":null}", "totalDeals", NULL),
	DEED("PATCH", "/people/$0", "{\"externalSource\":\"x\",\"linkedinId\":\"jan-berg\"}", "linkedinId", "jan-berg"),
	NO("PATCH", "/people/$0", "{\"archivedAt\":\"soon\"}", 400, NULL, NULL),
	DEED("PATCH", "/people/$0", "{\"archivedAt\":\"2026-01-01T10:00:00Z\"}", "archivedAt", "2026-01-01T10:00:00+00:00"),
	DEED("PATCH", "/people/$0", "{\"archivedAt\":null}", "archivedAt", NULL),
	NO("PATCH", "/people/$0", "{\"importedAt\":\"2026-01-01T10:00:00Z\"}", 400, NULL, NULL),
	NO("PATCH", "/people/$0", "{\"avatarUrl\":\"https://example.com/x.png\"}", 400, NULL, NULL),
	DEED("PATCH", "/people/$0", "{\"phoneNumbers\":[{\"phoneNumber\":\"+31201234567\",\"phoneType\":\"work\"},{\"phoneNumber\":\"1\"}]}", "phoneNumbers/0/phoneType", "work"),
	LOOK("/people/$0", "phoneNumbers/1/phoneType", NULL),
	NO("PATCH", "/people/$0", "{\"phoneNumbers\":[{\"phoneNumber\":\"+31201234567\",\"phoneType\":\"pager\"}]}", 400, NULL, NULL),
	NO("PATCH", "/people/$0", "{\"phoneNumbers\":[{\"phoneNumber\":31}]}", 400, NULL, NULL),
	NO("PATCH", "/people/$0", "{\"emailAddresses\":[\"x@example.com\"]}", 400, NULL, NULL),
	NO("PATCH", "/people/$0", "{\"emailAddresses\":null}", 400, NULL, NULL),
	NO("PATCH", "/people/$0", "{\"address\":{\"city\":1}}", 400, NULL, NULL),
	/* What only a careless client sends. */
	LOOK("/_control/stats", "violations/0", "read-only property importedAt in a write"),
	LOOK("/_control/stats", "violations/1", "read-only property avatarUrl in a write"),
	LOOK("/_control/stats", "violations/2", "phone type pager"),
	LOOK("/_control/stats", "violations/3", NULL),
	DEED("PATCH", "/people/$0", "{\"archivedAt\":\"2026-01-01T10:00:00+02:00\"}", "archivedAt", "2026-01-01T08:00:00+00:00"),
	LOOK("/_control/stats", "violations/3", "a time that is not UTC: 2026-01-01T10:00:00+02:00"),
	LOOK("/people?view=idx", "member/0", "$0"),
	LOOK("/people?view=idx&itemsPerPage=5&q=nobody", "totalItems", "0"),
	/* updatedAt alone proves nothing. */
	CONTROL("touch", "{\"side\":\"people\",\"id\":\"$0\",\"at\":\"2026-03-03T03:03:03Z\"}"),
	LOOK("/people/$0", "updatedAt", "2026-03-03T03:03:03+00:00"),
};

#define MAKE(what, set, where) KEEP("POST", "/_control/create", "{\"side\":\"people\",\"object\":\"" what "\",\"set\":{" set "}}", 200, "id", where)
#define ALL "\"owner\":\"/users/$1\",\"tags\":[\"/tags/$2\",\"/tags/$3\"],\"segments\":[\"/segments/$4\"],\"organizations\":[\"/organizations/$5\"],\"avatar\":\"/media_objects/$6\""
#define DEAD(what, id) NO("PATCH", "/people/$0", "{\"jobTitle\":\"never\"," what "}", 400, "detail", "Item not found for \"" id "\".")

static const struct row relation_rows[] = {
	MAKE("users", "\"familyName\":\"Vos\",\"email\":\"vos@example.com\"", '1'),
	MAKE("tags", "\"title\":\"Red\"", '2'),
	MAKE("tags", "\"title\":\"Blue\"", '3'),
	MAKE("segments", "\"title\":\"Old\"", '4'),
	MAKE("organizations", "\"title\":\"Acme\",\"website\":\"https://acme.example\"", '5'),
	MAKE("media_objects", "\"contentUrl\":\"https://media.example.com/1.png\"", '6'),
	KEEP("POST", "/people", NAMED(ALL), 201, "id", '0'),
	LOOK("/people/$0", "owner", "/users/$1"),
	LOOK("/people/$0", "segments/0", "/segments/$4"),
	LOOK("/people/$0", "organizations/0", "/organizations/$5"),
	LOOK("/people/$0", "avatarUrl", "https://media.example.com/1.png"),
	LOOK("/people/$0", "avatar", NULL),
	LOOK("/people?owner.id=$1", "totalItems", "1"),
	LOOK("/people?tags.id[]=$2&tags.id[]=none", "totalItems", "1"),
	LOOK("/people?segments.uuid=$4", "totalItems", "1"),
	LOOK("/people?owner.id=none", "totalItems", "0"),
	LOOK("/users/$1", "email", "vos@example.com"),
	LOOK("/organizations/$5", "website", "https://acme.example"),
	LOOK("/media_objects/$6", "contentUrl", "https://media.example.com/1.png"),
	LOOK("/segments/$4", "uuid", "$4"),
	NO("GET", "/tags/none", NULL, 404, NULL, NULL),
	/* Renamed and gone. */
	CONTROL("edit", "{\"side\":\"people\",\"object\":\"tags\",\"id\":\"$2\",\"set\":{\"title\":\"Green\"}}"),
	LOOK("/tags/$2", "title", "Green"),
	CONTROL("delete", "{\"side\":\"people\",\"object\":\"tags\",\"id\":\"$2\"}"),
	LOOK("/people/$0", "tags", "[ \"\\/tags\\/$3\" ]"),
	DEAD("\"tags\":[\"/tags/$3\",\"/tags/$2\"]", "/tags/$2"),
	CONTROL("delete", "{\"side\":\"people\",\"object\":\"segments\",\"id\":\"$4\"}"),
	DEAD("\"segments\":[\"/segments/$4\"]", "/segments/$4"),
	CONTROL("delete", "{\"side\":\"people\",\"object\":\"organizations\",\"id\":\"$5\"}"),
	DEAD("\"organizations\":[\"/organizations/$5\"]", "/organizations/$5"),
	CONTROL("delete", "{\"side\":\"people\",\"object\":\"users\",\"id\":\"$1\"}"),
	LOOK("/people/$0", "owner", NULL),
	DEAD("\"owner\":\"/users/$1\"", "/users/$1"),
	CONTROL("delete", "{\"side\":\"people\",\"object\":\"media_objects\",\"id\":\"$6\"}"),
	DEAD("\"avatar\":\"/media_objects/$6\"", "/media_objects/$6"),
	/* The whole write failed each time. */
	LOOK("/people/$0", "jobTitle", NULL),
	NO("PATCH", "/people/$0", "{\"tags\":[{\"title\":\"Blue\"}]}", 400, "detail", "Nested documents for attribute \"tags\" are not allowed. Use IRIs instead."),
	NO("PATCH", "/people/$0", "{\"organizations\":[{\"title\":\"Acme\"}]}", 400, NULL, NULL),
	NO("PATCH", "/people/$0", "{\"tags\":[\"Blue\"]}", 400, "detail", "Invalid IRI \"Blue\"."),
	NO("PATCH", "/people/$0", "{\"tags\":[\"/segments/$3\"]}", 400, NULL, NULL),
	DEED("PATCH", "/people/$0", "{\"owner\":null,\"tags\":[]}", "tags", "[ ]"),
	KEEP("POST", "/organizations", "{\"title\":\"Bolt\",\"website\":\"https://bolt.example\"}", 201, "id", '7'),
	LOOK("/organizations", "member/50/title", NULL),
	NO("POST", "/organizations", "{\"website\":\"https://bolt.example\"}", 422, "violations/0/propertyPath", "title"),
	LOOK("/_control/stats", "violations", "[ ]"),
	NO("POST", "/users", "{\"familyName\":\"x\",\"email\":\"x@example.com\"}", 405, NULL, NULL),
	NO("GET", "/deals", NULL, 404, NULL, NULL),
	NO("POST", "/_control/create", "{\"side\":\"people\",\"object\":\"deals\",\"set\":{}}", 404, NULL, NULL),
};

#define NOTE(members) "{\"description\":\"D\",\"category\":\"$1\"" members "}"

static const struct row note_rows[] = {
	KEEP("GET", "/note_categories", NULL, 200, "member/0/@id", '1'),
	KEEP("GET", "/note_categories", NULL, 200, "member/1/id", '2'),
	KEEP("GET", "/users", NULL, 200, "member/0/id", '3'),
	KEEP("POST", "/people", NAMED("\"givenName\":\"Jan\""), 201, "id", '0'),
	KEEP("POST", "/people/$0/notes", NOTE(",\"title\":\"T\",\"createdAt\":\"2024-05-05T10:00:00+00:00\",\"author\":\"/users/$3\",\"isPrivate\":true"), 201, "id", '4'),
	LOOK("/people/$0/notes/$4", "createdAt", "2024-05-05T10:00:00+00:00"),
	LOOK("/people/$0/notes/$4", "isPrivate", "true"),
	LOOK("/people/$0/notes/$4", "author", "/users/$3"),
	LOOK("/people/$0/notes/$4", "category", "$1"),
	LOOK("/people/$0/notes/$4", "@type", "PersonNoteResource"),
	KEEP("POST", "/people/$0/notes", "{\"description\":\"D2\",\"category\":\"/note_categories/$2\",\"flagged\":true}", 201, "id", '5'),
	KEEP("POST", "/people/$0/notes", NOTE(""), 201, "id", '6'),
	/* Flagged ones first, then the newest; or as asked for. */
	LOOK("/people/$0/notes", "member/0/id", "$5"),
	LOOK("/people/$0/notes", "member/1/id", "$6"),
	LOOK("/people/$0/notes", "member/2/id", "$4"),
	LOOK("/people/$0/notes?order[createdAt]=asc", "member/0/id", "$4"),
	LOOK("/people/$0/notes?order[flagged]=asc&order[createdAt]=desc", "member/0/id", "$6"),
	LOOK("/people/$0/notes?category.id[]=$2&category.id[]=none", "totalItems", "1"),
	LOOK("/people/$0/notes?category.id=$2", "member/0/id", "$5"),
	LOOK("/people/$0/notes?author.id=$3", "member/0/id", "$4"),
	LOOK("/people/$0/notes?flagged=true", "totalItems", "1"),
	LOOK("/people/$0/notes?flagged=false", "totalItems", "2"),
	LOOK("/people/$0/notes?person=none", "totalItems", "0"),
	LOOK("/people/$0/notes?q=D2", "totalItems", "1"),
	LOOK("/people/$0/notes?createdAt[before]=2025-01-01", "member/0/id", "$4"),
	LOOK("/people/$0/notes?itemsPerPage=1&page=2", "member/0/id", "$6"),
	LOOK("/people/$0/notes?itemsPerPage=1&page=2", "view/next", "/people/$0/notes?itemsPerPage=1&page=3"),
	/* What is refused. */
	NO("POST", "/people/$0/notes", "{\"category\":\"$1\"}", 422, "violations/0/propertyPath", "description"),
	NO("POST", "/people/$0/notes", "{\"description\":\"D\"}", 422, "violations/0/propertyPath", "category"),
	NO("PATCH", "/people/$0/notes/$4", "{\"category\":null}", 422, NULL, NULL),
	NO("PATCH", "/people/$0/notes/$4", "{\"description\":null}", 422, NULL, NULL),
	NO("POST", "/people/$0/notes", "{\"description\":\"D\",\"category\":\"/note_categories/none\"}", 400, "detail", "Item not found for \"/note_categories/none\"."),
	NO("POST", "/people/$0/notes", "{\"description\":\"D\",\"category\":\"Call\"}", 400, NULL, NULL),
	NO("POST", "/people/$0/notes", NOTE(",\"flagged\":\"yes\""), 400, NULL, NULL),
	NO("POST", "/people/$0/notes", NOTE(",\"author\":\"/users/none\""), 400, NULL, NULL),
	NO("POST", "/people/$0/notes", NOTE(",\"createdAt\":\"soon\""), 400, NULL, NULL),
	NO("POST", "/people/none/notes", NOTE(""), 404, NULL, NULL),
	NO("GET", "/people/$0/notes/none", NULL, 404, NULL, NULL),
	LOOK("/people/none/notes", "totalItems", "0"),
	DEED("PATCH", "/people/$0/notes/$4", "{\"title\":null,\"isPrivate\":false}", "isPrivate", "false"),
	LOOK("/people/$0/notes/$4", "title", NULL),
	LOOK("/people/$0/notes/$4", "description", "D"),
	LOOK("/_control/stats", "violations", "[ ]"),
	NO("PATCH", "/people/$0/notes/$4", "{\"id\":\"$4\"}", 400, NULL, NULL),
	NO("POST", "/people/$0/notes", NOTE(",\"text\":\"x\""), 400, NULL, NULL),
	NO("DELETE", "/people/$0/notes/$4", NULL, 405, NULL, NULL),
	LOOK("/_control/stats", "violations/1", "property text in a note"),
	/* A category that is gone is gone from its notes. */
	CONTROL("delete", "{\"side\":\"people\",\"object\":\"note_categories\",\"id\":\"$2\"}"),
	LOOK("/people/$0/notes/$5", "category", NULL),
	CONTROL("note/edit", "{\"side\":\"people\",\"note\":\"$5\",\"text\":\"By hand\",\"flagged\":false}"),
	LOOK("/people/$0/notes/$5", "description", "By hand"),
	CONTROL("note/delete", "{\"side\":\"people\",\"note\":\"$5\"}"),
	LOOK("/people/$0/notes", "totalItems", "2"),
	LOOK("/_control/dump?side=people&object=notes", "total", "2"),
};

#define EARLY "2020-05-05T05:05:05%2B00:00"

/* Each parameter of the document, also where crmsync asks for none of its kind. */
static const struct row filter_rows[] = {
	MAKE("users", "\"familyName\":\"Vos\",\"email\":\"vos@example.com\"", '1'),
	MAKE("tags", "\"title\":\"Red\"", '2'),
	MAKE("segments", "\"title\":\"Old\"", '3'),
	KEEP("POST", "/_control/create", "{\"side\":\"people\",\"at\":\"2020-05-05T05:05:05Z\",\"set\":{\"familyName\":\"Zzyzx\",\"linkedinId\":\"zzyzx\"}}", 200, "id", '4'),
	KEEP("POST", "/people", "{\"familyName\":\"Aaltje\",\"owner\":\"/users/$1\",\"tags\":[\"/tags/$2\"],\"segments\":[\"/segments/$3\"],\"emailAddresses\":[{\"email\":\"aa@example.com\"}],\"phoneNumbers\":[{\"phoneNumber\":\"+31207940800\"}]}", 201, "id", '0'),
	LOOK("/people?owner.id=$1", "totalItems", "1"),
	LOOK("/people?owner.id[]=none&owner.id[]=$1", "member/0/id", "$0"),
	LOOK("/people?tags.id=$2", "totalItems", "1"),
	LOOK("/people?tags.id[]=$2", "member/0/id", "$0"),
	LOOK("/people?segments.uuid=$3", "totalItems", "1"),
	LOOK("/people?segments.uuid[]=$3&segments.uuid[]=none", "member/0/id", "$0"),
	LOOK("/people?emailAddresses.email=aa@example.com", "member/0/id", "$0"),
	LOOK("/people?emailAddresses.email[]=aa@example.com&emailAddresses.email[]=x@example.com", "totalItems", "1"),
	LOOK("/people?identifiers=zzyzx", "member/0/id", "$4"),
	LOOK("/people?identifiers[]=zzyzx&identifiers[]=aa@example.com", "totalItems", "2"),
	LOOK("/people?identifiers[]=%2B31207940800", "member/0/id", "$0"),
	LOOK("/people?q=zzyz", "member/0/id", "$4"),
	LOOK("/people?q=nobody%20at%20all", "totalItems", "0"),
	LOOK("/people?order[familyName]=asc", "member/0/id", "$0"),
	LOOK("/people?order[familyName]=desc", "member/0/id", "$4"),
	LOOK("/people?order[createdAt]=asc", "member/0/id", "$4"),
	LOOK("/people?order[createdAt]=desc&itemsPerPage=1&page=1", "member/0/id", "$0"),
	LOOK("/people?createdAt[before]=" EARLY, "totalItems", "1"),
	LOOK("/people?createdAt[strictly_before]=" EARLY, "totalItems", "0"),
	LOOK("/people?createdAt[after]=" EARLY "&createdAt[before]=" EARLY, "member/0/id", "$4"),
	LOOK("/people?createdAt[strictly_after]=" EARLY "&q=zzyz", "totalItems", "0"),
	LOOK("/people?exists[archivedAt]=true", "totalItems", "0"),
	LOOK("/people?view=idx&q=zzyz", "member/0", "$4"),
	/* Of notes. */
	KEEP("GET", "/note_categories", NULL, 200, "member/0/id", '5'),
	KEEP("POST", "/people/$0/notes", "{\"description\":\"D\",\"title\":\"T\",\"author\":\"/users/$1\",\"category\":\"/note_categories/$5\",\"createdAt\":\"2020-05-05T05:05:05+00:00\"}", 201, "id", '6'),
	LOOK("/people/$0/notes?person=$0", "totalItems", "1"),
	LOOK("/people/$0/notes?person[]=$0&person[]=none", "totalItems", "1"),
	LOOK("/people/$0/notes?author.id[]=$1", "member/0/id", "$6"),
	LOOK("/people/$0/notes?author.id[]=none", "totalItems", "0"),
	LOOK("/people/$0/notes?createdAt[after]=" EARLY, "totalItems", "1"),
	LOOK("/people/$0/notes?createdAt[strictly_after]=" EARLY, "totalItems", "0"),
	LOOK("/people/$0/notes?createdAt[strictly_before]=" EARLY, "totalItems", "0"),
	LOOK("/_control/stats", "violations", "[ ]"),
	/* A PUT of a note wipes what it does not name. */
	DEED("PUT", "/people/$0/notes/$6", "{\"description\":\"Only\",\"category\":\"/note_categories/$5\"}", "title", NULL),
};

/* The collections in each spelling. */
static const struct row hydra_rows[] = {
	LOOK("/tags", "hydra:totalItems", "7"),
	LOOK("/tags", "hydra:member/0/title", "Customer"),
	LOOK("/segments", "hydra:member/0/@type", "Segment"),
	LOOK("/organizations?page=2", "hydra:view/hydra:previous", "/organizations?page=1"),
	LOOK("/note_categories", "hydra:member/3/title", "Other"),
	LOOK("/users", "hydra:member/1/email", "ben.carter@example.net"),
	LOOK("/media_objects", "hydra:totalItems", "0"),
	NO("GET", "/tags/none", NULL, 404, "hydra:description", "Not Found"),
	CONTROL("limits", "{\"html_errors\":true}"),
	NO("GET", "/tags/none", NULL, 404, "hydra:description", "Not Found"),
	NO("GET", "/deals", NULL, 404, "hydra:description", NULL),
	NO("DELETE", "/tags", NULL, 405, "hydra:description", NULL),
};

static const struct row plain_rows[] = {
	LOOK("/tags", "0/title", "Customer"),
	LOOK("/tags", "0/@id", NULL),
	LOOK("/note_categories", "3/title", "Other"),
	LOOK("/organizations?itemsPerPage=30", "29/title", "*"),
	LOOK("/media_objects", "0", NULL),
};
/* clang-format on */

#define RUN(options, rows) run((options), SANDBOX_PEOPLE, (rows), COUNT_OF(rows))

static void test_properties(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	RUN(&options, property_rows);
}

static void test_relations(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	RUN(&options, relation_rows);
}

static void test_notes(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	RUN(&options, note_rows);
}

static void test_filters(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	RUN(&options, filter_rows);
}

static void test_collections(void **state)
{
	struct sandbox_options options = defaults();

	(void)state;
	options.jsonld = SANDBOX_JSONLD_HYDRA;
	RUN(&options, hydra_rows);
	options.jsonld = SANDBOX_JSONLD_PLAIN;
	RUN(&options, plain_rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_properties),  cmocka_unit_test(test_relations),
		cmocka_unit_test(test_notes),       cmocka_unit_test(test_filters),
		cmocka_unit_test(test_collections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
