/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: what a side says of itself, for a check before the first sync: its attributes, what its
 * token may do, the filters that it has; and whether a row of the field table fits an attribute.
 *
 * The dialect `values` tells its attributes itself.  The others don't: of them stands here what the
 * API's documents say, and a tenant may have more.
 *
 * Ownership: what is decoded lives in the arena given.
 */
#ifndef CRMSYNC_MAPPERS_SCHEMA_H
#define CRMSYNC_MAPPERS_SCHEMA_H

#include "mappers/mapper.h"

/* An object has a few hundred attributes at most; a server that lists more is not believed. */
#define LIMIT_SCHEMA_ATTRIBUTES 4096
#define LIMIT_SCHEMA_FILTERS 512

struct schema_attribute {
	struct str slug;
	struct str type; /* in the API's own word */
	bool writable;
	bool required;
	bool multi; /* holds several values */
	bool archived;
};

struct schema {
	bool live; /* told by the server: what is not there does not exist */
	size_t n;
	const struct schema_attribute *attributes;
};

/* NULL if it has none of that name. */
const struct schema_attribute *schema_find(const struct schema *schema, struct str slug);
/* What the documents say of a dialect that does not tell; n == 0 for one that does. */
struct schema schema_documented(const struct mapper *mapper, struct arena *arena);

/* ---- Does a row fit? ---- */

enum schema_fit {
	FIT_GOOD,
	FIT_TYPE, /* it holds something else */
	FIT_READ, /* it can be read as this type, but not written */
	FIT_ONE,  /* the row is a list, the attribute holds one value */
	FIT_MANY, /* the row is one value, the attribute a list */
	FIT_UNJUDGED,
};

enum schema_fit schema_fit(const struct schema_attribute *attribute, const struct field *field,
			   enum side side);
/* Types of attributes that a row of this type may be written to: "text select"; "" if unknown. */
const char *schema_types_of(enum field_type type);

/* ---- records, dialect `values` ---- */

void schema_attributes_request(const struct mapper_context *context, struct request *ret);
NODISCARD bool schema_attributes_decode(struct str body, struct arena *arena, struct schema *ret,
					struct error *err);

/* What GET /v2/self says: a hint at what the token may do, and no proof. */
struct schema_token {
	bool active;
	struct str scopes; /* separated by blanks; empty: not told */
};

void schema_token_request(struct request *ret);
NODISCARD bool schema_token_decode(struct str body, struct arena *arena, struct schema_token *ret,
				   struct error *err);
/* "note:read" is also granted by "note:read-write". */
bool schema_token_has(const struct schema_token *token, const char *scope);

/* ---- people ---- */

struct schema_filters {
	bool told; /* the answer described its filters */
	size_t n;
	const struct str *names;
};

/* From the body of any list. */
NODISCARD bool schema_filters_decode(struct str body, struct arena *arena,
				     struct schema_filters *ret, struct error *err);
bool schema_filters_have(const struct schema_filters *filters, struct str name);

/* ---- Answers without a server ---- */

/*
 * The raw bytes of the record that a server would answer a create with, if it stored what it was sent
 * as it is: for decode.  request is a create of this mapper.
 */
NODISCARD bool mapper_echo(const struct mapper *mapper, const struct request *request,
			   struct arena *arena, struct str *ret_raw, struct error *err);

#endif
