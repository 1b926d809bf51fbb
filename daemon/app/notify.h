/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify: what the service manager is told (sd_notify).  Without one ($NOTIFY_SOCKET) nothing
 * happens, and a message that cannot be sent is not missed.  One that does not read holds nothing
 * up: what is said once is tried for a second, the rest is left out.
 */
#ifndef CRMSYNC_DAEMON_APP_NOTIFY_H
#define CRMSYNC_DAEMON_APP_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* text: one line, for STATUS=.  False: to be said again; nobody was told, also because there is no
 * manager. */
bool notify_ready(const char *text);
void notify_status(const char *text);
/* Followed by notify_ready(). */
void notify_reloading(void);
/* Stopping takes this long at most. */
void notify_stopping(int64_t ns);
/* This step of starting or stopping takes so long at most. */
void notify_extend(int64_t ns, const char *text);
void notify_watchdog(void);
/* How often the watchdog wants to hear of us; 0: there is none. */
int64_t notify_watchdog_ns(void);

#endif
