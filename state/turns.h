/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns: readings of a side's whole list that span several cycles, and what whole readings have shown.
 * Part of the state's public API; what store.h says of ownership and errors holds here.
 *
 * A turn has a generation of its own; each cycle reads on under a newer one.  Whoever was seen since the
 * turn began, by it or by anything else, has a generation that is not older than the turn's.
 */
#ifndef CRMSYNC_STATE_TURNS_H
#define CRMSYNC_STATE_TURNS_H

#include "core/scan.h"
#include "state/store.h"

enum turn_end {
	TURN_RUNNING,
	TURN_READ,  /* every page was read, and some of their records were left out */
	TURN_WHOLE, /* every person was seen */
	TURN_END_COUNT
};

struct turn {
	int64_t generation; /* 0: there is none */
	int64_t started_at; /* ns; set by store_turn_get() */
	uint64_t mark;      /* of what it depends on: with another one it cannot go on */
	int64_t cycle; /* whatever was sent by it, or by one before it, was sent before the turn began */
	enum turn_end end;
	uint64_t n_distinct; /* persons seen, at its end */
	/* Records in this pass that cannot be read and were left out: store_unreadable_put() was not
	 * called, for lack of an id, or they were too many. */
	uint64_t n_unreadable;
	bool was_unreadable; /* there were some in the pass before */
	int64_t asked;       /* at its end: a number of state/removals.h, see store_absent_each() */
	uint32_t n_waits;    /* at its end: cycles in a row that could not ask for anybody */
	uint32_t n_asks;     /* at its end: cycles that have waited for it */
	bool unasked; /* at the end of the one before it not all who were absent were asked for */
	int64_t newest; /* number of the person, of either side, that was met last before it began; 0: none */
	struct scan_position at;
};

/* *ret_turn has generation 0 if there is none. */
NODISCARD bool store_turn_get(struct store *store, enum side side, struct turn *ret_turn,
			      struct error *err);
/* In the transaction of the page behind which it stands. */
NODISCARD bool store_turn_put(struct store *store, enum side side, const struct turn *turn,
			      struct error *err);
NODISCARD bool store_turn_drop(struct store *store, enum side side, struct error *err);

/* The last generation since which everybody of the side was seen and from which everything was concluded;
 * 0: none, or persons were decoded with another field table (mark) then. */
NODISCARD bool store_known_get(struct store *store, enum side side, uint64_t mark,
			       int64_t *ret_generation, struct error *err);
NODISCARD bool store_known_set(struct store *store, enum side side, int64_t generation,
			       uint64_t mark, struct error *err);

/* Persons of a side that the state knows, linked or not, archived ones too. */
NODISCARD bool store_person_count(struct store *store, enum side side, int64_t *ret_n,
				  struct error *err);
/* Has a list shown the person, and no reading of this generation or a younger one?  Who was made by us, or
 * read alone, may stand anywhere in it. */
NODISCARD bool store_person_listed(struct store *store, enum side side, struct str id,
				   int64_t generation, bool *ret_listed, struct error *err);
NODISCARD bool store_raw_listed(struct store *store, enum side side, const struct digest *raw,
				int64_t generation, bool *ret_listed, struct error *err);
/* The gap behind a side's newest pages, by the generation that opened it; 0: there is none.  An open one
 * stays as it is; store_known_set() with a younger generation closes it, too. */
NODISCARD bool store_gap_get(struct store *store, enum side side, int64_t *ret_generation,
			     struct error *err);
NODISCARD bool store_gap_open(struct store *store, enum side side, int64_t generation,
			      struct error *err);
NODISCARD bool store_gap_close(struct store *store, enum side side, struct error *err);
/* Which reading saw the person last; 0: it is not known. */
NODISCARD bool store_person_generation(struct store *store, enum side side, struct str id,
				       int64_t *ret_generation, struct error *err);
/* Persons of both sides have numbers in the order in which they were met; 0: nobody. */
NODISCARD bool store_person_number(struct store *store, enum side side, struct str id,
				   int64_t *ret_number, struct error *err);
NODISCARD bool store_person_newest(struct store *store, int64_t *ret_number, struct error *err);

/* Somebody who is there, and a match key that nobody else of the side has. */
struct known_key {
	struct str id, key;
};

/* Those whom a list has shown since this generation and who are not archived, the ones met last first: at
 * most n of them; *ret_n: how many there are. */
NODISCARD bool store_known_keys(struct store *store, enum side side, enum key_kind kind,
				int64_t generation, size_t n, struct arena *arena,
				struct known_key *ret_keys, size_t *ret_n, struct error *err);

/* The kind of a cycle shows only when it has begun to read. */
NODISCARD bool store_cycle_kind(struct store *store, int64_t cycle, struct str kind,
				struct error *err);

/* How old what is known of a side is. */
struct freshness {
	int64_t complete_at; /* ns: when the last reading that saw everybody ended; 0: none did */
	int64_t turn_ns;     /* how long it took */
	int64_t oldest_read_at; /* when the page that waits longest was read; 0: not known */
};

NODISCARD bool store_freshness(struct store *store, enum side side, struct freshness *ret_freshness,
			       struct error *err);

#endif
