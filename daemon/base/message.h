/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message: one HTTP request and its answer as plain data.  Mappers build and judge them, net sends
 * them; neither knows the other.
 */
#ifndef CRMSYNC_BASE_MESSAGE_H
#define CRMSYNC_BASE_MESSAGE_H

#include "base/buf.h"

#include <stdint.h>

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };

/* What the request does to the other end; decides limits and what an unclear outcome means. */
enum request_kind {
	REQUEST_READ,  /* safe to repeat, also when it is a POST (a query) */
	REQUEST_WRITE, /* never repeated before its outcome is known */
	REQUEST_KIND_COUNT
};

/*
 * target: path and query behind the side's base URL, starting with '/', already escaped.
 * Ownership: the bufs belong to the request; request_release() frees them.
 */
struct request {
	enum method method;
	enum request_kind kind;
	uint32_t
		n_tried; /* so often has the same been sent in vain: it waits as long as a repetition */
	struct buf target;
	struct buf body;          /* empty: none */
	const char *content_type; /* static text; NULL without a body */
	const char *accept;       /* static text */
};

struct response {
	int status;              /* 0: there was no answer */
	struct str content_type; /* as sent, may be empty */
	struct str body;         /* decoded (gzip undone); empty when it was streamed away */
	int64_t date_ns;         /* the Date header; 0 if none */
	struct str retry_after;  /* the Retry-After header as sent, empty if none */
};

void request_init(struct request *request, enum method method, enum request_kind kind);
void request_release(struct request *request);
const char *method_name(enum method method);

#endif
