/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapper: the contract of a side's wire dialect, what a driver is to a mail synchroniser.
 *
 * A mapper builds requests (plain data) and judges answers.  It never sends anything, keeps nothing
 * between calls and has no clock.  json-c is known only inside mappers/.
 *
 * A new dialect is one file with one `const struct mapper` and a row in mapper_find().
 *
 * Ownership: requests are initialised by the builder and released by the caller.  Decoded persons
 * live in the arena given.
 */
#ifndef CRMSYNC_MAPPERS_MAPPER_H
#define CRMSYNC_MAPPERS_MAPPER_H

#include "base/arena.h"
#include "base/error.h"
#include "base/message.h"
#include "core/field.h"
#include "core/match.h"
#include "core/person.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- What a mapper needs to know ---- */

/* The canonical texts of things that a side names by id or IRI (tags, organizations, companies).  Filled by
 * the runner from the side's collection; looked up while decoding and encoding. */
struct mapper_titles; /* see mappers/titles.h */

/* Borrowed for the life of the mapper's user; immutable while requests are in flight. */
struct mapper_context {
	const struct field_table *fields;
	/* NULL: not known, so the rows that need it are neither read nor written */
	const struct mapper_titles *collections[COLLECTION_COUNT];
	/* May be NULL: decode tells of each id that no collection has; id is valid in the call. */
	void (*on_missed)(void *payload, enum collection which, struct str id);
	void *missed_payload;
	const char *object;         /* records: "people" */
	const char *default_region; /* for phone numbers without a country: "US" */
	const char *email_property; /* people: "emailAddresses" */
	const char *email_key;      /* people: "email" */
	const char *phone_property; /* people: "phoneNumbers" */
	const char *phone_key;      /* people: "phoneNumber" */
	bool marker;                /* people: externalSource is ours to write on creates */
	/* decode: of an answer to a write, which may hold less than the person: what it lacks is unknown.
	 * Anything else that lacks what every person has is malformed. */
	bool part;
	/* decode: of a record's own answer.  Of the values that this person has, what the answer lacks is
	 * empty; NULL: what an answer lacks is unknown. */
	const struct person *asked;
};

struct mapper_caps {
	bool totals;       /* list answers announce how many there are */
	bool batch;        /* has batch create and update */
	bool sparse_lists; /* list answers may leave out what a person's own answer holds */
	bool volatile_ids; /* nested objects carry an "@id" that differs in every answer */
	uint32_t page_max; /* the largest page the API serves */
	uint32_t batch_max;
};

/* ---- Lists ---- */

/* None: the server's own, which is by id on people. */
enum page_order { ORDER_CREATED_ASC, ORDER_CREATED_DESC, ORDER_NONE };

struct page_request {
	uint64_t offset; /* persons before this page */
	uint32_t number; /* pages before this page: 0, 1, … */
	uint32_t size;
	enum page_order order;
};

struct page_info {
	int64_t total;      /* announced number of persons; -1: not announced */
	uint32_t n_members; /* persons on this page */
	bool has_next;      /* the page names a successor (people's view.next) */
};

/*
 * Takes the bytes of a body as they arrive and hands out each record's raw bytes as soon as it is
 * whole.  Nothing else of the body is held but the small envelope around the records.
 * Works for lists and for answers that wrap one record.
 */
struct page_reader; /* opaque, heap; one per answer */
/* raw is valid during the call only.  Called from inside page_reader_feed.  That a record was handed
 * out says nothing of the rest: a page counts only once page_reader_finish has accepted it. */
typedef void page_record_fn(void *payload, struct str raw);

/* ---- Grouped reads ---- */

/* A person to be read again: id, and what it is known by (an e-mail the side can be asked for). */
struct person_ref {
	struct str id;
	struct str email; /* canonical; empty: none */
};

/* ---- Answers ---- */

enum judgement {
	JUDGE_OK,
	JUDGE_GONE,      /* that person is not there (404/410 of the person, not of the route) */
	JUDGE_REJECTED,  /* this person's write is refused for good (400/409/422) */
	JUDGE_CLASH,     /* refused because a unique value is taken */
	JUDGE_AUTH,      /* 401/403 */
	JUDGE_LIMITED,   /* 429 */
	JUDGE_TRANSIENT, /* 408, 425, 5xx: may work later; a write's outcome is unknown for 5xx */
	JUDGE_MALFORMED, /* 2xx that cannot be understood, a redirect, an unknown route */
	JUDGE_COUNT
};

struct page_shape; /* see mappers/page_reader.h */

/* Times that mean something else to `remove`. */
#define MAPPER_RESTORE INT64_C(0) /* takes archived_at back */
#define MAPPER_DELETE INT64_C(-1) /* deletes for good, on either side */

struct mapper {
	const char *name; /* "values", "attributes", "people" */
	enum side side;
	struct mapper_caps caps;
	const struct page_shape *shape; /* of this dialect's bodies */

	/* One page of the whole list in a stable order. */
	void (*list)(const struct mapper_context *, const struct page_request *,
		     struct request *ret);
	/* One person by id. */
	void (*read)(const struct mapper_context *, struct str id, struct request *ret);
	/* Several persons in one request; the caller checks which of them came.  Returns how many of
	 * the refs (a prefix) the request covers; 0: cannot be grouped, use read. */
	size_t (*read_group)(const struct mapper_context *, const struct person_ref *, size_t n,
			     struct request *ret);
	/* Whoever has one of these keys, to look before creating; at most a page of them is asked for.
	 * Returns how many of the keys (a prefix) the request covers; 0: this side cannot be asked for
	 * the first one's kind. */
	size_t (*search)(const struct mapper_context *, const struct match_key *, size_t n,
			 struct request *ret);
	/* All values of `person` that are VALUE_SET; `marker` as in struct person. */
	void (*create)(const struct mapper_context *, const struct person *person,
		       struct request *ret);
	/* `desired` holds VALUE_UNKNOWN in fields that are not to be written, VALUE_EMPTY in those to be
	 * cleared.  `current` is what the target held when it was last read, and its id is the target's:
	 * elements are sent back whole, what is equal is left out.  An empty ret->target: nothing differs
	 * that this side can hold, there is nothing to send. */
	void (*update)(const struct mapper_context *, const struct person *current,
		       const struct person *desired, struct request *ret);
	/* Sets archived_at (people) to `when` or deletes (records). */
	void (*remove)(const struct mapper_context *, struct str id, int64_t when,
		       struct request *ret);
	/* Batches; NULL without caps.batch.  n <= caps.batch_max. */
	void (*create_batch)(const struct mapper_context *, const struct person *const *persons,
			     size_t n, struct request *ret);
	void (*update_batch)(const struct mapper_context *, const struct person *const *current,
			     const struct person *const *desired, size_t n, struct request *ret);

	/* Can this side hold the canonical text in that field?  NULL: whatever it is. */
	bool (*takes)(const struct field *field, struct str text);

	/* One record's raw bytes, as a page_reader hands them out.  ERR_MALFORMED names the path. */
	bool (*decode)(const struct mapper_context *, struct str raw, struct arena *,
		       struct person *ret, struct error *err);
};

/* The mapper of a side; dialect only matters for SIDE_RECORDS ("values", "attributes"); NULL if there
 * is none of that name. */
const struct mapper *mapper_find(enum side side, const char *dialect);

/* ---- Reading bodies (all mappers) ---- */

struct page_reader *page_reader_new(const struct mapper *mapper, page_record_fn *on_record,
				    void *payload);
/* Before the first byte.  The answer to a write may hold nobody, or no more than an id: an empty body, null
 * and an object without a record are whole then, and have no members. */
void page_reader_may_say_nothing(struct page_reader *reader);
void page_reader_free(struct page_reader *reader); /* NULL is fine */
/* False: the body is not what it should be; err is ERR_MALFORMED and every later call fails too. */
NODISCARD bool page_reader_feed(struct page_reader *reader, const char *bytes, size_t len,
				struct error *err);
/* To be called at the end of the body: judges completeness (a cut body fails here). */
NODISCARD bool page_reader_finish(struct page_reader *reader, struct page_info *ret_info,
				  struct error *err);

/* The id in a record's raw bytes, whatever else they hold; empty: there is none. */
struct str mapper_raw_id(const struct mapper *mapper, struct str raw, struct arena *arena);
/* Of a record's raw bytes: the same bytes, leaving out what differs in every answer, have the same
 * digest.  Bytes longer than LIMIT_RECORD_BYTES never come out of a page_reader. */
struct digest mapper_raw_digest(const struct mapper *mapper, struct str raw, uint64_t seed);

/* Which of the keys stand somewhere in a record's raw bytes, for one that cannot be decoded: all of them
 * if it is no JSON. */
void mapper_shown(const struct mapper_context *context, struct str raw,
		  const struct match_key *keys, size_t n, bool *ret_shown);

#define MAPPER_MARKS_MOST 4096
uint64_t mapper_mark(enum key_kind kind, struct str key);
/* Of a word of a name, without blanks: who has no keys is told by these. */
uint64_t mapper_mark_word(struct arena *arena, struct str word);
/* Of all that stands in a record's texts, whichever kind of key it may be, and of the words of those that may be
 * names, each once: so that they can be looked for when the bytes are gone.  Returns how many;
 * MAPPER_MARKS_MOST: there may be others. */
size_t mapper_marks(const struct mapper_context *context, struct str raw,
		    uint64_t ret_marks[static MAPPER_MARKS_MOST]);

/* ---- Judging (all mappers) ---- */

/* What the status and body of an answer mean; ret_words gets the server's own words, cut to
 * LIMIT_SERVER_WORDS_BYTES, control characters replaced ("" if there are none). */
enum judgement mapper_judge(const struct mapper *mapper, const struct response *response,
			    struct arena *arena, struct str *ret_words);
const char *judgement_name(enum judgement judgement);

/* ---- What a person typed ---- */

#define LIMIT_TYPED_BYTES 65536

/* A scalar's value as a server's would be read, in the records side's spelling; blank is VALUE_EMPTY.
 * ERR_USAGE names the field and what is expected. */
NODISCARD bool mapper_typed(const struct field *field, struct str text, struct arena *arena,
			    struct value *ret_value, struct error *err);

#endif
