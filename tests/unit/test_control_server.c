/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's end of the control socket: time, room and lines, against clients that keep to none. */
#include "daemon/control/control_server.h"
#include "daemon/control/control_socket.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SHORT_MS UINT64_C(300)
#define PATIENCE_MS 10000

struct world {
	char folder[64];
	char path[96];
	uv_loop_t loop;
	struct control_server server;
	struct control_client *last; /* that asked */
	unsigned n_lines, n_gone;
	bool answers; /* at once */
};

static enum control_wants on_line(void *payload, struct control_client *client, struct str line)
{
	struct world *world = payload;

	world->n_lines++;
	world->last = client;
	if (str_equal_z(line, "more"))
		return CONTROL_MORE;
	if (world->answers)
		control_client_exit(client, 7);
	return CONTROL_ENOUGH;
}

static void on_gone(void *payload, struct control_client *client)
{
	struct world *world = payload;

	world->n_gone++;
	if (world->last == client)
		world->last = NULL;
}

static int open_world(void **state)
{
	static const struct control_events events = { .on_line = on_line, .on_gone = on_gone };
	struct world *world = alloc_zeroed(1, sizeof(*world));
	struct error err;

	(void)snprintf(world->folder, sizeof(world->folder), "/tmp/crmsync-control-XXXXXX");
	if (mkdtemp(world->folder) == NULL)
		return 1;
	(void)snprintf(world->path, sizeof(world->path), "%s/sock", world->folder);
	(void)uv_loop_init(&world->loop);
	if (!control_server_open(&world->server, &world->loop, world->path, &events, world, &err))
		return 1;
	world->server.send_ms = world->server.take_ms = SHORT_MS;
	*state = world;
	return 0;
}

static int close_world(void **state)
{
	struct world *world = *state;

	control_server_close(&world->server);
	(void)uv_run(&world->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&world->loop) != 0 || access(world->path, F_OK) == 0)
		return 1;
	const int rc = rmdir(world->folder);

	free(world);
	return rc;
}

static int connected(const struct world *world)
{
	int fd;

	assert_true(control_socket_connect(world->path, &fd));
	return fd;
}

static void send_text(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Turns the loop until the condition holds. */
#define WAIT_FOR(world, condition) \
	do { \
		const uint64_t ends = uv_hrtime() / 1000000 + PATIENCE_MS; \
		while (!(condition)) { \
			assert_true(uv_hrtime() / 1000000 < ends); \
			(void)uv_run(&(world)->loop, UV_RUN_NOWAIT); \
			(void)usleep(1000); \
		} \
	} while (0)

/* What has come by now; true at its end. */
static bool ended(int fd, struct buf *text)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		buf_add(text, bytes, (size_t)n);
	return n == 0 || errno != EAGAIN;
}

static void is_private(void **state)
{
	const struct world *world = *state;
	struct stat facts;

	assert_int_equal(stat(world->path, &facts), 0);
	assert_int_equal(facts.st_mode & 07777, 0600);
}

static void one_request_a_connection(void **state)
{
	struct world *world = *state;
	struct buf text;

	world->answers = true;
	buf_init(&text, 4096);
	const int fd = connected(world);

	send_text(fd, "mo");
	send_text(fd, "re\nmore\nthis\nnot this\n");
	WAIT_FOR(world, ended(fd, &text));
	assert_int_equal(world->n_lines, 3);
	assert_non_null(strstr(buf_z(&text), "\"crmsync\""));
	assert_true(str_ends(buf_str(&text), STR_LIT("{\"exit\":7}\n")));
	assert_int_equal(world->n_gone, 1);
	buf_release(&text);
	(void)close(fd);
}

/* Nothing, a part, and a byte now and then: the time is the same. */
static void slow_senders(void **state)
{
	struct world *world = *state;
	int fds[3];

	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = connected(world);
	send_text(fds[1], "part");
	WAIT_FOR(world, (send(fds[2], "x", 1, MSG_NOSIGNAL), world->n_gone == COUNT_OF(fds)));
	assert_int_equal(world->n_lines, 0);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		(void)close(fds[i]);
}

static void waits_as_long_as_it_takes(void **state)
{
	struct world *world = *state;
	const int fd = connected(world);
	struct buf text;

	send_text(fd, "this\n");
	WAIT_FOR(world, world->last != NULL);
	const uint64_t later = uv_now(&world->loop) + 2 * SHORT_MS;

	WAIT_FOR(world, uv_now(&world->loop) > later);
	assert_int_equal(world->n_gone, 0);
	buf_init(&text, 4096);
	control_client_say(world->last, CONTROL_OUT, STR_LIT("out\n"));
	control_client_exit(world->last, 0);
	WAIT_FOR(world, ended(fd, &text));
	assert_non_null(strstr(buf_z(&text), "{\"out\":\"out\\n\"}\n{\"exit\":0}\n"));
	buf_release(&text);
	(void)close(fd);
}

/* An answer that is not taken is kept for a while; news are not kept beyond a measure. */
static void slow_takers(void **state)
{
	struct world *world = *state;
	const int fd = connected(world);
	struct buf text;

	send_text(fd, "this\n");
	WAIT_FOR(world, world->last != NULL);
	for (int i = 0; i < 100000; i++)
		control_client_say(world->last, CONTROL_PROGRESS,
				   STR_LIT("reading both sides: 12 of 40 persons"));
	assert_in_range(control_server_unsent(&world->server), 1, 2 * CONTROL_NEWS_BYTES);
	buf_init(&text, CONTROL_ANSWER_BYTES);
	while (text.len < CONTROL_ANSWER_BYTES / 4)
		buf_add_z(&text, "a line of the answer\n");
	control_client_say(world->last, CONTROL_OUT, buf_str(&text));
	assert_true(control_server_unsent(&world->server) > text.len / 2);
	control_client_exit(world->last, 0);
	assert_true(control_server_owes(&world->server));
	WAIT_FOR(world, world->n_gone == 1);
	assert_int_equal(control_server_unsent(&world->server), 0);
	assert_false(control_server_owes(&world->server));
	buf_release(&text);
	(void)close(fd);
}

/* The oldest that has not asked makes room; who waits for us is never closed for that. */
static void makes_room(void **state)
{
	struct world *world = *state;
	int fds[CONTROL_CLIENTS + 2];

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		fds[i] = connected(world);
		if (i != 1)
			send_text(fds[i], "this\n");
	}
	WAIT_FOR(world, world->n_lines == CONTROL_CLIENTS - 1);
	fds[CONTROL_CLIENTS] = connected(world);
	send_text(fds[CONTROL_CLIENTS], "this\n");
	WAIT_FOR(world, world->n_gone == 1);
	WAIT_FOR(world, world->n_lines == CONTROL_CLIENTS);

	struct buf text;

	buf_init(&text, 4096);
	fds[CONTROL_CLIENTS + 1] = connected(world);
	WAIT_FOR(world, ended(fds[CONTROL_CLIENTS + 1], &text));
	assert_non_null(strstr(buf_z(&text), "too many clients"));
	assert_true(str_ends(buf_str(&text), STR_LIT("{\"exit\":75}\n")));
	buf_release(&text);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		(void)close(fds[i]);
}

/* Sends twice as much as may be, in spite of what is answered. */
static bool refused(int fd, size_t *n_sent, struct buf *answer)
{
	char bytes[4096];

	memset(bytes, 'x', sizeof(bytes));
	if (*n_sent < 2 * CONTROL_REQUEST_BYTES &&
	    send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) == (ssize_t)sizeof(bytes))
		*n_sent += sizeof(bytes);
	return ended(fd, answer);
}

static void too_long(void **state)
{
	struct world *world = *state;
	const int fd = connected(world);
	struct buf text;
	size_t n_sent = 0;

	buf_init(&text, 4096);
	WAIT_FOR(world, refused(fd, &n_sent, &text));
	assert_int_equal(world->n_lines, 0);
	assert_non_null(strstr(buf_z(&text), "too long"));
	buf_release(&text);
	(void)close(fd);
}

static void moves(void **state)
{
	struct world *world = *state;
	struct error err;
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/none/sock", world->folder);
	assert_false(control_server_move(&world->server, path, &err));
	assert_int_equal(err.code, ERR_CREATE);
	(void)close(connected(world));
	WAIT_FOR(world, world->n_gone == 1);
	(void)snprintf(path, sizeof(path), "%s/other", world->folder);
	assert_true(control_server_move(&world->server, path, &err));
	assert_false(control_socket_connect(world->path, &fd));
	assert_int_equal(errno, ENOENT);
	assert_true(control_socket_connect(path, &fd));
	(void)close(fd);
	WAIT_FOR(world, world->n_gone == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_private, open_world, close_world),
		cmocka_unit_test_setup_teardown(one_request_a_connection, open_world, close_world),
		cmocka_unit_test_setup_teardown(slow_senders, open_world, close_world),
		cmocka_unit_test_setup_teardown(waits_as_long_as_it_takes, open_world, close_world),
		cmocka_unit_test_setup_teardown(slow_takers, open_world, close_world),
		cmocka_unit_test_setup_teardown(makes_room, open_world, close_world),
		cmocka_unit_test_setup_teardown(too_long, open_world, close_world),
		cmocka_unit_test_setup_teardown(moves, open_world, close_world),
	};

	(void)signal(SIGPIPE, SIG_IGN); /* as main() */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
