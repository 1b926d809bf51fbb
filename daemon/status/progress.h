/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: what a cycle is at, for the person who waits for it, on stderr: one line that is drawn
 * anew on a terminal, one line a phase elsewhere.
 *
 * Times are wall clock, ns; a clock that jumps makes a wrong rate, nothing worse.
 */
#ifndef CRMSYNC_DAEMON_STATUS_PROGRESS_H
#define CRMSYNC_DAEMON_STATUS_PROGRESS_H

#include "base/buf.h"
#include "daemon/runner/runner.h"

#include <stdio.h>

/* More than fits on any terminal. */
#define PROGRESS_BYTES ((size_t)512)

/* What a listener is told: the same as a terminal. */
enum progress_news {
	PROGRESS_NOTE,  /* a line that stays */
	PROGRESS_PHASE, /* in words; outside of a terminal a line that stays, too */
	PROGRESS_LINE,  /* takes the place of the one before */
};
typedef void progress_fn(void *payload, enum progress_news news, const char *text);

struct progress {
	FILE *out; /* NULL: quiet */
	bool is_terminal;
	bool is_drawn; /* a line stands there that is to be replaced */
	enum phase phase;
	int64_t phase_began_at;
	int64_t drawn_at;
	progress_fn *listen; /* NULL: nobody */
	void *payload;
};

/* out NULL: quiet. */
void progress_init(struct progress *progress, FILE *out);
/* expected: persons a side, where it announces none; -1: not known either. */
void progress_update(struct progress *progress, const struct runner_view *view,
		     const int64_t expected[SIDE_COUNT], int64_t now);
/* A line that stays; text without line end. */
void progress_say(struct progress *progress, const char *text);
/* The line that is drawn anew; nothing but on a terminal. */
void progress_draw(struct progress *progress, struct str line);
/* Takes the line away, so that something else may be printed. */
void progress_clear(struct progress *progress);

/* "scan: 1200 of 10000 persons, 35/s, 4 min left", as far as known. */
void progress_format(const struct runner_view *view, const int64_t expected[SIDE_COUNT],
		     int64_t elapsed_ns, struct buf *out);

#endif
