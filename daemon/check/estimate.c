/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/check/estimate.h"

#include "base/clock.h"

#include <inttypes.h>

#define MINUTE_S 60
#define HOUR_S 3600
/* What is estimated above this is told as this. */
#define LONGEST_S 1e9

uint32_t estimate_per_minute(double rate, double seconds)
{
	const double per_minute = rate * MINUTE_S / seconds;

	if (per_minute < 1)
		return 1;
	return per_minute < (double)UINT32_MAX ? (uint32_t)per_minute : UINT32_MAX;
}

static uint64_t ceil_div(uint64_t n, uint64_t by)
{
	return by > 0 ? n / by + (n % by != 0) : n;
}

static uint32_t page_size(const struct config *config, enum side side)
{
	return side == SIDE_RECORDS ? config->records.page_size : config->people.items_per_page;
}

uint64_t estimate_pages(const struct config *config, enum side side, uint64_t n_persons)
{
	const uint64_t pages = ceil_div(n_persons, page_size(config, side));
	const bool needs_empty_page =
		side == SIDE_RECORDS && config->records.dialect == DIALECT_VALUES;

	if (needs_empty_page)
		return pages + 1;
	return pages > 0 ? pages : 1;
}

uint64_t estimate_writes(const struct config *config, enum side side, uint64_t n_creates,
			 uint64_t n_updates)
{
	const bool batches = side == SIDE_RECORDS && config->records.dialect == DIALECT_ATTRIBUTES;
	const uint64_t batch = batches ? config->records.batch_size : 1;

	return ceil_div(n_creates, batch) + ceil_div(n_updates, batch);
}

uint64_t estimate_verifying(const struct config *config, enum side side, uint64_t n_updates)
{
	return ceil_div(n_updates, page_size(config, side));
}

/* A window lets a minute's worth go at once; each further one waits for a minute. */
static double window_seconds(const struct config *config, uint64_t n)
{
	const uint32_t window = estimate_per_minute(config->people.requests_per_minute, MINUTE_S);

	const uint64_t n_minutes = n > 0 ? (n - 1) / window : 0;

	return (double)n_minutes * MINUTE_S;
}

int64_t estimate_time(const struct config *config, enum side side, uint64_t n_reads,
		      uint64_t n_writes)
{
	double seconds;

	if (side == SIDE_PEOPLE)
		seconds = window_seconds(config, n_reads + n_writes);
	else
		seconds = (double)n_reads / config->records.reads_per_second +
			  (double)n_writes / config->records.writes_per_second;
	return (int64_t)((seconds < LONGEST_S ? seconds : LONGEST_S) * (double)NS_PER_S);
}

struct str estimate_text(struct arena *arena, int64_t ns)
{
	const int64_t seconds = ns > 0 ? (ns + NS_PER_S - 1) / NS_PER_S : 0;
	const int64_t minutes = (seconds + MINUTE_S / 2) / MINUTE_S;

	if (seconds < 2 * (int64_t)MINUTE_S)
		return arena_format(arena, "%" PRId64 " s", seconds);
	if (seconds < 2 * (int64_t)HOUR_S)
		return arena_format(arena, "%" PRId64 " min", minutes);
	return arena_format(arena, "%" PRId64 " h %" PRId64 " min", minutes / MINUTE_S,
			    minutes % MINUTE_S);
}
