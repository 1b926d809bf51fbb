/* SPDX-License-Identifier: Apache-2.0 */
/* net/http against a server that behaves: what is sent, what comes back, addresses, cancel. */
#include "http_client.h"
#include "http_server.h"

#include "base/limits.h"

/* gzip of {"zip":true} */
static const unsigned char gzipped[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xab,
	0x56, 0xaa, 0xca, 0x2c, 0x50, 0xb2, 0x2a, 0x29, 0x2a, 0x4d, 0xad,
	0x05, 0x00, 0x03, 0x7c, 0xa5, 0x19, 0x0c, 0x00, 0x00, 0x00,
};

static bool answer_gzip(int fd)
{
	char head[128];

	(void)snprintf(head, sizeof(head),
		       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
		       sizeof(gzipped));
	return server_write_z(fd, head) && server_write(fd, gzipped, sizeof(gzipped));
}

static bool handle(struct server *server, int fd, const struct server_request *request)
{
	const char *target = request->target;
	char text[128];

	if (strcmp(target, "/gzip") == 0)
		return answer_gzip(fd);
	if (strcmp(target, "/hold") == 0) /* until the other end goes */
		return recv(fd, text, 1, 0) > 0;
	if (strcmp(target, "/redirect") == 0) {
		(void)snprintf(text, sizeof(text), "Location: http://127.0.0.1:%d/stolen\r\n",
			       server->peer_port);
		return server_answer(fd, 302, text, "");
	}
	if (strcmp(target, "/headers") == 0)
		return server_answer(fd, 429,
				     "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
				     "retry-after:  120 \r\n",
				     "{}");
	if (strcmp(target, "/interim") == 0)
		return server_write_z(fd, "HTTP/1.1 103 Early\r\nRetry-After: 9\r\n\r\n") &&
		       server_answer(fd, 200, "", "late");
	(void)snprintf(text, sizeof(text), "{\"n\":%zu,\"body\":%zu}", request->nth,
		       request->body_len);
	return server_answer(fd, 200, "", text);
}

struct fixture {
	struct server *server;
	struct client client;
};

static int setup(void **state)
{
	struct fixture *fixture = alloc_zeroed(1, sizeof(*fixture));

	fixture->server = server_start(handle);
	const struct http_endpoint_options options = client_options(fixture->server->url);

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

static void test_methods(void **state)
{
	static const struct {
		enum method method;
		enum request_kind kind;
		const char *target;
		const char *body;
	} rows[] = {
		{ METHOD_GET, REQUEST_READ, "/a?x=%2B", NULL },
		{ METHOD_POST, REQUEST_READ, "/query", "{\"limit\":500}" },
		{ METHOD_POST, REQUEST_WRITE, "/create", "{}" },
		{ METHOD_PATCH, REQUEST_WRITE, "/update", "{\"a\":1}" },
		{ METHOD_PUT, REQUEST_WRITE, "/replace", "[]" },
		{ METHOD_DELETE, REQUEST_WRITE, "/delete", NULL },
		{ METHOD_POST, REQUEST_WRITE, "/empty", NULL },
		{ METHOD_DELETE, REQUEST_WRITE, "/delete-with", "{}" },
	};
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		client_ask(&fixture->client, &outcome, rows[i].method, rows[i].kind, rows[i].target,
			   rows[i].body);
		const struct server_request *seen = server_seen(fixture->server, rows[i].target, 0);

		assert_true(outcome.ok);
		assert_int_equal(outcome.status, 200);
		assert_string_equal(outcome.content_type, "application/json");
		assert_non_null(seen);
		assert_string_equal(seen->method, method_name(rows[i].method));
		assert_int_equal(seen->body_len, rows[i].body != NULL ? strlen(rows[i].body) : 0);
		assert_non_null(strstr(seen->head, "X-API-KEY: CANARY-TOKEN\r\n"));
		assert_non_null(strstr(seen->head, "User-Agent: crmsync/test\r\n"));
		assert_non_null(strstr(seen->head, "Accept: application/json\r\n"));
		assert_non_null(strstr(seen->head, "Accept-Encoding: gzip\r\n"));
		assert_null(strstr(seen->head, "Expect"));
		assert_null(strstr(seen->head, "urlencoded"));
		assert_int_equal(strstr(seen->head, "Content-Type: application/json") != NULL,
				 rows[i].body != NULL);
		outcome_release(&outcome);
	}
}

static void test_keep_alive(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (int i = 0; i < 20; i++) {
		client_ask(&fixture->client, &outcome, i % 2 == 0 ? METHOD_GET : METHOD_POST,
			   REQUEST_READ, "/reuse", i % 2 == 0 ? NULL : "{}");
		assert_true(outcome.ok);
		outcome_release(&outcome);
	}
	assert_int_equal(fixture->server->n_connections, 1);
	/* A write without a body cannot be kept from being re-sent but by a connection of its own. */
	client_ask(&fixture->client, &outcome, METHOD_DELETE, REQUEST_WRITE, "/reuse", NULL);
	outcome_release(&outcome);
	assert_int_equal(fixture->server->n_connections, 2);
}

static void test_answers(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, "/gzip", NULL);
	assert_true(outcome.ok);
	assert_string_equal(buf_z(&outcome.body), "{\"zip\":true}");
	outcome_release(&outcome);

	client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, "/headers", NULL);
	assert_true(outcome.ok);
	assert_int_equal(outcome.status, 429);
	assert_string_equal(outcome.retry_after, "120");
	assert_int_equal(outcome.date_ns, INT64_C(784111777000000000));
	outcome_release(&outcome);

	client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, "/interim", NULL);
	assert_true(outcome.ok);
	assert_int_equal(outcome.status, 200);
	assert_string_equal(outcome.retry_after, "");
	assert_string_equal(buf_z(&outcome.body), "late");
	outcome_release(&outcome);
}

static void test_streaming(void **state)
{
	struct fixture *fixture = *state;
	struct outcome outcome;

	outcome_init(&outcome, METHOD_GET, REQUEST_READ, "/gzip", NULL);
	client_start(&fixture->client, &outcome, true);
	client_wait(&fixture->client, &outcome);
	assert_true(outcome.ok);
	assert_true(outcome.n_bodies > 0);
	assert_string_equal(buf_z(&outcome.body), "{\"zip\":true}");
	outcome_release(&outcome);

	/* A refusal is collected, the reader does not see it. */
	outcome_init(&outcome, METHOD_GET, REQUEST_READ, "/headers", NULL);
	client_start(&fixture->client, &outcome, true);
	client_wait(&fixture->client, &outcome);
	assert_int_equal(outcome.n_bodies, 0);
	assert_string_equal(buf_z(&outcome.body), "{}");
	outcome_release(&outcome);

	outcome_init(&outcome, METHOD_GET, REQUEST_READ, "/plain", NULL);
	outcome.refuse_after = 1;
	client_start(&fixture->client, &outcome, true);
	client_wait(&fixture->client, &outcome);
	assert_int_equal(outcome.err.code, ERR_MALFORMED);
	assert_string_equal(outcome.err.msg, "refused by the reader");
	outcome_release(&outcome);
}

static void test_redirect_keeps_key(void **state)
{
	struct fixture *fixture = *state;
	struct server *thief = server_start(handle);
	struct outcome outcome;

	fixture->server->peer_port = thief->port;
	client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, "/redirect", NULL);
	assert_true(outcome.ok);
	assert_int_equal(outcome.status, 302);
	assert_int_equal(thief->n_connections, 0);
	outcome_release(&outcome);
	server_stop(thief);
}

static void test_cancel(void **state)
{
	struct fixture *fixture = *state;
	struct outcome read;
	struct outcome write;
	struct outcome unsent;
	struct outcome streaming;

	outcome_init(&read, METHOD_GET, REQUEST_READ, "/hold", NULL);
	outcome_init(&write, METHOD_POST, REQUEST_WRITE, "/hold", "{}");
	client_start(&fixture->client, &read, false);
	client_start(&fixture->client, &write, false);
	while (server_count(fixture->server, "/hold") < 2)
		(void)uv_run(&fixture->client.loop, UV_RUN_NOWAIT);
	outcome_init(&unsent, METHOD_POST, REQUEST_WRITE, "/never", "{}");
	client_start(&fixture->client, &unsent, false);
	http_cancel(unsent.call);
	http_cancel(read.call);
	http_cancel(read.call);
	http_cancel(write.call);
	assert_int_equal(read.n_done + write.n_done + unsent.n_done, 0);
	client_wait(&fixture->client, &read);
	client_wait(&fixture->client, &write);
	client_wait(&fixture->client, &unsent);
	assert_int_equal(read.err.code, ERR_CANCELED);
	assert_int_equal(write.err.code, ERR_UNCERTAIN);
	assert_int_equal(unsent.err.code, ERR_CANCELED);
	assert_int_equal(server_count(fixture->server, "/never"), 0);

	outcome_init(&streaming, METHOD_GET, REQUEST_READ, "/plain", NULL);
	streaming.cancel_in_body = true;
	client_start(&fixture->client, &streaming, true);
	client_wait(&fixture->client, &streaming);
	assert_int_equal(streaming.n_bodies, 1);
	outcome_release(&read);
	outcome_release(&write);
	outcome_release(&unsent);
	outcome_release(&streaming);
}

/* Shutdown completes what is under way, and http_start after it. */
static void test_close_completes(void **state)
{
	struct server *server = ((struct fixture *)*state)->server;
	const struct http_endpoint_options options = client_options(server->url);
	struct client client;
	struct outcome outcomes[8];

	client_open(&client, &options);
	for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
		outcome_init(&outcomes[i], METHOD_GET, REQUEST_READ, "/hold", NULL);
		if (i > 0)
			(void)uv_run(&client.loop, UV_RUN_NOWAIT);
		if (i == COUNT_OF(outcomes) - 1)
			http_close(client.http);
		client_start(&client, &outcomes[i], false);
	}
	client_close(&client);
	for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
		assert_int_equal(outcomes[i].n_done, 1);
		assert_int_equal(outcomes[i].err.code, ERR_CANCELED);
		outcome_release(&outcomes[i]);
	}
}

static void test_bad_requests(void **state)
{
	static const char *const targets[] = { "", "no-slash", "/a b", "/a\r\nX: y", "/a#b" };
	struct fixture *fixture = *state;
	struct outcome outcome;

	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		client_ask(&fixture->client, &outcome, METHOD_GET, REQUEST_READ, targets[i], NULL);
		assert_int_equal(outcome.err.code, ERR_INTERNAL);
		outcome_release(&outcome);
	}
	assert_int_equal(fixture->server->n_log, 0);
}

static void test_check_url(void **state)
{
	static const struct {
		const char *url;
		bool ok;
	} rows[] = {
		{ "https://api.attio.com", true },
		{ "https://api.attio.com/", true },
		{ "https://api.attio.com:8443/v2/", true },
		{ "HTTPS://api.attio.com", true },
		{ "https://[2001:db8::1]/", true },
		{ "http://127.0.0.1:8080", true },
		{ "http://127.8.9.10", true },
		{ "http://[::1]:80/x", true },
		{ "http://localhost", true },
		{ "http://LOCALHOST", true },
		{ "http://127.example.com", false },
		{ "http://localhost.example.com", false },
		{ "http://example.com", false },
		{ "http://10.0.0.1", false },
		{ "http://[::2]", false },
		{ "ftp://example.com", false },
		{ "file:///etc/passwd", false },
		{ "https://user@example.com", false },
		{ "https://user:secret@example.com", false },
		{ "https://@example.com", false },
		{ "https://example.com/?q=1", false },
		{ "https://example.com/?", false },
		{ "https://example.com/#f", false },
		{ "https://exa mple.com", false },
		{ "https://example.com\r\nX: y", false },
		{ "https://", false },
		{ "https:///x", false },
		{ "https:/x", false },
		{ "https://example.com\\@evil.example", false },
		{ "example.com", false },
		{ "", false },
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		err = (struct error){ 0 };
		if (http_check_url(rows[i].url, &err) != rows[i].ok)
			fail_msg("%s: %s", rows[i].url, err.msg);
		assert_int_equal(err.code, rows[i].ok ? ERR_OK : ERR_CONFIG);
		assert_null(strstr(err.msg, "secret"));
	}
	assert_true(http_check_proxy("http://proxy.example.com:3128", &err));
	assert_true(http_check_proxy("https://proxy.example.com", &err));
	assert_false(http_check_proxy("http://user:pw@proxy.example.com:3128", &err));
	assert_false(http_check_proxy("socks5://proxy.example.com", &err));
}

static void test_bad_endpoints(void **state)
{
	static const struct {
		const char *header;
		const char *value;
	} rows[] = {
		{ "X-API-KEY", "a\r\nX-Evil: b" },
		{ "X-API-KEY", "" },
		{ "X-API-KEY", NULL },
		{ "X API", "a" },
		{ "X:", "a" },
		{ "", "a" },
	};
	struct fixture *fixture = *state;
	struct http_endpoint_options options = client_options(fixture->server->url);
	struct http_endpoint *endpoint = NULL;
	struct error err;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		options.auth_header = rows[i].header;
		options.auth_value = rows[i].value;
		assert_false(http_endpoint_new(fixture->client.http, &options, &endpoint, &err));
		assert_int_equal(err.code, ERR_CONFIG);
	}
	options = client_options("http://example.com");
	assert_false(http_endpoint_new(fixture->client.http, &options, &endpoint, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_null(endpoint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_methods, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keep_alive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_streaming, setup, teardown),
		cmocka_unit_test_setup_teardown(test_redirect_keeps_key, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close_completes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_requests, setup, teardown),
		cmocka_unit_test(test_check_url),
		cmocka_unit_test_setup_teardown(test_bad_endpoints, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
