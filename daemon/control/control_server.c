/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/control_server.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "daemon/control/control_socket.h"
#include "daemon/exit_codes.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128
#define CHUNK_BYTES ((size_t)64 * 1024)
#define TIMER_MS 250

enum client_state {
	CLIENT_ASKING, /* its request is not whole */
	CLIENT_WAITING,
	CLIENT_TAKING, /* it has been answered */
	CLIENT_CLOSED
};

struct control_client {
	struct control_server *server;
	uv_pipe_t pipe;
	uv_shutdown_t shutdown;
	enum client_state state;
	uint64_t deadline_ms; /* of the loop's clock; of CLIENT_ASKING and CLIENT_TAKING */
	struct buf line;
	int64_t uid;
	void *data;
};

struct message {
	uv_write_t request;
	struct control_client *client;
	struct buf bytes;
};

/* ---- The end of a client ---- */

static void on_closed(uv_handle_t *handle)
{
	struct control_client *client = container_of(handle, struct control_client, pipe);

	buf_release(&client->line);
	free(client);
}

static void remove_client(struct control_server *server, const struct control_client *client)
{
	size_t n = 0;

	for (size_t i = 0; i < server->clients.n; i++) {
		if (server->clients.items[i] != client)
			server->clients.items[n++] = server->clients.items[i];
	}
	server->clients.n = n;
	if (n == 0)
		(void)uv_timer_stop(&server->timer);
}

static void close_client(struct control_client *client)
{
	struct control_server *server = client->server;

	if (client->state == CLIENT_CLOSED)
		return;
	client->state = CLIENT_CLOSED;
	remove_client(server, client);
	server->events->on_gone(server->payload, client);
	uv_close((uv_handle_t *)&client->pipe, on_closed);
}

/* ---- Sending ---- */

static void on_sent(uv_write_t *request, int status)
{
	struct message *message = container_of(request, struct message, request);
	struct control_client *client = message->client;

	buf_release(&message->bytes);
	free(message);
	if (status < 0)
		close_client(client);
}

/* Takes the bytes over. */
static void send_bytes(struct control_client *client, struct buf *bytes)
{
	struct message *message = alloc_zeroed(1, sizeof(*message));

	message->client = client;
	message->bytes = *bytes;
	const uv_buf_t all = uv_buf_init(message->bytes.bytes, (unsigned)message->bytes.len);

	if (client->state != CLIENT_CLOSED &&
	    uv_write(&message->request, (uv_stream_t *)&client->pipe, &all, 1, on_sent) == 0)
		return;
	buf_release(&message->bytes);
	free(message);
	close_client(client);
}

static size_t unsent(const struct control_client *client)
{
	return uv_stream_get_write_queue_size((const uv_stream_t *)&client->pipe);
}

void control_client_say(struct control_client *client, enum control_says says, struct str text)
{
	const bool is_news =
		says == CONTROL_PHASE || says == CONTROL_PROGRESS || says == CONTROL_NOTE;

	if (is_news && unsent(client) > CONTROL_NEWS_BYTES)
		return;
	while (text.len > 0 && client->state != CLIENT_CLOSED) {
		struct buf bytes;

		buf_init(&bytes, CONTROL_LINE_BYTES);
		control_text_write(says, &text, &bytes);
		send_bytes(client, &bytes);
	}
}

static void on_shut(uv_shutdown_t *shutdown, int status)
{
	(void)status;
	close_client(container_of(shutdown, struct control_client, shutdown));
}

void control_client_exit(struct control_client *client, int code)
{
	struct buf bytes;

	buf_init(&bytes, CONTROL_LINE_BYTES);
	control_exit_write(code, &bytes);
	send_bytes(client, &bytes);
	if (client->state == CLIENT_CLOSED)
		return;
	(void)uv_read_stop((uv_stream_t *)&client->pipe);
	client->state = CLIENT_TAKING;
	client->deadline_ms = uv_now(client->server->loop) + client->server->take_ms;
	if (uv_shutdown(&client->shutdown, (uv_stream_t *)&client->pipe, on_shut) != 0)
		close_client(client);
}

static void refuse(struct control_client *client, const char *why, int code)
{
	control_client_say(client, CONTROL_ERR, str_from(why));
	control_client_exit(client, code);
}

/* ---- Receiving ---- */

/* All clients share it: what was read is taken before the next one is. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
	struct control_client *client = container_of(handle, struct control_client, pipe);

	(void)suggested;
	*ret_buf = uv_buf_init(client->server->chunk, CHUNK_BYTES);
}

static void on_line(struct control_client *client)
{
	struct control_server *server = client->server;
	const enum control_wants wants =
		server->events->on_line(server->payload, client, buf_str(&client->line));

	buf_reset(&client->line);
	if (wants == CONTROL_MORE || client->state != CLIENT_ASKING)
		return;
	client->state = CLIENT_WAITING;
	(void)uv_read_stop((uv_stream_t *)&client->pipe);
}

static void take(struct control_client *client, struct str bytes)
{
	while (client->state == CLIENT_ASKING && bytes.len > 0) {
		const size_t at = str_find(bytes, '\n');

		buf_add_str(&client->line, str_head(bytes, at));
		if (!buf_ok(&client->line)) {
			refuse(client, "crmsync: the request is too long\n", EXIT_CODE_USAGE);
			return;
		}
		if (at < bytes.len)
			on_line(client);
		bytes = str_skip(bytes, at + 1);
	}
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *chunk)
{
	struct control_client *client = container_of(stream, struct control_client, pipe);

	if (n > 0)
		take(client, (struct str){ chunk->base, (size_t)n });
	else if (n < 0)
		close_client(client);
}

/* ---- A new client ---- */

static bool learn_uid(struct control_client *client)
{
	struct ucred who;
	socklen_t size = sizeof(who);
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)&client->pipe, &fd) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
		return false;
	client->uid = (int64_t)who.uid;
	return true;
}

/* The oldest of those that keep us waiting, rather than wait for us. */
static bool make_room(struct control_server *server)
{
	static const enum client_state order[] = { CLIENT_ASKING, CLIENT_TAKING };

	if (server->clients.n < CONTROL_CLIENTS)
		return true;
	for (size_t k = 0; k < COUNT_OF(order); k++) {
		for (size_t i = 0; i < server->clients.n; i++) {
			if (server->clients.items[i]->state == order[k]) {
				close_client(server->clients.items[i]);
				return true;
			}
		}
	}
	return false;
}

static void greet(struct control_client *client)
{
	const bool has_room = make_room(client->server);

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers */
	*VEC_PUSH(&client->server->clients) = client;
	control_client_say(client, CONTROL_VERSION, str_from(CRMSYNC_VERSION));
	if (client->uid != 0 && client->uid != (int64_t)geteuid()) {
		LOG_WARN("a client of the control socket was refused", LOG_I64("uid", client->uid));
		refuse(client,
		       "crmsync: only root and the daemon's own user may use the control "
		       "socket\n",
		       EXIT_CODE_AUTH);
	} else if (!has_room) {
		refuse(client, "crmsync: too many clients wait for the daemon; try again later\n",
		       EXIT_CODE_LATER);
	}
}

static void on_timer(uv_timer_t *timer)
{
	const struct control_server *server = container_of(timer, struct control_server, timer);
	const uint64_t now_ms = uv_now(server->loop);

	for (size_t i = server->clients.n; i > 0; i--) {
		struct control_client *client = server->clients.items[i - 1];

		if (client->state != CLIENT_WAITING && now_ms >= client->deadline_ms)
			close_client(client);
	}
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct control_server *server = listener->data;
	struct control_client *client;

	if (status < 0)
		return;
	client = alloc_zeroed(1, sizeof(*client));
	client->server = server;
	client->deadline_ms = uv_now(server->loop) + server->send_ms;
	buf_init(&client->line, CONTROL_REQUEST_BYTES);
	(void)uv_pipe_init(server->loop, &client->pipe, 0); /* cannot fail */
	if (uv_accept(listener, (uv_stream_t *)&client->pipe) != 0 || !learn_uid(client)) {
		client->state = CLIENT_CLOSED;
		uv_close((uv_handle_t *)&client->pipe, on_closed);
		return;
	}
	greet(client);
	if (uv_is_active((uv_handle_t *)&server->timer) == 0)
		(void)uv_timer_start(&server->timer, on_timer, TIMER_MS, TIMER_MS);
	if (client->state == CLIENT_ASKING &&
	    uv_read_start((uv_stream_t *)&client->pipe, on_alloc, on_read) != 0)
		close_client(client);
}

/* ---- The whole ---- */

static void on_listener_closed(uv_handle_t *handle)
{
	free(handle);
}

static bool listen_on(struct control_server *server, const char *path, uv_pipe_t **ret_listener,
		      struct error *err)
{
	int fd;

	if (!control_socket_bind(path, &fd, err))
		return false;
	uv_pipe_t *listener = alloc_zeroed(1, sizeof(*listener));

	(void)uv_pipe_init(server->loop, listener, 0); /* cannot fail */
	listener->data = server;
	const bool opened = uv_pipe_open(listener, fd) == 0;

	if (opened && uv_listen((uv_stream_t *)listener, BACKLOG, on_connection) == 0) {
		*ret_listener = listener;
		return true;
	}
	if (!opened)
		(void)close(fd);
	(void)unlink(path);
	uv_close((uv_handle_t *)listener, on_listener_closed);
	return error_set(err, ERR_CREATE, "cannot listen on the control socket %s", path);
}

bool control_server_open(struct control_server *server, uv_loop_t *loop, const char *path,
			 const struct control_events *events, void *payload, struct error *err)
{
	server->loop = loop;
	server->events = events;
	server->payload = payload;
	server->send_ms = CONTROL_SEND_MS;
	server->take_ms = CONTROL_TAKE_MS;
	if (!listen_on(server, path, &server->listener, err))
		return false;
	(void)snprintf(server->path, sizeof(server->path), "%s", path);
	(void)uv_timer_init(loop, &server->timer); /* cannot fail */
	server->has_timer = true;
	server->chunk = alloc_zeroed(1, CHUNK_BYTES);
	return true;
}

void control_server_silence(struct control_server *server)
{
	if (server->listener == NULL)
		return;
	(void)unlink(server->path);
	uv_close((uv_handle_t *)server->listener, on_listener_closed);
	server->listener = NULL;
}

bool control_server_move(struct control_server *server, const char *path, struct error *err)
{
	uv_pipe_t *listener = NULL;

	if (strcmp(server->path, path) == 0)
		return true;
	if (!listen_on(server, path, &listener, err))
		return false;
	control_server_silence(server);
	server->listener = listener;
	(void)snprintf(server->path, sizeof(server->path), "%s", path);
	return true;
}

bool control_server_owes(const struct control_server *server)
{
	for (size_t i = 0; i < server->clients.n; i++) {
		if (server->clients.items[i]->state == CLIENT_TAKING)
			return true;
	}
	return false;
}

size_t control_server_unsent(const struct control_server *server)
{
	size_t bytes = 0;

	for (size_t i = 0; i < server->clients.n; i++)
		bytes += unsent(server->clients.items[i]);
	return bytes;
}

void control_server_close(struct control_server *server)
{
	control_server_silence(server);
	while (server->clients.n > 0)
		close_client(server->clients.items[0]);
	VEC_RELEASE(&server->clients);
	if (server->has_timer)
		uv_close((uv_handle_t *)&server->timer, NULL);
	server->has_timer = false;
	free(server->chunk);
	server->chunk = NULL;
}

void control_client_set_data(struct control_client *client, void *data)
{
	client->data = data;
}

void *control_client_data(const struct control_client *client)
{
	return client->data;
}

int64_t control_client_uid(const struct control_client *client)
{
	return client->uid;
}

void control_client_allow(struct control_client *client, size_t line_bytes)
{
	client->line.max = line_bytes;
}
