/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: both CRMs in one process, as strict as their documents, for tests and the simulator.
 *
 * A pure request handler: an in-memory model, no I/O, no clock of its own, no global state.  The
 * same options, requests and times give the same answers byte for byte.  host_http.c serves it over
 * HTTP; a simulator may call it directly.  Not thread-safe: one call at a time.
 */
#ifndef CRMSYNC_SANDBOX_SANDBOX_H
#define CRMSYNC_SANDBOX_SANDBOX_H

#include "base/buf.h"

#include <stdint.h>

enum sandbox_side { SANDBOX_RECORDS, SANDBOX_PEOPLE, SANDBOX_SIDE_COUNT };
enum sandbox_dialect { SANDBOX_VALUES, SANDBOX_ATTRIBUTES };
enum sandbox_jsonld { SANDBOX_JSONLD_V4, SANDBOX_JSONLD_HYDRA, SANDBOX_JSONLD_PLAIN };
enum sandbox_retry {
	SANDBOX_RETRY_SECONDS,
	SANDBOX_RETRY_DATE,
	SANDBOX_RETRY_UNIX,
	SANDBOX_RETRY_NONE
};

/* sandbox_options_init() gives the defaults; texts are borrowed until sandbox_free(). */
#define SANDBOX_ATTRIBUTES_MAX 64

struct sandbox_options {
	enum sandbox_dialect dialect;
	enum sandbox_jsonld jsonld;
	uint64_t seed;
	uint32_t persons;   /* on each side */
	uint32_t common;    /* how many of them are the same human on both sides */
	uint32_t companies; /* besides those that persons work for */
	uint32_t notes;     /* at most so many a person */
	bool filled;        /* fields that persons lack otherwise: customer ids, owners, … */
	const char *tokens[SANDBOX_SIDE_COUNT];
	uint32_t records_reads_per_s; /* 0: no limit, here and below */
	uint32_t records_writes_per_s;
	uint32_t people_per_min;
	enum sandbox_retry people_retry;
	bool rewrite;           /* store phones, e-mails and texts in a normal form of its own */
	bool custom_attributes; /* one of each further type: dialect values, and people */
	const char *attributes[SANDBOX_ATTRIBUTES_MAX]; /* further ones: see custom.h */
	size_t n_attributes;
	const char *scopes;     /* records: what the token may do; NULL: all, "": nothing */
	bool no_note_updates;   /* dialect values: a server without PATCH of notes */
	bool sparse_queries;    /* dialect values: query answers leave out empty attributes */
	bool link_companies;    /* dialect values: the system links companies by e-mail domain */
	bool stable_nested_ids; /* people: no random "@id" in nested objects */
	bool exact_search;      /* people: e-mail filters heed upper and lower case */
	bool shuffle_ties;      /* people: rows of one second come in another order each time */
	bool html_errors;       /* people: 404 of no route, 405 and 429 as pages of a proxy */
	bool unique_rows;       /* people: an e-mail or phone list sent unchanged answers 500 */
	int64_t clock_offset_ns[SANDBOX_SIDE_COUNT]; /* how wrong the server's clock is */
	uint32_t log_limit;                          /* requests remembered; the oldest go first */
};

enum sandbox_header {
	SANDBOX_AUTHORIZATION,
	SANDBOX_API_KEY,
	SANDBOX_CONTENT_TYPE,
	SANDBOX_ACCEPT,
	SANDBOX_HEADER_COUNT
};

/* target: path and query as in the request line.  Absent headers are empty. */
struct sandbox_request {
	enum sandbox_side side;
	struct str method;
	struct str target;
	struct str headers[SANDBOX_HEADER_COUNT];
	struct str body;
	int64_t mono_ns; /* for the log only */
};

/* What the host does with the answer; anything but SANDBOX_ANSWER comes from a fault. */
enum sandbox_delivery {
	SANDBOX_ANSWER,
	SANDBOX_DROP,    /* close the connection, send nothing */
	SANDBOX_SILENCE, /* keep the connection open, send nothing */
	SANDBOX_CUT,     /* send half of the body, then close */
};

enum sandbox_length { SANDBOX_LENGTH_RIGHT, SANDBOX_LENGTH_CHUNKED, SANDBOX_LENGTH_ABSENT };

/* headers: "Name: value\n" each, without Content-Type and Content-Length. */
struct sandbox_response {
	int status;
	const char *content_type; /* lives as long as the sandbox; NULL without a body */
	struct buf headers;
	struct buf body;
	enum sandbox_delivery delivery;
	enum sandbox_length length;
	int64_t delay_ns; /* before anything is sent */
	bool quit;        /* the control path asked for the end of the process */
};

struct sandbox;

void sandbox_options_init(struct sandbox_options *options);
/* Owned by the caller, released by sandbox_free() (NULL is allowed). */
struct sandbox *sandbox_new(const struct sandbox_options *options);
void sandbox_free(struct sandbox *box);

void sandbox_response_init(struct sandbox_response *response);
void sandbox_response_release(struct sandbox_response *response);
/* Overwrites the whole response, keeping its memory. */
void sandbox_handle(struct sandbox *box, const struct sandbox_request *request, int64_t now_ns,
		    struct sandbox_response *response);

#endif
