/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uv_shim: the few functions of libuv that net/sender needs, on the virtual clock.  The program is
 * linked with these in libuv's place.
 */
#include "sim.h"

#include "base/clock.h"

#include <uv.h>

#define TIMERS 8

struct shim_timer {
	uv_timer_t *timer;
	uv_timer_cb cb;
	uv_close_cb on_closed;
	uint64_t event; /* 0: not started */
	bool closing;
};

static struct shim_timer timers[TIMERS];

void uv_shim_forget(void);

/* The process died: its timers with it. */
void uv_shim_forget(void)
{
	for (size_t i = 0; i < TIMERS; i++)
		timers[i] = (struct shim_timer){ 0 };
}

static struct shim_timer *find(const void *timer)
{
	for (size_t i = 0; i < TIMERS; i++) {
		if (timers[i].timer == timer)
			return &timers[i];
	}
	abort();
}

static void on_due(void *payload)
{
	struct shim_timer *shim = payload;

	shim->event = 0;
	if (shim->timer != NULL && !shim->closing)
		shim->cb(shim->timer);
}

static void on_close_due(void *payload)
{
	struct shim_timer *shim = payload;
	uv_handle_t *handle = (uv_handle_t *)shim->timer;
	const uv_close_cb on_closed = shim->on_closed;

	*shim = (struct shim_timer){ 0 };
	if (on_closed != NULL)
		on_closed(handle);
}

int uv_timer_init(uv_loop_t *loop, uv_timer_t *timer)
{
	(void)loop;
	for (size_t i = 0; i < TIMERS; i++) {
		if (timers[i].timer == NULL) {
			timers[i] = (struct shim_timer){ .timer = timer };
			return 0;
		}
	}
	abort();
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat)
{
	struct shim_timer *shim = find(timer);
	struct queue *queue = &sim_current->queue;

	(void)repeat;
	if (shim->event != 0)
		queue_cancel(queue, shim->event);
	shim->cb = cb;
	shim->event = queue_add(queue, queue->now_ns + (int64_t)timeout * NS_PER_MS, on_due, shim);
	return 0;
}

int uv_timer_stop(uv_timer_t *timer)
{
	struct shim_timer *shim = find(timer);

	if (shim->event != 0)
		queue_cancel(&sim_current->queue, shim->event);
	shim->event = 0;
	return 0;
}

void uv_close(uv_handle_t *handle, uv_close_cb close_cb)
{
	struct shim_timer *shim = find(handle);

	(void)uv_timer_stop(shim->timer);
	shim->closing = true;
	shim->on_closed = close_cb;
	(void)queue_add(&sim_current->queue, sim_current->queue.now_ns, on_close_due, shim);
}

int uv_is_closing(const uv_handle_t *handle)
{
	return find(handle)->closing;
}

void uv_update_time(uv_loop_t *loop)
{
	(void)loop;
}

uint64_t uv_hrtime(void)
{
	return (uint64_t)sim_current->queue.now_ns;
}

void uv_handle_set_data(uv_handle_t *handle, void *data)
{
	handle->data = data;
}

void *uv_handle_get_data(const uv_handle_t *handle)
{
	return handle->data;
}
