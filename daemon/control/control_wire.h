/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_wire: the lines that are spoken on the control socket, JSON in both directions; see CONTROL
 * SOCKET in crmsync(1).
 *
 * A connection carries one request.  The daemon begins with its version; the client sends the request,
 * and behind `sync --plan` the lines of the plan as they stand in its file; the daemon answers with any
 * number of lines and ends with the exit code.
 */
#ifndef CRMSYNC_DAEMON_CONTROL_CONTROL_WIRE_H
#define CRMSYNC_DAEMON_CONTROL_CONTROL_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* More than a command line of Linux holds in one argument. */
#define CONTROL_REQUEST_BYTES ((size_t)256 * 1024)
#define CONTROL_ARGUMENTS 1024
/* A line of an answer, escaped; texts that are longer go into several lines. */
#define CONTROL_LINE_BYTES ((size_t)256 * 1024)
/* The address of a socket holds no longer path. */
#define CONTROL_PATH_BYTES 107

struct control_request {
	int argc;    /* at least 1 */
	char **argv; /* the command, then its arguments; NULL behind the last one */
	bool quiet;
};

/* What a line of the daemon is. */
enum control_says {
	CONTROL_VERSION,  /* the first line */
	CONTROL_NOTE,     /* for the person who waits */
	CONTROL_PHASE,    /* the cycle is in another phase now */
	CONTROL_PROGRESS, /* how far it is in that phase */
	CONTROL_OUT,      /* a part of what the command prints to standard output */
	CONTROL_ERR,      /* the same of standard error */
	CONTROL_EXIT,     /* the last line */
	CONTROL_SAYS_COUNT
};

struct control_line {
	enum control_says says;
	struct str text;
	int code; /* of CONTROL_EXIT */
};

/* The line end is no part of a line that is parsed, and is written behind each.  What is parsed is
 * copied into the arena. */

/* ERR_USAGE says what is wrong with it. */
NODISCARD bool control_request_parse(struct str line, struct arena *arena,
				     struct control_request *ret_request, struct error *err);
void control_request_write(const struct control_request *request, struct buf *out);

/* ERR_MALFORMED. */
NODISCARD bool control_line_parse(struct str line, struct arena *arena,
				  struct control_line *ret_line, struct error *err);
/* Takes a piece off *text, at most as much as goes into CONTROL_LINE_BYTES; where text is longer, at a
 * line end if there is one.  What is no UTF-8, and NUL, becomes '?'. */
void control_text_write(enum control_says says, struct str *text, struct buf *out);
void control_exit_write(int code, struct buf *out);

#endif
