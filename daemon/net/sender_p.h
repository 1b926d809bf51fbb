/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sender_p: what sender*.c share.  sender.c is the queue, sender_judge.c decides what becomes of
 * an attempt, sender_shed.c what need not wait any longer; sender_known.c tells what is known of the
 * side, and takes what others know.
 */
#ifndef CRMSYNC_NET_SENDER_P_H
#define CRMSYNC_NET_SENDER_P_H

#include "net/gate.h"
#include "net/sender.h"

#include <sys/queue.h>

TAILQ_HEAD(sender_calls, sender_call);

/*
 *   submit → QUEUED ⇄ SENT → (on_done)
 *              ↑ ↓      ↓
 *            DELAYED ←──┘        QUEUED, DELAYED → DONE → (on_done): canceled, or given up unsent
 */
enum call_state { CALL_QUEUED, CALL_DELAYED, CALL_SENT, CALL_DONE };

struct sender_call {
	TAILQ_ENTRY(sender_call) link;
	struct sender *sender;
	struct request request;
	struct sender_callbacks callbacks;
	void *payload;
	enum sender_priority priority;
	enum call_state state;
	uint64_t sequence;     /* of submission */
	uint32_t attempts;     /* that count */
	bool begun;            /* has been sent once; first_ns is set */
	int64_t first_ns;      /* begin of the first attempt */
	int64_t not_before_ns; /* DELAYED */
	int64_t sent_ns;       /* begin of the last attempt */
	uint32_t n_token;      /* which token it went with */
	bool probe;            /* SENT: of the gate */
	bool renewed;          /* repeated with another token */
	bool canceled;
	struct http_call *http; /* SENT */
	int64_t ticket;         /* SENT */
	struct error outcome;   /* DONE */
};

struct sender {
	uv_loop_t *loop;
	uv_timer_t timer;
	struct sender_options options;
	struct limiter *limiter;
	struct sender_calls queues[SENDER_PRIORITY_COUNT][REQUEST_KIND_COUNT];
	struct sender_calls delayed; /* by not_before_ns */
	struct sender_calls sent;
	struct sender_calls done;
	uint32_t n_waiting; /* QUEUED, DELAYED and DONE */
	uint32_t n_sent;
	uint32_t scan_credit; /* percents saved up by SCAN */
	uint64_t n_submitted;
	uint64_t random;
	uint32_t n_limited;       /* 429 in a row, those to one pause counted once */
	enum err_code pause_code; /* why the side is paused */
	int64_t told_until_ns;    /* that it asked for, with 429 or Retry-After */
	struct breaker breaker;
	struct retry_budget budget;
	struct gate gate;
	uint32_t n_tokens;         /* that were put in place */
	struct sender_stats stats; /* the counters of it */
	bool closing;
};

/* What the answer, or the lack of one, says of the side. */
void sender_note(struct sender_call *call, const struct response *response, const struct error *err,
		 int64_t now_ns);

enum sender_verdict {
	SENDER_REPORT, /* this is the outcome */
	SENDER_LATER,  /* again at call->not_before_ns */
	SENDER_PAUSED, /* again as soon as the side's pause ends */
};

/* Pauses the side if that is called for. */
enum sender_verdict sender_judge(struct sender_call *call, const struct response *response,
				 const struct error *err, int64_t now_ns);
/* Completes what is not to be sent (canceled, shed) from the loop. */
void sender_give_up(struct sender_call *call, const struct error *outcome);
/* Gives up what a pause holds up beyond its deadline, and what a refused token holds up. */
void sender_shed(struct sender *sender, int64_t now_ns);
int64_t sender_wall_ns(const struct sender *sender);
int64_t sender_monotonic_ns(const struct sender *sender);
/* Looks what may go, on the loop's next turn. */
void sender_kick(struct sender *sender);

#endif
