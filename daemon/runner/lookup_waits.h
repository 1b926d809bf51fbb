/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup_waits: whose creation on a rolled side lookups have put off, from cycle to cycle.
 *
 * Who is not sure not to be there waits for the turn that tells, and is not asked for before it has
 * ended; who got no answer is asked for again, behind those who were not asked for yet, one after
 * the other.
 *
 * In memory only: whoever is forgotten with the process is asked for once more.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_LOOKUP_WAITS_H
#define CRMSYNC_DAEMON_RUNNER_LOOKUP_WAITS_H

#include "base/str.h"
#include "base/vec.h"
#include "core/match.h"

#include <stdint.h>

/* Why a search that found nobody does not say that nobody is there. */
enum doubt {
	DOUBT_REFUSED,  /* the side does not search like that */
	DOUBT_UNFOUND,  /* nor did it find those who are there */
	DOUBT_UNPROVEN, /* it had nobody to find */
	DOUBT_COUNT
};

struct lookup_wait {
	uint64_t who; /* hash of the id */
	int64_t number; /* of state/turns.h, if a turn decides that began after it; 0: an answer does */
	uint64_t round; /* in which was asked last */
	bool is_there;  /* is still to be created: seen in this cycle */
};

/* Of one side.  Zeroed, nobody waits. */
struct lookup_waits {
	VEC(struct lookup_wait) all; /* by who */
	uint64_t round; /* in each of them everybody is asked for whom no turn decides */
	/* The last turn that was concluded from read everybody: who was met before it began, by
	 * their number.  It holds as long as the newest pages go back to what is known. */
	int64_t concluded;
	/* That persons wait because of it; while it lasts. */
	bool said[DOUBT_COUNT][KEY_KIND_COUNT];
};

/* In the order in which a cycle asks for them. */
enum wait_rank {
	WAIT_NEW,
	WAIT_READ,  /* waited for a turn that has ended */
	WAIT_AGAIN, /* got no answer */
	WAIT_LATER, /* not in this cycle */
};

void lookup_waits_release(struct lookup_waits *waits);
/* The side was read whole. */
void lookup_waits_clear(struct lookup_waits *waits);
/* A cycle meets all who are to be created ... */
void lookup_waits_begin(struct lookup_waits *waits);
/* reached: the newest pages go back to what is known. */
enum wait_rank lookup_waits_meet(struct lookup_waits *waits, struct str id, bool reached);
/* ... and has met everybody: who was not among them waits no more. */
void lookup_waits_forget_others(struct lookup_waits *waits);
/* number: as in struct lookup_wait. */
void lookup_waits_put_off(struct lookup_waits *waits, struct str id, int64_t number);
void lookup_waits_remove(struct lookup_waits *waits, struct str id);
/* How many a turn decides. */
size_t lookup_waits_count(const struct lookup_waits *waits);

#endif
