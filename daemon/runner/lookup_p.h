/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup_p: what the files of the lookup share: whom to ask for (lookup.c), and what the answers say
 * (lookup_answer.c).
 */
#ifndef CRMSYNC_DAEMON_RUNNER_LOOKUP_P_H
#define CRMSYNC_DAEMON_RUNNER_LOOKUP_P_H

#include "daemon/runner/fetch.h"
#include "daemon/runner/lookup.h"

/* Of each kind of key, in one request: one of them may just have gone. */
#define WITNESSES 2

/* Whose creation is wanted. */
struct candidate {
	struct str id;
	int64_t number; /* of state/turns.h */
	bool answered;  /* by one of his keys: nobody who has it is unknown */
	bool failed;    /* one of his keys got no answer, or somebody who cannot be read has it */
	/* What was said of an e-mail or LinkedIn address is not to be trusted: it was refused, or
	 * showed of nobody who is there that they would be found. */
	bool doubted;
	bool is_vague; /* nor is what was said of a phone: it may be written in another way there */
	enum doubt doubt; /* of these, and of which key */
	enum key_kind doubtful;
};

struct asked_key {
	struct match_key key;
	size_t candidate;
};

/* Persons of the side: a search that does not find them finds nobody. */
struct witnesses {
	struct known_key keys[WITNESSES];
	size_t n;
};

struct side_lookup {
	VEC(struct candidate) candidates;
	VEC(struct asked_key) keys;
	struct witnesses witnesses[KEY_KIND_COUNT];
	size_t most;      /* candidates in this cycle */
	bool reached;     /* the newest pages go back to what is known */
	bool all_are_met; /* there are no others who may be asked for now */
};

struct lookup {
	struct runner *runner;
	struct arena arena;
	struct side_lookup sides[SIDE_COUNT];
	unsigned n_flying;
	bool found; /* somebody who has to be matched */
};

struct search {
	struct lookup *lookup;
	enum side side;
	size_t first, n; /* of the keys that were wanted */
	/* All keys of the request, witnesses' too; in the lookup's arena. */
	const struct match_key *asked;
	size_t n_asked;
	uint32_t limit;
	bool met[KEY_KIND_COUNT];   /* somebody was found who has one of these keys */
	bool shown[KEY_KIND_COUNT]; /* and can only have been found by it: that kind is searched */
};

/* Of the answers is none that tells. */
static inline bool lookup_is_doubted(const struct candidate *candidate)
{
	return candidate->doubted || (candidate->is_vague && !candidate->answered);
}
bool lookup_is_allowed(const struct lookup *lookup, enum side target,
		       const struct candidate *candidate);
/* A fetch_fn; its payload is a search, which it frees. */
void lookup_on_answer(void *payload, struct answer *answer);
/* All answers are there. */
void lookup_end(struct lookup *lookup);

#endif
