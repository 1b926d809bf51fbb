/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system: what libc keeps in one place for the whole process, and only one thread may ask for.
 */
#ifndef CRMSYNC_DAEMON_SYSTEM_H
#define CRMSYNC_DAEMON_SYSTEM_H

/* What an errno means.  Valid until the next call. */
const char *system_error(int number);
/* A variable of the environment; NULL if there is none. */
const char *system_variable(const char *name);
/* Makes the folders that lead to a file, as far as they are missing, with this mode.  What cannot be
 * made shows when the file is opened. */
void system_make_parents(const char *path, unsigned mode);

#endif
