/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapper_encode: what all dialects share on the way from a person to a request.
 */
#ifndef CRMSYNC_MAPPERS_MAPPER_ENCODE_H
#define CRMSYNC_MAPPERS_MAPPER_ENCODE_H

#include "mappers/json_write.h"
#include "mappers/mapper_decode.h"

struct encoder {
	const struct mapper_context *context;
	enum side side;
	const struct type_codec *codecs; /* by field type */
	int fraction_digits;             /* of timestamps */
	const char *zone;                /* behind them: "Z" or "+00:00" */
	struct arena arena;              /* for the request's time */
	struct json_writer json;
	/* What the target holds in the field at hand, to send kept elements back whole; NULL: nothing. */
	const struct value *current;
};

void encoder_release(struct encoder *encoder);

/* Percent-encodes everything but RFC 3986's unreserved characters. */
void target_escape(struct buf *target, struct str text);

/* Does this side have the field, and can this dialect write it? */
bool encoder_maps(const struct encoder *encoder, const struct field *field);
/* Would writing `desired` make a difference, as far as this side can hold it? */
bool encoder_differs(struct encoder *encoder, const struct field *field,
		     const struct value *current, const struct value *desired);
/* "path": value; a value that is not set is null. */
void encode_field(struct encoder *encoder, const struct field *field, const struct value *value);
/* All fields that are VALUE_SET. */
void encode_set_fields(struct encoder *encoder, const struct person *person);

/* A scalar, or one element of a set, in this side's spelling and JSON type. */
void encode_text(struct encoder *encoder, const struct field *field, struct str canonical);
/* type_codec.encode of any scalar. */
void encode_scalar(struct encoder *encoder, const struct field *field, const struct value *value);
/* The id of a member that is known by this text; empty: there is none, and the element can't be written. */
struct str encode_member(struct encoder *encoder, const struct field *field, struct str canonical);
/* An array of the elements' texts. */
void encode_texts(struct encoder *encoder, const struct field *field, const struct value *value);
/* A point in time as this side writes it. */
void encode_time(struct encoder *encoder, int64_t ns);
/* An object with all of records_location_parts; empty ones are null. */
void encode_location(struct encoder *encoder, const struct value *value);

#endif
