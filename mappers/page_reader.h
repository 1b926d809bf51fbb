/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_reader: what the bodies of a dialect look like around the records.
 */
#ifndef CRMSYNC_MAPPERS_PAGE_READER_H
#define CRMSYNC_MAPPERS_PAGE_READER_H

#include "mappers/mapper.h"

#define PAGE_RECORD_KEYS 2

struct page_shape {
	const char *id;  /* of a record (dotted) */
	const char *iri; /* whose last part is the id where there is no other; NULL: none */
	/* Root keys that hold the records: an array of objects, or one object where that is allowed. */
	const char *record_keys[PAGE_RECORD_KEYS];
	bool single;     /* the value of a record key may be one record */
	bool root_array; /* the body may be the array itself */
	/* A root object without a record key that has one of these keys is itself the one record. */
	const char *identity_keys[2];
	/* ... unless it has one of these, which belong to a list. */
	const char *list_keys[4];
	/* Where the envelope announces the number of records, and the page behind this one (dotted). */
	const char *totals[2];
	const char *nexts[2];
};

#endif
