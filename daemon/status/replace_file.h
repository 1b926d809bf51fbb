/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replace_file: a file that others read while it is written: made beside its place and renamed, so that
 * a reader sees the old one or the new one, whole.
 *
 * No fsync: what matters after a power loss stands in the state.
 */
#ifndef CRMSYNC_DAEMON_STATUS_REPLACE_FILE_H
#define CRMSYNC_DAEMON_STATUS_REPLACE_FILE_H

#include "base/error.h"
#include "base/str.h"

struct file_kind {
	const char *name; /* "status file", for messages */
	const char *key;  /* of the configuration */
	unsigned mode;    /* whatever the umask */
};

/* Makes the file's folder if only that one is missing.  ERR_CREATE; native is the errno. */
NODISCARD bool file_replace(const struct file_kind *kind, const char *path, struct str text,
			    struct error *err);
/* "cannot WHAT status file PATH: …; check KEY" from errno; returns false. */
bool file_fail(const struct file_kind *kind, const char *what, const char *path, struct error *err);

#endif
