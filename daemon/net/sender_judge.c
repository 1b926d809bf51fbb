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
}

static void note_failure(struct sender *sender, const struct error *err)
{
	/* Canceled, a full disk: says nothing of the side. */
	if (err->code != ERR_TRANSIENT && err->code != ERR_UNCERTAIN && err->code != ERR_MALFORMED)
		return;
	sender->stats.consecutive_failures++;
	sender->stats.last_error = *err;
	(void)error_wrap(&sender->stats.last_error, "%s", sender->options.name);
}

void sender_note(struct sender *sender, const struct response *response, const struct error *err)
{
	const int status = response->status;

	if (err != NULL) {
		note_failure(sender, err);
		return;
	}
	if (status == STATUS_TOO_MANY) {
		note_status(sender, status, ERR_RATE_LIMITED, " (too many requests)");
		return;
	}
	sender->n_limited = 0;
	if (is_trouble(status)) {
		sender->stats.consecutive_failures++;
		note_status(sender, status, ERR_TRANSIENT, "");
		return;
	}
	sender->stats.consecutive_failures = 0;
	if (status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN)
		note_status(sender, status, ERR_AUTH, " (the key was refused)");
	else if (status >= 200 && status <= 299)
		sender->stats.last_success_ns = sender_wall_ns(sender);
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

static void pause_side(struct sender *sender, int64_t now_ns, int64_t wait_ns, enum err_code code)
{
	if (now_ns + wait_ns <= limiter_paused_until(sender->limiter, now_ns))
		return;
	limiter_pause_until(sender->limiter, now_ns + wait_ns);
	sender->pause_code = code;
}

/* 429: nothing was carried out.  Jitter alone could mean at once, so that base is the least. */
static enum sender_verdict judge_limited(struct sender_call *call, const struct response *response,
					 int64_t now_ns)
{
	struct sender *sender = call->sender;
	const struct retry_policy *policy = &sender->options.retry;
	int64_t wait_ns;

	if (limiter_paused_until(sender->limiter, now_ns) == 0)
		sender->n_limited++;
	if (!told_wait(sender, response, &wait_ns)) {
		wait_ns = retry_backoff(policy, sender->n_limited > 0 ? sender->n_limited : 1,
					&sender->random);
		if (wait_ns < policy->base_ns)
			wait_ns = policy->base_ns;
	}
	pause_side(sender, now_ns, wait_ns, ERR_RATE_LIMITED);
	call->attempts--;
	if (policy->deadline_ns > 0 && now_ns + wait_ns - call->first_ns > policy->deadline_ns)
		return SENDER_REPORT;
	return SENDER_PAUSED;
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
	if (err == NULL && response->status == STATUS_UNAVAILABLE &&
	    told_wait(sender, response, &told_ns))
		pause_side(sender, now_ns, told_ns, ERR_TRANSIENT);
	/* Of a write, net/http says transient only if it never left. */
	const bool repeatable =
		err != NULL ? err->code == ERR_TRANSIENT : read && is_trouble(response->status);

	if (!repeatable)
		return SENDER_REPORT;
	int64_t wait_ns = retry_backoff(policy, call->attempts, &sender->random);

	if (wait_ns < told_ns)
		wait_ns = told_ns;
	if (sender->stats.consecutive_failures >= SENDER_FAILURES_MANY)
		pause_side(sender, now_ns, wait_ns, ERR_TRANSIENT);
	if (!retry_allowed(policy, call->attempts, call->first_ns, now_ns + wait_ns))
		return SENDER_REPORT;
	call->not_before_ns = now_ns + wait_ns;
	return SENDER_LATER;
}
