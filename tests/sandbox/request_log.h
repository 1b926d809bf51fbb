/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request_log: which requests came, and what they were answered.  A ring: the oldest go first.
 */
#ifndef CRMSYNC_SANDBOX_REQUEST_LOG_H
#define CRMSYNC_SANDBOX_REQUEST_LOG_H

#include "call.h"

void request_log_init(struct request_log *log, size_t capacity);
void request_log_release(struct request_log *log);
void request_log_clear(struct request_log *log);
void request_log_add(struct request_log *log, const struct sandbox_request *request, int status);
/* `"requests":[…]`; only those of a side if side is not SANDBOX_SIDE_COUNT, from number `from`. */
void request_log_write(const struct request_log *log, enum sandbox_side side, uint64_t from,
		       struct buf *out);
const char *sandbox_side_name(enum sandbox_side side);

#endif
