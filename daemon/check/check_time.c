/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a first sync takes at the configured rates: somewhere between everybody being on both sides
 * already, and nobody.
 */
#include "daemon/check/check_p.h"
#include "daemon/check/estimate.h"

#include <inttypes.h>

struct persons {
	uint64_t n;
	bool more; /* at least so many: the side does not say how many there are */
};

static struct persons persons_of(const struct check_side *side)
{
	if (side->page.total >= 0)
		return (struct persons){ .n = (uint64_t)side->page.total };
	return (struct persons){
		.n = side->page.n_members,
		.more = side->page.has_next || side->page.n_members >= side->page_size,
	};
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static struct str count_text(struct check *check, const struct persons *persons)
{
	return arena_format(&check->arena, "%s%" PRIu64, persons->more ? "at least " : "",
			    persons->n);
}

/* Both sides work at the same time. */
static int64_t time_of(const struct check *check, const struct persons persons[SIDE_COUNT],
		       bool all_are_new)
{
	const struct config *config = check->config;
	int64_t ns = 0;

	for (int s = 0; s < SIDE_COUNT; s++) {
		const enum side side = (enum side)s;
		const enum side from = side_other(side);
		const bool creates = all_are_new && direction_flows_from(config->sync.create, from);
		const uint64_t n_writes =
			creates ? estimate_writes(config, side, persons[from].n, 0) : 0;

		ns = longer(ns,
			    estimate_time(config, side,
					  estimate_pages(config, side, persons[side].n), n_writes));
	}
	return ns;
}

void check_time(struct check *check)
{
	struct persons persons[SIDE_COUNT];

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!check->sides[side].sampled) {
			(void)check_note(check, FINDING_UNCHECKED, SIDE_COUNT, "first sync",
					 "see above");
			return;
		}
		persons[side] = persons_of(&check->sides[side]);
	}
	const bool more = persons[SIDE_RECORDS].more || persons[SIDE_PEOPLE].more;
	const struct str least = estimate_text(&check->arena, time_of(check, persons, false));
	const struct str most = estimate_text(&check->arena, time_of(check, persons, true));

	(void)check_note(
		check, FINDING_OK, SIDE_COUNT, "first sync",
		"%.*s and %.*s persons: %s%.*s if all are on both sides, %s%.*s if none is",
		STR_ARG(count_text(check, &persons[SIDE_RECORDS])),
		STR_ARG(count_text(check, &persons[SIDE_PEOPLE])), more ? "at least " : "",
		STR_ARG(least), more ? "at least " : "", STR_ARG(most));
}
