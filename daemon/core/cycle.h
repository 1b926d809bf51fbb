/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cycle: the phases of one pass and the order they come in.
 *
 *   idle -> load -> recover -> scan -> confirm -> match -> merge -> push -> notes -> finish -> idle
 *                                                            ^        |
 *                                                            +--------+  links to be merged again
 *
 * A cycle that rolls does not read every side whole: of a side whose list takes longer than the cycle
 * may, it reads the newest page before it decides anything, and a slice of the whole list behind its
 * writes.  It has two phases more:
 *
 *   match -> lookup -> merge           notes -> slice -> finish
 *     ^        |
 *     +--------+  somebody was found who is there already
 *
 * One phase ends before the next begins, so no page of a list is ever in flight while writes are made:
 * what a page showed of before a write would look like an edit that takes the write back.
 *
 *   load     titles of the small collections
 *   recover  what an earlier process left: writes whose outcome is unknown
 *   scan     both sides at once, page by page; of a side that is rolled the newest pages
 *   confirm  single persons of whom the lists did not say enough
 *   match    unlinked persons
 *   lookup   asks a side that was not read whole for those who are to be created there
 *   merge    linked pairs of which a side differs; what is to be created
 *   push     what was decided, after the target was read again
 *   users    users records of linked persons, if they are kept: out of what both sides agree on by now
 *   notes    notes of linked persons, if they are carried: after everything else
 *   slice    as much of a rolled side's list as the budget leaves; the next cycle handles what it finds
 *   finish   counters, history, the summary
 *
 * One function writes the phase (cycle_enter) and only along the permitted edges.  Any phase may go to
 * finish: a failure, a stop, a plan that is not to be carried out.
 */
#ifndef CRMSYNC_CORE_CYCLE_H
#define CRMSYNC_CORE_CYCLE_H

#include "base/error.h"
#include "core/side.h"

#include <stdbool.h>
#include <stdint.h>

enum phase {
	PHASE_IDLE,
	PHASE_LOAD,
	PHASE_RECOVER,
	PHASE_SCAN,
	PHASE_CONFIRM,
	PHASE_MATCH,
	PHASE_LOOKUP,
	PHASE_MERGE,
	PHASE_PUSH,
	PHASE_USERS,
	PHASE_NOTES,
	PHASE_SLICE,
	PHASE_FINISH,
	PHASE_COUNT
};

enum outcome {
	OUTCOME_OK,
	OUTCOME_PARTIAL, /* some of the work had to be left for the next cycle */
	OUTCOME_GUARDED, /* held: it would have removed or changed too much */
	OUTCOME_FAILED,
	OUTCOME_COUNT
};

/* How often links may go from push back to merge in one cycle: their targets keep changing. */
#define CYCLE_MERGE_ROUNDS 3

/* What one cycle did, or several of one run, for the summary, the status file and the exit code. */
struct cycle_report {
	int64_t id;        /* of the last one */
	uint64_t n_cycles; /* that follow one another */
	const char *kind;  /* "full" or "incremental" */
	enum outcome outcome;
	int64_t started_at, ended_at; /* ns */
	uint64_t created[SIDE_COUNT], updated[SIDE_COUNT], removed[SIDE_COUNT];
	uint64_t notes[SIDE_COUNT];      /* written: created or updated */
	uint64_t references[SIDE_COUNT]; /* what persons refer to, and was created */
	uint64_t users;                  /* users records, written */
	uint64_t linked;
	uint64_t unchanged; /* links that needed nothing */
	uint64_t conflicts; /* waiting, of this cycle and before */
	uint64_t quarantined;
	uint64_t
		left_out; /* references that the other side has nothing for, phones that are no numbers */
	/* held back: the sum of the next two, or all links where a side lists nobody */
	uint64_t guarded;
	uint64_t held_removals, held_changes;
	uint64_t waiting; /* intents that were not carried out, and who is put off */
	/* Persons who are created there when its whole list has been read: it cannot be asked for them. */
	uint64_t put_off[SIDE_COUNT];
	uint64_t requests[SIDE_COUNT], requests_least[SIDE_COUNT];
	uint64_t retries;
	/* Creates that failed for now, or of which nobody knows what became; and all else that failed. */
	uint64_t n_lost_creates, n_failures;
	int64_t late_until;   /* then a cycle can tell what became of them; 0: at once */
	struct error failure; /* the worst that happened; ERR_OK: nothing */
	enum side failure_side;
};

struct cycle {
	enum phase phase;
	unsigned merge_rounds;
	bool dry_run; /* nothing is pushed, and no note or users record written */
	bool rolls;   /* a side is not read whole */
	struct cycle_report report;
};

void cycle_enter(struct cycle *cycle, enum phase phase);
/* The phase after this one has done its work; again: links have to be merged once more, or after a
 * lookup persons be matched. */
enum phase cycle_after(const struct cycle *cycle, bool again);
/* Keeps the worse of what is known and this. */
void cycle_note_failure(struct cycle *cycle, enum side side, const struct error *err);
/* The same of a single create, of a side that answers otherwise. */
void cycle_note_lost_create(struct cycle *cycle, enum side side, const struct error *err);
/* Is all that failed such creates, so that another cycle may well bring them through? */
bool cycle_lost_creates_only(const struct cycle_report *report);
/* Adds the cycle behind it.  What it counted is added up; what it found waiting, and how it ended, is what
 * became of the run: it took up what the one before had left. */
void cycle_report_add(struct cycle_report *report, const struct cycle_report *next);
const char *phase_name(enum phase phase);
const char *outcome_name(enum outcome outcome);

#endif
