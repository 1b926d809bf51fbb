/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_vfs: SQLite's files in memory, as its default file system in this process.  One connection at a
 * time: locks are taken for granted.
 */
#ifndef CRMSYNC_SIM_MEMORY_VFS_H
#define CRMSYNC_SIM_MEMORY_VFS_H

#include "base/str.h"

/* Once, before SQLite is used. */
void memory_vfs_setup(void);
/* What the file of that name holds; empty if there is none.  Valid until it is written. */
struct str memory_vfs_get(const char *name);
void memory_vfs_put(const char *name, struct str bytes);
/* The file and what belongs to it. */
void memory_vfs_remove(const char *name);

#endif
