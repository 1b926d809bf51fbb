/* SPDX-License-Identifier: Apache-2.0 */
/* net/http against a server that misbehaves.  The worst row first: the library's own re-sending. */
#include "http_client.h"
#include "http_server.h"

#include "base/limits.h"

#define BOMB_MAX_BYTES ((size_t)1024 * 1024)

static char *bomb; /* gzip of more than LIMIT_RESPONSE_BYTES zeros */
static size_t bomb_len;

static bool answer_bomb(int fd)
{
	return server_write_z(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
				  "Connection: close\r\n\r\n") &&
	       server_write(fd, bomb, bomb_len) && false;
}

/* Until the other end has enough. */
static bool answer_chunks(int fd)
{
	static char chunk[65536];

	memset(chunk, 'x', sizeof(chunk));
	if (!server_write_z(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
		return false;
	while (server_write_z(fd, "10000\r\n") && server_write(fd, chunk, sizeof(chunk)) &&
	       server_write_z(fd, "\r\n"))
		continue;
	return false;
}

static bool answer_large(int fd, int status, size_t len)
{
	char *bytes = alloc_zeroed(len, 1);
	char head[128];

	memset(bytes, 'e', len);
	(void)snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n", status,
		       len);
	const bool ok = server_write_z(fd, head) && server_write(fd, bytes, len);

	free(bytes);
	return ok;
}

static bool answer_headers(int fd)
{
	char line[1100];

	(void)snprintf(line, sizeof(line), "X-Long: %01000d\r\n", 0);
	if (!server_write_z(fd, "HTTP/1.1 200 OK\r\n"))
		return false;
	for (int i = 0; i < 1000; i++) {
		if (!server_write_z(fd, line))
			return false;
	}
	return server_write_z(fd, "\r\n");
}

/* Says nothing more, until the client gives up. */
static bool hold(int fd)
{
	char byte;

	(void)recv(fd, &byte, 1, 0);
	return false;
}

static bool handle(struct server *server, int fd, const struct server_request *request)
{
	static const struct {
		const char *target;
		const char *bytes;
		enum { CLOSE, RESET, HOLD } then;
	} rows[] = {
		{ "/silent", "", CLOSE },
		{ "/reset", "", RESET },
		{ "/reset-head", "HTTP/1.1 200 OK\r\nContent-Le", RESET },
		{ "/reset-body", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\":", RESET },
		{ "/short", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\":", CLOSE },
		{ "/chunk-cut",
		  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n", CLOSE },
		{ "/no-length", "HTTP/1.1 200 OK\r\n\r\n{\"a\":", CLOSE },
		{ "/slow", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\":", HOLD },
		{ "/mute", "", HOLD },
		{ "/junk", "220 smtp.example.com ESMTP\r\n", CLOSE },
		{ "/bad-gzip",
		  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
		  CLOSE },
		{ "/answer-reset",
		  "HTTP/1.1 201 X\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", RESET },
		{ "/refused-cut", "HTTP/1.1 404 X\r\nContent-Length: 99\r\n\r\n{\"a\":", CLOSE },
		{ "/interim-only", "HTTP/1.1 103 Early\r\n\r\n", CLOSE },
	};

	(void)server;
	if (strcmp(request->target, "/bomb") == 0)
		return answer_bomb(fd);
	if (strcmp(request->target, "/chunks") == 0)
		return answer_chunks(fd);
	if (strcmp(request->target, "/large-page") == 0)
		return answer_large(fd, 200, LIMIT_BODY_BYTES + 1);
	if (strcmp(request->target, "/large-error") == 0)
		return answer_large(fd, 500, LIMIT_BODY_BYTES + 100000);
	if (strcmp(request->target, "/headers") == 0)
		return answer_headers(fd);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (strcmp(request->target, rows[i].target) != 0)
			continue;
		(void)server_write_z(fd, rows[i].bytes);
		return rows[i].then == RESET ? server_reset(fd) :
		       rows[i].then == HOLD  ? hold(fd) :
					       false;
	}
	return server_answer(fd, 200, "", "{}");
}

struct fixture {
	struct server *server;
	struct client client;
};

static int setup(void **state)
{
	struct fixture *fixture = alloc_zeroed(1, sizeof(*fixture));

	fixture->server = server_start(handle);
	struct http_endpoint_options options = client_options(fixture->server->url);

	options.timeout_ms = 15000;
	client_open(&fixture->client, &options);
	*state = fixture;
	return 0;
}

static int setup_hasty(void **state)
{
	struct fixture *fixture = alloc_zeroed(1, sizeof(*fixture));

	fixture->server = server_start(handle);
	struct http_endpoint_options options = client_options(fixture->server->url);

	options.timeout_ms = 300;
	client_open(&fixture->client, &options);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	client_close(&fixture->client);
	server_stop(fixture->server);
	free(fixture);
	return 0;
}

static void warm_up(struct client *client)
{
	struct outcome outcome;

	client_ask(client, &outcome, METHOD_GET, REQUEST_READ, "/ok", NULL);
	assert_true(outcome.ok);
	outcome_release(&outcome);
}

/* The server must see a write once, on a reused connection too, and we must not call it done. */
static void test_never_sent_twice(void **state)
{
	static const struct {
		enum method method;
		enum request_kind kind;
		const char *body;
		enum err_code code;
	} rows[] = {
		{ METHOD_POST, REQUEST_WRITE, "{\"a\":1}", ERR_UNCERTAIN },
		{ METHOD_PATCH, REQUEST_WRITE, "{\"a\":1}", ERR_UNCERTAIN },
		{ METHOD_PUT, REQUEST_WRITE, "{\"a\":1}", ERR_UNCERTAIN },
		{ METHOD_DELETE, REQUEST_WRITE, NULL, ERR_UNCERTAIN },
		{ METHOD_POST, REQUEST_WRITE, NULL, ERR_UNCERTAIN },
		{ METHOD_POST, REQUEST_READ, "{\"limit\":1}", ERR_TRANSIENT },
		{ METHOD_GET, REQUEST_READ, NULL, ERR_TRANSIENT },
	};
	static const char *const targets[] = { "/silent", "/reset" };
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (size_t t = 0; t < COUNT_OF(targets); t++) {
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			const size_t before = server_count(fixture->server, targets[t]);

			warm_up(&fixture->client);
			const int connections = fixture->server->n_connections;

			client_ask(&fixture->client, &outcome, rows[i].method, rows[i].kind,
				   targets[t], rows[i].body);
			/* Anything sent again would arrive before this one. */
			warm_up(&fixture->client);
			assert_false(outcome.ok);
			assert_int_equal(outcome.err.code, rows[i].code);
			assert_int_equal(server_count(fixture->server, targets[t]), before + 1);
			if (rows[i].kind == REQUEST_READ || rows[i].body != NULL)
				assert_true(server_seen(fixture->server, targets[t], before)
						    ->connection < connections);
			outcome_release(&outcome);
		}
	}
}

static void test_broken_answers(void **state)
{
	static const struct {
		const char *target;
		enum err_code read_code; /* a write is ERR_UNCERTAIN in each case */
		int status;
	} rows[] = {
		{ "/silent", ERR_TRANSIENT, 0 },        { "/reset", ERR_TRANSIENT, 0 },
		{ "/reset-head", ERR_TRANSIENT, 0 },    { "/reset-body", ERR_TRANSIENT, 200 },
		{ "/short", ERR_TRANSIENT, 200 },       { "/chunk-cut", ERR_TRANSIENT, 200 },
		{ "/refused-cut", ERR_TRANSIENT, 404 }, { "/junk", ERR_MALFORMED, 0 },
		{ "/bad-gzip", ERR_MALFORMED, 200 },    { "/interim-only", ERR_TRANSIENT, 0 },
		{ "/large-page", ERR_MALFORMED, 200 },  { "/headers", ERR_MALFORMED, 0 },
	};
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		client_ask(&fixture->client, &outcome, METHOD_POST, REQUEST_READ, rows[i].target,
			   "{}");
		if (outcome.ok || outcome.err.code != rows[i].read_code ||
		    outcome.status != rows[i].status)
			fail_msg("%s: read: %s, status %d: %s", rows[i].target,
				 err_code_name(outcome.err.code), outcome.status, outcome.err.msg);
		assert_int_not_equal(outcome.err.native, 0);
		assert_int_equal(outcome.body.len, 0);
		outcome_release(&outcome);

		client_ask(&fixture->client, &outcome, METHOD_POST, REQUEST_WRITE, rows[i].target,
			   "{}");
		if (outcome.ok || outcome.err.code != ERR_UNCERTAIN)
			fail_msg("%s: write: %s: %s", rows[i].target,
				 err_code_name(outcome.err.code), outcome.err.msg);
		outcome_release(&outcome);
	}
}

/* A reset right behind a whole answer does not make the write uncertain. */
static void test_answer_before_reset(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (int i = 0; i < 50; i++) {
		client_ask(&fixture->client, &outcome, METHOD_POST, REQUEST_WRITE, "/answer-reset",
			   "{}");
		if (!outcome.ok)
			fail_msg("round %d: %s", i, outcome.err.msg);
		assert_int_equal(outcome.status, 201);
		outcome_release(&outcome);
	}
}

/* HTTP cannot tell, the reader must: this is what sender's on_end is for. */
static void test_cut_without_length(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, "/no-length", NULL);
	assert_true(outcome.ok);
	assert_string_equal(buf_z(&outcome.body), "{\"a\":");
	outcome_release(&outcome);
}

static void test_too_slow(void **state)
{
	static const char *const targets[] = { "/slow", "/mute" };
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		const int64_t from_ns = server_now_ns();

		client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, targets[i], NULL);
		assert_int_equal(outcome.err.code, ERR_TRANSIENT);
		assert_in_range((server_now_ns() - from_ns) / 1000000, 290, 3000);
		outcome_release(&outcome);
		client_ask(&fixture->client, &outcome, METHOD_PATCH, REQUEST_WRITE, targets[i],
			   "{}");
		assert_int_equal(outcome.err.code, ERR_UNCERTAIN);
		outcome_release(&outcome);
	}
}

/* MAXFILESIZE of this curl sees neither: what is decoded is counted. */
static void test_oversize(void **state)
{
	static const char *const targets[] = { "/bomb", "/chunks" };
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, targets[i], NULL);
		assert_int_equal(outcome.err.code, ERR_MALFORMED);
		assert_non_null(strstr(outcome.err.msg, "larger than 8388608"));
		outcome_release(&outcome);

		outcome_init(&outcome, METHOD_GET, REQUEST_READ, targets[i], NULL);
		client_start(&fixture->client, &outcome, true);
		client_wait(&fixture->client, &outcome);
		assert_int_equal(outcome.err.code, ERR_MALFORMED);
		assert_non_null(strstr(outcome.err.msg, "larger than 67108864"));
		outcome_release(&outcome);
	}
}

static void test_large_error_is_cut(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	client_ask(&fixture->client, &outcome, METHOD_POST, REQUEST_WRITE, "/large-error", "{}");
	assert_true(outcome.ok);
	assert_int_equal(outcome.status, 500);
	assert_int_equal(outcome.body.len, LIMIT_BODY_BYTES);
	outcome_release(&outcome);
}

/* Certainly not sent: a write may be repeated. */
static void test_not_connected(void **state)
{
	static const char *const urls[] = { "http://127.0.0.1:1", "https://127.0.0.1:1",
					    "https://nonexistent.invalid" };
	struct client client;
	struct outcome outcome;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		struct http_endpoint_options options = client_options(urls[i]);

		options.connect_timeout_ms = 1000;
		options.proxy = i == 1 ? "http://127.0.0.1:1" : NULL;
		client_open(&client, &options);
		client_ask(&client, &outcome, METHOD_POST, REQUEST_WRITE, "/", "{}");
		assert_int_equal(outcome.err.code, ERR_TRANSIENT);
		assert_int_equal(outcome.status, 0);
		outcome_release(&outcome);
		client_ask(&client, &outcome, METHOD_DELETE, REQUEST_WRITE, "/", NULL);
		assert_int_equal(outcome.err.code, ERR_TRANSIENT);
		outcome_release(&outcome);
		client_close(&client);
	}
}

static int make_bomb(void **state)
{
	FILE *pipe = popen("head -c 80000000 /dev/zero | gzip -9", "r");

	(void)state;
	if (pipe == NULL)
		return -1;
	bomb = alloc_zeroed(1, BOMB_MAX_BYTES);
	bomb_len = fread(bomb, 1, BOMB_MAX_BYTES, pipe);
	return pclose(pipe) == 0 && bomb_len > 10000 && bomb_len < BOMB_MAX_BYTES ? 0 : -1;
}

static int free_bomb(void **state)
{
	(void)state;
	free(bomb);
	return 0;
}

int main(void)
{
	/* All of this would fail if the environment's proxy were asked.  No thread runs yet. */
	(void)setenv("http_proxy", "http://127.0.0.1:1", 1); /* NOLINT(concurrency-mt-unsafe) */
	(void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);  /* NOLINT(concurrency-mt-unsafe) */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_never_sent_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_broken_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answer_before_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_without_length, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_slow, setup_hasty, teardown),
		cmocka_unit_test_setup_teardown(test_oversize, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_error_is_cut, setup, teardown),
		cmocka_unit_test(test_not_connected),
	};

	return cmocka_run_group_tests(tests, make_bomb, free_bomb);
}
