/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_http: serves a sandbox on two ports of 127.0.0.1, with one polling thread a side and one
 * mutex around the model.  Answers that wait (delays, silence) hold up nobody: their connections
 * are suspended and a third thread wakes them.
 */
#ifndef CRMSYNC_SANDBOX_HOST_HTTP_H
#define CRMSYNC_SANDBOX_HOST_HTTP_H

#include "sandbox.h"

struct host;

/* NULL, after a line on standard error, if a port cannot be had.  The sandbox is borrowed. */
struct host *host_start(struct sandbox *box, const uint16_t ports[SANDBOX_SIDE_COUNT]);
uint16_t host_port(const struct host *host, enum sandbox_side side);
/* Returns when the control path asks for the end, or host_interrupt() was called. */
void host_wait(struct host *host);
/* Safe in a signal handler. */
void host_interrupt(struct host *host);
void host_stop(struct host *host);

#endif
