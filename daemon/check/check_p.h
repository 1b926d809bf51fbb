/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_p: what the files of `check --online` share.
 *
 *   check_online.c  the order of the questions; printing, the exit code
 *   check_ask.c     one question and its judged answer
 *   check_access.c  address, TLS, token, scopes, lists, filters
 *   check_fields.c  each row of the field table against attributes and a sample of persons
 *   check_rounds.c  what of the sample comes back from the other side as it was
 *   check_time.c    how long a first sync takes
 *
 * Nothing is written to a side, to the state or to the status file.  The questions are asked one after
 * the other; what follows from a failure is not asked any more.
 */
#ifndef CRMSYNC_DAEMON_CHECK_CHECK_P_H
#define CRMSYNC_DAEMON_CHECK_CHECK_P_H

#include "base/vec.h"
#include "daemon/config/config.h"
#include "daemon/exit_codes.h"
#include "mappers/mapper.h"
#include "mappers/schema.h"
#include "net/sender.h"

#include <uv.h>

/* Questions in all, repeated ones apart.  What is beyond it is said to be unchecked. */
#define CHECK_QUESTIONS 12
/* Persons of a side that are looked at. */
#define CHECK_SAMPLE 100
/* Of a server's own words. */
#define CHECK_WORDS_BYTES 160

/* ---- Findings: the rows of the result ---- */

enum finding_result {
	FINDING_OK,
	FINDING_WARNING,   /* works, but not as well as it could */
	FINDING_WRONG,     /* a sync will fail, or lose something */
	FINDING_UNCHECKED, /* not known */
	FINDING_RESULT_COUNT
};

struct finding {
	enum finding_result result;
	enum exit_code code; /* of what is wrong */
	struct str side;     /* "records", "people", "both" */
	struct str what;
	struct str field; /* the row of the field table; empty: none */
	struct str found;
	struct str todo; /* empty: nothing */
};

/* ---- Answers ---- */

enum check_form {
	CHECK_BODY, /* the body is all that is asked for */
	CHECK_LIST, /* it must be a list of persons */
};

struct check_answer {
	bool asked; /* false: the side was given up before, or enough was asked */
	enum judgement judgement;
	struct error err; /* status 0: what the network said */
	int status;
	struct str words; /* the server's own */
	struct str body;
	struct page_info info;   /* CHECK_LIST */
	VEC(struct str) records; /* CHECK_LIST: raw */
};

struct check_side {
	struct http_endpoint *endpoint;
	struct sender *sender;
	bool given_up; /* nothing more can be had of it */
	struct schema schema;
	bool sampled; /* the first page of its list was read */
	uint32_t page_size;
	struct page_info page;
	VEC(struct str) sample; /* raw records */
};

struct check {
	const struct config *config;
	struct arena arena; /* of all that is found */
	uv_loop_t loop;
	bool has_loop;
	struct http *http;
	struct check_side sides[SIDE_COUNT];
	uint32_t n_questions;
	const struct mapper *mapper[SIDE_COUNT];
	struct mapper_context context;
	struct mapper_titles *tags;
	bool tags_whole; /* all of them are known */
	VEC(struct finding) findings;
};

/* ---- check_online.c ---- */

/* A new row; its what, field and todo may be static text.  side: SIDE_COUNT for both. */
struct finding *check_note(struct check *check, enum finding_result result, enum side side,
			   const char *what, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* The same for what is wrong. */
struct finding *check_note_wrong(struct check *check, enum exit_code code, enum side side,
				 const char *what, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* ---- check_ask.c ---- */

NODISCARD bool check_ask_open(struct check *check, struct error *err);
void check_ask_close(struct check *check);
/* Takes the request.  True: the answer is JUDGE_OK and of the form asked for. */
NODISCARD bool check_ask(struct check *check, enum side side, struct request *request,
			 enum check_form form, struct check_answer *ret_answer);
/* A row for an answer that is not what was asked for. */
struct finding *check_note_failure(struct check *check, enum side side, const char *what,
				   const struct check_answer *answer);

/* ---- the others ---- */

/* Address, TLS and token, by the first answer of a side.  False: the side is given up. */
NODISCARD bool check_reached(struct check *check, enum side side,
			     const struct check_answer *answer);
void check_access(struct check *check, enum side side);
/* Notes, users and what references name, where they are enabled. */
void check_collections(struct check *check, enum side side);
void check_fields(struct check *check, enum side side);
void check_rounds(struct check *check, enum side side);
void check_time(struct check *check);
/* The context for one row of the table alone. */
struct mapper_context check_context_of(const struct check *check, const struct field_table *table);
struct field_table check_table_of(struct check *check, size_t field);

#endif
