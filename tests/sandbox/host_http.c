/* SPDX-License-Identifier: Apache-2.0 */
#include "host_http.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REQUEST_BYTES ((size_t)64 * 1024 * 1024)
/* How long a silent server keeps a connection; any client has given up by then. */
#define SILENCE_NS (INT64_C(3600) * NS_PER_S)

struct exchange;

struct side_server {
	struct host *host;
	enum sandbox_side side;
	struct MHD_Daemon *daemon;
};

struct host {
	struct sandbox *box;
	struct side_server servers[SANDBOX_SIDE_COUNT];
	pthread_mutex_t model_lock;
	sem_t finished;
	pthread_t waker;
	pthread_mutex_t wait_lock; /* guards waiting and stopping */
	pthread_cond_t wait_changed;
	struct exchange *waiting;
	bool stopping;
};

/* One request and its answer, from the first header to the end of the connection's turn. */
struct exchange {
	struct exchange *next; /* among those that wait */
	struct MHD_Connection *connection;
	struct buf target;
	struct buf body;
	struct sandbox_response response;
	bool begun; /* the call for the headers came */
	bool handled;
	int64_t due_mono_ns;
};

static int64_t now_of(clockid_t clock)
{
	struct timespec time;

	(void)clock_gettime(clock, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* The target as it was sent: libmicrohttpd decodes it otherwise. */
static void *on_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct exchange *exchange = alloc_zeroed(1, sizeof(*exchange));

	(void)context;
	exchange->connection = connection;
	buf_init(&exchange->target, REQUEST_BYTES);
	buf_init(&exchange->body, REQUEST_BYTES);
	sandbox_response_init(&exchange->response);
	buf_add_z(&exchange->target, uri);
	return exchange;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *request;

	(void)context;
	(void)connection;
	(void)code;
	if (exchange == NULL)
		return;
	buf_release(&exchange->target);
	buf_release(&exchange->body);
	sandbox_response_release(&exchange->response);
	free(exchange);
	*request = NULL;
}

static struct str header(struct MHD_Connection *connection, const char *name)
{
	return str_from(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

static void handle(struct side_server *server, struct exchange *exchange, const char *method)
{
	struct MHD_Connection *connection = exchange->connection;
	const struct sandbox_request request = {
		.side = server->side,
		.method = str_from(method),
		.target = buf_str(&exchange->target),
		.headers = { [SANDBOX_AUTHORIZATION] = header(connection, "Authorization"),
			     [SANDBOX_API_KEY] = header(connection, "X-API-KEY"),
			     [SANDBOX_CONTENT_TYPE] = header(connection, "Content-Type"),
			     [SANDBOX_ACCEPT] = header(connection, "Accept") },
		.body = buf_str(&exchange->body),
		.mono_ns = now_of(CLOCK_MONOTONIC),
	};

	(void)pthread_mutex_lock(&server->host->model_lock);
	sandbox_handle(server->host->box, &request, now_of(CLOCK_REALTIME), &exchange->response);
	(void)pthread_mutex_unlock(&server->host->model_lock);
	exchange->handled = true;
}

/* Half of the body, then the connection breaks. */
static ssize_t on_cut_body(void *context, uint64_t position, char *out, size_t max)
{
	struct exchange *exchange = context;
	const size_t half = exchange->response.body.len / 2;
	size_t len = position < half ? half - (size_t)position : 0;

	if (len == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (len > max)
		len = max;
	memcpy(out, exchange->response.body.bytes + position, len);
	return (ssize_t)len;
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
	const struct sandbox_response *answer = &exchange->response;
	uint64_t size = MHD_SIZE_UNKNOWN;

	if (answer->delivery != SANDBOX_CUT)
		return MHD_create_response_from_buffer(answer->body.len, answer->body.bytes,
						       MHD_RESPMEM_PERSISTENT);
	if (answer->length == SANDBOX_LENGTH_RIGHT)
		size = answer->body.len;
	return MHD_create_response_from_callback(size, 4096, on_cut_body, exchange, NULL);
}

static void add_headers(struct MHD_Response *response, const struct sandbox_response *answer)
{
	struct str rest = buf_str(&answer->headers);
	struct str line;
	char name[256];
	char value[4096];

	if (answer->content_type != NULL)
		(void)MHD_add_response_header(response, "Content-Type", answer->content_type);
	while (str_cut(&rest, '\n', &line)) {
		const size_t colon = str_find(line, ':');

		(void)snprintf(name, sizeof(name), "%.*s", STR_ARG(str_head(line, colon)));
		(void)snprintf(value, sizeof(value), "%.*s",
			       STR_ARG(str_trim(str_skip(line, colon + 1))));
		(void)MHD_add_response_header(response, name, value);
	}
}

static enum MHD_Result answer(struct exchange *exchange)
{
	const struct sandbox_response *response = &exchange->response;
	struct MHD_Response *message = make_response(exchange);

	if (message == NULL)
		return MHD_NO;
	add_headers(message, response);
	if (response->length == SANDBOX_LENGTH_ABSENT && response->delivery == SANDBOX_CUT)
		(void)MHD_set_response_options(message, MHD_RF_HTTP_1_0_SERVER, MHD_RO_END);
	const enum MHD_Result result =
		MHD_queue_response(exchange->connection, (unsigned)response->status, message);

	MHD_destroy_response(message);
	return result;
}

static void suspend(struct host *host, struct exchange *exchange, int64_t delay_ns)
{
	exchange->due_mono_ns = now_of(CLOCK_MONOTONIC) + delay_ns;
	exchange->response.delay_ns = 0;
	(void)pthread_mutex_lock(&host->wait_lock);
	MHD_suspend_connection(exchange->connection);
	exchange->next = host->waiting;
	host->waiting = exchange;
	(void)pthread_cond_signal(&host->wait_changed);
	(void)pthread_mutex_unlock(&host->wait_lock);
}

/* Called for the headers, for each part of the body, and once more; and again after a wait.
 * The parameters are libmicrohttpd's.  NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **request)
{
	struct side_server *server = context;
	struct exchange *exchange = *request;

	(void)connection;
	(void)url;
	(void)version;
	if (!exchange->begun) {
		exchange->begun = true;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		buf_add(&exchange->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (!exchange->handled)
		handle(server, exchange, method);
	if (exchange->response.quit)
		(void)sem_post(&server->host->finished);
	if (exchange->response.delay_ns > 0) {
		suspend(server->host, exchange, exchange->response.delay_ns);
		return MHD_YES;
	}
	if (exchange->response.delivery == SANDBOX_SILENCE) {
		exchange->response.delivery = SANDBOX_DROP;
		suspend(server->host, exchange, SILENCE_NS);
		return MHD_YES;
	}
	return exchange->response.delivery == SANDBOX_DROP ? MHD_NO : answer(exchange);
}

/* Takes those that are due off the list; returns when the next one is, or 0. */
static int64_t wake_due(struct host *host)
{
	const int64_t now_ns = now_of(CLOCK_MONOTONIC);
	struct exchange **slot = &host->waiting;
	int64_t next_ns = 0;

	while (*slot != NULL) {
		struct exchange *exchange = *slot;

		if (host->stopping || exchange->due_mono_ns <= now_ns) {
			*slot = exchange->next;
			MHD_resume_connection(exchange->connection);
			continue;
		}
		if (next_ns == 0 || exchange->due_mono_ns < next_ns)
			next_ns = exchange->due_mono_ns;
		slot = &exchange->next;
	}
	return next_ns;
}

static void *waker_main(void *context)
{
	struct host *host = context;

	(void)pthread_mutex_lock(&host->wait_lock);
	while (!host->stopping) {
		const int64_t next_ns = wake_due(host);
		const struct timespec until = { next_ns / NS_PER_S, next_ns % NS_PER_S };

		if (next_ns == 0)
			(void)pthread_cond_wait(&host->wait_changed, &host->wait_lock);
		else
			(void)pthread_cond_timedwait(&host->wait_changed, &host->wait_lock, &until);
	}
	(void)wake_due(host);
	(void)pthread_mutex_unlock(&host->wait_lock);
	return NULL;
}

static bool start_server(struct host *host, enum sandbox_side side, uint16_t port)
{
	struct side_server *server = &host->servers[side];
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	*server = (struct side_server){ .host = host, .side = side };
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL,
		on_request, server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
		MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)256 * 1024,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_END);
	if (server->daemon == NULL)
		perror("sandbox: cannot listen");
	return server->daemon != NULL;
}

static void init_locks(struct host *host)
{
	pthread_condattr_t attributes;

	(void)pthread_mutex_init(&host->model_lock, NULL);
	(void)pthread_mutex_init(&host->wait_lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&host->wait_changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	(void)sem_init(&host->finished, 0, 0);
}

struct host *host_start(struct sandbox *box, const uint16_t ports[SANDBOX_SIDE_COUNT])
{
	struct host *host = alloc_zeroed(1, sizeof(*host));

	host->box = box;
	init_locks(host);
	if (pthread_create(&host->waker, NULL, waker_main, host) != 0)
		abort();
	if (start_server(host, SANDBOX_RECORDS, ports[SANDBOX_RECORDS]) &&
	    start_server(host, SANDBOX_PEOPLE, ports[SANDBOX_PEOPLE]))
		return host;
	host_stop(host);
	return NULL;
}

uint16_t host_port(const struct host *host, enum sandbox_side side)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(host->servers[side].daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info != NULL ? info->port : 0;
}

void host_wait(struct host *host)
{
	while (sem_wait(&host->finished) != 0 && errno == EINTR) {
	}
	/* The answer to "quit" is still on its way. */
	(void)nanosleep(&(struct timespec){ .tv_nsec = 50 * NS_PER_MS }, NULL);
}

void host_interrupt(struct host *host)
{
	(void)sem_post(&host->finished);
}

void host_stop(struct host *host)
{
	(void)pthread_mutex_lock(&host->wait_lock);
	host->stopping = true;
	(void)pthread_cond_signal(&host->wait_changed);
	(void)pthread_mutex_unlock(&host->wait_lock);
	(void)pthread_join(host->waker, NULL);
	for (size_t i = 0; i < SANDBOX_SIDE_COUNT; i++) {
		if (host->servers[i].daemon != NULL)
			MHD_stop_daemon(host->servers[i].daemon);
	}
	(void)sem_destroy(&host->finished);
	(void)pthread_cond_destroy(&host->wait_changed);
	(void)pthread_mutex_destroy(&host->wait_lock);
	(void)pthread_mutex_destroy(&host->model_lock);
	free(host);
}
