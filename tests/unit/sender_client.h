/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sender_client: a server, a client and a sender for the tests of net/sender, and a request's fate.
 */
#ifndef CRMSYNC_TESTS_SENDER_CLIENT_H
#define CRMSYNC_TESTS_SENDER_CLIENT_H

#include "http_client.h"
#include "http_server.h"

#include "net/sender.h"

static inline int64_t wall_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct fixture {
	struct server *server;
	struct client client;
	struct sender_options options;
	struct sender *sender;
	int64_t skew_ns;
	unsigned n_sequence;
};

struct job {
	struct fixture *fixture;
	struct outcome outcome;
	struct sender_call *call;
	unsigned n_begun;
	unsigned sequence; /* of completion */
};

static inline int64_t mono_clock(void *payload)
{
	(void)payload;
	return server_now_ns();
}

static inline int64_t skewed_clock(void *payload)
{
	return wall_ns() + ((const struct fixture *)payload)->skew_ns;
}

/* Without a sender: open_sender() once the options are as the test wants them. */
static inline int sender_setup(void **state, server_handler *handler)
{
	struct fixture *fixture = alloc_zeroed(1, sizeof(*fixture));

	fixture->server = server_start(handler);
	const struct http_endpoint_options options = client_options(fixture->server->url);

	client_open(&fixture->client, &options);
	fixture->options = (struct sender_options){
		.name = "records",
		.endpoint = fixture->client.endpoint,
		.retry = { .attempts = 4,
			   .base_ns = 2 * NS_PER_MS,
			   .cap_ns = 20 * NS_PER_MS,
			   .deadline_ns = 60 * NS_PER_S },
		.scan_share = 33,
		.seed = 42,
		.clock = { mono_clock, skewed_clock, fixture },
	};
	*state = fixture;
	return 0;
}

static inline void open_sender(struct fixture *fixture)
{
	fixture->sender = sender_new(&fixture->client.loop, &fixture->options);
}

static inline int sender_teardown(void **state)
{
	struct fixture *fixture = *state;

	sender_close(fixture->sender);
	client_close(&fixture->client);
	server_stop(fixture->server);
	free(fixture);
	return 0;
}

static inline void on_begin(void *payload)
{
	struct job *job = payload;

	job->n_begun++;
	buf_reset(&job->outcome.body);
}

static inline bool on_body(void *payload, const char *bytes, size_t len, struct error *err)
{
	return client_on_body(&((struct job *)payload)->outcome, bytes, len, err);
}

/* All our bodies are objects. */
static inline bool on_end(void *payload, const struct response *response, struct error *err)
{
	const struct job *job = payload;

	if (buf_str(&job->outcome.body).len > 0 &&
	    str_ends(buf_str(&job->outcome.body), STR_LIT("}")))
		return true;
	return error_set(err, ERR_TRANSIENT, "HTTP %d: cut short", response->status);
}

static inline void on_done(void *payload, const struct response *response, const struct error *err)
{
	struct job *job = payload;

	client_on_done(&job->outcome, response, err);
	job->sequence = ++job->fixture->n_sequence;
}

static inline void submit(struct fixture *fixture, struct job *job, enum method method,
			  enum request_kind kind, const char *target, enum sender_priority priority)
{
	const bool read = kind == REQUEST_READ;
	const struct sender_callbacks callbacks = {
		.on_begin = on_begin,
		.on_body = read ? on_body : NULL,
		.on_end = read ? on_end : NULL,
		.on_done = on_done,
	};

	*job = (struct job){ .fixture = fixture };
	outcome_init(&job->outcome, method, kind, target, method == METHOD_GET ? NULL : "{}");
	job->call =
		sender_submit(fixture->sender, &job->outcome.request, &callbacks, job, priority);
	assert_int_equal(job->outcome.n_done + job->n_begun, 0);
	assert_int_equal(job->outcome.request.target.len, 0);
	assert_false(sender_idle(fixture->sender));
}

static inline void run_until_idle(struct fixture *fixture)
{
	while (!sender_idle(fixture->sender))
		(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
}

/* One request from submit to its end. */
static inline void ask(struct fixture *fixture, struct job *job, enum method method,
		       enum request_kind kind, const char *target)
{
	submit(fixture, job, method, kind, target, SENDER_PUSH);
	run_until_idle(fixture);
	assert_int_equal(job->outcome.n_done, 1);
	outcome_release(&job->outcome);
}

#endif
