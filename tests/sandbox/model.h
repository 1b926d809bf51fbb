/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: what the servers hold.  An object (people, companies, tags …) is a table of records; a
 * record has one cell for each attribute, a cell any number of values.
 *
 * A value is kept as the JSON text that answers show, so that a page is written by copying; what
 * the text holds (members, or a whole JSON value) is the dialect's business.  key is the same thing
 * in the form that searches and uniqueness compare.
 *
 * Invariants: `created` is sorted by (created_ns, seq), `by_id` by id, except between
 * object_bulk_begin() and object_bulk_end(); every value of an indexed attribute is in the index.
 */
#ifndef CRMSYNC_SANDBOX_MODEL_H
#define CRMSYNC_SANDBOX_MODEL_H

#include "index.h"
#include "rng.h"

#include "base/arena.h"
#include "base/vec.h"

#include <stdint.h>

#define RECORD_ID_BYTES 40

enum actor { ACTOR_SYSTEM, ACTOR_TOKEN, ACTOR_MEMBER };

enum attribute_flag {
	ATTR_MULTI = 1,
	ATTR_READ_ONLY = 2,
	ATTR_UNIQUE = 4,
	ATTR_INDEXED = 8,
	ATTR_REQUIRED = 16,
	ATTR_CUSTOM = 32,
	ATTR_BY_KEY = 64, /* two values are the same if their keys are */
	ATTR_WRITE_ONLY = 128,
	ATTR_REFERENCE = 256, /* points to records of the object that `detail` names, by key */
	ATTR_ARCHIVED = 512,  /* not there any more, but its values are kept */
};

struct attribute {
	const char *slug;
	int kind; /* an enum of the dialect */
	unsigned flags;
	const char *detail; /* what the kind needs: target object, options, … */
};

struct value {
	struct str json; /* owns the memory of key too */
	struct str key;
	int64_t at_ns;
	enum actor actor;
};

struct cell {
	struct value *values;
	size_t n;
	bool was_set; /* held a value once: cleared is not the same as never set */
};

struct note {
	char id[UUID_TEXT_BYTES];
	const char *type; /* static: "note", "task", "email" */
	char *title;
	char *text;
	char *category; /* an id, or NULL */
	char *author;   /* an id, or NULL */
	bool flagged;
	bool hidden;   /* private, on the people side */
	bool markdown; /* on the records side */
	int64_t created_ns;
	int64_t updated_ns;
	enum actor actor;
};

struct record {
	char id[RECORD_ID_BYTES];
	struct object *object;
	uint64_t seq;
	int64_t created_ns; /* 0: lost (a PUT on the people side) */
	int64_t updated_ns;
	enum actor created_by;
	VEC(struct note *) notes;
	struct cell cells[];
};

struct object {
	const char *slug;
	const char *type;             /* what answers call one of them */
	struct attribute *attributes; /* in `texts`, with what they point to if it isn't static */
	uint32_t n_attributes;
	struct arena texts;
	char id[UUID_TEXT_BYTES];
	uint64_t next_seq;
	bool bulk;
	VEC(struct record *) created;
	VEC(struct record *) by_id;
	struct index index;
};

/* A value that is about to be stored; the texts live in the request's arena. */
struct draft {
	struct str json;
	struct str key;
};

/* What a request wants of one attribute; n == 0 clears it. */
struct change {
	uint32_t attribute;
	struct draft *drafts;
	size_t n;
	bool add; /* put in front of what is there */
};

struct changes {
	VEC(struct change) list;
};

struct stamp {
	int64_t now_ns;
	enum actor actor;
};

/* Zeroed before, except slug and type.  The rows are copied, what they point to is borrowed. */
void object_init(struct object *object, const struct attribute *attributes, uint32_t n_attributes);
/* One more attribute, before there are any records. */
void object_add_attribute(struct object *object, const struct attribute *attribute);
void object_release(struct object *object);
void object_bulk_begin(struct object *object);
void object_bulk_end(struct object *object);
/* The number of the attribute, or n_attributes. */
uint32_t object_attribute(const struct object *object, struct str slug);

/* It is one of the object's attributes and not archived. */
bool object_shows(const struct object *object, uint32_t attribute);

/* The record is owned by the object. */
struct record *object_add(struct object *object, const char *id, const struct stamp *stamp);
void object_remove(struct object *object, struct record *record);
struct record *object_find(const struct object *object, struct str id);
/* The one that has this unique key, other than `but` (may be NULL); NULL if none. */
struct record *object_find_key(const struct object *object, uint32_t attribute, struct str key,
			       const struct record *but);
/* For a record whose created_ns is to change. */
void object_move(struct object *object, struct record *record, int64_t created_ns);
/* Position in `created` of the first record created at or after that time. */
size_t object_lower_bound(const struct object *object, int64_t created_ns);

/* Applies one change; values that stay keep their time and actor.  True if anything changed. */
bool record_apply(struct record *record, const struct change *change, const struct stamp *stamp);
struct note *record_add_note(struct record *record, struct rng *rng);
/* The note of any record; NULL if there is none. */
struct note *object_find_note(const struct object *object, struct str id,
			      struct record **ret_record);
void record_remove_note(struct record *record, struct note *note);
/* The notes of `from` become those of `into`. */
void record_move_notes(struct record *from, struct record *into);
/* Another text for the n-th value, which keeps its time and actor. */
void record_replace(struct record *record, uint32_t attribute, size_t n, const struct draft *draft);
/* The first value's key, or empty. */
struct str record_key(const struct record *record, uint32_t attribute);

struct change *changes_add(struct changes *changes, uint32_t attribute);
void changes_release(struct changes *changes);
/* One more value for the change, in the arena. */
void change_put(struct change *change, struct arena *arena, struct str json, struct str key);

#endif
