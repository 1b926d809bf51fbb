/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_p: what the config_*.c files share.  Nobody else includes this.
 *
 *   config_scan.c    the text before libconfig sees it: what libconfig 1.5 would swallow
 *   config_keys.c    the table of keys: path, type, default, bounds, place in struct config
 *   config_read.c    libconfig tree -> struct config, driven by that table
 *   config_fields.c  the rows of the field table
 *   config_rows.c    reading one row
 *   config_rules.c   what a row may not say
 *   config_derive.c  defaults from the environment, and all that depends on more than one key
 *   config_errors.c  the list of errors
 *   config_print.c   check --print-fields
 *   config.c         life cycle
 */
#ifndef CRMSYNC_DAEMON_CONFIG_CONFIG_P_H
#define CRMSYNC_DAEMON_CONFIG_CONFIG_P_H

#include "daemon/config/config.h"

#include <libconfig.h>

/* ---- The table of keys ---- */

#define CONFIG_KEYS_MAX 128
#define CONFIG_TEXT_MAX 4096 /* bytes of one text */

enum key_type {
	KEY_TEXT,    /* const char * */
	KEY_WORD,    /* an enum; words[] in its order */
	KEY_COUNT,   /* uint32_t */
	KEY_RATE,    /* double */
	KEY_SECONDS, /* int64_t, nanoseconds; fractions are fine */
	KEY_BOOL,    /* bool */
	KEY_MATCH,   /* sync.match */
	KEY_FIELDS,  /* the rows of the field table */
};

struct config_key {
	const char *path; /* "sync.retry.base" */
	enum key_type type;
	size_t offset;            /* into struct config */
	double min, max;          /* COUNT, RATE, SECONDS */
	double number;            /* the default; a word's index, 0 or 1 for BOOL */
	const char *text;         /* TEXT: the default */
	const char *const *words; /* WORD: NULL-terminated */
	bool required;
};

extern const struct config_key config_keys[];
extern const size_t n_config_keys;

/* Index into config_keys, or n_config_keys. */
size_t config_key_find(struct str path);
/* Is path a group of the table ("sync.retry")? */
bool config_key_is_group(struct str path);
/* The known key or group that is nearest to an unknown one; siblings come first. */
struct str config_key_nearest(struct str path);
/* Puts the default of every key. */
void config_put_defaults(struct config *config);

/* ---- One load ---- */

struct config_load {
	const char *path;     /* as given */
	struct str folder;    /* of the file, absolute */
	struct config config; /* under construction */
	struct config_errors *errors;
	config_t tree;
	uint32_t lines[CONFIG_KEYS_MAX]; /* where each key of the table was given; 0: it was not */
	const config_setting_t *rows;    /* fields = ( … ); NULL if there are none */
};

/* Was the key given?  path must be in the table. */
bool config_given(const struct config_load *load, const char *path);
/* The line of a key, else of its group, else 1. */
uint32_t config_line(struct config_load *load, const char *path);
/* Adds "FILE:LINE: KEY: …"; returns false.  A key that has an error already keeps that one. */
bool config_complain(struct config_load *load, uint32_t line, const char *key, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
bool config_has_error(const struct config_errors *errors, struct str key);
void config_errors_sort(struct config_errors *errors);

/* What a refused file says of status.path; else the default, or NULL if there is none. */
const char *config_rescue_status(struct config_load *load, struct str text);

/* False: libconfig must not see this text, or what it makes of it would mislead. */
bool config_scan(struct config_load *load, struct str text);
/* The key that stands last at or before the line, "" if none. */
const char *config_scan_key_at(struct config_load *load, struct str text, uint32_t line);

/* Reads the tree; complains of unknown keys, types, bounds and missing keys. */
void config_read_tree(struct config_load *load);
/* A copy of the setting's text in the config's arena; NULL, having complained, if it is none or is
 * too long or has control characters. */
const char *config_read_text(struct config_load *load, const config_setting_t *setting,
			     const char *key);
bool config_read_bool(struct config_load *load, const config_setting_t *setting, const char *key,
		      bool *ret_value);
/* "a text", "a number", … */
const char *config_kind_name(const config_setting_t *setting);

/* Paths, endpoints, and keys that depend on one another.  Before the fields. */
void config_derive(struct config_load *load);
/* What remains of `wanted` where only `limit` may flow. */
enum direction config_limit_direction(enum direction wanted, enum direction limit);
/* "" stays ""; else absolute, relative names against the folder of the file. */
const char *config_absolute(struct config_load *load, const char *name);

/* ---- Rows of the field table ---- */

struct config_row {
	struct field field;     /* direction as configured, not yet limited by sync.direction */
	struct value_pair *map; /* the field's */
	bool built_in;          /* known to us: a row of `fields` may leave out what we know */
	bool by_default;        /* in force unless it is switched off */
	bool enabled;
	bool in_fields; /* the file has a row for it */
	uint32_t line;
	/* where the file speaks of it: "fields[2]", "references.tags"; else "fields" */
	char key[32];
};

struct config_rows {
	VEC(struct config_row) list;
};

/* NULL if there is none of that name.  Valid until a row is added. */
struct config_row *config_row_find(struct config_rows *rows, struct str name);
/* A name of letters, digits, _ and -, of 1 to 64: what a path of ours may be. */
bool config_is_identifier(struct str text);
/* Built-in rows, the rows of `fields` on top, then the checks of the whole table. */
void config_build_fields(struct config_load *load);
/* One group of `fields`: replaces the row of that name or adds one. */
void config_read_row(struct config_load *load, struct config_rows *rows,
		     const config_setting_t *setting, unsigned index);
/* Complains of what a row in force, alone or beside the others, must not be. */
void config_check_rows(struct config_load *load, const struct config_rows *rows);

#endif
