/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate: what still goes to a side that refuses our token.  Pure: time is an argument (nanoseconds of a
 * monotonic clock).
 *
 *   401, 403 for a list, or for  the token: nothing goes any more; a read probes now and then
 *   so many reads in a row
 *   403 for so many writes       what it may do: no write goes any more; a write probes now and then
 *   in a row
 *
 * A 403 before that may be one person's, the likelier so if a write was ever taken.  A probe goes after
 * the policy's cap, each further one after twice as long, up to GATE_PROBE_CAPS caps.  Any other answer
 * to a probe, or another token, opens it.
 */
#ifndef CRMSYNC_NET_GATE_H
#define CRMSYNC_NET_GATE_H

#include "base/message.h"
#include "core/retry.h"

#define GATE_FORBIDDEN_MANY 5 /* reads, or writes if none was taken before */
#define GATE_FORBIDDEN_AFTER_TAKEN 20
#define GATE_PROBE_CAPS 15

/* Zeroed is a valid, open one. */
struct gate {
	bool token_refused;
	bool writes_refused;
	bool probing;                             /* a probe is under way */
	bool took_write;                          /* the side did, with this token */
	uint32_t n_forbidden[REQUEST_KIND_COUNT]; /* in a row */
	uint32_t n_probes;                        /* that were refused, in a row */
	int64_t probe_ns;                         /* the next one does not go before */
};

enum gate_verdict {
	GATE_PASS,
	GATE_PROBE, /* one may go, the others wait for what becomes of it */
	GATE_SHUT,
};

enum gate_verdict gate_judge(const struct gate *gate, enum request_kind kind, int64_t now_ns);
/* 401, or 403; list: it is no single person's. */
void gate_refused(struct gate *gate, enum request_kind kind, int status, bool list,
		  const struct retry_policy *policy, int64_t now_ns);
/* An answer that is neither of these and no sign of trouble. */
void gate_accepted(struct gate *gate, enum request_kind kind);
/* There is another token: it is not known to be refused. */
void gate_open(struct gate *gate);

#endif
