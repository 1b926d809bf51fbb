/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flat: dialect `attributes` of the records side.  A value's json is a whole JSON value.
 */
#ifndef CRMSYNC_SANDBOX_FLAT_H
#define CRMSYNC_SANDBOX_FLAT_H

#include "records.h"

#define FLAT_ID_WORD 22

enum flat_kind {
	FLAT_TEXT,
	FLAT_EMAIL,
	FLAT_PHONE,
	FLAT_COMPANY,
	FLAT_TAGS,
	FLAT_TIMESTAMP,
	FLAT_NUMBER,
	FLAT_CHECKBOX,
	FLAT_SELECT,
	FLAT_PLACE,
	FLAT_KIND_COUNT
};

/* The kind that a type of the document, or of a custom attribute, has; -1 if there is none. */
int flat_kind_of(struct str type);
/* "record_" and 22 letters. */
void flat_id(struct rng *rng, char ret_id[static RECORD_ID_BYTES]);
void flat_put_text(struct call *call, struct change *change, struct str text, bool lower_key);
void flat_put_company(struct call *call, struct change *change, const struct record *company);
/* …/records/batch: create (POST) or update (PATCH), all or nothing. */
void flat_batch(struct call *call, struct object *object);
struct record *flat_create(struct call *call, struct object *object, const struct changes *changes);
void flat_update(struct call *call, struct record *record, const struct changes *changes);

#endif
