/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: curl's multi interface on a libuv loop.
 *
 * curl's own callbacks (on_curl_socket, on_curl_timer) only start and stop libuv handles; libuv's
 * (on_poll, on_timer) call curl, and then drain() takes what is complete out of the multi,
 * whatever curl says of running transfers: a lone transfer that timed out runs no longer but is
 * still to be reported.  on_done is called by deliver() only, which nothing but the loop reaches.
 */
#include "net/http_p.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>

/* A socket that curl wants watched; freed when libuv has let go of it. */
struct watch {
	uv_poll_t poll;
	struct http *http;
	curl_socket_t fd;
	int events;
};

static void act(struct http *http, curl_socket_t fd, int events);

static void kick(struct http *http);

static void on_watch_closed(uv_handle_t *handle)
{
	free(uv_handle_get_data(handle));
}

/*
 * status < 0: the connection was reset, most often.  An answer may have come before: a bare
 * CURL_CSELECT_ERR would drop it, and a write that was answered would count as uncertain.  So
 * curl is told to read; and libuv, which has stopped the watch, to go on for the rest of it.
 */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	const struct watch *watch = container_of(poll, struct watch, poll);
	/* The watch may be gone once curl was called. */
	struct http *http = watch->http;
	const curl_socket_t fd = watch->fd;
	int flags = 0;

	if (status < 0) {
		flags = CURL_CSELECT_ERR | CURL_CSELECT_IN;
		(void)uv_poll_start(poll, watch->events, on_poll);
	}
	if ((events & UV_READABLE) != 0)
		flags |= CURL_CSELECT_IN;
	if ((events & UV_WRITABLE) != 0)
		flags |= CURL_CSELECT_OUT;
	act(http, fd, flags);
}

static void on_timer(uv_timer_t *timer)
{
	act(container_of(timer, struct http, timer), CURL_SOCKET_TIMEOUT, 0);
}

static struct watch *watch_new(struct http *http, curl_socket_t fd)
{
	struct watch *watch = alloc_zeroed(1, sizeof(*watch));

	watch->http = http;
	watch->fd = fd;
	if (uv_poll_init_socket(http->loop, &watch->poll, fd) != 0) {
		free(watch);
		return NULL;
	}
	uv_handle_set_data((uv_handle_t *)&watch->poll, watch);
	return watch;
}

/* curl closes the descriptor right after CURL_POLL_REMOVE: libuv must have stopped before. */
static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *userp, void *socketp)
{
	struct http *http = userp;
	struct watch *watch = socketp;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL) {
			(void)curl_multi_assign(http->multi, fd, NULL);
			(void)uv_poll_stop(&watch->poll);
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
		}
		return 0;
	}
	if (watch == NULL) {
		watch = watch_new(http, fd);
		if (watch == NULL)
			return -1;
		(void)curl_multi_assign(http->multi, fd, watch);
	}
	watch->events = 0;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		watch->events |= UV_READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		watch->events |= UV_WRITABLE;
	return uv_poll_start(&watch->poll, watch->events, on_poll) == 0 ? 0 : -1;
}

/* 0 stays 0 (the loop's next turn), it is not rounded up to a millisecond. */
static int on_curl_timer(CURLM *multi, long timeout_ms, void *userp)
{
	struct http *http = userp;

	(void)multi;
	if (timeout_ms < 0)
		return uv_timer_stop(&http->timer);
	uv_update_time(http->loop);
	return uv_timer_start(&http->timer, on_timer, (uint64_t)timeout_ms, 0);
}

/* A handle that failed is not used again: after a failed name lookup curl 7.88 keeps its receive
 * buffer, and refuses CURLOPT_BUFFERSIZE from then on. */
static void retire(struct http *http, CURL *easy, CURLcode result)
{
	if (result == CURLE_OK && http->n_idle < HTTP_IDLE_MAX && !http->closing) {
		curl_easy_reset(easy); /* forgets the key too, keeps buffers */
		http->idle[http->n_idle++] = easy;
	} else {
		curl_easy_cleanup(easy);
	}
}

/* Out of the multi; on_done is due. */
static void finish(struct http_call *call, CURLcode result)
{
	struct http *http = call->endpoint->http;

	(void)curl_multi_remove_handle(http->multi, call->easy);
	http_call_conclude(call, result);
	retire(http, call->easy, result);
	call->easy = NULL;
	call->finished = true;
	TAILQ_REMOVE(&http->live, call, link);
	TAILQ_INSERT_TAIL(&http->finished, call, link);
}

static void drain(struct http *http)
{
	CURLMsg *msg;
	int n_left;

	while ((msg = curl_multi_info_read(http->multi, &n_left)) != NULL) {
		struct http_call *call = NULL;
		const CURLcode result = msg->data.result;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
		assert(call != NULL);
		finish(call, result);
	}
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct http *http = uv_handle_get_data(handle);

	if (--http->n_handles > 0)
		return;
	free(http->user_agent);
	free(http);
	curl_global_cleanup();
}

/* With every call complete: curl closes its connections, then libuv its handles. */
static void close_if_empty(struct http *http)
{
	if (!http->closing || http->multi == NULL || !TAILQ_EMPTY(&http->live) ||
	    !TAILQ_EMPTY(&http->finished))
		return;
	while (http->n_idle > 0)
		curl_easy_cleanup(http->idle[--http->n_idle]);
	(void)curl_multi_cleanup(http->multi);
	http->multi = NULL;
	uv_close((uv_handle_t *)&http->timer, on_handle_closed);
	uv_close((uv_handle_t *)&http->kick, on_handle_closed);
}

/* What on_done adds waits for the loop's next turn, so that nobody can keep us here. */
static void deliver(struct http *http)
{
	struct http_calls due = TAILQ_HEAD_INITIALIZER(due);

	TAILQ_CONCAT(&due, &http->finished, link);
	while (!TAILQ_EMPTY(&due)) {
		struct http_call *call = TAILQ_FIRST(&due);

		TAILQ_REMOVE(&due, call, link);
		if (--call->endpoint->in_flight == 0)
			http_endpoint_rest(call->endpoint);
		call->callbacks.on_done(call->payload, &call->response,
					call->failed ? &call->failure : NULL);
		http_call_free(call);
	}
	if (!TAILQ_EMPTY(&http->finished))
		kick(http);
	close_if_empty(http);
}

/* curl refuses to go on: nobody may wait for ever. */
static void fail_all(struct http *http, CURLMcode code)
{
	struct http_call *call;

	TAILQ_FOREACH(call, &http->live, link)
	{
		if (!call->failed)
			(void)http_call_fail(call, ERR_INTERNAL, "curl: %s",
					     curl_multi_strerror(code));
	}
	while ((call = TAILQ_FIRST(&http->live)) != NULL)
		finish(call, CURLE_ABORTED_BY_CALLBACK);
}

static void act(struct http *http, curl_socket_t fd, int events)
{
	int n_running;
	const CURLMcode code = curl_multi_socket_action(http->multi, fd, events, &n_running);

	drain(http);
	if (code != CURLM_OK)
		fail_all(http, code);
	deliver(http);
}

static void on_kick(uv_timer_t *timer)
{
	struct http *http = container_of(timer, struct http, kick);
	struct http_call *call = TAILQ_FIRST(&http->live);

	while (call != NULL) {
		struct http_call *next = TAILQ_NEXT(call, link);

		if (call->canceled)
			finish(call, CURLE_ABORTED_BY_CALLBACK);
		call = next;
	}
	deliver(http);
}

static void kick(struct http *http)
{
	(void)uv_timer_start(&http->kick, on_kick, 0, 0);
}

bool http_new(uv_loop_t *loop, const char *user_agent, struct http **ret_http, struct error *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERR_INTERNAL, "curl cannot be initialized");
	struct http *http = alloc_zeroed(1, sizeof(*http));

	http->loop = loop;
	http->multi = curl_multi_init();
	if (http->multi == NULL ||
	    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket) != CURLM_OK ||
	    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http) != CURLM_OK ||
	    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer) != CURLM_OK ||
	    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http) != CURLM_OK ||
	    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) != CURLM_OK) {
		(void)curl_multi_cleanup(http->multi);
		free(http);
		curl_global_cleanup();
		return error_set(err, ERR_INTERNAL, "curl: no multi handle");
	}
	TAILQ_INIT(&http->live);
	TAILQ_INIT(&http->finished);
	(void)uv_timer_init(loop, &http->timer); /* cannot fail: no resources */
	(void)uv_timer_init(loop, &http->kick);
	uv_handle_set_data((uv_handle_t *)&http->timer, http);
	uv_handle_set_data((uv_handle_t *)&http->kick, http);
	http->n_handles = 2;
	http->user_agent = alloc_copy_z(user_agent);
	*ret_http = http;
	return true;
}

void http_close(struct http *http)
{
	struct http_call *call;

	if (http == NULL || http->closing)
		return;
	http->closing = true;
	TAILQ_FOREACH(call, &http->live, link)
	call->canceled = true;
	kick(http);
}

/* Puts the call into the multi.  False: call->failure is set. */
static bool launch(struct http *http, struct http_call *call)
{
	if (http->closing)
		return http_call_fail(call, ERR_CANCELED, "shutting down");
	call->easy = http->n_idle > 0 ? http->idle[--http->n_idle] : curl_easy_init();
	if (call->easy == NULL)
		return http_call_fail(call, ERR_INTERNAL, "curl: no handle");
	if (!http_call_prepare(call))
		return false;
	const CURLMcode code = curl_multi_add_handle(http->multi, call->easy);

	if (code != CURLM_OK)
		return http_call_fail(call, ERR_INTERNAL, "curl: %s", curl_multi_strerror(code));
	return true;
}

struct http_call *http_start(struct http_endpoint *endpoint, const struct request *request,
			     const struct http_callbacks *callbacks, void *payload)
{
	struct http *http = endpoint->http;
	struct http_call *call = alloc_zeroed(1, sizeof(*call));

	call->endpoint = endpoint;
	call->request = request;
	call->callbacks = *callbacks;
	call->payload = payload;
	endpoint->in_flight++;
	if (launch(http, call)) {
		TAILQ_INSERT_TAIL(&http->live, call, link);
		return call;
	}
	if (call->easy != NULL)
		curl_easy_cleanup(call->easy);
	call->easy = NULL;
	call->finished = true;
	TAILQ_INSERT_TAIL(&http->finished, call, link);
	kick(http);
	return call;
}

bool http_error_is_tls(const struct error *err)
{
	static const CURLcode codes[] = {
		CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
		CURLE_SSL_CIPHER,        CURLE_SSL_ISSUER_ERROR,
	};

	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		if (err->native == (int32_t)codes[i])
			return true;
	}
	return false;
}

bool http_error_is_timeout(const struct error *err)
{
	return err->native == (int32_t)CURLE_OPERATION_TIMEDOUT;
}

void http_cancel(struct http_call *call)
{
	if (call->finished || call->canceled)
		return;
	call->canceled = true;
	kick(call->endpoint->http);
}
