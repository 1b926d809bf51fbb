/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner_p: what the files of the runner share.  Each phase is one file with a start function; it
 * ends by calling runner_phase_done() exactly once.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_RUNNER_P_H
#define CRMSYNC_DAEMON_RUNNER_RUNNER_P_H

#include "base/limits.h"
#include "base/vec.h"
#include "core/merge.h"
#include "core/removal.h"
#include "core/scan.h"
#include "daemon/runner/runner.h"
#include "mappers/mapper.h"
#include "mappers/titles.h"

struct push;

/* The reading of one side in this cycle. */
struct side_scan {
	struct scan scan;
	VEC(struct digest) known; /* recognised, not yet marked as seen in the state */
	int64_t generation;
	uint64_t n_seen;       /* persons on the pages read */
	uint64_t n_distinct;   /* different ones, known at the end */
	uint64_t n_unreadable; /* records that could not be understood, in this pass */
	bool was_unreadable;   /* there were some in an earlier pass */
	bool began;            /* at least one page was answered */
	bool read_all;         /* every person of the side was on a page that was read */
	bool complete;         /* and could be understood, and nobody is there whom it hid */
};

struct runner {
	struct runner_options options;
	const struct field_table *table;
	const struct mapper *mapper[SIDE_COUNT];
	struct mapper_context context;
	struct mapper_titles *tags;
	struct cycle cycle;
	struct merge_rules rules;
	bool unreadable[LIMIT_FIELDS]; /* of rules: tags, when their titles could not be read */
	struct side_scan scans[SIDE_COUNT];
	struct push *push[SIDE_COUNT];
	/* Persons of whom the list did not say enough, or nothing: read one by one by confirm. */
	VEC(struct str) unsure[SIDE_COUNT];
	struct arena unsure_arena;
	uint64_t n_confirmed[SIDE_COUNT]; /* persons asked for */
	unsigned n_confirming;            /* sides that are still being asked */
	struct removal_rules removal_rules;
	bool removals_held; /* by the guard: nothing is done about who is missing */
	bool changes_held;  /* by the guard: no link is updated */
	uint64_t n_changed; /* links that the first merge wants to change, first contact aside */
	bool halted
		[SIDE_COUNT]; /* the side refuses every write: none is tried again in this cycle */
	bool keeps_sent;      /* there are writes of unknown outcome that could not be settled */
	uint64_t requests_before[SIDE_COUNT];
	uint64_t retries_before[SIDE_COUNT];
	uint64_t n_tag_pages;
	uint64_t n_note_requests[SIDE_COUNT];
	uint64_t n_dirty;                                      /* links that were merged */
	uint64_t n_updates[SIDE_COUNT], n_creates[SIDE_COUNT]; /* intents decided, for the least */
	uint64_t intents_done, intents_total;
	uint64_t n_unknown_tags; /* that were left out because people have no such tag */
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
int64_t runner_now(const struct runner *runner);
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
void runner_merge(struct runner *runner);   /* plan.c */
void runner_push(struct runner *runner);    /* push.c */
void runner_notes(struct runner *runner);   /* notes.c */
void runner_finish(struct runner *runner);  /* finish.c */

/* Settles the updates and removals that an earlier process sent without storing their outcome: what the
 * target holds now tells.  After the scans. (recover.c) */
NODISCARD bool recover_settle(struct runner *runner, struct error *err);

/* Takes a decoded person into the state: keys, shadow comparison, staging.  raw may be NULL. */
NODISCARD bool runner_observe(struct runner *runner, enum side side, const struct person *person,
			      const struct digest *raw, int64_t generation,
			      enum observation *ret_observation, struct error *err);
/* A record that the list showed: if it leaves out a value that it had, it is to be confirmed. */
NODISCARD bool confirm_if_unsure(struct runner *runner, enum side side, const struct person *person,
				 enum observation observation, struct error *err);

#endif
