/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_ask: the other end of the control socket: has a daemon carry out a command, and shows its
 * progress meanwhile.  Blocks.
 */
#ifndef CRMSYNC_DAEMON_CONTROL_CONTROL_ASK_H
#define CRMSYNC_DAEMON_CONTROL_CONTROL_ASK_H

#include "daemon/control/control_wire.h"

struct control_question {
	const char *path; /* of the socket */
	struct control_request request;
	const char *plan;        /* the file whose lines belong to it; NULL: none */
	const struct error *why; /* what to say if no daemon is there */
};

struct control_answer {
	struct buf out, err; /* what the command printed, untrusted */
	int code;
};

/* ERR_LOCKED: no daemon is there (*why), it does not answer, or is another version; ERR_USAGE: the plan
 * cannot be read. */
NODISCARD bool control_ask(const struct control_question *question,
			   struct control_answer *ret_answer, struct error *err);
void control_answer_release(struct control_answer *answer);

#endif
