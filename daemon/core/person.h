/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person: one record of a side in canonical form.
 *
 * Ownership: values and texts belong to the arena the person was decoded into.
 */
#ifndef CRMSYNC_CORE_PERSON_H
#define CRMSYNC_CORE_PERSON_H

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "core/field.h"
#include "core/value.h"

struct person {
	struct str id;       /* opaque: uuid, record_…, or the last part of an IRI */
	int64_t created_at;  /* ns; 0: unknown */
	int64_t updated_at;  /* ns; 0: the side does not tell */
	int64_t archived_at; /* ns; 0: not archived */
	int64_t seen_at;     /* ns: when this was read: the answer's Date, else our clock */
	/* the records id that a create of ours left on a people person; else empty */
	struct str marker;
	struct value *values; /* one per row of the field table */
};

/* An empty person: every value VALUE_UNKNOWN. */
void person_init(struct person *person, struct arena *arena, const struct field_table *table);
/* Deep copy. */
struct person person_copy(struct arena *arena, const struct field_table *table,
			  const struct person *person);

/*
 * The stored form.  Fields are named by fingerprint, so that a body written under another field
 * table reads as VALUE_UNKNOWN in rows that are new or changed.  VALUE_UNKNOWN is not stored.
 */
void person_pack(const struct person *person, const struct field_table *table, struct buf *out);
/* ERR_STORE if the bytes are not a packed person.  The texts are copied into the arena. */
NODISCARD bool person_unpack(struct str packed, const struct field_table *table,
			     struct arena *arena, struct person *ret_person, struct error *err);
/* Over canonical content of all mapped fields and archived_at != 0; not over times, actors, extra. */
struct digest person_digest(const struct person *person, const struct field_table *table);

/* A label for lists and plans: the name, else the first e-mail, else the id.  Personal data: for the
 * user's own terminal, never for logs. */
struct str person_label(struct arena *arena, const struct person *person,
			const struct field_table *table);

#endif
