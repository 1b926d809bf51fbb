/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture: what a command prints, kept instead of printed, so that a daemon can carry a command out for
 * somebody else by the same code.
 *
 * glibc's stdin, stdout and stderr are variables that a program may set ("Standard Streams" in its
 * manual).  Both outputs are replaced between begin and end; the log, which writes to the file itself, is
 * not touched.  For calls that do not come back to the loop.
 */
#ifndef CRMSYNC_DAEMON_CONTROL_CAPTURE_H
#define CRMSYNC_DAEMON_CONTROL_CAPTURE_H

#include "base/buf.h"

#include <stdio.h>

struct capture {
	struct buf out, err;
	FILE *streams[2];
	FILE *before[2];
};

/* max_bytes: of each; what is more is lost, and buf_ok() false. */
void capture_begin(struct capture *capture, size_t max_bytes);
/* The texts stay until they are released. */
void capture_end(struct capture *capture);
void capture_release(struct capture *capture);

#endif
