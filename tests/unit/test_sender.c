/* SPDX-License-Identifier: Apache-2.0 */
/* net/sender against a loopback server: rates, pauses, what is repeated and what never. */
#include "http_client.h"
#include "http_server.h"

#include "net/sender.h"

#include <inttypes.h>

#define MINUTE 60u

/* The wall clock of the tests that give dates: 400 days ahead of the server's. */
#define SKEW_NS (INT64_C(400) * 86400 * NS_PER_S)

static int64_t wall_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void http_date(int64_t ns, char *text, size_t size)
{
	const time_t when = ns / NS_PER_S;
	struct tm tm;

	(void)gmtime_r(&when, &tm);
	(void)strftime(text, size, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

/* 429, then done.  In each form one second is asked for. */
static bool answer_limited(int fd, const struct server_request *request)
{
	const int64_t now_ns = wall_ns();
	char date[64];
	char later[64];
	char head[256];

	if (request->nth > 0)
		return server_answer(fd, 200, "", "{}");
	http_date(now_ns, date, sizeof(date));
	http_date(now_ns + NS_PER_S, later, sizeof(later));
	if (strstr(request->target, "seconds") != NULL)
		(void)snprintf(head, sizeof(head), "Retry-After: 1\r\n");
	else if (strstr(request->target, "date") != NULL)
		(void)snprintf(head, sizeof(head), "Date: %s\r\nRetry-After: %s\r\n", date, later);
	else if (strstr(request->target, "unix") != NULL)
		(void)snprintf(head, sizeof(head), "Date: %s\r\nRetry-After: %" PRId64 "\r\n", date,
			       now_ns / NS_PER_S + 1);
	else if (strstr(request->target, "hour") != NULL)
		(void)snprintf(head, sizeof(head), "Retry-After: 3000\r\n");
	else
		head[0] = '\0';
	return server_answer(fd, 429, head, "{}");
}

static bool handle(struct server *server, int fd, const struct server_request *request)
{
	const char *target = request->target;
	int status = 0;
	unsigned times = 0;
	char byte;

	(void)server;
	if (strncmp(target, "/limited", 8) == 0)
		return answer_limited(fd, request);
	/* /fail/STATUS/TIMES: so often, then 200 */
	if (sscanf(target, "/fail/%d/%u", &status, &times) == 2 && request->nth < times)
		return server_answer(fd, status, "", "{\"error\":true}");
	if (strcmp(target, "/drop-once") == 0 && request->nth == 0)
		return false;
	if (strcmp(target, "/cut-once") == 0 && request->nth == 0)
		return server_write_z(fd, "HTTP/1.1 200 OK\r\n\r\n{\"a\":") && false;
	if (strcmp(target, "/short-once") == 0 && request->nth == 0)
		return server_write_z(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\":") && false;
	if (strcmp(target, "/busy") == 0 && request->nth == 0)
		return server_answer(fd, 503, "Retry-After: 1\r\n", "{}");
	if (strcmp(target, "/hold") == 0)
		return recv(fd, &byte, 1, 0) > 0;
	return server_answer(fd, 200, "", "{}");
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

static int64_t mono_clock(void *payload)
{
	(void)payload;
	return server_now_ns();
}

static int64_t skewed_clock(void *payload)
{
	return wall_ns() + ((const struct fixture *)payload)->skew_ns;
}

static int setup(void **state)
{
	struct fixture *fixture = alloc_zeroed(1, sizeof(*fixture));

	fixture->server = server_start(handle);
	const struct http_endpoint_options options = client_options(fixture->server->url);

	client_open(&fixture->client, &options);
	fixture->options = (struct sender_options){
		.name = "records",
		.endpoint = fixture->client.endpoint,
		.retry = { .attempts = 4, .base_ns = 2 * NS_PER_MS, .cap_ns = 20 * NS_PER_MS,
			   .deadline_ns = 60 * NS_PER_S },
		.scan_share = 33,
		.seed = 42,
		.clock = { mono_clock, skewed_clock, fixture },
	};
	*state = fixture;
	return 0;
}

static void open_sender(struct fixture *fixture)
{
	fixture->sender = sender_new(&fixture->client.loop, &fixture->options);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	sender_close(fixture->sender);
	client_close(&fixture->client);
	server_stop(fixture->server);
	free(fixture);
	return 0;
}

static void on_begin(void *payload)
{
	struct job *job = payload;

	job->n_begun++;
	buf_reset(&job->outcome.body);
}

static bool on_body(void *payload, const char *bytes, size_t len, struct error *err)
{
	return client_on_body(&((struct job *)payload)->outcome, bytes, len, err);
}

/* All our bodies are objects. */
static bool on_end(void *payload, const struct response *response, struct error *err)
{
	const struct job *job = payload;

	if (buf_str(&job->outcome.body).len > 0 &&
	    str_ends(buf_str(&job->outcome.body), STR_LIT("}")))
		return true;
	return error_set(err, ERR_TRANSIENT, "HTTP %d: cut short", response->status);
}

static void on_done(void *payload, const struct response *response, const struct error *err)
{
	struct job *job = payload;

	client_on_done(&job->outcome, response, err);
	job->sequence = ++job->fixture->n_sequence;
}

static void submit(struct fixture *fixture, struct job *job, enum method method,
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
	job->call = sender_submit(fixture->sender, &job->outcome.request, &callbacks, job, priority);
	assert_int_equal(job->outcome.n_done + job->n_begun, 0);
	assert_int_equal(job->outcome.request.target.len, 0);
	assert_false(sender_idle(fixture->sender));
}

static void run_until_idle(struct fixture *fixture)
{
	while (!sender_idle(fixture->sender))
		(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
}

/* One request from submit to its end. */
static void ask(struct fixture *fixture, struct job *job, enum method method,
		enum request_kind kind, const char *target)
{
	submit(fixture, job, method, kind, target, SENDER_PUSH);
	run_until_idle(fixture);
	assert_int_equal(job->outcome.n_done, 1);
	outcome_release(&job->outcome);
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

/* The whole side holds still for as long as the server said, by the server's own clock. */
static void test_limited(void **state)
{
	static const struct {
		const char *target;
		int64_t least_ms;
	} rows[] = {
		{ "/limited/seconds", 1000 },
		{ "/limited/date", 1000 },
		{ "/limited/unix", 1000 },
		{ "/limited/none", 2 },
	};
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job jobs[6];

	fixture->skew_ns = SKEW_NS;
	for (size_t row = 0; row < COUNT_OF(rows); row++) {
		fixture->options.limits.pace_per_minute[REQUEST_WRITE] = 30 * MINUTE;
		open_sender(fixture);
		submit(fixture, &jobs[0], METHOD_POST, REQUEST_WRITE, rows[row].target, SENDER_PUSH);
		do {
			(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
			sender_stats(fixture->sender, &stats);
		} while (stats.last_error.code == ERR_OK);
		const size_t before = fixture->server->n_log;

		for (size_t i = 1; i < COUNT_OF(jobs); i++)
			submit(fixture, &jobs[i], METHOD_GET, REQUEST_READ, "/other", SENDER_SCAN);
		sender_stats(fixture->sender, &stats);
		assert_int_equal(stats.consecutive_failures, 0);
		assert_int_equal(stats.last_error.code, ERR_RATE_LIMITED);
		assert_true(rows[row].least_ms < 1000 ||
			    stats.backoff_until_ns > wall_ns() + SKEW_NS + 500 * NS_PER_MS);
		run_until_idle(fixture);
		const int64_t told_ns = fixture->server->log[before - 1].at_ns;

		for (size_t i = before; i < fixture->server->n_log; i++) {
			const int64_t waited_ms =
				(fixture->server->log[i].at_ns - told_ns) / NS_PER_MS;

			if (waited_ms < rows[row].least_ms)
				fail_msg("%s: the next came after %" PRId64 " ms", rows[row].target,
					 waited_ms);
		}
		assert_int_equal(fixture->server->n_log - before, COUNT_OF(jobs));
		for (size_t i = 0; i < COUNT_OF(jobs); i++) {
			assert_int_equal(jobs[i].outcome.status, 200);
			outcome_release(&jobs[i].outcome);
		}
		sender_close(fixture->sender);
		fixture->sender = NULL;
	}
}

/* 503 with Retry-After: pauses the side; a read waits for it, a write is reported. */
static void test_busy(void **state)
{
	struct fixture *fixture = *state;
	struct job job;

	open_sender(fixture);
	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/busy");
	assert_int_equal(job.outcome.status, 200);
	assert_true(server_seen(fixture->server, "/busy", 1)->at_ns -
			    server_seen(fixture->server, "/busy", 0)->at_ns >=
		    NS_PER_S);
}

/* Longer than the deadline: said at once, of those too that have not begun. */
static void test_pause_beyond_deadline(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job jobs[3];

	open_sender(fixture);
	ask(fixture, &jobs[0], METHOD_GET, REQUEST_READ, "/limited/hour");
	assert_true(jobs[0].outcome.ok);
	assert_int_equal(jobs[0].outcome.status, 429);
	submit(fixture, &jobs[1], METHOD_GET, REQUEST_READ, "/other", SENDER_SCAN);
	submit(fixture, &jobs[2], METHOD_POST, REQUEST_WRITE, "/other", SENDER_PUSH);
	run_until_idle(fixture);
	for (size_t i = 1; i < COUNT_OF(jobs); i++) {
		assert_int_equal(jobs[i].outcome.n_done, 1);
		assert_int_equal(jobs[i].outcome.err.code, ERR_RATE_LIMITED);
		assert_in_range(jobs[i].outcome.err.retry_after_s, 2990, 3000);
		outcome_release(&jobs[i].outcome);
	}
	assert_int_equal(server_count(fixture->server, "/other"), 0);
	sender_stats(fixture->sender, &stats);
	assert_true(stats.backoff_until_ns > wall_ns() + 2900 * NS_PER_S);
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

/* Of 60 that wait while both queues are full, scan_share percent are the scan's. */
static void test_share(void **state)
{
	struct fixture *fixture = *state;
	struct job jobs[120];
	size_t n_scans = 0;

	fixture->options.limits.pace_per_minute[REQUEST_READ] = 600 * MINUTE;
	open_sender(fixture);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		submit(fixture, &jobs[i], METHOD_GET, REQUEST_READ, i < 60 ? "/push" : "/scan",
		       i < 60 ? SENDER_PUSH : SENDER_SCAN);
	run_until_idle(fixture);
	for (size_t i = 0; i < 60; i++)
		n_scans += strcmp(fixture->server->log[i].target, "/scan") == 0;
	assert_in_range(n_scans, 17, 22);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		outcome_release(&jobs[i].outcome);
}

/* At the server, no second holds more than the rate; blocked writes let reads pass. */
static void test_pace_at_server(void **state)
{
	struct fixture *fixture = *state;
	struct job jobs[90];
	size_t first = 0;

	fixture->options.limits.pace_per_minute[REQUEST_READ] = 50 * MINUTE;
	fixture->options.limits.pace_per_minute[REQUEST_WRITE] = 2 * MINUTE;
	open_sender(fixture);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		submit(fixture, &jobs[i], METHOD_POST, i < 3 ? REQUEST_WRITE : REQUEST_READ,
		       i < 3 ? "/write" : "/read", SENDER_PUSH);
	run_until_idle(fixture);
	for (size_t i = 0; i < fixture->server->n_log; i++) {
		while (fixture->server->log[i].at_ns - fixture->server->log[first].at_ns >= NS_PER_S)
			first++;
		assert_true(i - first + 1 <= 52);
	}
	assert_true(server_seen(fixture->server, "/write", 2)->at_ns -
			    server_seen(fixture->server, "/write", 0)->at_ns >
		    990 * NS_PER_MS);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		outcome_release(&jobs[i].outcome);
}

static void test_window_restored(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job job;

	fixture->options.limits.window_per_minute = 20;
	open_sender(fixture);
	/* 19 of them stay, the place of one is free in a moment. */
	sender_restore_used(fixture->sender, 1, 60 * NS_PER_S - 300 * NS_PER_MS);
	sender_restore_used(fixture->sender, 19, 10 * NS_PER_S);
	const int64_t from_ns = server_now_ns();

	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/window");
	assert_in_range((server_now_ns() - from_ns) / NS_PER_MS, 300, 2000);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.used_last_minute, 20);
	assert_int_equal(stats.allowed_per_minute, 20);
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
		cmocka_unit_test_setup_teardown(test_what_is_repeated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_uncertain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreachable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pause_beyond_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_thousand, setup, teardown),
		cmocka_unit_test_setup_teardown(test_share, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pace_at_server, setup, teardown),
		cmocka_unit_test_setup_teardown(test_window_restored, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
