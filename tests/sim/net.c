/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net: net/http's promises on a virtual network; the linker puts these functions in its place.  The program's own senders queue, limit and repeat on
 * top of it; the sandbox answers below it.
 *
 *   http_start → (latency) → the server → (latency) → on_body, on_done
 */
#include "day.h"
#include "net_p.h"

#include "base/clock.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define PIECES_MAX 4

struct http_endpoint {
	enum side side;
	uint32_t max_in_flight;
};

static struct http_endpoint endpoints[SIDE_COUNT];
static struct sandbox_response answer_space;
static bool has_answer_space;

struct http_endpoint *net_endpoint(struct sim *sim, enum side side)
{
	endpoints[side] = (struct http_endpoint){ side, sim->plan->knobs.in_flight };
	return &endpoints[side];
}

uint32_t __wrap_http_endpoint_max_in_flight(const struct http_endpoint *endpoint);
struct http_call *__wrap_http_start(struct http_endpoint *endpoint, const struct request *request,
				    const struct http_callbacks *callbacks, void *payload);
void __wrap_http_cancel(struct http_call *call);

uint32_t __wrap_http_endpoint_max_in_flight(const struct http_endpoint *endpoint)
{
	return endpoint->max_in_flight;
}

/* ---- Completion ---- */

static void finish(struct http_call *call)
{
	buf_release(&call->body);
	free(call);
}

static void fail(struct http_call *call, enum err_code code, const char *words)
{
	static const struct response none = { 0 };
	struct error err;

	(void)error_set(&err, code, "%s: %s", side_name(call->side), words);
	if (call->wait_ns == call->timeout_ns && !call->canceled)
		err.native = CURLE_OPERATION_TIMEDOUT;
	call->callbacks.on_done(call->payload, &none, &err);
	finish(call);
}

static void on_failed(void *payload)
{
	struct http_call *call = payload;
	struct sim *sim = call->sim;
	const bool write = call->request->kind == REQUEST_WRITE;
	const enum err_code code = call->unsent             ? ERR_TRANSIENT :
				   call->canceled && !write ? ERR_CANCELED :
				   write                    ? ERR_UNCERTAIN :
							      ERR_TRANSIENT;

	trace_line(sim->trace, sim->queue.now_ns, "  #%u fails: %s", call->number,
		   err_code_name(code));
	fail(call, code, call->unsent ? "not connected" : "the connection broke");
	process_action(sim, "delivered");
}

/* In pieces, as a network does; false: refused by the receiver. */
static bool stream(struct http_call *call, struct str body, struct error *err)
{
	struct str rest = body;
	uint64_t random = call->number * UINT64_C(77) + body.len;

	for (unsigned piece = 1; rest.len > 0; piece++) {
		const size_t n = piece == PIECES_MAX || rest.len < 200 ?
					 rest.len :
					 1 + plan_below(&random, (uint32_t)rest.len);

		if (!call->callbacks.on_body(call->payload, rest.p, n, err))
			return false;
		rest = str_skip(rest, n);
	}
	return true;
}

static void deliver(struct http_call *call)
{
	struct sim *sim = call->sim;
	struct error err = { 0 };
	struct response response = {
		.status = call->status,
		.content_type = str_from(call->content_type),
		.body = buf_str(&call->body),
		.date_ns = call->date_ns,
		.retry_after = str_from(call->retry_after),
	};
	const bool success = call->status >= 200 && call->status <= 299;
	const bool write = call->request->kind == REQUEST_WRITE;

	if (success && !call->cut)
		watch_delivered(sim, net_side(call->side), response.body, call->served_at,
				net_is_page(call));
	if (success && call->callbacks.on_body != NULL) {
		const bool ok = stream(call, response.body, &err);

		response.body = (struct str){ "", 0 };
		if (!ok) {
			if (err.code == ERR_OK)
				err.code = ERR_MALFORMED;
			if (write)
				err.code = ERR_UNCERTAIN;
			call->callbacks.on_done(call->payload, &response, &err);
			finish(call);
			return;
		}
	}
	if (call->cut && call->cut_shows) {
		response.body = (struct str){ "", 0 };
		(void)error_set(&err, write ? ERR_UNCERTAIN : ERR_TRANSIENT, "%s: cut short",
				side_name(call->side));
		call->callbacks.on_done(call->payload, &response, &err);
	} else {
		call->callbacks.on_done(call->payload, &response, NULL);
	}
	finish(call);
}

static void on_delivered(void *payload)
{
	struct http_call *call = payload;
	struct sim *sim = call->sim;

	trace_line(sim->trace, sim->queue.now_ns, "  #%u <- %d%s", call->number, call->status,
		   call->cut ? " (cut)" : "");
	trace_body(sim->trace, "<", buf_str(&call->body));
	deliver(call);
	process_action(sim, "delivered");
}

/* ---- At the server ---- */

static int64_t latency(struct sim *sim)
{
	const int64_t ms = 5 + plan_below(&sim->network, 60);

	return (plan_percent(&sim->network, 6) ? ms * 20 : ms) * NS_PER_MS;
}

static struct str header_value(const struct sandbox_response *answer, const char *name)
{
	struct str rest = buf_str(&answer->headers);
	struct str line;

	while (str_cut(&rest, '\n', &line)) {
		if (str_starts_nocase(line, str_from(name)))
			return str_trim(str_skip(line, strlen(name)));
	}
	return (struct str){ NULL, 0 };
}

static void take_answer(struct http_call *call, const struct sandbox_response *answer)
{
	const struct str date = header_value(answer, "Date:");
	const struct str retry = header_value(answer, "Retry-After:");

	call->status = answer->status;
	call->content_type = answer->content_type != NULL ? answer->content_type : "";
	buf_reset(&call->body);
	buf_add_str(&call->body, buf_str(&answer->body));
	call->date_ns = 0;
	if (date.len > 0 && !retry_http_date(date, call->sim->queue.now_ns, &call->date_ns))
		call->date_ns = 0;
	(void)snprintf(call->retry_after, sizeof(call->retry_after), "%.*s", STR_ARG(retry));
}

static void ask(struct http_call *call, struct sandbox *box, struct str target, struct str body)
{
	const struct request *request = call->request;
	const struct sandbox_request to_server = {
		.side = net_side(call->side),
		.method = str_from(method_name(request->method)),
		.target = target,
		.headers = { [SANDBOX_AUTHORIZATION] = call->side == SIDE_RECORDS ?
							       STR_LIT("Bearer "
								       "sandbox-records-token") :
							       (struct str){ "", 0 },
			     [SANDBOX_API_KEY] = call->side == SIDE_PEOPLE ?
							 STR_LIT("sandbox-people-token") :
							 (struct str){ "", 0 },
			     [SANDBOX_CONTENT_TYPE] = str_from(request->content_type),
			     [SANDBOX_ACCEPT] = str_from(request->accept) },
		.body = body,
	};

	if (!has_answer_space) {
		sandbox_response_init(&answer_space);
		has_answer_space = true;
	}
	sandbox_handle(box, &to_server, call->sim->queue.now_ns, &answer_space);
	take_answer(call, &answer_space);
}

void net_serve(struct http_call *call)
{
	struct sim *sim = call->sim;
	const bool write = call->request->kind == REQUEST_WRITE;
	const enum sandbox_side side = net_side(call->side);
	struct buf stripped;
	const bool ignores = net_ignores(call, &stripped);

	call->served_at = sim_moment(sim);
	if (write)
		watch_before(sim, side);
	ask(call, sim->box, buf_str(&call->request->target),
	    ignores ? buf_str(&stripped) : buf_str(&call->request->body));
	if (ignores)
		buf_release(&stripped);
	net_spoil(call);
	if (write) {
		watch_after(sim, side, call->request, call->status);
		process_action(sim, "served");
	}
}

void net_serve_instead(struct http_call *call, struct sandbox *box, struct str target,
		       struct str body)
{
	call->served_at = sim_moment(call->sim);
	ask(call, box, target, body);
}

/* ---- When nobody waits any more ---- */

bool net_serve_later(struct http_call *call, int64_t wait_ns)
{
	struct sim *sim = call->sim;

	if (sim->n_late == SIM_LATE)
		return false;
	struct late_write *late = &sim->late[sim->n_late++];

	*late = (struct late_write){ .at_ns = sim->queue.now_ns + wait_ns, .side = call->side };
	request_init(&late->request, call->request->method, call->request->kind);
	late->request.content_type = call->request->content_type;
	late->request.accept = call->request->accept;
	buf_add_str(&late->request.target, buf_str(&call->request->target));
	buf_add_str(&late->request.body, buf_str(&call->request->body));
	return true;
}

static void serve_late(struct sim *sim, const struct late_write *late)
{
	struct http_call call = { .sim = sim, .side = late->side, .request = &late->request };
	const enum sandbox_side side = net_side(late->side);
	const int64_t now_ns = sim->queue.now_ns;

	sim->is_late = true;
	sim->queue.now_ns = late->at_ns;
	trace_line(sim->trace, sim->queue.now_ns, "  LATE %s %s %.*s", side_name(late->side),
		   method_name(late->request.method), STR_ARG(buf_str(&late->request.target)));
	buf_init(&call.body, SIZE_MAX / 2);
	watch_before(sim, side);
	ask(&call, sim->box, buf_str(&late->request.target), buf_str(&late->request.body));
	watch_after(sim, side, &late->request, call.status);
	buf_release(&call.body);
	sim->queue.now_ns = now_ns;
	sim->is_late = false;
}

/* Before anybody could see that it was not done in time. */
static void serve_due(struct sim *sim)
{
	uint32_t n_left = 0;

	for (uint32_t i = 0; i < sim->n_late; i++) {
		if (sim->late[i].at_ns > sim->queue.now_ns) {
			sim->late[n_left++] = sim->late[i];
			continue;
		}
		serve_late(sim, &sim->late[i]);
		request_release(&sim->late[i].request);
	}
	sim->n_late = n_left;
}

void net_hasten(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->n_late; i++) {
		if (sim->late[i].at_ns > sim->queue.now_ns)
			sim->late[i].at_ns = sim->queue.now_ns;
	}
	serve_due(sim);
}

void net_forget_late(struct sim *sim)
{
	while (sim->n_late > 0)
		request_release(&sim->late[--sim->n_late].request);
}

static void schedule(struct http_call *call, int64_t wait_ns, event_fn *fn)
{
	call->event = queue_add(&call->sim->queue, call->sim->queue.now_ns + wait_ns, fn, call);
}

static void on_arrival(void *payload)
{
	struct http_call *call = payload;
	struct sim *sim = call->sim;
	const bool write = call->request->kind == REQUEST_WRITE;

	serve_due(sim);
	call->number = ++sim->tally.n_requests;
	sim->figures.requests++;
	if (sim->quiet)
		sim->tally.n_ops += 0;
	deeds_at(sim, WHEN_REQUEST, sim->tally.n_requests);
	if (write) {
		sim->tally.n_writes++;
		deeds_at(sim, WHEN_WRITE, sim->tally.n_writes);
	}
	trace_line(sim->trace, sim->queue.now_ns, "  #%u %s %s %.*s", call->number,
		   side_name(call->side), method_name(call->request->method),
		   STR_ARG(buf_str(&call->request->target)));
	trace_body(sim->trace, ">", buf_str(&call->request->body));
	call->timeout_ns = sim->config.endpoint[call->side].timeout_ns;
	const enum net_fate fate = net_suffer(call);

	if (fate == FATE_BROKEN)
		schedule(call, call->wait_ns + latency(sim), on_failed);
	else
		schedule(call, call->wait_ns + latency(sim), on_delivered);
}

/* ---- net/http.h ---- */

struct http_call *__wrap_http_start(struct http_endpoint *endpoint, const struct request *request,
				    const struct http_callbacks *callbacks, void *payload)
{
	struct sim *sim = sim_current;
	struct http_call *call = alloc_zeroed(1, sizeof(*call));

	*call = (struct http_call){ .sim = sim,
				    .side = endpoint->side,
				    .request = request,
				    .callbacks = *callbacks,
				    .payload = payload };
	buf_init(&call->body, SIZE_MAX / 2);
	if (sim->plan->lasts_ns > 0)
		day_sent(sim, call->side);
	process_action(sim, "send");
	schedule(call, latency(sim), on_arrival);
	return call;
}

void __wrap_http_cancel(struct http_call *call)
{
	if (call->canceled)
		return;
	call->canceled = true;
	net_hasten(call->sim);
	queue_cancel(&call->sim->queue, call->event);
	schedule(call, 0, on_failed);
}

void net_forget(void)
{
	if (has_answer_space)
		sandbox_response_release(&answer_space);
	has_answer_space = false;
}
