/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner_p: what the files of the runner share.  Each phase is one file with a start function; it
 * ends by calling runner_phase_done() exactly once.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_RUNNER_P_H
#define CRMSYNC_DAEMON_RUNNER_RUNNER_P_H

#include "base/limits.h"
#include "base/vec.h"
#include "core/budget.h"
#include "core/merge.h"
#include "core/removal.h"
#include "core/scan.h"
#include "daemon/runner/lookup_waits.h"
#include "daemon/runner/runner.h"
#include "mappers/mapper.h"
#include "mappers/titles.h"
#include "state/turns.h"

struct push;
struct references;

/* The reading of one side in this cycle: of its whole list, or (rolled) of its newest pages and, behind the
 * writes, of a slice of a turn. */
struct side_scan {
	struct scan scan;
	VEC(struct digest) known; /* recognised, not yet marked as seen in the state */
	int64_t generation;       /* whoever is read in this cycle is marked with it */
	uint64_t n_pages;         /* asked for */
	uint64_t n_seen;          /* persons on the pages read */
	uint64_t
		n_distinct; /* different ones, known at the end; of a rolled side those that are known */
	/* Records in this pass that unreadable_take() did not take: they are left out. */
	uint64_t n_unreadable;
	bool was_unreadable; /* there were some in an earlier pass */
	bool began;          /* at least one page was answered */
	/* Since this generation every person of the side was on a page that was read; 0: not so.  Of a rolled
	 * side: a turn has ended, and this cycle concludes from it. */
	int64_t whole_since;
	bool complete; /* and nothing of it was left out, and nobody is there whom it hid */
	bool rolled;
	/* Of a rolled side: */
	int64_t known_since; /* generation of the last whole reading; 0: there was none */
	bool reached;        /* the newest pages go back to somebody who was on a list before */
	struct turn turn;    /* generation 0: none is under way */
	bool asks_on; /* its end waits: some who are absent are asked for by the next cycle */
};

/* Was everybody of that side read: now, or by an earlier reading? */
static inline bool side_is_known(const struct side_scan *scan)
{
	return scan->whole_since != 0 || (scan->rolled && scan->known_since != 0);
}

struct runner {
	struct runner_options options;
	const struct field_table *table;
	const struct mapper *mapper[SIDE_COUNT];
	struct mapper_context context;
	struct references *references;
	struct cycle cycle;
	struct merge_rules rules;
	bool unreadable[LIMIT_FIELDS]; /* of rules: rows named in what could not be read */
	enum reach reach;
	struct side_scan scans[SIDE_COUNT];
	struct budget budgets[SIDE_COUNT];        /* of rolled sides */
	struct budget_ration rations[SIDE_COUNT]; /* of visits of notes in rotation */
	struct lookup *lookup; /* who was asked for before a create; NULL: nobody */
	struct lookup_waits waits[SIDE_COUNT];
	bool vague_said[SIDE_COUNT]; /* that nobody new of the side is taken (unreadable.c) */
	int64_t newest_before;       /* number of the person that was met last before the cycle */
	unsigned n_slicing;          /* sides whose lists are still being read */
	struct push *push[SIDE_COUNT];
	/* Persons of whom the list did not say enough, or nothing: read one by one by confirm. */
	VEC(struct str) unsure[SIDE_COUNT];
	struct arena unsure_arena;
	uint64_t n_confirmed[SIDE_COUNT]; /* persons asked for */
	unsigned n_confirming;            /* sides that are still being asked */
	struct removal_rules removal_rules;
	bool removals_held;   /* by the guard: nothing is done about who is missing */
	bool changes_held;    /* by the guard (blast.h): no link is updated */
	bool changes_allowed; /* it would be, but for who said that it may */
	uint64_t n_changed;   /* links that the first merge wants to change, first contact aside */
	uint32_t n_cleared[SIDE_COUNT][LIMIT_FIELDS]; /* of them those in which a field goes */
	bool halted
		[SIDE_COUNT]; /* the side refuses every write: none is tried again in this cycle */
	bool keeps_sent;      /* there are writes of unknown outcome that could not be settled */
	uint64_t requests_before[SIDE_COUNT];
	uint64_t requests_at_push[SIDE_COUNT]; /* of this cycle, when it first pushed */
	uint64_t retries_before[SIDE_COUNT];
	uint64_t n_note_requests[SIDE_COUNT];
	uint64_t n_user_requests; /* to records */
	uint64_t n_lookups[SIDE_COUNT];
	uint64_t n_dirty;                                      /* links that were merged */
	uint64_t n_updates[SIDE_COUNT], n_creates[SIDE_COUNT]; /* intents decided, for the least */
	uint64_t intents_done, intents_total;
	/* What the decoding depends on: another field table or other titles decode everything anew. */
	uint64_t raw_seed[SIDE_COUNT];
	bool no_groups[SIDE_COUNT]; /* the side does not answer grouped readings */
	bool again;                 /* a link has to be merged once more */
	VEC(int64_t) clashed;       /* links that met a unique value of somebody else (yield.h) */
	bool pushed;                /* the push phase has come to its end */
	bool stopping;
	bool busy; /* a cycle is under way */
};

/* ---- runner.c ---- */

/* The current phase has done its work (or failed: the failure was noted).  From the loop only. */
void runner_phase_done(struct runner *runner);
/* A failure of the state: nothing more is done in this cycle. */
void runner_store_failed(struct runner *runner, const struct error *err);
void side_scan_reset(struct side_scan *scan);
/* A list ended and was not whole. */
void runner_note_incomplete(struct runner *runner, enum side side, const char *why);
/* Requests of this cycle so far. */
uint64_t runner_requests(const struct runner *runner, enum side side);
/* Was the person proved to be gone?  By this cycle; of a rolled side by an earlier one, too: only when a turn
 * ends is it asked for again, and seeing it takes the proof back. */
static inline bool runner_is_gone(const struct runner *runner, const struct pair *pair,
				  enum side side)
{
	return runner->scans[side].rolled ? pair->gone_cycle[side] != 0 :
					    pair->gone_cycle[side] == runner->cycle.report.id;
}
int64_t runner_now(const struct runner *runner);
/* For what goes through many persons: after each of them.  False if the cycle is to end: ERR_CANCELED. */
NODISCARD bool runner_goes_on(struct runner *runner, struct error *err);
void runner_changed(struct runner *runner);
static inline struct store *runner_store(struct runner *runner)
{
	return runner->options.store;
}

/* ---- the phases ---- */

void runner_load(struct runner *runner);    /* load.c */
void runner_recover(struct runner *runner); /* recover.c */
void runner_scan(struct runner *runner);    /* scan.c */
void runner_confirm(struct runner *runner); /* confirm.c */
void runner_match(struct runner *runner);   /* match.c */
void runner_lookup(struct runner *runner);  /* lookup.c */
void runner_merge(struct runner *runner);   /* plan.c */
void runner_push(struct runner *runner);    /* push.c */
void runner_users(struct runner *runner);   /* users.c */
void runner_notes(struct runner *runner);   /* notes.c */
void runner_slice(struct runner *runner);   /* slice.c */
void runner_finish(struct runner *runner);  /* finish.c */

/* Settles the updates and removals that an earlier process sent without storing their outcome: what the
 * target holds now tells.  After the scans. (recover.c) */
NODISCARD bool recover_settle(struct runner *runner, struct error *err);
/*
 * Does what was read of the target tell that a create of unknown outcome did not happen?  An empty list has
 * nobody who could show that it is the right one: it has to be empty twice.  A turn that began before the
 * create was sent may have been past the place already, and so may any reading that began while the server
 * could still carry it out.  Somebody who could not be read since may be him.
 * (recover.c)
 */
NODISCARD bool recover_tells(struct runner *runner, const struct intent *intent, bool *ret_tells,
			     struct error *err);

/* Settles the creates of unknown outcome whose person is known by now. (match.c) */
NODISCARD bool match_lost_creates(struct runner *runner, struct error *err);
/* Takes a decoded person into the state: keys, shadow comparison, staging.  raw may be NULL. */
NODISCARD bool runner_observe(struct runner *runner, enum side side, const struct person *person,
			      const struct digest *raw, int64_t generation,
			      enum observation *ret_observation, struct error *err);
/* A record that the list showed: if it leaves out a value that it had, it is to be confirmed. */
NODISCARD bool confirm_if_unsure(struct runner *runner, enum side side, const struct person *person,
				 enum observation observation, struct error *err);
/* Somebody of a rolled side who is to be read alone by the next cycle, as far as its rate allows. */
void confirm_later(struct runner *runner, enum side side, struct str id);

#endif
