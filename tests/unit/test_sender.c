/* SPDX-License-Identifier: Apache-2.0 */
/* net/sender against a loopback server: what is repeated and what never, and each end exactly once. */
#include "sender_client.h"

static bool handle(struct server *server, int fd, const struct server_request *request)
{
	const char *target = request->target;
	int status = 0;
	unsigned times = 0;
	char byte;

	(void)server;
	/* /fail/STATUS/TIMES: so often, then 200 */
	if (sscanf(target, "/fail/%d/%u", &status, &times) == 2 && request->nth < times)
		return server_answer(fd, status, "", "{\"error\":true}");
	if (strcmp(target, "/drop-once") == 0 && request->nth == 0)
		return false;
	if (strcmp(target, "/cut-once") == 0 && request->nth == 0)
		return server_write_z(fd, "HTTP/1.1 200 OK\r\n\r\n{\"a\":") && false;
	if (strcmp(target, "/short-once") == 0 && request->nth == 0)
		return server_write_z(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\":") &&
		       false;
	if (strcmp(target, "/hold") == 0)
		return recv(fd, &byte, 1, 0) > 0;
	return server_answer(fd, 200, "", "{}");
}

static int setup(void **state)
{
	return sender_setup(state, handle);
}

static void test_what_is_repeated(void **state)
{
	static const struct {
		enum method method;
		enum request_kind kind;
		const char *target;
		unsigned sent;
		int status; /* 0: err */
		enum err_code code;
	} rows[] = {
		{ METHOD_GET, REQUEST_READ, "/fail/500/1", 2, 200, ERR_OK },
		{ METHOD_POST, REQUEST_READ, "/fail/502/2", 3, 200, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/503/3", 4, 200, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/504/9", 4, 504, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/408/1", 2, 200, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/425/1", 2, 200, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/501/1", 1, 501, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/404/1", 1, 404, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/401/1", 1, 401, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/drop-once", 2, 200, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/cut-once", 2, 200, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/short-once", 2, 200, ERR_OK },
		{ METHOD_POST, REQUEST_WRITE, "/fail/500/2", 1, 500, ERR_OK },
		{ METHOD_POST, REQUEST_WRITE, "/fail/503/1", 1, 503, ERR_OK },
		{ METHOD_PATCH, REQUEST_WRITE, "/fail/408/2", 1, 408, ERR_OK },
		{ METHOD_PATCH, REQUEST_WRITE, "/fail/422/1", 1, 422, ERR_OK },
		{ METHOD_PATCH, REQUEST_WRITE, "/fail/429/6", 7, 200, ERR_OK },
		{ METHOD_GET, REQUEST_READ, "/fail/429/5", 6, 200, ERR_OK },
	};
	struct fixture *fixture = *state;
	struct job job;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char target[64];

		/* A name of its own, so that the server counts anew. */
		(void)snprintf(target, sizeof(target), "%s", rows[i].target);
		if (strncmp(target, "/fail", 5) == 0)
			(void)snprintf(target, sizeof(target), "%s?%zu", rows[i].target, i);
		open_sender(fixture);
		ask(fixture, &job, rows[i].method, rows[i].kind, target);
		if (server_count(fixture->server, target) != rows[i].sent ||
		    job.n_begun != rows[i].sent || job.outcome.status != rows[i].status ||
		    job.outcome.err.code != rows[i].code)
			fail_msg("%s: sent %zu times, status %d, %s", target,
				 server_count(fixture->server, target), job.outcome.status,
				 job.outcome.err.msg);
		sender_close(fixture->sender);
		fixture->sender = NULL;
	}
}

/* A lost answer: the write may be there.  Once, and said so. */
static void test_write_uncertain(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job job;

	open_sender(fixture);
	ask(fixture, &job, METHOD_POST, REQUEST_WRITE, "/warm");
	ask(fixture, &job, METHOD_POST, REQUEST_WRITE, "/drop-once");
	assert_int_equal(job.outcome.err.code, ERR_UNCERTAIN);
	assert_int_equal(server_count(fixture->server, "/drop-once"), 1);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.requests, 2);
	assert_int_equal(stats.retries, 0);
	assert_int_equal(stats.consecutive_failures, 1);
	assert_int_equal(stats.last_error.code, ERR_UNCERTAIN);
	assert_true(stats.last_success_ns > 0);
	assert_int_equal(stats.backoff_until_ns, 0);
}

/* Refused connections: attempts are bounded, of writes too, since nothing was sent. */
static void test_unreachable(void **state)
{
	struct fixture *fixture = *state;
	struct http_endpoint_options options = client_options("http://127.0.0.1:1");
	struct http_endpoint *dead = NULL;
	struct sender_stats stats;
	struct error err;
	struct job jobs[40];

	assert_true(http_endpoint_new(fixture->client.http, &options, &dead, &err));
	fixture->options.endpoint = dead;
	open_sender(fixture);
	ask(fixture, &jobs[0], METHOD_POST, REQUEST_WRITE, "/");
	assert_int_equal(jobs[0].outcome.err.code, ERR_TRANSIENT);
	assert_int_equal(jobs[0].n_begun, 4);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		submit(fixture, &jobs[i], METHOD_GET, REQUEST_READ, "/", SENDER_SCAN);
	while (!sender_idle(fixture->sender)) {
		sender_stats(fixture->sender, &stats);
		if (stats.consecutive_failures > 5)
			assert_true(stats.in_flight <= 1);
		(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
	}
	for (size_t i = 0; i < COUNT_OF(jobs); i++) {
		assert_int_equal(jobs[i].outcome.n_done, 1);
		assert_int_equal(jobs[i].outcome.err.code, ERR_TRANSIENT);
		assert_in_range(jobs[i].n_begun, 1, 4);
		outcome_release(&jobs[i].outcome);
	}
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.last_success_ns, 0);
	assert_int_equal(strncmp(stats.last_error.msg, "records: 127.0.0.1", 18), 0);
	sender_close(fixture->sender);
	fixture->sender = NULL;
	(void)uv_run(&fixture->client.loop, UV_RUN_NOWAIT);
	http_endpoint_free(dead);
}

static void test_thousand(void **state)
{
	enum { N = 1000 };
	struct fixture *fixture = *state;
	struct job *jobs = alloc_zeroed(N, sizeof(*jobs));
	struct sender_stats stats;

	open_sender(fixture);
	for (int i = 0; i < N; i++)
		submit(fixture, &jobs[i], i % 2 == 0 ? METHOD_GET : METHOD_POST, REQUEST_READ,
		       i % 10 == 0 ? "/fail/500/20" : "/ok",
		       i % 3 == 0 ? SENDER_PUSH : SENDER_SCAN);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.waiting, N);
	while (!sender_idle(fixture->sender)) {
		sender_stats(fixture->sender, &stats);
		assert_true(stats.in_flight <= 16);
		(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
	}
	for (int i = 0; i < N; i++) {
		assert_int_equal(jobs[i].outcome.n_done, 1);
		assert_true(jobs[i].outcome.ok);
		outcome_release(&jobs[i].outcome);
	}
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.requests, stats.retries + N);
	assert_int_equal(stats.requests, fixture->server->n_log);
	assert_true(stats.used_last_minute >= N);
	/* Connections that answered are used again. */
	assert_in_range(fixture->server->n_connections, 1, 16);
	free(jobs);
}

static void test_cancel(void **state)
{
	struct fixture *fixture = *state;
	struct job read;
	struct job write;
	struct job queued[30];
	struct job late;

	open_sender(fixture);
	submit(fixture, &read, METHOD_GET, REQUEST_READ, "/hold", SENDER_PUSH);
	submit(fixture, &write, METHOD_POST, REQUEST_WRITE, "/hold", SENDER_PUSH);
	while (server_count(fixture->server, "/hold") < 2)
		(void)uv_run(&fixture->client.loop, UV_RUN_NOWAIT);
	for (size_t i = 0; i < COUNT_OF(queued); i++)
		submit(fixture, &queued[i], METHOD_POST, REQUEST_WRITE, "/never", SENDER_PUSH);
	sender_cancel(queued[0].call);
	sender_cancel(queued[0].call);
	sender_cancel_all(fixture->sender);
	sender_cancel_all(fixture->sender);
	assert_int_equal(fixture->n_sequence, 0);
	run_until_idle(fixture);
	assert_int_equal(read.outcome.err.code, ERR_CANCELED);
	assert_int_equal(write.outcome.err.code, ERR_UNCERTAIN);
	outcome_release(&read.outcome);
	outcome_release(&write.outcome);
	for (size_t i = 0; i < COUNT_OF(queued); i++) {
		assert_int_equal(queued[i].outcome.n_done, 1);
		assert_int_equal(queued[i].outcome.err.code, ERR_CANCELED);
		outcome_release(&queued[i].outcome);
	}
	assert_int_equal(server_count(fixture->server, "/never"), 0);

	/* Closing completes what is under way and what comes too late. */
	submit(fixture, &read, METHOD_GET, REQUEST_READ, "/hold", SENDER_PUSH);
	sender_close(fixture->sender);
	submit(fixture, &late, METHOD_GET, REQUEST_READ, "/never", SENDER_PUSH);
	while (read.outcome.n_done == 0 || late.outcome.n_done == 0)
		(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
	assert_int_equal(read.outcome.err.code, ERR_CANCELED);
	assert_int_equal(late.outcome.err.code, ERR_CANCELED);
	outcome_release(&read.outcome);
	outcome_release(&late.outcome);
	fixture->sender = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_repeated, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_write_uncertain, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_unreachable, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_thousand, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, sender_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
