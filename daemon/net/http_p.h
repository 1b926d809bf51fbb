/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_p: what http*.c share.  http.c drives curl's multi on the loop, http_call.c knows one
 * request and its answer, http_endpoint.c addresses and keys.
 */
#ifndef CRMSYNC_NET_HTTP_P_H
#define CRMSYNC_NET_HTTP_P_H

#include "base/vec.h"
#include "net/http.h"

#include <curl/curl.h>
#include <sys/queue.h>

#define HTTP_IDLE_MAX 64
#define HTTP_HEADERS_MAX 5
#define HTTP_FIELD_BYTES 256

TAILQ_HEAD(http_calls, http_call);

struct http {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer; /* curl's: when to call socket_action without a socket */
	uv_timer_t kick;  /* ours: completes what was canceled or failed to start */
	char *user_agent;
	struct http_calls live;     /* in the multi */
	struct http_calls finished; /* on_done is due */
	CURL *idle[HTTP_IDLE_MAX];
	size_t n_idle;
	size_t n_connections; /* as many as all endpoints together may use */
	unsigned n_handles;   /* timers not closed yet */
	bool closing;
};

struct http_endpoint {
	struct http *http;          /* not valid after http_close() */
	char *base_url;             /* without the slash at the end */
	char *host;                 /* for messages */
	char *auth_line;            /* "Header: value", a secret; NULL: none */
	VEC(char *) old_auth_lines; /* that requests under way still send */
	char *ca_file;
	char *proxy;
	bool plain; /* http:// */
	int64_t timeout_ms;
	int64_t connect_timeout_ms;
	uint32_t max_in_flight;
	uint32_t in_flight;
};

struct http_call {
	TAILQ_ENTRY(http_call) link;
	struct http_endpoint *endpoint;
	const struct request *request;
	struct http_callbacks callbacks;
	void *payload;
	CURL *easy;
	/* Our own nodes: curl only reads them, and the key is not copied into its list. */
	struct curl_slist headers[HTTP_HEADERS_MAX];
	size_t n_headers;
	char accept[HTTP_FIELD_BYTES];
	char content_type[HTTP_FIELD_BYTES];
	char curl_error[CURL_ERROR_SIZE];
	size_t sent_bytes; /* of the body, given to curl */
	bool sent;         /* curl has begun to send, once */
	bool body_read;    /* curl has asked for the body: it may be on the wire */
	bool canceled;
	bool finished;
	bool failed; /* failure says why; stands above what curl says */
	struct error failure;

	size_t header_bytes;
	size_t decoded_bytes;
	bool headers_done;
	char answer_type[HTTP_FIELD_BYTES];
	char answer_date[HTTP_FIELD_BYTES];
	char answer_retry_after[HTTP_FIELD_BYTES];
	struct buf body;
	struct response response;
};

/* Nothing is under way any more. */
void http_endpoint_rest(struct http_endpoint *endpoint);
/* Sets every option of call->easy.  False: call->failure is set. */
bool http_call_prepare(struct http_call *call);
/* From curl's result to response and failure. */
void http_call_conclude(struct http_call *call, CURLcode result);
bool http_call_fail(struct http_call *call, enum err_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void http_call_free(struct http_call *call);

#endif
