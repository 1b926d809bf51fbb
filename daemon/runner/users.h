/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users: what the files of the users phase share.
 *
 * The phase visits the links that are due (state/users.h), in batches:
 *
 *   judge, out of the state alone -> look up -> send, all of the batch at once -> settle each answer
 *
 * A new record is POSTed, which changes nothing that somebody else has made; refused because its user_id is
 * taken, the one that has it is looked up and asserted: PUT by user_id.  An assert at once would save that
 * refusal, and overwrite silently.  Where several are to be made, and after an answer that was lost, is
 * looked first: so a state that was lost makes no wave of writes, only readings.  Whatever is lost between, no
 * user_id has two records: a write of unknown outcome is looked up, and asserted if it isn't found, since it
 * may yet arrive.
 *
 * A record is changed by its id; one that is not there by it is looked up by the user_id that it
 * had last, and asserted by that where nothing can be looked up: a 404 may be wrong.  None is ever
 * deleted.  The workspace is added by such a change and by nothing else but a POST: an assert would
 * put it in the place of those that others have added.
 *
 * Two persons who exchange their customerIds, or e-mail addresses, each wait for what the other
 * one's record holds: the one that was met first gives its up (a keeper, state/users.h), for its
 * heir.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_USERS_H
#define CRMSYNC_DAEMON_RUNNER_USERS_H

#include "daemon/runner/fetch.h"
#include "mappers/users.h"
#include "state/users.h"

enum user_state {
	USER_LOOK,  /* to be looked up, then sent */
	USER_READY, /* to be sent */
	USER_SENT,
	USER_DONE,
};

struct user_item {
	struct users *users;
	struct user_turn turn;
	struct user_row row;
	struct user_content wanted;
	enum user_state state;
	enum user_write_kind kind;
	bool parts[USER_PART_COUNT]; /* that differ from row.held */
	bool looked;                 /* the lookup has answered, or a write */
	bool counted;                /* in the cycle's report */
	uint32_t doubt;              /* that of the row before it was sent */
	const char *reason;          /* static text */
	/* Of an assert by the user_id that the record had last: the one it is to have after that. */
	struct str next_id;
	/* Of an item that only gives up what it holds: the one that waits for it. */
	const struct user_item *heir;
};

/* 403 or 404 for one person's write is that person's, 403 or 404 for every write the side's: which
 * of them it is shows when another write is taken. */
struct user_refusal {
	struct user_turn turn;
	struct user_content wanted;
	int status;
	struct str words;
};

/* So many of them, before a write was taken, are the side's; and so many writes are under way
 * before one was taken. */
#define USERS_FORBIDDEN_MOST 4

struct users {
	struct runner *runner;
	struct str workspace;
	VEC(struct user_item) batch;
	struct arena arena; /* of the batch */
	size_t n_pending;   /* requests under way */
	int64_t used, most; /* requests of this cycle: made, and how many may be */
	uint64_t n_accepted;
	VEC(struct user_refusal) forbidden; /* before a write was taken */
	struct arena forbidden_arena;
	struct error forbidden_err; /* of the last of them */
	uint64_t n_left;            /* records whose persons have no customerId any more */
	unsigned n_unsure;          /* writes of unknown outcome in a row */
	bool found_workspace;
	bool no_lookup; /* the side does not answer them */
	bool closed;    /* nothing more is asked in this cycle */
};

/* ---- users.c ---- */

/* A failure of the state. */
void users_store_failed(struct users *users, const struct error *err);
/* Nothing more is asked in this cycle; the error is that of the records side. */
void users_close(struct users *users, const struct error *err);
void users_submit(struct users *users, struct request *request, fetch_fn *fn, void *payload);
/* What of this link is in the batch; NULL: nothing. */
const struct user_item *users_in_batch(const struct users *users, int64_t link);
/* What is to be done next with the batch, once nothing of it is under way. */
void users_go_on(struct users *users);

/* ---- users_judge.c ---- */

/* Fills the batch; *ret_any false: nobody was due. */
NODISCARD bool users_judge(struct users *users, bool *ret_any, struct error *err);
/* The record holds what it is to hold: nothing waits for it any more. */
NODISCARD bool users_settle(struct users *users, const struct user_item *item, struct error *err);
/* Into quarantine, in place of the write.  status 0: it was not sent.  waits: for what this link has; 0: for
 * nothing. */
NODISCARD bool users_park(struct users *users, const struct user_turn *turn,
			  const struct user_content *wanted, int status, struct str words,
			  int64_t waits, struct error *err);

/* ---- users_look.c ---- */

/* Is something of the batch to be looked up? */
bool users_must_look(const struct users *users);
void users_look(struct users *users);

/* Is the configured workspace there?  Asked once: with one that isn't, each single write would be refused. */
bool users_must_find_workspace(const struct users *users);
void users_find_workspace(struct users *users);

/* ---- users_write.c ---- */

/* Stores and sends what is ready. */
void users_send(struct users *users);
/* Whose the refusals are that could be the side's, once no more are to be expected. */
NODISCARD bool users_judge_forbidden(struct users *users, struct error *err);
/* A row for each part that differs; the reason is that of the item. */
NODISCARD bool users_add_history(struct users *users, const struct user_item *item,
				 const char *action, struct error *err);

#endif
