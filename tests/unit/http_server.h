/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_server: a loopback server for the tests of net/ that can do what no server should.  It
 * reads whole requests, keeps a log of them, and leaves the answer to the test's handler.  A
 * thread a connection; everything is joined by server_stop().
 */
#ifndef CRMSYNC_TESTS_HTTP_SERVER_H
#define CRMSYNC_TESTS_HTTP_SERVER_H

#include "base/alloc.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SERVER_REQUESTS 8192
#define SERVER_CONNECTIONS 512
#define SERVER_HEAD_BYTES 1024

struct server_request {
	int64_t at_ns; /* monotonic, once it was read whole */
	int connection;
	char method[8];
	char target[128];
	char head[SERVER_HEAD_BYTES];
	size_t body_len;
	size_t nth; /* requests for the same target before this one */
};

struct server;

/* Answers on fd; false: the connection is to be closed. */
typedef bool server_handler(struct server *server, int fd, const struct server_request *request);

struct server_connection {
	struct server *server;
	pthread_t thread;
	int fd;
	int index;
};

struct server {
	int listen_fd;
	int port;
	char url[64];
	server_handler *handler;
	pthread_t thread;
	pthread_mutex_t lock; /* for all below */
	struct server_request *log;
	size_t n_log;
	struct server_connection connections[SERVER_CONNECTIONS];
	int n_connections;
	bool stopping;
	int peer_port; /* for handlers that redirect */
};

static inline int64_t server_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline bool server_write(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		const ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static inline bool server_write_z(int fd, const char *text)
{
	return server_write(fd, text, strlen(text));
}

/* head: header lines, each with its CRLF; may be "". */
static inline bool server_answer(int fd, int status, const char *head, const char *body)
{
	char text[2048];
	const int len = snprintf(text, sizeof(text),
				 "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
				 "Content-Length: %zu\r\n%s\r\n%s",
				 status, strlen(body), head, body);

	assert(len > 0 && (size_t)len < sizeof(text));
	return server_write(fd, text, (size_t)len);
}

/* The next close() of fd sends RST. */
static inline bool server_reset(int fd)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return false;
}

static inline const struct server_request *server_note(struct server *server,
						       const struct server_request *request)
{
	(void)pthread_mutex_lock(&server->lock);
	assert(server->n_log < SERVER_REQUESTS);
	struct server_request *noted = &server->log[server->n_log];

	*noted = *request;
	noted->at_ns = server_now_ns();
	noted->nth = 0;
	for (size_t i = 0; i < server->n_log; i++)
		noted->nth += strcmp(server->log[i].target, noted->target) == 0;
	server->n_log++;
	(void)pthread_mutex_unlock(&server->lock);
	return noted;
}

static inline bool server_read_head(int fd, struct server_request *request)
{
	size_t len = 0;

	/* A byte at a time: slow enough to be simple. */
	while (len + 1 < sizeof(request->head)) {
		if (recv(fd, &request->head[len], 1, 0) != 1)
			return false;
		request->head[++len] = '\0';
		if (len >= 4 && memcmp(&request->head[len - 4], "\r\n\r\n", 4) == 0)
			return sscanf(request->head, "%7s %127s", request->method,
				      request->target) == 2;
	}
	return false;
}

static inline bool server_read(int fd, struct server_request *request)
{
	char bytes[4096];

	*request = (struct server_request){ 0 };
	if (!server_read_head(fd, request))
		return false;
	const char *length = strcasestr(request->head, "\r\nContent-Length:");

	if (length != NULL)
		request->body_len = strtoul(length + 17, NULL, 10);
	for (size_t got = 0; got < request->body_len;) {
		const size_t left = request->body_len - got;
		const ssize_t n = recv(fd, bytes, left < sizeof(bytes) ? left : sizeof(bytes), 0);

		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

static inline void *server_connection_main(void *arg)
{
	struct server_connection *connection = arg;
	struct server *server = connection->server;
	struct server_request request;
	bool stopping = false;

	while (!stopping && server_read(connection->fd, &request)) {
		request.connection = connection->index;
		if (!server->handler(server, connection->fd, server_note(server, &request)))
			break;
		(void)pthread_mutex_lock(&server->lock);
		stopping = server->stopping;
		(void)pthread_mutex_unlock(&server->lock);
	}
	(void)pthread_mutex_lock(&server->lock);
	(void)close(connection->fd);
	connection->fd = -1;
	(void)pthread_mutex_unlock(&server->lock);
	return NULL;
}

static inline void *server_main(void *arg)
{
	struct server *server = arg;
	const int one = 1;
	int fd;

	while ((fd = accept(server->listen_fd, NULL, NULL)) >= 0) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		(void)pthread_mutex_lock(&server->lock);
		assert(server->n_connections < SERVER_CONNECTIONS);
		struct server_connection *connection = &server->connections[server->n_connections];

		*connection = (struct server_connection){ server, 0, fd, server->n_connections };
		server->n_connections++;
		const int failed = pthread_create(&connection->thread, NULL, server_connection_main,
						  connection);

		assert(failed == 0);
		(void)pthread_mutex_unlock(&server->lock);
	}
	return NULL;
}

static inline struct server *server_start(server_handler *handler)
{
	struct server *server = alloc_zeroed(1, sizeof(*server));
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->handler = handler;
	server->log = alloc_zeroed(SERVER_REQUESTS, sizeof(*server->log));
	server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)pthread_mutex_init(&server->lock, NULL);
	int failed = bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address));

	failed |= listen(server->listen_fd, 1024);
	failed |= getsockname(server->listen_fd, (struct sockaddr *)&address, &len);
	failed |= pthread_create(&server->thread, NULL, server_main, server);
	assert(failed == 0);
	server->port = ntohs(address.sin_port);
	(void)snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", server->port);
	return server;
}

static inline void server_stop(struct server *server)
{
	(void)pthread_mutex_lock(&server->lock);
	server->stopping = true;
	(void)pthread_mutex_unlock(&server->lock);
	(void)shutdown(server->listen_fd, SHUT_RDWR);
	(void)pthread_join(server->thread, NULL);
	(void)close(server->listen_fd);
	for (int i = 0; i < server->n_connections; i++) {
		(void)pthread_mutex_lock(&server->lock);
		if (server->connections[i].fd >= 0)
			(void)shutdown(server->connections[i].fd, SHUT_RDWR);
		(void)pthread_mutex_unlock(&server->lock);
		(void)pthread_join(server->connections[i].thread, NULL);
	}
	(void)pthread_mutex_destroy(&server->lock);
	free(server->log);
	free(server);
}

/* How many requests for that target have come. */
static inline size_t server_count(struct server *server, const char *target)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->n_log; i++)
		n += strcmp(server->log[i].target, target) == 0;
	(void)pthread_mutex_unlock(&server->lock);
	return n;
}

/* The nth request for that target; there must have been one.  Its memory stays. */
static inline const struct server_request *server_seen(struct server *server, const char *target,
						       size_t nth)
{
	const struct server_request *seen = NULL;

	(void)pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->n_log && seen == NULL; i++) {
		if (strcmp(server->log[i].target, target) == 0 && nth-- == 0)
			seen = &server->log[i];
	}
	(void)pthread_mutex_unlock(&server->lock);
	if (seen == NULL) {
		fail_msg("no request %zu for %s", nth, target);
		abort();
	}
	return seen;
}

#endif
