/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_client: a loop, an http and an endpoint for the tests of net/, and what became of a call.
 */
#ifndef CRMSYNC_TESTS_HTTP_CLIENT_H
#define CRMSYNC_TESTS_HTTP_CLIENT_H

#include "base/alloc.h"
#include "net/http.h"

#include <stdlib.h>
#include <string.h>

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CLIENT_BODY_BYTES ((size_t)16 * 1024 * 1024)

struct client {
	uv_loop_t loop;
	struct http *http;
	struct http_endpoint *endpoint;
};

struct outcome {
	struct request request;
	struct http_call *call;
	unsigned n_done; /* must end up as 1 */
	int status;
	bool ok;
	struct error err;
	struct buf body; /* collected or streamed */
	char content_type[64];
	char retry_after[64];
	int64_t date_ns;
	unsigned n_bodies;   /* calls of on_body */
	size_t refuse_after; /* on_body fails beyond so many bytes; 0: never */
	bool cancel_in_body;
};

static inline struct http_endpoint_options client_options(const char *url)
{
	return (struct http_endpoint_options){
		.base_url = url,
		.auth_header = "X-API-KEY",
		.auth_value = "CANARY-TOKEN",
		.timeout_ms = 20000,
		.connect_timeout_ms = 5000,
		.max_in_flight = 16,
	};
}

static inline void client_open(struct client *client, const struct http_endpoint_options *options)
{
	struct error err;

	assert_int_equal(uv_loop_init(&client->loop), 0);
	assert_true(http_new(&client->loop, "crmsync/test", &client->http, &err));
	if (!http_endpoint_new(client->http, options, &client->endpoint, &err))
		fail_msg("%s", err.msg);
}

/* Everything is completed and closed, nothing is left on the loop. */
static inline void client_close(struct client *client)
{
	http_close(client->http);
	(void)uv_run(&client->loop, UV_RUN_DEFAULT);
	http_endpoint_free(client->endpoint);
	assert_int_equal(uv_loop_close(&client->loop), 0);
}

static inline bool client_on_body(void *payload, const char *bytes, size_t len, struct error *err)
{
	struct outcome *outcome = payload;

	outcome->n_bodies++;
	buf_add(&outcome->body, bytes, len);
	if (outcome->cancel_in_body)
		http_cancel(outcome->call);
	if (outcome->refuse_after > 0 && outcome->body.len > outcome->refuse_after)
		return error_set(err, ERR_MALFORMED, "refused by the reader");
	return true;
}

static inline void client_on_done(void *payload, const struct response *response,
				  const struct error *err)
{
	struct outcome *outcome = payload;

	outcome->n_done++;
	outcome->status = response->status;
	outcome->ok = err == NULL;
	if (err != NULL) {
		outcome->err = *err;
		assert_null(strstr(err->msg, "CANARY"));
		assert_int_not_equal(err->msg[0], '\0');
	}
	buf_add_str(&outcome->body, response->body);
	outcome->date_ns = response->date_ns;
	(void)snprintf(outcome->content_type, sizeof(outcome->content_type), "%.*s",
		       STR_ARG(response->content_type));
	(void)snprintf(outcome->retry_after, sizeof(outcome->retry_after), "%.*s",
		       STR_ARG(response->retry_after));
}

static inline void outcome_init(struct outcome *outcome, enum method method, enum request_kind kind,
				const char *target, const char *body)
{
	*outcome = (struct outcome){ 0 };
	request_init(&outcome->request, method, kind);
	buf_add_z(&outcome->request.target, target);
	if (body != NULL) {
		buf_add_z(&outcome->request.body, body);
		outcome->request.content_type = "application/json";
	}
	buf_init(&outcome->body, CLIENT_BODY_BYTES);
}

static inline void outcome_release(struct outcome *outcome)
{
	request_release(&outcome->request);
	buf_release(&outcome->body);
}

static inline void client_start(struct client *client, struct outcome *outcome, bool stream)
{
	const struct http_callbacks callbacks = {
		.on_body = stream ? client_on_body : NULL,
		.on_done = client_on_done,
	};

	outcome->call = http_start(client->endpoint, &outcome->request, &callbacks, outcome);
	assert_int_equal(outcome->n_done, 0); /* never from inside http_start */
}

static inline void client_wait(struct client *client, const struct outcome *outcome)
{
	while (outcome->n_done == 0)
		(void)uv_run(&client->loop, UV_RUN_ONCE);
	assert_int_equal(outcome->n_done, 1);
}

/* One whole request; outcome_release() is the caller's. */
static inline void client_ask(struct client *client, struct outcome *outcome, enum method method,
			      enum request_kind kind, const char *target, const char *body)
{
	outcome_init(outcome, method, kind, target, body);
	client_start(client, outcome, false);
	client_wait(client, outcome);
}

#endif
