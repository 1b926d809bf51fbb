/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: does the daemon get on with its work?  Decides whether systemd's watchdog is fed: a loop that
 * turns while nothing moves is as dead as one that hangs.  Pure; times are ns of a monotonic clock.
 *
 * Something has moved if the mark has changed: a number that tells the phase, what was read and
 * written, and the requests.  Nothing need move while the daemon knows until when it waits.
 */
#ifndef CRMSYNC_DAEMON_APP_WATCH_H
#define CRMSYNC_DAEMON_APP_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed is valid. */
struct watch {
	uint64_t mark;
	int64_t moved_ns; /* when something last moved, or need not have */
};

struct watch_facts {
	uint64_t mark;
	int64_t excused_until_ns; /* a wait that is known to end then; 0: none */
	int64_t patience_ns;      /* longer than anything else may take */
};

/* Is it alive at now_ns? */
bool watch_look(struct watch *watch, const struct watch_facts *facts, int64_t now_ns);

#endif
