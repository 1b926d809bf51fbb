/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/control_socket.h"

#include "daemon/control/control_wire.h"
#include "daemon/system.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static_assert(sizeof(((struct sockaddr_un *)NULL)->sun_path) == CONTROL_PATH_BYTES + 1,
	      "the longest path, and its end");

static bool address_of(const char *path, struct sockaddr_un *ret_address)
{
	const size_t len = strlen(path);

	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len == 0 || len > CONTROL_PATH_BYTES) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(ret_address->sun_path, path, len);
	return true;
}

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

bool control_socket_connect(const char *path, int *ret_fd)
{
	struct sockaddr_un address;

	if (!address_of(path, &address))
		return false;
	const int fd = new_socket();

	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		*ret_fd = fd;
		return true;
	}
	const int saved = errno;

	(void)close(fd);
	errno = saved;
	return false;
}

static bool fail(const char *path, struct error *err)
{
	const int saved = errno;

	(void)error_set(err, ERR_CREATE,
			"cannot create the control socket %s: %s; check "
			"control.path",
			path, system_error(saved));
	err->native = saved;
	return false;
}

/* What a daemon that was killed left behind; nothing else is taken away. */
static bool clear(const char *path, struct error *err)
{
	struct stat facts;
	int fd;

	if (lstat(path, &facts) != 0)
		return errno == ENOENT || fail(path, err);
	if (!S_ISSOCK(facts.st_mode))
		return error_set(err, ERR_CONFIG,
				 "control.path: %s is there and is no socket; give another path",
				 path);
	if (control_socket_connect(path, &fd)) {
		(void)close(fd);
		errno = EAGAIN;
	}
	if (errno == EAGAIN)
		return error_set(err, ERR_CONFIG,
				 "control.path: another program listens on %s; give another path",
				 path);
	return unlink(path) == 0 || errno == ENOENT || fail(path, err);
}

bool control_socket_bind(const char *path, int *ret_fd, struct error *err)
{
	struct sockaddr_un address;

	if (!address_of(path, &address))
		return error_set(err, ERR_CONFIG,
				 "control.path: %s is %zu bytes long; the path of a socket has at "
				 "most %d: give a shorter one",
				 path, strlen(path), CONTROL_PATH_BYTES);
	if (!clear(path, err))
		return false;
	const int fd = new_socket();

	if (fd < 0)
		return fail(path, err);
	/* The mode of a socket is the umask's: there is no moment at which others could connect. */
	const mode_t before = umask(0177);
	const bool bound = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;

	(void)umask(before);
	if (bound) {
		*ret_fd = fd;
		return true;
	}
	(void)fail(path, err);
	(void)close(fd);
	return false;
}
