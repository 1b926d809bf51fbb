/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs: commands of two words: `conflicts list`, `links link A B`.  One table a command.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_VERBS_H
#define CRMSYNC_DAEMON_COMMANDS_VERBS_H

#include "daemon/commands/command.h"
#include "daemon/print/listing.h"
#include "state/store.h"

#define VERB_WORDS 2

/* Options that a verb may take. */
enum verb_option { VERB_DRY_RUN, VERB_JSON, VERB_USE, VERB_VALUE, VERB_OPTION_COUNT };

#define VERB_TAKES(option) (1u << (option))

struct verb_call {
	struct command_context *context;
	struct store *store;
	bool json;
	bool given[VERB_OPTION_COUNT];
	struct str option[VERB_OPTION_COUNT]; /* what stands behind its "=" */
	int n_words;
	struct str words[VERB_WORDS]; /* behind the verb */
};

struct verb {
	const char *name;
	const char *missing;  /* what it needs: "ID"; "" for nothing */
	int n_least, n_most;  /* words behind it */
	unsigned takes;       /* VERB_TAKES() of each */
	enum store_mode mode; /* STORE_READ or STORE_WRITE */
	/* Prints to stdout.  ERR_CANCELED: the reader has gone, which is no failure. */
	bool (*run)(struct verb_call *call, struct error *err);
};

/* Finds the verb, opens the state, runs it; returns the exit code.  Without a word it is `otherwise`,
 * or wrong usage if that is NULL.  A command of one word has no verbs and is `otherwise`. */
int verbs_run(struct command_context *context, const struct verb *verbs, size_t n,
	      const struct verb *otherwise);

/* LISTING_JSON if that was asked for. */
enum listing_format verb_format(const struct verb_call *call, enum listing_format otherwise);

/* The wall clock, ns. */
int64_t verb_now(void);

#endif
