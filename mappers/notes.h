/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes: the notes of a person in each dialect: requests, and what an answer shows of one note.  Pure, as
 * mapper.h says; lists and single answers are read by the dialect's page_reader.
 *
 * All notes come out in one canonical form, so that they compare across the sides: the title one line,
 * the text in NFC without white space at its ends.  The people side demands a text: a record's note that
 * has only a title is taken to say it in its text, too.
 */
#ifndef CRMSYNC_MAPPERS_NOTES_H
#define CRMSYNC_MAPPERS_NOTES_H

#include "core/note.h"
#include "mappers/mapper.h"

/* Whose notes, and which part of their list. */
struct note_page {
	struct str person_id; /* empty: everybody's, where caps.lists_all */
	uint32_t number;      /* pages before this one */
	uint64_t offset;      /* notes before this page */
};

struct note_api {
	const char *name; /* the dialect's */
	bool creates;     /* notes can be written at all */
	bool lists_all;   /* one list shows the notes of everybody */
	void (*list)(const struct mapper_context *, const struct note_page *, struct request *ret);
	/* NULL unless `creates`. */
	void (*create)(const struct mapper_context *, struct str person_id, const struct note *note,
		       const char *category, struct request *ret);
	/* Writes the parts that are `wanted`. */
	void (*update)(const struct mapper_context *, struct str person_id, const struct note *note,
		       const bool wanted[NOTE_PART_COUNT], struct request *ret);
	/* ERR_MALFORMED names the note and never its text. */
	bool (*decode)(struct str raw, struct arena *arena, struct note *ret, struct error *err);
};

/* Of a side; dialect only matters for SIDE_RECORDS. */
const struct note_api *note_api_find(enum side side, const char *dialect);

/* ---- For the dialects ---- */

/* Where a dialect keeps what, dotted; the first that is there counts. */
struct note_shape {
	const char *id[2];
	const char *person_id;
	const char *iri; /* "/people/{person}/notes/{note}": tells the person */
	const char *title;
	const char *text[2];
	const char *created_at;
	const char *is_private;
	const char *type;   /* what is there and not "note" is no note: it stays where it is */
	bool title_is_text; /* a note without a text says its title */
};

NODISCARD bool note_decode(const struct note_shape *shape, struct str raw, struct arena *arena,
			   struct note *ret, struct error *err);

extern const struct note_api notes_values;
extern const struct note_api notes_attributes;
extern const struct note_api notes_people;

#endif
