/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export: what the files of the command share.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_EXPORT_H
#define CRMSYNC_DAEMON_COMMANDS_EXPORT_H

#include "daemon/commands/verbs.h"
#include "daemon/commands/whom.h"
#include "mappers/json_write.h"

struct export
{
	struct verb_call *call;
	struct whom whom;
	struct json_writer writer;
	struct arena arena;
};

/* Members of the object that is open. */
void export_text(struct export *export, const char *key, struct str text); /* null if empty */
void export_time(struct export *export, const char *key, int64_t ns);      /* null if 0 */
/* A number that is null if it is 0. */
void export_number(struct export *export, const char *key, int64_t number);
/* One value; what is not known is null. */
void export_value(struct export *export, const char *key, enum field_type type,
		  const struct value *value);
/* The values that are known, by their fields' names. */
void export_fields(struct export *export, const char *key, const struct person *person);

/* What waits, what was refused, contested or written.  export_lists.c */
NODISCARD bool export_lists(struct export *export, struct error *err);

#endif
