/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: everything that will happen in one run, drawn from its seed before it begins: the options of
 * the servers and of the program, what users do, what the network does, when the process dies.  What
 * is left out of a plan (shrinking) changes nothing of the rest.
 */
#ifndef CRMSYNC_SIM_PLAN_H
#define CRMSYNC_SIM_PLAN_H

#include "tokens.h"

#include "../sandbox/sandbox.h"

#include <stdio.h>

#define PLAN_HUMANS 240
#define PLAN_OPS 3000
#define PLAN_FAULTS 80
#define SIM_LATE 4 /* writes that the servers carry out late */
#define PLAN_KILLS 128
#define PLAN_CYCLES 12
#define NOBODY UINT32_MAX

/* When it happens within its cycle. */
enum when {
	WHEN_BEFORE,  /* before the cycle begins */
	WHEN_REQUEST, /* before the n-th request reaches its server */
	WHEN_WRITE,   /* before the n-th write reaches its server */
	WHEN_COUNT
};

enum op_kind {
	OP_CREATE,    /* the human on that side; mask: what it has, other: its variant there */
	OP_SET,       /* another value for a scalar, one more for a set */
	OP_CLEAR,     /* a scalar or a whole set */
	OP_DROP,      /* one element of a set */
	OP_REPLACE,   /* the first element of a set */
	OP_MOVE,      /* an e-mail from one human to another */
	OP_SWAP,      /* the e-mails of two humans */
	OP_TWIN,      /* the human once more on that side */
	OP_DELETE,    /* for good */
	OP_ARCHIVE,   /* people side */
	OP_UNARCHIVE, /* people side */
	OP_MERGE,     /* records: two become one with a new id */
	OP_NOTE,      /* a note of the human on that side */
	OP_NOTE_EDIT, /* the n-th note gets other words */
	OP_CUSTOMER, /* the human gets the n-th customer number, loses his, or exchanges it with another one */
	OP_PHONE, /* people: a phone that is no number beside the others */
	OP_FIRM,  /* the human is with a company; mask: the other side has it, too */
	OP_KIND_COUNT
};

struct op {
	enum op_kind kind;
	enum when when;
	uint32_t cycle, n;
	enum sandbox_side side;
	uint32_t human, other;
	enum slot slot;
	uint32_t
		mask; /* OP_CREATE: bits of slots; bits above SLOT_COUNT: differs from the other side */
	uint32_t token; /* of what is set */
	uint32_t
		hours_old; /* OP_CREATE behind the first cycle: its server says that it is, an import does so */
	int64_t at_ns; /* since the beginning; of plans that last a time, in place of when and cycle */
};

enum fault_kind {
	NET_UNSENT,       /* no connection: certainly never left */
	NET_LOST_BEFORE,  /* reset, the server never saw it */
	NET_LOST_AFTER,   /* carried out, the answer reset */
	NET_SILENT,       /* never answered, not carried out */
	NET_SILENT_AFTER, /* carried out, never answered */
	NET_429,
	NET_429_SILENT, /* without Retry-After */
	NET_500,
	NET_502_AFTER, /* carried out, and the proxy says 502 */
	NET_503,
	NET_504_AFTER,
	NET_CUT,  /* carried out, half of the body */
	NET_SLOW, /* minutes */
	NET_404,  /* of everything: a wrong route */
	NET_403,
	NET_401,
	NET_HTML,  /* 200, a stranger's page */
	NET_EMPTY, /* a list without anybody */
	NET_SHORT, /* a list without its last rows */
	NET_DOWN,  /* the side is not there for a while */
	NET_DRAWN, /* the kinds so far befall any request */
	NET_LATE =
		NET_DRAWN, /* a create that is carried out when nobody waits for its answer any more */
	NET_FAULT_COUNT
};

struct net_fault {
	enum fault_kind kind;
	uint32_t cycle;
	bool writes; /* counted among the writes only */
	uint32_t n, count;
	bool any_side;
	enum sandbox_side side;
	/* Since the beginning; by these in place of cycles and numbers if there is an end.  Befalls so many
	 * in a thousand of the requests. */
	int64_t begin_ns, end_ns;
	uint32_t permille;
};

enum mishap {
	MISHAP_KILL,
	MISHAP_KILL_LOSE,
	MISHAP_KILL_OLD,
	MISHAP_LOSE,
	MISHAP_OLD,
	MISHAP_TERM, /* told to stop; what is in flight ends */
};

struct kill {
	enum mishap mishap;
	uint32_t cycle;
	uint32_t action; /* dies at this action of the cycle; none for MISHAP_LOSE and MISHAP_OLD */
};

enum plan_policy { PLAN_NEWEST, PLAN_RECORDS, PLAN_PEOPLE, PLAN_MANUAL };
enum plan_create { PLAN_CREATE_BOTH, PLAN_CREATE_PEOPLE, PLAN_CREATE_RECORDS, PLAN_CREATE_NONE };

struct knobs {
	enum sandbox_dialect dialect;
	enum sandbox_jsonld jsonld;
	enum plan_policy policy;
	enum plan_create create;
	bool fallback_people;
	bool marker;
	bool tags;
	uint32_t page_size, items_per_page, batch_size;
	uint32_t verify_after_s;
	uint32_t people_per_minute;
	uint32_t server_people_per_min;
	uint32_t in_flight;
	bool quick; /* cycles as a daemon's: lists that are too long for its interval are rolled */
	uint32_t interval_s, reads_per_second;
	uint32_t scan_share;
	bool rewrite, sparse, stable_ids, unique_rows, exact_search, link_companies;
	bool reopen;   /* a process for each cycle, instead of one that goes on */
	bool removals; /* users delete and archive */
	bool notes;    /* are carried */
	bool users;    /* have records */
	bool custom;   /* fields of the workspace's own */
	bool odd;      /* phones that are no numbers, and companies */
	uint32_t on_records, on_people, on_edited; /* choices of on_removed */
	uint32_t removal_percent;
	uint32_t changed_percent;
	int32_t skew_s[SANDBOX_SIDE_COUNT];
	uint32_t gap_s; /* between two cycles, about */
};

/* A human whose person on a side cannot be decoded, in cycles `from` to `to` - 1, wherever it is read. */
struct spoiled {
	uint32_t human; /* NOBODY: none */
	enum sandbox_side side;
	uint32_t from, to;
};

struct plan {
	uint64_t seed;
	struct knobs knobs;
	uint32_t n_humans, n_ops, n_faults, n_kills, n_cycles;
	int64_t lasts_ns; /* the users' time, whatever the cycles; 0: it is n_cycles */
	uint32_t
		poisoned; /* writes with anything of this human are refused for ever; NOBODY: none */
	struct spoiled spoiled;
	uint32_t deaf; /* one side accepts titles of this human and ignores them; NOBODY: none */
	enum sandbox_side deaf_side;
	struct op ops[PLAN_OPS];
	struct net_fault faults[PLAN_FAULTS];
	struct kill kills[PLAN_KILLS];
};

void plan_make(uint64_t seed, struct plan *ret_plan);
/* day_plan.c: a day of a daemon, with hundreds of persons. */
void plan_make_day(uint64_t seed, struct plan *ret_plan);
void plan_print(const struct plan *plan, FILE *out);
/* Is it mapped, on both sides? */
bool plan_has_slot(const struct knobs *knobs, enum slot slot);
/* May a list leave somebody out who is there, or a server deny him? */
bool plan_may_lie(const struct plan *plan);
/* The token that the human has there from the beginning. */
uint32_t plan_base_token(uint32_t human, enum slot slot, uint32_t variant);
const char *op_kind_name(enum op_kind kind);
const char *fault_kind_name(enum fault_kind kind);
const char *mishap_name(enum mishap mishap);

/* splitmix64 */
uint64_t plan_random(uint64_t *state);
uint32_t plan_below(uint64_t *state, uint32_t n);
bool plan_percent(uint64_t *state, uint32_t percent);

#endif
