/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: what the servers hold, read out of the sandbox's model and put into tokens.  No part of the
 * engine has a say in it.
 */
#ifndef CRMSYNC_SIM_FACTS_H
#define CRMSYNC_SIM_FACTS_H

#include "tokens.h"

#include "../sandbox/sandbox.h"

#define FACTS_TOKENS 12
#define FACTS_ID_BYTES 40
#define FACTS_MAX 400
#define FACTS_CELLS 64

/* One person of a side. */
struct facts {
	char id[FACTS_ID_BYTES];
	uint64_t seq; /* in order of creation */
	bool archived;
	uint8_t n[SLOT_COUNT];
	uint32_t tokens[SLOT_COUNT][FACTS_TOKENS]; /* in the server's order */
	uint64_t cells[FACTS_CELLS]; /* a sum of each attribute's values, by its number */
	uint64_t sum;                /* of all that a user can see, times left out */
};

struct facts_list {
	size_t n;
	struct facts items[FACTS_MAX];
};

void facts_read(const struct sandbox *box, enum sandbox_side side, struct facts_list *ret_list);
const struct facts *facts_find(const struct facts_list *list, const char *id);
bool facts_has(const struct facts *facts, enum slot slot, uint32_t token);
/* The number of the attribute of that name, or FACTS_CELLS. */
size_t facts_cell(const struct sandbox *box, enum sandbox_side side, struct str slug);
/* "/tags/{id}" of a tag's token. */
void facts_tag_iri(const struct sandbox *box, uint32_t token,
		   char ret_iri[static TOKEN_TEXT_BYTES]);
/* Over everything that both servers hold, times and ids included. */
uint64_t facts_hash(const struct sandbox *box);
/* What no well-behaved client sends. */
size_t facts_violations(const struct sandbox *box);
const char *facts_violation(const struct sandbox *box, size_t i);

/* A note as a side holds it: one of those of that title, and how many there are. */
struct facts_note {
	size_t n;
	const char *id, *text; /* valid until the servers change; NULL: there is none */
};

struct facts_note facts_notes(const struct sandbox *box, enum sandbox_side side, const char *title);
/* A person's customer number: empty if it has none. */
struct facts_customer {
	struct str number;  /* valid until the servers change */
	size_t n_of_number; /* persons of the people side that have it */
	int64_t updated_ns; /* of the person */
};

struct facts_customer facts_customer_of(const struct sandbox *box, const char *people_id);

/* Users records that have this text there: how many there are, and what one of them holds. */
struct facts_user {
	size_t n;
	struct str person, email;
};

struct facts_user facts_users(const struct sandbox *box, const char *slug, struct str text);
/* When the person was changed last. */
int64_t facts_updated(const struct sandbox *box, enum sandbox_side side, const char *id);
/* So many values has that attribute of a person, and one of them speaks of this. */
size_t facts_count(const struct sandbox *box, enum sandbox_side side, const char *id,
		   const char *slug);
bool facts_mentions(const struct sandbox *box, enum sandbox_side side, const char *id,
		    const char *slug, const char *text);
/* The id of a category of notes. */
const char *facts_note_category(const struct sandbox *box);

#endif
