/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim: one run of a plan.  The program's own core, mappers, runner, senders and SQLite state on a
 * virtual clock and a virtual network, against the sandbox's servers.
 *
 * One run at a time in a process: what replaces libuv and net/http has no other way to find it.
 */
#ifndef CRMSYNC_SIM_SIM_H
#define CRMSYNC_SIM_SIM_H

#include "facts.h"
#include "oracle.h"
#include "plan.h"
#include "queue.h"
#include "trace.h"

#include "daemon/app/schedule.h"
#include "daemon/config/config.h"
#include "daemon/runner/runner.h"

#include <setjmp.h>

enum promise {
	PROMISE_NONE,
	P1_NO_LOST_EDIT,
	P2_NO_DUPLICATE,
	P3_CONVERGENCE,
	P4_NO_ECHO,
	P5_SAFE_REMOVAL,
	P6_ISOLATION,
	P7_DURABILITY,
	P8_BOUNDS,
	P9_EXPLAINED,
	P10_LEAST_TRAFFIC,
	PROMISE_GENERATOR, /* the simulator's own: it did nothing */
	PROMISE_COUNT
};

const char *promise_name(enum promise promise);

struct violation {
	enum promise promise;
	char rule[32]; /* a word for what was broken: shrinking keeps it */
	char text[600];
};

/* What a run did; added up over all seeds. */
struct figures {
	uint64_t seeds, cycles, requests, writes, edits, faults, kills, restarts;
	uint64_t conflicts, creates, updates, removals, lost_creates, quarantines, contests, links,
		raced, checked_edits, losses, blind, notes, checked_notes, checked_users,
		checked_odd, checked_firms, ignored, checked_ignored;
};

/* One cycle as the simulator saw it. */
struct cycle_tally {
	uint32_t n_requests, n_writes, n_carried; /* at the servers; carried: writes that were */
	uint32_t n_faults, n_ops;
	uint32_t n_changed; /* persons that users touched */
	uint32_t n_removed; /* by the program */
	uint32_t n_lies;    /* lists that left somebody out */
	uint32_t n_spoiled; /* times that a person was shown who cannot be read */
	uint32_t n_actions;
	bool killed;
};

#define SIM_NOTES 16

/* A note that a user wrote. */
struct sim_note {
	uint32_t human, token;
	enum sandbox_side side;
	uint32_t words[SANDBOX_SIDE_COUNT]; /* the last that a user set there */
	uint32_t told[SANDBOX_SIDE_COUNT];  /* the same, if the history has it */
	uint32_t n_edits[SANDBOX_SIDE_COUNT];
	bool unsure; /* edited after a state was lost */
};

/* What a user gave a human that the other side may not have. */
struct sim_odd {
	bool phone; /* the person on people has one that is no number */
	enum sandbox_side firm_side;
	int64_t firm_ns;                               /* when that side got it */
	char firm[SANDBOX_SIDE_COUNT][FACTS_ID_BYTES]; /* empty: that side has no such company */
};

/* Requests of a minute at the most. */
#define SIM_RATE_MAX 64
#define SIM_BEGIN_NS (INT64_C(1767225600) * 1000000000) /* 2026-01-01 */

struct day_figures {
	uint64_t stops, rate_most, cycle_s, stall_s, state_bytes, turns;
};

/* What is watched over a whole day (day.c). */
struct day {
	struct schedule schedule;
	uint64_t incarnation;          /* the one that the schedule is of */
	int64_t sent_ns[SIM_RATE_MAX]; /* to the people side, in a ring */
	uint32_t n_sent;
	int64_t well_ns;     /* when a cycle last came to a good end */
	int64_t complete_ns; /* when the people's list was last read to its end */
	struct day_figures figures;
	struct day_side {
		struct sim *sim;
		enum side side;
	} sides[SIDE_COUNT];
};

/* What a server will have carried out by then. */
struct late_write {
	int64_t at_ns;
	enum side side;
	struct request request;
};

struct sim {
	const struct plan *plan;
	struct config config;
	struct sandbox *box;
	struct queue queue;
	int64_t moment_ns; /* the last one that was handed out */
	struct trace *trace;
	struct violation violation;
	struct figures figures;
	struct oracle oracle;

	/* the process under test */
	struct store *store;
	struct runner *runner;
	struct sender *sender[SIDE_COUNT];
	struct cycle_report report;
	bool done;
	uint64_t incarnation; /* of the process; salts its jitter */
	char state_path[128];

	/* the current cycle */
	uint32_t cycle;
	uint32_t n_cycles; /* the cycles behind these are quiet */
	bool quiet;        /* neither users nor faults nor kills */
	/* Whole readings of each side that began in the quiet, and when the last one ended. */
	uint32_t n_readings[SIDE_COUNT];
	int64_t quiet_ns, read_ns[SIDE_COUNT];
	int64_t well_ns;     /* when the last cycle that ended well began */
	int64_t quiet_cycle; /* the first one's number in the state; 0: not yet */
	bool rolled;         /* a side was not read whole in one cycle */
	bool was_left_over;  /* what is read still tells of the time before the quiet */
	bool is_settled;     /* both sides were read twice, and a cycle had that to go by */
	struct cycle_tally tally;
	uint32_t kill_at;       /* action; 0: none */
	uint32_t stop_at;       /* the same, told to stop */
	uint64_t total_actions; /* over the run, for the sweep */
	uint64_t sweep_kill_at; /* 0: none */
	jmp_buf killed;
	bool can_die;
	/* A turn whose end waits, and for how many cycles. */
	int64_t waiting_turn[SIDE_COUNT];
	uint32_t n_waited[SIDE_COUNT];
	uint32_t n_mass;  /* persons that a mass change has reached on the other side */
	bool was_guarded; /* some removals are held back for somebody to allow them */

	bool is_late; /* what is being served */
	uint32_t n_late;
	struct late_write late[SIM_LATE];

	struct facts_list before[SANDBOX_SIDE_COUNT], after[SANDBOX_SIDE_COUNT];
	uint64_t network; /* random state of latencies */
	bool op_done[PLAN_OPS];
	uint32_t next_op; /* of a plan that lasts a time */
	uint32_t n_notes;
	struct sim_note notes[SIM_NOTES];
	struct sim_odd odd[PLAN_HUMANS];
	struct day day;
};

extern struct sim *sim_current;

/* Keeps the first one. */
void sim_violate(struct sim *sim, enum promise promise, const char *rule, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* Rules with commas between them that are known to be broken; the text must stay. */
void sim_ignore(const char *rules);
/* Does what that server says of the human make no sense by now? (net_spoil.c) */
bool sim_is_spoiled(const struct sim *sim, uint32_t human, enum sandbox_side side);
static inline bool sim_failed(const struct sim *sim)
{
	return sim->violation.promise != PROMISE_NONE;
}

/* ---- driver.c ---- */

struct outcome_of_run {
	struct violation violation;
	struct figures figures;
	uint64_t hash; /* of the trace and of what both servers hold in the end */
	uint64_t state_hash;
	uint64_t actions;
	struct day_figures day;
};

struct run_options {
	struct trace *trace;    /* NULL: none */
	uint64_t sweep_kill_at; /* dies at this action of the whole run; 0: never */
	struct buf *end_text; /* what both servers hold in the end, ids left out; NULL: not asked */
};

void sim_run(const struct plan *plan, const struct run_options *options,
	     struct outcome_of_run *ret_outcome);

/* ---- process.c: the program under test, and its death ---- */

void process_prepare(struct sim *sim); /* the configuration, the folder of the state */
void process_release(struct sim *sim);
/* Opens the state if needed, runs one cycle; false if it was killed. */
bool process_cycle(struct sim *sim);
void process_stop(struct sim *sim); /* an orderly end */
/* Called at each action: may not return. */
void process_action(struct sim *sim, const char *what);
void process_check_file(struct sim *sim);

/* ---- net.c: the virtual network ---- */

void net_forget(void); /* nothing is under way any more */
void net_forget_late(struct sim *sim);
/* What is to come late comes now: only who has waited for an answer in vain can know that it may. */
void net_hasten(struct sim *sim);
struct http_endpoint *net_endpoint(struct sim *sim, enum side side);

/* ---- deeds.c: what users do ---- */

void deeds_before(struct sim *sim);
/* A request is about to reach its server. */
void deeds_at(struct sim *sim, enum when when, uint32_t n);
/* Of a plan that lasts a time: what is due until then. */
void deeds_until(struct sim *sim, int64_t until_ns);
/* Sends a body to the control path; true if it was taken.  ret_id may be NULL. */
bool deeds_control(struct sim *sim, const char *what, struct str body,
		   char ret_id[static FACTS_ID_BYTES]);

/* ---- watch.c: what the program does to the servers, as it happens ---- */

/* Around each write that reaches a server. */
/* The time, a little later at each call: what came first in one instant is told by it. */
int64_t sim_moment(struct sim *sim);

void watch_before(struct sim *sim, enum sandbox_side side);
void watch_after(struct sim *sim, enum sandbox_side side, const struct request *request,
		 int status);
/* Does what an update names differ from what was there? */
void watch_fields(struct sim *sim, const struct body *body, const struct facts *was,
		  const struct facts *is, struct str text);
/* An answer has been delivered whole: the program knows of everybody in it, as of served_at. */
void watch_delivered(struct sim *sim, enum sandbox_side side, struct str body, int64_t served_at,
		     bool list);

/* ---- notes.c ---- */

/* The group of the configuration. */
void notes_configure(const struct sim *sim, struct buf *out);
bool notes_deed(struct sim *sim, const struct op *op);
bool notes_is_write(const struct request *request);
/* Its write was forbidden, as if for that note alone. */
void notes_forbidden(struct sim *sim, const struct request *request);
void notes_told(struct sim *sim, const struct history_entry *entry);
void check_notes(struct sim *sim);

/* ---- users.c ---- */

/* The group of the configuration. */
void users_configure(struct buf *out);
bool users_deed(struct sim *sim, const struct op *op);
bool users_is_write(const struct request *request);
void check_users(struct sim *sim);

/* ---- odd.c ---- */

bool odd_deed(struct sim *sim, const struct op *op);
/* A user wrote all phones of a person, as far as they are numbers. */
void odd_phones_written(struct sim *sim, const struct body *body);
void check_odd(struct sim *sim);
/* Whose titles are ignored: that is told. */
void check_ignored(struct sim *sim);

/* ---- check_*.c ---- */

void check_cycle(struct sim *sim);        /* after each cycle that was not killed */
void check_ended(struct sim *sim);        /* after the quiet cycles */
void check_history_keep(struct sim *sim); /* before a state is lost: what it told */
void check_edits(struct sim *sim);
void check_persons(struct sim *sim);
void check_end_text(struct sim *sim, struct buf *out);
void check_writes(struct sim *sim);

#endif
