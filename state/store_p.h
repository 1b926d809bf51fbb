/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_p: what the files of the state share.
 *
 * Every `_each` asks for the row behind the last one instead of keeping a statement open over the
 * callback: the callback may then change the table, and call the same function again.
 */
#ifndef CRMSYNC_STATE_STORE_P_H
#define CRMSYNC_STATE_STORE_P_H

#include "base/buf.h"
#include "state/pulse.h"
#include "state/sql.h"
#include "state/store.h"

#define MARK_KEY_BYTES 32

/* The key of the marks, as far as it was looked for. */
struct mark_key {
	bool read;
	bool any;
	char key[MARK_KEY_BYTES];
};

struct store {
	struct sql sql;
	enum store_mode mode;
	const struct field_table *fields;
	char *path;
	int lock_fd;     /* -1: none */
	struct buf pack; /* one packed person, between packing and binding */
	struct buf sum;  /* the bytes of a checksum or mark */
	struct mark_key marks;
	pulse_fn *on_pulse; /* pulse.h */
	void *pulse_payload;
};

/* A person is packed into at most this. */
#define PACKED_PERSON_BYTES ((size_t)8 * 1024 * 1024)

/* ---- open.c: the file ---- */

NODISCARD bool open_database(struct store *store, struct error *err);
NODISCARD bool lock_take(struct store *store, struct error *err);
void lock_release(struct store *store);

/* ---- store.c ---- */

/* strerror(), in the one place that may. */
const char *system_words(int number);

/* A transaction of one's own unless one is open already. */
struct scope {
	bool own;
};

NODISCARD bool scope_begin(struct store *store, struct scope *ret_scope, struct error *err);
/* ok: what became of the work; returns false if that or the commit failed. */
NODISCARD bool scope_end(struct store *store, struct scope scope, bool ok, struct error *err);
/* One number from a statement whose parameters, if it has one, is `parameter`. */
NODISCARD bool store_number(struct store *store, const char *text, int64_t parameter,
			    int64_t *ret_number, struct error *err);

/* ---- sums.c: checksums ---- */

enum sum_table {
	SUM_LINK,
	SUM_SHADOW,
	SUM_INTENT,
	SUM_KEYS,
	SUM_WISH,
	SUM_NOTE,
	SUM_TURN,
	SUM_USER
};

/* Start, add the columns, end. */
void sum_start(struct store *store);
void sum_int(struct store *store, int64_t number);
void sum_str(struct store *store, struct str text);
int64_t sum_end(struct store *store, enum sum_table table);
/* ERR_STORE that names the row. */
bool sum_fail(const struct store *store, const char *table, int64_t row, struct error *err);

/* ---- persons.c: rows of person and staged ---- */

struct person_row {
	int64_t no;
	int64_t link; /* 0: unlinked */
	int64_t generation;
	int64_t scan_at; /* when that scan started; 0: not known */
	int64_t seen_at;
	int64_t old_seen_at;
	int64_t created_at, updated_at, archived_at;
	int64_t keys_sum;
	int64_t gone_cycle;
	bool unreadable; /* now: what it holds is not known */
	bool misread;    /* it was, when it was asked for alone last */
	bool staged;
	struct digest digest;
};

NODISCARD bool person_row_get(struct store *store, enum side side, struct str id,
			      struct person_row *ret_row, bool *ret_found, struct error *err);
/* The latest moment at which it is known to have held what it held: decoded then, or its bytes
 * recognized by a scan that started then. */
int64_t person_row_sight(const struct person_row *row);
/* What the row knows better than the body. */
void person_row_overlay(const struct person_row *row, struct person *person);
NODISCARD bool staged_put(struct store *store, int64_t no, struct str body, struct error *err);
NODISCARD bool staged_delete(struct store *store, int64_t no, struct error *err);
NODISCARD bool staged_get(struct store *store, int64_t no, struct arena *arena,
			  struct str *ret_body, bool *ret_found, struct error *err);
NODISCARD bool staged_person(struct store *store, enum side side, struct str id,
			     const struct person_row *row, struct arena *arena,
			     struct person *ret_person, struct error *err);
/* Into store->pack; the view is valid until the next packing. */
NODISCARD bool pack_person(struct store *store, const struct person *person, struct str *ret_packed,
			   struct error *err);

/* ---- values.c: one value by itself ---- */

/* Packed like a person that has nothing else, so that a value of another mapping reads as unknown.
 * In the arena; empty for VALUE_UNKNOWN. */
NODISCARD bool value_pack(struct store *store, struct str field, const struct value *value,
			  struct arena *arena, struct str *ret_packed, struct error *err);
/* VALUE_UNKNOWN for an empty text. */
NODISCARD bool value_unpack(struct store *store, struct str field, struct str packed,
			    struct arena *arena, struct value *ret_value, struct error *err);

/* ---- shadows.c ---- */

struct shadow_row {
	struct digest digest;
	int64_t seen_at;
	struct str body;
};

NODISCARD bool shadow_get(struct store *store, int64_t link, enum side side, struct arena *arena,
			  struct shadow_row *ret_shadow, bool *ret_found, struct error *err);
NODISCARD bool shadow_put(struct store *store, int64_t link, enum side side,
			  const struct shadow_row *shadow, struct error *err);
NODISCARD bool shadow_delete(struct store *store, int64_t link, struct error *err);

/* ---- user_turns.c ---- */

/* What the users record of this link is to hold may have changed. */
NODISCARD bool user_turn_due(struct store *store, int64_t link, struct error *err);

/* ---- links.c ---- */

int64_t link_sum(struct store *store, const struct link *link);
/* Its persons, which must be unlinked, are of this link from now on. */
NODISCARD bool link_attach(struct store *store, const struct link *link, struct error *err);
/* *ret_found false if there is none of that number, dissolved ones included. */
NODISCARD bool link_get(struct store *store, int64_t id, struct arena *arena, struct link *ret_link,
			bool *ret_found, struct error *err);

/* ---- marks.c: of persons who were forgotten (forget.h) ---- */

/* Was anybody forgotten at all? */
NODISCARD bool marks_any(struct store *store, bool *ret_any, struct error *err);
/* In the transaction that puts the first mark. */
NODISCARD bool marks_make_key(struct store *store, struct error *err);
/* After that was rolled back. */
void marks_read_again(struct store *store);
/* generation: the scan that saw it last. */
NODISCARD bool marks_put_id(struct store *store, enum side side, struct str id, int64_t generation,
			    int64_t now, struct error *err);
NODISCARD bool marks_put_key(struct store *store, const struct match_key *key, struct error *err);
NODISCARD bool marks_have_key(struct store *store, const struct match_key *key, bool *ret_marked,
			      struct error *err);
/* Is a key of this kind enough to be taken for the same person, whatever else is known? */
bool mark_is_lasting(enum key_kind kind);
/* A person that the state does not hold was seen: if it was forgotten, its mark is seen too. */
NODISCARD bool marks_meet(struct store *store, enum side side, struct str id, int64_t generation,
			  const struct match_key *keys, size_t n_keys, bool *ret_forgotten,
			  struct error *err);

/* ---- unreadable.c ---- */

/* He was read, if he could not be before. */
NODISCARD bool unreadable_end(struct store *store, enum side side, struct str id,
			      struct error *err);

/* ---- forget.c ---- */

/* store_scrub(), with no word about what cannot be done now. */
void forget_scrub_on_opening(struct store *store);

/* "Free": takes part in matching, may be created across.  Implies what the index person_unlinked is for. */
#define SQL_FREE "p.link IS NULL AND p.parked = 0 AND p.archived_at = 0 AND p.remembered = 0"

#endif
