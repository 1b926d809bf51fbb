/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app/notify.h"

#include <inttypes.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define NS_PER_US 1000
#define US_PER_S INT64_C(1000000)

void notify_ready(const char *text)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", text);
}

void notify_status(const char *text)
{
	(void)sd_notifyf(0, "STATUS=%s", text);
}

/* The time tells the manager which of several reloads this is. */
void notify_reloading(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
			 (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US);
}

void notify_stopping(int64_t ns)
{
	(void)sd_notifyf(0, "STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=%" PRId64,
			 ns / NS_PER_US);
}

void notify_extend(int64_t ns, const char *text)
{
	(void)sd_notifyf(0, "STATUS=%s\nEXTEND_TIMEOUT_USEC=%" PRId64, text, ns / NS_PER_US);
}

void notify_watchdog(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

int64_t notify_watchdog_ns(void)
{
	uint64_t us = 0;

	if (sd_watchdog_enabled(0, &us) <= 0 || us > INT64_MAX / NS_PER_US)
		return 0;
	return (int64_t)us * NS_PER_US;
}
