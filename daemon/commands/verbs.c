/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/commands/verbs.h"

#include "base/clock.h"
#include "daemon/commands/hand_over.h"
#include "daemon/commands/served.h"
#include "daemon/config/nearest.h"
#include "daemon/exit_codes.h"
#include "daemon/state_open.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>
#include <time.h>

#define VERBS_MOST 8

enum listing_format verb_format(const struct verb_call *call, enum listing_format otherwise)
{
	return call->json ? LISTING_JSON : otherwise;
}

int64_t verb_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static const char *nearest_verb(const char *name, const struct verb *verbs, size_t n)
{
	const char *names[VERBS_MOST];

	assert(n <= COUNT_OF(names));
	for (size_t i = 0; i < n; i++)
		names[i] = verbs[i].name;
	return nearest_name(str_from(name), names, n);
}

static const struct verb *find_verb(const struct command_context *context, const struct verb *verbs,
				    size_t n)
{
	const char *name = context->argv[optind];

	for (size_t i = 0; i < n; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	(void)command_usage_error(context, "unknown word %.60s; did you mean %s %s?", name,
				  context->command->name, nearest_verb(name, verbs, n));
	return NULL;
}

/* In the order of the numbers. */
static const struct option known[] = {
	{ "dry-run", no_argument, NULL, VERB_DRY_RUN },
	{ "json", no_argument, NULL, VERB_JSON },
	{ "use", required_argument, NULL, VERB_USE },
	{ "value", required_argument, NULL, VERB_VALUE },
	{ NULL, 0, NULL, 0 },
};
static_assert(COUNT_OF(known) == VERB_OPTION_COUNT + 1, "every option");

static bool take_options(struct verb_call *call)
{
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(call->context->argc, call->context->argv, ":", known, NULL)) !=
	       -1) {
		if (option == '?' || option == ':') {
			(void)command_bad_option(call->context, option);
			return false;
		}
		call->given[option] = true;
		call->option[option] = str_from(optarg);
	}
	call->json = call->given[VERB_JSON];
	return true;
}

static bool take_words(struct verb_call *call, const struct verb *verb, int next)
{
	const struct command_context *context = call->context;

	for (unsigned i = 0; i < VERB_OPTION_COUNT; i++) {
		if (call->given[i] && (verb->takes & VERB_TAKES(i)) == 0) {
			(void)command_usage_error(context, "%s takes no --%s", verb->name,
						  known[i].name);
			return false;
		}
	}
	while (next < context->argc && call->n_words < verb->n_most)
		call->words[call->n_words++] = str_from(context->argv[next++]);
	if (call->n_words < verb->n_least) {
		(void)command_usage_error(context, "%s needs %s", verb->name, verb->missing);
		return false;
	}
	return command_no_more_arguments(context, next);
}

static int run_on(struct verb_call *call, const struct verb *verb, struct store *store)
{
	struct error err;

	call->store = store;
	if (verb->run(call, &err) || err.code == ERR_CANCELED)
		return EXIT_CODE_OK;
	call->context->failure = err;
	return command_fail(&err);
}

static int run(struct verb_call *call, const struct verb *verb)
{
	const struct command_context *context = call->context;
	/* What only looks needs no lock. */
	const enum store_mode mode = call->given[VERB_DRY_RUN] ? STORE_READ : verb->mode;
	struct store *store;
	struct error err;

	if (context->service != SERVICE_NONE && mode != STORE_WRITE)
		return served_reads_only(context);
	if (context->service == SERVICE_JUDGE)
		return EXIT_CODE_OK;
	if (context->service == SERVICE_DO)
		return run_on(call, verb, context->store);
	if (!state_open(context->config, mode, &store, &err))
		return hand_over(context, NULL, &err);
	const int code = run_on(call, verb, store);

	store_close(store);
	return code;
}

int verbs_run(struct command_context *context, const struct verb *verbs, size_t n,
	      const struct verb *otherwise)
{
	struct verb_call call = { .context = context };
	const struct verb *verb = otherwise;

	if (!take_options(&call))
		return EXIT_CODE_USAGE;
	if (optind < context->argc && n > 0) {
		verb = find_verb(context, verbs, n);
		if (verb == NULL)
			return EXIT_CODE_USAGE;
		optind++;
	}
	if (verb == NULL)
		return command_usage_error(context, "say what: %s, for instance", verbs[0].name);
	if (!take_words(&call, verb, optind))
		return EXIT_CODE_USAGE;
	context->verb = n > 0 ? verb->name : "";
	return run(&call, verb);
}
