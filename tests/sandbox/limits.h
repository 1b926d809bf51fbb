/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: rate limits as sliding windows.  A refused request is not counted against the window.
 */
#ifndef CRMSYNC_SANDBOX_LIMITS_H
#define CRMSYNC_SANDBOX_LIMITS_H

#include "call.h"

void limits_init(struct sandbox *box);
void limits_release(struct sandbox *box);
/* 0: go on; otherwise the time when the next request may come. */
int64_t limit_take(struct limit *limit, int64_t now_ns);
/* Writes Retry-After for that time in the form of the side. */
void limit_header(struct call *call, int64_t when_ns);

#endif
