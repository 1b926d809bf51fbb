/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_view: what a planned cycle is going to do, read from the intents and conflicts in its scratch
 * state, person by person and field by field.
 *
 * Shows personal data: for the user's own terminal or file, never for logs.
 */
#ifndef CRMSYNC_DAEMON_PLAN_PLAN_VIEW_H
#define CRMSYNC_DAEMON_PLAN_PLAN_VIEW_H

#include "daemon/config/config.h"
#include "state/store.h"

#include <stdio.h>

/* One field of one person; a removal and a conflict have one row, perhaps without a field. */
struct plan_row {
	struct str field; /* empty: the whole person */
	struct str old_value, new_value;
	struct str why;
};

struct plan_item {
	/* create, update, remove; user; note; field, ambiguous, duplicate for conflicts */
	struct str action;
	bool is_note;        /* a note of the person is written */
	bool is_user;        /* its users record is */
	bool is_conflict;    /* nothing is going to be written */
	enum side side;      /* the one that is written; of a conflict that which id belongs to */
	struct str id;       /* of the person there; empty if it is to be created */
	struct str other_id; /* of the person on the other side; may be empty for a conflict */
	struct str person;   /* label; may be empty */
	const struct intent *intent; /* NULL for a user, a note or a conflict */
	size_t n_rows;
	struct plan_row *rows;
};

/* "create", "update", "remove" */
const char *plan_action(enum intent_kind kind);

/* Everything in it is valid for the call only. */
typedef bool plan_item_fn(void *payload, const struct plan_item *item, struct error *err);

struct plan_counts {
	uint64_t created[SIDE_COUNT], updated[SIDE_COUNT], removed[SIDE_COUNT];
	uint64_t notes[SIDE_COUNT];
	uint64_t users; /* on records */
};

/* Each change, records side first, then each users record, each note and each conflict. */
NODISCARD bool plan_each(struct store *store, const struct field_table *table, plan_item_fn *fn,
			 void *payload, struct error *err);

/* One JSON object a row and line.  Printing: ERR_STORE, or ERR_CANCELED if the reader has gone. */
NODISCARD bool plan_print_json(struct store *store, const struct config *config, FILE *out,
			       struct error *err);
/* A heading a person, a table of its fields; then who was taken for whom in that cycle, and what each side
 * needs. */
NODISCARD bool plan_print_text(struct store *store, const struct config *config, int64_t cycle,
			       FILE *out, struct error *err);

#endif
