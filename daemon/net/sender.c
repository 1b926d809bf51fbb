/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sender: the queue.  pump() is the only place where requests begin; it runs from the timer and
 * after each completion.  Whatever could have to be done later (a wait's end, what was submitted
 * or canceled) is the timer's: arm() sets it for the earliest of them.
 */
#include "net/sender_p.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#define TIMER_MAX_NS (INT64_C(3600) * NS_PER_S)
#define PERCENT 100u

static void pump(struct sender *sender);

int64_t sender_monotonic_ns(const struct sender *sender)
{
	const struct sender_clock *clock = &sender->options.clock;

	return clock->monotonic != NULL ? clock->monotonic(clock->payload) : (int64_t)uv_hrtime();
}

int64_t sender_wall_ns(const struct sender *sender)
{
	const struct sender_clock *clock = &sender->options.clock;
	struct timespec now = { 0 };

	if (clock->wall != NULL)
		return clock->wall(clock->payload);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void on_timer(uv_timer_t *timer)
{
	pump(container_of(timer, struct sender, timer));
}

/* Rounded up: no request before its time. */
static void arm_for(struct sender *sender, int64_t wait_ns)
{
	if (wait_ns > TIMER_MAX_NS)
		wait_ns = TIMER_MAX_NS;
	const int64_t ms = wait_ns > 0 ? (wait_ns + NS_PER_MS - 1) / NS_PER_MS : 0;

	uv_update_time(sender->loop);
	(void)uv_timer_start(&sender->timer, on_timer, (uint64_t)ms, 0);
}

void sender_kick(struct sender *sender)
{
	if (!uv_is_closing((const uv_handle_t *)&sender->timer))
		arm_for(sender, 0);
}

static struct sender_calls *list_of(struct sender_call *call)
{
	struct sender *sender = call->sender;

	switch (call->state) {
	case CALL_QUEUED:
		return &sender->queues[call->priority][call->request.kind];
	case CALL_DELAYED:
		return &sender->delayed;
	case CALL_SENT:
		return &sender->sent;
	case CALL_DONE:
		break;
	}
	return &sender->done;
}

/* The only writer of state, once a call is in a list. */
static void move(struct sender_call *call, enum call_state state)
{
	struct sender *sender = call->sender;

	TAILQ_REMOVE(list_of(call), call, link);
	if (call->state == CALL_SENT) {
		sender->n_sent--;
		sender->n_waiting++;
	}
	call->state = state;
	if (state == CALL_SENT) {
		sender->n_sent++;
		sender->n_waiting--;
	}
	if (state == CALL_DELAYED) {
		struct sender_call *after;

		TAILQ_FOREACH_REVERSE(after, &sender->delayed, sender_calls, link)
		{
			if (after->not_before_ns <= call->not_before_ns)
				break;
		}
		if (after != NULL)
			TAILQ_INSERT_AFTER(&sender->delayed, after, call, link);
		else
			TAILQ_INSERT_HEAD(&sender->delayed, call, link);
	} else if (state == CALL_QUEUED) { /* again: it has waited longest */
		TAILQ_INSERT_HEAD(list_of(call), call, link);
	} else {
		TAILQ_INSERT_TAIL(list_of(call), call, link);
	}
}

void sender_give_up(struct sender_call *call, const struct error *outcome)
{
	call->outcome = *outcome;
	move(call, CALL_DONE);
}

static void complete(struct sender_call *call, const struct response *response,
		     const struct error *err)
{
	call->callbacks.on_done(call->payload, response, err);
	request_release(&call->request);
	free(call);
}

static bool is_whole(struct sender_call *call, const struct response *response, struct error *err)
{
	if (call->callbacks.on_end == NULL || response->status < 200 || response->status > 299)
		return true;
	*err = (struct error){ .code = ERR_TRANSIENT };
	if (call->callbacks.on_end(call->payload, response, err))
		return true;
	if (err->code == ERR_TRANSIENT && call->request.kind == REQUEST_WRITE)
		err->code = ERR_UNCERTAIN;
	return false;
}

static void on_http_done(void *payload, const struct response *response, const struct error *err)
{
	struct sender_call *call = payload;
	struct sender *sender = call->sender;
	const int64_t now_ns = sender_monotonic_ns(sender);
	struct error cut;

	call->http = NULL;
	if (call->probe)
		sender->gate.probing = call->probe = false;
	limiter_settle(sender->limiter, call->ticket, now_ns);
	if (err == NULL && !is_whole(call, response, &cut))
		err = &cut;
	if (!call->canceled)
		sender_note(call, response, err, now_ns);
	switch (sender_judge(call, response, err, now_ns)) {
	case SENDER_LATER:
		move(call, CALL_DELAYED);
		break;
	case SENDER_PAUSED:
		move(call, CALL_QUEUED);
		break;
	case SENDER_REPORT:
		TAILQ_REMOVE(&sender->sent, call, link);
		sender->n_sent--;
		complete(call, response, err);
		break;
	}
	pump(sender);
}

static bool on_http_body(void *payload, const char *bytes, size_t len, struct error *err)
{
	const struct sender_call *call = payload;

	return call->callbacks.on_body(call->payload, bytes, len, err);
}

static void launch(struct sender_call *call, int64_t now_ns)
{
	struct sender *sender = call->sender;
	const struct http_callbacks callbacks = {
		.on_body = call->callbacks.on_body != NULL ? on_http_body : NULL,
		.on_done = on_http_done,
	};

	move(call, CALL_SENT);
	call->ticket = limiter_take(sender->limiter, call->request.kind, now_ns);
	call->attempts++;
	sender->stats.requests++;
	if (call->begun) {
		sender->stats.retries++;
	} else {
		call->first_ns = now_ns;
		retry_budget_earn(&sender->budget);
	}
	call->begun = true;
	call->sent_ns = now_ns;
	call->n_token = sender->n_tokens;
	call->probe = gate_judge(&sender->gate, call->request.kind, now_ns) == GATE_PROBE;
	sender->gate.probing = sender->gate.probing || call->probe;
	if (sender->options.hooks.on_send != NULL)
		sender->options.hooks.on_send(sender->options.hooks.payload);
	/* Calls nothing back before it returns. */
	call->http = http_start(sender->options.endpoint, &call->request, &callbacks, call);
	if (call->callbacks.on_begin != NULL)
		call->callbacks.on_begin(call->payload);
}

/* The earlier of the two kinds' first that may go now; NULL if neither. */
static struct sender_call *first_ready(struct sender *sender, enum sender_priority priority,
				       const bool may_go[static REQUEST_KIND_COUNT])
{
	struct sender_call *first = NULL;

	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++) {
		struct sender_call *call = TAILQ_FIRST(&sender->queues[priority][kind]);

		if (call != NULL && may_go[kind] &&
		    (first == NULL || call->sequence < first->sequence))
			first = call;
	}
	return first;
}

/* How long a request of that kind has to wait; INT64_MAX: for a probe's answer. */
static int64_t wait_of(struct sender *sender, enum request_kind kind, int64_t now_ns)
{
	if (gate_judge(&sender->gate, kind, now_ns) == GATE_PROBE && sender->gate.probing)
		return INT64_MAX;
	return limiter_wait(sender->limiter, kind, now_ns);
}

static struct sender_call *pick(struct sender *sender, int64_t now_ns)
{
	bool may_go[REQUEST_KIND_COUNT];

	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
		may_go[kind] = wait_of(sender, (enum request_kind)kind, now_ns) == 0;
	struct sender_call *push = first_ready(sender, SENDER_PUSH, may_go);
	struct sender_call *scan = first_ready(sender, SENDER_SCAN, may_go);

	if (push == NULL || scan == NULL)
		return push != NULL ? push : scan;
	sender->scan_credit += sender->options.scan_share;
	if (sender->scan_credit < PERCENT)
		return push;
	sender->scan_credit -= PERCENT;
	return scan;
}

/* While a side fails, or says that it is too much, one request tries whether it is back.  An open
 * breaker has the side paused. */
static bool has_room(struct sender *sender, int64_t now_ns)
{
	const uint32_t most =
		sender->n_limited > 0 ? 1 : http_endpoint_max_in_flight(sender->options.endpoint);
	const uint32_t room = breaker_room(&sender->breaker, most, now_ns);

	return sender->n_sent < (room > 0 ? room : 1);
}

static void requeue_due(struct sender *sender, int64_t now_ns)
{
	struct sender_call *call;

	while ((call = TAILQ_FIRST(&sender->delayed)) != NULL && call->not_before_ns <= now_ns)
		move(call, CALL_QUEUED);
}

/* What on_done adds waits for the loop's next turn. */
static void deliver(struct sender *sender)
{
	static const struct response none = { 0 };
	struct sender_calls due = TAILQ_HEAD_INITIALIZER(due);

	TAILQ_CONCAT(&due, &sender->done, link);
	while (!TAILQ_EMPTY(&due)) {
		struct sender_call *call = TAILQ_FIRST(&due);

		TAILQ_REMOVE(&due, call, link);
		sender->n_waiting--;
		complete(call, &none, &call->outcome);
	}
}

static void earliest(int64_t *wait_ns, int64_t candidate_ns)
{
	if (candidate_ns < *wait_ns)
		*wait_ns = candidate_ns;
}

static void arm(struct sender *sender, int64_t now_ns)
{
	int64_t wait_ns = INT64_MAX;

	if (!TAILQ_EMPTY(&sender->done))
		wait_ns = 0;
	if (!TAILQ_EMPTY(&sender->delayed))
		earliest(&wait_ns, TAILQ_FIRST(&sender->delayed)->not_before_ns - now_ns);
	for (int kind = 0; kind < REQUEST_KIND_COUNT && has_room(sender, now_ns); kind++) {
		if (!TAILQ_EMPTY(&sender->queues[SENDER_PUSH][kind]) ||
		    !TAILQ_EMPTY(&sender->queues[SENDER_SCAN][kind]))
			earliest(&wait_ns, wait_of(sender, (enum request_kind)kind, now_ns));
	}
	if (wait_ns == INT64_MAX)
		(void)uv_timer_stop(&sender->timer);
	else
		arm_for(sender, wait_ns);
}

static void on_closed(uv_handle_t *handle)
{
	struct sender *sender = uv_handle_get_data(handle);

	limiter_free(sender->limiter);
	free(sender);
}

static void pump(struct sender *sender)
{
	int64_t now_ns = sender_monotonic_ns(sender);
	struct sender_call *call;

	if (uv_is_closing((const uv_handle_t *)&sender->timer))
		return;
	requeue_due(sender, now_ns);
	deliver(sender);
	/* Callbacks took their time: what goes now is counted now.  What they have submitted is
	 * judged, too, before the timer is set: whoever is to be told something waits for the
	 * loop's next turn only. */
	now_ns = sender_monotonic_ns(sender);
	sender_shed(sender, now_ns);
	while (has_room(sender, now_ns) && (call = pick(sender, now_ns)) != NULL) {
		launch(call, now_ns);
		now_ns = sender_monotonic_ns(sender);
	}
	if (sender->closing && sender_idle(sender))
		uv_close((uv_handle_t *)&sender->timer, on_closed);
	else
		arm(sender, now_ns);
}

struct sender *sender_new(uv_loop_t *loop, const struct sender_options *options)
{
	struct sender *sender = alloc_zeroed(1, sizeof(*sender));

	assert(options->retry.attempts >= 1);
	assert(options->scan_share <= PERCENT);
	assert((options->clock.monotonic == NULL) == (options->clock.wall == NULL));
	sender->loop = loop;
	sender->options = *options;
	sender->limiter = limiter_new(&options->limits);
	sender->random = options->seed;
	retry_budget_init(&sender->budget, sender_monotonic_ns(sender));
	for (int priority = 0; priority < SENDER_PRIORITY_COUNT; priority++) {
		for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
			TAILQ_INIT(&sender->queues[priority][kind]);
	}
	TAILQ_INIT(&sender->delayed);
	TAILQ_INIT(&sender->sent);
	TAILQ_INIT(&sender->done);
	(void)uv_timer_init(loop, &sender->timer); /* cannot fail: no resources */
	uv_handle_set_data((uv_handle_t *)&sender->timer, sender);
	return sender;
}

void sender_close(struct sender *sender)
{
	if (sender == NULL || sender->closing)
		return;
	sender->closing = true;
	sender_cancel_all(sender);
	sender_kick(sender);
}

struct sender_call *sender_submit(struct sender *sender, struct request *request,
				  const struct sender_callbacks *callbacks, void *payload,
				  enum sender_priority priority)
{
	struct sender_call *call = alloc_zeroed(1, sizeof(*call));

	call->sender = sender;
	call->request = *request;
	request_init(request, request->method, request->kind);
	call->callbacks = *callbacks;
	call->payload = payload;
	call->priority = priority;
	call->sequence = sender->n_submitted++;
	call->state = CALL_QUEUED;
	TAILQ_INSERT_TAIL(list_of(call), call, link);
	sender->n_waiting++;
	if (call->request.n_tried > 0) {
		call->not_before_ns = sender_monotonic_ns(sender) +
				      retry_backoff(&sender->options.retry, call->request.n_tried,
						    &sender->random);
		move(call, CALL_DELAYED);
	}
	if (sender->closing)
		sender_cancel(call);
	sender_kick(sender);
	return call;
}

void sender_cancel(struct sender_call *call)
{
	struct error canceled;

	if (call->state == CALL_DONE || call->canceled)
		return;
	call->canceled = true;
	if (call->state == CALL_SENT) {
		http_cancel(call->http);
		return;
	}
	(void)error_set(&canceled, ERR_CANCELED, "%s: canceled before it was sent",
			call->sender->options.name);
	sender_give_up(call, &canceled);
	sender_kick(call->sender);
}

static void cancel_list(struct sender_calls *list)
{
	struct sender_call *call = TAILQ_FIRST(list);

	while (call != NULL) {
		struct sender_call *next = TAILQ_NEXT(call, link);

		sender_cancel(call);
		call = next;
	}
}

void sender_cancel_all(struct sender *sender)
{
	for (int priority = 0; priority < SENDER_PRIORITY_COUNT; priority++) {
		for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
			cancel_list(&sender->queues[priority][kind]);
	}
	cancel_list(&sender->delayed);
	cancel_list(&sender->sent);
}

bool sender_idle(const struct sender *sender)
{
	return sender->n_waiting == 0 && sender->n_sent == 0;
}
