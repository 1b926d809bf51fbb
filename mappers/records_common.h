/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records_common: the routes that both dialects of the records side share.
 */
#ifndef CRMSYNC_MAPPERS_RECORDS_COMMON_H
#define CRMSYNC_MAPPERS_RECORDS_COMMON_H

#include "mappers/mapper_encode.h"

/* "/v2/objects/{object}/records" and what is behind it; body: a JSON body will follow. */
void records_request(const struct mapper_context *context, enum method method,
		     enum request_kind kind, const char *behind, bool body, struct request *ret);
/* ".../records/{id}" */
void records_request_of(const struct mapper_context *context, enum method method,
			enum request_kind kind, struct str id, bool body, struct request *ret);
/* The attribute that holds e-mail addresses; empty if none is mapped. */
struct str records_email_path(const struct mapper_context *context);
/* POST ".../records/query" up to the filter's open '{'; end closes it and adds the limit. */
struct json_writer records_query_begin(const struct mapper_context *context, struct request *ret);
void records_query_end(struct json_writer *json, uint64_t limit);
void records_read(const struct mapper_context *context, struct str id, struct request *ret);
void records_remove(const struct mapper_context *context, struct str id, int64_t when,
		    struct request *ret);

bool records_takes(const struct field *field, struct str text);

/* Where a dialect keeps what. */
struct record_shape {
	const char *id;     /* dotted path */
	const char *values; /* the object of attributes */
	const struct type_codec *codecs;
	bool has_null; /* null is an attribute without a value; else it is nothing that this API sends */
};

/* mapper.decode of both dialects. */
NODISCARD bool records_decode(const struct mapper_context *context,
			      const struct record_shape *shape, struct str raw, struct arena *arena,
			      struct person *ret, struct error *err);

#endif
