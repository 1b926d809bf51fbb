/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: what the program remembers between cycles, in one SQLite file.  The whole public API of the
 * state; SQLite is known only behind it.
 *
 * Single-threaded; exactly one writer in the system, which holds `PATH.lock` (flock) for its life.
 * Readers open read-only and work beside it.  Calls block on the local disk only; no network happens
 * while a transaction is open.
 *
 * Invariants
 *  - an intent is committed before its request goes out;
 *  - a shadow moves only in the transaction that removes the intent which moved it, or in the one
 *    that found both sides agreed;
 *  - a link has at most one intent per target side; a person at most one active link;
 *  - link, shadow, intent and wish rows carry a checksum that every read verifies.
 *
 * Ownership: results are copied into the arena given (or, in callbacks, into a row arena that is
 * valid for the call); nothing points into SQLite afterwards.  Texts passed in are borrowed.
 * Errors: ERR_STORE, except where said.  A failed call inside a transaction leaves it open: roll back.
 */
#ifndef CRMSYNC_STATE_STORE_H
#define CRMSYNC_STATE_STORE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "core/match.h"
#include "core/person.h"

struct store;

/* ---- Life cycle ---- */

enum store_mode {
	/* creates the file (0600) if needed, takes the lock: ERR_LOCKED if it is taken */
	STORE_WRITE,
	STORE_READ,    /* read-only; ERR_STORE if there is no file */
	STORE_SCRATCH, /* a private temporary copy of the file (or empty if there is none): for plans.
	                  Needs no lock and changes nothing */
};

/* fields must outlive the store: bodies are packed and unpacked by it.  Runs quick_check and
 * the migrations (STORE_WRITE, STORE_SCRATCH).  ERR_STORE also for a file that is not ours, is damaged,
 * or was written by a newer program: it is never replaced silently. */
NODISCARD bool store_open(const char *path, enum store_mode mode, const struct field_table *fields,
			  struct store **ret_store, struct error *err);
/* Another field table, after a reload; outside of transactions. */
void store_use_fields(struct store *store, const struct field_table *fields);
void store_close(struct store *store); /* NULL is fine; an open transaction is rolled back */

/*
 * Moves the files of a state aside, whatever is in them: to PATH.YYYYMMDDTHHMMSSZ by `now`, with -wal and
 * -shm behind the new name, so that SQLite takes them for what they are.  Nothing is deleted or replaced.
 * *ret_aside is the new name, empty if there was nothing to move.  ERR_LOCKED if an instance holds the
 * state, ERR_CREATE if it cannot be moved.
 */
NODISCARD bool store_set_aside(const char *path, int64_t now, struct arena *arena,
			       struct str *ret_aside, struct error *err);

/* The pair of systems that the state belongs to: set on first use, ERR_FOREIGN when it differs. */
NODISCARD bool store_bind_identity(struct store *store, struct str records, struct str people,
				   struct error *err);

NODISCARD bool store_begin(struct store *store, struct error *err);
NODISCARD bool store_commit(struct store *store, struct error *err);
void store_rollback(struct store *store);

/* Small named values: learned rates, capabilities.  Empty text if there is none. */
NODISCARD bool store_meta_get(struct store *store, const char *key, struct arena *arena,
			      struct str *ret_value, struct error *err);
NODISCARD bool store_meta_set(struct store *store, const char *key, struct str value,
			      struct error *err);

/* ---- Scans and observations ---- */

/* Starts a new reading of a side; its number is the generation that rows are marked with, from now on. */
NODISCARD bool store_scan_start(struct store *store, enum side side, int64_t now,
				int64_t *ret_generation, struct error *err);
/* complete: every person of the side was read. */
NODISCARD bool store_scan_end(struct store *store, enum side side, int64_t generation,
			      bool complete, int64_t now, struct error *err);

/* How many different persons were seen since this generation, forgotten ones too. */
NODISCARD bool store_scan_count(struct store *store, enum side side, int64_t generation,
				int64_t *ret_n, struct error *err);

/* Marks the person whose raw bytes had this digest as seen; *ret_known false if there is none. */
NODISCARD bool store_mark_seen(struct store *store, enum side side, const struct digest *raw,
			       int64_t generation, bool *ret_known, struct error *err);
/* Was the side read whole before that generation, by a scan that began after `since`? */
NODISCARD bool store_scan_since(struct store *store, enum side side, int64_t since,
				int64_t generation, bool *ret_any, struct error *err);
/* A whole list did not show a person who is there: how often in a row by now. */
NODISCARD bool store_person_hidden(struct store *store, enum side side, struct str id,
				   int64_t *ret_times, struct error *err);
/* As above, but only asks: for deciding whether a record must be decoded at all. */
NODISCARD bool store_knows_raw(struct store *store, enum side side, const struct digest *raw,
			       bool *ret_known, struct error *err);

enum observation {
	OBSERVED_SAME,      /* linked, canonical content equals the shadow */
	OBSERVED_CHANGED,   /* linked, differs: staged */
	OBSERVED_UNKNOWN,   /* not linked: staged with its match keys */
	OBSERVED_FORGOTTEN, /* on request (forget.h): nothing of it is taken */
	OBSERVED_COUNT
};

/*
 * Takes what a side said of one person: marks it as seen, compares with the shadow, stages it if it
 * is changed or unknown, replaces its match keys.  raw may be NULL (read one by one: the next scan
 * decodes it once more).  generation 0: leaves the seen mark alone.
 */
NODISCARD bool store_observe(struct store *store, enum side side, const struct person *person,
			     const struct digest *raw, int64_t generation,
			     const struct match_key *keys, size_t n_keys,
			     enum observation *ret_observation, struct error *err);

/* ---- Matching ---- */

/* One candidate pair of unlinked persons that share a key of the kind asked for; degrees count the
 * pairs that each of the two is in. */
struct match_edge {
	struct str id[SIDE_COUNT];
	struct str key; /* one of the shared keys: the evidence */
	uint32_t degree[SIDE_COUNT];
};

typedef bool match_edge_fn(void *payload, const struct match_edge *edge, struct error *err);

/* Forgets the parking of the last matching: everything unlinked takes part again. */
NODISCARD bool store_match_begin(struct store *store, struct error *err);
/* Collects the candidate pairs of a kind: unlinked, not archived, not parked persons, not of a
 * dissolved link.  A key shared by more than max_share persons of one side proposes nothing. */
NODISCARD bool store_match_collect(struct store *store, enum key_kind kind, unsigned max_share,
				   struct error *err);
/* A key that proposes nothing because too many share it, and has persons on both sides. */
struct match_crowd {
	struct str key;
	uint32_t n[SIDE_COUNT];
};

typedef bool match_crowd_fn(void *payload, const struct match_crowd *crowd, struct error *err);
/* After store_match_collect(): parks everybody who has such a key, and hands out the keys. */
NODISCARD bool store_match_crowds(struct store *store, unsigned max_share, match_crowd_fn *fn,
				  void *payload, struct error *err);
/* Takes a pair out of the collection (incompatible names). */
NODISCARD bool store_match_drop(struct store *store, const struct match_edge *edge,
				struct error *err);
/* Each collected pair, ordered by records id; the callback may link, park and drop. */
NODISCARD bool store_match_each(struct store *store, match_edge_fn *fn, void *payload,
				struct error *err);

enum suspicion {
	/* an e-mail or LinkedIn key of it belongs to a linked person of either side */
	SUSPECT_LINKED,
	SUSPECT_TWIN, /* shares such a key with an older unlinked person of its own side */
};

typedef bool suspect_fn(void *payload, enum side side, struct str id, enum suspicion suspicion,
			struct str key, struct str other_id, struct error *err);
/* Unlinked, unparked persons that must not be created across. */
NODISCARD bool store_match_suspects(struct store *store, suspect_fn *fn, void *payload,
				    struct error *err);
/* Excludes an unlinked person from matching and creating until the next store_match_begin. */
NODISCARD bool store_park(struct store *store, enum side side, struct str id, struct error *err);

/* An unlinked person in full; *ret_found false if there is none of that id, or it is linked. */
NODISCARD bool store_unlinked_get(struct store *store, enum side side, struct str id,
				  struct arena *arena, struct person *ret_person, bool *ret_found,
				  struct error *err);

typedef bool person_fn(void *payload, const struct person *person, struct arena *row_arena,
		       struct error *err);
/* Unlinked, unparked, unarchived persons without a pending create, not of a dissolved link, seen since that
 * generation; in order of (created_at, id).  The callback may add intents. */
NODISCARD bool store_unlinked_each(struct store *store, enum side side, int64_t since,
				   person_fn *fn, void *payload, struct error *err);
/* Those created since then, or nobody knows when; archived ones, too. */
NODISCARD bool store_newcomers_each(struct store *store, enum side side, int64_t since,
				    person_fn *fn, void *payload, struct error *err);
NODISCARD bool store_unlinked_count(struct store *store, enum side side, int64_t *ret_n,
				    struct error *err);

/* ---- Links ---- */

enum link_state { LINK_ACTIVE, LINK_DISSOLVED, LINK_STATE_COUNT };

/* Why a link was dissolved: what may bring it back. */
enum link_end {
	LINK_END_NONE,     /* it is active */
	LINK_END_USER,     /* `links unlink` */
	LINK_END_ARCHIVED, /* the people person was archived: un-archiving brings it back */
	LINK_END_REMOVED,  /* a person was removed, and its counterpart is to stay as it is */
	LINK_END_MERGED,   /* the record was merged into one that is linked already */
	LINK_END_COUNT
};

struct link {
	int64_t id;
	struct str side_id[SIDE_COUNT];
	enum link_state state;
	struct str how;     /* email, linkedin, phone, marker, identical, created, user */
	int64_t created_at; /* ns */
	int64_t cycle;
	enum link_end ending;
};

/* Both persons must be unlinked.  Their staged bodies stay: the merge compares them (first contact). */
NODISCARD bool store_link_add(struct store *store, const struct str id[SIDE_COUNT], struct str how,
			      int64_t cycle, int64_t now, int64_t *ret_link, struct error *err);
/* By either side's id or by number (a text of digits that is no id). */
NODISCARD bool store_link_find(struct store *store, struct str id, struct arena *arena,
			       struct link *ret_link, bool *ret_found, struct error *err);
/*
 * The persons of a dissolved link are remembered: neither matched nor created across again.  One that was
 * proved to be gone is forgotten.  The shadows of a link that can come back are kept.
 */
NODISCARD bool store_link_dissolve(struct store *store, int64_t link, enum link_end ending,
				   struct error *err);
/* Ends a link, active or dissolved, without remembering it: who is left of it is free. */
NODISCARD bool store_link_forget(struct store *store, int64_t link, struct error *err);
/* A dissolved link is active again, with its shadows; both persons must be unlinked. */
NODISCARD bool store_link_revive(struct store *store, int64_t link, struct error *err);
/* The person of that side is the unlinked one of this id from now on; the shadows stay. */
NODISCARD bool store_link_move(struct store *store, int64_t link, enum side side, struct str id,
			       struct error *err);
NODISCARD bool store_link_count(struct store *store, int64_t *ret_n, struct error *err);
typedef bool link_fn(void *payload, const struct link *link, struct error *err);
NODISCARD bool store_link_each(struct store *store, link_fn *fn, void *payload, struct error *err);

/* ---- Merging ---- */

/* All that is known of a linked pair. */
struct pair {
	struct link link;
	/* What each side held when last read: the staged body, or the shadow if it was unchanged. */
	struct person now[SIDE_COUNT];
	struct person shadow[SIDE_COUNT];
	bool has_shadow[SIDE_COUNT]; /* false: first contact */
	/* When the side was last seen with the shadow's content; lower bound of a change.  0: never. */
	int64_t old_seen_at[SIDE_COUNT];
	/* Generation in which the side was last seen. */
	int64_t generation[SIDE_COUNT];
	/* The cycle that proved the person of a side to be gone; 0: none did since it was seen last. */
	int64_t gone_cycle[SIDE_COUNT];
	bool unreadable[SIDE_COUNT]; /* by now; `now` is what it held before (state/unreadable.h) */
};

typedef bool pair_fn(void *payload, struct pair *pair, struct arena *row_arena, struct error *err);
/* Active links of which at least one side is staged or has a wish; in order of link id.  The callback may
 * change anything about the link it was given.  One transaction per `batch` links, opened and committed here
 * (call without an open transaction). */
NODISCARD bool store_pairs_dirty(struct store *store, unsigned batch, pair_fn *fn, void *payload,
				 struct error *err);
NODISCARD bool store_pair_get(struct store *store, int64_t link, struct arena *arena,
			      struct pair *ret_pair, struct error *err);
/* What a side held of a person when last read, linked or not; *ret_found false if it is not known. */
NODISCARD bool store_person_get(struct store *store, enum side side, struct str id,
				struct arena *arena, struct person *ret_person, bool *ret_found,
				struct error *err);
/*
 * Sets the shadow of one side, and whether that side still differs from it: the staged body is
 * dropped if now's canonical content equals the shadow's, else `now` is (or stays) staged.
 */
NODISCARD bool store_settle(struct store *store, int64_t link, enum side side,
			    const struct person *now, const struct person *shadow,
			    struct error *err);

/* ---- Intents ---- */

enum intent_kind {
	INTENT_CREATE,
	INTENT_UPDATE,
	INTENT_REMOVE, /* archives or deletes the target, or writes what `write` says; the link ends */
	INTENT_RESTORE, /* un-archives the target */
	INTENT_KIND_COUNT
};
enum intent_state {
	INTENT_PENDING, /* decided, not sent */
	INTENT_SENT,    /* handed to the network: outcome unknown until the answer is stored */
	INTENT_STATE_COUNT
};

struct intent {
	int64_t id;
	enum intent_kind kind;
	enum intent_state state;
	enum side target;
	int64_t link;         /* 0 for a create */
	struct str target_id; /* empty for a create */
	struct str source_id; /* the person of the other side that it comes from */
	struct person write;  /* the values to send; VALUE_UNKNOWN: not part of it */
	struct person base; /* update: what the target held when this was decided (precondition) */
	struct person source; /* what the source held: becomes its shadow in the written fields */
	int64_t cycle;
	int64_t created_at;
	int64_t sent_at;
	int64_t late_until; /* a create of unknown outcome may still be carried out; 0: it may not */
	struct str reasons; /* "field: why\n" for each field of it */
};

/* The reason of one field; empty if none is kept. */
struct str intent_reason(const struct intent *intent, struct str field);
/* id, state, sent_at and late_until are set here.  Replaces nothing: a second intent for the same
 * link and target, or the same source of a create, is ERR_INTERNAL. */
NODISCARD bool store_intent_add(struct store *store, const struct intent *intent, int64_t *ret_id,
				struct error *err);
typedef bool intent_fn(void *payload, const struct intent *intent, struct arena *row_arena,
		       struct error *err);
/* Up to `limit` intents for a target with id > after, in order of id. */
NODISCARD bool store_intent_each(struct store *store, enum side target, int64_t after,
				 unsigned limit, intent_fn *fn, void *payload, struct error *err);
NODISCARD bool store_intent_sent(struct store *store, int64_t id, int64_t now, struct error *err);
NODISCARD bool store_intent_late(struct store *store, int64_t id, int64_t until, struct error *err);
/* A create of unknown outcome: that person may be who was created. */
NODISCARD bool store_intent_candidate(struct store *store, int64_t id, struct str target_id,
				      struct error *err);
NODISCARD bool store_intent_delete(struct store *store, int64_t id, struct error *err);
/* Drops the updates that were not sent. */
NODISCARD bool store_intent_drop_updates(struct store *store, struct error *err);
/* Is there one of this link, to either side? */
NODISCARD bool store_intent_of_link(struct store *store, int64_t link, bool *ret_found,
				    struct error *err);
NODISCARD bool store_intent_count(struct store *store, enum side target, int64_t *ret_n,
				  struct error *err);
/* Creates of unknown outcome for whom no candidate is known. */
NODISCARD bool store_intent_lost(struct store *store, enum side target, int64_t *ret_n,
				 struct error *err);
/* Drops what was never sent: the next merge decides anew.  What is left is writes of unknown outcome. */
NODISCARD bool store_intent_recover(struct store *store, struct error *err);

/* ---- History ---- */

struct history_entry {
	int64_t id, cycle, link, at;
	enum side side; /* the side that was written (or whose value lost) */
	struct str side_id;
	struct str field;                /* empty for a whole person (created, linked, removed) */
	struct str action;               /* "create", "update", "link", "lost", … */
	struct str old_value, new_value; /* as field_display() */
	struct str reason;
	/* of an update: the same as they were held; VALUE_UNKNOWN: not kept, or of another mapping */
	struct value old_held, new_held;
};

NODISCARD bool store_history_add(struct store *store, const struct history_entry *entry,
				 struct error *err);
typedef bool history_fn(void *payload, const struct history_entry *entry, struct error *err);
/* cycle 0: any; link 0: any.  Oldest first. */
NODISCARD bool store_history_each(struct store *store, int64_t cycle, int64_t link, history_fn *fn,
				  void *payload, struct error *err);
/* The updates of one field of a link since then, to either side: so many, newest first. */
#define HISTORY_FIELD_ROWS 100
NODISCARD bool store_history_field(struct store *store, int64_t link, struct str field,
				   int64_t since, history_fn *fn, void *payload, struct error *err);
/* What was written to these two, under whichever link; either id may be empty.  Oldest first. */
NODISCARD bool store_history_person(struct store *store, const struct str id[SIDE_COUNT],
				    history_fn *fn, void *payload, struct error *err);
/* Drops entries and cycles older than `before`, and of cycles that wrote nothing those that are not among
 * the newest 2,000; bounded work per call. */
NODISCARD bool store_history_retain(struct store *store, int64_t before, struct error *err);

/* ---- Conflicts and quarantine ---- */

struct conflict {
	int64_t id;
	struct str kind;                /* "field", "ambiguous", "duplicate" */
	int64_t link;                   /* 0 for matches */
	struct str field;               /* of a field conflict */
	struct str side_id[SIDE_COUNT]; /* either may be empty */
	struct str evidence;            /* one line for people */
	int64_t first_cycle, last_cycle;
};

/* Adds it, or moves last_cycle of the one that is already there (same kind, link, field, ids). */
NODISCARD bool store_conflict_put(struct store *store, const struct conflict *conflict,
				  struct error *err);
/* Conflicts of a kind that this cycle did not meet again are over. */
NODISCARD bool store_conflict_sweep(struct store *store, const char *kind, int64_t cycle,
				    struct error *err);
/* Ends the field conflicts of one link that this cycle did not meet again. */
NODISCARD bool store_conflict_sweep_link(struct store *store, int64_t link, int64_t cycle,
					 struct error *err);
/* Ends the conflicts about who these two are: they have just been linked. */
NODISCARD bool store_conflict_drop_matches(struct store *store, const struct str id[SIDE_COUNT],
					   struct error *err);
typedef bool conflict_fn(void *payload, const struct conflict *conflict, struct error *err);
NODISCARD bool store_conflict_each(struct store *store, conflict_fn *fn, void *payload,
				   struct error *err);
/* Removals that the guard holds are told of by the guard. */
NODISCARD bool store_conflict_count(struct store *store, int64_t *ret_n, struct error *err);

/* A person of the `target` side who cannot be read: source_id and target_id are his. */
#define QUARANTINE_UNREADABLE (-1)

struct quarantine {
	int64_t id;
	enum side target;
	int64_t link;         /* 0: a create; QUARANTINE_UNREADABLE: no write */
	struct str source_id; /* of a create */
	struct str target_id;
	int status; /* HTTP status of the refusal */
	/* the server's own words: may hold personal data, shown only on request */
	struct str words;
	struct digest content; /* of what was to be written: other content is tried again */
	uint32_t attempts;
	int64_t first_at, last_at;
	bool dropped; /* given up: still blocks this content, and is not counted */
};

/* Of other content than the one that is there: a refusal of its own, and not dropped. */
NODISCARD bool store_quarantine_put(struct store *store, const struct quarantine *quarantine,
				    struct error *err);
/* Is a write of this content for this link (or this create's source) known to be refused?  content NULL: of
 * any. */
NODISCARD bool store_quarantine_blocks(struct store *store, enum side target, int64_t link,
				       struct str source_id, const struct digest *content,
				       bool *ret_blocked, struct error *err);
/* After a success, or on request.  link 0: the create of source_id. */
NODISCARD bool store_quarantine_lift(struct store *store, enum side target, int64_t link,
				     struct str source_id, struct error *err);
/* Gives the write up.  link 0: the create of source_id. */
NODISCARD bool store_quarantine_drop(struct store *store, enum side target, int64_t link,
				     struct str source_id, struct error *err);
/* Lifts what nothing waits for any more: updates of links on which neither side differs from its
 * shadow nor is wished to, creates whose source is gone or linked. */
NODISCARD bool store_quarantine_sweep(struct store *store, struct error *err);
typedef bool quarantine_fn(void *payload, const struct quarantine *quarantine, struct error *err);
/* Dropped ones too. */
NODISCARD bool store_quarantine_each(struct store *store, quarantine_fn *fn, void *payload,
				     struct error *err);
/* Without the dropped ones. */
NODISCARD bool store_quarantine_count(struct store *store, int64_t *ret_n, struct error *err);

/* ---- Wishes ---- */

/*
 * An edit that was made here instead of at a side: as long as that side holds the base, the merge takes
 * the value for what it holds, and the side itself is written as well.
 */
struct wish {
	int64_t link;
	enum side side;
	struct str field;
	/* VALUE_UNKNOWN once the field is mapped otherwise */
	struct value value;
	struct value base; /* equal to value: the side is to go on holding it */
	struct str reason; /* one clause, for the plan and the history */
	int64_t at;        /* ns: when it was made */
};

/* Takes the place of the wish for the same link, side and field. */
NODISCARD bool store_wish_put(struct store *store, const struct wish *wish, struct error *err);
/* Of both sides. */
NODISCARD bool store_wish_drop(struct store *store, int64_t link, struct str field,
			       struct error *err);
typedef bool wish_fn(void *payload, const struct wish *wish, struct arena *row_arena,
		     struct error *err);
/* Of one link.  The callback may change or drop the wish it was given. */
NODISCARD bool store_wish_each(struct store *store, int64_t link, wish_fn *fn, void *payload,
			       struct error *err);

/* ---- Cycles ---- */

NODISCARD bool store_cycle_start(struct store *store, struct str kind, int64_t now,
				 int64_t *ret_cycle, struct error *err);
/* summary: the status file's last_cycle object as JSON text. */
NODISCARD bool store_cycle_end(struct store *store, int64_t cycle, struct str outcome,
			       struct str summary, int64_t now, struct error *err);
struct cycle_row {
	int64_t id;
	struct str kind;
	int64_t started_at;
	int64_t ended_at;   /* 0: still runs, or was cut off */
	struct str outcome; /* this and the summary are empty until it ended */
	struct str summary;
};

typedef bool cycle_fn(void *payload, const struct cycle_row *cycle, struct error *err);
/* Oldest first. */
NODISCARD bool store_cycle_each(struct store *store, cycle_fn *fn, void *payload,
				struct error *err);
NODISCARD bool store_cycle_get(struct store *store, int64_t id, struct arena *arena,
			       struct cycle_row *ret_cycle, bool *ret_found, struct error *err);
/* The newest ended cycle's summary; empty if there is none. */
NODISCARD bool store_cycle_last(struct store *store, struct arena *arena, struct str *ret_summary,
				struct error *err);

#endif
