/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: aligned columns for people, by libsmartcols.
 *
 * Control characters of a cell are escaped: no value can move the cursor.  On a terminal the last
 * column is cut to its width; elsewhere nothing is.
 */
#ifndef CRMSYNC_DAEMON_PRINT_TABLE_H
#define CRMSYNC_DAEMON_PRINT_TABLE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdio.h>

struct table;

enum table_headings { TABLE_HEADINGS, TABLE_NO_HEADINGS };

/* names: one a column; n_columns of them. */
struct table *table_new(const char *const *names, size_t n_columns, enum table_headings headings);
void table_free(struct table *table); /* NULL is fine */
/* cells: one a column. */
void table_add(struct table *table, const struct str *cells);
/* Prints all rows, each behind `indent` blanks.  False if that could not be done. */
NODISCARD bool table_print(struct table *table, unsigned indent, FILE *out);

/* For text outside of tables: control characters become '?'.  In the arena. */
struct str table_clean(struct arena *arena, struct str text);

#endif
