/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle: what users did, and what therefore must be.  It never asks the program.
 *
 * A human has at most one person (a "body") on each side unless a user made another.  Every value that
 * a user sets has a token of its own, so a value that stands somewhere names the edit that set it.  An
 * edit replaces what its user saw: the value that stood there.  What no user ever replaced must stand in
 * the end, on both sides; where two such values contend, the policy decides and the history has the loser.
 */
#ifndef CRMSYNC_SIM_ORACLE_H
#define CRMSYNC_SIM_ORACLE_H

#include "facts.h"
#include "plan.h"

#define ORACLE_EDITS 8192
#define ORACLE_BODIES 768
#define ORACLE_LOST 4096
#define ORACLE_CHAINS 1024

enum murk {
	MURK_TWIN = 1,     /* users made it more than once */
	MURK_SHARED = 2,   /* shares a key with another human */
	MURK_MOVED = 4,    /* a key went to another human, or came from one */
	MURK_REMOVED = 8,  /* users deleted, archived or merged it */
	MURK_POISON = 16,  /* a server refuses what it holds */
	MURK_KEYLESS = 32, /* nothing but a lost state would tell who it is */
};

struct edit {
	uint32_t human, cycle;
	enum sandbox_side side;
	enum slot slot;
	uint32_t token; /* what was set or removed; 0: a scalar was cleared */
	uint32_t base;  /* what stood there; 0: nothing.  Scalars only */
	int64_t at_ns;
	uint32_t number;
	bool removal; /* of a set's element */
	bool birth;   /* came with a person */
	/* what it replaced was known to be the same on both sides: it replaced both */
	bool strict;
	/* overwritten by a write that could not know of it: the API's own limit */
	bool raced;
	/* the state was lost before it had been carried: whoever wins, wins */
	bool unsure;
	char id[FACTS_ID_BYTES];
};

struct body {
	enum sandbox_side side;
	char id[FACTS_ID_BYTES];
	uint32_t next; /* of its chain: its index + 1; 0: the last */
	uint32_t human;
	uint32_t merged; /* another human that went into it; NOBODY */
	bool by_program;
	bool gone; /* is not on the server any more */
	bool archived;
	bool changed_unseen; /* made by the program, and edited before it could know so */
	bool gone_unseen;    /* made by the program, and gone before a cycle ended well */
	unsigned
		n_denied; /* lists that said nobody was there, before the program could know of it */
	bool by_user_gone, by_user_archived;
	int64_t unarchived_ns; /* by a user, last */
	int64_t born_ns;
	int64_t known_ns;            /* last served in an answer that the program got */
	int64_t listed_ns, asked_ns; /* last served on a page of a list; in any other answer */
	int64_t fresh_ns;            /* first served since a user last touched the human */
};

struct human {
	unsigned murk;
	bool bound; /* nobody could take the two for strangers: keys in common, or one was made of the other */
	bool is_agreed; /* both sides held the same in every field when a cycle ended well */
	uint8_t n_agreed[SLOT_COUNT];
	uint32_t agreed[SLOT_COUNT][FACTS_TOKENS];
	int64_t agreed_ns;  /* when that was last seen */
	int64_t touched_ns; /* by a user, last */
	/* the last write that was ignored came upon an edit that the program could not know of */
	bool passes_for_ours;
	uint32_t ignored_cycle; /* in which that was; and when */
	int64_t ignored_ns;
	uint32_t n_removals; /* deeds that removed it or brought it back */
	int64_t removed_ns;
	uint32_t n_edits;
	uint32_t n_updates; /* that the program carried out */
};

/* A value that the history has as overwritten. */
struct lost_value {
	enum slot slot;
	uint32_t token;
};

/* A write that a server carried out. */
struct carried {
	enum sandbox_side side;
	char id[FACTS_ID_BYTES];
	enum slot slot;
	uint32_t token;
	bool create, explained;
	bool well; /* in a cycle that ended well */
	uint32_t cycle;
	int64_t at_ns;
};

struct oracle {
	uint32_t n_humans, n_edits, n_bodies;
	struct human humans[PLAN_HUMANS];
	struct edit edits[ORACLE_EDITS];
	struct body bodies[ORACLE_BODIES];
	uint32_t chains[ORACLE_CHAINS]; /* of bodies, by their ids: index + 1 */
	int64_t state_lost_ns;          /* last; 0: never */
	uint32_t n_lost;
	struct lost_value lost[ORACLE_LOST];
	uint32_t n_carried;
	struct carried carried[ORACLE_EDITS];
};

struct edit *oracle_add_edit(struct oracle *oracle, const struct edit *edit);
struct body *oracle_add_body(struct oracle *oracle, enum sandbox_side side, const char *id,
			     uint32_t human, bool by_program, int64_t now_ns);
struct body *oracle_body_named(struct oracle *oracle, enum sandbox_side side, struct str id);
struct body *oracle_body(struct oracle *oracle, enum sandbox_side side, const char *id);
/* The first one that lives (and is not archived, if asked so); NULL. */
struct body *oracle_body_of(struct oracle *oracle, enum sandbox_side side, uint32_t human,
			    bool archived_too);
uint32_t oracle_count(const struct oracle *oracle, enum sandbox_side side, uint32_t human);
/* Whose person this is, by the values that it holds; NOBODY. */
uint32_t oracle_whose(const struct oracle *oracle, const struct facts *facts);
/* Did any user ever give that value to that human? */
bool oracle_knows(const struct oracle *oracle, uint32_t human, enum slot slot, uint32_t token);
/* Does the text hold any value of that human? */
bool oracle_mentions(const struct oracle *oracle, uint32_t human, struct str text);
bool oracle_was_agreed(const struct human *human, enum slot slot, uint32_t token);
bool oracle_is_lost(const struct oracle *oracle, enum slot slot, uint32_t token);
/* The state is gone, or is an old one. */
void oracle_state_lost(struct oracle *oracle, int64_t now_ns);

#endif
