/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/secret.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "daemon/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* systemd's folder, "" if it gave us none. */
static struct str credentials_folder(void)
{
	struct str folder = str_from(system_variable("CREDENTIALS_DIRECTORY"));

	while (folder.len > 1 && folder.p[folder.len - 1] == '/')
		folder.len--;
	return folder.len > 0 && folder.p[0] == '/' ? folder : (struct str){ NULL, 0 };
}

struct str secret_path(struct arena *arena, struct str name, struct str folder)
{
	const struct str credentials = credentials_folder();

	if (str_starts(name, STR_LIT("/")))
		return arena_copy(arena, name);
	if (credentials.len > 0)
		folder = credentials;
	return arena_format(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
}

/* Directly in systemd's folder: no name with ".." comes out of it. */
static bool is_credential(struct str path)
{
	const struct str folder = credentials_folder();

	if (folder.len == 0 || !str_starts(path, folder) || path.len <= folder.len + 1 ||
	    path.p[folder.len] != '/')
		return false;

	const struct str name = str_skip(path, folder.len + 1);

	return str_find(name, '/') == name.len;
}

/* ---- The file ---- */

static bool check_file(int fd, const char *path, struct error *err)
{
	/* systemd closes the whole folder to others, and may open the file to its own group (an ACL
	 * for the service's user shows as group bits). */
	const mode_t forbidden = is_credential(str_from(path)) ? 0137 : 077;
	struct stat facts;

	if (fstat(fd, &facts) != 0)
		return error_set(err, ERR_CONFIG, "%s: %s", path, system_error(errno));
	if (!S_ISREG(facts.st_mode))
		return error_set(err, ERR_CONFIG, "%s: is no regular file; put the token into one",
				 path);
	if (facts.st_uid != geteuid() && facts.st_uid != 0)
		return error_set(err, ERR_CONFIG, "%s: belongs to user %u; chown it to user %u",
				 path, (unsigned)facts.st_uid, (unsigned)geteuid());
	if ((facts.st_mode & forbidden) != 0)
		return error_set(
			err, ERR_CONFIG,
			"%s: mode %04o lets group or others at the token; run: chmod 600 %s", path,
			(unsigned)facts.st_mode & 07777, path);
	return true;
}

static bool open_file(const char *path, int *ret_fd, struct error *err)
{
	/* O_NONBLOCK: a FIFO must not hold us up before fstat tells what it is. */
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && errno == ELOOP)
		return error_set(err, ERR_CONFIG, "%s: is a symbolic link; name the file itself",
				 path);
	if (fd < 0 && errno == EACCES)
		return error_set(
			err, ERR_CONFIG,
			"%s: %s; make it readable to user %u alone: chown it, chmod 600 %s", path,
			system_error(EACCES), (unsigned)geteuid(), path);
	if (fd < 0)
		return error_set(err, ERR_CONFIG,
				 "%s: %s; put the token into this file and chmod 600 it", path,
				 system_error(errno));
	if (!check_file(fd, path, err)) {
		(void)close(fd);
		return false;
	}
	*ret_fd = fd;
	return true;
}

/* Up to one byte more than allowed, so that a file too large is seen. */
static bool read_bytes(int fd, char *bytes, size_t max, size_t *ret_len)
{
	size_t len = 0;

	while (len < max) {
		const ssize_t n = read(fd, bytes + len, max - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return true;
}

/* ---- The token ---- */

static size_t without_line_end(const char *bytes, size_t len)
{
	if (len > 0 && bytes[len - 1] == '\n')
		len--;
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	return len;
}

/* Anything but visible ASCII in the middle of a header would end or forge it. */
static bool check_text(const char *bytes, size_t len, const char *path, struct error *err)
{
	if (len == 0)
		return error_set(err, ERR_CONFIG, "%s: is empty; put the token into it", path);
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)bytes[i];

		if (c == '\n' || c == '\r')
			return error_set(err, ERR_CONFIG,
					 "%s: has more than one line; keep the token alone", path);
		if (c <= ' ' || c >= 0x7f)
			return error_set(
				err, ERR_CONFIG,
				"%s: byte %zu is a blank, a control character or no ASCII; keep "
				"the token alone",
				path, i + 1);
	}
	return true;
}

static bool take_text(int fd, const char *path, char *bytes, struct secret *ret_secret,
		      struct error *err)
{
	size_t len;

	if (!read_bytes(fd, bytes, LIMIT_TOKEN_BYTES + 1, &len))
		return error_set(err, ERR_CONFIG, "%s: cannot be read: %s", path,
				 system_error(errno));
	if (len > LIMIT_TOKEN_BYTES)
		return error_set(err, ERR_CONFIG, "%s: larger than %zu bytes; this is no token",
				 path, LIMIT_TOKEN_BYTES);
	len = without_line_end(bytes, len);
	if (!check_text(bytes, len, path, err))
		return false;
	*ret_secret = (struct secret){ .text = alloc_copy(bytes, len), .len = len };
	return true;
}

bool secret_read(struct secret *ret_secret, const char *path, struct error *err)
{
	int fd = -1;

	if (!open_file(path, &fd, err))
		return false;

	char *bytes = alloc_zeroed(LIMIT_TOKEN_BYTES + 1, 1);
	const bool taken = take_text(fd, path, bytes, ret_secret, err);

	explicit_bzero(bytes, LIMIT_TOKEN_BYTES + 1);
	free(bytes);
	(void)close(fd);
	return taken;
}

void secret_release(struct secret *secret)
{
	if (secret->text != NULL)
		explicit_bzero(secret->text, secret->len);
	free(secret->text);
	*secret = (struct secret){ 0 };
}
