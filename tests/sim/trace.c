/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdarg.h>

void trace_line(struct trace *trace, int64_t now_ns, const char *fmt, ...)
{
	char text[700];
	va_list args;

	if (trace == NULL)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	trace->hash = hash64(str_from(text), trace->hash + (uint64_t)now_ns);
	if (trace->out != NULL) {
		const int64_t ms = (now_ns - trace->began_ns) / NS_PER_MS;

		(void)fprintf(trace->out, "%6lld.%03lld  %s\n", (long long)(ms / 1000),
			      (long long)(ms % 1000), text);
	}
}

void trace_body(struct trace *trace, const char *what, struct str body)
{
	if (trace == NULL)
		return;
	trace->hash = hash64(body, trace->hash);
	if (trace->out != NULL && trace->bodies && body.len > 0)
		(void)fprintf(trace->out, "             %s %.*s\n", what,
			      STR_ARG(str_head(body, 1500)));
}
