/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_keys: every key of the configuration with its default and its bounds.
 *
 * sync.conf.example and sync.conf.5 show the same; tests/unit/test_config_example.c holds them
 * against this table.  Three defaults depend on records.dialect and are settled in config_derive.c:
 * records.page_size, references.tags.enabled and references.tags.records.
 */
#include "daemon/config/config_p.h"

#include "daemon/config/nearest.h"

#include <assert.h>
#include <string.h>

/* ---- Bounds ---- */

#define RATE_MIN 0.01
#define PER_SECOND_MAX 100000.0
#define PER_MINUTE_MAX 6000000.0
#define IN_FLIGHT_MAX 256
#define PAGE_MAX 500 /* values; 100 in attributes: config_derive.c */
#define BATCH_MAX 100
#define ITEMS_MAX 30 /* the people side clamps above, silently */
#define SECONDS_MIN 0.001
#define HOUR 3600.0
#define DAY 86400.0
#define WEEK (7 * DAY)
#define REMOVALS_MAX 10000000
#define WRITES_A_DAY_MAX 10000
#define ATTEMPTS_MAX 100
#define DAYS_MAX 36500

/* ---- Words, in the order of their enums ---- */

static const char *const dialects[] = { "values", "attributes", NULL };
static const char *const directions[] = { "both", "to_people", "to_records", NULL };
static const char *const creates[] = { "both", "to_people", "to_records", "none", NULL };
static const char *const policies[] = { "newest", "records", "people", "manual", NULL };
static const char *const sides[] = { "records", "people", NULL };
static const char *const records_removals[] = { "archive", "ignore", "delete", NULL };
static const char *const people_removals[] = { "unlink", "delete", "tag", NULL };
static const char *const edited_removals[] = { "edit_wins", "removal_wins", NULL };
static const char *const levels[] = { "error", "warn", "notice", "info", "debug", NULL };
static const char *const formats[] = { "text", "json", "journal", NULL };

static_assert(COUNT_OF(dialects) == DIALECT_COUNT + 1, "a word for each dialect");
static_assert(COUNT_OF(creates) == DIRECTION_COUNT + 1, "a word for each direction");
static_assert(COUNT_OF(policies) == POLICY_COUNT + 1, "a word for each policy");
static_assert(COUNT_OF(sides) == SIDE_COUNT + 1, "a word for each side");
static_assert(COUNT_OF(levels) == LOG_LEVEL_COUNT + 1, "a word for each level");
static_assert(COUNT_OF(formats) == LOG_FORMAT_COUNT + 1, "a word for each format");
static_assert(sizeof(enum direction) == sizeof(unsigned), "words are stored as unsigned");

/* ---- The table ---- */

#define AT(member) offsetof(struct config, member)
#define NEEDED(p, m) \
	{ \
		.path = (p), .type = KEY_TEXT, .offset = AT(m), .text = "", .required = true \
	}
#define TEXT(p, m, t) \
	{ \
		.path = (p), .type = KEY_TEXT, .offset = AT(m), .text = (t) \
	}
#define BOOL(p, m, yes) \
	{ \
		.path = (p), .type = KEY_BOOL, .offset = AT(m), .number = (yes) \
	}
#define WORD(p, m, w, index) \
	{ \
		.path = (p), .type = KEY_WORD, .offset = AT(m), .words = (w), .number = (index) \
	}
#define NUMBER(t, p, m, d, low, high) \
	{ \
		.path = (p), .type = (t), .offset = AT(m), .number = (d), .min = (low), \
		.max = (high) \
	}
#define COUNT(p, m, d, low, high) NUMBER(KEY_COUNT, p, m, d, low, high)
#define RATE(p, m, d, high) NUMBER(KEY_RATE, p, m, d, RATE_MIN, high)
#define SECONDS(p, m, d, low, high) NUMBER(KEY_SECONDS, p, m, d, low, high)

#define RECORDS endpoint[SIDE_RECORDS]
#define PEOPLE endpoint[SIDE_PEOPLE]
#define COMPANIES references[REFERENCE_COMPANIES]
#define TAGS references[REFERENCE_TAGS]
#define SEGMENTS references[REFERENCE_SEGMENTS]
#define OWNERS references[REFERENCE_OWNERS]

/* clang-format off */
const struct config_key config_keys[] = {
	NEEDED("records.base_url", RECORDS.base_url),
	{ .path = "records.dialect", .type = KEY_WORD, .offset = AT(records.dialect),
	  .words = dialects, .required = true },
	NEEDED("records.token_file", RECORDS.token_path),
	TEXT("records.object", records.object, "people"),
	COUNT("records.page_size", records.page_size, 500, 1, PAGE_MAX),
	COUNT("records.batch_size", records.batch_size, 50, 1, BATCH_MAX),
	RATE("records.reads_per_second", records.reads_per_second, 100, PER_SECOND_MAX),
	RATE("records.writes_per_second", records.writes_per_second, 25, PER_SECOND_MAX),
	COUNT("records.max_in_flight", RECORDS.max_in_flight, 16, 1, IN_FLIGHT_MAX),
	TEXT("records.ca_file", RECORDS.ca_file, ""),
	TEXT("records.proxy", RECORDS.proxy, ""),
	SECONDS("records.timeout", RECORDS.timeout_ns, 30, SECONDS_MIN, HOUR),

	NEEDED("people.base_url", PEOPLE.base_url),
	NEEDED("people.token_file", PEOPLE.token_path),
	COUNT("people.items_per_page", people.items_per_page, 30, 1, ITEMS_MAX),
	RATE("people.requests_per_minute", people.requests_per_minute, 20, PER_MINUTE_MAX),
	COUNT("people.max_in_flight", PEOPLE.max_in_flight, 8, 1, IN_FLIGHT_MAX),
	TEXT("people.ca_file", PEOPLE.ca_file, ""),
	TEXT("people.proxy", PEOPLE.proxy, ""),
	SECONDS("people.timeout", PEOPLE.timeout_ns, 30, SECONDS_MIN, HOUR),
	TEXT("people.auth_header", people.auth_header, "X-API-KEY"),
	TEXT("people.auth_scheme", people.auth_scheme, ""),
	TEXT("people.email_property", people.email_property, "emailAddresses"),
	TEXT("people.email_key", people.email_key, "email"),
	TEXT("people.phone_property", people.phone_property, "phoneNumbers"),
	TEXT("people.phone_key", people.phone_key, "phoneNumber"),
	BOOL("people.marker", people.marker, true),

	SECONDS("sync.interval", sync.interval_ns, 60, SECONDS_MIN, WEEK),
	COUNT("sync.scan_share", sync.scan_share, 33, 1, 100),
	WORD("sync.direction", sync.direction, directions, DIRECTION_BOTH),
	{ .path = "sync.match", .type = KEY_MATCH },
	WORD("sync.create", sync.create, creates, DIRECTION_BOTH),
	WORD("sync.conflict", sync.conflict, policies, POLICY_NEWEST),
	WORD("sync.newest_fallback", sync.newest_fallback, sides, SIDE_RECORDS),
	SECONDS("sync.clock_tolerance", sync.clock_tolerance_ns, 2, 0, DAY),
	SECONDS("sync.verify_after", sync.verify_after_ns, 0, 0, WEEK),
	COUNT("sync.max_removals", sync.max_removals, 500, 0, REMOVALS_MAX),
	COUNT("sync.max_removal_percent", sync.max_removal_percent, 10, 0, 100),
	COUNT("sync.max_changed_percent", sync.max_changed_percent, 50, 0, 100),
	COUNT("sync.flap_limit", sync.flap_limit, 4, 1, WRITES_A_DAY_MAX),
	SECONDS("sync.shutdown_grace", sync.shutdown_grace_ns, 10, 0, HOUR),
	WORD("sync.on_removed.records", sync.on_records_removed, records_removals,
	     RECORDS_REMOVAL_ARCHIVE),
	WORD("sync.on_removed.people", sync.on_people_removed, people_removals,
	     PEOPLE_REMOVAL_UNLINK),
	WORD("sync.on_removed.edited", sync.on_edited_removed, edited_removals, EDITED_EDIT_WINS),
	TEXT("sync.archived_tag", sync.archived_tag, "archived"),
	COUNT("sync.retry.attempts", sync.retry.attempts, 6, 1, ATTEMPTS_MAX),
	SECONDS("sync.retry.base", sync.retry.base_ns, 0.5, SECONDS_MIN, HOUR),
	SECONDS("sync.retry.cap", sync.retry.cap_ns, 60, SECONDS_MIN, DAY),
	SECONDS("sync.retry.deadline", sync.retry.deadline_ns, 600, SECONDS_MIN, WEEK),
	TEXT("sync.default_region", sync.default_region, "US"),
	COUNT("sync.history_days", sync.history_days, 90, 0, DAYS_MAX),

	TEXT("state.path", state_path, ""),
	TEXT("status.path", status_path, ""),
	TEXT("status.metrics_path", metrics_path, ""),
	TEXT("control.path", control_path, ""),

	BOOL("notes.enabled", notes.enabled, false),
	TEXT("notes.category", notes.category, ""),
	WORD("notes.direction", notes.direction, directions, DIRECTION_BOTH),

	BOOL("users.enabled", users.enabled, false),
	TEXT("users.workspace", users.workspace, ""),

	BOOL("references.companies.enabled", COMPANIES.enabled, true),
	TEXT("references.companies.records", COMPANIES.records, "company"),
	BOOL("references.companies.create_missing", COMPANIES.create_missing, false),
	BOOL("references.tags.enabled", TAGS.enabled, false),
	TEXT("references.tags.records", TAGS.records, ""),
	BOOL("references.tags.create_missing", TAGS.create_missing, false),
	BOOL("references.segments.enabled", SEGMENTS.enabled, false),
	TEXT("references.segments.records", SEGMENTS.records, ""),
	BOOL("references.segments.create_missing", SEGMENTS.create_missing, false),
	BOOL("references.owners.enabled", OWNERS.enabled, false),
	TEXT("references.owners.records", OWNERS.records, ""),
	BOOL("references.owners.create_missing", OWNERS.create_missing, false),

	WORD("log.level", log.level, levels, LOG_LEVEL_INFO),
	WORD("log.format", log.format, formats, LOG_FORMAT_TEXT),
	BOOL("log.personal_data", log.personal_data, false),

	{ .path = "fields", .type = KEY_FIELDS },
};
/* clang-format on */

const size_t n_config_keys = COUNT_OF(config_keys);

static_assert(COUNT_OF(config_keys) <= CONFIG_KEYS_MAX, "room for every key's line");

/* ---- Defaults ---- */

static void put_default(struct config *config, const struct config_key *key)
{
	void *place = (char *)config + key->offset;

	switch (key->type) {
	case KEY_TEXT:
		memcpy(place, &key->text, sizeof(key->text));
		break;
	case KEY_WORD:
		*(unsigned *)place = (unsigned)key->number;
		break;
	case KEY_COUNT:
		*(uint32_t *)place = (uint32_t)key->number;
		break;
	case KEY_RATE:
		*(double *)place = key->number;
		break;
	case KEY_SECONDS:
		*(int64_t *)place = (int64_t)(key->number * 1e9);
		break;
	case KEY_BOOL:
		*(bool *)place = key->number > 0;
		break;
	case KEY_MATCH:
		config->sync.n_match = 3;
		config->sync.match[0] = KEY_EMAIL;
		config->sync.match[1] = KEY_LINKEDIN;
		config->sync.match[2] = KEY_PHONE;
		break;
	case KEY_FIELDS:
		break;
	}
}

void config_put_defaults(struct config *config)
{
	for (size_t i = 0; i < n_config_keys; i++)
		put_default(config, &config_keys[i]);
}

/* ---- Looking up ---- */

size_t config_key_find(struct str path)
{
	for (size_t i = 0; i < n_config_keys; i++) {
		if (str_equal_z(path, config_keys[i].path))
			return i;
	}
	return n_config_keys;
}

bool config_key_is_group(struct str path)
{
	for (size_t i = 0; i < n_config_keys; i++) {
		const struct str known = str_from(config_keys[i].path);

		if (str_starts(known, path) && known.len > path.len && known.p[path.len] == '.')
			return true;
	}
	return false;
}

/* The offset of the last name in a path. */
static size_t leaf_at(struct str path)
{
	size_t at = path.len;

	while (at > 0 && path.p[at - 1] != '.')
		at--;
	return at;
}

/*
 * A slip of the finger beside its siblings is likelier than a key in the wrong group, and that is
 * likelier than both: so the distance of the last names, and one or more for another group.
 */
static size_t path_distance(struct str unknown, struct str known)
{
	const size_t a = leaf_at(unknown);
	const size_t b = leaf_at(known);
	const size_t leaves = edit_distance(str_skip(unknown, a), str_skip(known, b));
	const size_t groups = edit_distance(str_head(unknown, a), str_head(known, b));

	return leaves * 8 + (groups > 7 ? 7 : groups);
}

struct str config_key_nearest(struct str path)
{
	struct str nearest = str_from(config_keys[0].path);
	size_t shortest = SIZE_MAX;

	for (size_t i = 0; i < n_config_keys; i++) {
		const struct str known = str_from(config_keys[i].path);

		/* The groups that the key stands in, then itself: "sink" is nearest to "sync". */
		for (size_t end = 1; end <= known.len; end++) {
			const struct str name = str_head(known, end);

			if (end < known.len && known.p[end] != '.')
				continue;
			if (path_distance(path, name) < shortest) {
				shortest = path_distance(path, name);
				nearest = name;
			}
		}
	}
	return nearest;
}
