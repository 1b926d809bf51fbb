/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_read: the libconfig tree into struct config, driven by the table of keys.
 *
 * libconfig 1.5 does not report unknown names, takes 1 for an integer but not for a float, and gives
 * 0 for what it cannot convert: so the tree is walked, and every type is asked before its value.
 */
#include "daemon/config/config_p.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PATH_MAX_BYTES 256

const char *config_kind_name(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		return "a group { … }";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a whole number";
	case CONFIG_TYPE_FLOAT:
		return "a number with a fraction";
	case CONFIG_TYPE_STRING:
		return "a text";
	case CONFIG_TYPE_BOOL:
		return "true or false";
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return "a list";
	default:
		return "nothing";
	}
}

static uint32_t line_of(const config_setting_t *setting)
{
	return config_setting_source_line(setting);
}

static bool wrong_type(struct config_load *load, const config_setting_t *setting, const char *key,
		       const char *wanted)
{
	return config_complain(load, line_of(setting), key, "is %s, must be %s",
			       config_kind_name(setting), wanted);
}

/* ---- Values ---- */

const char *config_read_text(struct config_load *load, const config_setting_t *setting,
			     const char *key)
{
	if (config_setting_type(setting) != CONFIG_TYPE_STRING) {
		(void)wrong_type(load, setting, key, "a text in quotes");
		return NULL;
	}

	const struct str text = str_from(config_setting_get_string(setting));

	if (text.len > CONFIG_TEXT_MAX) {
		(void)config_complain(load, line_of(setting), key,
				      "is %zu bytes long; at most %d are allowed", text.len,
				      CONFIG_TEXT_MAX);
		return NULL;
	}
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f) {
			(void)config_complain(load, line_of(setting), key,
					      "holds a control character; take it out");
			return NULL;
		}
	}
	return text.len == 0 ? "" : arena_copy(&load->config.arena, text).p;
}

bool config_read_bool(struct config_load *load, const config_setting_t *setting, const char *key,
		      bool *ret_value)
{
	if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
		return wrong_type(load, setting, key, "true or false, without quotes");
	*ret_value = config_setting_get_bool(setting) != 0;
	return true;
}

static void read_word(struct config_load *load, const config_setting_t *setting,
		      const struct config_key *key, void *place)
{
	size_t n = 0;
	char all[160] = "";

	while (key->words[n] != NULL)
		n++;
	for (size_t i = 0; i < n; i++) {
		const size_t used = strlen(all);

		(void)snprintf(all + used, sizeof(all) - used, "%s\"%s\"", i > 0 ? ", " : "",
			       key->words[i]);
	}
	if (config_setting_type(setting) != CONFIG_TYPE_STRING) {
		(void)config_complain(load, line_of(setting), key->path, "is %s, must be one of %s",
				      config_kind_name(setting), all);
		return;
	}

	const char *word = config_setting_get_string(setting);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(word, key->words[i]) == 0) {
			*(unsigned *)place = (unsigned)i;
			return;
		}
	}
	(void)config_complain(load, line_of(setting), key->path, "\"%.60s\" is none of %s", word,
			      all);
}

static bool read_number(struct config_load *load, const config_setting_t *setting,
			const struct config_key *key, double *ret_number)
{
	const bool whole = key->type == KEY_COUNT;
	const int type = config_setting_type(setting);
	double number;

	if (type == CONFIG_TYPE_INT)
		number = config_setting_get_int(setting);
	else if (type == CONFIG_TYPE_INT64)
		number = (double)config_setting_get_int64(setting);
	else if (type == CONFIG_TYPE_FLOAT && !whole)
		number = config_setting_get_float(setting);
	else
		return wrong_type(load, setting, key->path, whole ? "a whole number" : "a number");
	if (!isfinite(number) || number < key->min || number > key->max)
		return config_complain(load, line_of(setting), key->path,
				       "%.10g is out of range; give %.10g to %.10g%s", number,
				       key->min, key->max,
				       key->type == KEY_SECONDS ? " (seconds)" : "");
	*ret_number = number;
	return true;
}

/* sync.match: kinds of keys that a file may name; the two others are not a matter of choice. */
static bool match_kind(const char *name, enum key_kind *ret_kind)
{
	return key_kind_from_name(str_from(name), ret_kind) && *ret_kind != KEY_MARKER &&
	       *ret_kind != KEY_IDENTICAL;
}

static void read_match(struct config_load *load, const config_setting_t *setting, const char *key)
{
	static const char wanted[] = "\"email\", \"linkedin\", \"phone\" or \"customer_id\"";
	struct config_sync *sync = &load->config.sync;

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting)) {
		(void)config_complain(load, line_of(setting), key, "is %s, must be a list of %s",
				      config_kind_name(setting), wanted);
		return;
	}
	sync->n_match = 0;
	for (unsigned i = 0; i < (unsigned)config_setting_length(setting); i++) {
		const config_setting_t *item = config_setting_get_elem(setting, i);
		const char *name = config_setting_get_string(item);
		enum key_kind kind = KEY_MARKER;

		if (name == NULL || !match_kind(name, &kind)) {
			(void)config_complain(load, line_of(item), key,
					      "element %u is %.40s, must be %s", i + 1,
					      name != NULL ? name : config_kind_name(item), wanted);
			return;
		}
		for (size_t k = 0; k < sync->n_match; k++) {
			if (sync->match[k] == kind) {
				(void)config_complain(load, line_of(item), key,
						      "names \"%s\" twice; leave one out", name);
				return;
			}
		}
		sync->match[sync->n_match++] = kind;
	}
}

static void read_value(struct config_load *load, const config_setting_t *setting,
		       const struct config_key *key)
{
	void *place = (char *)&load->config + key->offset;
	const char *text;
	double number;

	switch (key->type) {
	case KEY_TEXT:
		text = config_read_text(load, setting, key->path);
		if (text != NULL)
			memcpy(place, &text, sizeof(text));
		break;
	case KEY_WORD:
		read_word(load, setting, key, place);
		break;
	case KEY_COUNT:
		if (read_number(load, setting, key, &number))
			*(uint32_t *)place = (uint32_t)number;
		break;
	case KEY_RATE:
		if (read_number(load, setting, key, &number))
			*(double *)place = number;
		break;
	case KEY_SECONDS:
		if (read_number(load, setting, key, &number))
			*(int64_t *)place = llround(number * (double)NS_PER_S);
		break;
	case KEY_BOOL:
		(void)config_read_bool(load, setting, key->path, place);
		break;
	case KEY_MATCH:
		read_match(load, setting, key->path);
		break;
	case KEY_FIELDS:
		if (config_setting_is_list(setting))
			load->rows = setting;
		else
			(void)wrong_type(load, setting, key->path,
					 "a list ( { … }, { … } ) of rows");
		break;
	}
}

/* ---- The tree ---- */

/* Whoever tries to put a secret here is told where it belongs; its value is not repeated. */
static bool looks_like_secret(struct str leaf)
{
	static const char *const names[] = { "token",        "api_key",      "apikey", "key",
					     "secret",       "password",     "bearer", "auth",
					     "access_token", "authorization" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (str_equal_nocase(leaf, str_from(names[i])))
			return true;
	}
	return false;
}

static void complain_unknown(struct config_load *load, const config_setting_t *setting,
			     const char *path)
{
	if (looks_like_secret(str_from(config_setting_name(setting)))) {
		(void)config_complain(
			load, line_of(setting), path,
			"a secret must not stand in this file; put it into a file of its own "
			"(chmod 600) and name that with token_file");
		return;
	}

	const struct str nearest = config_key_nearest(str_from(path));

	(void)config_complain(load, line_of(setting), path,
			      "unknown key; the nearest known one is %.*s", STR_ARG(nearest));
}

/* The deepest group of the table is the third level: references.companies.enabled. */
static void read_group(struct config_load *load, const config_setting_t *group, const char *prefix)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, i);
		char path[PATH_MAX_BYTES];

		(void)snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix != '\0' ? "." : "",
			       config_setting_name(setting));

		const size_t key = config_key_find(str_from(path));

		if (key < n_config_keys) {
			load->lines[key] = line_of(setting);
			read_value(load, setting, &config_keys[key]);
		} else if (!config_key_is_group(str_from(path))) {
			complain_unknown(load, setting, path);
		} else if (config_setting_is_group(setting)) {
			read_group(load, setting, path);
		} else {
			(void)wrong_type(load, setting, path, "a group { … }");
		}
	}
}

static void complain_missing(struct config_load *load)
{
	for (size_t i = 0; i < n_config_keys; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->required && load->lines[i] == 0)
			(void)config_complain(load, config_line(load, key->path), key->path,
					      "missing; this key has no default");
	}
}

void config_read_tree(struct config_load *load)
{
	read_group(load, config_root_setting(&load->tree), "");
	complain_missing(load);
}

bool config_given(const struct config_load *load, const char *path)
{
	const size_t key = config_key_find(str_from(path));

	return key < n_config_keys && load->lines[key] > 0;
}

uint32_t config_line(struct config_load *load, const char *path)
{
	const size_t key = config_key_find(str_from(path));
	char group[PATH_MAX_BYTES];

	if (key < n_config_keys && load->lines[key] > 0)
		return load->lines[key];
	(void)snprintf(group, sizeof(group), "%s", path);
	for (char *dot = strrchr(group, '.'); dot != NULL; dot = strrchr(group, '.')) {
		*dot = '\0';

		const config_setting_t *setting = config_lookup(&load->tree, group);

		if (setting != NULL && config_setting_source_line(setting) > 0)
			return config_setting_source_line(setting);
	}
	return 1;
}
