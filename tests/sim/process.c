/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process: the program under test as one process would have it: state, senders, runner; and its death.
 *
 * A death is a jump out of whatever was going on, back to process_cycle(): the open transaction is
 * rolled back by closing the file, everything else is lost (and leaked: seeds run in short-lived
 * workers).  process_action() is every place where it may happen.
 */
#include "sim.h"

#include "base/clock.h"
#include "daemon/check/estimate.h"
#include "daemon/state_open.h"
#include "day.h"
#include "state_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void uv_shim_forget(void);

/* More events than any cycle needs: it does not end. */
#define STEPS_MOST 60000

/* ---- Configuration ---- */

#define CUSTOM_FIELDS \
	"fields = (" \
	"{ field = \"code\"; type = \"text\"; records = \"code\"; people = \"customerId\"; }," \
	"{ field = \"points\"; type = \"integer\"; records = \"points\"; people = \"dealSize\"; }," \
	"{ field = \"level\"; type = \"select\"; records = \"level\"; people = \"stage\"; } );\n"

static void add_records(const struct knobs *knobs, struct buf *text)
{
	buf_addf(text,
		 "records = { base_url = \"http://127.0.0.1:1\"; dialect = \"%s\"; token_file = "
		 "\"/nowhere/r\"; page_size = %u; batch_size = %u; max_in_flight = %u; "
		 "reads_per_second = %u; };\n",
		 knobs->dialect == SANDBOX_VALUES ? "values" : "attributes", knobs->page_size,
		 knobs->batch_size, knobs->in_flight, knobs->reads_per_second);
}

static void add_people(const struct knobs *knobs, struct buf *text)
{
	buf_addf(text,
		 "people = { base_url = \"http://127.0.0.1:2\"; token_file = \"/nowhere/p\"; "
		 "items_per_page = %u; requests_per_minute = %u; max_in_flight = %u; marker = %s; "
		 "};\n",
		 knobs->items_per_page, knobs->people_per_minute, knobs->in_flight,
		 knobs->marker ? "true" : "false");
}

static void add_sync(const struct knobs *knobs, struct buf *text)
{
	static const char *const policies[] = { "newest", "records", "people", "manual" };
	static const char *const creates[] = { "both", "to_people", "to_records", "none" };
	static const char *const records[] = { "archive", "ignore", "archive" };
	static const char *const people[] = { "unlink", "delete", "tag" };

	buf_addf(
		text,
		"sync = { interval = %u; scan_share = %u; create = \"%s\"; conflict = \"%s\"; newest_fallback = \"%s\"; "
		"verify_after = %u; retry = { attempts = 4; }; on_removed = { records = \"%s\"; "
		"people = \"%s\"; edited = \"%s\"; }; default_region = \"NL\"; "
		"archived_tag = \"VIP\"; max_removal_percent = %u; max_changed_percent = %u; "
		"flap_limit = 100; };\n",
		knobs->interval_s, knobs->scan_share, creates[knobs->create],
		policies[knobs->policy], knobs->fallback_people ? "people" : "records",
		knobs->verify_after_s, records[knobs->on_records],
		people[knobs->on_people == 2 && !knobs->tags ? 0 : knobs->on_people],
		knobs->on_edited != 0 ? "removal_wins" : "edit_wins", knobs->removal_percent,
		knobs->changed_percent);
}

static void load_config(struct sim *sim)
{
	const struct knobs *knobs = &sim->plan->knobs;
	struct config_errors errors = { 0 };
	struct buf text;

	buf_init(&text, 8192);
	add_records(knobs, &text);
	add_people(knobs, &text);
	add_sync(knobs, &text);
	buf_addf(&text, "state = { path = \"%s\"; };\n", sim->state_path);
	if (knobs->dialect == SANDBOX_VALUES && knobs->tags)
		buf_add_z(&text,
			  "references = { tags = { enabled = true; records = \"tags\"; }; };\n");
	if (knobs->notes)
		notes_configure(sim, &text);
	if (knobs->users)
		users_configure(&text);
	if (knobs->custom)
		buf_add_z(&text, CUSTOM_FIELDS);
	if (!config_parse("/nowhere/sim.conf", buf_str(&text), CONFIG_TEXT_ONLY, &sim->config,
			  &errors)) {
		config_errors_print(&errors, stderr);
		abort();
	}
	config_errors_release(&errors);
	buf_release(&text);
}

void process_prepare(struct sim *sim)
{
	sql_speed_setup();
	state_file_path(sim->state_path, sizeof(sim->state_path));
	load_config(sim);
	state_file_fresh(sim->state_path, &sim->config.fields);
}

/* ---- Transport ---- */

static int64_t transport_now(void *self)
{
	const struct sim *sim = self;

	return sim->queue.now_ns;
}

static void transport_defer(void *self, void (*fn)(void *payload), void *payload)
{
	struct sim *sim = self;

	(void)queue_add(&sim->queue, sim->queue.now_ns, fn, payload);
}

static int64_t clock_now(void *payload)
{
	const struct sim *sim = payload;

	return sim->queue.now_ns;
}

static void open_sender(struct sim *sim, enum side side)
{
	const struct config *config = &sim->config;
	const struct config_retry *retry = &config->sync.retry;
	struct sender_options options = {
		.name = side_name(side),
		.endpoint = net_endpoint(sim, side),
		.retry = { retry->attempts, retry->base_ns, retry->cap_ns, retry->deadline_ns },
		.scan_share = config->sync.scan_share,
		.seed = sim->plan->seed + sim->incarnation * 2 + (uint64_t)side,
		.clock = { clock_now, clock_now, sim },
	};

	if (side == SIDE_PEOPLE) {
		options.limits.window_per_minute =
			estimate_per_minute(config->people.requests_per_minute, 60);
	} else {
		options.limits.pace_per_minute[REQUEST_READ] =
			estimate_per_minute(config->records.reads_per_second, 1);
		options.limits.pace_per_minute[REQUEST_WRITE] =
			estimate_per_minute(config->records.writes_per_second, 1);
	}
	if (sim->plan->lasts_ns > 0)
		options.hooks = day_hooks(sim, side);
	sim->sender[side] = sender_new(NULL, &options);
	if (sim->plan->lasts_ns > 0)
		day_teach(sim, side);
}

/* ---- Life ---- */

static void on_done(void *payload, const struct cycle_report *report)
{
	struct sim *sim = payload;

	sim->report = *report;
	sim->done = true;
}

static void start(struct sim *sim)
{
	static const struct transport_ops ops = {
		.now = transport_now,
		.defer = transport_defer,
	};
	struct error err;

	sim->incarnation++;
	if (!store_open(sim->state_path, STORE_WRITE, &sim->config.fields, &sim->store, &err) ||
	    !state_bind(&sim->config, sim->store, &err)) {
		sim->store = NULL;
		sim_violate(sim, P7_DURABILITY, "open", "the state cannot be opened: %s", err.msg);
		return;
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		open_sender(sim, (enum side)side);
	const struct runner_options options = {
		.config = &sim->config,
		.store = sim->store,
		.transport = { .sender = sim->sender, .ops = &ops, .self = sim },
		/* What was held is looked at when the users have gone home, and let through. */
		.allow_changes = sim->quiet ? UINT32_MAX : 0,
		.on_done = on_done,
		.payload = sim,
	};

	sim->runner = runner_new(&options);
}

static void died(struct sim *sim)
{
	sim->can_die = false;
	sim->tally.killed = true;
	sim->figures.kills++;
	queue_clear(&sim->queue);
	uv_shim_forget();
	net_forget();
	net_hasten(sim);
	store_close(sim->store);
	sim->store = NULL;
	sim->runner = NULL;
	sim->sender[SIDE_RECORDS] = sim->sender[SIDE_PEOPLE] = NULL;
}

static void told_to_stop(void *payload)
{
	struct sim *sim = payload;

	if (sim->runner == NULL || sim->done)
		return;
	trace_line(sim->trace, sim->queue.now_ns, "TOLD to stop");
	runner_stop(sim->runner);
}

void process_action(struct sim *sim, const char *what)
{
	if (!sim->can_die)
		return;
	sim->tally.n_actions++;
	/* The second quiet cycle only repeats the first. */
	if (sim->cycle <= sim->n_cycles)
		sim->total_actions++;
	if (sim->stop_at != 0 && sim->tally.n_actions == sim->stop_at)
		(void)queue_add(&sim->queue, sim->queue.now_ns, told_to_stop, sim);
	if ((sim->kill_at == 0 || sim->tally.n_actions != sim->kill_at) &&
	    (sim->sweep_kill_at == 0 || sim->total_actions != sim->sweep_kill_at))
		return;
	trace_line(sim->trace, sim->queue.now_ns, "KILLED at action %u: %s", sim->tally.n_actions,
		   what);
	sim->sweep_kill_at = 0;
	longjmp(sim->killed, 1);
}

static void run(struct sim *sim)
{
	unsigned steps = 0;

	sim->can_die = true;
	sim->done = false;
	runner_start(sim->runner, sim->plan->knobs.quick ? REACH_QUICK : REACH_WHOLE);
	while (!sim->done && steps++ < STEPS_MOST && queue_step(&sim->queue))
		continue;
	sim->can_die = false;
	if (!sim->done)
		sim_violate(sim, P8_BOUNDS, "endless",
			    steps >= STEPS_MOST ? "the cycle does not end" :
						  "the cycle waits for nothing");
}

bool process_cycle(struct sim *sim)
{
	if (sim->runner == NULL) {
		start(sim);
		sim->figures.restarts += sim->incarnation > 1;
	}
	if (sim->runner == NULL)
		return true;
	if (setjmp(sim->killed) != 0) {
		died(sim);
		return false;
	}
	run(sim);
	return true;
}

void process_stop(struct sim *sim)
{
	if (sim->runner == NULL)
		return;
	runner_free(sim->runner);
	sim->runner = NULL;
	for (int side = 0; side < SIDE_COUNT; side++) {
		sender_close(sim->sender[side]);
		sim->sender[side] = NULL;
	}
	while (queue_step(&sim->queue))
		continue;
	store_close(sim->store);
	sim->store = NULL;
}

void process_release(struct sim *sim)
{
	process_stop(sim);
	config_release(&sim->config);
	net_forget();
}

void process_check_file(struct sim *sim)
{
	char words[200];

	if (sim->store != NULL)
		return;
	state_file_check(sim->state_path, words, sizeof(words));
	if (strcmp(words, "ok") != 0)
		sim_violate(sim, P7_DURABILITY, "integrity", "integrity_check says: %s", words);
}
