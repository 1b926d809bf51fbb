/* SPDX-License-Identifier: Apache-2.0 */
/*
 * push: what the files of the push phase share.
 *
 * For each side a window of intents is in memory as jobs.  A job goes
 *
 *   VERIFY -> (ASKING ->) READY -> FLYING -> ANSWERED -> (freed)
 *     ^                               |
 *     +-------------------------------+  the answer says too little, or there is none
 *
 * Creates begin at READY: there is nothing to read again.  Without an answer they end: only a later cycle can
 * tell whether they happened.  Answers are collected and stored together,
 * one transaction for all that came in one turn of the loop.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_PUSH_H
#define CRMSYNC_DAEMON_RUNNER_PUSH_H

#include "daemon/runner/fetch.h"

enum job_state {
	JOB_VERIFY, /* the target is to be read again */
	JOB_READY,  /* may be sent */
	JOB_FLYING, /* a request of it is under way */
	JOB_ASKING, /* a removal: the person whose removal is carried is being read */
	/* 403: this person alone, or every write?  Waits until another is accepted */
	JOB_FORBIDDEN,
	JOB_ANSWERED, /* its result waits to be stored */
};

/* What is to be stored of an answered job. */
enum job_result {
	RESULT_DONE, /* written: `answer` is what the target holds now */
	RESULT_SAME, /* there was nothing to send: the target cannot hold the difference */
	/* the target had changed: `answer` is observed, the link is merged again */
	RESULT_MOVED,
	/* accepted, and yet fields of it are as they were before: those go into quarantine */
	RESULT_IGNORED,
	RESULT_REFUSED, /* into quarantine, with status and words */
	/* nothing is known or to be done: the intent goes, the next cycle decides */
	RESULT_CLASH, /* a unique value is taken: once more, after the other writes */
	RESULT_DEAD,  /* it refers to something that is not there any more: once more, without it */
	RESULT_GONE,  /* the target is not there any more: reported, the edit waits */
	RESULT_DROPPED,
	RESULT_UNCERTAIN, /* it may have happened: the intent stays */
};

struct job {
	struct job *next;
	struct push *push;
	struct arena arena;
	struct intent intent;
	struct person current; /* the target as it was read for this write */
	struct person answer;
	struct str words;
	struct error
		trouble; /* why what became of it is not known; of no account once that is known */
	int64_t first_sent_at;
	uint32_t n_unsure; /* so often was it sent, and nobody knew what became of it */
	int status;
	enum job_state state;
	enum job_result result;
	bool alone;     /* not in a group or batch any more: it is read or sent by itself */
	bool read_back; /* the answer did not hold the fields; they have been asked for */
	/* a create whose answer told all: it is read back to be sure, and stands if that fails */
	bool answered;
	bool was_unsure; /* a write of unknown outcome: the reading that follows is the result */
	bool was_sent;   /* a write of it has left */
	bool was_gone;   /* the target is not there any more */
	/* no answer of its own: a later reading showed that it was carried out */
	bool found;
};

struct push {
	struct runner *runner;
	enum side side;
	struct job *jobs; /* in order of intent id */
	size_t n_jobs;
	size_t n_flying;        /* requests under way */
	uint32_t window;        /* jobs in memory at most */
	uint64_t requests_most; /* of this cycle's, as runner_requests(): no job is loaded beyond */
	int64_t last_id;
	uint64_t n_met;           /* intents that were looked at */
	uint32_t n_unsure_in_row; /* writes of unknown outcome since the last one that was taken */
	uint64_t n_accepted;      /* writes that the side has taken in this cycle */
	struct error forbidden;   /* what a 403 said */
	bool exhausted;           /* no intent is left to load */
	bool is_cut;              /* or none may be: the rest waits for the next cycle */
	bool halted;              /* the side refuses everything: nothing more is sent */
	bool flush_scheduled;
	bool ended;
};

/* ---- recover.c ---- */

/* A settlement: nobody knows yet whether it happened.  The intent stays: the next cycle finds out. */
NODISCARD bool recover_later(struct job *job, struct error *err);

/* ---- push.c ---- */

/* The job's result is there: it will be stored with the others of this turn of the loop. */
void push_job_answered(struct job *job, enum job_result result);
/* The write was accepted, and `answer` is what the target holds now. */
void push_job_shown(struct job *job);
/* May what is known not to have happened be sent once more, as sync.retry says? */
bool push_may_repeat(const struct job *job);
/* The server has deleted the target. */
void push_job_deleted(struct job *job);
/* It says 404 or 410 instead.  Of a removal, or of a write of unknown outcome, that is no proof yet: the
 * next scan has to say so, too. */
void push_job_gone(struct job *job);
/* Nobody has waited for its end: the server may carry it out after a list has shown that it did not. */
bool push_may_come_late(const struct job *job);
/* The side as a whole is at fault (401, unreachable): what was not sent is left to the next cycle. */
void push_halt(struct push *push, const struct error *err);
/* A request of this push has been answered. */
void push_landed(struct push *push);
size_t push_count(const struct push *push, enum job_state state);

/* ---- verify.c ---- */

/* Reads the targets of all jobs at JOB_VERIFY again, many in one request where possible. */
void verify_jobs(struct push *push);
/* Reads one job's target by itself. */
void verify_alone(struct job *job);

/* ---- verify_source.c ---- */

/* Asks whether the person whose removal is carried is still gone; the job goes on to JOB_READY if so. */
void verify_source(struct job *job);

/* ---- write.c ---- */

/* Sends jobs at JOB_READY: in batches where the API has them. */
void write_jobs(struct push *push);
/* Nothing else is left: decides what the forbidden writes were. */
void write_judge_forbidden(struct push *push);
/* Persons a request; 1 where the API has no batches. */
uint32_t write_batch_size(const struct runner *runner, enum side side);

/* ---- settle.c ---- */

/* Stores the results of all answered jobs in one transaction. */
NODISCARD bool settle_jobs(struct push *push, struct error *err);
/* A row for each written field. */
NODISCARD bool settle_add_history(const struct job *job, int64_t link, struct error *err);
/* An earlier process' write turns out to have happened: the target holds `answer`. */
NODISCARD bool settle_found(struct runner *runner, const struct intent *intent,
			    const struct person *answer, struct error *err);
/* Nobody can tell whether it did: the history says what it may have overwritten. */
NODISCARD bool settle_unknown(struct runner *runner, const struct intent *intent,
			      const struct person *now, struct error *err);

/* The target holds what was written. */
NODISCARD bool settle_update(struct job *job, struct error *err);
/* The write goes into quarantine. */
NODISCARD bool settle_refused(struct job *job, struct error *err);

/* ---- ignored.c ---- */

/* Does the target show a field as it was before the write, although that was accepted? */
bool ignored_any(const struct job *job);
/* Takes such fields out of a copy of what was written, as if they had not been sent; true: there were some. */
bool ignored_leave(struct job *job);
/* Stores the other fields as written, and these as refused. */
NODISCARD bool settle_ignored(struct job *job, struct error *err);

/* ---- settle_removal.c ---- */

/* The target is archived, deleted or tagged: the link ends. */
NODISCARD bool settle_removed(struct job *job, struct error *err);
/* The target was un-archived: its link is merged again. */
NODISCARD bool settle_restored(struct job *job, struct error *err);

#endif
