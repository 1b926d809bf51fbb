/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan: finds where a JSON object or array ends.
 *
 * Looks at quotes, backslashes and brackets only, 64 bytes at a time where the machine can (SSE2), and
 * may be fed in pieces of any size.  What is between them is json_guard's business: here every answer
 * of a server passes, most of them never to be looked at again.
 *
 * Invariants
 *  - kinds holds one bit for each open bracket, the innermost lowest: 1 for '{', 0 for '[';
 *  - escaped only inside a string.
 */
#ifndef CRMSYNC_MAPPERS_JSON_SCAN_H
#define CRMSYNC_MAPPERS_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_scan {
	uint64_t kinds;
	unsigned depth, max_depth; /* max_depth <= 64 */
	bool in_string, escaped;
};

enum json_scan_result {
	JSON_SCAN_MORE,   /* all bytes were taken, it is still open */
	JSON_SCAN_CLOSED, /* it closed; the bytes behind it were not taken */
	/* a closing bracket of the wrong kind, or a backslash outside of strings */
	JSON_SCAN_MISMATCH,
	JSON_SCAN_DEEP /* more open brackets than max_depth */
};

void json_scan_init(struct json_scan *scan, unsigned max_depth);
/* The first byte ever fed is the opening bracket.  *ret_taken: bytes taken; with MISMATCH and DEEP the
 * offset of the byte at fault. */
enum json_scan_result json_scan_feed(struct json_scan *scan, const char *bytes, size_t len,
				     size_t *ret_taken);

#endif
