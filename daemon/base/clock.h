/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: points in time as text.  Times are int64 nanoseconds since 1970 UTC everywhere; 0 is "not
 * known".  Nothing here reads a clock: "now" is an argument, so that tests and the simulator own it.
 */
#ifndef CRMSYNC_BASE_CLOCK_H
#define CRMSYNC_BASE_CLOCK_H

#include "base/str.h"

#include <stdint.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

#define CLOCK_TEXT_BYTES 40

/* RFC 3339 / ISO 8601 date-time: "2023-01-01T15:00:00.000000000Z", "…+00:00", "…+0200", or a blank
 * instead of T; a bare date is its midnight UTC.  False if it is none of them or out of range. */
NODISCARD bool clock_parse(struct str text, int64_t *ret_ns);
/* "2023-01-01T15:00:00Z", with fraction digits (0, 3, 6 or 9) as asked; text is cut, not rounded. */
void clock_format(int64_t ns, int fraction_digits, char ret_text[static CLOCK_TEXT_BYTES]);

#endif
