/* SPDX-License-Identifier: Apache-2.0 */
#include "net/limiter.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>

#define MINUTE_NS (60 * NS_PER_S)
#define SLICE_NS (100 * NS_PER_MS)
/* A slice is held until its end is 60 s and one slice (the margin) ago: slice i gives its place
 * to slice i + HELD_SLICES. */
#define HELD_SLICES 602
#define MINUTE_SLICES 600
/* Keeps slice numbers positive for what was sent before the clock's origin (a boot). */
#define ORIGIN_NS (2 * MINUTE_NS)
#define BURST_PER_MINUTE 3000u /* one token of burst for each of these: 1/50 s worth */
#define HEADROOM_PERCENT 98

/* Learning, see the header.  The rate never falls below a twentieth of what is configured, or one. */
#define FALL_PERCENT 75
#define RISE_EVERY_NS MINUTE_NS
#define RISE_UNASKED_NS (10 * MINUTE_NS)
#define RISE_PART 20
#define FLOOR_PART 20

/* A token bucket, kept as the time at which it would be full again. */
struct pace {
	int64_t interval_ns; /* 0: no limit */
	int64_t burst;
	int64_t full_ns;
};

struct limiter {
	struct limiter_options options;
	struct pace pace[REQUEST_KIND_COUNT];
	uint32_t slices[HELD_SLICES];
	int64_t newest; /* slice number */
	uint64_t held;  /* sum of slices */
	int64_t paused_until_ns;
	/* In force now; equal to what is configured as long as nothing was learned. */
	struct limiter_options rate;
	int64_t learned_ns; /* when that changed last; 0: never */
	int64_t fell_ns;    /* when it fell last; 0: never */
};

/* A burst of b and a refill of r put at most b + r requests into a second: r gives way to b. */
static struct pace pace_of(uint32_t per_minute)
{
	if (per_minute == 0)
		return (struct pace){ 0 };
	const int64_t burst = per_minute >= BURST_PER_MINUTE ? per_minute / BURST_PER_MINUTE : 1;
	const int64_t refill = (int64_t)per_minute - 60 * (burst - 1);

	return (struct pace){ .interval_ns = MINUTE_NS * 100 / (refill * HEADROOM_PERCENT),
			      .burst = burst };
}

struct limiter *limiter_new(const struct limiter_options *options)
{
	struct limiter *limiter = alloc_zeroed(1, sizeof(*limiter));

	limiter->options = limiter->rate = *options;
	assert(options->window_per_minute <= LIMITER_RATE_MAX);
	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++) {
		assert(options->pace_per_minute[kind] <= LIMITER_RATE_MAX);
		limiter->pace[kind] = pace_of(options->pace_per_minute[kind]);
	}
	return limiter;
}

void limiter_free(struct limiter *limiter)
{
	free(limiter);
}

static int64_t slice_of(int64_t ns)
{
	return (ns + ORIGIN_NS) / SLICE_NS;
}

static uint32_t *slot(struct limiter *limiter, int64_t slice)
{
	return &limiter->slices[slice % HELD_SLICES];
}

/* Lets go what is no longer held. */
static void advance(struct limiter *limiter, int64_t now_ns)
{
	const int64_t now = slice_of(now_ns);

	if (now - limiter->newest > HELD_SLICES)
		limiter->newest = now - HELD_SLICES;
	while (limiter->newest < now) {
		uint32_t *oldest = slot(limiter, ++limiter->newest);

		limiter->held -= *oldest;
		*oldest = 0;
	}
}

static bool is_held(const struct limiter *limiter, int64_t slice)
{
	return slice <= limiter->newest && slice > limiter->newest - HELD_SLICES;
}

static int64_t pace_wait(const struct pace *pace, int64_t now_ns)
{
	return pace->full_ns - (pace->burst - 1) * pace->interval_ns - now_ns;
}

static int64_t window_wait(struct limiter *limiter, int64_t now_ns)
{
	if (limiter->rate.window_per_minute == 0)
		return 0;
	advance(limiter, now_ns);
	uint64_t held = limiter->held;

	/* Nearly always the loop's body is not entered, or runs to the first slice in use. */
	for (int64_t slice = limiter->newest - HELD_SLICES + 1;
	     held >= limiter->rate.window_per_minute; slice++) {
		assert(slice <= limiter->newest);
		if (slice >= 0)
			held -= *slot(limiter, slice);
		if (held < limiter->rate.window_per_minute)
			return (slice + HELD_SLICES) * SLICE_NS - ORIGIN_NS - now_ns;
	}
	return 0;
}

int64_t limiter_wait(struct limiter *limiter, enum request_kind kind, int64_t now_ns)
{
	const int64_t waits[] = {
		limiter->paused_until_ns - now_ns,
		limiter->pace[kind].interval_ns > 0 ? pace_wait(&limiter->pace[kind], now_ns) : 0,
		window_wait(limiter, now_ns),
	};
	int64_t longest = 0;

	for (size_t i = 0; i < COUNT_OF(waits); i++) {
		if (waits[i] > longest)
			longest = waits[i];
	}
	return longest;
}

int64_t limiter_take(struct limiter *limiter, enum request_kind kind, int64_t now_ns)
{
	struct pace *pace = &limiter->pace[kind];

	assert(limiter_wait(limiter, kind, now_ns) == 0);
	if (pace->full_ns < now_ns)
		pace->full_ns = now_ns;
	pace->full_ns += pace->interval_ns;
	advance(limiter, now_ns);
	++*slot(limiter, limiter->newest);
	limiter->held++;
	return limiter->newest;
}

void limiter_settle(struct limiter *limiter, int64_t ticket, int64_t now_ns)
{
	advance(limiter, now_ns);
	if (is_held(limiter, ticket)) {
		assert(*slot(limiter, ticket) > 0);
		--*slot(limiter, ticket);
		limiter->held--;
	}
	++*slot(limiter, limiter->newest);
	limiter->held++;
}

void limiter_pause_until(struct limiter *limiter, int64_t until_ns)
{
	if (until_ns > limiter->paused_until_ns)
		limiter->paused_until_ns = until_ns;
}

void limiter_resume(struct limiter *limiter)
{
	limiter->paused_until_ns = 0;
}

int64_t limiter_paused_until(const struct limiter *limiter, int64_t now_ns)
{
	return limiter->paused_until_ns > now_ns ? limiter->paused_until_ns : 0;
}

void limiter_restore(struct limiter *limiter, uint32_t n, int64_t when_ns)
{
	const int64_t slice = slice_of(when_ns);

	if (n > LIMITER_RATE_MAX)
		n = LIMITER_RATE_MAX;
	if (when_ns < -ORIGIN_NS)
		return;
	if (slice > limiter->newest)
		advance(limiter, when_ns);
	if (!is_held(limiter, slice))
		return;
	*slot(limiter, slice) += n;
	limiter->held += n;
}

/* ---- Learning ---- */

/* What was saved up at the old rate is kept: it is at most a burst. */
static void set_pace(struct limiter *limiter, int kind, uint32_t per_minute)
{
	struct pace *pace = &limiter->pace[kind];
	const int64_t full_ns = pace->full_ns;

	limiter->rate.pace_per_minute[kind] = per_minute;
	*pace = pace_of(per_minute);
	pace->full_ns = full_ns;
}

static uint32_t part_of(uint32_t rate, uint32_t part)
{
	return rate > part ? rate / part : rate > 0 ? 1 : 0;
}

static uint32_t fallen(uint32_t rate, uint32_t configured)
{
	const uint32_t floor = part_of(configured, FLOOR_PART);
	const uint32_t less = (uint32_t)((uint64_t)rate * FALL_PERCENT / 100);

	return less > floor ? less : floor;
}

static uint32_t risen(uint32_t rate, uint32_t configured)
{
	const uint32_t step = part_of(configured, RISE_PART);

	return configured - rate > step ? rate + step : configured;
}

bool limiter_refused(struct limiter *limiter, enum request_kind kind, int64_t sent_ns,
		     int64_t now_ns)
{
	const struct limiter_options *options = &limiter->options;

	/* It was under way when the rate fell: it says the same once more. */
	if (limiter->fell_ns != 0 && sent_ns < limiter->fell_ns)
		return false;
	limiter->fell_ns = limiter->learned_ns = now_ns;
	limiter->rate.window_per_minute =
		fallen(limiter->rate.window_per_minute, options->window_per_minute);
	set_pace(limiter, (int)kind,
		 fallen(limiter->rate.pace_per_minute[kind], options->pace_per_minute[kind]));
	return true;
}

static bool knows_less(const struct limiter *limiter)
{
	bool less = limiter->rate.window_per_minute < limiter->options.window_per_minute;

	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
		less = less ||
		       limiter->rate.pace_per_minute[kind] < limiter->options.pace_per_minute[kind];
	return less;
}

bool limiter_answered(struct limiter *limiter, int64_t now_ns)
{
	const struct limiter_options *options = &limiter->options;

	if (!knows_less(limiter) || now_ns - limiter->learned_ns < RISE_EVERY_NS)
		return false;
	limiter->learned_ns = now_ns;
	limiter->rate.window_per_minute =
		risen(limiter->rate.window_per_minute, options->window_per_minute);
	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
		set_pace(
			limiter, kind,
			risen(limiter->rate.pace_per_minute[kind], options->pace_per_minute[kind]));
	return true;
}

static uint32_t less_than(uint32_t rate, uint32_t configured)
{
	return rate < configured ? rate : 0;
}

void limiter_learned(const struct limiter *limiter, struct limiter_learned *ret_learned)
{
	const struct limiter_options *options = &limiter->options;
	const struct limiter_options *rate = &limiter->rate;

	*ret_learned = (struct limiter_learned){
		.window_per_minute = less_than(rate->window_per_minute, options->window_per_minute)
	};
	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
		ret_learned->pace_per_minute[kind] =
			less_than(rate->pace_per_minute[kind], options->pace_per_minute[kind]);
}

static uint32_t taught(uint32_t learned, uint32_t configured, int64_t steps)
{
	const uint32_t floor = part_of(configured, FLOOR_PART);
	uint32_t rate = learned > floor ? learned : floor;

	if (learned == 0)
		return configured;
	for (; steps > 0 && rate < configured; steps--)
		rate = risen(rate, configured);
	return rate < configured ? rate : configured;
}

static void teach(struct limiter *limiter, const struct limiter_learned *learned, int64_t steps)
{
	const struct limiter_options *options = &limiter->options;

	limiter->rate.window_per_minute =
		taught(learned->window_per_minute, options->window_per_minute, steps);
	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++)
		set_pace(limiter, kind,
			 taught(learned->pace_per_minute[kind], options->pace_per_minute[kind],
				steps));
}

void limiter_teach(struct limiter *limiter, const struct limiter_learned *learned, int64_t age_ns,
		   int64_t now_ns)
{
	limiter->learned_ns = now_ns;
	teach(limiter, learned, age_ns / RISE_UNASKED_NS);
}

void limiter_configure(struct limiter *limiter, const struct limiter_options *options)
{
	struct limiter_learned learned;

	limiter_learned(limiter, &learned);
	limiter->options = *options;
	teach(limiter, &learned, 0);
}

/* ---- Figures ---- */

uint32_t limiter_used_last_minute(const struct limiter *limiter, int64_t now_ns)
{
	uint64_t used = 0;

	for (int64_t slice = slice_of(now_ns) - MINUTE_SLICES + 1; slice <= limiter->newest;
	     slice++) {
		if (slice >= 0 && is_held(limiter, slice))
			used += limiter->slices[slice % HELD_SLICES];
	}
	return used > UINT32_MAX ? UINT32_MAX : (uint32_t)used;
}

uint32_t limiter_allowed_per_minute(const struct limiter *limiter)
{
	const struct limiter_options *rate = &limiter->rate;
	uint32_t most = 0;

	if (rate->window_per_minute > 0)
		return rate->window_per_minute;
	for (int kind = 0; kind < REQUEST_KIND_COUNT; kind++) {
		if (rate->pace_per_minute[kind] > most)
			most = rate->pace_per_minute[kind];
	}
	return most;
}
