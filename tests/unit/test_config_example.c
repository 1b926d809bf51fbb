/* SPDX-License-Identifier: Apache-2.0 */
/* sync.conf.example shows every key of the table with its compiled default; and what the defaults are. */
#include "daemon/config/config.h"
#include "daemon/config/config_p.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EXAMPLE TEST_DATA "/../../sync.conf.example"

/* The smallest useful file, with the example's addresses. */
static const char smallest[] = "records = { base_url = \"https://api.attio.com\";\n"
			       "dialect = \"values\"; token_file = \"records.token\"; };\n"
			       "people = { base_url = \"https://crm.example.com\";\n"
			       "token_file = \"people.token\"; };\n";

static int set_environment(void **state)
{
	(void)state;
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	return setenv("STATE_DIRECTORY", "/var/lib/crmsync:/other", 1) != 0 ||
	       setenv("RUNTIME_DIRECTORY", "/run/crmsync", 1) != 0;
}

static void read_example(struct buf *ret_text)
{
	FILE *file = fopen(EXAMPLE, "re");
	char chunk[4096];
	size_t n;

	assert_non_null(file);
	buf_init(ret_text, 1 << 20);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(ret_text, chunk, n);
	assert_int_equal(fclose(file), 0);
}

/* "#path = …" at the start of a line becomes a setting; with deep, the indented example at the end. */
static void uncomment(struct str text, bool deep, struct buf *ret_text)
{
	struct str line;

	buf_init(ret_text, 1 << 20);
	while (str_cut(&text, '\n', &line)) {
		if (line.len > 1 && line.p[0] == '#' && line.p[1] >= 'a' && line.p[1] <= 'z')
			line = str_skip(line, 1);
		else if (deep && str_starts(line, STR_LIT("#   ")))
			line = str_skip(line, 1);
		else if (deep && str_equal(line, STR_LIT("fields = ( );")))
			line = STR_LIT("");
		buf_add_str(ret_text, line);
		buf_add_char(ret_text, '\n');
	}
}

static void parse_as(struct str text, const char *path, struct config *ret_config)
{
	struct config_errors errors = { 0 };

	if (!config_parse(path, text, CONFIG_TEXT_ONLY, ret_config, &errors))
		fail_msg("%s", errors.list.items[0].text.p);
	config_errors_release(&errors);
}

static bool same_value(const struct config_key *key, const struct config *a, const struct config *b)
{
	const void *left = (const char *)a + key->offset;
	const void *right = (const char *)b + key->offset;

	switch (key->type) {
	case KEY_TEXT:
		return strcmp(*(const char *const *)left, *(const char *const *)right) == 0;
	case KEY_WORD:
		return *(const unsigned *)left == *(const unsigned *)right;
	case KEY_COUNT:
		return *(const uint32_t *)left == *(const uint32_t *)right;
	case KEY_RATE:
		return memcmp(left, right, sizeof(double)) == 0;
	case KEY_SECONDS:
		return *(const int64_t *)left == *(const int64_t *)right;
	case KEY_BOOL:
		return *(const bool *)left == *(const bool *)right;
	case KEY_MATCH:
		return a->sync.n_match == b->sync.n_match &&
		       memcmp(a->sync.match, b->sync.match,
			      a->sync.n_match * sizeof(a->sync.match[0])) == 0;
	case KEY_FIELDS:
		return a->fields.fingerprint == b->fields.fingerprint;
	}
	return false;
}

static void test_example_is_defaults(void **state)
{
	struct config defaults, example;
	struct buf text;

	(void)state;
	read_example(&text);
	parse_as(str_from(smallest), "/etc/crmsync/sync.conf", &defaults);
	parse_as(buf_str(&text), "/etc/crmsync/sync.conf", &example);
	for (size_t i = 0; i < n_config_keys; i++) {
		if (!same_value(&config_keys[i], &defaults, &example))
			fail_msg("%s: not the default in the example", config_keys[i].path);
	}
	config_release(&defaults);
	config_release(&example);
	buf_release(&text);
}

/* Also those that stand there as comments, and these as they are under systemd. */
static void test_example_has_every_key(void **state)
{
	struct config defaults, example;
	struct buf text, whole;
	config_t tree;

	(void)state;
	read_example(&text);
	uncomment(buf_str(&text), false, &whole);
	config_init(&tree);
	assert_int_equal(config_read_string(&tree, buf_z(&whole)), CONFIG_TRUE);
	for (size_t i = 0; i < n_config_keys; i++) {
		if (config_lookup(&tree, config_keys[i].path) == NULL)
			fail_msg("%s: not in the example", config_keys[i].path);
	}
	config_destroy(&tree);

	parse_as(str_from(smallest), "/etc/crmsync/sync.conf", &defaults);
	parse_as(buf_str(&whole), "/etc/crmsync/sync.conf", &example);
	for (size_t i = 0; i < n_config_keys; i++) {
		if (!same_value(&config_keys[i], &defaults, &example))
			fail_msg("%s: not the default in the comment", config_keys[i].path);
	}
	config_release(&defaults);
	config_release(&example);
	buf_release(&text);
	buf_release(&whole);
}

static void test_rows_in_the_comment(void **state)
{
	struct config example;
	struct buf text, whole;

	(void)state;
	read_example(&text);
	uncomment(buf_str(&text), true, &whole);
	parse_as(buf_str(&whole), "/etc/crmsync/sync.conf", &example);
	assert_int_equal(field_find(&example.fields, STR_LIT("address")), -1);
	assert_int_not_equal(field_find(&example.fields, STR_LIT("deals")), -1);
	config_release(&example);
	buf_release(&text);
	buf_release(&whole);
}

/* The numbers of the contract, once more and by hand. */
static void test_defaults(void **state)
{
	struct config c;

	(void)state;
	parse_as(str_from(smallest), "/etc/crmsync/sync.conf", &c);
	assert_string_equal(c.endpoint[SIDE_RECORDS].token_path, "/etc/crmsync/records.token");
	assert_string_equal(c.records.object, "people");
	assert_int_equal(c.records.page_size, 500);
	assert_int_equal(c.records.batch_size, 50);
	assert_true(c.records.reads_per_second > 99.9 && c.records.reads_per_second < 100.1);
	assert_true(c.records.writes_per_second > 24.9 && c.records.writes_per_second < 25.1);
	assert_int_equal(c.endpoint[SIDE_RECORDS].max_in_flight, 16);
	assert_int_equal(c.endpoint[SIDE_PEOPLE].max_in_flight, 8);
	assert_int_equal(c.endpoint[SIDE_PEOPLE].timeout_ns, INT64_C(30000000000));
	assert_int_equal(c.people.items_per_page, 30);
	assert_true(c.people.requests_per_minute > 19.9 && c.people.requests_per_minute < 20.1);
	assert_string_equal(c.people.auth_header, "X-API-KEY");
	assert_true(c.people.marker);
	assert_int_equal(c.sync.interval_ns, INT64_C(60000000000));
	assert_int_equal(c.sync.scan_share, 33);
	assert_int_equal(c.sync.n_match, 3);
	assert_int_equal(c.sync.match[1], KEY_LINKEDIN);
	assert_int_equal(c.sync.newest_fallback, SIDE_RECORDS);
	assert_int_equal(c.sync.max_removals, 500);
	assert_int_equal(c.sync.max_removal_percent, 10);
	assert_int_equal(c.sync.max_changed_percent, 50);
	assert_int_equal(c.sync.flap_limit, 4);
	assert_int_equal(c.sync.retry.attempts, 6);
	assert_int_equal(c.sync.retry.base_ns, 500000000);
	assert_int_equal(c.sync.retry.deadline_ns, INT64_C(600000000000));
	assert_int_equal(c.sync.history_days, 90);
	assert_string_equal(c.state_path, "/var/lib/crmsync/state.db");
	assert_string_equal(c.status_path, "/run/crmsync/status.json");
	assert_string_equal(c.control_path, "/run/crmsync/crmsync.sock");
	assert_string_equal(c.metrics_path, "");
	assert_false(c.log.personal_data);
	config_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example_is_defaults),
		cmocka_unit_test(test_example_has_every_key),
		cmocka_unit_test(test_rows_in_the_comment),
		cmocka_unit_test(test_defaults),
	};

	return cmocka_run_group_tests(tests, set_environment, NULL);
}
