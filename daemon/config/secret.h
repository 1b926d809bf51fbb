/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret: a token, from its file to the one place that sends it.
 *
 * A token never stands in the configuration, on the command line, in the environment, in a log or in
 * an error: errors here name the file, its mode and its owner.  The memory is wiped on release.
 *
 * Where a relative name is looked for: $CREDENTIALS_DIRECTORY (systemd's LoadCredential) if that is
 * set, else the folder of the configuration file.
 */
#ifndef CRMSYNC_DAEMON_CONFIG_SECRET_H
#define CRMSYNC_DAEMON_CONFIG_SECRET_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* text ends with a NUL (which len does not count).  Zeroed is a valid, empty secret. */
struct secret {
	char *text;
	size_t len;
};

/* The absolute path of a token file; in the arena.  folder is the configuration file's. */
struct str secret_path(struct arena *arena, struct str name, struct str folder);
/*
 * Reads a token: one line of visible ASCII.  The file must be a regular one (no symbolic link), owned
 * by this user or root, and closed to group and others; what systemd put into $CREDENTIALS_DIRECTORY
 * may be readable to the group.  ERR_CONFIG; the message says what to do.
 */
NODISCARD bool secret_read(struct secret *ret_secret, const char *path, struct error *err);
/* Wipes and frees. */
void secret_release(struct secret *secret);

#endif
