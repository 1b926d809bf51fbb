/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

static bool is_earlier(const struct event *a, const struct event *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

static void swap(struct queue *queue, size_t a, size_t b)
{
	const struct event kept = queue->heap.items[a];

	queue->heap.items[a] = queue->heap.items[b];
	queue->heap.items[b] = kept;
}

static void sift_up(struct queue *queue, size_t i)
{
	while (i > 0 && is_earlier(&queue->heap.items[i], &queue->heap.items[(i - 1) / 2])) {
		swap(queue, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void sift_down(struct queue *queue, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
			if (child < queue->heap.n &&
			    is_earlier(&queue->heap.items[child], &queue->heap.items[least]))
				least = child;
		}
		if (least == i)
			return;
		swap(queue, i, least);
		i = least;
	}
}

uint64_t queue_add(struct queue *queue, int64_t at_ns, event_fn *fn, void *payload)
{
	const uint64_t number = ++queue->n_added;

	*VEC_PUSH(&queue->heap) = (struct event){
		.at_ns = at_ns > queue->now_ns ? at_ns : queue->now_ns,
		.number = number,
		.fn = fn,
		.payload = payload,
	};
	sift_up(queue, queue->heap.n - 1);
	return number;
}

static void take_out(struct queue *queue, size_t i)
{
	queue->heap.n--;
	if (i == queue->heap.n)
		return;
	queue->heap.items[i] = queue->heap.items[queue->heap.n];
	sift_down(queue, i);
	sift_up(queue, i);
}

void queue_cancel(struct queue *queue, uint64_t number)
{
	for (size_t i = 0; i < queue->heap.n; i++) {
		if (queue->heap.items[i].number == number) {
			take_out(queue, i);
			return;
		}
	}
}

bool queue_step(struct queue *queue)
{
	if (queue->heap.n == 0)
		return false;
	const struct event event = queue->heap.items[0];

	take_out(queue, 0);
	queue->now_ns = event.at_ns;
	event.fn(event.payload);
	return true;
}

void queue_clear(struct queue *queue)
{
	queue->heap.n = 0;
}

void queue_release(struct queue *queue)
{
	VEC_RELEASE(&queue->heap);
}
