/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: requests over HTTPS, on a libuv loop; the only module that knows curl.
 *
 * Invariants
 *  - one on_done for each http_start: also after a cancel, a shutdown and an error at the start;
 *  - on_done and on_body are called from the loop, never from inside a function of this header;
 *  - a request is put on the wire at most once: the library's own re-sending is shut off;
 *  - redirects are not followed: a 3xx is an answer like any other, the key goes nowhere else;
 *  - no environment, no .netrc, no cookies; the peer's certificate is always verified;
 *  - what an answer may hold is bounded by base/limits.h, counted after gzip is undone.
 *
 * What err of on_done means (err->native is the CURLcode, err->msg names the host, no secrets)
 *   ERR_TRANSIENT  certainly not sent (not resolved, not connected, TLS refused), or a REQUEST_READ
 *                  that broke: reset, cut short, too slow
 *   ERR_UNCERTAIN  a REQUEST_WRITE that broke after its sending had begun, also by cancel
 *   ERR_MALFORMED  a REQUEST_READ whose answer was too large or no HTTP, or (unless it said
 *                  otherwise) that on_body refused
 *   ERR_CANCELED   canceled; a write had not been sent
 *   ERR_CONFIG     the address or the CA file cannot be used
 *   ERR_INTERNAL   a defect of ours or of the libraries
 */
#ifndef CRMSYNC_NET_HTTP_H
#define CRMSYNC_NET_HTTP_H

#include "base/error.h"
#include "base/message.h"

#include <uv.h>

struct http;          /* all connections of a loop */
struct http_endpoint; /* one side: address, key, limits */
struct http_call;     /* one request under way; valid until its on_done returns */

struct http_callbacks {
	/* Decoded bytes of a 2xx answer, as they come; false (and err set) ends the call.  NULL: the
	 * body is collected, up to LIMIT_BODY_BYTES.  Other answers are always collected, and cut
	 * there. */
	bool (*on_body)(void *payload, const char *bytes, size_t len, struct error *err);
	/* err is NULL if an answer came whole, as far as HTTP can tell: a body without length that
	 * was cut short looks whole.  response is never NULL; with err, its status and headers say
	 * how far it came and its body is empty.  Both are valid for the call only. */
	void (*on_done)(void *payload, const struct response *response, const struct error *err);
};

/* Texts are copied.  auth_value is wiped from our memory by http_endpoint_free(). */
struct http_endpoint_options {
	const char *base_url;    /* must pass http_check_url() */
	const char *auth_header; /* "Authorization", "X-API-KEY"; NULL: none */
	const char *auth_value;  /* "Bearer …": a secret */
	const char *ca_file;     /* NULL: the system's */
	/* NULL: none; never used for http://, which is loopback only */
	const char *proxy;
	int64_t timeout_ms;         /* for a whole call, > 0 */
	int64_t connect_timeout_ms; /* > 0 */
	uint32_t max_in_flight;     /* kept by net/sender; sizes the pool of connections here */
};

/* https://host[:port][/path], without user, query and fragment; http:// only for 127.0.0.0/8, ::1
 * and localhost; a slash at the end is tolerated.  ERR_CONFIG. */
NODISCARD bool http_check_url(const char *url, struct error *err);
/* An address for a proxy: http:// or https://, host, port. */
NODISCARD bool http_check_proxy(const char *url, struct error *err);

NODISCARD bool http_new(uv_loop_t *loop, const char *user_agent, struct http **ret_http,
			struct error *err);
/* Cancels every call; once all are completed, closes the handles and frees http itself.  Nothing
 * may be started after that: close the senders before.  Run the loop until it is empty.  NULL is
 * tolerated. */
void http_close(struct http *http);

NODISCARD bool http_endpoint_new(struct http *http, const struct http_endpoint_options *options,
				 struct http_endpoint **ret_endpoint, struct error *err);
/* No call of it may be under way; may come after http_close().  NULL is tolerated. */
void http_endpoint_free(struct http_endpoint *endpoint);
/* Another key, for what is started from now on; what is under way keeps the old one, which is wiped
 * when nothing is any more.  ERR_CONFIG: all stays as it is. */
NODISCARD bool http_endpoint_set_auth(struct http_endpoint *endpoint, const char *auth_header,
				      const char *auth_value, struct error *err);
uint32_t http_endpoint_max_in_flight(const struct http_endpoint *endpoint);

/* request stays the caller's, unchanged, until on_done is called. */
struct http_call *http_start(struct http_endpoint *endpoint, const struct request *request,
			     const struct http_callbacks *callbacks, void *payload);
/* Of an error of on_done: was it the handshake, or a certificate? */
bool http_error_is_tls(const struct error *err);
/* Nothing, or not all, came in time: the other end may still be at it. */
bool http_error_is_timeout(const struct error *err);
/* May be repeated.  No on_body follows.  A call that is already complete keeps its result. */
void http_cancel(struct http_call *call);

#endif
