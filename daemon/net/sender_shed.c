/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sender_p.h"

#include <stdlib.h>

/* False: it waits on. */
typedef bool shed_fn(const struct sender_call *call, int64_t now_ns, struct error *ret_outcome);

static void shed_list(struct sender_calls *list, shed_fn *is_shed, int64_t now_ns)
{
	struct sender_call *call = TAILQ_FIRST(list);

	while (call != NULL) {
		struct sender_call *next = TAILQ_NEXT(call, link);
		struct error outcome;

		if (is_shed(call, now_ns, &outcome))
			sender_give_up(call, &outcome);
		call = next;
	}
}

static void shed_by(struct sender *sender, shed_fn *is_shed, int64_t now_ns)
{
	for (int priority = 0; priority < SENDER_PRIORITY_COUNT; priority++) {
		for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
			shed_list(&sender->queues[priority][kind], is_shed, now_ns);
	}
	shed_list(&sender->delayed, is_shed, now_ns);
}

/* What a pause holds up beyond its deadline need not wait to learn that. */
static bool is_paused_too_long(const struct sender_call *call, int64_t now_ns,
			       struct error *ret_outcome)
{
	const struct sender *sender = call->sender;
	const int64_t until_ns = limiter_paused_until(sender->limiter, now_ns);
	const int64_t wait_s = (until_ns - now_ns + NS_PER_S - 1) / NS_PER_S;

	if (until_ns - (call->begun ? call->first_ns : now_ns) <= sender->options.retry.deadline_ns)
		return false;
	(void)error_set(ret_outcome, sender->pause_code,
			"%s: paused for %lld s, longer than allowed", sender->options.name,
			(long long)wait_s);
	ret_outcome->retry_after_s = (uint32_t)wait_s;
	return true;
}

static bool is_shut_out(const struct sender_call *call, int64_t now_ns, struct error *ret_outcome)
{
	const struct sender *sender = call->sender;

	if (gate_judge(&sender->gate, call->request.kind, now_ns) != GATE_SHUT)
		return false;
	(void)error_set(ret_outcome, ERR_AUTH,
			sender->gate.token_refused ?
				"%s: the token was refused; little is sent before it changes" :
				"%s: the token may not write; little is written before it changes",
			sender->options.name);
	return true;
}

void sender_shed(struct sender *sender, int64_t now_ns)
{
	if (limiter_paused_until(sender->limiter, now_ns) != 0 &&
	    sender->options.retry.deadline_ns != 0)
		shed_by(sender, is_paused_too_long, now_ns);
	if (sender->gate.token_refused || sender->gate.writes_refused)
		shed_by(sender, is_shut_out, now_ns);
}
