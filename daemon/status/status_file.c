/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_file: the file itself.
 */
#include "daemon/status/replace_file.h"
#include "daemon/status/status.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* For a group to read. */
static const struct file_kind kind = { "status file", "status.path", 0640 };

bool status_write(const char *path, const struct status *status, struct error *err)
{
	struct buf text;

	buf_init(&text, STATUS_BYTES);
	status_format(status, &text);
	const bool ok = buf_ok(&text) ?
				file_replace(&kind, path, buf_str(&text), err) :
				error_set(err, ERR_INTERNAL, "the status is longer than %zu bytes",
					  STATUS_BYTES);

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
			return file_fail(&kind, "read", path, err);
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
		return file_fail(&kind, "open", path, err);
	buf_init(&text, STATUS_BYTES);
	const bool ok = read_all(fd, path, &text, err);

	if (ok)
		*ret_text = arena_copy(arena, buf_str(&text));
	buf_release(&text);
	(void)close(fd);
	return ok;
}
