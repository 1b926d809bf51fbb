/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app/notify.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_US 1000
#define US_PER_S INT64_C(1000000)

#define MESSAGE_BYTES 512
/* For what a manager waits for: it may be busy with its own reload. */
#define PATIENCE_MS 1000

static socklen_t address_of(const char *path, struct sockaddr_un *ret_address)
{
	const size_t len = strlen(path);

	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((path[0] != '/' && path[0] != '@') || len >= sizeof(ret_address->sun_path))
		return 0;
	(void)memcpy(ret_address->sun_path, path, len);
	if (path[0] == '@')
		ret_address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] == '/'));
}

/*
 * sd_notify() sends blockingly, and a manager that no longer reads (a container's proxy, once it has heard
 * READY=1) would hold up the loop for ever: a queue that is full is not sent to.
 */
static bool has_room(int patience_ms)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	const socklen_t len = path != NULL ? address_of(path, &address) : 0;

	if (len == 0)
		return path != NULL; /* of another family: libsystemd's business */
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	const bool room = fd >= 0 && connect(fd, (struct sockaddr *)&address, len) == 0 &&
			  poll(&pollfd, 1, patience_ms) == 1;

	if (fd >= 0)
		(void)close(fd);
	return room;
}

__attribute__((format(printf, 2, 3))) static bool tell(int patience_ms, const char *format, ...)
{
	char message[MESSAGE_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return has_room(patience_ms) && sd_notify(0, message) > 0;
}

bool notify_ready(const char *text)
{
	return tell(0, "READY=1\nSTATUS=%s", text);
}

void notify_status(const char *text)
{
	(void)tell(0, "STATUS=%s", text);
}

/* The time tells the manager which of several reloads this is. */
void notify_reloading(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)tell(PATIENCE_MS, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		   (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US);
}

void notify_stopping(int64_t ns)
{
	(void)tell(PATIENCE_MS, "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=%" PRId64,
		   ns / NS_PER_US);
}

void notify_extend(int64_t ns, const char *text)
{
	(void)tell(PATIENCE_MS, "STATUS=%s\nEXTEND_TIMEOUT_USEC=%" PRId64, text, ns / NS_PER_US);
}

void notify_watchdog(void)
{
	(void)tell(0, "WATCHDOG=1");
}

int64_t notify_watchdog_ns(void)
{
	uint64_t us = 0;

	if (sd_watchdog_enabled(0, &us) <= 0 || us > INT64_MAX / NS_PER_US)
		return 0;
	return (int64_t)us * NS_PER_US;
}
