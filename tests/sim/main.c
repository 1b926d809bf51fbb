/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim: runs many lives of the program in virtual time and holds them to the promises.
 */
#include "day.h"
#include "jobs.h"
#include "sim.h"
#include "state_file.h"
#include "sweep.h"

#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"usage: sim --seeds N [--first S] [--jobs J]   runs N seeds\n"
	"       sim --seed S [--bodies]                one of them, with a trace\n"
	"       sim --seed S --shrink                  the least of it that still fails\n"
	"       sim --sweep [--points N] [--jobs J]    dies at every action of fixed scenarios\n"
	"       sim --scenario I [--kill A] [--bodies] one of these scenarios, with a trace\n"
	"       sim --twice N [--first S]              each of N seeds twice: the same, byte by byte\n"
	"       sim --days N [--first S] [--jobs J]    runs N days of a daemon, 24 virtual hours each\n"
	"       sim --day S [--bodies]                 one of them, with a trace\n"
	"       --ignore RULE[,RULE]                   rules that are known to be broken\n";

enum option_name {
	OPT_SEEDS = 1,
	OPT_FIRST,
	OPT_JOBS,
	OPT_SEED,
	OPT_BODIES,
	OPT_SHRINK,
	OPT_SWEEP,
	OPT_POINTS,
	OPT_TWICE,
	OPT_IGNORE,
	OPT_SCENARIO,
	OPT_KILL,
	OPT_DAYS,
	OPT_DAY,
	OPT_COUNT
};

struct command {
	bool is[OPT_COUNT];
	uint64_t number[OPT_COUNT];
};

static const struct option options[] = {
	{ "seeds", required_argument, NULL, OPT_SEEDS },
	{ "first", required_argument, NULL, OPT_FIRST },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "bodies", no_argument, NULL, OPT_BODIES },
	{ "shrink", no_argument, NULL, OPT_SHRINK },
	{ "sweep", no_argument, NULL, OPT_SWEEP },
	{ "points", required_argument, NULL, OPT_POINTS },
	{ "twice", required_argument, NULL, OPT_TWICE },
	{ "ignore", required_argument, NULL, OPT_IGNORE },
	{ "scenario", required_argument, NULL, OPT_SCENARIO },
	{ "kill", required_argument, NULL, OPT_KILL },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "day", required_argument, NULL, OPT_DAY },
	{ 0 },
};

static bool read_command(int argc, char *argv[], struct command *ret_command)
{
	int name;

	*ret_command = (struct command){ 0 };
	while ((name = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (name < OPT_SEEDS || name >= OPT_COUNT)
			return false;
		ret_command->is[name] = true;
		if (name == OPT_IGNORE)
			sim_ignore(optarg);
		else if (optarg != NULL &&
			 !str_to_u64(str_from(optarg), INT64_MAX, &ret_command->number[name]))
			return false;
	}
	return optind == argc;
}

static int show(const struct plan *plan, uint64_t kill_at, bool bodies)
{
	struct trace trace = { .out = stdout, .bodies = bodies };
	const struct run_options run = { .trace = &trace, .sweep_kill_at = kill_at };
	struct outcome_of_run outcome = { 0 };

	plan_print(plan, stdout);
	sim_run(plan, &run, &outcome);
	state_file_clean();
	if (outcome.violation.promise == PROMISE_NONE)
		return 0;
	(void)printf("seed %llu breaks %s (%s): %s\n", (unsigned long long)plan->seed,
		     promise_name(outcome.violation.promise), outcome.violation.rule,
		     outcome.violation.text);
	return 1;
}

static int show_one(const struct command *command)
{
	static struct plan plan;
	const uint64_t scenario = command->number[OPT_SCENARIO];

	if (command->is[OPT_SEED])
		plan_make(command->number[OPT_SEED], &plan);
	else if (command->is[OPT_DAY])
		plan_make_day(command->number[OPT_DAY], &plan);
	else if (scenario / 2 < scenarios_count())
		scenario_make(scenario / 2, scenario % 2 == 0 ? SANDBOX_VALUES : SANDBOX_ATTRIBUTES,
			      &plan);
	else
		return 64;
	return show(&plan, command->number[OPT_KILL], command->is[OPT_BODIES]);
}

int main(int argc, char *argv[])
{
	struct command command;

	/* Memory is kept for the next seed. */
	(void)mallopt(M_MMAP_THRESHOLD, 256 * 1024 * 1024);
	(void)mallopt(M_TRIM_THRESHOLD, 512 * 1024 * 1024);
	(void)mallopt(M_TOP_PAD, 16 * 1024 * 1024);
	if (!read_command(argc, argv, &command)) {
		(void)fputs(usage, stderr);
		return 64;
	}
	const uint64_t jobs = command.is[OPT_JOBS] ? command.number[OPT_JOBS] :
						     (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	const uint64_t first = command.is[OPT_FIRST] ? command.number[OPT_FIRST] : 1;

	if (command.is[OPT_SEED] && command.is[OPT_SHRINK])
		return shrink_run(command.number[OPT_SEED]);
	if (command.is[OPT_SEED] || command.is[OPT_DAY] || command.is[OPT_SCENARIO])
		return show_one(&command);
	if (command.is[OPT_SEEDS])
		return jobs_seeds(first, command.number[OPT_SEEDS], (unsigned)jobs);
	if (command.is[OPT_DAYS])
		return day_run(first, command.number[OPT_DAYS], (unsigned)jobs);
	if (command.is[OPT_SWEEP])
		return sweep_run(command.number[OPT_POINTS], (unsigned)jobs);
	if (command.is[OPT_TWICE])
		return twice_run(first, command.number[OPT_TWICE], (unsigned)jobs);
	(void)fputs(usage, stderr);
	return 64;
}
