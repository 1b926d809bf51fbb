/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults: a small table of things that go wrong, set by tests.  A fault matches requests by side,
 * method and the beginning of their target; it skips the first nth - 1 of these and then acts on
 * `count` of them.
 */
#ifndef CRMSYNC_SANDBOX_FAULTS_H
#define CRMSYNC_SANDBOX_FAULTS_H

#include "call.h"

enum fault_action {
	FAULT_STATUS,        /* answer with status and body; nothing is carried out */
	FAULT_STATUS_AFTER,  /* carry it out, then answer with status and body */
	FAULT_RESET_BEFORE,  /* close the connection; nothing is carried out */
	FAULT_RESET_AFTER,   /* carry it out, then close the connection */
	FAULT_TIMEOUT,       /* nothing is carried out, nothing answered */
	FAULT_TIMEOUT_AFTER, /* carry it out, answer nothing */
	FAULT_CUT_BODY,      /* half of the right answer, then close */
	FAULT_DELAY,         /* the right answer, late */
	FAULT_REDIRECT,      /* status and Location */
	FAULT_RAW,           /* any status, headers and body; nothing is carried out */
	FAULT_ACTION_COUNT
};

struct fault;

/* Reads a fault from the control path's JSON; answers the call either way. */
void faults_add(struct call *call);
void faults_clear(struct sandbox *box);
/* The fault for this request, counted down; NULL if none.  Valid until faults_clear(). */
const struct fault *faults_take(struct sandbox *box, const struct sandbox_request *request);
/* The request is to be carried out all the same. */
bool fault_carries_out(const struct fault *fault);
/* Turns what was answered, or nothing yet, into what the fault says. */
void fault_apply(const struct fault *fault, struct call *call);

#endif
