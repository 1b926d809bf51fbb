/* SPDX-License-Identifier: Apache-2.0 */
/* net/sender against a loopback server that refuses the token: nothing is hammered, another one heals. */
#include "sender_client.h"

#include "net/gate.h"

/* Answers by the token: "…good…" is taken; /forbidden never is. */
static bool handle(struct server *server, int fd, const struct server_request *request)
{
	(void)server;
	if (strcmp(request->target, "/limited") == 0 && request->nth == 0)
		return server_answer(fd, 429, "Retry-After: 1\r\n", "{}");
	if (strncmp(request->target, "/forbidden", 10) == 0)
		return server_answer(fd, 403, "", "{}");
	if (strstr(request->head, "good") == NULL)
		return server_answer(fd, 401, "", "{}");
	return server_answer(fd, 200, "", "{}");
}

static int setup(void **state)
{
	return sender_setup(state, handle);
}

static void use_token(struct fixture *fixture, const char *token)
{
	struct error err;

	assert_true(http_endpoint_set_auth(fixture->client.endpoint, "X-API-KEY", token, &err));
}

static void submit_many(struct fixture *fixture, struct job *jobs, size_t n, enum request_kind kind)
{
	for (size_t i = 0; i < n; i++)
		submit(fixture, &jobs[i], kind == REQUEST_READ ? METHOD_GET : METHOD_POST, kind,
		       "/some", SENDER_SCAN);
}

static void release_many(struct job *jobs, size_t n, enum err_code code)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(jobs[i].outcome.n_done, 1);
		if (code != ERR_OK)
			assert_int_equal(jobs[i].outcome.err.code, code);
		else
			assert_int_equal(jobs[i].outcome.status, 200);
		outcome_release(&jobs[i].outcome);
	}
}

/* What was under way is answered, the rest is not sent, and what comes later neither. */
static void test_shut(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job jobs[60];

	fixture->options.retry.cap_ns = 60 * NS_PER_S;
	open_sender(fixture);
	submit_many(fixture, jobs, COUNT_OF(jobs), REQUEST_READ);
	run_until_idle(fixture);
	for (size_t i = 0; i < COUNT_OF(jobs); i++) {
		assert_int_equal(jobs[i].outcome.n_done, 1);
		assert_true(jobs[i].outcome.status == 401 || jobs[i].outcome.err.code == ERR_AUTH);
		outcome_release(&jobs[i].outcome);
	}
	assert_in_range(fixture->server->n_log, 1, 16);
	const size_t before = fixture->server->n_log;

	submit_many(fixture, jobs, 20, REQUEST_READ);
	submit_many(fixture, jobs + 20, 20, REQUEST_WRITE);
	run_until_idle(fixture);
	release_many(jobs, 40, ERR_AUTH);
	assert_int_equal(fixture->server->n_log, before);
	sender_stats(fixture->sender, &stats);
	assert_true(stats.token_refused);
	assert_int_equal(stats.consecutive_failures, 0);
	assert_int_equal(stats.last_error.code, ERR_AUTH);

	/* Another token: at once. */
	use_token(fixture, "a-good-one");
	sender_token_changed(fixture->sender);
	submit_many(fixture, jobs, COUNT_OF(jobs), REQUEST_WRITE);
	run_until_idle(fixture);
	release_many(jobs, COUNT_OF(jobs), ERR_OK);
	sender_stats(fixture->sender, &stats);
	assert_false(stats.token_refused);
}

/* The server takes the token again: a probe finds out, alone. */
static void test_probe(void **state)
{
	struct fixture *fixture = *state;
	struct job jobs[20];

	fixture->options.retry.cap_ns = 200 * NS_PER_MS;
	open_sender(fixture);
	ask(fixture, &jobs[0], METHOD_GET, REQUEST_READ, "/first");
	assert_int_equal(jobs[0].outcome.status, 401);
	use_token(fixture, "a-good-one");
	const int64_t refused_ns = server_now_ns();

	do {
		ask(fixture, &jobs[0], METHOD_POST, REQUEST_WRITE, "/write");
		assert_int_equal(jobs[0].outcome.err.code, ERR_AUTH);
		submit_many(fixture, jobs, COUNT_OF(jobs), REQUEST_READ);
		run_until_idle(fixture);
		for (size_t i = 0; i < COUNT_OF(jobs); i++)
			outcome_release(&jobs[i].outcome);
	} while (jobs[0].outcome.status != 200);
	assert_true(server_seen(fixture->server, "/some", 0)->at_ns - refused_ns >=
		    190 * NS_PER_MS);
	assert_int_equal(server_count(fixture->server, "/write"), 0);
	/* All that waited for the probe went after it. */
	assert_int_equal(server_count(fixture->server, "/some"), COUNT_OF(jobs));
	assert_int_equal(jobs[COUNT_OF(jobs) - 1].outcome.status, 200);
}

static bool renew(void *payload)
{
	use_token(payload, "a-good-one");
	return true;
}

static bool renew_badly(void *payload)
{
	struct fixture *fixture = payload;

	fixture->n_sequence++;
	use_token(fixture, "a-bad-one");
	return true;
}

/* All that were under way with the old token go once more, writes too; it is asked for once. */
static void test_renewed(void **state)
{
	struct fixture *fixture = *state;
	struct job jobs[40];

	fixture->options.hooks = (struct sender_hooks){ .renew_token = renew, .payload = fixture };
	open_sender(fixture);
	submit_many(fixture, jobs, 20, REQUEST_READ);
	submit_many(fixture, jobs + 20, 20, REQUEST_WRITE);
	run_until_idle(fixture);
	release_many(jobs, COUNT_OF(jobs), ERR_OK);
	assert_in_range(fixture->server->n_log, 41, 56);
}

/* The new one is no better: no loop. */
static void test_renewed_badly(void **state)
{
	struct fixture *fixture = *state;
	struct job job;

	fixture->options.retry.cap_ns = 60 * NS_PER_S;
	fixture->options.hooks =
		(struct sender_hooks){ .renew_token = renew_badly, .payload = fixture };
	open_sender(fixture);
	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/some");
	assert_int_equal(job.outcome.status, 401);
	assert_int_equal(server_count(fixture->server, "/some"), 2);
	assert_int_equal(fixture->n_sequence, 2); /* asked for once, and one completion */
}

/* 403 may be one person's; for so many writes in a row it is the token's. */
static void test_forbidden(void **state)
{
	struct fixture *fixture = *state;
	struct sender_stats stats;
	struct job job;

	fixture->options.retry.cap_ns = 60 * NS_PER_S;
	use_token(fixture, "a-good-one");
	open_sender(fixture);
	for (int i = 0; i < 10; i++)
		ask(fixture, &job, METHOD_POST, REQUEST_WRITE, "/forbidden/write");
	assert_int_equal(job.outcome.err.code, ERR_AUTH);
	assert_int_equal(server_count(fixture->server, "/forbidden/write"), GATE_FORBIDDEN_MANY);
	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/some");
	assert_int_equal(job.outcome.status, 200);
	sender_stats(fixture->sender, &stats);
	assert_true(stats.writes_refused && !stats.token_refused);
}

static void count_learned(void *payload)
{
	++*(unsigned *)payload;
}

/* What a 429 taught is told, and outlives the sender. */
static void test_learned(void **state)
{
	struct fixture *fixture = *state;
	struct limiter_learned learned = { .window_per_minute = 40 };
	struct sender_stats stats;
	struct job job;
	unsigned n_told = 0;

	fixture->options.limits.window_per_minute = 100;
	fixture->options.hooks =
		(struct sender_hooks){ .on_learned = count_learned, .payload = &n_told };
	open_sender(fixture);
	sender_teach(fixture->sender, &learned, 0);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.allowed_per_minute, 40);
	sender_learned(fixture->sender, &learned);
	assert_int_equal(learned.window_per_minute, 40);
	assert_int_equal(n_told, 0);
	use_token(fixture, "a-good-one");
	submit(fixture, &job, METHOD_GET, REQUEST_READ, "/limited", SENDER_SCAN);
	while (n_told == 0)
		(void)uv_run(&fixture->client.loop, UV_RUN_ONCE);
	sender_learned(fixture->sender, &learned);
	assert_int_equal(learned.window_per_minute, 30);
	sender_stats(fixture->sender, &stats);
	assert_in_range(stats.told_until_ns - wall_ns(), 1, NS_PER_S);
	run_until_idle(fixture);
	outcome_release(&job.outcome);
	assert_int_equal(n_told, 1);
	sender_stats(fixture->sender, &stats);
	assert_int_equal(stats.told_until_ns, 0);

	/* What an earlier process was told is kept to. */
	const int64_t from_ns = server_now_ns();

	sender_pause(fixture->sender, 300 * NS_PER_MS);
	ask(fixture, &job, METHOD_GET, REQUEST_READ, "/some");
	assert_true(server_now_ns() - from_ns >= 300 * NS_PER_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_shut, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_probe, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_renewed, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_renewed_badly, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_forbidden, setup, sender_teardown),
		cmocka_unit_test_setup_teardown(test_learned, setup, sender_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
