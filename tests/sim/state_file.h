/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_file: the file of the state between two lives of the program: made from a template, copied,
 * lost, checked.
 */
#ifndef CRMSYNC_SIM_STATE_FILE_H
#define CRMSYNC_SIM_STATE_FILE_H

#include "base/buf.h"
#include "core/field.h"

/* In memory if possible: /dev/shm, else $TMPDIR.  One a process. */
void state_file_path(char *ret_path, size_t size);
/* An empty state of today's layout, as store_open() would make it. */
void state_file_fresh(const char *path, const struct field_table *fields);
/* Nobody may have it open, for all that follow. */
void state_file_remove(const char *path);
void state_file_read(const char *path, struct buf *ret_bytes);
void state_file_write(const char *path, struct str bytes);
/* "ok", or what PRAGMA integrity_check says first. */
void state_file_check(const char *path, char *ret_words, size_t size);
/* Over all rows of all tables. */
uint64_t state_file_hash(const char *path);
/* Removes the folder of this process. */
void state_file_clean(void);

/* sql_speed.c: before SQLite is used. */
void sql_speed_setup(void);

#endif
