/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox's records side, dialect `values`: attributes, references, users, notes, scopes. */
#include "sandbox_rows.h"

#define P "/v2/objects/people/records"
#define C "/v2/objects/companies/records"
#define U "/v2/objects/users/records"
#define W "/v2/objects/workspaces/records"
#define A "/v2/objects/people/attributes"
#define V "data/values/"
#define SET(members) "{\"data\":{\"values\":{" members "}}}"
#define FIND(filter) \
	"{\"filter\":" filter ",\"sorts\":[{\"attribute\":\"created_at\",\"direction\":\"asc\"}]}"
#define NOTE(members) "{\"data\":{" members "}}"

/* clang-format off */
static const struct row attribute_rows[] = {
	LOOK(A, "data/0/api_slug", "strongest_connection_strength_legacy"),
	LOOK(A, "data/0/is_writable", "false"),
	LOOK(A, "data/0/id/attribute_id", "*"),
	LOOK(A "/avatar_url", "data/is_writable", "false"),
	LOOK(A "/email_addresses", "data/type", "email-address"),
	LOOK(A "/email_addresses", "data/is_unique", "true"),
	LOOK(A "/email_addresses", "data/is_multiselect", "true"),
	LOOK(A "/email_addresses", "data/is_required", "false"),
	LOOK(A "/company", "data/type", "record-reference"),
	LOOK(A "/company", "data/is_multiselect", "false"),
	LOOK(A "/company", "data/config/record_reference/allowed_object_ids/0", "*"),
	LOOK(A "/budget", "data/config/currency/default_currency_code", "EUR"),
	LOOK(A "/budget", "data/is_system_attribute", "false"),
	LOOK(A "?limit=1&offset=1", "data/0/api_slug", "last_interaction"),
	LOOK(A "?limit=1&offset=1", "data/1", NULL),
	LOOK(A "/code", "data/is_required", "true"),
	LOOK(A "/code", "data/is_unique", "true"),
	LOOK(A "/phase", "data/type", "status"),
	LOOK(A "/phase/statuses", "data/1/title", "Won"),
	LOOK(A "/phase/statuses", "data/1/celebration_enabled", "false"),
	LOOK(A "/stage/options", "data/0/title", "Lead"),
	LOOK(A "/stage/options", "data/0/id/option_id", "*"),
	NO("GET", A "/stage/statuses", NULL, 400, "code", "validation_type"),
	NO("GET", A "/no_such", NULL, 404, "code", "not_found"),
	LOOK("/v2/objects/companies/attributes/domains", "data/is_unique", "true"),
	LOOK("/v2/objects/users/attributes/user_id", "data/is_unique", "true"),
	LOOK("/v2/objects/users/attributes/primary_email_address", "data/is_unique", "true"),
	NO("GET", "/v2/objects/deals/attributes", NULL, 404, "code", "not_found"),
	/* Archived ones are shown only when asked for, and can't be written. */
	LOOK(A "?show_archived=true&offset=39&limit=1", "data/0/api_slug", "gone"),
	LOOK(A "?offset=39&limit=1", "data/0/api_slug", "mentor"),
};

/* One row a type of attribute: what it takes, how it is shown, what it refuses. */
static const struct row type_rows[] = {
	KEEP("POST", P, SET("\"code\":\"one\",\"email_addresses\":[\"a@example.com\"]"), 200, "data/id/record_id", '0'),
	DEED("PATCH", P "/$0", SET("\"customer_id\":\"C-1\""), V "customer_id/0/value", "C-1"),
	NO("PATCH", P "/$0", SET("\"customer_id\":1"), 400, "code", "validation_type"),
	DEED("PATCH", P "/$0", SET("\"lead_score\":12.3456"), V "lead_score/0/value", "12.3456"),
	DEED("PATCH", P "/$0", SET("\"lead_score\":-7"), V "lead_score/0/value", "-7"),
	NO("PATCH", P "/$0", SET("\"lead_score\":12.34567"), 400, "code", "validation_type"),
	NO("PATCH", P "/$0", SET("\"lead_score\":\"12\""), 400, "code", "validation_type"),
	LOOK(P "/$0", V "lead_score/0/value", "-7"),
	DEED("PATCH", P "/$0", SET("\"is_tracked\":true"), V "is_tracked/0/value", "true"),
	DEED("PATCH", P "/$0", SET("\"is_tracked\":[{\"value\":false}]"), V "is_tracked/0/value", "false"),
	NO("PATCH", P "/$0", SET("\"is_tracked\":\"yes\""), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"is_tracked\":1"), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"birthday\":\"1980-02-29\""), V "birthday/0/value", "1980-02-29"),
	NO("PATCH", P "/$0", SET("\"birthday\":\"1981-02-29\""), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"birthday\":\"1980-02-29T00:00:00Z\""), 400, NULL, NULL),
	/* Always nine digits, always UTC. */
	DEED("PATCH", P "/$0", SET("\"last_contacted\":\"2026-01-01T12:00:00+02:00\""), V "last_contacted/0/value", "2026-01-01T10:00:00.000000000Z"),
	NO("PATCH", P "/$0", SET("\"last_contacted\":\"yesterday\""), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"stage\":\"Lead\""), V "stage/0/option/title", "Lead"),
	KEEP("GET", A "/stage/options", NULL, 200, "data/1/id/option_id", '1'),
	DEED("PATCH", P "/$0", SET("\"stage\":\"$1\""), V "stage/0/option/title", "Qualified"),
	LOOK(P "/$0", V "stage/0/option/id/option_id", "*"),
	LOOK(P "/$0", V "stage/0/option/is_archived", "false"),
	NO("PATCH", P "/$0", SET("\"stage\":\"Unheard of\""), 400, "code", "value_not_found"),
	NO("PATCH", P "/$0", SET("\"stage\":[\"Lead\",\"Won\"]"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"stage\":3"), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"tags\":[\"VIP\",\"Press\"]"), V "tags/1/option/title", "Press"),
	DEED("PATCH", P "/$0", SET("\"tags\":[\"Partner\"]"), V "tags/0/option/title", "Partner"),
	LOOK(P "/$0", V "tags/2/option/title", "Press"),
	NO("PATCH", P "/$0", SET("\"tags\":[\"Partner\",\"Nobody\"]"), 400, "code", "value_not_found"),
	DEED("PATCH", P "/$0", SET("\"phase\":\"Open\""), V "phase/0/status/title", "Open"),
	LOOK(P "/$0", V "phase/0/attribute_type", "status"),
	LOOK(P "/$0", V "phase/0/status/id/status_id", "*"),
	DEED("PATCH", P "/$0", SET("\"phase\":[{\"status\":\"Won\"}]"), V "phase/0/status/title", "Won"),
	NO("PATCH", P "/$0", SET("\"phase\":\"Closed\""), 400, "code", "value_not_found"),
	DEED("PATCH", P "/$0", SET("\"budget\":1250.5"), V "budget/0/currency_value", "1250.5"),
	DEED("PATCH", P "/$0", SET("\"budget\":{\"currency_value\":3,\"currency_code\":\"EUR\"}"), V "budget/0/currency_code", "EUR"),
	NO("PATCH", P "/$0", SET("\"budget\":{\"currency_value\":3,\"currency_code\":\"USD\"}"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"budget\":1.23456"), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"satisfaction\":0"), V "satisfaction/0/value", "0"),
	DEED("PATCH", P "/$0", SET("\"satisfaction\":5"), V "satisfaction/0/value", "5"),
	NO("PATCH", P "/$0", SET("\"satisfaction\":6"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"satisfaction\":-1"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"satisfaction\":2.5"), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"website\":\"Shop.Example.CO.UK\""), V "website/0/domain", "shop.example.co.uk"),
	LOOK(P "/$0", V "website/0/root_domain", "example.co.uk"),
	NO("PATCH", P "/$0", SET("\"website\":\"https://example.com/\""), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"account_owner\":\"BEN.carter@example.net\""), V "account_owner/0/referenced_actor_type", "workspace-member"),
	DEED("PATCH", P "/$0", SET("\"account_owner\":{\"workspace_member_email_address\":\"anna.bakker@example.net\"}"), V "account_owner/0/attribute_type", "actor-reference"),
	KEEP("GET", "/v2/workspace_members", NULL, 200, "data/2/id/workspace_member_id", '2'),
	DEED("PATCH", P "/$0", SET("\"account_owner\":{\"referenced_actor_type\":\"workspace-member\",\"referenced_actor_id\":\"$2\"}"), V "account_owner/0/referenced_actor_id", "$2"),
	NO("PATCH", P "/$0", SET("\"account_owner\":{\"referenced_actor_id\":\"$2\"}"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"account_owner\":\"nobody@example.net\""), 400, "code", "value_not_found"),
	DEED("PATCH", P "/$0", SET("\"home\":{\"line_1\":\"Damrak 1\",\"line_2\":null,\"line_3\":null,\"line_4\":null,\"locality\":\"Amsterdam\",\"region\":null,\"postcode\":null,\"country_code\":\"NL\",\"latitude\":\"52.37\",\"longitude\":\"4.89\"}"), V "home/0/latitude", "52.37"),
	NO("PATCH", P "/$0", SET("\"home\":{\"line_1\":null,\"line_2\":null,\"line_3\":null,\"line_4\":null,\"locality\":null,\"region\":null,\"postcode\":null,\"country_code\":null,\"latitude\":52.37,\"longitude\":null}"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"home\":{\"locality\":\"Amsterdam\"}"), 400, NULL, NULL),
	DEED("PATCH", P "/$0", SET("\"other_mail\":\"X@Example.com\""), V "other_mail/0/email_address", "x@example.com"),
	DEED("PATCH", P "/$0", SET("\"mentor\":{\"target_object\":\"people\",\"target_record_id\":\"$0\"}"), V "mentor/0/target_object", "people"),
	NO("PATCH", P "/$0", SET("\"mentor\":{\"target_object\":\"companies\",\"target_record_id\":\"$0\"}"), 400, NULL, NULL),
	/* Each of them can be asked for. */
	DEED("POST", P "/query", FIND("{\"lead_score\":{\"$gte\":-7}}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"is_tracked\":false}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"birthday\":{\"$lt\":\"1990-01-01\"}}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"stage\":\"Qualified\"}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"phase\":{\"status\":\"Won\"}}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"phase\":\"Open\"}"), "data/0", NULL),
	DEED("POST", P "/query", FIND("{\"budget\":{\"currency_value\":{\"$gt\":2}}}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"account_owner\":{\"referenced_actor_id\":\"$2\"}}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"mentor\":{\"target_record_id\":\"$0\"}}"), "data/0/id/record_id", "$0"),
	DEED("POST", P "/query", FIND("{\"code\":\"one\"}"), "data/0/id/record_id", "$0"),
	NO("POST", P "/query", FIND("{\"gone\":\"x\"}"), 400, "code", "filter_error"),
	/* Unique, required, archived, read-only. */
	KEEP("GET", A "/job_title", NULL, 200, "data/id/attribute_id", '3'),
	DEED("PATCH", P "/$0", SET("\"$3\":\"Buyer\""), V "job_title/0/value", "Buyer"),
	CONTROL("member", "{\"n\":1,\"email\":\"ben@example.org\"}"),
	NO("PATCH", P "/$0", SET("\"account_owner\":\"ben.carter@example.net\""), 400, "code", "value_not_found"),
	DEED("PATCH", P "/$0", SET("\"account_owner\":\"ben@example.org\""), V "account_owner/0/attribute_type", "actor-reference"),
	NO("POST", P, SET("\"code\":\"one\""), 400, "code", "uniqueness_conflict"),
	NO("POST", P, SET("\"job_title\":\"x\""), 400, "code", "missing_value"),
	NO("PATCH", P "/$0", SET("\"code\":null"), 400, "code", "missing_value"),
	NO("PUT", P "/$0", SET("\"code\":[]"), 400, "code", "missing_value"),
	NO("PATCH", P "/$0", SET("\"gone\":\"x\""), 400, "code", "value_not_found"),
	LOOK(P "/$0", V "gone", NULL),
	LOOK("/_control/stats", "violations", "[ ]"),
	NO("PATCH", P "/$0", SET("\"score\":1"), 400, "message", "Attribute \"score\" is read-only."),
	LOOK("/_control/stats", "violations/0", "read-only attribute score in a write"),
	DEED("PUT", P "?matching_attribute=code", SET("\"code\":\"one\",\"job_title\":\"CTO\""), V "job_title/0/value", "CTO"),
	/* An administrator at work. */
	CONTROL("attribute", "{\"slug\":\"gone\",\"archived\":false}"),
	DEED("PATCH", P "/$0", SET("\"gone\":\"x\""), V "gone/0/value", "x"),
	CONTROL("attribute", "{\"slug\":\"phase\",\"options\":[\"New\",\"Won\"]}"),
	NO("PATCH", P "/$0", SET("\"phase\":\"Open\""), 400, "code", "value_not_found"),
	LOOK(P "/$0", V "phase/0/status/title", "Won"),
	CONTROL("attribute", "{\"slug\":\"tags\",\"rename\":{\"from\":\"Press\",\"to\":\"Media\"}}"),
	LOOK(P "/$0", V "tags/2/option/title", "Media"),
	DEED("PUT", P "/$0", SET("\"tags\":[\"Media\"]"), V "tags/0/option/title", "Media"),
	CONTROL("attribute", "{\"slug\":\"code\",\"required\":false}"),
	DEED("PATCH", P "/$0", SET("\"code\":null"), V "code", "[ ]"),
	NO("POST", "/_control/attribute", "{\"slug\":\"no_such\"}", 404, NULL, NULL),
};

static const struct row reference_rows[] = {
	KEEP("POST", C, SET("\"name\":\"Acme\",\"domains\":[\"acme.example\",\"acme.example.org\"]"), 200, "data/id/record_id", '1'),
	NO("POST", C, SET("\"name\":\"Other\",\"domains\":[\"ACME.example\"]"), 400, "code", "uniqueness_conflict"),
	KEEP("POST", C, SET("\"name\":\"Bolt\",\"domains\":[{\"domain\":\"bolt.example\"}]"), 200, "data/id/record_id", '2'),
	DEED("POST", C "/query", "{\"filter\":{\"domains\":\"acme.example\"}}", "data/0/id/record_id", "$1"),
	DEED("POST", C "/query", "{\"filter\":{\"domains\":\"acme.example\"}}", "data/1", NULL),
	DEED("PATCH", C "/$1", SET("\"description\":\"Anvils\""), V "description/0/value", "Anvils"),
	DEED("PUT", C "?matching_attribute=domains", SET("\"domains\":[\"acme.example\"],\"name\":\"Acme Inc.\""), V "name/0/value", "Acme Inc."),
	LOOK(C "/$1", V "domains/1/domain", "acme.example.org"),
	/* By id and by unique value; single-valued. */
	KEEP("POST", P, SET("\"name\":\"Doe, Jo\",\"company\":[{\"target_object\":\"companies\",\"domains\":[{\"domain\":\"acme.example.org\"}]}]"), 200, "data/id/record_id", '0'),
	LOOK(P "/$0", V "company/0/attribute_type", "record-reference"),
	DEED("PATCH", P "/$0", SET("\"company\":{\"target_object\":\"companies\",\"target_record_id\":\"$2\"}"), V "company/1", NULL),
	NO("PATCH", P "/$0", SET("\"company\":[{\"target_object\":\"companies\",\"target_record_id\":\"$1\"},{\"target_object\":\"companies\",\"target_record_id\":\"$2\"}]"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"company\":{\"target_object\":\"companies\",\"domains\":[{\"domain\":\"none.example\"}]}"), 400, "code", "value_not_found"),
	NO("PATCH", P "/$0", SET("\"company\":{\"target_record_id\":\"$1\"}"), 400, NULL, NULL),
	NO("PATCH", P "/$0", SET("\"company\":{\"target_object\":\"companies\",\"target_record_id\":\"$0\"}"), 400, "code", "value_not_found"),
	DEED("PATCH", P "/$0", SET("\"company\":null"), V "company", "[ ]"),
	DEED("PATCH", P "/$0", SET("\"company\":{\"target_object\":\"companies\",\"target_record_id\":\"$1\"}"), V "company/0/target_object", "companies"),
	/* What points to a record goes with it, and follows it through a merge. */
	KEEP("POST", "/_control/merge", "{\"object\":\"companies\",\"id\":\"$1\",\"other_id\":\"$2\"}", 200, "id", '3'),
	DEED("POST", P "/query", "{\"filter\":{\"company\":{\"target_record_id\":\"$3\"}}}", "data/0/id/record_id", "$0"),
	LOOK(C "/$3", V "domains/2/domain", "*"),
	NO("GET", C "/$1", NULL, 404, "code", "not_found"),
	NO("DELETE", C "/$3", NULL, 200, NULL, NULL),
	LOOK(P "/$0", V "company", "[ ]"),
	/* One survives, and the other one is not gone for good at once. */
	KEEP("POST", P, SET("\"email_addresses\":[\"second@example.com\"]"), 200, "data/id/record_id", '4'),
	CONTROL("note", "{\"side\":\"records\",\"id\":\"$4\",\"title\":\"T\",\"text\":\"C\"}"),
	CONTROL("merge", "{\"id\":\"$0\",\"other_id\":\"$4\",\"keep\":true,\"pending_ms\":2500}"),
	NO("GET", P "/$4", NULL, 404, "code", "merge_in_progress"),
	LOOK(P "/$0", V "email_addresses/0/email_address", "second@example.com"),
	NO("PATCH", P "/$4", SET("\"job_title\":\"x\""), 404, "code", "not_found"),
	LOOK("/v2/notes?parent_object=people&parent_record_id=$0", "data/0/title", "T"),
};

static const struct row user_rows[] = {
	KEEP("POST", P, SET("\"email_addresses\":[\"u@example.com\"]"), 200, "data/id/record_id", '0'),
	KEEP("POST", W, SET("\"workspace_id\":\"w1\",\"name\":\"Acme\""), 200, "data/id/record_id", '1'),
	NO("POST", W, SET("\"workspace_id\":\"w1\""), 400, "code", "uniqueness_conflict"),
	KEEP("POST", U, SET("\"user_id\":\"7\",\"primary_email_address\":\"U@example.com\",\"person\":{\"target_object\":\"people\",\"target_record_id\":\"$0\"},\"workspace\":[{\"target_object\":\"workspaces\",\"target_record_id\":\"$1\"}]"), 200, "data/id/record_id", '2'),
	LOOK(U "/$2", V "primary_email_address/0/email_address", "u@example.com"),
	LOOK(U "/$2", V "workspace/0/target_object", "workspaces"),
	LOOK(U "/$2", V "user_id/0/attribute_type", "text"),
	NO("POST", U, SET("\"user_id\":\"7\""), 400, "code", "uniqueness_conflict"),
	NO("POST", U, SET("\"user_id\":\"8\",\"primary_email_address\":\"u@example.com\""), 400, "code", "uniqueness_conflict"),
	NO("POST", U, SET("\"user_id\":\"8\",\"workspace\":[{\"target_object\":\"workspaces\",\"target_record_id\":\"$0\"}]"), 400, "code", "value_not_found"),
	NO("POST", U, SET("\"user_id\":\"8\",\"avatar_url\":\"https://example.com/a.png\""), 400, "code", "validation_type"),
	DEED("PUT", U "?matching_attribute=user_id", SET("\"user_id\":\"7\",\"primary_email_address\":\"new@example.com\""), V "primary_email_address/0/email_address", "new@example.com"),
	LOOK(U "/$2", V "person/0/target_object", "people"),
	DEED("PUT", U "?matching_attribute=user_id", SET("\"user_id\":\"8\""), V "user_id/0/value", "8"),
	NO("PATCH", U "/$2", SET("\"user_id\":\"8\""), 400, "code", "uniqueness_conflict"),
	DEED("POST", U "/query", "{\"filter\":{\"$or\":[{\"user_id\":\"7\"},{\"user_id\":\"9\"}]},\"limit\":3}", "data/0/id/record_id", "$2"),
	DEED("POST", U "/query", "{\"filter\":{\"user_id\":\"7\"}}", "data/0/id/record_id", "$2"),
	DEED("POST", U "/query", "{\"filter\":{\"user_id\":\"7\"}}", "data/1", NULL),
	NO("PUT", U "?matching_attribute=person", SET("\"user_id\":\"9\""), 400, NULL, NULL),
	DEED("DELETE", P "/$0", NULL, NULL, NULL),
	LOOK(U "/$2", V "person", "[ ]"),
};

static const struct row note_rows[] = {
	KEEP("POST", P, SET("\"name\":\"Doe, Jo\""), 200, "data/id/record_id", '0'),
	KEEP("POST", C, SET("\"name\":\"Acme\""), 200, "data/id/record_id", '1'),
	KEEP("POST", "/v2/notes", NOTE("\"parent_object\":\"people\",\"parent_record_id\":\"$0\",\"title\":\"T\",\"format\":\"plaintext\",\"content\":\"C\",\"created_at\":\"2024-05-05T10:00:00Z\""), 200, "data/id/note_id", '2'),
	LOOK("/v2/notes/$2", "data/created_at", "2024-05-05T10:00:00.000000000Z"),
	LOOK("/v2/notes/$2", "data/content_plaintext", "C"),
	LOOK("/v2/notes/$2", "data/created_by_actor/type", "api-token"),
	LOOK("/v2/notes/$2", "data/parent_object", "people"),
	DEED("POST", "/v2/notes", NOTE("\"parent_object\":\"companies\",\"parent_record_id\":\"$1\",\"title\":\"Co\",\"format\":\"markdown\",\"content\":\"## Head\\n**bold** text\""), "data/content_plaintext", "Head\nbold text"),
	LOOK("/v2/notes?parent_object=people&parent_record_id=$0", "data/1", NULL),
	LOOK("/v2/notes", "data/1/title", "Co"),
	LOOK("/v2/notes?limit=1&offset=1", "data/0/content_markdown", "## Head\n**bold** text"),
	LOOK("/v2/notes?parent_object=companies", "data/0/title", "Co"),
	DEED("PATCH", "/v2/notes/$2", NOTE("\"title\":\"T2\",\"format\":\"plaintext\",\"content\":\"C2\""), "data/content_plaintext", "C2"),
	NO("GET", "/v2/notes/none", NULL, 404, "code", "not_found"),
	NO("POST", "/v2/notes", NOTE("\"parent_object\":\"people\",\"parent_record_id\":\"$1\",\"title\":\"T\",\"format\":\"plaintext\",\"content\":\"C\""), 404, NULL, NULL),
	NO("GET", "/v2/notes?parent_object=people&parent_record_id=$1", NULL, 404, NULL, NULL),
	NO("POST", "/v2/notes", NOTE("\"parent_object\":\"people\",\"parent_record_id\":\"$0\",\"format\":\"plaintext\",\"content\":\"C\""), 400, "validation_errors/0/path/1", "title"),
	NO("POST", "/v2/notes", NOTE("\"parent_object\":\"people\",\"parent_record_id\":\"$0\",\"title\":\"T\",\"content\":\"C\""), 400, "validation_errors/0/path/1", "format"),
	NO("POST", "/v2/notes", NOTE("\"parent_object\":\"people\",\"parent_record_id\":\"$0\",\"title\":\"T\",\"format\":\"html\",\"content\":\"C\""), 400, NULL, NULL),
	NO("POST", "/v2/notes", NOTE("\"parent_object\":\"people\",\"parent_record_id\":\"$0\",\"title\":\"T\",\"format\":\"plaintext\",\"content\":\"C\",\"created_at\":\"soon\""), 400, NULL, NULL),
	LOOK("/_control/stats", "violations", "[ ]"),
	NO("GET", "/v2/notes?limit=51", NULL, 400, NULL, NULL),
	NO("GET", "/v2/notes?parent_record_id=$0", NULL, 400, NULL, NULL),
	NO("POST", "/v2/notes", NOTE("\"parent_object\":\"people\",\"parent_record_id\":\"$0\",\"title\":\"T\",\"format\":\"plaintext\",\"content\":\"C\",\"author\":\"me\""), 400, NULL, NULL),
	NO("PATCH", "/v2/notes/$2", NOTE("\"created_at\":\"2020-01-01T00:00:00Z\""), 400, NULL, NULL),
	NO("DELETE", "/v2/notes/$2", NULL, 404, NULL, NULL),
	LOOK("/_control/stats", "violations/4", "no such endpoint: DELETE /v2/notes/$2"),
	CONTROL("limits", "{\"no_note_updates\":true}"),
	NO("PATCH", "/v2/notes/$2", NOTE("\"title\":\"T3\""), 404, NULL, NULL),
	LOOK("/_control/stats", "violations/5", NULL),
	/* As a user. */
	CONTROL("note/edit", "{\"side\":\"records\",\"note\":\"$2\",\"title\":\"By hand\"}"),
	LOOK("/v2/notes/$2", "data/title", "By hand"),
	LOOK("/_control/dump?side=records&object=notes", "notes/0/text", "C2"),
	CONTROL("note/delete", "{\"side\":\"records\",\"note\":\"$2\"}"),
	NO("GET", "/v2/notes/$2", NULL, 404, NULL, NULL),
	NO("DELETE", P "/$0", NULL, 200, NULL, NULL),
	LOOK("/_control/dump?side=records&object=notes", "total", "1"),
};

/* A valid token proves nothing about what it may do. */
static const struct row scope_rows[] = {
	CONTROL("limits", "{\"scopes\":\"record_permission:read object_configuration:read\"}"),
	LOOK("/v2/self", "active", "true"),
	LOOK("/v2/self", "scope", "record_permission:read object_configuration:read"),
	LOOK(A, "data/0/type", "number"),
	DEED("POST", P "/query", "{}", "data", "[ ]"),
	NO("POST", P, SET("\"name\":\"Doe, Jo\""), 403, "type", "auth_error"),
	NO("GET", "/v2/notes", NULL, 403, NULL, NULL),
	NO("GET", "/v2/workspace_members", NULL, 403, NULL, NULL),
	CONTROL("limits", "{\"scopes\":\"record_permission:read-write\"}"),
	NO("POST", P "/query", "{}", 403, "message", "The access token lacks the scope \"object_configuration:read\"."),
	CONTROL("limits", "{\"scopes\":\"\"}"),
	LOOK("/v2/self", "active", "true"),
	NO("GET", A, NULL, 403, NULL, NULL),
};

/* The system: links companies, fills in what nobody can write. */
static const struct row system_rows[] = {
	KEEP("POST", P, SET("\"email_addresses\":[\"x@company-3.example\"]"), 200, "data/id/record_id", '0'),
	LOOK(P "/$0", V "company/0/created_by_actor/type", "system"),
	KEEP("POST", P, SET("\"email_addresses\":[\"x@nowhere.example\"]"), 200, "data/id/record_id", '1'),
	LOOK(P "/$1", V "company", "[ ]"),
	CONTROL("edit", "{\"side\":\"records\",\"id\":\"$1\",\"actor\":\"system\",\"set\":{\"avatar_url\":\"https://example.com/1.png\",\"last_interaction\":{\"interaction_type\":\"email\",\"interacted_at\":\"2026-01-01T00:00:00Z\"}}}"),
	LOOK(P "/$1", V "avatar_url/0/created_by_actor/id", NULL),
	LOOK(P "/$1", V "last_interaction/0/interacted_at", "2026-01-01T00:00:00.000000000Z"),
	NO("POST", "/_control/edit", "{\"side\":\"records\",\"id\":\"$1\",\"set\":{\"avatar_url\":\"x\"}}", 400, NULL, NULL),
};
/* clang-format on */

#define RUN(options, rows) run((options), SANDBOX_RECORDS, (rows), COUNT_OF(rows))

static void test_attributes(void **state)
{
	static const char *const further[] = {
		"code:text:unique:required",      "gone:text:archived",
		"mentor:record-reference=people", "home:location",
		"score:number:read-only",         "other_mail:email-address",
		"phase:status=Open|Won",
	};
	struct sandbox_options options = defaults();

	(void)state;
	options.n_attributes = COUNT_OF(further);
	memcpy(options.attributes, further, sizeof(further));
	RUN(&options, attribute_rows);
	RUN(&options, type_rows);
}

static void test_references(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	RUN(&options, reference_rows);
	RUN(&options, user_rows);
}

static void test_notes(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	RUN(&options, note_rows);
}

static void test_scopes(void **state)
{
	const struct sandbox_options options = defaults();

	(void)state;
	RUN(&options, scope_rows);
}

static void test_system(void **state)
{
	struct sandbox_options options = defaults();

	(void)state;
	options.link_companies = true;
	RUN(&options, system_rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attributes), cmocka_unit_test(test_references),
		cmocka_unit_test(test_notes),      cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
