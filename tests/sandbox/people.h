/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people: the people side (familyName and IRIs): persons, their notes, and the small collections.
 *
 * A value's json is a whole JSON value, except for e-mails, phones and addresses: there it is the
 * members of an object, so that "@type" and a fresh "@id" can be put in front.
 */
#ifndef CRMSYNC_SANDBOX_PEOPLE_H
#define CRMSYNC_SANDBOX_PEOPLE_H

#include "call.h"

enum people_kind {
	PEOPLE_TEXT,
	PEOPLE_FLAG,
	PEOPLE_INTEGER,
	PEOPLE_TIME,
	PEOPLE_IRI,
	PEOPLE_IRIS,
	PEOPLE_EMAILS,
	PEOPLE_PHONES,
	PEOPLE_ADDRESS,
	PEOPLE_NUMBER,
	PEOPLE_DATE,
	PEOPLE_TEXTS,
	PEOPLE_CREATED,
	PEOPLE_UPDATED,
	PEOPLE_KIND_COUNT
};

#define PEOPLE_LD "application/ld+json; charset=utf-8"
#define PEOPLE_JSON "application/json; charset=utf-8"
#define ADDRESS_PART_COUNT 4

extern const char *const people_address_parts[ADDRESS_PART_COUNT];

void people_schema_init(struct sandbox *box);
void people_handle(struct call *call);
void people_notes(struct call *call, struct record *person);
/* Stores the changes of a write as the server does: whole seconds, avatars, updatedAt. */
void people_apply(struct call *call, struct record *record, const struct changes *changes);

/* Problem documents; all return false. */
bool people_fail(struct call *call, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool people_violation(struct call *call, const char *property, const char *message);
bool people_not_found(struct call *call);
bool people_not_allowed(struct call *call, const char *allow);
bool people_unauthorized(struct call *call);

/* What the body of a write wants of a record: merge is PATCH, otherwise all that is absent is
 * cleared (PUT) or was never there (POST, record NULL). */
NODISCARD bool people_input(struct call *call, const struct object *object, struct record *record,
			    bool merge, struct changes *ret_changes);
/* A date and time in a write.  Some servers drop an offset, so nobody should send one. */
NODISCARD bool people_read_time(struct call *call, struct str text, int64_t *ret_ns);
/* The media type of the body is one that the method takes. */
NODISCARD bool people_check_media(struct call *call);
/* "/tags/{id}" → the record; NULL after having answered 400. */
const struct record *people_iri(struct call *call, struct str iri, const char *collection);

void people_put_text(struct call *call, struct change *change, struct str text);
void people_put_email(struct call *call, struct change *change, struct str address);
void people_put_phone(struct call *call, struct change *change, struct str number,
		      struct str phone_type);
void people_put_address(struct call *call, struct change *change, const struct str *parts);
void people_put_iri(struct call *call, struct change *change, const struct record *target);

/* What answers show; ld: with the "@" members, context: with "@context" too. */
struct people_view {
	bool ld;
	bool context;
	bool nested_ids;
};

struct people_view people_view_of(const struct call *call);
void people_render(struct call *call, const struct record *record, const struct people_view *view,
		   struct buf *out);
void people_time(int64_t ns, struct buf *out);
void people_answer(struct call *call, int status, const struct record *record);

/* One page of a collection: paging is read from the query, `item` writes one. */
struct people_page {
	const char *type;
	size_t total;
	size_t from;
	size_t n;
};

typedef void people_item_fn(struct call *call, const void *items, size_t i,
			    const struct people_view *view, struct buf *out);

/* Reads page and itemsPerPage; false if page is below 1. */
NODISCARD bool people_read_page(struct call *call, struct people_page *page);
void people_answer_page(struct call *call, const struct people_page *page, people_item_fn *item,
			const void *items);
void people_list(struct call *call, const struct object *object);

/* The seconds that "after", "before" and their strict kin let through, both ends included. */
struct people_times {
	int64_t low_s;
	int64_t high_s;
};

/* The filters of that property in the query; junk is ignored. */
struct people_times people_times_of(struct call *call, const char *property);
bool people_times_hold(const struct people_times *times, int64_t ns);

#endif
