/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing: rows of the state for people and for scripts, from one description of their columns.
 *
 *   LISTING_TABLE  aligned columns, without those that are details
 *   LISTING_SHOW   each column that has a key and is not empty, on a line of its own
 *   LISTING_JSON   one object a line, of all columns that have a key
 *
 * Shows personal data: for the user's own terminal or file, never for logs.
 * Errors: ERR_STORE if it cannot be printed, ERR_CANCELED if the reader has gone (head).
 */
#ifndef CRMSYNC_DAEMON_PRINT_LISTING_H
#define CRMSYNC_DAEMON_PRINT_LISTING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "core/side.h"

#include <stdio.h>

struct field_table;
struct store;
struct table;

enum listing_format { LISTING_TABLE, LISTING_SHOW, LISTING_JSON };

enum listing_kind {
	LISTING_TEXT,   /* empty is null */
	LISTING_COUNT,  /* 0 is a number */
	LISTING_NUMBER, /* 0 is null */
	LISTING_TIME,   /* ns, 0 is null */
};

struct listing_column {
	const char *name; /* heading */
	const char *key;  /* of the JSON object; NULL: for the table only */
	enum listing_kind kind;
	bool detail; /* not part of the table */
};

struct listing_cell {
	struct str text;
	int64_t number; /* of all kinds but text */
};

struct listing {
	enum listing_format format;
	const struct listing_column *columns;
	size_t n_columns;
	FILE *out;
	struct table *table;
	size_t n_waiting; /* rows of the table that are not printed yet */
	uint64_t n_rows;
	struct buf line;
	struct arena arena; /* of one row */
};

void listing_start(struct listing *listing, enum listing_format format,
		   const struct listing_column *columns, size_t n_columns, FILE *out);
/* cells: one a column; borrowed for the call. */
NODISCARD bool listing_add(struct listing *listing, const struct listing_cell *cells,
			   struct error *err);
/* Prints what waits if ok, releases all; returns false if not ok or that failed. */
NODISCARD bool listing_end(struct listing *listing, bool ok, struct error *err);

/* The result of printing: false and err if it failed. */
NODISCARD bool listing_printed(bool ok, struct error *err);
/* What a person is called as far as it is in the state, else empty. */
NODISCARD bool listing_label(struct store *store, const struct field_table *fields, enum side side,
			     struct str id, struct arena *arena, struct str *ret_label,
			     struct error *err);

#endif
