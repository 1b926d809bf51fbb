/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/commands/served.h"

#include "base/arena.h"
#include "base/buf.h"
#include "daemon/commands/sync.h"
#include "daemon/exit_codes.h"
#include "daemon/plan/plan_file.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each takes some 200 bytes, until its cycle is over. */
#define PLAN_STEPS_MAX 250000

struct served {
	struct arena arena;
	struct command_context context;
	enum served_kind kind;
	struct asked asked; /* of a sync */
	struct plan_reader *plan;
	struct buf line;
};

int served_reads_only(const struct command_context *context)
{
	(void)fprintf(stderr,
		      "crmsync: this use of %s changes nothing: it needs no daemon, and the daemon "
		      "does not carry it out\n",
		      context->command->name);
	return EXIT_CODE_USAGE;
}

/* getopt_long() begins anew, and may move arguments. */
static int run(struct served *served)
{
	optind = 0;
	return served->context.command->run(&served->context);
}

/* ---- Is it one? ---- */

static int judge_sync(struct served *served, const struct config *config)
{
	optind = 0;
	const int code = sync_take(&served->context, &served->asked);

	if (code != EXIT_CODE_OK)
		return code;
	if (served->asked.dry_run)
		return served_reads_only(&served->context);
	if (served->asked.plan == NULL)
		return EXIT_CODE_OK;
	served->plan = plan_reader_new(served->asked.plan, config, asked_admit(&served->asked),
				       PLAN_STEPS_MAX);
	return EXIT_CODE_OK;
}

static int judge(struct served *served, const struct config *config, const char *name)
{
	static const struct {
		command_fn *run;
		enum served_kind kind;
	} known[] = {
		{ command_conflicts, SERVED_CHANGE },  { command_links, SERVED_CHANGE },
		{ command_quarantine, SERVED_CHANGE }, { command_undo, SERVED_CHANGE },
		{ command_forget, SERVED_CHANGE },     { command_reset, SERVED_RESET },
		{ command_sync, SERVED_SYNC },
	};
	const struct command *command = command_find(name);

	served->context.command = command;
	for (size_t i = 0; command != NULL && i < COUNT_OF(known); i++) {
		if (command->run != known[i].run)
			continue;
		served->kind = known[i].kind;
		return served->kind == SERVED_SYNC ? judge_sync(served, config) : run(served);
	}
	(void)fprintf(stderr, "crmsync: %.60s is no command that the daemon carries out\n", name);
	return EXIT_CODE_USAGE;
}

/* The request is gone before the command is carried out. */
static void copy_arguments(struct served *served, const struct control_request *request)
{
	struct command_context *context = &served->context;

	context->argc = request->argc;
	context->argv =
		arena_alloc(&served->arena, (size_t)request->argc + 1, sizeof(*context->argv));
	for (int i = 0; i < request->argc; i++) {
		const size_t size = strlen(request->argv[i]) + 1;

		context->argv[i] = arena_alloc(&served->arena, size, 1);
		(void)memcpy(context->argv[i], request->argv[i], size);
	}
}

struct served *served_new(const struct control_request *request, const struct config *config,
			  int *ret_code)
{
	struct served *served = alloc_zeroed(1, sizeof(*served));

	copy_arguments(served, request);
	served->context.config = config;
	served->context.quiet = request->quiet;
	served->context.service = SERVICE_JUDGE;
	served->context.verb = "";
	buf_init(&served->line, PLAN_FILE_LINE_BYTES);
	*ret_code = judge(served, config, served->context.argv[0]);
	if (*ret_code == EXIT_CODE_OK)
		return served;
	served_free(served);
	return NULL;
}

void served_free(struct served *served)
{
	if (served == NULL)
		return;
	plan_reader_free(served->plan);
	asked_release(&served->asked);
	buf_release(&served->line);
	arena_release(&served->arena);
	free(served);
}

enum served_kind served_kind(const struct served *served)
{
	return served->kind;
}

const char *served_command(const struct served *served)
{
	return served->context.command->name;
}

const char *served_verb(const struct served *served)
{
	return served->context.verb;
}

/* ---- The plan ---- */

bool served_has_plan(const struct served *served)
{
	return served->plan != NULL;
}

bool served_wants_plan(const struct served *served)
{
	return served->plan != NULL && !plan_reader_is_whole(served->plan);
}

int served_take_plan(struct served *served, struct str line)
{
	struct error err;

	buf_reset(&served->line);
	buf_add_str(&served->line, line);
	buf_add_char(&served->line, '\n');
	return plan_reader_take(served->plan, buf_str(&served->line), &err) ? EXIT_CODE_OK :
									      command_fail(&err);
}

/* ---- Carrying out ---- */

int served_do(struct served *served, const struct config *config, struct store *store)
{
	served->context.config = config;
	served->context.service = SERVICE_DO;
	served->context.store = store;
	return run(served);
}

const struct error *served_failure(const struct served *served)
{
	return &served->context.failure;
}

struct served_wishes served_wishes(const struct served *served)
{
	return (struct served_wishes){ .admit = served->asked.admit,
				       .allow_removals = served->asked.allow_removals,
				       .allow_changes = served->asked.allow_changes,
				       .quick = served->asked.quick };
}

int served_end(struct served *served, const struct config *config, struct store *store,
	       const struct cycle_report *report)
{
	served->context.config = config;
	return sync_end(&served->context, &served->asked, store, report);
}
