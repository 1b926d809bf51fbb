/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit: which of the writes that a cycle decides on may be made: all of them, those of some persons
 * (--only), those that a saved plan holds (--plan), or those that are both.
 *
 * A step of a plan is admitted only as it was reviewed: the same kind and persons, the same content,
 * and the target holding the same in the written fields.  What is not admitted is left to a later sync.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_ADMIT_H
#define CRMSYNC_DAEMON_RUNNER_ADMIT_H

#include "state/store.h"

struct admit;
struct job;

enum step_state {
	STEP_WAITING, /* the cycle did not come to decide the same */
	STEP_ADMITTED,
	STEP_DONE,
	STEP_REFUSED, /* by the server: it is in quarantine */
	STEP_STATE_COUNT
};

struct step {
	enum intent_kind kind;
	enum side target;
	struct str target_id; /* empty for a create */
	struct str source_id;
	struct digest content; /* of what is written */
	struct digest base;    /* of what the target holds in the written fields */
	enum step_state state;
};

/* Borrows the intent's texts. */
struct step step_of(const struct intent *intent, const struct field_table *table);

/* Admits everything. */
struct admit *admit_new(void);
void admit_free(struct admit *admit); /* NULL is fine */
/* From the first one on: these persons only.  id: either side's, or a link's number; copied. */
void admit_only(struct admit *admit, struct str id);
/* From this call on: only the steps of a plan, which follow; there may be none. */
void admit_plan(struct admit *admit);
void admit_add_step(struct admit *admit, const struct step *step); /* copied */

typedef void step_fn(void *payload, const struct step *step);
/* Each step of the plan, in its order. */
void admit_each_step(const struct admit *admit, step_fn *fn, void *payload);

/* Behind the cycle: ERR_USAGE if nobody has one of the ids; else, and for NULL, ERR_OK. */
enum err_code admit_unknown(const struct admit *admit, struct error *ret_err);

/* ---- For the runner; NULL admits everything ---- */

/* Before the first decision, once both sides were read: finds out who the ids are.  If nobody has one of
 * them nothing is admitted: that is no failure of the cycle, only of who asked for it. */
NODISCARD bool admit_resolve(struct admit *admit, struct store *store, struct error *err);
bool admit_intent(struct admit *admit, const struct intent *intent,
		  const struct field_table *table);
/* What came of a write. */
void admit_answered(struct admit *admit, const struct job *job, const struct field_table *table);

#endif
