/* SPDX-License-Identifier: Apache-2.0 */
/* net/sender, reconfigured: what is known of the side outlives that, but for what the change mends. */
#include "sender_client.h"

#define MINUTE 60u

static bool handle(struct server *server, int fd, const struct server_request *request)
{
	(void)server;
	if (strcmp(request->target, "/limited") == 0)
		return server_answer(fd, 429, "Retry-After: 3000\r\n", "{}");
	if (strcmp(request->target, "/refused") == 0)
		return server_answer(fd, 401, "", "{}");
	if (strcmp(request->target, "/down") == 0)
		return server_answer(fd, 500, "", "{}");
	if (strcmp(request->target, "/busy") == 0)
		return server_answer(fd, 503, "Retry-After: 3000\r\n", "{}");
	return server_answer(fd, 200, "", "{}");
}

static int setup(void **state)
{
	struct fixture *fixture;
	const int rc = sender_setup(state, handle);

	fixture = *state;
	/* Longer than the test, so that nothing goes by itself. */
	fixture->options.retry.cap_ns = fixture->options.retry.base_ns = 3000 * NS_PER_S;
	fixture->options.retry.attempts = 1;
	fixture->options.limits.pace_per_minute[REQUEST_READ] = 1000 * MINUTE;
	open_sender(fixture);
	return rc;
}

/* Ends as the whole of the program does on HUP: another rate, the same side. */
static void configure(struct fixture *fixture, uint32_t reads_per_minute)
{
	fixture->options.limits.pace_per_minute[REQUEST_READ] = reads_per_minute;
	fixture->options.retry.attempts = 2;
	sender_configure(fixture->sender, &fixture->options);
}

static void expect_unsent(struct fixture *fixture, enum err_code code)
{
	struct job job;

	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/other");
	assert_int_equal(job.outcome.err.code, code);
	assert_int_equal(server_count(fixture->server, "/other"), 0);
}

static void expect_sent(struct fixture *fixture)
{
	struct job job;

	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/other");
	assert_int_equal(job.outcome.status, 200);
}

/* What the side asked for, and the rate that it taught, stay: the lower of that and the new one. */
static void test_told(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job job;

	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/limited");
	configure(fixture, 900 * MINUTE);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.allowed_per_minute, 750 * MINUTE);
	assert_true(stats.told_until_ns > wall_ns() + 2900 * NS_PER_S);
	assert_int_equal(stats.backoff_until_ns / NS_PER_S, stats.told_until_ns / NS_PER_S);
	assert_int_equal(stats.probe_ns, 0);
	assert_int_equal(stats.requests, 1);
	assert_int_equal(stats.used_last_minute, 1);
	expect_unsent(fixture, ERR_RATE_LIMITED);
	sender_way_changed(fixture->sender);
	sender_token_changed(fixture->sender);
	expect_unsent(fixture, ERR_RATE_LIMITED);
	configure(fixture, 700 * MINUTE);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.allowed_per_minute, 700 * MINUTE);
}

/* 503 with Retry-After is the side's word too: another way to it changes nothing. */
static void test_busy(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job job;

	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/busy");
	sender_way_changed(fixture->sender);
	sender_stats(fixture->sender, &stats);
	assert_true(stats.told_until_ns > wall_ns() + 2900 * NS_PER_S);
	expect_unsent(fixture, ERR_TRANSIENT);
}

static void test_refused(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job job;

	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/refused");
	configure(fixture, 900 * MINUTE);
	sender_way_changed(fixture->sender);
	sender_stats(fixture->sender, &stats);
	assert_true(stats.token_refused);
	assert_true(stats.probe_ns > wall_ns() + 2900 * NS_PER_S);
	assert_int_equal(stats.backoff_until_ns / NS_PER_S, stats.probe_ns / NS_PER_S);
	assert_int_equal(stats.told_until_ns, 0);
	expect_unsent(fixture, ERR_AUTH);
	sender_token_changed(fixture->sender);
	expect_sent(fixture);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.probe_ns, 0);
	assert_int_equal(stats.backoff_until_ns, 0);
}

static void test_down(void **state)
{
	struct fixture *fixture = *state;
	const int64_t began_ns = wall_ns();
	struct sender_stats stats;
	struct job job;

	for (unsigned i = 0; i < BREAKER_FAILURES; i++)
		ask(fixture, &job, METHOD_GET, REQUEST_READ, "/down");
	configure(fixture, 900 * MINUTE);
	sender_token_changed(fixture->sender);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.breaker, BREAKER_OPEN);
	assert_in_range(stats.failing_since_ns, began_ns, wall_ns());
	assert_true(stats.probe_ns > wall_ns() + 1400 * NS_PER_S);
	assert_int_equal(stats.backoff_until_ns / NS_PER_S, stats.probe_ns / NS_PER_S);
	assert_int_equal(stats.told_until_ns, 0);
	expect_unsent(fixture, ERR_TRANSIENT);
	/* Through another proxy it may be there. */
	sender_way_changed(fixture->sender);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.breaker, BREAKER_CLOSED);
	assert_int_equal(stats.consecutive_failures, 0);
	assert_int_equal(stats.failing_since_ns, 0);
	assert_int_equal(stats.probe_ns, 0);
	expect_sent(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_told, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_busy, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_down, setup, sender_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
