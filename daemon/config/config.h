/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: the configuration file as one validated, immutable struct.
 *
 * Read once (and anew on HUP: a second struct that takes the first one's place only if it is
 * sound).  libconfig is known only in config_*.c.  The names, defaults and bounds of all keys stand
 * in one table, config_keys.c; what depends on more than one key is settled in config_derive.c, so
 * that nobody else combines keys: what stands here is what is in force.
 *
 * Invariants of a loaded config
 *  - no text is NULL: what is not configured is "";
 *  - every path is absolute; base URLs have no '/' at their end, and are https or loopback;
 *  - times are nanoseconds, shares are per cent;
 *  - fields[].direction, sync.create, sync.on_removed and notes.direction are already limited by
 *    sync.direction, and users.enabled is off where it lets nothing flow to records.
 *
 * Ownership: everything belongs to the struct's arena; config_release() frees it.
 */
#ifndef CRMSYNC_DAEMON_CONFIG_CONFIG_H
#define CRMSYNC_DAEMON_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "base/vec.h"
#include "core/field.h"
#include "core/match.h"
#include "core/side.h"

#include <stdint.h>
#include <stdio.h>

struct secret;

/* ---- Data ---- */

enum dialect { DIALECT_VALUES, DIALECT_ATTRIBUTES, DIALECT_COUNT };

/* A person of the records side was deleted: what becomes of the people person. */
enum records_removal { RECORDS_REMOVAL_ARCHIVE, RECORDS_REMOVAL_IGNORE, RECORDS_REMOVAL_DELETE };

/* A person of the people side was archived or is gone: what becomes of the record. */
enum people_removal { PEOPLE_REMOVAL_UNLINK, PEOPLE_REMOVAL_DELETE, PEOPLE_REMOVAL_TAG };

/* Removed on one side, edited on the other since the shadow. */
enum edited_removal { EDITED_EDIT_WINS, EDITED_REMOVAL_WINS };

enum reference_kind {
	REFERENCE_COMPANIES,
	REFERENCE_TAGS,
	REFERENCE_SEGMENTS,
	REFERENCE_OWNERS,
	REFERENCE_COUNT
};

/* What both sides have. */
struct config_endpoint {
	const char *base_url;   /* without '/' at its end */
	const char *token_path; /* absolute; read it with config_read_token() */
	const char *ca_file;    /* "": the system's */
	const char *proxy;      /* "": none, whatever the environment says */
	int64_t timeout_ns;     /* of one whole request */
	uint32_t max_in_flight;
	uint32_t token_line; /* where the file names it */
	uint32_t ca_line;
};

struct config_records {
	enum dialect dialect;
	const char *object;
	uint32_t page_size;
	uint32_t batch_size; /* used by the attributes dialect only */
	double reads_per_second;
	double writes_per_second;
};

struct config_people {
	uint32_t items_per_page;
	double requests_per_minute; /* sliding window, reads and writes together */
	const char *auth_header;
	const char *auth_scheme; /* "": the token alone */
	const char *email_property, *email_key;
	const char *phone_property, *phone_key;
	bool marker; /* externalSource is ours to write on persons that we create */
};

struct config_retry {
	uint32_t attempts;
	int64_t base_ns;
	int64_t cap_ns;
	int64_t deadline_ns;
};

struct config_sync {
	int64_t interval_ns;
	uint32_t scan_share; /* per cent */
	enum direction direction;
	enum direction create; /* DIRECTION_NONE: nobody is created */
	size_t n_match;
	enum key_kind match[KEY_KIND_COUNT]; /* as configured; neither MARKER nor IDENTICAL */
	enum policy conflict;
	enum side newest_fallback;
	int64_t clock_tolerance_ns;
	int64_t verify_after_ns;
	uint32_t max_removals;
	uint32_t max_removal_percent;
	uint32_t max_changed_percent;
	uint32_t flap_limit;
	int64_t shutdown_grace_ns;
	enum records_removal on_records_removed;
	enum people_removal on_people_removed;
	enum edited_removal on_edited_removed;
	const char *archived_tag;
	struct config_retry retry;
	const char *default_region; /* ISO 3166-1 alpha-2 */
	uint32_t history_days;
};

struct config_notes {
	bool enabled;
	const char *category; /* an IRI; not "" where notes are written to people */
	enum direction direction;
};

struct config_users {
	bool enabled;
	const char *workspace; /* a records id; "": none */
};

/* A row of the field table carries the values; this is how they are looked up. */
struct config_reference {
	bool enabled;        /* a row is in force that needs this collection */
	const char *records; /* the attribute */
	bool create_missing;
};

struct config_log {
	enum log_level level;
	enum log_format format;
	bool personal_data;
};

struct config {
	const char *file; /* as it was given */
	struct config_endpoint endpoint[SIDE_COUNT];
	struct config_records records;
	struct config_people people;
	struct config_sync sync;
	struct config_notes notes;
	struct config_users users;
	struct config_reference references[REFERENCE_COUNT];
	struct config_log log;
	const char *state_path;
	const char *status_path;
	const char *metrics_path; /* "": none */
	const char *control_path;

	struct field_table fields;
	/* For --print-fields: the directions as configured, one a row of fields, and the names of
	 * built-in rows that are switched off. */
	const enum direction *configured_directions;
	size_t n_switched_off;
	const struct str *switched_off;

	struct arena arena;
};

/* ---- Errors: all of a file at once, one line each, ready to print ---- */

/* Zeroed is a valid, empty list. */
struct config_error {
	uint32_t line; /* 0: the whole file */
	struct str key;
	struct str text; /* "FILE:LINE: KEY: what is wrong; what to do" */
};

struct config_errors {
	VEC(struct config_error) list; /* in order of their lines */
	/* status.path of a file that is refused, as far as it tells, else the default; NULL: unknown. */
	const char *status_path;
	struct arena arena;
};

/* One line each. */
void config_errors_print(const struct config_errors *errors, FILE *out);
void config_errors_release(struct config_errors *errors);

/* ---- Life cycle ---- */

enum config_scope {
	CONFIG_TEXT_ONLY,  /* the file itself */
	CONFIG_WITH_FILES, /* also the token and CA files that it names */
};

/* False: *ret_config is untouched and errors says why.  errors is initialised by the caller. */
NODISCARD bool config_load(const char *path, enum config_scope scope, struct config *ret_config,
			   struct config_errors *errors);
/* The same from memory; path is only what errors and relative names refer to. */
NODISCARD bool config_parse(const char *path, struct str text, enum config_scope scope,
			    struct config *ret_config, struct config_errors *errors);
void config_release(struct config *config);

/* ---- Uses ---- */

/* The side's token; the caller releases it.  ERR_CONFIG names the configuration's line. */
NODISCARD bool config_read_token(const struct config *config, enum side side,
				 struct secret *ret_secret, struct error *err);
/* The field table in force in the file's own syntax: "fields = ( … );". */
void config_print_fields(const struct config *config, FILE *out);
const char *dialect_name(enum dialect dialect);

#endif
