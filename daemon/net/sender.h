/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sender: a side's queue: waits for its turn (net/limiter), sends (net/http), repeats what may be
 * repeated (core/retry).
 *
 * Invariants
 *  - one on_done for each sender_submit, from the loop, never from inside a function of this header;
 *  - requests of one priority and kind begin in the order of submission;
 *  - a REQUEST_WRITE is sent again only if the attempt before was certainly not carried out: it
 *    never left (ERR_TRANSIENT), or the answer was 429.
 *
 * What is repeated, within policy.attempts and policy.deadline_ns (from the first attempt's begin), and
 * as often as the side's budget allows (net/breaker.h; beyond it, a repetition waits):
 *   REQUEST_READ   ERR_TRANSIENT, 408, 425, 5xx (not 501 and 505), on_end's ERR_TRANSIENT
 *   REQUEST_WRITE  ERR_TRANSIENT
 *   both           429: pauses the whole side as long as it says (at most an hour; without a word,
 *                  a backoff; never less than policy.base) and counts as no attempt; only the
 *                  deadline ends it.  The rate falls (net/limiter.h), and the side is tried with one
 *                  request before the others go
 *   both           401, once, if renew_token() put another token in place
 * An answer 503 with Retry-After pauses the side too.  Failures in a row open its breaker
 * (net/breaker.h): it is paused, then tried with one request at a time until an answer comes.  What
 * would have to wait beyond its deadline for the end of a pause is completed at once: with the answer it
 * had, or with ERR_RATE_LIMITED (ERR_TRANSIENT if failures paused the side) and retry_after_s.
 *
 * A refused token (net/gate.h) completes with ERR_AUTH, unsent, what is waiting and what comes; a read
 * probes now and then, until sender_token_changed().
 *
 * A request whose n_tried is not 0 begins as late as if it had been sent so often here.
 *
 * Each other outcome, and the last of those above, is reported as it is: an answer of whatever
 * status with err NULL, else the error of net/http.
 */
#ifndef CRMSYNC_NET_SENDER_H
#define CRMSYNC_NET_SENDER_H

#include "core/retry.h"
#include "net/breaker.h"
#include "net/http.h"
#include "net/limiter.h"

struct sender;
struct sender_call; /* valid until its on_done returns */

/* PUSH goes first; if both wait, scan_share percent of the requests are SCAN's. */
enum sender_priority { SENDER_PUSH, SENDER_SCAN, SENDER_PRIORITY_COUNT };

/* Clocks in nanoseconds; both NULL: the system's. */
struct sender_clock {
	int64_t (*monotonic)(void *payload);
	int64_t (*wall)(void *payload); /* since 1970; only for dates */
	void *payload;
};

/* From the loop, outside of the callbacks above; each may be NULL. */
struct sender_hooks {
	/* An attempt is about to be made; it is among used_last_minute. */
	void (*on_send)(void *payload);
	/* The token was refused: put another one in place if there is one.  True: there was. */
	bool (*renew_token)(void *payload);
	/* sender_learned() would say something else than before, or the side asked to be left alone. */
	void (*on_learned)(void *payload);
	void *payload;
};

struct sender_options {
	const char *name; /* of the side, for messages; static text */
	struct http_endpoint *endpoint;
	struct limiter_options limits;
	struct retry_policy retry;
	uint32_t scan_share; /* percent, 0 to 100 */
	uint64_t seed;       /* of the jitter */
	struct sender_clock clock;
	struct sender_hooks hooks;
};

struct sender_callbacks {
	/* An attempt begins: forget what the one before has left.  May be NULL. */
	void (*on_begin)(void *payload);
	/* As in net/http.h; may be NULL. */
	bool (*on_body)(void *payload, const char *bytes, size_t len, struct error *err);
	/* A 2xx answer is there: is it whole?  False with ERR_TRANSIENT: cut short (HTTP cannot
	 * always tell) or a stranger's page; a read is repeated like one that was reset, a write is
	 * reported as ERR_UNCERTAIN.  False with another code: reported.  May be NULL. */
	bool (*on_end)(void *payload, const struct response *response, struct error *err);
	void (*on_done)(void *payload, const struct response *response, const struct error *err);
};

struct sender_stats {
	uint64_t requests; /* attempts that began */
	uint64_t retries;
	uint32_t in_flight;
	uint32_t waiting; /* submitted, not in flight */
	uint32_t used_last_minute;
	uint32_t allowed_per_minute;   /* what is configured or was learned; 0: not limited */
	uint32_t consecutive_failures; /* attempts without an answer or with 5xx; 429 is none */
	int64_t last_success_ns;       /* wall clock; 0: none yet */
	int64_t backoff_until_ns;      /* wall clock; 0: not backing off */
	int64_t told_until_ns;    /* wall clock: the side asked to be left alone; 0: it did not */
	int64_t failing_since_ns; /* wall clock: the first of them; 0: there are none */
	/* Wall clock: when a request may try a side that fails or refuses, or should have; 0: it is well. */
	int64_t probe_ns;
	enum breaker_state breaker;
	bool token_refused, writes_refused; /* as in net/gate.h */
	struct error last_error;            /* code ERR_OK: none yet */
	int64_t last_error_ns;              /* wall clock */
};

/* The endpoint must outlive the sender. */
struct sender *sender_new(uv_loop_t *loop, const struct sender_options *options);
/* Goes by other options from now on (not another clock, nor another seed).  Nothing may be waiting or
 * under way.  What is known of the side stays: its rate and what of it is used up, a pause, the breaker,
 * a refused token. */
void sender_configure(struct sender *sender, const struct sender_options *options);
/* Cancels all, completes them from the loop, then closes its timer and frees itself.  NULL is
 * tolerated. */
void sender_close(struct sender *sender);

/* Takes what the request holds (the caller's is empty afterwards); callbacks are copied. */
struct sender_call *sender_submit(struct sender *sender, struct request *request,
				  const struct sender_callbacks *callbacks, void *payload,
				  enum sender_priority priority);
/* Completes with ERR_CANCELED from the loop; a write that was being sent with ERR_UNCERTAIN. */
void sender_cancel(struct sender_call *call);
void sender_cancel_all(struct sender *sender);
/* Nothing is waiting, in flight or to be completed. */
bool sender_idle(const struct sender *sender);
void sender_stats(const struct sender *sender, struct sender_stats *ret_stats);
/* What an earlier process had used, age_ns ago, of the minute before.  Of several reports the largest
 * counts. */
void sender_restore_used(struct sender *sender, uint32_t n, int64_t age_ns);
/* The endpoint has another token than the one that was refused. */
void sender_token_changed(struct sender *sender);
/* The endpoint reaches the side in another way: that it failed says nothing any more. */
void sender_way_changed(struct sender *sender);
/* The rate as the answers have taught it, to be kept over a restart. */
void sender_learned(const struct sender *sender, struct limiter_learned *ret_learned);
void sender_teach(struct sender *sender, const struct limiter_learned *learned, int64_t age_ns);
/* The side said, to an earlier process, to be left alone for so long; at most an hour is believed. */
void sender_pause(struct sender *sender, int64_t wait_ns);

#endif
