/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside: moves a state out of the way without looking into it, so that the next run starts anew.
 */
#include "state/store_p.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The file itself is the last: while it is there, what was cut off can be done again.  SQLite would
 * delete a log that stands beside a new file. */
static const char *const suffixes[] = { "-wal", "-shm", "" };

static bool exists(const char *path)
{
	struct stat facts;

	return lstat(path, &facts) == 0;
}

/* "PATH.20260101T120000Z" */
static struct str name_aside(const char *path, int64_t now, struct arena *arena)
{
	char time[CLOCK_TEXT_BYTES];
	char stamp[CLOCK_TEXT_BYTES];
	size_t n = 0;

	clock_format(now, 0, time);
	for (size_t i = 0; time[i] != '\0'; i++) {
		if (time[i] != '-' && time[i] != ':')
			stamp[n++] = time[i];
	}
	stamp[n] = '\0';
	return arena_format(arena, "%s.%s", path, stamp);
}

static bool cannot_move(const char *path, int native, const char *why, struct error *err)
{
	(void)error_set(err, ERR_CREATE, "cannot move state %s aside: %s", path, why);
	err->native = native;
	return false;
}

static bool move_one(const char *path, const char *aside, const char *suffix, struct arena *arena,
		     struct error *err)
{
	const char *from = arena_format(arena, "%s%s", path, suffix).p;
	const char *to = arena_format(arena, "%s%s", aside, suffix).p;

	if (!exists(from))
		return true;
	if (exists(to))
		return cannot_move(path, EEXIST, "a file of this second's name is there; try again",
				   err);
	if (rename(from, to) == 0)
		return true;
	const int saved = errno;

	return cannot_move(path, saved,
			   arena_format(arena, "%s; check the permissions of its directory",
					system_words(saved))
				   .p,
			   err);
}

static bool is_there(const char *path, bool *ret_there, struct error *err)
{
	struct stat facts;

	if (stat(path, &facts) != 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return cannot_move(path, errno, system_words(errno), err);
		*ret_there = false;
		return true;
	}
	if (!S_ISREG(facts.st_mode))
		return cannot_move(path, EINVAL, "it is not a regular file; name a file", err);
	*ret_there = true;
	return true;
}

bool store_set_aside(const char *path, int64_t now, struct arena *arena, struct str *ret_aside,
		     struct error *err)
{
	struct store locked = { .path = alloc_copy_z(path), .lock_fd = -1 };
	struct str aside = { NULL, 0 };
	bool there = false;
	bool ok = is_there(path, &there, err);

	if (ok && there) {
		aside = name_aside(path, now, arena);
		ok = lock_take(&locked, err);
		for (size_t i = 0; ok && i < COUNT_OF(suffixes); i++)
			ok = move_one(path, aside.p, suffixes[i], arena, err);
		lock_release(&locked);
	}
	free(locked.path);
	if (!ok)
		return false;
	*ret_aside = aside;
	return true;
}
