/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a file: each line that is printed, word by word. */
#include "daemon/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Line 1 and 2; what a case adds begins in line 3. */
#define RECORDS \
	"records = { base_url = \"https://r.example\"; dialect = \"values\"; token_file = \"r\"; };\n"
#define PEOPLE "people = { base_url = \"https://p.example\"; token_file = \"p\"; };\n"
#define BOTH RECORDS PEOPLE

struct bad_case {
	const char *name, *text;
	const char *lines; /* without "f:" in front of each */
};

static const struct bad_case bad_cases[] = {
	/* What must be there. */
	{ "empty", "",
	  "1: records.base_url: missing; this key has no default\n"
	  "1: records.dialect: missing; this key has no default\n"
	  "1: records.token_file: missing; this key has no default\n"
	  "1: people.base_url: missing; this key has no default\n"
	  "1: people.token_file: missing; this key has no default\n" },
	{ "missing in a group", RECORDS "\n\npeople = {\n  base_url = \"https://p.example\";\n};\n",
	  "4: people.token_file: missing; this key has no default\n" },
	{ "empty token name",
	  RECORDS "people = { base_url = \"https://p.example\"; token_file = \"\"; };\n",
	  "2: people.token_file: is empty; name the file that holds the token\n" },

	/* Names. */
	{ "a slip", BOTH "sync = { intervall = 5; };",
	  "3: sync.intervall: unknown key; the nearest known one is sync.interval\n" },
	{ "a sibling is nearer", BOTH "people = 1;",
	  "3: people: given twice (first in line 2); leave one out\n" },
	{ "right name, wrong group", BOTH "state = { interval = 5; };",
	  "3: state.interval: unknown key; the nearest known one is sync.interval\n" },
	{ "group", BOTH "snyc = { interval = 5; };",
	  "3: snyc: unknown key; the nearest known one is sync\n" },
	{ "deep", BOTH "sync = { retry = { atempts = 5; }; };",
	  "3: sync.retry.atempts: unknown key; the nearest known one is sync.retry.attempts\n" },
	{ "value below a value", BOTH "sync = { interval = { s = 5; }; };",
	  "3: sync.interval: is a group { … }, must be a number\n" },
	{ "value for a group", BOTH "sync = 5;",
	  "3: sync: is a whole number, must be a group { … }\n" },
	{ "list for a group", BOTH "log = ( );", "3: log: is a list, must be a group { … }\n" },

	/* Secrets: told apart from slips, their value not repeated. */
	{ "token", BOTH "log = { token = \"CANARY\"; };",
	  "3: log.token: a secret must not stand in this file; put it into a file of its own "
	  "(chmod 600) and name that with token_file\n" },
	{ "api_key", BOTH "Api_Key = \"CANARY\";",
	  "3: Api_Key: a secret must not stand in this file; put it into a file of its own "
	  "(chmod 600) and name that with token_file\n" },

	/* Types. */
	{ "text for a number", BOTH "sync = { interval = \"60\"; };",
	  "3: sync.interval: is a text, must be a number\n" },
	{ "fraction", BOTH "sync = { max_removals = 1.5; };",
	  "3: sync.max_removals: is a number with a fraction, must be a whole number\n" },
	{ "number for a text", BOTH "sync = { default_region = 1; };",
	  "3: sync.default_region: is a whole number, must be a text in quotes\n" },
	{ "text for a switch", BOTH "notes = { enabled = \"true\"; };",
	  "3: notes.enabled: is a text, must be true or false, without quotes\n" },
	{ "number for a word", BOTH "sync = { direction = 1; };",
	  "3: sync.direction: is a whole number, must be one of \"both\", \"to_people\", "
	  "\"to_records\"\n" },
	{ "no such word", BOTH "sync = { conflict = \"Newest\"; };",
	  "3: sync.conflict: \"Newest\" is none of \"newest\", \"records\", \"people\", \"manual\"\n" },
	{ "none is for create only", BOTH "sync = { direction = \"none\"; };",
	  "3: sync.direction: \"none\" is none of \"both\", \"to_people\", \"to_records\"\n" },
	{ "match is no list", BOTH "sync = { match = \"email\"; };",
	  "3: sync.match: is a text, must be a list of \"email\", \"linkedin\", \"phone\" or "
	  "\"customer_id\"\n" },
	{ "match, unknown kind", BOTH "sync = { match = [\"email\", \"marker\"]; };",
	  "3: sync.match: element 2 is marker, must be \"email\", \"linkedin\", \"phone\" or "
	  "\"customer_id\"\n" },
	{ "match, no text", BOTH "sync = { match = (\"email\", 5); };",
	  "3: sync.match: element 2 is a whole number, must be \"email\", \"linkedin\", \"phone\" or "
	  "\"customer_id\"\n" },
	{ "match, twice", BOTH "sync = { match = [\"email\", \"email\"]; };",
	  "3: sync.match: names \"email\" twice; leave one out\n" },
	{ "control character", BOTH "notes = { category = \"/x\\n\"; };",
	  "3: notes.category: holds a control character; take it out\n" },

	/* Bounds. */
	{ "zero", BOTH "sync = { interval = 0; };",
	  "3: sync.interval: 0 is out of range; give 0.001 to 604800 (seconds)\n" },
	{ "negative", BOTH "sync = { max_removals = -1; };",
	  "3: sync.max_removals: -1 is out of range; give 0 to 10000000\n" },
	{ "infinite", BOTH "sync = { interval = 1e999; };",
	  "3: sync.interval: inf is out of range; give 0.001 to 604800 (seconds)\n" },
	{ "too many per cent", BOTH "sync = { max_removal_percent = 101; };",
	  "3: sync.max_removal_percent: 101 is out of range; give 0 to 100\n" },
	{ "page size of the other dialect",
	  "records = { base_url = \"https://r.example\"; dialect = \"attributes\";\n"
	  "token_file = \"r\"; page_size = 500; };\n" PEOPLE,
	  "2: records.page_size: 500 is out of range; give 1 to 100 (dialect attributes)\n" },

	/* What libconfig 1.5 takes without a word. */
	{ "2^31 wraps", BOTH "sync = { max_removals = 2147483648; };",
	  "3: sync.max_removals: 2147483648 is out of range; no number here may pass 2147483647\n" },
	{ "5000000000 wraps to something sane", BOTH "sync = { max_removals = 4294967306; };",
	  "3: sync.max_removals: 4294967306 is out of range; no number here may pass 2147483647\n" },
	{ "hexadecimal", BOTH "sync = {\n max_removals = 0xFFFFFFFF; };",
	  "4: sync.max_removals: 0xFFFFFFFF is out of range; no number here may pass 2147483647\n" },
	{ "long", BOTH "sync = { max_removals = 99999999999999999999999L; };",
	  "3: sync.max_removals: 99999999999999999999999L is out of range; no number here may pass "
	  "2147483647\n" },
	{ "negative wrap", BOTH "sync = { max_removals = -2147483649; };",
	  "3: sync.max_removals: -2147483649 is out of range; no number here may pass -2147483647\n" },
	{ "unclosed comment", BOTH "sync = { interval = 5; };\n/* log = {\n level = 5; };\n",
	  "4: sync: this comment is never closed; end it with */\n" },
	{ "text over two lines",
	  BOTH "log = { level = \"info; };\nsync = { direction = \"both\"; };",
	  "3: log.level: this text is not closed on its line; end it with \"\n" },
	{ "include", BOTH "@include \"other.conf\"\n",
	  "3: people: @include is not supported; put everything into this file\n" },
	{ "not UTF-8", BOTH "sync = { archived_tag = \"caf\xe9\"; };",
	  "3: not UTF-8; save the file as UTF-8\n" },
	{ "nested too deeply", BOTH "sync = ((((((((((((((((((((1))))))))))))))))))));",
	  "3: sync[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: nested too deeply; no key needs more "
	  "than 5 levels\n" },

	/* Syntax. */
	{ "syntax", BOTH "sync = { interval == 5; };",
	  "3: sync.interval: syntax error here or just before; a setting is written NAME = VALUE;\n" },
	{ "value missing", BOTH "\nlog = {\n level = ;\n};",
	  "5: log.level: syntax error here or just before; a setting is written NAME = VALUE;\n" },
	{ "group never closed", BOTH "log = {\n level = \"info\";\n",
	  "3: log: this bracket is never closed; the file ends inside it\n" },
	{ "bracket too many", BOTH "log = { level = \"info\"; }; };",
	  "3: log.level: syntax error here or just before; a setting is written NAME = VALUE;\n" },
	{ "twice", BOTH "sync = {\n interval = 5;\n interval = 6;\n};",
	  "5: sync.interval: given twice (first in line 4); leave one out\n" },
	{ "twice in one line",
	  BOTH "sync = { interval = 5; interval = 6; retry = { cap = 60; deadline = 600; }; };",
	  "3: sync.interval: given twice (first in line 3); leave one out\n" },
	{ "the line of the key, not of what follows",
	  BOTH "sync = { interval = 5;\n\n interval = 6\n;\n conflict = \"newest\";\n};",
	  "5: sync.interval: given twice (first in line 3); leave one out\n" },
	{ "two of them, and a group",
	  BOTH "log = { level = \"info\"; level = \"info\"; };\n"
	       "sync = { interval = 5; interval = 6; };\nsync = { interval = 7; };",
	  "3: log.level: given twice (first in line 3); leave one out\n"
	  "4: sync.interval: given twice (first in line 4); leave one out\n"
	  "5: sync: given twice (first in line 4); leave one out\n" },

	/* All at once, in the order of the lines. */
	{ "several",
	  BOTH "sync = { intervall = 5;\n conflict = \"x\"; max_removals = 3000000000; };\n"
	       "log = { level = 5; };",
	  "3: sync.intervall: unknown key; the nearest known one is sync.interval\n"
	  "4: sync.max_removals: 3000000000 is out of range; no number here may pass 2147483647\n"
	  "4: sync.conflict: \"x\" is none of \"newest\", \"records\", \"people\", \"manual\"\n"
	  "5: log.level: is a whole number, must be one of \"error\", \"warn\", \"notice\", "
	  "\"info\", \"debug\"\n" },

	/* Keys that depend on one another. */
	{ "retry", BOTH "sync = { retry = { base = 10;\n cap = 5; }; };",
	  "4: sync.retry.cap: is shorter than sync.retry.base; give a longer one\n" },
	{ "region", BOTH "sync = { default_region = \"usa\"; };",
	  "3: sync.default_region: must be a country of two capital letters, like \"US\"\n" },
	{ "notes without a category", BOTH "notes = { enabled = true; };",
	  "3: notes.category: missing; notes written to people need a category (an IRI like "
	  "\"/note_categories/1\")\n" },
	{ "category is no IRI", BOTH "notes = { category = \"general\"; };",
	  "3: notes.category: must be an IRI, like \"/note_categories/1\"\n" },
	{ "users of a dialect that has none",
	  "records = { base_url = \"https://r.example\"; dialect = \"attributes\";\n"
	  "token_file = \"r\"; };\n" PEOPLE "users = { enabled = true; };",
	  "4: users.enabled: the dialect attributes has no users; set it to false\n" },
	{ "an address for the id of a workspace",
	  BOTH "users = { enabled = true;\nworkspace = \"https://crm.example/w/1\"; };",
	  "4: users.workspace: must be the id of a workspaces record alone, without blanks and "
	  "slashes\n" },
	{ "nothing that could be created",
	  BOTH "references = { segments = {\ncreate_missing = true; };\n"
	       "owners = { create_missing = true; };\ntags = { create_missing = true; }; };",
	  "4: references.segments.create_missing: segments cannot be created; set it to false\n"
	  "5: references.owners.create_missing: owners are users, who are never created; set it to "
	  "false\n" },
	{ "no tag to tag with",
	  BOTH "sync = { on_removed = { people = \"tag\"; };\narchived_tag = \"\"; };\n"
	       "references = { tags = { enabled = true; records = \"tags\"; }; };",
	  "4: sync.archived_tag: is empty, but on_removed.people = \"tag\" needs it\n" },
	{ "no field of tags", BOTH "sync = {\non_removed = { people = \"tag\"; }; };",
	  "4: sync.on_removed.people: \"tag\" needs a field \"tags\": switch references.tags on, and "
	  "name the records attribute that holds them\n" },
	{ "field of tags switched off",
	  BOTH "sync = { on_removed = { people = \"tag\"; }; };\n"
	       "references = { tags = { enabled = true; records = \"tags\"; }; };\n"
	       "fields = ( { field = \"tags\"; enabled = false; } );",
	  "3: sync.on_removed.people: \"tag\" needs a field \"tags\": switch references.tags on, and "
	  "name the records attribute that holds them\n" },
	{ "tags that go to people only",
	  BOTH "sync = { on_removed = { people = \"tag\"; }; };\n"
	       "references = { tags = { enabled = true; records = \"tags\"; }; };\n"
	       "fields = ( { field = \"tags\"; direction = \"to_people\"; } );",
	  "3: sync.on_removed.people: \"tag\" writes to records, but the field \"tags\" is to_people "
	  "only\n" },
	{ "tags that are no set of texts",
	  BOTH
	  "sync = { on_removed = { people = \"tag\"; }; };\n"
	  "fields = ( { field = \"tags\"; type = \"text\"; records = \"t\"; people = \"t\"; } );",
	  "3: sync.on_removed.people: \"tag\" needs a field \"tags\" of type text_set\n" },
	{ "header",
	  RECORDS "people = { base_url = \"https://p.example\"; token_file = \"p\";\n"
		  "auth_header = \"X-Key: a\"; auth_scheme = \"Bearer x\"; };",
	  "3: people.auth_header: must be the name of a header, like X-API-KEY or Authorization\n"
	  "3: people.auth_scheme: must be one word, like Bearer, or \"\" for none\n" },
	{ "same file twice", BOTH "state = { path = \"/x/a\"; };\nstatus = { path = \"/x/a\"; };",
	  "4: status.path: is the same file as state.path; give another path\n" },
	{ "socket path",
	  BOTH
	  "control = { path = \"/0123456789012345678901234567890123456789012345678901234567890123"
	  "456789012345678901234567890123456789012345678901\"; };",
	  "3: control.path: is 113 bytes long; the path of a socket has at most 107\n" },
};

static void join_errors(const struct config_errors *errors, struct buf *ret_text)
{
	buf_init(ret_text, 1 << 20);
	for (size_t i = 0; i < errors->list.n; i++) {
		buf_add_str(ret_text, errors->list.items[i].text);
		buf_add_char(ret_text, '\n');
	}
}

/* "f:" in front of each line. */
static void expected_lines(const char *lines, struct buf *ret_text)
{
	struct str rest = str_from(lines);
	struct str line;

	buf_init(ret_text, 1 << 20);
	while (str_cut(&rest, '\n', &line))
		buf_addf(ret_text, "f:%.*s\n", STR_ARG(line));
}

static bool check_lines(const char *name, const struct config_errors *errors, const char *lines)
{
	struct buf got, expected;

	join_errors(errors, &got);
	expected_lines(lines, &expected);

	const bool same = strcmp(buf_z(&got), buf_z(&expected)) == 0;

	if (!same)
		print_error("%s\n-- expected\n%s-- got\n%s", name, buf_z(&expected), buf_z(&got));
	buf_release(&got);
	buf_release(&expected);
	return same;
}

static void test_bad_files(void **state)
{
	bool all = true;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad_cases); i++) {
		const struct bad_case *c = &bad_cases[i];
		struct config_errors errors = { 0 };
		struct config config;

		if (config_parse("f", str_from(c->text), CONFIG_TEXT_ONLY, &config, &errors))
			fail_msg("%s: accepted", c->name);
		all = check_lines(c->name, &errors, c->lines) && all;
		for (size_t k = 0; k < errors.list.n; k++)
			assert_null(strstr(errors.list.items[k].text.p, "CANARY"));
		config_errors_release(&errors);
	}
	assert_true(all);
}

/* The words are http_check_url's; the place is ours. */
static void test_addresses(void **state)
{
	static const struct {
		const char *url;
		bool sound;
	} urls[] = {
		{ "https://api.attio.com", true },
		{ "https://api.attio.com/", true },
		{ "https://crm.example.com:8443/base", true },
		{ "http://127.0.0.1:8080", true },
		{ "http://127.8.9.1", true },
		{ "http://[::1]:8080", true },
		{ "http://localhost:1", true },
		{ "http://crm.example.com", false },
		{ "http://127.0.0.1.example.com", false },
		{ "http://10.0.0.1", false },
		{ "ftp://crm.example.com", false },
		{ "https://user:CANARY@crm.example.com", false },
		{ "https://crm.example.com/?a=1", false },
		{ "https://crm.example.com/#x", false },
		{ "crm.example.com", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		struct config_errors errors = { 0 };
		struct config config = { 0 };
		struct buf text;

		buf_init(&text, 4096);
		buf_addf(&text, RECORDS "people = { token_file = \"p\";\nbase_url = \"%s\"; };",
			 urls[i].url);

		const bool sound =
			config_parse("f", buf_str(&text), CONFIG_TEXT_ONLY, &config, &errors);

		if (sound != urls[i].sound)
			fail_msg("%s: %d", urls[i].url, sound);
		if (!sound) {
			assert_int_equal(errors.list.n, 1);
			assert_true(str_starts(errors.list.items[0].text,
					       STR_LIT("f:3: people.base_url: ")));
			assert_null(strstr(errors.list.items[0].text.p, "CANARY"));
		}
		config_errors_release(&errors);
		config_release(&config);
		buf_release(&text);
	}
}

/* ---- Files ---- */

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/crmsync-config-XXXXXX");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	(void)umask(077);
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "f", "r", "p", "ca" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		(void)unlink(names[i]);
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void write_file(const char *name, const char *bytes, size_t len)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void expect_load_error(const char *name, const char *path, const char *line)
{
	struct config_errors errors = { 0 };
	struct config config;
	struct buf got;

	assert_false(config_load(path, CONFIG_TEXT_ONLY, &config, &errors));
	join_errors(&errors, &got);
	if (strcmp(buf_z(&got), line) != 0)
		fail_msg("%s: %s", name, buf_z(&got));
	buf_release(&got);
	config_errors_release(&errors);
}

static void test_unusable_files(void **state)
{
	static char huge[1024 * 1024 + 1];

	(void)state;
	(void)unlink("f");
	expect_load_error("missing", "f",
			  "f: No such file or directory; the configuration is the file "
			  "behind -c, else /etc/crmsync/sync.conf\n");
	expect_load_error("folder", "/tmp", "/tmp: is no regular file; name one with -c FILE\n");
	expect_load_error("device", "/dev/zero",
			  "/dev/zero: is no regular file; name one with -c FILE\n");
	assert_int_equal(mkfifo("f", 0600), 0);
	expect_load_error("fifo", "f", "f: is no regular file; name one with -c FILE\n");
	assert_int_equal(unlink("f"), 0);

	memset(huge, ' ', sizeof(huge));
	write_file("f", huge, sizeof(huge));
	expect_load_error("huge", "f", "f: larger than 1048576 bytes; this is no configuration\n");
	write_file("f", "a\n\0b", 4);
	expect_load_error("binary", "f", "f:2: holds a NUL byte; this is no text file\n");
}

/* Root may read everything. */
static void test_unreadable_file(void **state)
{
	(void)state;
	write_file("f", BOTH, strlen(BOTH));
	assert_int_equal(chmod("f", 0), 0);
	if (geteuid() == 0) {
		assert_int_equal(chmod(".", 0711), 0);
		assert_int_equal(seteuid(12345), 0);
	}
	expect_load_error("unreadable", "f",
			  "f: Permission denied; the configuration is the file "
			  "behind -c, else /etc/crmsync/sync.conf\n");
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(unlink("f"), 0);
}

/* Scenario E4, with the files that the configuration names. */
static void test_files_named(void **state)
{
	static const char text[] =
		"records = { base_url = \"http://r.example\"; dialect = \"values\";\n"
		"  token_file = \"r\"; ca_file = \"ca\"; };\n"
		"people = { base_url = \"https://p.example\";\n"
		"  token_file = \"p\"; };\n";
	struct config_errors errors = { 0 };
	struct config config;
	struct buf got;
	char expected[1024];

	(void)state;
	write_file("f", text, strlen(text));
	write_file("r", "CANARY\n", 7);
	assert_int_equal(chmod("r", 0644), 0);
	assert_false(config_load("f", CONFIG_WITH_FILES, &config, &errors));
	join_errors(&errors, &got);
	(void)snprintf(
		expected, sizeof(expected),
		"f:2: records.token_file: %s/r: mode 0644 lets group or others at the token; "
		"run: chmod 600 %s/r\n"
		"f:2: records.ca_file: %s/ca: No such file or directory; name a readable PEM "
		"file\n"
		"f:4: people.token_file: %s/p: No such file or directory; put the token into "
		"this file and chmod 600 it\n",
		folder, folder, folder, folder);
	assert_true(str_starts(buf_str(&got), STR_LIT("f:1: records.base_url: ")));
	assert_string_equal(buf_z(&got) + str_find(buf_str(&got), '\n') + 1, expected);
	buf_release(&got);
	config_errors_release(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_files),      cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_unusable_files), cmocka_unit_test(test_unreadable_file),
		cmocka_unit_test(test_files_named),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
