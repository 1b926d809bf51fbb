/* SPDX-License-Identifier: Apache-2.0 */
#include "limits.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

static void limit_init(struct limit *limit, uint32_t max, int64_t window_ns)
{
	*limit = (struct limit){ .max = max, .window_ns = window_ns };
	if (max > 0)
		limit->times = alloc_zeroed(max, sizeof(*limit->times));
}

void limits_init(struct sandbox *box)
{
	const struct sandbox_options *options = &box->options;

	limit_init(&box->limits[LIMIT_RECORDS_READS], options->records_reads_per_s, NS_PER_S);
	limit_init(&box->limits[LIMIT_RECORDS_WRITES], options->records_writes_per_s, NS_PER_S);
	limit_init(&box->limits[LIMIT_PEOPLE], options->people_per_min, 60 * NS_PER_S);
}

void limits_release(struct sandbox *box)
{
	for (size_t i = 0; i < LIMIT_KIND_COUNT; i++) {
		free(box->limits[i].times);
		box->limits[i] = (struct limit){ 0 };
	}
}

int64_t limit_take(struct limit *limit, int64_t now_ns)
{
	if (limit->max == 0)
		return 0;
	/* When the window is full, `next` is the oldest of it. */
	if (limit->n == limit->max && now_ns - limit->times[limit->next] < limit->window_ns)
		return limit->times[limit->next] + limit->window_ns;
	limit->times[limit->next] = now_ns;
	limit->next = (limit->next + 1) % limit->max;
	if (limit->n < limit->max)
		limit->n++;
	return 0;
}

void limit_header(struct call *call, int64_t when_ns)
{
	/* Whole seconds, never too early. */
	const int64_t at_s = (when_ns + NS_PER_S - 1) / NS_PER_S;
	const int64_t in_s = (when_ns - call->stamp.now_ns + NS_PER_S - 1) / NS_PER_S;
	char text[HTTP_DATE_BYTES];
	enum sandbox_retry form = SANDBOX_RETRY_DATE;

	if (call->request->side == SANDBOX_PEOPLE)
		form = call->box->options.people_retry;
	switch (form) {
	case SANDBOX_RETRY_SECONDS:
		(void)snprintf(text, sizeof(text), "%" PRId64, in_s);
		break;
	case SANDBOX_RETRY_DATE:
		http_date(at_s * NS_PER_S, text);
		break;
	case SANDBOX_RETRY_UNIX:
		(void)snprintf(text, sizeof(text), "%" PRId64, at_s);
		break;
	case SANDBOX_RETRY_NONE:
	default:
		return;
	}
	call_header(call, "Retry-After", text);
}
