/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: status and counters as a Prometheus text file, for node_exporter's textfile collector.
 * Names and labels are a contract with dashboards: anything may be added, nothing renamed.
 *
 * Counters go on over restarts: they stand in the state.  Numbers only: no ids, no addresses.
 */
#ifndef CRMSYNC_DAEMON_STATUS_METRICS_H
#define CRMSYNC_DAEMON_STATUS_METRICS_H

#include "daemon/status/status.h"
#include "state/counters.h"

#define METRICS_BYTES ((size_t)64 * 1024)

void metrics_format(const struct status *status, const struct counters *counters, struct buf *out);
/* Replaces the file (0644: the collector is another user).  ERR_CREATE. */
NODISCARD bool metrics_write(const char *path, const struct status *status,
			     const struct counters *counters, struct error *err);

#endif
