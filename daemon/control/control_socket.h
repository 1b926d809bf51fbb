/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_socket: the socket as a file: making it, and reaching it.
 */
#ifndef CRMSYNC_DAEMON_CONTROL_CONTROL_SOCKET_H
#define CRMSYNC_DAEMON_CONTROL_CONTROL_SOCKET_H

#include "base/attrs.h"
#include "base/error.h"

/*
 * A socket at path, mode 0600 from its first moment, non-blocking, not listening yet.  One that is there
 * and has no listener is replaced; anything else that stands there is not.  ERR_CONFIG, ERR_CREATE.
 */
NODISCARD bool control_socket_bind(const char *path, int *ret_fd, struct error *err);
/* Connects, without waiting: false and errno if that cannot be.  EAGAIN: somebody listens, and has too
 * many clients to be let in. */
NODISCARD bool control_socket_connect(const char *path, int *ret_fd);

#endif
