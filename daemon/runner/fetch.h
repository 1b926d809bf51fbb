/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch: one request and its judged answer.
 *
 * Lists, single persons, groups and batches all come as records: their raw bytes are cut out of the
 * body as it arrives.  A record whose raw bytes the state already knows is kept as a digest only.
 *
 * Ownership: the fetch and all it holds is valid until its callback returns; then it is freed.
 */
#ifndef CRMSYNC_DAEMON_RUNNER_FETCH_H
#define CRMSYNC_DAEMON_RUNNER_FETCH_H

#include "daemon/runner/runner_p.h"

struct raw_record {
	struct str bytes;
	struct digest digest;
};

struct answer {
	enum judgement judgement;
	bool uncertain;   /* a write that may or may not have happened */
	struct error err; /* unless JUDGE_OK: one line, what and why */
	struct str words; /* the server's own, of a refusal */
	int status;       /* 0: no answer */
	int64_t seen_at;  /* ns: the answer's Date, else our clock */
	struct str body;  /* FETCH_BODY only */
	struct page_info info;
	/* FETCH_CHANGED: records that are as the state knows them */
	VEC(struct digest) known;
	VEC(struct raw_record) records; /* the others */
	struct arena arena;
};

enum fetch_mode {
	FETCH_RECORDS, /* every record is handed out */
	FETCH_CHANGED, /* known ones by digest only */
	FETCH_BODY,    /* the body as it is */
};

typedef void fetch_fn(void *payload, struct answer *answer);

/* Takes the request.  fn is called exactly once, from the loop. */
void fetch_submit(struct runner *runner, enum side side, struct request *request,
		  enum fetch_mode mode, enum sender_priority priority, fetch_fn *fn, void *payload);
/* Decodes a record of an answer; sets seen_at. */
NODISCARD bool fetch_decode(struct runner *runner, enum side side, const struct answer *answer,
			    struct str raw, struct arena *arena, struct person *ret_person,
			    struct error *err);
/* The same of the answer to a write, which may hold less than the person. */
NODISCARD bool fetch_decode_part(struct runner *runner, enum side side, const struct answer *answer,
				 struct str raw, struct arena *arena, struct person *ret_person,
				 struct error *err);
/* The same of a person's own answer: of the values that `asked` has, what it lacks is empty. */
NODISCARD bool fetch_decode_own(struct runner *runner, enum side side, const struct answer *answer,
				struct str raw, const struct person *asked, struct arena *arena,
				struct person *ret_person, struct error *err);

#endif
