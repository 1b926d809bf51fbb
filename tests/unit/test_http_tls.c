/* SPDX-License-Identifier: Apache-2.0 */
/* net/http and certificates: an `openssl s_server` with a certificate made for the occasion. */
#include "http_client.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char dir[64];
	char ca_file[96];
	char key_file[96];
	char url[64];
	pid_t server;
	FILE *words; /* what the server says */
};

static bool make_certificate(struct fixture *fixture)
{
	char command[512];

	(void)snprintf(command, sizeof(command),
		       "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
		       "-days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 "
		       "-keyout %s -out %s 2>/dev/null",
		       fixture->key_file, fixture->ca_file);
	/* No thread runs here. */
	return system(command) == 0; /* NOLINT(concurrency-mt-unsafe) */
}

static void become_server(const struct fixture *fixture, const char *version, int out)
{
	(void)dup2(out, STDOUT_FILENO);
	(void)execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
		     fixture->ca_file, "-key", fixture->key_file, version, "-cipher",
		     "ALL:@SECLEVEL=0", (char *)NULL);
	_exit(127);
}

/* The server names its port once it listens. */
static bool await_port(struct fixture *fixture)
{
	char line[256];
	int port;

	while (fgets(line, sizeof(line), fixture->words) != NULL) {
		if (sscanf(line, "ACCEPT 127.0.0.1:%d", &port) == 1) {
			(void)snprintf(fixture->url, sizeof(fixture->url), "https://127.0.0.1:%d",
				       port);
			return true;
		}
	}
	return false;
}

static int setup_version(void **state, const char *version)
{
	struct fixture *fixture = alloc_zeroed(1, sizeof(*fixture));
	int fds[2];

	(void)snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/crmsync-test-tls-XXXXXX");
	if (mkdtemp(fixture->dir) == NULL)
		return -1;
	(void)snprintf(fixture->ca_file, sizeof(fixture->ca_file), "%s/cert.pem", fixture->dir);
	(void)snprintf(fixture->key_file, sizeof(fixture->key_file), "%s/key.pem", fixture->dir);
	if (!make_certificate(fixture) || pipe(fds) != 0)
		return -1;
	fixture->server = fork();
	if (fixture->server == 0)
		become_server(fixture, version, fds[1]);
	(void)close(fds[1]);
	fixture->words = fdopen(fds[0], "r");
	*state = fixture;
	return fixture->server > 0 && fixture->words != NULL && await_port(fixture) ? 0 : -1;
}

static int setup(void **state)
{
	return setup_version(state, "-no_ssl3");
}

static int setup_old(void **state)
{
	return setup_version(state, "-tls1_1");
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	(void)kill(fixture->server, SIGKILL);
	(void)waitpid(fixture->server, NULL, 0);
	(void)fclose(fixture->words);
	(void)unlink(fixture->ca_file);
	(void)unlink(fixture->key_file);
	(void)rmdir(fixture->dir);
	free(fixture);
	return 0;
}

static void ask(const struct http_endpoint_options *options, struct outcome *outcome)
{
	struct client client;

	client_open(&client, options);
	client_ask(&client, outcome, METHOD_GET, REQUEST_READ, "/", NULL);
	outcome_release(outcome);
	client_close(&client);
}

static void test_private_ca(void **state)
{
	const struct fixture *fixture = *state;
	struct http_endpoint_options options = client_options(fixture->url);
	struct outcome outcome;

	options.ca_file = fixture->ca_file;
	ask(&options, &outcome);
	if (!outcome.ok)
		fail_msg("%s", outcome.err.msg);
	assert_int_equal(outcome.status, 200);
}

static void test_unknown_ca(void **state)
{
	const struct fixture *fixture = *state;
	const struct http_endpoint_options options = client_options(fixture->url);
	struct client client;
	struct outcome outcome;

	client_open(&client, &options);
	client_ask(&client, &outcome, METHOD_POST, REQUEST_WRITE, "/", "{}");
	assert_int_equal(outcome.err.code, ERR_TRANSIENT); /* the key never left */
	assert_non_null(strstr(outcome.err.msg, "certificate"));
	assert_non_null(strstr(outcome.err.msg, "clock"));
	outcome_release(&outcome);
	client_ask(&client, &outcome, METHOD_DELETE, REQUEST_WRITE, "/", NULL);
	assert_int_equal(outcome.err.code, ERR_TRANSIENT);
	outcome_release(&outcome);
	client_close(&client);
}

/* The certificate is for the address, not for the name. */
static void test_wrong_name(void **state)
{
	const struct fixture *fixture = *state;
	char url[64];
	struct outcome outcome;

	(void)snprintf(url, sizeof(url), "https://localhost%s", strrchr(fixture->url, ':'));
	struct http_endpoint_options options = client_options(url);

	options.ca_file = fixture->ca_file;
	ask(&options, &outcome);
	assert_int_equal(outcome.err.code, ERR_TRANSIENT);
	assert_non_null(strstr(outcome.err.msg, "certificate"));
}

static void test_missing_ca_file(void **state)
{
	const struct fixture *fixture = *state;
	struct http_endpoint_options options = client_options(fixture->url);
	struct outcome outcome;

	options.ca_file = "/nonexistent/ca.pem";
	ask(&options, &outcome);
	assert_int_equal(outcome.err.code, ERR_CONFIG);
}

static void test_old_tls(void **state)
{
	const struct fixture *fixture = *state;
	struct http_endpoint_options options = client_options(fixture->url);
	struct outcome outcome;

	options.ca_file = fixture->ca_file;
	ask(&options, &outcome);
	assert_false(outcome.ok);
	assert_int_equal(outcome.err.code, ERR_TRANSIENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_private_ca, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_ca, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing_ca_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_tls, setup_old, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
