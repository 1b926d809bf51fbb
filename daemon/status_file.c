/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_file: the file itself: written beside its place and renamed.
 *
 * No fsync: what matters after a power loss stands in the state; a reader sees the old file or the
 * new one either way.
 */
#include "daemon/status.h"

#include "daemon/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0640
#define FOLDER_MODE 0750

static bool fail(struct error *err, const char *what, const char *path)
{
	const int saved = errno;

	(void)error_set(err, ERR_CREATE, "cannot %s status file %s: %s; check status.path", what,
			path, system_error(saved));
	err->native = saved;
	return false;
}

/* Makes the folder of path if its own folder is there; for a group to enter, whatever the umask. */
static bool make_folder(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof(folder))
		return false;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	if (mkdir(folder, FOLDER_MODE) == 0)
		return chmod(folder, FOLDER_MODE) == 0;
	return errno == EEXIST;
}

static int create(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
}

/* What stands at the temporary name was left by a process that was killed while it wrote. */
static int create_fresh(const char *path)
{
	int fd = create(path);

	if (fd < 0 && errno == ENOENT && make_folder(path))
		fd = create(path);
	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = create(path);
	return fd;
}

static bool write_all(int fd, struct str text)
{
	while (text.len > 0) {
		const ssize_t n = write(fd, text.p, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_skip(text, (size_t)n);
	}
	return true;
}

static bool replace(const char *path, const char *temporary, struct str text, struct error *err)
{
	const int fd = create_fresh(temporary);

	if (fd < 0)
		return fail(err, "create", temporary);
	/* The umask is for the state; this file is for a group to read. */
	const bool written = fchmod(fd, FILE_MODE) == 0 && write_all(fd, text);
	const int saved = errno;
	const bool closed = close(fd) == 0;

	if (!written)
		errno = saved;
	if (written && closed && rename(temporary, path) == 0)
		return true;
	(void)fail(err, "write", path);
	(void)unlink(temporary);
	return false;
}

bool status_write(const char *path, const struct status *status, struct error *err)
{
	struct buf text, temporary;

	buf_init(&text, STATUS_BYTES);
	buf_init(&temporary, STATUS_BYTES);
	status_format(status, &text);
	buf_addf(&temporary, "%s.tmp", path);
	bool ok = buf_ok(&text) && buf_ok(&temporary);

	if (ok)
		ok = replace(path, buf_z(&temporary), buf_str(&text), err);
	else
		(void)error_set(err, ERR_INTERNAL, "the status is longer than %zu bytes",
				STATUS_BYTES);
	buf_release(&temporary);
	buf_release(&text);
	return ok;
}

/* ---- Reading ---- */

static bool read_all(int fd, const char *path, struct buf *text, struct error *err)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, "read", path);
		buf_add(text, chunk, (size_t)n);
		if (!buf_ok(text))
			return error_set(err, ERR_MALFORMED,
					 "status file %s is longer than %zu bytes; it is not ours",
					 path, STATUS_BYTES);
	}
	return true;
}

bool status_read(const char *path, struct arena *arena, struct str *ret_text, struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct buf text;

	if (fd < 0 && errno == ENOENT)
		return error_set(
			err, ERR_GONE,
			"there is no status file %s; nothing has run with this configuration yet",
			path);
	if (fd < 0)
		return fail(err, "open", path);
	buf_init(&text, STATUS_BYTES);
	const bool ok = read_all(fd, path, &text, err);

	if (ok)
		*ret_text = arena_copy(arena, buf_str(&text));
	buf_release(&text);
	(void)close(fd);
	return ok;
}
