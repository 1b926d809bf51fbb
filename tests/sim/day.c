/* SPDX-License-Identifier: Apache-2.0 */
#include "day.h"

#include "base/clock.h"
#include "daemon/status/report.h"
#include "jobs.h"
#include "memory_vfs.h"
#include "state/learned.h"
#include "state/turns.h"

#include <stdio.h>
#include <time.h>

#define MINUTE_NS (60 * NS_PER_S)
/* Less than that is noise, and excuses nothing. */
#define OUTAGE_PERMILLE 50
/* A refused token is tried again within GATE_PROBE_CAPS minutes, a rate that fell rises by a twentieth of
 * what is configured a minute, and a cycle that began in the outage waits for both. */
#define STALL_NS (30 * MINUTE_NS)
/* Behind that, with both sides well. */
#define CYCLE_NS (10 * MINUTE_NS)
#define TURN_NS (120 * MINUTE_NS)
/* Of the state: an empty one, a person of a side, a change that the history tells of, a cycle. */
#define STATE_BYTES (512 * 1024)
#define PERSON_BYTES 8192
#define CHANGE_BYTES 4096
#define CYCLE_BYTES 1024
#define VIOLATIONS_MOST 20

bool day_is_over(const struct sim *sim)
{
	const int64_t lasts_ns = sim->plan->lasts_ns;

	return lasts_ns > 0 && sim->queue.now_ns >= SIM_BEGIN_NS + lasts_ns;
}

void day_pass_time(struct sim *sim)
{
	const struct config_sync *sync = &sim->config.sync;
	const struct retry_policy retry = { .base_ns = sync->retry.base_ns,
					    .cap_ns = sync->retry.cap_ns };
	struct schedule *schedule = &sim->day.schedule;
	const int64_t now = sim->queue.now_ns;

	if (sim->day.incarnation != sim->incarnation)
		*schedule = (struct schedule){ .random = sim->incarnation };
	sim->day.incarnation = sim->incarnation;
	schedule_began(schedule, sim->report.started_at);
	schedule_ended(schedule, sync->interval_ns, &retry, report_failed(&sim->report), now);
	const int64_t due = now + schedule_wait(schedule, now) + NS_PER_MS;

	deeds_until(sim, due);
	if (sim->queue.now_ns < due)
		sim->queue.now_ns = due;
}

/* ---- Rates ---- */

static void on_send(void *payload)
{
	const struct day_side *self = payload;
	struct sim *sim = self->sim;
	struct sender_stats stats;
	struct error err;

	sender_stats(sim->sender[self->side], &stats);
	if (!store_learned_used(sim->store, self->side, stats.used_last_minute, sim->queue.now_ns,
				&err))
		sim_violate(sim, P7_DURABILITY, "used", "%s", err.msg);
}

static void on_learned(void *payload)
{
	const struct day_side *self = payload;
	struct sim *sim = self->sim;
	struct limiter_learned rates;
	struct sender_stats stats;
	struct error err;

	sender_learned(sim->sender[self->side], &rates);
	sender_stats(sim->sender[self->side], &stats);
	const struct learned learned = { .reads = rates.pace_per_minute[REQUEST_READ],
					 .writes = rates.pace_per_minute[REQUEST_WRITE],
					 .both = rates.window_per_minute,
					 .paused_until = stats.told_until_ns,
					 .at = sim->queue.now_ns };

	if (!store_learned_put(sim->store, self->side, &learned, &err))
		sim_violate(sim, P7_DURABILITY, "learned", "%s", err.msg);
}

struct sender_hooks day_hooks(struct sim *sim, enum side side)
{
	sim->day.sides[side] = (struct day_side){ sim, side };
	return (struct sender_hooks){ .on_send = side == SIDE_PEOPLE ? on_send : NULL,
				      .on_learned = on_learned,
				      .payload = &sim->day.sides[side] };
}

void day_teach(struct sim *sim, enum side side)
{
	const int64_t now = sim->queue.now_ns;
	struct learned learned;
	struct error err;

	if (!store_learned_get(sim->store, side, &learned, &err)) {
		sim_violate(sim, P7_DURABILITY, "learned", "%s", err.msg);
		return;
	}
	const struct limiter_learned rates = {
		.pace_per_minute = { [REQUEST_READ] = learned.reads,
				     [REQUEST_WRITE] = learned.writes },
		.window_per_minute = learned.both,
	};

	if (now - learned.used_at < MINUTE_NS)
		sender_restore_used(sim->sender[side], learned.used, now - learned.used_at);
	if (learned.at == 0)
		return;
	sender_teach(sim->sender[side], &rates, now - learned.at);
	sender_pause(sim->sender[side], learned.paused_until - now);
}

/* ---- Held true all day long ---- */

void day_sent(struct sim *sim, enum side side)
{
	struct day *day = &sim->day;
	const int64_t now = sim->queue.now_ns;
	uint64_t n = 1;

	if (side != SIDE_PEOPLE)
		return;
	for (uint32_t i = 0; i < SIM_RATE_MAX && i < day->n_sent; i++)
		n += day->sent_ns[i] > now - MINUTE_NS;
	day->sent_ns[day->n_sent++ % SIM_RATE_MAX] = now;
	if (n > day->figures.rate_most)
		day->figures.rate_most = n;
	if (n > sim->plan->knobs.people_per_minute)
		sim_violate(sim, P8_BOUNDS, "rate", "%llu requests to people within a minute",
			    (unsigned long long)n);
}

/* When the last outage that began by then ended or will end. */
static int64_t outage_until(const struct sim *sim, int64_t by_ns)
{
	int64_t until_ns = SIM_BEGIN_NS;

	for (uint32_t i = 0; i < sim->plan->n_faults; i++) {
		const struct net_fault *fault = &sim->plan->faults[i];
		const int64_t end_ns = SIM_BEGIN_NS + fault->end_ns;

		if (fault->permille >= OUTAGE_PERMILLE && end_ns > until_ns &&
		    SIM_BEGIN_NS + fault->begin_ns <= by_ns)
			until_ns = end_ns;
	}
	return until_ns;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void at_least(uint64_t *figure, int64_t ns)
{
	if (ns > 0 && (uint64_t)(ns / NS_PER_S) > *figure)
		*figure = (uint64_t)(ns / NS_PER_S);
}

static void check_turns(struct sim *sim, int64_t outage_ns)
{
	struct day *day = &sim->day;
	struct freshness fresh;
	struct error err;

	if (!store_freshness(sim->store, SIDE_PEOPLE, &fresh, &err)) {
		sim_violate(sim, P7_DURABILITY, "freshness", "%s", err.msg);
		return;
	}
	if (fresh.complete_at > day->complete_ns) {
		day->complete_ns = fresh.complete_at;
		day->figures.turns++;
	}
	if (sim->queue.now_ns - later(day->complete_ns, outage_ns) > TURN_NS)
		sim_violate(sim, P8_BOUNDS, "turn",
			    "for %d minutes both sides are well, and people are not read whole",
			    (int)(TURN_NS / MINUTE_NS));
}

void day_check_cycle(struct sim *sim)
{
	struct day *day = &sim->day;
	const int64_t now = sim->queue.now_ns;
	const int64_t took_ns = now - sim->report.started_at;
	const int64_t outage_ns = outage_until(sim, now);
	const int64_t stall_ns = now - later(later(day->well_ns, outage_ns), SIM_BEGIN_NS);

	at_least(&day->figures.stall_s, stall_ns);
	if (stall_ns > STALL_NS)
		sim_violate(sim, P8_BOUNDS, "stall",
			    "both sides are well, and no cycle ended well for %lld s",
			    (long long)(stall_ns / NS_PER_S));
	if (sim->report.outcome != OUTCOME_FAILED)
		day->well_ns = now;
	check_turns(sim, outage_ns);
	if (sim->report.started_at < outage_ns + STALL_NS)
		return;
	at_least(&day->figures.cycle_s, took_ns);
	if (took_ns > CYCLE_NS)
		sim_violate(sim, P8_BOUNDS, "slow", "both sides are well, and a cycle takes %lld s",
			    (long long)(took_ns / NS_PER_S));
}

void day_check_ended(struct sim *sim)
{
	const struct figures *figures = &sim->figures;
	const uint64_t most = STATE_BYTES + PERSON_BYTES * (uint64_t)sim->oracle.n_bodies +
			      CHANGE_BYTES * (figures->edits + figures->writes) +
			      CYCLE_BYTES * figures->cycles;

	sim->day.figures.state_bytes = memory_vfs_get(sim->state_path).len;
	if (sim->day.figures.state_bytes > most)
		sim_violate(sim, P8_BOUNDS, "state", "the state holds %llu bytes, more than %llu",
			    (unsigned long long)sim->day.figures.state_bytes,
			    (unsigned long long)most);
	if (figures->kills == 0 || figures->faults == 0 || figures->updates == 0 ||
	    sim->day.figures.turns == 0 || figures->checked_edits < sim->plan->n_humans)
		sim_violate(sim, PROMISE_GENERATOR, "day", "a day without work or trouble");
}

/* ---- The command ---- */

static double seconds_since(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

static void print_day(uint64_t seed, const struct outcome_of_run *outcome, double seconds)
{
	const struct figures *f = &outcome->figures;
	const struct day_figures *day = &outcome->day;

	(void)printf("day %llu: cycles %llu turns %llu requests %llu writes %llu edits %llu faults "
		     "%llu kills %llu restarts %llu; at most %llu requests a minute, %llu s a "
		     "cycle, %llu s without one; state %llu KiB; %.1f s\n",
		     (unsigned long long)seed, (unsigned long long)f->cycles,
		     (unsigned long long)day->turns, (unsigned long long)f->requests,
		     (unsigned long long)f->writes, (unsigned long long)f->edits,
		     (unsigned long long)f->faults, (unsigned long long)f->kills,
		     (unsigned long long)f->restarts, (unsigned long long)day->rate_most,
		     (unsigned long long)day->cycle_s, (unsigned long long)day->stall_s,
		     (unsigned long long)(day->state_bytes / 1024), seconds);
}

static void day_chunk(void *payload, uint64_t first, uint64_t n, struct chunk_result *result)
{
	static struct plan plan;
	const struct run_options options = { 0 };

	(void)payload;
	for (uint64_t seed = first; seed < first + n; seed++) {
		struct outcome_of_run outcome = { 0 };
		struct timespec began;

		(void)clock_gettime(CLOCK_MONOTONIC, &began);
		plan_make_day(seed, &plan);
		sim_run(&plan, &options, &outcome);
		figures_add(&result->figures, &outcome.figures);
		result->n_runs++;
		print_day(seed, &outcome, seconds_since(&began));
		if (outcome.violation.promise != PROMISE_NONE) {
			result->n_violations++;
			(void)printf("day %llu: %s (%s): %s\n", (unsigned long long)seed,
				     promise_name(outcome.violation.promise),
				     outcome.violation.rule, outcome.violation.text);
		}
		(void)fflush(stdout);
	}
}

int day_run(uint64_t first, uint64_t n, unsigned n_workers)
{
	const struct jobs jobs = { .n_workers = n_workers,
				   .first = first,
				   .n = n,
				   .chunk = 1,
				   .fn = day_chunk,
				   .violations_most = VIOLATIONS_MOST };
	struct chunk_result sum = { 0 };
	struct timespec began;

	(void)clock_gettime(CLOCK_MONOTONIC, &began);
	const bool ok = jobs_run(&jobs, &sum);

	figures_print(&sum.figures, seconds_since(&began), sum.n_violations);
	return ok && sum.n_violations == 0 ? 0 : 1;
}
