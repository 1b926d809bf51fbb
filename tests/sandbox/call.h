/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: one request being handled, and the sandbox behind it.  Private to the model's files.
 *
 * Functions that return bool and take a call answer the request themselves when they return false.
 */
#ifndef CRMSYNC_SANDBOX_CALL_H
#define CRMSYNC_SANDBOX_CALL_H

#include "json_text.h"
#include "model.h"
#include "sandbox.h"
#include "target.h"

#include <assert.h>

#define SANDBOX_BODY_BYTES ((size_t)64 * 1024 * 1024)
#define SANDBOX_DUMP_BYTES ((size_t)2 * 1024 * 1024 * 1024)

enum records_object {
	RECORDS_PEOPLE,
	RECORDS_COMPANIES,
	RECORDS_USERS,
	RECORDS_WORKSPACES,
	RECORDS_OBJECT_COUNT
};

enum people_object {
	PEOPLE_PERSONS,
	PEOPLE_TAGS,
	PEOPLE_SEGMENTS,
	PEOPLE_ORGANIZATIONS,
	PEOPLE_USERS,
	PEOPLE_CATEGORIES,
	PEOPLE_MEDIA_OBJECTS,
	PEOPLE_OBJECT_COUNT
};

#define MEMBER_COUNT 3

struct member {
	char id[UUID_TEXT_BYTES];
	const char *first;
	const char *last;
	const char *email;
};

enum limit_kind { LIMIT_RECORDS_READS, LIMIT_RECORDS_WRITES, LIMIT_PEOPLE, LIMIT_KIND_COUNT };

/* A sliding window: the times of the last `max` requests that were let in. */
struct limit {
	uint32_t max;
	int64_t window_ns;
	int64_t *times;
	uint32_t n; /* requests let in so far, at most max */
	uint32_t next;
};

struct counts {
	uint64_t reads;
	uint64_t writes;
	uint64_t limited;
	uint64_t unauthorized;
	uint64_t faults;
};

struct log_entry {
	uint64_t n;
	enum sandbox_side side;
	char *method;
	char *target;
	struct str body; /* owned */
	int status;      /* 0: nothing was answered */
	int64_t mono_ns;
};

struct request_log {
	struct log_entry *entries; /* a ring of `capacity` */
	size_t capacity;
	size_t n;
	size_t first;
	uint64_t total;
};

struct fault;

/* A company link that the system makes a moment after the e-mail was stored. */
struct pending_link {
	char record_id[RECORD_ID_BYTES];
	int64_t due_ns;
};

/* A record that is being merged into another: not there, but not gone for good either. */
struct merging {
	char record_id[RECORD_ID_BYTES];
	int64_t until_ns;
};

struct sandbox {
	struct sandbox_options options;
	struct rng rng;     /* ids */
	struct rng ripple;  /* everything else that looks random in answers */
	struct rng further; /* ids of what options add: those of the rest stay what they are */
	struct object objects[SANDBOX_SIDE_COUNT][PEOPLE_OBJECT_COUNT];
	char workspace_id[UUID_TEXT_BYTES];
	char token_id[UUID_TEXT_BYTES];
	struct member members[MEMBER_COUNT];
	struct limit limits[LIMIT_KIND_COUNT];
	struct counts counts[SANDBOX_SIDE_COUNT];
	struct request_log log;
	VEC(struct fault *) faults;
	VEC(char *) types; /* content types that faults answer with */
	VEC(char *) violations;
	VEC(struct pending_link) pending;
	VEC(struct merging) merging;
	struct arena kept;  /* texts of options that the control path gave */
	struct arena arena; /* the request's */
	struct buf scratch;
};

static_assert((int)RECORDS_OBJECT_COUNT <= (int)PEOPLE_OBJECT_COUNT, "objects[] is wide enough");

struct call {
	struct sandbox *box;
	const struct sandbox_request *request;
	struct sandbox_response *response;
	struct arena *arena;
	struct target target;
	struct stamp stamp;
	struct json_object *body; /* NULL: none was read */
	bool control;             /* by the control path: no content types, nothing forbidden */
};

/* Both objects' names are in `slug`; NULL if there is none. */
struct object *call_object(struct call *call, struct str slug);
bool call_method(const struct call *call, const char *method);
/* Sets the status and hands out the body to be written. */
struct buf *call_answer(struct call *call, int status, const char *content_type);
void call_header(struct call *call, const char *name, const char *value);
/* Something that a well-behaved client would never send; shown by /_control/stats. */
void call_violation(struct call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The media type of a header without its parameters. */
struct str call_media(const struct call *call, enum sandbox_header header);
/* A decimal number out of the query: `other` if absent, -1 if it is none. */
int64_t call_number(const struct call *call, const char *name, int64_t other);

#define HTTP_DATE_BYTES 40
void http_date(int64_t ns, char ret_text[static HTTP_DATE_BYTES]);

#endif
