/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users: the users records of linked persons, the writes of them that are under way, and whose is to be
 * looked at next.  Part of the state's public API; what store.h says of ownership and errors holds here.
 *
 * Invariants
 *  - a write is committed before its request goes out, and goes in the transaction that stores what
 *    became of it;
 *  - of the active links one at most claims a user_id, and one an e-mail address;
 *  - what is not due costs nothing: a link becomes due when it is new, when its people person's shadow
 *    moves, when one of its ids does, and when what it waits for is free.
 */
#ifndef CRMSYNC_STATE_USERS_H
#define CRMSYNC_STATE_USERS_H

#include "core/user.h"
#include "state/store.h"

/* ---- Records ---- */

/* What was sent, and is not known to have been carried out. */
struct user_write {
	int64_t cycle;
	int64_t sent_at;
	struct user_content content;
	struct str reason;
};

struct user_row {
	int64_t link;
	struct str record_id; /* empty: none is known */
	/* As written or found last; without a record_id, what one may have been made with. */
	struct user_content held;
	/* Bits of the parts that a write of unknown outcome may have changed: until another write
	 * of the part is answered, or a reading shows what is there. */
	uint32_t doubt;
	struct user_content claim; /* USER_ID and USER_EMAIL: what its person asks for */
	bool has_write;
	struct user_write write;
};

/* *ret_found false: a zeroed row. */
NODISCARD bool store_user_get(struct store *store, int64_t link, struct arena *arena,
			      struct user_row *ret_row, bool *ret_found, struct error *err);
/* Stores what it is now; the write aside. */
NODISCARD bool store_user_put(struct store *store, const struct user_row *row, struct error *err);
/* One link's record is from now on that of another one, which has none. */
NODISCARD bool store_user_hand_over(struct store *store, int64_t from, int64_t to,
				    struct error *err);
/* The row's write is going to be sent. */
NODISCARD bool store_user_sent(struct store *store, const struct user_row *row, struct error *err);
/* It is known what became of it. */
NODISCARD bool store_user_answered(struct store *store, int64_t link, struct error *err);

typedef bool user_row_fn(void *payload, const struct user_row *row, struct error *err);
/* Rows with a write, of all links, in order of the link. */
NODISCARD bool store_user_writes_each(struct store *store, user_row_fn *fn, void *payload,
				      struct error *err);
NODISCARD bool store_user_write_count(struct store *store, int64_t *ret_n, struct error *err);

/* ---- Who else has it ---- */

/* The other active link whose person asks for this user_id or e-mail address, or whose record still
 * has it and is to hold another one, or is due, so that it may be.  part: USER_ID or USER_EMAIL.
 * *ret_link 0: there is none. */
NODISCARD bool store_user_rival(struct store *store, int64_t link, enum user_part part,
				struct str text, int64_t *ret_link, struct error *err);
/* The other link whose record has this user_id and was left: its person is gone, or asks for none. */
NODISCARD bool store_user_left(struct store *store, int64_t link, struct str user_id,
			       int64_t *ret_link, struct error *err);

/* The other active link whose record has this user_id or e-mail address, and whose person asks for
 * another one that it waits for. */
NODISCARD bool store_user_keeper(struct store *store, int64_t link, enum user_part part,
				 struct str text, int64_t *ret_link, struct error *err);

/* ---- History and refusals ---- */

/* With the name of a part behind it: the history's field of a users record. */
#define USER_FIELD "user."

/* The quarantine's source_id of a link's users record. */
#define QUARANTINE_USER "user"

/* ---- Turns ---- */

struct user_turn {
	int64_t link;
	struct str records_id;
	bool active; /* the link is: else its record is left as it is */
};

/* How a turn ends. */
struct user_turn_end {
	bool due;      /* something of it is still to be done */
	bool parked;   /* its write is in quarantine */
	int64_t waits; /* for what this link has; 0: for nothing */
};

/* New links are due, writes of unknown outcome, refusals that were lifted, and those who wait for a link that
 * has ended; with another workspace everybody. */
NODISCARD bool store_user_turns_begin(struct store *store, struct str workspace, struct error *err);
/* The next one that is due and that this cycle has not met; now it has. */
NODISCARD bool store_user_turn_next(struct store *store, int64_t cycle, struct arena *arena,
				    struct user_turn *ret_turn, bool *ret_found, struct error *err);
NODISCARD bool store_user_turn_end(struct store *store, int64_t link,
				   const struct user_turn_end *end, struct error *err);
/* Those who wait for this link have their turn, in this cycle too. */
NODISCARD bool store_user_release(struct store *store, int64_t link, struct error *err);

#endif
