/* SPDX-License-Identifier: Apache-2.0 */
/* Every type of field on every side: as a server shows it, as it is compared, as it is sent. */
#include "mappers/value_map.h"
#include "test_mapper_fixture.h"

#define V(type, json) "[{" json ",\"active_until\":null,\"attribute_type\":\"" type "\"}]"
#define NINE "2026-01-31T10:00:00.000000000Z"
#define PLACE_NULLS \
	"\"line_2\":null,\"line_3\":null,\"line_4\":null,\"region\":null,\"postcode\":null," \
	"\"latitude\":null,\"longitude\":null"

struct spelling {
	const char *dialect; /* "values", "attributes", "people" */
	enum field_type type;
	const char *path; /* NULL: one that no document names */
	const char *shown;
	const char *canonical; /* items with | between them */
	const char *sent;
	const char *again; /* what the server may make of what it was sent; NULL: as shown */
};

static const struct spelling spellings[] = {
	{ "values", FIELD_TEXT, NULL, V("text", "\"value\":\" a\\r\\nb \""), "a\nb", "\"a\\nb\"",
	  V("text", "\"value\":\"a\\nb\"") },
	{ "values", FIELD_TEXT, NULL, V("domain", "\"domain\":\"x.org\",\"root_domain\":\"x.org\""),
	  "x.org", "\"x.org\"", NULL },
	{ "values", FIELD_NUMBER, NULL, V("number", "\"value\":12.5"), "12.5", "12.5",
	  V("number", "\"value\":12.5000") },
	{ "values", FIELD_NUMBER, NULL, V("number", "\"value\":1e3"), "1000", "1000",
	  V("number", "\"value\":1000.0") },
	{ "values", FIELD_NUMBER, NULL,
	  V("currency", "\"currency_value\":1999.99,\"currency_code\":\"EUR\""), "1999.99",
	  "1999.99", NULL },
	{ "values", FIELD_INTEGER, NULL, V("rating", "\"value\":0"), "0", "0", NULL },
	{ "values", FIELD_INTEGER, NULL, V("number", "\"value\":9007199254740993"),
	  "9007199254740993", "9007199254740993", NULL },
	{ "values", FIELD_BOOLEAN, NULL, V("checkbox", "\"value\":false"), "false", "false", NULL },
	{ "values", FIELD_DATE, NULL, V("date", "\"value\":\"2026-01-31\""), "2026-01-31",
	  "\"2026-01-31\"", NULL },
	{ "values", FIELD_TIMESTAMP, NULL, V("timestamp", "\"value\":\"" NINE "\""),
	  "2026-01-31T10:00:00Z", "\"" NINE "\"", NULL },
	{ "values", FIELD_TIMESTAMP, NULL,
	  V("timestamp", "\"value\":\"2026-01-31T10:00:00.987654321Z\""), "2026-01-31T10:00:00Z",
	  "\"" NINE "\"", V("timestamp", "\"value\":\"" NINE "\"") },
	{ "values", FIELD_TIMESTAMP, NULL,
	  V("interaction", "\"interaction_type\":\"email\",\"interacted_at\":\"" NINE "\""),
	  "2026-01-31T10:00:00Z", "\"" NINE "\"", NULL },
	{ "values", FIELD_URL, NULL, V("text", "\"value\":\"HTTPS://X.org/\""), "https://x.org",
	  "\"https://x.org\"", V("text", "\"value\":\"https://x.org/\"") },
	{ "values", FIELD_SELECT, NULL, V("select", "\"option\":{\"id\":{},\"title\":\"Won\"}"),
	  "Won", "\"Won\"", NULL },
	{ "values", FIELD_SELECT, NULL, V("status", "\"status\":{\"id\":{},\"title\":\"New\"}"),
	  "New", "\"New\"", NULL },
	{ "values", FIELD_TEXT_SET, NULL,
	  "[{\"option\":{\"title\":\"B\"},\"attribute_type\":\"select\"},"
	  "{\"option\":{\"title\":\"a\"},\"attribute_type\":\"select\"}]",
	  "B|a", "[\"B\",\"a\"]", NULL },
	{ "values", FIELD_LOCATION, NULL,
	  V("location",
	    "\"line_1\":\"Dam 1\",\"locality\":\"Amsterdam\",\"country_code\":\"NL\"," PLACE_NULLS),
	  "Dam 1||||Amsterdam|||NL||",
	  "[{\"line_1\":\"Dam 1\",\"locality\":\"Amsterdam\",\"country_code\":\"NL\"," PLACE_NULLS
	  "}]",
	  NULL },

	{ "attributes", FIELD_TEXT, NULL, "\"a\"", "a", "\"a\"", NULL },
	{ "attributes", FIELD_NUMBER, NULL, "-0.5", "-0.5", "-0.5", "-0.50" },
	{ "attributes", FIELD_NUMBER, NULL, "\"12.50\"", "12.5", "12.5", NULL },
	{ "attributes", FIELD_INTEGER, NULL, "4", "4", "4", "4.0" },
	{ "attributes", FIELD_BOOLEAN, NULL, "true", "true", "true", NULL },
	{ "attributes", FIELD_DATE, NULL, "\"2026-01-31T00:00:00.000Z\"", "2026-01-31",
	  "\"2026-01-31\"", NULL },
	{ "attributes", FIELD_TIMESTAMP, NULL, "\"2026-01-31T10:00:00.123Z\"",
	  "2026-01-31T10:00:00Z", "\"2026-01-31T10:00:00.000Z\"", "\"2026-01-31T10:00:00.000Z\"" },
	{ "attributes", FIELD_SELECT, NULL, "\"Won\"", "Won", "\"Won\"", NULL },
	{ "attributes", FIELD_TEXT_SET, NULL, "[\"B\",\"a\",\"b\"]", "B|a", "[\"B\",\"a\"]",
	  "[\"a\",\"B\"]" },
	{ "attributes", FIELD_LOCATION, NULL,
	  "{\"line_1\":\"Dam 1\",\"locality\":\"Amsterdam\",\"country_code\":\"NL\"}",
	  "Dam 1||||Amsterdam|||NL||",
	  "{\"line_1\":\"Dam 1\",\"locality\":\"Amsterdam\",\"country_code\":\"NL\"," PLACE_NULLS
	  "}",
	  NULL },

	{ "people", FIELD_TEXT, "initials", "\"A.B.\"", "A.B.", "\"A.B.\"", NULL },
	{ "people", FIELD_SELECT, "honorificPrefix", "\" dr. \"", "dr.", "\"dr.\"", NULL },
	{ "people", FIELD_NUMBER, NULL, "12.5", "12.5", "12.5", "12.50" },
	{ "people", FIELD_INTEGER, NULL, "3", "3", "3", "3.0" },
	{ "people", FIELD_INTEGER, "dealSize", "0", "0", "0", NULL },
	{ "people", FIELD_BOOLEAN, "isTracked", "false", "false", "false", NULL },
	/* A string is what the document says of it, whatever the row: 12 would be refused. */
	{ "people", FIELD_INTEGER, "customerId", "\"12\"", "12", "\"12\"", NULL },
	{ "people", FIELD_NUMBER, "customerId", "\"12.50\"", "12.5", "\"12.5\"", NULL },
	{ "people", FIELD_BOOLEAN, "customerId", "\"true\"", "true", "\"true\"", NULL },
	{ "people", FIELD_DATE, "customerId", "\"2026-01-31\"", "2026-01-31", "\"2026-01-31\"",
	  NULL },
	{ "people", FIELD_DATE, NULL, "\"2026-01-31T00:00:00+01:00\"", "2026-01-31",
	  "\"2026-01-31\"", "\"2026-01-31T00:00:00+00:00\"" },
	{ "people", FIELD_TIMESTAMP, NULL, "\"2026-01-31T11:00:00+01:00\"", "2026-01-31T10:00:00Z",
	  "\"2026-01-31T10:00:00+00:00\"", "\"2026-01-31T10:00:00+00:00\"" },
	{ "people", FIELD_URL, NULL, "\"https://x.org/A\"", "https://x.org/A",
	  "\"https://x.org/A\"", NULL },
	{ "people", FIELD_TEXT_SET, NULL, "[\"B\",\"a\"]", "B|a", "[\"B\",\"a\"]",
	  "[\"a\",\"B\"]" },
	{ "people", FIELD_TEXT, "owner", "\"/users/7\"", "/users/7", "\"/users/7\"", NULL },
	{ "people", FIELD_LOCATION, NULL,
	  "{\"@id\":\"/.well-known/genid/1\",\"street\":\"Dam 1\",\"city\":\"Amsterdam\","
	  "\"country\":\"Netherlands\"}",
	  "Dam 1||||Amsterdam|||NL||",
	  "{\"street\":\"Dam 1\",\"city\":\"Amsterdam\",\"country\":\"NL\"}",
	  "{\"street\":\"Dam 1\",\"city\":\"Amsterdam\",\"country\":\"NL\"}" },
};

static struct str format_for(struct fixture *f, const char *dialect, const char *values,
			     const char *attributes, const char *people, const char *json)
{
	const bool flat = strcmp(dialect, "attributes") == 0;
	const bool records = strcmp(dialect, "people") != 0;
	const char *path = f->rows[f->table.n - 1].path[records ? SIDE_RECORDS : SIDE_PEOPLE].p;

	return arena_format(&f->arena, "%s\"%s\":%s%s",
			    records ? (flat ? attributes : values) : people, path, json,
			    records ? "}}" : "}");
}

static struct str shown_by(struct fixture *f, const char *dialect, const char *json)
{
	return format_for(f, dialect, "{\"id\":{\"record_id\":\"1\"},\"values\":{",
			  "{\"id\":\"1\",\"attributes\":{", "{\"id\":\"1\",\"familyName\":\"B\",",
			  json);
}

static struct str sent_to(struct fixture *f, const char *dialect, const char *json)
{
	const struct str body =
		format_for(f, dialect, "{\"data\":{\"values\":{", "{\"attributes\":{", "{", json);

	return strcmp(dialect, "values") == 0 ? arena_format(&f->arena, "%.*s}", STR_ARG(body)) :
						body;
}

static struct value decode_one(struct fixture *f, size_t at, struct str raw)
{
	return decode_raw(f, raw).values[at];
}

static void assert_spelling(const struct spelling *row)
{
	const bool people = strcmp(row->dialect, "people") == 0;
	struct fixture f;

	fixture_open(&f, people ? SIDE_PEOPLE : SIDE_RECORDS, row->dialect);
	const size_t at = fixture_add_row(&f, "x", row->type, "x", row->path ? row->path : "x");
	const struct value value = decode_one(&f, at, shown_by(&f, row->dialect, row->shown));
	struct str text = value_part(&value, 0);

	for (uint32_t i = 1; i < value.n; i++)
		text = arena_format(&f.arena, "%.*s|%.*s", STR_ARG(text),
				    STR_ARG(value.items[i].text));
	assert_text(text, row->canonical);

	struct person current = new_person(&f, "1");
	struct person desired = new_person(&f, "1");

	current.values[at] = value_empty();
	desired.values[at] = value;
	for (uint32_t i = 0; i < value.n; i++)
		desired.values[at].items[i].extra = (struct str){ NULL, 0 };
	f.mapper->update(&f.context, &current, &desired, &f.request);
	assert_json(buf_str(&f.request.body), sent_to(&f, row->dialect, row->sent));
	request_release(&f.request);

	/* Its own write never comes back as a change. */
	if (row->again != NULL) {
		const struct value again =
			decode_one(&f, at, shown_by(&f, row->dialect, row->again));

		assert_true(value_equal_as_set(&value, &again));
	}
	/* Nor is what is there written again; it is cleared with null, or with [] where it is a list. */
	f.mapper->update(&f.context, &desired, &desired, &f.request);
	assert_int_equal(f.request.target.len, 0);
	request_release(&f.request);
	f.mapper->update(&f.context, &desired, &current, &f.request);
	assert_true(f.request.target.len > 0);
	fixture_close(&f);
}

static void spells_every_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(spellings); i++)
		assert_spelling(&spellings[i]);
}

/* ---- The documents' examples, with a row for all that they show ---- */

#define LAST "last_calendar_interaction"

static void decodes_every_attribute_of_the_example(void **state)
{
	static const struct {
		const char *path;
		enum field_type type;
		const char *canonical;
	} rows[] = {
		{ "strongest_connection_strength_legacy", FIELD_NUMBER, "54.725113205693695" },
		{ "twitter", FIELD_URL, "https://x.com/johnsmith" },
		{ "avatar_url", FIELD_URL,
		  "https://d1ts43dypk8bqh.cloudfront.net/v1/avatars/"
		  "b792e7f9-003d-494f-a7b4-a53251c621e6" },
		{ "next_calendar_interaction", FIELD_TIMESTAMP, "2023-01-01T15:00:00Z" },
		{ "angellist", FIELD_URL, "https://angellist.com/johnsmith" },
		{ "description", FIELD_TEXT, "Developer met at event" },
		{ "strongest_connection_strength", FIELD_SELECT, "Very strong" },
		{ "last_email_interaction", FIELD_DATE, "2023-01-01" },
		{ "first_interaction", FIELD_TEXT, "2023-01-01T15:00:00.000000000Z" },
		{ "created_at", FIELD_TIMESTAMP, "2023-01-01T15:00:00Z" },
		{ LAST, FIELD_TIMESTAMP, "2023-01-01T15:00:00Z" },
		{ "facebook", FIELD_TEXT, "https://facebook.com/johnsmith" },
		{ "twitter_follower_count", FIELD_INTEGER, "100" },
		{ "instagram", FIELD_URL, "https://instagram.com/johnsmith" },
		/* Not attributes, but the record's own. */
		{ "record_id", FIELD_TEXT, "bf071e1f-6035-429d-b874-d83ea64ea13b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture f;

		fixture_open(&f, SIDE_RECORDS, "values");
		const size_t at = fixture_add_row(&f, "x", rows[i].type, rows[i].path, "x");

		(void)read_body(&f, read_data(&f.arena, "values_update_answer.json"));
		const struct value value = decode_one(&f, at, f.record);

		assert_text(value_part(&value, 0), rows[i].canonical);
		fixture_close(&f);
	}
}

static void decodes_every_property_of_the_example(void **state)
{
	static const struct {
		const char *path;
		enum field_type type;
		const char *canonical;
	} rows[] = {
		{ "id", FIELD_TEXT, "0195f1c2-7b1e-7f3a-9d53-0a4c1d2e3f40" },
		{ "initials", FIELD_TEXT, "A.M." },
		{ "honorificPrefix", FIELD_TEXT, "dr." },
		{ "customerId", FIELD_TEXT, "C-1001" },
		{ "isTracked", FIELD_BOOLEAN, "true" },
		{ "externalSource", FIELD_TEXT, "crmsync:bf071e1f-6035-429d-b874-d83ea64ea13b" },
		{ "createdAt", FIELD_TIMESTAMP, "2024-03-01T09:15:00Z" },
		{ "updatedAt", FIELD_DATE, "2025-01-20" },
		{ "owner", FIELD_TEXT, "/users/7" },
		{ "jobTitle", FIELD_SELECT, "CTO" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture f;

		fixture_open(&f, SIDE_PEOPLE, "values");
		const size_t at = fixture_add_row(&f, "x", rows[i].type, "x", rows[i].path);

		(void)read_body(&f, read_data(&f.arena, "people_person_answer.json"));
		const struct value value = decode_one(&f, at, f.record);

		assert_text(value_part(&value, 0), rows[i].canonical);
		fixture_close(&f);
	}
}

static void knows_what_the_flat_record_says_of_itself(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, SIDE_RECORDS, "attributes");
	const size_t created = fixture_add_row(&f, "a", FIELD_DATE, "created_at", "a");
	const size_t updated = fixture_add_row(&f, "b", FIELD_TIMESTAMP, "updated_at", "b");
	const size_t contacted = fixture_add_row(&f, "c", FIELD_DATE, "last_contacted", "c");
	const size_t missing = fixture_add_row(&f, "d", FIELD_TEXT, "title", "d");

	(void)read_body(&f, read_data(&f.arena, "attributes_list_answer.json"));
	const struct person person = decode_raw(&f, f.record);

	assert_text(value_part(&person.values[created], 0), "2023-02-15");
	assert_text(value_part(&person.values[updated], 0), "2023-06-10T14:20:00Z");
	assert_text(value_part(&person.values[contacted], 0), "2023-06-15");
	assert_int_equal(person.values[missing].state, VALUE_UNKNOWN);
	fixture_close(&f);
}

/* ---- Maps of values ---- */

static void translates_elements_and_numbers(void **state)
{
	struct value_pair interests[] = { { .side = { STR_LIT("Chess"), STR_LIT("schaken") } } };
	struct value_pair grades[] = { { .side = { STR_LIT("5.0"), STR_LIT("excellent") } },
				       { .side = { STR_LIT("0"), STR_LIT(" None ") } } };
	struct fixture f;

	(void)state;
	fixture_open(&f, SIDE_PEOPLE, "values");
	const size_t set = fixture_add_row(&f, "a", FIELD_TEXT_SET, "a", "a");
	const size_t grade = fixture_add_row(&f, "b", FIELD_INTEGER, "b", "b");
	const size_t tags = fixture_add_row(&f, "c", FIELD_TEXT_SET, "c", "tags");

	value_map_prepare(&f.arena, FIELD_TEXT_SET, interests, COUNT_OF(interests));
	value_map_prepare(&f.arena, FIELD_INTEGER, grades, COUNT_OF(grades));
	f.rows[set].map = interests;
	f.rows[set].n_map = COUNT_OF(interests);
	f.rows[grade].map = grades;
	f.rows[grade].n_map = COUNT_OF(grades);
	struct value_pair titles[] = { { .side = { STR_LIT("VIP"), STR_LIT("prospect") } } };

	value_map_prepare(&f.arena, FIELD_TEXT_SET, titles, COUNT_OF(titles));
	f.rows[tags].map = titles;
	f.rows[tags].n_map = COUNT_OF(titles);
	const struct person person = decode_raw(
		&f,
		STR_LIT("{\"id\":\"1\",\"familyName\":\"B\",\"a\":[\"Schaken\",\"golf\"],\"b\":\"Excellent\","
			"\"tags\":[\"/tags/3\",\"/tags/4\"]}"));

	assert_text(person.values[set].items[0].text, "Chess");
	assert_text(person.values[set].items[1].text, "golf");
	assert_text(value_part(&person.values[grade], 0), "5");
	assert_text(person.values[tags].items[0].text, "VIP");
	assert_text(person.values[tags].items[1].text, "Technical");

	struct person wanted = new_person(&f, "");

	set_list(&f, &wanted, "a", (const char *[]){ "golf", "chess", NULL });
	set_text(&f, &wanted, "b", "0");
	set_list(&f, &wanted, "c", (const char *[]){ "Event", "vip", NULL });
	f.mapper->create(&f.context, &wanted, &f.request);
	assert_request(
		&f.request, "POST", "/people",
		"{\"a\":[\"golf\",\"schaken\"],\"b\":\"None\",\"tags\":[\"/tags/9\",\"/tags/3\"]}");
	fixture_close(&f);
}

/* ---- Parts of the name ---- */

static void leaves_parts_to_their_own_rows(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, SIDE_PEOPLE, "values");
	const size_t prefix = fixture_add_row(&f, "a", FIELD_TEXT, "a", "honorificPrefix");
	const struct person person = decode_raw(
		&f, STR_LIT("{\"id\":\"1\",\"familyName\":\"Berg\",\"honorificPrefix\":\"dr.\"}"));
	const struct value *name = value_of(&f, &person, "name");

	assert_text(value_part(name, NAME_PREFIX), "");
	assert_text(value_part(name, NAME_FAMILY), "Berg");
	assert_text(value_part(&person.values[prefix], 0), "dr.");

	struct person desired = new_person(&f, "1");

	set_part(&f, &desired, "name", NAME_PREFIX, "prof.");
	set_part(&f, &desired, "name", NAME_FAMILY, "Berg");
	set_part(&f, &desired, "name", NAME_GIVEN, "Jan");
	f.mapper->update(&f.context, &person, &desired, &f.request);
	assert_request(&f.request, "PATCH", "/people/1", "{\"givenName\":\"Jan\"}");
	request_release(&f.request);

	/* One that only flows out of people is no reason to leave it alone. */
	f.rows[prefix].direction = DIRECTION_TO_RECORDS;
	field_table_init(&f.table, f.rows, f.table.n);
	f.mapper->update(&f.context, &person, &desired, &f.request);
	assert_request(&f.request, "PATCH", "/people/1",
		       "{\"givenName\":\"Jan\",\"honorificPrefix\":\"prof.\"}");
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spells_every_type),
		cmocka_unit_test(decodes_every_attribute_of_the_example),
		cmocka_unit_test(decodes_every_property_of_the_example),
		cmocka_unit_test(knows_what_the_flat_record_says_of_itself),
		cmocka_unit_test(translates_elements_and_numbers),
		cmocka_unit_test(leaves_parts_to_their_own_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
