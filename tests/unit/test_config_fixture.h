/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_config_fixture: what the tests of configurations share: the smallest one, loading, looking rows up.
 */
#ifndef CRMSYNC_TEST_CONFIG_FIXTURE_H
#define CRMSYNC_TEST_CONFIG_FIXTURE_H

#include "daemon/config/config.h"

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

static inline int set_environment(void **state)
{
	static const char *const unset[] = { "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY",
					     "RUNTIME_DIRECTORY", "XDG_STATE_HOME",
					     "XDG_RUNTIME_DIR" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(unset); i++)
		(void)unsetenv(unset[i]);
	return setenv("HOME", "/home/u", 1);
}

static inline void load(const char *records, const char *more, struct config *ret_config)
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

static inline const struct field *find(const struct config *config, const char *name)
{
	const int i = field_find(&config->fields, str_from(name));

	if (i < 0)
		fail_msg("no row %s", name);
	return &config->fields.fields[i];
}

#endif
