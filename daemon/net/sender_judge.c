/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sender_p.h"

#define STATUS_UNAUTHORIZED 401
#define STATUS_FORBIDDEN 403
#define STATUS_TIMEOUT 408
#define STATUS_TOO_EARLY 425
#define STATUS_TOO_MANY 429
#define STATUS_NOT_IMPLEMENTED 501
#define STATUS_UNAVAILABLE 503
#define STATUS_HTTP_VERSION 505

/* The server is in trouble, not the request at fault. */
static bool is_trouble(int status)
{
	if (status == STATUS_NOT_IMPLEMENTED || status == STATUS_HTTP_VERSION)
		return false;
	return status >= 500 || status == STATUS_TIMEOUT || status == STATUS_TOO_EARLY;
}

static void note_status(struct sender *sender, int status, enum err_code code, const char *meaning)
{
	(void)error_set(&sender->stats.last_error, code, "%s: HTTP %d%s", sender->options.name,
			status, meaning);
	sender->stats.last_error.native = status;
	sender->stats.last_error_ns = sender_wall_ns(sender);
}

static void pause_side(struct sender *sender, int64_t now_ns, int64_t wait_ns, enum err_code code)
{
	if (now_ns + wait_ns <= limiter_paused_until(sender->limiter, now_ns))
		return;
	limiter_pause_until(sender->limiter, now_ns + wait_ns);
	sender->pause_code = code;
}

/* Asked for by the side itself. */
static void note_told(struct sender *sender, int64_t now_ns, int64_t wait_ns)
{
	if (now_ns + wait_ns > sender->told_until_ns)
		sender->told_until_ns = now_ns + wait_ns;
}

static void note_trouble(struct sender *sender, int64_t now_ns)
{
	const int64_t wait_ns =
		breaker_failed(&sender->breaker, &sender->options.retry, &sender->random, now_ns);

	if (sender->stats.consecutive_failures++ == 0)
		sender->stats.failing_since_ns = sender_wall_ns(sender);
	if (wait_ns > 0)
		pause_side(sender, now_ns, wait_ns, ERR_TRANSIENT);
}

static void note_failure(struct sender *sender, const struct error *err, int64_t now_ns)
{
	/* Canceled, a full disk: says nothing of the side. */
	if (err->code != ERR_TRANSIENT && err->code != ERR_UNCERTAIN && err->code != ERR_MALFORMED)
		return;
	note_trouble(sender, now_ns);
	sender->stats.last_error = *err;
	(void)error_wrap(&sender->stats.last_error, "%s", sender->options.name);
	sender->stats.last_error_ns = sender_wall_ns(sender);
}

static void note_learned(struct sender *sender, bool changed)
{
	const struct sender_hooks *hooks = &sender->options.hooks;

	if (changed && hooks->on_learned != NULL)
		hooks->on_learned(hooks->payload);
}

/* An answer that is no sign of trouble, whatever it says of the request. */
static void note_answer(struct sender_call *call, int status, int64_t now_ns)
{
	struct sender *sender = call->sender;
	const bool refused = status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN;

	sender->stats.consecutive_failures = 0;
	sender->stats.failing_since_ns = 0;
	breaker_answered(&sender->breaker);
	note_learned(sender, limiter_answered(sender->limiter, now_ns));
	if (refused)
		note_status(sender, status, ERR_AUTH, " (the key was refused)");
	else
		gate_accepted(&sender->gate, call->request.kind);
	if (status >= 200 && status <= 299)
		sender->stats.last_success_ns = sender_wall_ns(sender);
}

void sender_note(struct sender_call *call, const struct response *response, const struct error *err,
		 int64_t now_ns)
{
	struct sender *sender = call->sender;
	const int status = response->status;

	if (err != NULL) {
		note_failure(sender, err, now_ns);
		return;
	}
	if (status == STATUS_TOO_MANY) {
		note_status(sender, status, ERR_RATE_LIMITED, " (too many requests)");
		return;
	}
	sender->n_limited = 0;
	if (is_trouble(status)) {
		note_trouble(sender, now_ns);
		note_status(sender, status, ERR_TRANSIENT, "");
		return;
	}
	note_answer(call, status, now_ns);
}

/* What the server asks for, at most an hour; false: nothing that can be understood. */
static bool told_wait(const struct sender *sender, const struct response *response,
		      int64_t *ret_wait_ns)
{
	if (response->retry_after.len == 0 ||
	    !retry_after_parse(response->retry_after, response->date_ns, sender_wall_ns(sender),
			       ret_wait_ns))
		return false;
	if (*ret_wait_ns > RETRY_AFTER_MAX_NS)
		*ret_wait_ns = RETRY_AFTER_MAX_NS;
	return true;
}

/* 503 with Retry-After. */
static void note_unavailable(struct sender *sender, int64_t now_ns, int64_t told_ns)
{
	const bool is_news = sender->told_until_ns <= now_ns && told_ns > 0;

	pause_side(sender, now_ns, told_ns, ERR_TRANSIENT);
	note_told(sender, now_ns, told_ns);
	note_learned(sender, is_news);
}

/* 429: nothing was carried out.  Jitter, or a server, could mean at once: base is the least. */
static enum sender_verdict judge_limited(struct sender_call *call, const struct response *response,
					 int64_t now_ns)
{
	struct sender *sender = call->sender;
	const struct retry_policy *policy = &sender->options.retry;
	const bool paused = limiter_paused_until(sender->limiter, now_ns) != 0;
	const bool fell =
		limiter_refused(sender->limiter, call->request.kind, call->sent_ns, now_ns);
	int64_t wait_ns;

	if (!paused)
		sender->n_limited++;
	if (!told_wait(sender, response, &wait_ns))
		wait_ns = retry_backoff(policy, sender->n_limited > 0 ? sender->n_limited : 1,
					&sender->random);
	if (wait_ns < policy->base_ns)
		wait_ns = policy->base_ns;
	pause_side(sender, now_ns, wait_ns, ERR_RATE_LIMITED);
	note_told(sender, now_ns, wait_ns);
	note_learned(sender, fell || !paused);
	call->attempts--;
	if (policy->deadline_ns > 0 && now_ns + wait_ns - call->first_ns > policy->deadline_ns)
		return SENDER_REPORT;
	return SENDER_PAUSED;
}

/* With another token it is worth a repetition, once: nothing was carried out. */
static bool renew(struct sender_call *call)
{
	struct sender *sender = call->sender;
	const struct sender_hooks *hooks = &sender->options.hooks;

	if (call->renewed)
		return false;
	if (call->n_token == sender->n_tokens) {
		if (hooks->renew_token == NULL || !hooks->renew_token(hooks->payload))
			return false;
		gate_open(&sender->gate);
		sender->n_tokens++;
	}
	call->renewed = true;
	call->attempts--;
	return true;
}

static enum sender_verdict judge_refused(struct sender_call *call, int status, int64_t now_ns)
{
	struct sender *sender = call->sender;

	if (status == STATUS_UNAUTHORIZED && renew(call))
		return SENDER_PAUSED;
	gate_refused(&sender->gate, call->request.kind, status, call->priority == SENDER_SCAN,
		     &sender->options.retry, now_ns);
	return SENDER_REPORT;
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

enum sender_verdict sender_judge(struct sender_call *call, const struct response *response,
				 const struct error *err, int64_t now_ns)
{
	struct sender *sender = call->sender;
	const struct retry_policy *policy = &sender->options.retry;
	const bool read = call->request.kind == REQUEST_READ;
	int64_t told_ns = 0;

	if (call->canceled || sender->closing)
		return SENDER_REPORT;
	if (err == NULL && response->status == STATUS_TOO_MANY)
		return judge_limited(call, response, now_ns);
	if (err == NULL &&
	    (response->status == STATUS_UNAUTHORIZED || response->status == STATUS_FORBIDDEN))
		return judge_refused(call, response->status, now_ns);
	if (err == NULL && response->status == STATUS_UNAVAILABLE &&
	    told_wait(sender, response, &told_ns))
		note_unavailable(sender, now_ns, told_ns);
	/* Of a write, net/http says transient only if it never left. */
	const bool repeatable =
		err != NULL ? err->code == ERR_TRANSIENT : read && is_trouble(response->status);

	if (!repeatable)
		return SENDER_REPORT;
	int64_t wait_ns = retry_backoff(policy, call->attempts, &sender->random);

	wait_ns = longer(wait_ns, told_ns);
	wait_ns = longer(wait_ns, retry_budget_wait(&sender->budget, policy, now_ns));
	if (!retry_allowed(policy, call->attempts, call->first_ns, now_ns + wait_ns))
		return SENDER_REPORT;
	retry_budget_spend(&sender->budget);
	call->not_before_ns = now_ns + wait_ns;
	return SENDER_LATER;
}
