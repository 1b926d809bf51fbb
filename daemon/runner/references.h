/* SPDX-License-Identifier: Apache-2.0 */
/*
 * references: what is known of the things that persons refer to by id: tags, segments, organizations and
 * users of the people side; companies and members of the records side.
 *
 * Read whole, kept in the state, and read again when older than REFERENCES_EXPIRY_NS, or when something is
 * wanted that is not there: an id that a person holds, a title that is to be written, one that turned out
 * to be dead.  Companies that cannot be listed are met at persons instead (companies.c).  A title that the
 * last reading didn't have either waits for the next one; for an id that a person names that is in the next
 * cycle, once: a list may be served short.  What cannot be read stays as it was known; what was never known
 * is left alone.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_REFERENCES_H
#define CRMSYNC_DAEMON_RUNNER_REFERENCES_H

#include "daemon/runner/runner_p.h"
#include "mappers/collections.h"

/* The reading of large ones may take this share of a side's rate: one twentieth. */
#define REFERENCES_EXPIRY_NS (600 * NS_PER_S)
#define REFERENCES_RATE_SHARE 20
/* A collection that is read in so few requests is read as often as something is wanted of it. */
#define REFERENCES_FREE_REQUESTS 3
/* Members that are made in one cycle. */
#define REFERENCES_CREATED_MOST 100
/* Times that one is asked for whose making can be repeated. */
#define REFERENCES_ATTEMPTS_MOST 3
/* Persons who are read again in one cycle because of an id that was not known. */
#define REFERENCES_MISSED_MOST 20
/* Of what is wanted in one cycle so many are remembered as not found. */
#define REFERENCES_WANTS_MOST 1000

/* One collection. */
struct known {
	struct arena texts;
	struct members members;
	struct mapper_titles *titles; /* canonical texts */
	int64_t read_at;              /* ns; 0: never */
	uint32_t n_requests;          /* that its reading took */
	bool needed;                  /* a row of the table is named in it */
	bool listed;                  /* the dialect has it */
	bool loaded;                  /* from the state */
	bool tried;                   /* it was asked for in this cycle */
	bool found_out;               /* and answered, whole */
	bool wanted;                  /* something is, that is not there */
	bool create;                  /* references.create_missing, and the API can */
	bool created;                 /* what could be, in this cycle */
	bool reread;                  /* this cycle's reading is because of that */
	bool doubted; /* since the last reading a person has named what it did not show */
	struct arena missing_texts;
	VEC(struct str) missing; /* to be created */
	/* references_sought.c: texts, and ids behind a line feed, that the last reading does not have; of
	 * them those of this cycle; and those that are wanted since that reading */
	struct mapper_titles *sought;
	VEC(struct str) news;
	VEC(struct str) wants;
	struct arena sought_texts; /* of both lists */
	bool fresh;                /* it was just read */
};

typedef void references_fn(struct runner *runner);

struct references {
	struct known sets[COLLECTION_COUNT];
	bool missed[COLLECTION_COUNT]; /* by the person decoded last: an id that has no name yet */
	bool person_missed;            /* the person decoded last names somebody unknown */
	uint32_t n_missed[SIDE_COUNT]; /* persons who are read again */
	uint64_t n_requests[SIDE_COUNT];
	/* Values that could not be written; of no collection: texts that a side cannot take. */
	uint64_t n_left_out[COLLECTION_COUNT + 1];
	bool given_up[SIDE_COUNT]; /* in this cycle it does not answer */
	struct reading *reading;   /* load.c; NULL: none */
	references_fn *then;       /* of references_refresh() */
	size_t next_missing;       /* references_create.c */
	enum collection creating;
	unsigned n_attempts;
	bool creating_lost; /* one of them may have made it */
	bool asserting;     /* its like is there */
	/* companies.c */
	bool gathers; /* all companies are asked for when the list is through */
	bool dropped; /* one of them was dead */
	/* By id of a company that is to be asked for: a person who is with it. */
	struct mapper_titles *met;
	struct members holders; /* the same: ids of companies, and these persons as their titles */
	struct arena holder_texts;
	struct str missed_company; /* of the person decoded last; empty: none */
	struct arena missed_texts;
};

struct references *references_new(const struct runner *runner);
void references_free(struct references *references); /* NULL is fine */

/* ---- load.c ---- */

/* Reads what was wanted since the last reading, as far as that is allowed, and creates what is still
 * missing where the configuration says so; then calls `then`: from inside if there is nothing to do. */
void references_refresh(struct runner *runner, references_fn *then);

/* ---- companies.c ---- */

/* Is this a collection that has no list: of which only persons show what there is? */
bool companies_are_met(const struct runner *runner, enum collection which);
/* A new cycle begins: are all of them to be asked for? */
void companies_begin(struct runner *runner);
/* A record of a list, whether its bytes are known or not. */
void companies_meet(struct runner *runner, enum side side, struct str raw);
/* A person is decoded who is with a company that is not known; id is valid in the call. */
void companies_missed(struct runner *runner, struct str id);
/* Is the person decoded last with one?  Then its bytes are not known: the next scan decodes it again. */
bool companies_is_missed(const struct runner *runner, enum side side);
/* The person decoded last is stored: if such a company was missed it is asked for. */
NODISCARD bool companies_note(struct runner *runner, enum side side, struct str person,
			      struct error *err);
/* It is dead: not known any more, nor asked for again before all of them are. */
void companies_drop(struct runner *runner, struct str id);
/* Is there anything to ask for, or to forget? */
bool companies_wait(const struct runner *runner);
/* Does what is asked for leave out none that there is? */
bool companies_are_all(const struct runner *runner);
/* They were asked for. */
void companies_asked(struct runner *runner);
/* Whoever was stored without a company that is known by now gets it.  Outside of transactions. */
NODISCARD bool companies_resolve(struct runner *runner, struct error *err);

/* ---- references_create.c ---- */

/* Does the configuration want missing members of this collection made, and can that be done? */
bool references_can_create(const struct runner *runner, enum collection which);
/* Creates what is missing and was looked for in this cycle, then calls references->then. */
void references_create(struct runner *runner);

/* ---- references.c ---- */

/* A new cycle begins. */
NODISCARD bool references_begin(struct runner *runner, struct error *err);
bool references_is_stale(const struct runner *runner, enum collection which);
/* May it be read once more in this cycle? */
bool references_may_refresh(const struct runner *runner, enum collection which);
/* What was read takes the place of what was known: members, whose texts are in the arena, are taken over.
 * To be followed by references_name(). */
void references_replace(struct runner *runner, enum collection which, struct members *members,
			struct arena *texts, uint32_t n_requests);
/* Gives everything its text, and stores it. */
NODISCARD bool references_name(struct runner *runner, struct error *err);

/* Something is wanted that is not there. */
void references_want(struct runner *runner, enum collection which);
/* Is something wanted that may be read once more in this cycle? */
bool references_are_wanted(const struct runner *runner);
/* A person was decoded: did it name somebody unknown? */
void references_note_missed(struct runner *runner, enum side side);
/* Does the person decoded last hold something in that field that has no name yet? */
bool references_is_unnamed(const struct runner *runner, enum side side, const struct field *field);
/* Is a person whose reference was not known to be read again in this cycle?  Once for each. */
bool references_read_again(struct runner *runner, enum side side);
/* Notes for the merge which rows are left alone, because what they are named in is not known. */
void references_choose_rows(struct runner *runner);
/* Is there no word on `target` for one of these?  Then it can't be written there, and is wanted. */
bool references_lack(struct runner *runner, enum side target, size_t row,
		     const struct value *value);
/* The same for one text, with nothing noted. */
bool references_lack_text(const struct runner *runner, enum side target, const struct field *field,
			  struct str text);
/* A write was refused: because of what it refers to?  Then that is not known any more, and wanted. */
bool references_note_dead(struct runner *runner, enum side target, const struct intent *intent,
			  struct str words);
/* So many values are left out of a write; COLLECTION_NONE: texts. */
void references_leave_out(struct runner *runner, enum collection which, uint64_t n);
/* What a side's decoding depends on, beside the field table. */
uint64_t references_seed(const struct runner *runner, enum side side);
/* A merge of all that is to be written begins: it meets everything that is left out. */
void references_count_anew(struct runner *runner);
void references_report(struct runner *runner);

/* ---- references_sought.c ---- */

NODISCARD bool references_load_sought(struct runner *runner, enum collection which,
				      struct error *err);
/* There is no word on `target` for this text: the collection is read again, and one is made where that is
 * wanted; unless that was done before. */
void references_seek(struct runner *runner, enum side target, const struct field *field,
		     struct str text);
/* Of mapper_context; payload: the runner. */
void references_on_missed(void *payload, enum collection which, struct str id);
/* It was looked for, or refused: not again before the next reading. */
void references_give_up(struct known *known, struct str text);
/* After a reading: what it was made for is there, or is given up. */
void references_conclude(struct runner *runner, enum collection which);
/* Keeps what was given up in this cycle. */
NODISCARD bool references_store_sought(struct runner *runner, struct error *err);

#endif
