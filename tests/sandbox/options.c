/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "custom.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum kind {
	KIND_FLAG,
	KIND_NUMBER,
	KIND_SEED,
	KIND_PORT,
	KIND_TEXT,
	KIND_CHOICE,
	KIND_OFFSET,
	KIND_ATTRIBUTE
};

struct option {
	const char *name;
	enum kind kind;
	void *target;
	const char *choices; /* "a|b|c": the numbers 0, 1, 2 */
	const char *help;
};

#define MAX_OPTIONS 40

static size_t describe(struct host_options *host, struct option table[static MAX_OPTIONS])
{
	struct sandbox_options *box = &host->sandbox;
	const struct option options[] = {
		{ "port-file", KIND_TEXT, &host->port_file, NULL,
		  "write the two URLs to this file" },
		{ "records-port", KIND_PORT, &host->ports[SANDBOX_RECORDS], NULL, "default: any" },
		{ "people-port", KIND_PORT, &host->ports[SANDBOX_PEOPLE], NULL, "default: any" },
		{ "dialect", KIND_CHOICE, &box->dialect, "values|attributes",
		  "of the records side" },
		{ "jsonld", KIND_CHOICE, &box->jsonld, "v4|hydra|plain", "of the people side" },
		{ "seed", KIND_SEED, &box->seed, NULL, "of everything that looks random" },
		{ "persons", KIND_NUMBER, &box->persons, NULL, "on each side" },
		{ "common", KIND_NUMBER, &box->common, NULL, "persons that both sides have" },
		{ "companies", KIND_NUMBER, &box->companies, NULL, "further ones without persons" },
		{ "notes", KIND_NUMBER, &box->notes, NULL, "at most so many a person" },
		{ "filled", KIND_FLAG, &box->filled, NULL, "customer ids, owners, scores, ..." },
		{ "records-token", KIND_TEXT, &box->tokens[SANDBOX_RECORDS], NULL, "Bearer token" },
		{ "people-token", KIND_TEXT, &box->tokens[SANDBOX_PEOPLE], NULL, "X-API-KEY" },
		{ "records-reads-per-second", KIND_NUMBER, &box->records_reads_per_s, NULL,
		  "0: off" },
		{ "records-writes-per-second", KIND_NUMBER, &box->records_writes_per_s, NULL,
		  "0: off" },
		{ "people-per-minute", KIND_NUMBER, &box->people_per_min, NULL, "0: off" },
		{ "people-retry-after", KIND_CHOICE, &box->people_retry, "seconds|date|unix|none",
		  "form of Retry-After" },
		{ "rewrite", KIND_FLAG, &box->rewrite, NULL, "store what is sent in normal forms" },
		{ "custom-attributes", KIND_FLAG, &box->custom_attributes, NULL,
		  "values: one of each further type" },
		{ "attribute", KIND_ATTRIBUTE, box, NULL,
		  "[OBJECT.]SLUG:TYPE[:FLAG...][=DETAIL], see custom.h" },
		{ "records-scopes", KIND_TEXT, &box->scopes, NULL, "what the token may do" },
		{ "no-note-updates", KIND_FLAG, &box->no_note_updates, NULL,
		  "values: notes know no PATCH" },
		{ "sparse-queries", KIND_FLAG, &box->sparse_queries, NULL,
		  "values: leave out empty attributes" },
		{ "link-companies", KIND_FLAG, &box->link_companies, NULL,
		  "values: the system links by domain" },
		{ "stable-nested-ids", KIND_FLAG, &box->stable_nested_ids, NULL,
		  "people: no random @id inside" },
		{ "exact-search", KIND_FLAG, &box->exact_search, NULL,
		  "people: e-mail case counts" },
		{ "shuffle-ties", KIND_FLAG, &box->shuffle_ties, NULL,
		  "people: rows of one second move" },
		{ "html-errors", KIND_FLAG, &box->html_errors, NULL,
		  "people: some errors as HTML" },
		{ "unique-rows", KIND_FLAG, &box->unique_rows, NULL,
		  "people: unchanged lists answer 500" },
		{ "records-clock-offset", KIND_OFFSET, &box->clock_offset_ns[SANDBOX_RECORDS], NULL,
		  "seconds" },
		{ "people-clock-offset", KIND_OFFSET, &box->clock_offset_ns[SANDBOX_PEOPLE], NULL,
		  "seconds" },
		{ "log-limit", KIND_NUMBER, &box->log_limit, NULL, "requests remembered" },
		{ "help", KIND_FLAG, &host->help, NULL, "this text" },
	};

	static_assert(COUNT_OF(options) <= MAX_OPTIONS, "the table is large enough");
	memcpy(table, options, sizeof(options));
	return COUNT_OF(options);
}

static bool choose(const struct option *option, struct str text)
{
	struct str rest = str_from(option->choices);
	struct str choice;
	unsigned n = 0;

	while (str_cut(&rest, '|', &choice)) {
		if (str_equal(choice, text)) {
			memcpy(option->target, &n, sizeof(n));
			return true;
		}
		n++;
	}
	return false;
}

static bool set_number(const struct option *option, struct str text)
{
	const bool negative = option->kind == KIND_OFFSET && str_starts(text, STR_LIT("-"));
	const uint64_t max = option->kind == KIND_PORT ? UINT16_MAX :
			     option->kind == KIND_SEED ? INT64_MAX :
							 UINT32_MAX;
	uint64_t number = 0;

	if (!str_to_u64(negative ? str_skip(text, 1) : text, max, &number))
		return false;
	if (option->kind == KIND_PORT)
		*(uint16_t *)option->target = (uint16_t)number;
	else if (option->kind == KIND_SEED)
		*(uint64_t *)option->target = number;
	else if (option->kind == KIND_OFFSET)
		*(int64_t *)option->target = (int64_t)number * 1000000000 * (negative ? -1 : 1);
	else
		*(uint32_t *)option->target = (uint32_t)number;
	return true;
}

/* May be given several times. */
static bool add_attribute(struct sandbox_options *box, const char *text)
{
	if (box->n_attributes == SANDBOX_ATTRIBUTES_MAX)
		return false;
	box->attributes[box->n_attributes++] = text;
	return true;
}

static bool set(const struct option *option, const char *text)
{
	switch (option->kind) {
	case KIND_FLAG:
		*(bool *)option->target = true;
		return true;
	case KIND_TEXT:
		*(const char **)option->target = text;
		return true;
	case KIND_ATTRIBUTE:
		return add_attribute(option->target, text);
	case KIND_CHOICE:
		return choose(option, str_from(text));
	case KIND_NUMBER:
	case KIND_SEED:
	case KIND_PORT:
	case KIND_OFFSET:
	default:
		return set_number(option, str_from(text));
	}
}

static const struct option *find(const struct option *table, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_equal_z(name, table[i].name))
			return &table[i];
	}
	return NULL;
}

/* Only now is it known which dialect they are of. */
static bool check_attributes(const struct sandbox_options *box)
{
	for (size_t i = 0; i < box->n_attributes; i++) {
		const char *wrong = custom_check(box->dialect, box->attributes[i]);

		if (wrong == NULL)
			continue;
		(void)fprintf(stderr, "sandbox: --attribute %s: %s\n", box->attributes[i], wrong);
		return false;
	}
	return true;
}

/* "--name value" and "--name=value". */
bool options_parse(int argc, char **argv, struct host_options *ret_options)
{
	struct option table[MAX_OPTIONS];
	const size_t n = describe(ret_options, table);

	for (int i = 1; i < argc; i++) {
		const struct str word = str_from(argv[i]);
		const size_t equals = str_find(word, '=');
		const bool dashes = str_starts(word, STR_LIT("--"));
		const struct option *option =
			find(table, dashes ? n : 0, str_skip(str_head(word, equals), 2));
		const char *value = equals < word.len ? argv[i] + equals + 1 : NULL;

		if (option != NULL && option->kind != KIND_FLAG && value == NULL && i + 1 < argc)
			value = argv[++i];
		if (option == NULL || (option->kind == KIND_FLAG) != (value == NULL) ||
		    !set(option, value)) {
			(void)fprintf(
				stderr, "sandbox: not understood: %s (try --help)\n",
				argv[option != NULL && equals == word.len && value != NULL ? i - 1 :
											     i]);
			return false;
		}
	}
	return check_attributes(&ret_options->sandbox);
}

/* The nth of "a|b|c". */
static struct str choice_at(const char *choices, unsigned n)
{
	struct str rest = str_from(choices);
	struct str choice = { NULL, 0 };

	for (unsigned i = 0; i <= n; i++)
		(void)str_cut(&rest, '|', &choice);
	return choice;
}

static void print_default(const struct option *option)
{
	const char *text = NULL;
	unsigned chosen = 0;
	struct str choice;

	switch (option->kind) {
	case KIND_NUMBER:
		(void)printf(" (default: %" PRIu32 ")", *(const uint32_t *)option->target);
		break;
	case KIND_SEED:
		(void)printf(" (default: %" PRIu64 ")", *(const uint64_t *)option->target);
		break;
	case KIND_TEXT:
		text = *(const char *const *)option->target;
		if (text != NULL)
			(void)printf(" (default: %s)", text);
		break;
	case KIND_CHOICE:
		memcpy(&chosen, option->target, sizeof(chosen));
		choice = choice_at(option->choices, chosen);
		(void)printf(" (default: %.*s)", STR_ARG(choice));
		break;
	case KIND_FLAG:
	case KIND_PORT:
	case KIND_OFFSET:
	case KIND_ATTRIBUTE:
	default:
		break;
	}
}

void options_help(void)
{
	struct host_options host = { 0 };
	struct option table[MAX_OPTIONS];
	const size_t n = describe(&host, table);

	sandbox_options_init(&host.sandbox);
	(void)puts("usage: sandbox [options]\n\nServes both CRMs on 127.0.0.1 and says where.\n");
	for (size_t i = 0; i < n; i++) {
		(void)printf("  --%-26s %s%s%s", table[i].name, table[i].help,
			     table[i].choices != NULL ? ": " : "",
			     table[i].choices != NULL ? table[i].choices : "");
		print_default(&table[i]);
		(void)putchar('\n');
	}
}
