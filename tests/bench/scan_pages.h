/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_pages: the pages of both sides in memory, after the examples of the API documents.
 */
#ifndef CRMSYNC_BENCH_SCAN_PAGES_H
#define CRMSYNC_BENCH_SCAN_PAGES_H

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"
#include "core/person.h"

/* What a record of the records side looks like. */
enum record_shape {
	RECORD_VALUES,      /* the documents' example: every attribute holds something */
	RECORD_VALUES_HALF, /* every second attribute is empty */
	RECORD_ATTRIBUTES,
	RECORD_SHAPE_COUNT
};

/* Ends the process with the reason; err may be NULL. */
void bench_fail(const char *what, const struct error *err) __attribute__((noreturn));

struct pages {
	VEC(struct buf) list;
	size_t bytes;
	unsigned n_records;
};

const char *record_shape_name(enum record_shape shape);
const char *record_shape_dialect(enum record_shape shape);

/* n persons of a side in pages of the size that the program asks for; the i-th persons of the two
 * sides share an e-mail address.  Ends the process if the examples cannot be read. */
void pages_make(struct pages *pages, enum side side, enum record_shape shape, unsigned n);
/* The same, with custom fields of every type (scan_custom.h). */
void pages_make_custom(struct pages *pages, enum side side, enum record_shape shape, unsigned n);
void pages_release(struct pages *pages);

#endif
