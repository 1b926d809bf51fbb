/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace: what happened, a line an event, with virtual times; and a hash over it, which is what two
 * runs of one seed must share.
 */
#ifndef CRMSYNC_SIM_TRACE_H
#define CRMSYNC_SIM_TRACE_H

#include "base/attrs.h"
#include "base/str.h"

#include <stdio.h>

struct trace {
	FILE *out; /* NULL: only the hash */
	bool bodies;
	int64_t began_ns;
	uint64_t hash;
};

/* Without a trace nothing is formatted. */
void trace_line(struct trace *trace, int64_t now_ns, const char *fmt, ...) PRINTF_LIKE(3, 4);
void trace_body(struct trace *trace, const char *what, struct str body);

#endif
