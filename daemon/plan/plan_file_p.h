/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_file_p: the names of what stands in the file of a plan, for who writes and who reads it.
 */
#ifndef CRMSYNC_DAEMON_PLAN_PLAN_FILE_P_H
#define CRMSYNC_DAEMON_PLAN_PLAN_FILE_P_H

#include "base/limits.h"
#include "daemon/plan/plan_file.h"

/* Grows when an older crmsync could not read the file any more. */
#define PLAN_SCHEMA 1
#define PLAN_MARK "crmsync_plan"
#define PLAN_END "end_of_plan"

/* The checksum of the lines so far and one more, with its line end. */
static inline struct digest plan_sum(const struct digest *before, struct str line)
{
	return digest_of(line, digest_head(before));
}

#endif
