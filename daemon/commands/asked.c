/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/commands/asked.h"

#include "daemon/exit_codes.h"
#include "daemon/status/report.h"

#include <getopt.h>
#include <string.h>

/* More is a mistake of typing. */
#define ALLOWED_MOST 10000000

enum asked_option {
	OPTION_ALLOW_CHANGES,
	OPTION_ALLOW_REMOVALS,
	OPTION_DRY_RUN,
	OPTION_JSON,
	OPTION_ONLY,
	OPTION_OUT,
	OPTION_PLAN,
	OPTION_QUICK,
};

static const struct option known[] = {
	{ "allow-changes", required_argument, NULL, OPTION_ALLOW_CHANGES },
	{ "allow-removals", required_argument, NULL, OPTION_ALLOW_REMOVALS },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "only", required_argument, NULL, OPTION_ONLY },
	{ "out", required_argument, NULL, OPTION_OUT },
	{ "plan", required_argument, NULL, OPTION_PLAN },
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ NULL, 0, NULL, 0 },
};

void asked_release(struct asked *asked)
{
	admit_free(asked->admit);
}

int asked_unknown(const struct asked *asked, const struct cycle_report *report)
{
	struct error err;

	if (report_failed(report) || admit_unknown(asked->admit, &err) == ERR_OK)
		return EXIT_CODE_OK;
	return command_fail(&err);
}

struct admit *asked_admit(struct asked *asked)
{
	if (asked->admit == NULL)
		asked->admit = admit_new();
	return asked->admit;
}

/* ---- The options ---- */

static bool take_number(const struct command_context *context, const char *name,
			uint32_t *ret_number)
{
	uint64_t number;

	if (!str_to_u64(str_from(optarg), ALLOWED_MOST, &number)) {
		(void)command_usage_error(context, "--%s=%.40s is not a number from 0 to %d", name,
					  optarg, ALLOWED_MOST);
		return false;
	}
	*ret_number = (uint32_t)number;
	return true;
}

static bool take_only(const struct command_context *context, struct asked *asked)
{
	struct str rest = str_from(optarg);
	struct str id;

	if (rest.len == 0 || str_ends(rest, STR_LIT(","))) {
		(void)command_usage_error(context, "--only needs an id behind each comma");
		return false;
	}
	while (str_cut(&rest, ',', &id)) {
		if (id.len == 0) {
			(void)command_usage_error(context, "--only needs an id before each comma");
			return false;
		}
		admit_only(asked_admit(asked), id);
	}
	return true;
}

static bool take_path(const struct command_context *context, const char *name,
		      const char **ret_path)
{
	if (*optarg == '\0') {
		(void)command_usage_error(context, "--%s needs the name of a file", name);
		return false;
	}
	*ret_path = optarg;
	return true;
}

static bool take(const struct command_context *context, const struct option *option,
		 struct asked *asked)
{
	switch ((enum asked_option)option->val) {
	case OPTION_ALLOW_CHANGES:
		return take_number(context, option->name, &asked->allow_changes);
	case OPTION_ALLOW_REMOVALS:
		return take_number(context, option->name, &asked->allow_removals);
	case OPTION_DRY_RUN:
		asked->dry_run = true;
		return true;
	case OPTION_JSON:
		asked->json = true;
		return true;
	case OPTION_ONLY:
		return take_only(context, asked);
	case OPTION_OUT:
		return take_path(context, option->name, &asked->out);
	case OPTION_PLAN:
		return take_path(context, option->name, &asked->plan);
	case OPTION_QUICK:
		asked->quick = true;
		return true;
	}
	return false;
}

static bool is_named(const char *takes, const char *name)
{
	struct str rest = str_from(takes);
	struct str word;

	while (str_cut(&rest, ' ', &word)) {
		if (str_equal_z(word, name))
			return true;
	}
	return false;
}

int asked_take(const struct command_context *context, const char *takes, struct asked *ret_asked)
{
	int index = 0;
	int option;

	*ret_asked = (struct asked){ 0 };
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	while ((option = getopt_long(context->argc, context->argv, ":", known, &index)) != -1) {
		if (option == '?' || option == ':')
			return command_bad_option(context, option);
		if (!is_named(takes, known[index].name))
			return command_usage_error(context, "%s takes no --%s",
						   context->command->name, known[index].name);
		if (!take(context, &known[index], ret_asked))
			return EXIT_CODE_USAGE;
	}
	return command_no_more_arguments(context, optind) ? EXIT_CODE_OK : EXIT_CODE_USAGE;
}
