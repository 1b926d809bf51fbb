/* SPDX-License-Identifier: Apache-2.0 */
/* net/sender against a loopback server: rates and pauses, as the server sees them. */
#include "sender_client.h"

#include <inttypes.h>

#define MINUTE 60u

#define PROBE_MS 60

/* The wall clock of the tests that give dates: 400 days ahead of the server's. */
#define SKEW_NS (INT64_C(400) * 86400 * NS_PER_S)

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

	if (request->nth > 0) {
		if (strstr(request->target, "slow") != NULL)
			(void)usleep(PROBE_MS * 1000);
		return server_answer(fd, 200, "", "{}");
	}
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
	(void)server;
	if (strncmp(request->target, "/limited", 8) == 0)
		return answer_limited(fd, request);
	if (strcmp(request->target, "/busy") == 0 && request->nth == 0)
		return server_answer(fd, 503, "Retry-After: 1\r\n", "{}");
	return server_answer(fd, 200, "", "{}");
}

static int setup(void **state)
{
	return sender_setup(state, handle);
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
		submit(fixture, &jobs[0], METHOD_POST, REQUEST_WRITE, rows[row].target,
		       SENDER_PUSH);
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

/* After the pause one request finds out whether it is enough; the others wait for its answer. */
static void test_one_first(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job jobs[9];

	open_sender(fixture);
	submit(fixture, &jobs[0], METHOD_GET, REQUEST_READ, "/limited/slow", SENDER_PUSH);
	do {
		(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
		sender_stats(fixture->sender, &stats);
	} while (stats.last_error.code == ERR_OK);
	for (size_t i = 1; i < COUNT_OF(jobs); i++)
		submit(fixture, &jobs[i], METHOD_GET, REQUEST_READ, "/other", SENDER_PUSH);
	run_until_idle(fixture);
	const int64_t probe_ns = server_seen(fixture->server, "/limited/slow", 1)->at_ns;

	assert_true(server_seen(fixture->server, "/other", 0)->at_ns - probe_ns >=
		    PROBE_MS * NS_PER_MS);
	assert_int_equal(server_count(fixture->server, "/other"), COUNT_OF(jobs) - 1);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		outcome_release(&jobs[i].outcome);
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

struct chain {
	struct job first;
	struct job second;
};

static void on_first_done(void *payload, const struct response *response, const struct error *err)
{
	struct chain *chain = container_of(payload, struct chain, first);
	struct fixture *fixture = chain->first.fixture;

	on_done(payload, response, err);
	submit(fixture, &chain->second, METHOD_GET, REQUEST_READ, "/other", SENDER_SCAN);
}

/* Who is told that asks for the next thing at once, and is told again. */
static void test_pause_tells_each(void **state)
{
	static const struct sender_callbacks callbacks = { .on_done = on_first_done };
	struct fixture *fixture = *state;
	struct chain chain = { .first.fixture = fixture };
	struct job limited;

	open_sender(fixture);
	ask(fixture, &limited, METHOD_GET, REQUEST_READ, "/limited/hour");
	outcome_init(&chain.first.outcome, METHOD_GET, REQUEST_READ, "/other", NULL);
	chain.first.call = sender_submit(fixture->sender, &chain.first.outcome.request, &callbacks,
					 &chain.first, SENDER_SCAN);
	const int64_t from_ns = server_now_ns();

	run_until_idle(fixture);
	assert_true(server_now_ns() - from_ns < NS_PER_S);
	assert_int_equal(chain.second.outcome.n_done, 1);
	assert_int_equal(chain.second.outcome.err.code, ERR_RATE_LIMITED);
	outcome_release(&chain.first.outcome);
	outcome_release(&chain.second.outcome);
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
		while (fixture->server->log[i].at_ns - fixture->server->log[first].at_ns >=
		       NS_PER_S)
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
	/* 19 of them stay, the place of one is free in a moment; a third report says nothing new. */
	sender_restore_used(fixture->sender, 19, 10 * NS_PER_S);
	sender_restore_used(fixture->sender, 20, 60 * NS_PER_S - 300 * NS_PER_MS);
	sender_restore_used(fixture->sender, 18, 0);
	const int64_t from_ns = server_now_ns();

	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/window");
	assert_in_range((server_now_ns() - from_ns) / NS_PER_MS, 300, 2000);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.used_last_minute, 20);
	assert_int_equal(stats.allowed_per_minute, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_limited, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_one_first, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_busy, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_pause_beyond_deadline, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_pause_tells_each, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_share, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_pace_at_server, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_window_restored, setup, sender_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
