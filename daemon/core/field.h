/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field: the field table: what is synced, how each side spells it, which way, and who wins.
 *
 * Built once from the configuration and immutable afterwards.  Index into the table == index into
 * person.values.  A row's fingerprint covers its name, type, paths and value map: a shadow that was
 * stored under another fingerprint does not count, so that a changed mapping is first contact for
 * that field alone.
 *
 * Ownership: everything in the table belongs to the arena it was built in.
 */
#ifndef CRMSYNC_CORE_FIELD_H
#define CRMSYNC_CORE_FIELD_H

#include "base/arena.h"
#include "core/side.h"
#include "core/value.h"

#include <stdint.h>

enum field_type {
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_INTEGER,
	FIELD_BOOLEAN,
	FIELD_DATE,
	FIELD_TIMESTAMP,
	FIELD_URL,
	FIELD_LINKEDIN, /* spelled "url" in the configuration; chosen when people is linkedinId */
	FIELD_EMAIL_SET,
	FIELD_PHONE_SET,
	FIELD_SELECT,
	FIELD_TEXT_SET,
	FIELD_REFERENCE,
	FIELD_REFERENCE_SET,
	/* spelled "reference" in the configuration; chosen where people hold a list of them (organizations):
	 * the record shows one, and nobody's order of the list means anything */
	FIELD_REFERENCE_OF_MANY,
	FIELD_LOCATION,
	FIELD_NAME,
	FIELD_TYPE_COUNT
};

enum field_shape { SHAPE_SCALAR, SHAPE_SET, SHAPE_PARTS };

enum direction {
	DIRECTION_BOTH,
	DIRECTION_TO_PEOPLE,
	DIRECTION_TO_RECORDS,
	DIRECTION_NONE,
	DIRECTION_COUNT
};

enum policy { POLICY_NEWEST, POLICY_RECORDS, POLICY_PEOPLE, POLICY_MANUAL, POLICY_COUNT };

/* Named things of a side that persons refer to by id or IRI; in the canonical form they stand by the text
 * that both sides know them by. */
enum collection {
	COLLECTION_TAGS,
	COLLECTION_SEGMENTS,
	COLLECTION_ORGANIZATIONS,
	COLLECTION_USERS,
	COLLECTION_COMPANIES, /* records */
	COLLECTION_MEMBERS,   /* records: of the workspace */
	COLLECTION_COUNT,
	COLLECTION_NONE = COLLECTION_COUNT
};

struct value_pair {
	struct str side[SIDE_COUNT]; /* the same meaning as each side spells it */
	struct str key[SIDE_COUNT];  /* what texts are looked up by (mappers/value_map.h) */
};

struct field {
	struct str name;
	enum field_type type;
	/* attribute slug, property name; empty: this side has it not */
	struct str path[SIDE_COUNT];
	/* The side holds less than the type could: of a set the primary element only, of a name one
	 * string (attributes dialect: email, phone, name). */
	bool single[SIDE_COUNT];
	/* The side takes it and never shows it (people: avatar): what was sent is what it holds. */
	bool unread[SIDE_COUNT];
	/* name: the people's parts that rows of their own write, one bit each; name leaves them alone */
	unsigned parts_elsewhere;
	enum direction direction;
	enum policy policy;
	bool enforce; /* one-way: an edit on the target is put back */
	size_t n_map;
	const struct value_pair *map;
	uint64_t fingerprint;
};

struct field_table {
	size_t n;
	const struct field *fields;
	uint64_t fingerprint; /* of all rows: seeds the digests of raw records */
	/* The rows that match keys are taken from; -1: none. */
	int name, emails, phones, linkedin, customer_id;
};

enum field_shape field_shape(enum field_type type);
unsigned field_part_count(enum field_type type); /* 0 unless SHAPE_PARTS */
/* Is the first element of the set content of its own (e-mails, phones)?  Of tags it is not. */
bool field_has_primary(enum field_type type);
/* Has this part of the people's name a row of its own (honorificPrefix, initials)? */
bool field_part_elsewhere(const struct field *field, unsigned part);
/* What this side spells the field's values as members of; COLLECTION_NONE: it holds the texts. */
enum collection field_collection(const struct field *field, enum side side);
/* Is this the people side's tags, which are named by title and written by IRI? */
bool field_is_tags(const struct field *field);
const char *collection_name(enum collection collection);
enum side collection_side(enum collection collection);
const char *field_type_name(enum field_type type); /* as the configuration spells it */
bool field_type_from_name(struct str name, enum field_type *ret_type);
const char *policy_name(enum policy policy);
bool policy_from_name(struct str name, enum policy *ret_policy);
const char *direction_name(enum direction direction);
/* both, to_people, to_records, none */
bool direction_from_name(struct str name, enum direction *ret_direction);
/* A value of this type in one line for people: "a, b", "Dr. Jan van der Berg".  Empty for empty. */
struct str field_display(struct arena *arena, enum field_type type, const struct value *value);
/* May an edit on `from` be carried to the other side? */
bool direction_flows_from(enum direction direction, enum side from);
/* Index by name, or -1. */
int field_find(const struct field_table *table, struct str name);

/*
 * The default table for a dialect (attributes or values), as a starting point for the configuration;
 * rows in a fixed order, room for more is the caller's.  Returns the number of rows written.
 */
size_t field_defaults(bool attributes_dialect, size_t max, struct field ret_rows[]);
/* Completes a table: fingerprints and the indexes of the key rows.  rows must outlive the table. */
void field_table_init(struct field_table *table, struct field *rows, size_t n);

#endif
