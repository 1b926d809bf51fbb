/* SPDX-License-Identifier: Apache-2.0 */
/* The field table that a configuration makes, and what follows from its other keys. */
#include "test_config_fixture.h"

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

/* What the documents name beyond the default table, and what beside the name. */
static void test_documented(void **state)
{
	struct config c;

	(void)state;
	load(VALUES,
	     "fields = (\n"
	     "{ field = \"i\"; type = \"text\"; records = \"i\"; people = \"initials\"; },\n"
	     "{ field = \"h\"; type = \"select\"; records = \"h\"; people = \"honorificPrefix\"; },\n"
	     "{ field = \"n\"; type = \"number\"; records = \"n\"; people = \"customerId\"; },\n"
	     "{ field = \"d\"; type = \"select\"; records = \"d\"; people = \"dealSize\";\n"
	     "  values = ( (\"Small\", \"1\"), (\"Large\", \" 2 \") ); },\n"
	     "{ field = \"a\"; type = \"text\"; records = \"a\"; people = \"avatar\";\n"
	     "  direction = \"to_people\"; },\n"
	     "{ field = \"m\"; type = \"select\"; records = \"m\"; people = \"m\";\n"
	     "  direction = \"to_people\"; values = ( (\"x\", \"1\"), (\"y\", \"1\") ); },\n"
	     "{ field = \"z\"; type = \"timestamp\"; records = \"z\"; people = \"archivedAt\";\n"
	     "  direction = \"to_records\"; } );",
	     &c);
	assert_true(field_part_elsewhere(find(&c, "name"), NAME_INITIALS));
	assert_true(field_part_elsewhere(find(&c, "name"), NAME_PREFIX));
	assert_false(field_part_elsewhere(find(&c, "name"), NAME_GIVEN));
	assert_true(find(&c, "a")->unread[SIDE_PEOPLE]);
	assert_text(find(&c, "d")->map[1].side[SIDE_PEOPLE], "2");
	assert_text(find(&c, "d")->map[0].key[SIDE_RECORDS], "small");
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
	/* Switched off it is read all the same. */
	load(VALUES,
	     "users = { enabled = true; };\n"
	     "fields = ( { field = \"customer_id\"; records = \"cid\"; enabled = false; } );",
	     &c);
	assert_int_equal(find(&c, "customer_id")->direction, DIRECTION_NONE);
	assert_int_equal(find(&c, "customer_id")->path[SIDE_RECORDS].len, 0);
	config_release(&c);
	load(VALUES, "users = { enabled = true; }; sync = { direction = \"to_people\"; };", &c);
	assert_false(c.users.enabled);
	assert_int_equal(c.fields.customer_id, -1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),   cmocka_unit_test(test_references),
		cmocka_unit_test(test_rows),       cmocka_unit_test(test_documented),
		cmocka_unit_test(test_properties), cmocka_unit_test(test_users),
		cmocka_unit_test(test_direction),  cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, set_environment, NULL);
}
