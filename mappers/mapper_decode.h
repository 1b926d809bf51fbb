/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapper_decode: what all dialects share on the way from JSON to a person.
 *
 * Every function that returns bool fails with ERR_MALFORMED that names the record and the path, and
 * never the value: that is personal data.
 */
#ifndef CRMSYNC_MAPPERS_MAPPER_DECODE_H
#define CRMSYNC_MAPPERS_MAPPER_DECODE_H

#include "mappers/json_tree.h"
#include "mappers/mapper.h"

struct decoder {
	const struct mapper_context *context;
	enum side side;
	struct arena *arena;
	struct str id; /* of the record; empty while unknown */
	struct error *err;
};

/* "record ID: PATH is not WHAT", on people "person ID: …" (or whatever what says); returns false. */
bool decode_fail(struct decoder *decoder, struct str path, const char *what);

/* How a dialect reads and writes each type of field; a type without functions is not mapped. */
struct encoder;
struct type_codec {
	/* node is there; NULL: it is null, where a dialect has another word for empty.  *ret: VALUE_SET or
	 * VALUE_EMPTY. */
	bool (*decode)(struct decoder *decoder, const struct field *field, struct json_object *node,
		       struct value *ret);
	/* value is VALUE_SET. */
	void (*encode)(struct encoder *encoder, const struct field *field,
		       const struct value *value);
};

/* An id: a string or an integer.  Empty if it is neither. */
struct str decode_id(struct decoder *decoder, struct json_object *node);
/* A point in time; 0 if it is absent, null, or no date. */
int64_t decode_time(struct json_object *node);

/* The canonical form of a scalar's text, without a value map. */
struct str decode_canonical(struct arena *arena, enum field_type type, struct str raw);
/* The canonical text of a scalar field or of one element of a set, with the value map applied; empty
 * for null and for blank text. */
NODISCARD bool decode_text(struct decoder *decoder, const struct field *field,
			   struct json_object *node, struct str *ret_text);
/* The same of an element, or a value object: null, too, is ERR_MALFORMED, an element always has a value. */
NODISCARD bool decode_element(struct decoder *decoder, const struct field *field,
			      struct json_object *node, struct str *ret_text);
/* The error of an element that has none. */
bool decode_valueless(struct decoder *decoder, const struct field *field);
/* Are the collections known that the field's values are named in?  A type of reference without one is not
 * mapped. */
bool decode_can(const struct mapper_context *context, const struct field *field);
/* The canonical text of a member; empty, and noted, if it is not known. */
struct str decode_member(struct decoder *decoder, enum collection which, struct str id);
/* Room for n items, none of them used. */
struct value decode_room(struct decoder *decoder, size_t n);
/* Adds a scalar's text, or an element that is not in the set yet; blank text adds nothing.  A second
 * element with the same key leaves its extra behind the first one's, so that both are sent back. */
NODISCARD bool decode_add(struct decoder *decoder, const struct field *field, struct value *value,
			  struct str text, struct str extra);
/* A reference to one member; VALUE_UNKNOWN, and noted, if it is not known. */
NODISCARD bool decode_one_member(struct decoder *decoder, const struct field *field,
				 enum collection which, struct str id, struct value *ret);

/* One part of a name or location in an object. */
struct part_key {
	const char *key;
	unsigned part;
	struct str (*canon)(struct arena *arena, struct str raw);
};
extern const struct part_key records_location_parts[];
extern const size_t n_records_location_parts;
/* All parts; none set leaves value->n at 0. */
NODISCARD bool decode_parts(struct decoder *decoder, const struct field *field,
			    struct json_object *object, const struct part_key *parts, size_t n,
			    struct value *value);

#endif
