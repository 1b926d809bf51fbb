/* SPDX-License-Identifier: Apache-2.0 */
/* What a row of the field table must not be, and the table as it is printed. */
#include "test_config_fixture.h"

/* ---- What a row must not be ---- */

struct bad_row {
	const char *rows; /* line 3 */
	const char *line; /* without "f:" */
};

static const struct bad_row bad_rows[] = {
	{ "{ fild = \"x\"; }", "3: fields[0].fild: unknown key; the nearest known one is field" },
	{ "{ type = \"text\"; }", "3: fields[0].field: missing; every row has a name" },
	{ "5", "3: fields[0]: is a whole number, must be a row { field = …; }" },
	{ "{ field = \"a b\"; }",
	  "3: fields[0].field: must be a name of letters, digits, _ and -, of 1 to 64" },
	{ "{ field = \"x\"; type = \"text\"; records = \"x\"; }",
	  "3: fields[0].people: missing; no built-in row \"x\" says it" },
	{ "{ field = \"tags\"; }",
	  "3: fields[0].records: missing; no built-in row \"tags\" says it" },
	{ "{ field = \"adress\"; enabled = false; }",
	  "3: fields[0].type: missing; no built-in row \"adress\" says it" },
	{ "{ field = \"emails\"; },\n{ field = \"emails\"; }",
	  "4: fields[1]: \"emails\" has a row already, in line 3; leave one out" },
	{ "{ field = \"emails\";\n type = \"strings\"; }",
	  "4: fields[0].type: \"strings\" is none of text, number, integer, boolean, date, timestamp, "
	  "url, email_set, phone_set, select, text_set, reference, reference_set, location, name" },
	{ "{ field = \"emails\"; direction = \"none\"; }",
	  "3: fields[0].direction: \"none\" is none of \"both\", \"to_people\", \"to_records\"" },
	{ "{ field = \"emails\"; conflict = \"oldest\"; }",
	  "3: fields[0].conflict: \"oldest\" is none of \"newest\", \"records\", \"people\", "
	  "\"manual\"" },
	{ "{ field = \"emails\"; enforce = 1; }",
	  "3: fields[0].enforce: is a whole number, must be true or false, without quotes" },
	{ "{ field = \"emails\"; records = \"a.b\"; }",
	  "3: fields[0].records: must be a name of letters, digits, _ and -, of 1 to 64" },
	{ "{ field = \"emails\"; people = \"mails\"; }",
	  "3: fields[0].people: set people.email_property instead" },
	{ "{ field = \"job_title\"; values = ( (\"a\", \"b\", \"c\") ); }",
	  "3: fields[0].values: each element must be a pair, (\"records value\", \"people value\")" },
	{ "{ field = \"job_title\"; values = ( (\"a\", \"\") ); }",
	  "3: fields[0].values: a pair holds an empty text; leave that pair out" },
	{ "{ field = \"job_title\"; values = ( (\"a\", \"x\"), (\"b\", \"x\") ); }",
	  "3: fields[0].values: the people value \"x\" stands in two pairs; leave one out" },
	{ "{ field = \"emails\"; values = ( (\"a\", \"x\") ); }",
	  "3: fields[0].values: only single values and text_set can be translated; leave it out" },
	{ "{ field = \"x\"; type = \"timestamp\"; records = \"x\"; people = \"createdAt\"; }",
	  "3: fields[0].direction: people.createdAt is never written; give direction = "
	  "\"to_records\"" },
	{ "{ field = \"x\"; type = \"timestamp\"; records = \"last_email_interaction\"; people = \"x\"; }",
	  "3: fields[0].direction: records.last_email_interaction is never written; give direction = "
	  "\"to_people\"" },
	{ "{ field = \"x\"; type = \"text\"; records = \"x\"; people = \"externalSource\"; }",
	  "3: fields[0].people: externalSource is the marker; set people.marker = false or map another "
	  "property" },
	{ "{ field = \"x\"; type = \"text\"; records = \"x\"; people = \"jobTitle\"; }",
	  "3: fields[0].people: the field \"job_title\" writes people.jobTitle already; map another one "
	  "or switch that row off" },
	{ "{ field = \"x\"; type = \"text\"; records = \"x\"; people = \"givenName\"; }",
	  "3: fields[0].people: the field \"name\" writes people.name already; map another one or switch "
	  "that row off" },
	{ "{ field = \"x\"; type = \"timestamp\"; records = \"x\"; people = \"archivedAt\"; }",
	  "3: fields[0].direction: people.archivedAt is never written; give direction = "
	  "\"to_records\"" },
	{ "{ field = \"x\"; type = \"integer\"; records = \"x\"; people = \"totalDeals\"; }",
	  "3: fields[0].direction: people.totalDeals is never written; give direction = "
	  "\"to_records\"" },
	{ "{ field = \"x\"; type = \"text\"; records = \"record_id\"; people = \"customerId\"; }",
	  "3: fields[0].direction: records.record_id is never written; give direction = "
	  "\"to_people\"" },
	{ "{ field = \"x\"; type = \"text\"; records = \"x\"; people = \"avatar\"; }",
	  "3: fields[0].direction: people.avatar is never shown; give direction = \"to_people\"" },
	{ "{ field = \"x\"; type = \"text\"; records = \"x\"; people = \"dealSize\"; }",
	  "3: fields[0].type: people.dealSize is an integer, which \"text\" cannot hold" },
	{ "{ field = \"x\"; type = \"select\"; records = \"x\"; people = \"isTracked\"; }",
	  "3: fields[0].type: people.isTracked is a boolean, which \"select\" cannot hold" },
	{ "{ field = \"x\"; type = \"text_set\"; records = \"x\"; people = \"segments\"; }",
	  "3: fields[0].type: people.segments is a list of references, which \"text_set\" cannot "
	  "hold" },
	{ "{ field = \"x\"; type = \"location\"; records = \"x\"; people = \"customerId\"; }",
	  "3: fields[0].type: people.customerId is a string, which \"location\" cannot hold" },
	{ "{ field = \"x\"; type = \"text\"; records = \"x\"; people = \"familyName\"; }",
	  "3: fields[0].people: the field \"name\" writes people.name already; map another one or "
	  "switch that row off" },
	{ "{ field = \"job_title\"; values = ( (\"CEO\", \"x\"), (\"ceo \", \"y\") ); }",
	  "3: fields[0].values: the records value \"ceo\" stands in two pairs; leave one out" },
	{ "{ field = \"x\"; type = \"number\"; records = \"x\"; people = \"x\";\n"
	  "values = ( (\"1\", \"low\"), (\"1.0\", \"high\") ); }",
	  "3: fields[0].values: the records value \"1\" stands in two pairs; leave one out" },
	{ "{ field = \"x\"; type = \"text_set\"; records = \"x\"; people = \"x\";\n"
	  "values = ( (\"a\", \"X\"), (\"b\", \"x\") ); }",
	  "3: fields[0].values: the people value \"x\" stands in two pairs; leave one out" },
	{ "{ field = \"x\"; type = \"name\"; records = \"x\"; people = \"x\"; }",
	  "3: fields[0].people: type \"name\" and the property \"name\" (all its parts) belong "
	  "together" },
};

static void test_bad_rows(void **state)
{
	bool all = true;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
		struct config_errors errors = { 0 };
		struct config config;
		struct buf text, line;

		buf_init(&text, 1 << 16);
		buf_init(&line, 1 << 16);
		buf_addf(&text, "%s%sfields = ( %s );", VALUES, PEOPLE, bad_rows[i].rows);
		buf_addf(&line, "f:%s", bad_rows[i].line);
		assert_false(config_parse("f", buf_str(&text), CONFIG_TEXT_ONLY, &config, &errors));
		if (!str_equal(errors.list.items[0].text, buf_str(&line))) {
			print_error("-- expected\n%s\n-- got\n%s\n", buf_z(&line),
				    errors.list.items[0].text.p);
			all = false;
		}
		config_errors_release(&errors);
		buf_release(&text);
		buf_release(&line);
	}
	assert_true(all);
}

static void test_reference_without_attribute(void **state)
{
	struct config_errors errors = { 0 };
	struct config config;

	(void)state;
	assert_false(config_parse("f",
				  STR_LIT(VALUES PEOPLE "references = {\n"
							" tags = { enabled = true; }; };"),
				  CONFIG_TEXT_ONLY, &config, &errors));
	assert_int_equal(errors.list.n, 1);
	assert_string_equal(
		errors.list.items[0].text.p,
		"f:4: references.tags.records: missing; name the records attribute that "
		"holds the tags");
	config_errors_release(&errors);
}

/* ---- Printing ---- */

static void print(const struct config *config, struct buf *ret_text)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);

	assert_non_null(out);
	config_print_fields(config, out);
	assert_int_equal(fclose(out), 0);
	buf_init(ret_text, 1 << 20);
	buf_add(ret_text, bytes, len);
	free(bytes);
}

static void check_round_trip(const char *records, const char *more)
{
	struct config first, second;
	struct buf printed, again;

	load(records, more, &first);
	print(&first, &printed);
	load(records, buf_z(&printed), &second);
	print(&second, &again);
	assert_string_equal(buf_z(&printed), buf_z(&again));
	assert_int_equal(first.fields.n, second.fields.n);
	for (size_t i = 0; i < first.fields.n; i++) {
		const struct field *a = &first.fields.fields[i];
		const struct field *b = find(&second, a->name.p);

		assert_int_equal(a->type, b->type);
		assert_int_equal(a->policy, b->policy);
		assert_int_equal(a->enforce, b->enforce);
		assert_true(a->fingerprint == b->fingerprint);
	}
	config_release(&first);
	config_release(&second);
	buf_release(&printed);
	buf_release(&again);
}

static void test_round_trip(void **state)
{
	(void)state;
	check_round_trip(VALUES, "");
	check_round_trip(ATTRIBUTES, "");
	check_round_trip(ATTRIBUTES, "references = { tags = { enabled = false; };\n"
				     "companies = { records = \"firm\"; }; };");
	check_round_trip(
		VALUES,
		"sync = { conflict = \"manual\"; direction = \"to_people\"; };\n"
		"fields = ( { field = \"address\"; enabled = false; },\n"
		"{ field = \"job_title\"; enforce = true; direction = \"to_people\";\n"
		"  values = ( (\"C \\\"E\\\" O\", \"back\\\\slash\"), (\"é\", \"日本\") ); },\n"
		"{ field = \"tags\"; records = \"labels\"; } );");
	check_round_trip(
		VALUES,
		"fields = ( { field = \"a\"; type = \"integer\"; records = \"a\"; people = \"dealSize\";\n"
		"  conflict = \"people\"; values = ( (\"1.0\", \"Low\") ); },\n"
		"{ field = \"b\"; type = \"date\"; records = \"b\"; people = \"importedAt\";\n"
		"  direction = \"to_records\"; enforce = true; },\n"
		"{ field = \"c\"; type = \"text\"; records = \"c\"; people = \"honorificPrefix\"; },\n"
		"{ field = \"d\"; type = \"location\"; records = \"d\"; people = \"d\"; } );");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_rows),
		cmocka_unit_test(test_reference_without_attribute),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, set_environment, NULL);
}
