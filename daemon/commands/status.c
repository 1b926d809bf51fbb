/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status: what the status file says, and whether it can still be believed.  Never touches the state.
 */
#include "daemon/status/status.h"

#include "base/clock.h"
#include "daemon/check/estimate.h"
#include "daemon/commands/command.h"
#include "daemon/exit_codes.h"
#include "daemon/print/table.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int64_t wall_clock(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static bool is_running(const struct status *status)
{
	return status->pid > 0 && (kill(status->pid, 0) == 0 || errno != ESRCH);
}

/* Only a daemon has to be there: what a one-shot left behind is its result. */
static bool is_dead(const struct status *status, int64_t now)
{
	if (status->mode != MODE_DAEMON)
		return false;
	if (!is_running(status))
		return true;
	return now - status->updated_at > STATUS_SILENCE_NS;
}

static int code_of(const struct status *status, int64_t now)
{
	static const int codes[] = {
		[HEALTH_OK] = EXIT_CODE_OK,
		[HEALTH_DEGRADED] = EXIT_CODE_STATUS_DEGRADED,
		[HEALTH_FAILING] = EXIT_CODE_STATUS_FAILING,
	};
	static_assert(COUNT_OF(codes) == HEALTH_COUNT, "every health has its code");

	return is_dead(status, now) ? EXIT_CODE_STATUS_DEAD : codes[status->health];
}

/* ---- The table ---- */

struct page {
	struct table *table;
	struct arena arena;
	int64_t now;
};

static void row(struct page *page, const char *name, struct str text)
{
	const struct str cells[] = { str_from(name), text };

	table_add(page->table, cells);
}

/* "2026-01-01T12:00:00Z, 5 s ago"; "never" for 0. */
static struct str when(struct page *page, int64_t ns, const char *never)
{
	char text[CLOCK_TEXT_BYTES];

	if (ns == 0)
		return str_from(never);
	clock_format(ns, 0, text);
	const bool past = ns <= page->now;
	const struct str distance =
		estimate_text(&page->arena, past ? page->now - ns : ns - page->now);

	return arena_format(&page->arena, "%s, %s%.*s%s", text, past ? "" : "in ",
			    STR_ARG(distance), past ? " ago" : "");
}

static void add_cycle(struct page *page, const struct status *status)
{
	const struct runner_view *cycle = &status->cycle;
	struct arena *arena = &page->arena;

	row(page, "cycle",
	    arena_format(arena, "%" PRId64 ", %s, since %.*s", cycle->cycle,
			 phase_name(cycle->phase), STR_ARG(when(page, cycle->started_at, "?"))));
	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct str total = cycle->total[i] >= 0 ? arena_format(arena, " of %" PRId64,
									     cycle->total[i]) :
								(struct str){ NULL, 0 };

		row(page, "",
		    arena_format(arena, "%s: %" PRIu64 "%.*s persons read", side_name((enum side)i),
				 cycle->seen[i], STR_ARG(total)));
	}
	if (cycle->intents_total > 0)
		row(page, "",
		    arena_format(arena, "%" PRIu64 " of %" PRIu64 " changes written",
				 cycle->intents_done, cycle->intents_total));
}

static void add_last_cycle(struct page *page, const struct status *status)
{
	const struct cycle_report *last = &status->last_cycle;
	struct arena *arena = &page->arena;

	if (!status->has_last_cycle) {
		row(page, "last cycle", STR_LIT("none yet"));
		return;
	}
	row(page, "last cycle",
	    arena_format(arena, "%" PRId64 ", %s, %.*s", last->id, outcome_name(last->outcome),
			 STR_ARG(when(page, last->ended_at, "?"))));
	for (int i = 0; i < SIDE_COUNT; i++)
		row(page, "",
		    arena_format(arena,
				 "%s: %" PRIu64 " created, %" PRIu64 " updated, %" PRIu64
				 " removed, %" PRIu64 " requests",
				 side_name((enum side)i), last->created[i], last->updated[i],
				 last->removed[i], last->requests[i]));
	row(page, "",
	    arena_format(arena, "%" PRIu64 " linked, %" PRIu64 " unchanged", last->linked,
			 last->unchanged));
}

static void add_side(struct page *page, const struct status *status, enum side i)
{
	const struct status_side *side = &status->sides[i];
	struct arena *arena = &page->arena;

	row(page, side_name(i),
	    arena_format(arena, "%s, last success %.*s",
			 side->reachable ? "reachable" : "not reachable",
			 STR_ARG(when(page, side->last_success_at, "never"))));
	row(page, "",
	    arena_format(arena, "%" PRIu64 " of %" PRIu64 " requests in the last minute",
			 side->used_last_minute, side->allowed_per_minute));
	row(page, "",
	    arena_format(arena, "last complete reading %.*s",
			 STR_ARG(when(page, status->freshness[i].last_complete_scan_at, "never"))));
	if (side->failing_since != 0)
		row(page, "",
		    arena_format(arena, "%" PRIu64 " failures in a row, since %.*s",
				 side->consecutive_failures,
				 STR_ARG(when(page, side->failing_since, "?"))));
	if (side->token_refused || side->writes_refused)
		row(page, "",
		    str_from(side->token_refused ? "refuses the token" : "refuses every write"));
	if (side->backoff_until > page->now)
		row(page, "",
		    arena_format(arena, "%s until %.*s",
				 side->told_until > page->now ? "asked to be left alone" : "waits",
				 STR_ARG(when(page, side->backoff_until, "?"))));
	if (side->next_probe_at > page->now)
		row(page, "",
		    arena_format(arena, "next probe %.*s",
				 STR_ARG(when(page, side->next_probe_at, "?"))));
	if (side->last_error[0] != '\0')
		row(page, "",
		    arena_format(arena, "last error (%.*s): %s",
				 STR_ARG(when(page, side->last_error_at, "?")), side->last_error));
}

static struct str how_dead(struct page *page, const struct status *status)
{
	if (status->state == STATE_STOPPED)
		return STR_LIT("stopped: the daemon was ended, and is not running");
	if (!is_running(status))
		return STR_LIT("dead: the daemon is not running, and was not stopped in order");
	return arena_format(&page->arena, "dead: the daemon has not written its status for %.*s",
			    STR_ARG(estimate_text(&page->arena, page->now - status->updated_at)));
}

static void add_all(struct page *page, const struct status *status)
{
	const struct status_totals *totals = &status->totals;
	const bool dead = is_dead(status, page->now);
	const bool interrupted = status->mode == MODE_ONESHOT && status->state != STATE_STOPPED &&
				 !is_running(status);

	row(page, "health", dead ? how_dead(page, status) : str_from(health_name(status->health)));
	for (size_t i = 0; i < status->reasons.n; i++)
		row(page, "", str_from(status->reasons.texts[i]));
	row(page, "state",
	    arena_format(&page->arena, "%s%s (%s, %.*s)",
			 interrupted                            ? "interrupted while " :
			 dead && status->state != STATE_STOPPED ? "was " :
								  "",
			 status_state_name(status->state), status_mode_name(status->mode),
			 STR_ARG(when(page, status->updated_at, "never written"))));
	if (status->in_cycle)
		add_cycle(page, status);
	add_last_cycle(page, status);
	for (int side = 0; side < SIDE_COUNT; side++)
		add_side(page, status, (enum side)side);
	row(page, "totals",
	    arena_format(&page->arena,
			 "%" PRId64 " links, %" PRId64 " + %" PRId64 " unlinked, %" PRId64
			 " conflicts, %" PRId64 " quarantined, %" PRId64 " writes pending",
			 totals->links, totals->unlinked[SIDE_RECORDS],
			 totals->unlinked[SIDE_PEOPLE], totals->conflicts, totals->quarantined,
			 totals->pending));
	row(page, "next cycle", when(page, dead ? 0 : status->next_cycle_at, "none is planned"));
}

static bool print_table(const struct status *status, int64_t now)
{
	static const char *const names[] = { "what", "says" };
	struct page page = { .table = table_new(names, COUNT_OF(names), TABLE_NO_HEADINGS),
			     .now = now };

	add_all(&page, status);
	const bool ok = table_print(page.table, 0, stdout);

	table_free(page.table);
	arena_release(&page.arena);
	return ok;
}

/* ---- The command ---- */

static int fail(const struct error *err)
{
	(void)command_fail(err);
	return EXIT_CODE_STATUS_DEAD;
}

/* Once; *seen is the writing that was shown last: nothing is printed if there is none since. */
static int show(const struct config *config, bool json, int64_t *seen)
{
	const int64_t now = wall_clock();
	struct arena arena = { 0 };
	struct status status;
	struct error err;
	struct str text;
	int code;

	if (!status_read(config->status_path, &arena, &text, &err)) {
		code = fail(&err);
	} else if (!status_parse(text, &arena, &status, &err)) {
		(void)error_wrap(&err, "%s", config->status_path);
		code = fail(&err);
	} else {
		const bool is_news = status.updated_at != *seen;
		bool ok = true;

		code = code_of(&status, now);
		*seen = status.updated_at;
		if (json && is_news)
			ok = printf("%.*s", STR_ARG(text)) >= 0;
		else if (!json && (is_news || isatty(STDOUT_FILENO)))
			ok = print_table(&status, now);
		if (!ok || fflush(stdout) != 0)
			code = EXIT_CODE_IO;
	}
	arena_release(&arena);
	return code;
}

/* Until it is interrupted, or nobody reads any more. */
static int watch(const struct config *config, bool json)
{
	const struct timespec second = { .tv_sec = 1 };
	const bool redraws = !json && isatty(STDOUT_FILENO);
	int64_t seen = -1;
	int code;

	do {
		if (redraws)
			(void)fputs("\033[H\033[2J", stdout);
		code = show(config, json, &seen);
	} while (code != EXIT_CODE_IO && nanosleep(&second, NULL) == 0);
	return code;
}

int command_status(struct command_context *context)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "watch", no_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	bool watches = false;
	int64_t seen = -1;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(context->argc, context->argv, ":", known, NULL)) != -1) {
		if (option != 'j' && option != 'w')
			return command_bad_option(context, option);
		json = json || option == 'j';
		watches = watches || option == 'w';
	}
	if (!command_no_more_arguments(context, optind))
		return EXIT_CODE_USAGE;
	return watches ? watch(context->config, json) : show(context->config, json, &seen);
}
