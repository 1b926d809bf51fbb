/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/replace_file.h"

#include "base/buf.h"
#include "daemon/system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0750

bool file_fail(const struct file_kind *kind, const char *what, const char *path, struct error *err)
{
	const int saved = errno;

	(void)error_set(err, ERR_CREATE, "cannot %s %s %s: %s; check %s", what, kind->name, path,
			system_error(saved), kind->key);
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
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
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

static bool replace(const struct file_kind *kind, const char *path, const char *temporary,
		    struct str text, struct error *err)
{
	const int fd = create_fresh(temporary);

	if (fd < 0)
		return file_fail(kind, "create", temporary, err);
	/* The umask is for the state; this file is for others to read. */
	const bool written = fchmod(fd, kind->mode) == 0 && write_all(fd, text);
	const int saved = errno;
	const bool closed = close(fd) == 0;

	if (!written)
		errno = saved;
	if (written && closed && rename(temporary, path) == 0)
		return true;
	(void)file_fail(kind, "write", path, err);
	(void)unlink(temporary);
	return false;
}

bool file_replace(const struct file_kind *kind, const char *path, struct str text,
		  struct error *err)
{
	struct buf temporary;

	buf_init(&temporary, PATH_MAX);
	buf_addf(&temporary, "%s.tmp", path);
	bool ok = buf_ok(&temporary);

	if (ok) {
		ok = replace(kind, path, buf_z(&temporary), text, err);
	} else {
		errno = ENAMETOOLONG;
		(void)file_fail(kind, "create", path, err);
	}
	buf_release(&temporary);
	return ok;
}
