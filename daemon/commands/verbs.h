/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs: commands of two words: `conflicts list`, `links link A B`.  One table a command.
 */
#ifndef CRMSYNC_DAEMON_COMMANDS_VERBS_H
#define CRMSYNC_DAEMON_COMMANDS_VERBS_H

#include "daemon/commands/command.h"
#include "daemon/listing.h"
#include "state/store.h"

#define VERB_WORDS 2

struct verb_call {
	const struct command_context *context;
	struct store *store;
	bool json;
	int n_words;
	struct str words[VERB_WORDS]; /* behind the verb */
};

struct verb {
	const char *name;
	const char *missing; /* what it needs: "ID"; "" for nothing */
	int n_least, n_most; /* words behind it */
	bool takes_json;
	enum store_mode mode; /* STORE_READ or STORE_WRITE */
	/* Prints to stdout.  ERR_CANCELED: the reader has gone, which is no failure. */
	bool (*run)(struct verb_call *call, struct error *err);
};

/* Finds the verb, opens the state, runs it; returns the exit code.  Without a word it is `otherwise`,
 * or wrong usage if that is NULL. */
int verbs_run(struct command_context *context, const struct verb *verbs, size_t n,
	      const struct verb *otherwise);

/* LISTING_JSON if that was asked for. */
enum listing_format verb_format(const struct verb_call *call, enum listing_format otherwise);

/* The wall clock, ns. */
int64_t verb_now(void);

#endif
