/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver: a plan from its first to its last cycle.
 */
#include "sim.h"

#include "base/clock.h"
#include "base/log.h"
#include "day.h"
#include "mass_plan.h"
#include "net/gate.h"
#include "state/notes.h"
#include "state/turns.h"
#include "state_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Of a side that is rolled each reading takes several. */
#define QUIET_CYCLES 400
#define QUIET_READINGS 2

struct sim *sim_current;

const char *promise_name(enum promise promise)
{
	static const char *const names[] = {
		[PROMISE_NONE] = "none",
		[P1_NO_LOST_EDIT] = "P1 no lost edit",
		[P2_NO_DUPLICATE] = "P2 no duplicate",
		[P3_CONVERGENCE] = "P3 convergence",
		[P4_NO_ECHO] = "P4 no echo",
		[P5_SAFE_REMOVAL] = "P5 safe removal",
		[P6_ISOLATION] = "P6 isolation",
		[P7_DURABILITY] = "P7 durability",
		[P8_BOUNDS] = "P8 bounds",
		[P9_EXPLAINED] = "P9 explained",
		[P10_LEAST_TRAFFIC] = "P10 least traffic",
		[PROMISE_GENERATOR] = "the generator did nothing",
	};

	return promise < PROMISE_COUNT ? names[promise] : "?";
}

static struct str ignored_rules;

void sim_ignore(const char *rules)
{
	ignored_rules = str_from(rules);
}

static bool is_ignored(const char *rule)
{
	struct str rest = ignored_rules;
	struct str one;

	while (str_cut(&rest, ',', &one)) {
		if (str_equal_z(one, rule))
			return true;
	}
	return false;
}

void sim_violate(struct sim *sim, enum promise promise, const char *rule, const char *fmt, ...)
{
	va_list args;

	if (sim_failed(sim) || is_ignored(rule))
		return;
	sim->violation.promise = promise;
	(void)snprintf(sim->violation.rule, sizeof(sim->violation.rule), "%s", rule);
	va_start(args, fmt);
	(void)vsnprintf(sim->violation.text, sizeof(sim->violation.text), fmt, args);
	va_end(args);
	trace_line(sim->trace, sim->queue.now_ns, "VIOLATION of %s (%s): %s", promise_name(promise),
		   rule, sim->violation.text);
}

/* ---- Servers ---- */

static struct sandbox *open_servers(const struct plan *plan)
{
	const struct knobs *knobs = &plan->knobs;
	struct sandbox_options options;

	sandbox_options_init(&options);
	options.dialect = knobs->dialect;
	options.jsonld = knobs->jsonld;
	options.seed = plan->seed;
	options.people_per_min = knobs->server_people_per_min;
	options.rewrite = knobs->rewrite;
	options.custom_attributes = knobs->tags || knobs->custom;
	if (knobs->custom) {
		options.attributes[options.n_attributes++] = "code:text";
		options.attributes[options.n_attributes++] = "points:number";
		options.attributes[options.n_attributes++] = "level:select=" TOKEN_LEVEL_TITLES;
	}
	options.sparse_queries = knobs->sparse;
	options.link_companies = knobs->link_companies;
	options.stable_nested_ids = knobs->stable_ids;
	options.exact_search = knobs->exact_search;
	options.unique_rows = knobs->unique_rows;
	options.log_limit = 1;
	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++)
		options.clock_offset_ns[side] = knobs->skew_s[side] * NS_PER_S;
	return sandbox_new(&options);
}

/* ---- Mishaps of the state ---- */

/* A copy of the state as it is now, for a mishap to come. */
static void keep_copy(struct sim *sim, struct buf *copy)
{
	for (uint32_t i = 0; i < sim->plan->n_kills; i++) {
		const struct kill *kill = &sim->plan->kills[i];
		const bool old = kill->mishap == MISHAP_OLD || kill->mishap == MISHAP_KILL_OLD;

		if (!old || kill->cycle <= sim->cycle ||
		    sim->cycle + 1 + kill->action % 2 != kill->cycle)
			continue;
		process_stop(sim);
		state_file_read(sim->state_path, copy);
		trace_line(sim->trace, sim->queue.now_ns, "the state is copied");
	}
}

static void spoil_state(struct sim *sim, enum mishap mishap, struct buf *copy)
{
	if (mishap == MISHAP_KILL)
		return;
	process_stop(sim);
	net_hasten(sim);
	sim->figures.losses++;
	oracle_state_lost(&sim->oracle, sim->queue.now_ns);
	trace_line(sim->trace, sim->queue.now_ns, "the state is %s",
		   mishap == MISHAP_KILL_OLD || mishap == MISHAP_OLD ? "replaced by an old one" :
								       "lost");
	if ((mishap == MISHAP_KILL_OLD || mishap == MISHAP_OLD) && copy->len > 0)
		state_file_write(sim->state_path, buf_str(copy));
	else
		state_file_fresh(sim->state_path, &sim->config.fields);
}

static void mishaps_between(struct sim *sim, struct buf *copy)
{
	for (uint32_t i = 0; i < sim->plan->n_kills; i++) {
		const struct kill *kill = &sim->plan->kills[i];

		if (kill->cycle != sim->cycle ||
		    (kill->mishap != MISHAP_LOSE && kill->mishap != MISHAP_OLD))
			continue;
		check_history_keep(sim);
		spoil_state(sim, kill->mishap, copy);
	}
}

/* ---- Cycles ---- */

static void report_cycle(struct sim *sim)
{
	const struct cycle_report *report = &sim->report;

	trace_line(sim->trace, sim->queue.now_ns,
		   "cycle %u ends: %s, %llu linked, created %llu/%llu, updated %llu/%llu, removed "
		   "%llu/%llu, conflicts %llu, quarantined %llu, waiting %llu%s%s",
		   sim->cycle, outcome_name(report->outcome), (unsigned long long)report->linked,
		   (unsigned long long)report->created[0], (unsigned long long)report->created[1],
		   (unsigned long long)report->updated[0], (unsigned long long)report->updated[1],
		   (unsigned long long)report->removed[0], (unsigned long long)report->removed[1],
		   (unsigned long long)report->conflicts, (unsigned long long)report->quarantined,
		   (unsigned long long)report->waiting, report->failure.code != ERR_OK ? ": " : "",
		   report->failure.code != ERR_OK ? report->failure.msg : "");
}

/* However many are absent at a turn's end, the list is read on. */
#define TURN_WAITS_MOST 24

static void check_turns(struct sim *sim)
{
	for (int side = 0; side < SIDE_COUNT && sim->store != NULL; side++) {
		struct turn turn;
		struct error err;

		if (!store_turn_get(sim->store, (enum side)side, &turn, &err)) {
			sim_violate(sim, P7_DURABILITY, "turn", "%s", err.msg);
			return;
		}
		if (turn.end == TURN_RUNNING || turn.generation != sim->waiting_turn[side])
			sim->n_waited[side] = 0;
		sim->waiting_turn[side] = turn.generation;
		sim->n_waited[side] +=
			turn.end != TURN_RUNNING && sim->report.failure.code == ERR_OK;
		if (sim->n_waited[side] > TURN_WAITS_MOST)
			sim_violate(sim, P3_CONVERGENCE, "starved",
				    "the list of %s is not read for %u cycles",
				    side_name((enum side)side), sim->n_waited[side]);
	}
}

/* True if it came to its end. */
static bool one_cycle(struct sim *sim, uint32_t kill_at)
{
	sim->tally = (struct cycle_tally){ 0 };
	sim->kill_at = kill_at;
	sim->report = (struct cycle_report){ .started_at = sim->queue.now_ns };
	trace_line(sim->trace, sim->queue.now_ns, "cycle %u begins%s", sim->cycle,
		   sim->quiet ? " (quiet)" : "");
	sim->figures.cycles++;
	if (!process_cycle(sim))
		return false;
	if (sim_failed(sim))
		return true;
	report_cycle(sim);
	check_cycle(sim);
	check_turns(sim);
	if (sim->plan->lasts_ns > 0)
		day_check_cycle(sim);
	return true;
}

/* Told to stop in the middle of it, or right behind it. */
static void stop_in_cycle(struct sim *sim, uint32_t action)
{
	sim->stop_at = action;
	(void)one_cycle(sim, 0);
	sim->stop_at = 0;
	process_stop(sim);
	process_check_file(sim);
	sim->queue.now_ns += NS_PER_S;
}

/* Killed as often as planned, then led to its end. */
static void run_cycle(struct sim *sim, struct buf *copy)
{
	for (uint32_t i = 0; i < sim->plan->n_kills && !sim->quiet && !sim_failed(sim); i++) {
		const struct kill *kill = &sim->plan->kills[i];

		if (kill->cycle != sim->cycle || kill->mishap == MISHAP_LOSE ||
		    kill->mishap == MISHAP_OLD)
			continue;
		if (kill->mishap == MISHAP_TERM) {
			stop_in_cycle(sim, kill->action);
			continue;
		}
		if (one_cycle(sim, kill->action))
			continue;
		if (kill->mishap != MISHAP_KILL)
			check_history_keep(sim);
		spoil_state(sim, kill->mishap, copy);
		process_check_file(sim);
		sim->queue.now_ns += NS_PER_S;
	}
	while (!sim_failed(sim) && !one_cycle(sim, 0)) {
		process_check_file(sim);
		sim->queue.now_ns += NS_PER_S;
	}
}

/* A side that refused the token is tried again after a while; what is promised of quiet cycles holds
 * from then on. */
static bool is_shut_out(const struct sim *sim)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct sender_stats stats = { 0 };

		if (sim->sender[side] != NULL)
			sender_stats(sim->sender[side], &stats);
		if (stats.token_refused || stats.writes_refused)
			return true;
	}
	return false;
}

static void pass_time(struct sim *sim)
{
	if (sim->plan->lasts_ns > 0) {
		day_pass_time(sim);
		return;
	}
	const uint64_t gap_ms = (uint64_t)sim->plan->knobs.gap_s * 1000;

	sim->queue.now_ns +=
		(int64_t)(gap_ms / 2 + plan_random(&sim->network) % (gap_ms + 1)) * NS_PER_MS;
}

int64_t sim_moment(struct sim *sim)
{
	const int64_t now = sim->queue.now_ns;

	sim->moment_ns = now > sim->moment_ns ? now : sim->moment_ns + 1;
	return sim->moment_ns;
}

/* After a quiet cycle: which lists were read to their end by now? */
static void count_readings(struct sim *sim)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct freshness fresh;
		struct error err;

		if (!store_freshness(sim->store, (enum side)side, &fresh, &err)) {
			sim_violate(sim, P7_DURABILITY, "freshness", "%s", err.msg);
			return;
		}
		if (fresh.complete_at == sim->read_ns[side] ||
		    fresh.complete_at - fresh.turn_ns < sim->quiet_ns)
			continue;
		sim->read_ns[side] = fresh.complete_at;
		sim->n_readings[side]++;
	}
}

static bool is_read_often(const struct sim *sim, uint32_t n)
{
	return sim->n_readings[SIDE_RECORDS] >= n && sim->n_readings[SIDE_PEOPLE] >= n;
}

/* Notes are read of a few persons a cycle: has everybody had a turn in a quiet one? */
static bool are_notes_read(struct sim *sim)
{
	struct arena arena = { 0 };
	struct note_turn turn;
	struct error err;
	bool waits = false;

	if (!sim->plan->knobs.notes)
		return true;
	if (!store_note_turn_next(sim->store, sim->quiet_cycle, &arena, &turn, &waits, &err))
		sim_violate(sim, P7_DURABILITY, "notes", "%s", err.msg);
	arena_release(&arena);
	return !waits;
}

/* False if another one could only repeat what this one has shown. */
static bool another_quiet_cycle(struct sim *sim)
{
	if (sim->is_settled)
		return false;
	/* What ended with the last cycle's slice was concluded from in this one. */
	const bool concluded = is_read_often(sim, QUIET_READINGS);

	if (sim->quiet_cycle == 0)
		sim->quiet_cycle = sim->report.id;
	sim->rolled = sim->rolled || strcmp(sim->report.kind, "full") != 0;
	count_readings(sim);
	sim->was_left_over = sim->rolled && !is_read_often(sim, 1);
	sim->is_settled = (sim->rolled ? concluded : is_read_often(sim, QUIET_READINGS)) &&
			  are_notes_read(sim);
	if (!sim->is_settled && sim->cycle + 1 == sim->n_cycles + QUIET_CYCLES)
		sim_violate(sim, P3_CONVERGENCE, "turns",
			    "%d quiet cycles did not read both sides whole twice", QUIET_CYCLES);
	return !sim->is_settled || sim->tally.n_writes > 0 || sim->plan->seed % 4 == 0;
}

static void begin_quiet(struct sim *sim)
{
	if (is_shut_out(sim))
		sim->queue.now_ns += GATE_PROBE_CAPS * sim->config.sync.retry.cap_ns;
	if (plan_is_mass(sim->plan))
		process_stop(sim);
	sim->queue.now_ns += 2 * sim->config.endpoint[SIDE_RECORDS].timeout_ns;
	sim->quiet_ns = sim->queue.now_ns;
	sim->was_left_over = sim->plan->knobs.quick;
	deeds_before(sim); /* what never came to pass in the middle of a cycle */
	sim->queue.now_ns += NS_PER_MS;
}

static void run_all(struct sim *sim, struct buf *copy)
{
	sim->n_cycles = sim->plan->lasts_ns > 0 ? DAY_CYCLES_MOST : sim->plan->n_cycles;
	for (sim->cycle = 0; sim->cycle < sim->n_cycles + QUIET_CYCLES && !sim_failed(sim);
	     sim->cycle++) {
		if (!sim->quiet && day_is_over(sim))
			sim->n_cycles = sim->cycle;
		sim->quiet = sim->cycle >= sim->n_cycles;
		if (!sim->quiet) {
			mishaps_between(sim, copy);
			deeds_before(sim);
			sim->queue.now_ns += NS_PER_MS;
		} else if (sim->cycle == sim->n_cycles) {
			begin_quiet(sim);
		}
		run_cycle(sim, copy);
		if (sim_failed(sim) || (sim->quiet && !another_quiet_cycle(sim)))
			break;
		if (sim->plan->knobs.reopen)
			process_stop(sim);
		keep_copy(sim, copy);
		pass_time(sim);
	}
	if (!sim_failed(sim))
		check_ended(sim);
	if (!sim_failed(sim) && sim->plan->lasts_ns > 0)
		day_check_ended(sim);
}

void sim_run(const struct plan *plan, const struct run_options *options,
	     struct outcome_of_run *ret_outcome)
{
	static struct sim sim;
	struct buf copy;

	memset(&sim, 0, sizeof(sim));
	sim.plan = plan;
	sim.trace = options->trace;
	sim.sweep_kill_at = options->sweep_kill_at;
	sim.queue.now_ns = SIM_BEGIN_NS;
	sim.network = plan->seed ^ UINT64_C(0x6e6574);
	sim.oracle.n_humans = plan->n_humans;
	if (plan->poisoned != NOBODY)
		sim.oracle.humans[plan->poisoned].murk |= MURK_POISON;
	if (sim.trace != NULL)
		sim.trace->began_ns = SIM_BEGIN_NS;
	sim_current = &sim;
	buf_init(&copy, (size_t)256 * 1024 * 1024);
	log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, false);
	sim.box = open_servers(plan);
	process_prepare(&sim);
	sim.figures.seeds = 1;
	run_all(&sim, &copy);
	if (options->end_text != NULL && !sim_failed(&sim))
		check_end_text(&sim, options->end_text);
	ret_outcome->violation = sim.violation;
	ret_outcome->figures = sim.figures;
	ret_outcome->actions = sim.total_actions;
	ret_outcome->day = sim.day.figures;
	process_stop(&sim);
	ret_outcome->hash = facts_hash(sim.box) ^ (sim.trace != NULL ? sim.trace->hash : 0);
	ret_outcome->state_hash = sim.trace != NULL ? state_file_hash(sim.state_path) : 0;
	process_release(&sim);
	net_forget_late(&sim);
	sandbox_free(sim.box);
	queue_release(&sim.queue);
	buf_release(&copy);
	sim_current = NULL;
}
