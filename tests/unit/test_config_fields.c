/* SPDX-License-Identifier: Apache-2.0 */
/* The field table that a configuration makes, and what follows from its other keys. */
#include "daemon/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VALUES \
	"records = { base_url = \"https://r.example\"; dialect = \"values\"; token_file = \"r\"; };\n"
#define ATTRIBUTES \
	"records = { base_url = \"https://r.example/\"; dialect = \"attributes\"; token_file = \"r\"; };\n"
#define PEOPLE "people = { base_url = \"https://p.example\"; token_file = \"p\"; };\n"

static int set_environment(void **state)
{
	static const char *const unset[] = { "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY",
					     "RUNTIME_DIRECTORY", "XDG_STATE_HOME",
					     "XDG_RUNTIME_DIR" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(unset); i++)
		(void)unsetenv(unset[i]);
	return setenv("HOME", "/home/u", 1);
}

static void load(const char *records, const char *more, struct config *ret_config)
{
	struct config_errors errors = { 0 };
	struct buf text;

	buf_init(&text, 1 << 16);
	buf_addf(&text, "%s%s%s", records, PEOPLE, more);
	if (!config_parse("/etc/c/f", buf_str(&text), CONFIG_TEXT_ONLY, ret_config, &errors))
		fail_msg("%s\n%s", more, errors.list.items[0].text.p);
	config_errors_release(&errors);
	buf_release(&text);
}

static const struct field *find(const struct config *config, const char *name)
{
	const int i = field_find(&config->fields, str_from(name));

	if (i < 0)
		fail_msg("no row %s", name);
	return &config->fields.fields[i];
}

static bool has(const struct config *config, const char *name)
{
	return field_find(&config->fields, str_from(name)) >= 0;
}

#define assert_text(text, expected) assert_true(str_equal_z((text), (expected)))

/* ---- Which rows are in force ---- */

static void test_defaults(void **state)
{
	struct config c;

	(void)state;
	load(VALUES, "", &c);
	assert_false(has(&c, "tags"));
	assert_false(has(&c, "segments"));
	assert_false(has(&c, "owner"));
	assert_false(has(&c, "customer_id"));
	assert_true(has(&c, "address"));
	assert_text(find(&c, "company")->path[SIDE_RECORDS], "company");
	assert_text(find(&c, "company")->path[SIDE_PEOPLE], "organizations");
	assert_true(c.references[REFERENCE_COMPANIES].enabled);
	assert_false(c.references[REFERENCE_TAGS].enabled);
	assert_false(find(&c, "emails")->single[SIDE_RECORDS]);
	assert_int_equal(find(&c, "linkedin")->type, FIELD_LINKEDIN);
	config_release(&c);

	load(ATTRIBUTES, "", &c);
	assert_text(find(&c, "tags")->path[SIDE_RECORDS], "tags");
	assert_true(c.references[REFERENCE_TAGS].enabled);
	assert_false(has(&c, "address"));
	assert_true(find(&c, "emails")->single[SIDE_RECORDS]);
	assert_true(find(&c, "phones")->single[SIDE_RECORDS]);
	assert_int_equal(c.records.page_size, 100);
	assert_string_equal(c.endpoint[SIDE_RECORDS].base_url, "https://r.example");
	config_release(&c);
}

static void test_references(void **state)
{
	struct config c;

	(void)state;
	load(VALUES,
	     "references = { companies = { enabled = false; };\n"
	     "tags = { enabled = true; records = \"labels\"; create_missing = true; };\n"
	     "segments = { enabled = true; records = \"groups\"; };\n"
	     "owners = { enabled = true; records = \"owner_ref\"; }; };",
	     &c);
	assert_false(has(&c, "company"));
	assert_false(c.references[REFERENCE_COMPANIES].enabled);
	assert_text(find(&c, "tags")->path[SIDE_RECORDS], "labels");
	assert_int_equal(find(&c, "tags")->type, FIELD_TEXT_SET);
	assert_true(c.references[REFERENCE_TAGS].create_missing);
	assert_string_equal(c.references[REFERENCE_TAGS].records, "labels");
	assert_int_equal(find(&c, "segments")->type, FIELD_REFERENCE_SET);
	assert_int_equal(find(&c, "owner")->type, FIELD_REFERENCE);
	assert_int_equal(c.n_switched_off, 1);
	config_release(&c);

	/* A row of `fields` does it too. */
	load(VALUES, "fields = ( { field = \"tags\"; records = \"labels\"; } );", &c);
	assert_true(c.references[REFERENCE_TAGS].enabled);
	assert_string_equal(c.references[REFERENCE_TAGS].records, "labels");
	config_release(&c);
	load(ATTRIBUTES, "fields = ( { field = \"tags\"; enabled = false; } );", &c);
	assert_false(c.references[REFERENCE_TAGS].enabled);
	config_release(&c);
}

static void test_rows(void **state)
{
	struct config c;

	(void)state;
	load(VALUES,
	     "sync = { conflict = \"manual\"; };\n"
	     "fields = (\n"
	     "{ field = \"address\"; enabled = false; },\n"
	     "{ field = \"job_title\"; conflict = \"people\"; values = ( (\"CEO\", \"Chief\"),\n"
	     "  [\"CTO\", \"Tech \\\"x\\\" \\\\\"] ); },\n"
	     "{ field = \"site\"; type = \"url\"; records = \"web-site\"; people = \"avatarUrl\";\n"
	     "  direction = \"to_records\"; enforce = true; } );",
	     &c);
	assert_false(has(&c, "address"));
	assert_int_equal(find(&c, "name")->policy, POLICY_MANUAL);
	assert_int_equal(find(&c, "job_title")->policy, POLICY_PEOPLE);
	assert_text(find(&c, "job_title")->path[SIDE_PEOPLE], "jobTitle");
	assert_int_equal(find(&c, "job_title")->n_map, 2);
	assert_text(find(&c, "job_title")->map[0].side[SIDE_RECORDS], "CEO");
	assert_text(find(&c, "job_title")->map[1].side[SIDE_PEOPLE], "Tech \"x\" \\");
	assert_int_equal(find(&c, "site")->direction, DIRECTION_TO_RECORDS);
	assert_int_equal(find(&c, "site")->type, FIELD_URL);
	assert_true(find(&c, "site")->enforce);
	config_release(&c);
}

static void test_properties(void **state)
{
	struct config_errors errors = { 0 };
	struct config c;

	(void)state;
	assert_true(config_parse(
		"/etc/c/f",
		STR_LIT(VALUES "people = { base_url = \"https://p.example\"; token_file = "
			       "\"p\"; email_property = \"mails\"; };"),
		CONFIG_TEXT_ONLY, &c, &errors));
	assert_text(find(&c, "emails")->path[SIDE_PEOPLE], "mails");
	config_release(&c);
	config_errors_release(&errors);
}

static void test_users(void **state)
{
	struct config c;

	(void)state;
	load(VALUES, "users = { enabled = true; };", &c);
	assert_int_equal(find(&c, "customer_id")->direction, DIRECTION_NONE);
	assert_int_equal(find(&c, "customer_id")->path[SIDE_RECORDS].len, 0);
	assert_text(find(&c, "customer_id")->path[SIDE_PEOPLE], "customerId");
	config_release(&c);
	load(VALUES,
	     "users = { enabled = true; };\n"
	     "fields = ( { field = \"customer_id\"; records = \"cid\"; } );",
	     &c);
	assert_int_equal(find(&c, "customer_id")->direction, DIRECTION_TO_RECORDS);
	assert_int_equal(c.fields.customer_id, field_find(&c.fields, STR_LIT("customer_id")));
	config_release(&c);
}

/* ---- What limits what ---- */

static void test_direction(void **state)
{
	struct config c;

	(void)state;
	load(VALUES,
	     "sync = { direction = \"to_people\"; on_removed = { people = \"delete\"; }; };\n"
	     "notes = { enabled = true; category = \"/c/1\"; };\n"
	     "fields = ( { field = \"job_title\"; direction = \"to_records\"; } );",
	     &c);
	assert_int_equal(c.sync.create, DIRECTION_TO_PEOPLE);
	assert_int_equal(c.notes.direction, DIRECTION_TO_PEOPLE);
	assert_int_equal(c.sync.on_records_removed, RECORDS_REMOVAL_ARCHIVE);
	assert_int_equal(c.sync.on_people_removed, PEOPLE_REMOVAL_UNLINK);
	assert_int_equal(find(&c, "name")->direction, DIRECTION_TO_PEOPLE);
	assert_int_equal(find(&c, "job_title")->direction, DIRECTION_NONE);
	config_release(&c);

	/* Nothing is tagged there, so that no field is needed for it. */
	load(VALUES, "sync = { direction = \"to_people\"; on_removed = { people = \"tag\"; }; };\n",
	     &c);
	assert_int_equal(c.sync.on_people_removed, PEOPLE_REMOVAL_UNLINK);
	config_release(&c);

	load(VALUES, "sync = { direction = \"to_records\"; create = \"to_people\"; };\n", &c);
	assert_int_equal(c.sync.create, DIRECTION_NONE);
	assert_int_equal(c.sync.on_records_removed, RECORDS_REMOVAL_IGNORE);
	config_release(&c);

	load(ATTRIBUTES, "notes = { enabled = true; category = \"/c/1\"; };\n", &c);
	assert_int_equal(c.notes.direction, DIRECTION_TO_PEOPLE);
	config_release(&c);
}

static void test_numbers(void **state)
{
	struct config c;

	(void)state;
	load(VALUES,
	     "sync = { interval = 0.25; verify_after = 7L; clock_tolerance = 0x10; match = ( );\n"
	     "max_removals = 10000000; create = \"none\"; };",
	     &c);
	assert_int_equal(c.sync.interval_ns, 250000000);
	assert_int_equal(c.sync.verify_after_ns, INT64_C(7000000000));
	assert_int_equal(c.sync.clock_tolerance_ns, INT64_C(16000000000));
	assert_int_equal(c.sync.n_match, 0);
	assert_int_equal(c.sync.max_removals, 10000000);
	assert_int_equal(c.sync.create, DIRECTION_NONE);
	config_release(&c);
}

static void test_paths(void **state)
{
	struct config c;

	(void)state;
	load(VALUES, "", &c);
	assert_string_equal(c.state_path, "/home/u/.local/state/crmsync/state.db");
	assert_string_equal(c.status_path, "/home/u/.local/state/crmsync/status.json");
	assert_string_equal(c.control_path, "/home/u/.local/state/crmsync/crmsync.sock");
	config_release(&c);

	assert_int_equal(setenv("XDG_STATE_HOME", "/x/state", 1), 0);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", "relative/is/ignored", 1), 0);
	load(VALUES, "state = { path = \"s.db\"; };", &c);
	assert_string_equal(c.state_path, "/etc/c/s.db");
	assert_string_equal(c.status_path, "/home/u/.local/state/crmsync/status.json");
	config_release(&c);

	assert_int_equal(setenv("XDG_RUNTIME_DIR", "/run/user/1", 1), 0);
	load(VALUES, "", &c);
	assert_string_equal(c.state_path, "/x/state/crmsync/state.db");
	assert_string_equal(c.status_path, "/run/user/1/crmsync/status.json");
	assert_string_equal(c.control_path, "/run/user/1/crmsync/crmsync.sock");
	config_release(&c);

	assert_int_equal(setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b", 1), 0);
	assert_int_equal(setenv("RUNTIME_DIRECTORY", "/run/a", 1), 0);
	load(VALUES, "status = { path = \"/s/status.json\"; };", &c);
	assert_string_equal(c.state_path, "/var/lib/a/state.db");
	assert_string_equal(c.control_path, "/s/crmsync.sock");
	config_release(&c);
	assert_int_equal(set_environment(NULL), 0);
}

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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_direction),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_bad_rows),
		cmocka_unit_test(test_reference_without_attribute),
		cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, set_environment, NULL);
}
