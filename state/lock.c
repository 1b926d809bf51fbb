/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock: PATH.lock, held by the one writer for its life.
 *
 * flock() on a file of its own: closing any descriptor of the database inside the process would drop
 * SQLite's own (POSIX) locks.  The file stays when the lock goes; the pid in it is for messages only.
 */
#include "state/store_p.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static bool taken(const struct store *store, int fd, struct error *err)
{
	char text[24] = "";
	uint64_t pid = 0;
	const ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	const struct str digits = str_trim((struct str){ text, len > 0 ? (size_t)len : 0 });

	if (str_to_u64(digits, INT32_MAX, &pid) && pid > 0)
		(void)error_set(err, ERR_LOCKED,
				"state %s is in use by process %llu: wait for it or stop it",
				store->path, (unsigned long long)pid);
	else
		(void)error_set(err, ERR_LOCKED,
				"state %s is in use by another process: wait for it or stop it",
				store->path);
	err->native = EWOULDBLOCK;
	return false;
}

/* Beside a state that is there it is the state that cannot be written; else there is none to be made. */
static bool lock_fail(const struct store *store, const char *path, struct error *err)
{
	const int saved = errno;
	const bool exists = access(store->path, F_OK) == 0;

	(void)error_set(err, exists ? ERR_STORE : ERR_CREATE, "cannot lock the state by %s: %s%s",
			path, system_words(saved),
			saved == ENOENT ?
				"; create its directory first" :
				sql_disk_advice(saved, "; check the permissions of its directory"));
	err->native = saved;
	return false;
}

/* For messages: a disk that is full costs somebody the pid, not us the lock. */
static void write_pid(int fd)
{
	char text[24];
	const int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
		(void)!ftruncate(fd, 0);
}

static bool lock_file(struct store *store, const char *path, struct error *err)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return lock_fail(store, path, err);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)(errno == EWOULDBLOCK ? taken(store, fd, err) : lock_fail(store, path, err));
		(void)close(fd);
		return false;
	}
	store->lock_fd = fd;
	write_pid(fd);
	return true;
}

bool lock_take(struct store *store, struct error *err)
{
	const size_t size = strlen(store->path) + sizeof(".lock");
	char *path = alloc_resize(NULL, size, 1);

	(void)snprintf(path, size, "%s.lock", store->path);
	const bool ok = lock_file(store, path, err);

	free(path);
	return ok;
}

void lock_release(struct store *store)
{
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd);
	store->lock_fd = -1;
}
