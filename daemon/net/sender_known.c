/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sender_known: what is known of the side, and what others know of it: over a restart, a reload, a new
 * token.
 */
#include "net/sender_p.h"

#include <assert.h>

/* 0: the side neither fails nor refuses. */
static int64_t probe_at(const struct sender *sender, int64_t paused_until_ns)
{
	const struct gate *gate = &sender->gate;
	int64_t at_ns = 0;

	if (sender->breaker.state != BREAKER_CLOSED)
		at_ns = sender->breaker.until_ns;
	if ((gate->token_refused || gate->writes_refused) && gate->probe_ns > at_ns)
		at_ns = gate->probe_ns;
	return at_ns > 0 && paused_until_ns > at_ns ? paused_until_ns : at_ns;
}

void sender_stats(const struct sender *sender, struct sender_stats *ret_stats)
{
	const int64_t now_ns = sender_monotonic_ns(sender);
	const int64_t wall_ns = sender_wall_ns(sender) - now_ns; /* of the clock's origin */
	int64_t until_ns = limiter_paused_until(sender->limiter, now_ns);

	*ret_stats = sender->stats;
	if (sender->told_until_ns > now_ns)
		ret_stats->told_until_ns = wall_ns + sender->told_until_ns;
	const int64_t probe_ns = probe_at(sender, until_ns);

	if (probe_ns > 0)
		ret_stats->probe_ns = wall_ns + probe_ns;
	/* Nothing goes before the probe. */
	if (sender->gate.token_refused && !sender->gate.probing && probe_ns > now_ns)
		until_ns = probe_ns;
	/* Nothing to do but to wait for a repetition is backing off too. */
	if (until_ns == 0 && sender->n_sent == 0 && !TAILQ_EMPTY(&sender->delayed))
		until_ns = TAILQ_FIRST(&sender->delayed)->not_before_ns;
	ret_stats->in_flight = sender->n_sent;
	ret_stats->waiting = sender->n_waiting;
	ret_stats->used_last_minute = limiter_used_last_minute(sender->limiter, now_ns);
	ret_stats->allowed_per_minute = limiter_allowed_per_minute(sender->limiter);
	ret_stats->breaker = sender->breaker.state;
	ret_stats->token_refused = sender->gate.token_refused;
	ret_stats->writes_refused = sender->gate.writes_refused;
	ret_stats->backoff_until_ns = until_ns > 0 ? wall_ns + until_ns : 0;
}

void sender_restore_used(struct sender *sender, uint32_t n, int64_t age_ns)
{
	const int64_t now_ns = sender_monotonic_ns(sender);
	const uint32_t known = limiter_used_last_minute(sender->limiter, now_ns);

	if (n > known)
		limiter_restore(sender->limiter, n - known, now_ns - age_ns);
}

void sender_token_changed(struct sender *sender)
{
	gate_open(&sender->gate);
	sender->n_tokens++;
	sender_kick(sender);
}

void sender_way_changed(struct sender *sender)
{
	sender->breaker = (struct breaker){ 0 };
	sender->stats.consecutive_failures = 0;
	sender->stats.failing_since_ns = 0;
	limiter_resume(sender->limiter);
	limiter_pause_until(sender->limiter, sender->told_until_ns);
	sender_kick(sender);
}

void sender_learned(const struct sender *sender, struct limiter_learned *ret_learned)
{
	limiter_learned(sender->limiter, ret_learned);
}

void sender_teach(struct sender *sender, const struct limiter_learned *learned, int64_t age_ns)
{
	limiter_teach(sender->limiter, learned, age_ns, sender_monotonic_ns(sender));
}

void sender_pause(struct sender *sender, int64_t wait_ns)
{
	if (wait_ns <= 0)
		return;
	sender->told_until_ns = sender_monotonic_ns(sender) +
				(wait_ns < RETRY_AFTER_MAX_NS ? wait_ns : RETRY_AFTER_MAX_NS);
	limiter_pause_until(sender->limiter, sender->told_until_ns);
	sender->pause_code = ERR_RATE_LIMITED;
}

void sender_configure(struct sender *sender, const struct sender_options *options)
{
	assert(sender_idle(sender) && !sender->closing);
	assert(options->retry.attempts >= 1);
	sender->options = *options;
	limiter_configure(sender->limiter, &options->limits);
}
