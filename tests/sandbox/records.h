/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records: the records side.  values_* is dialect `values`, flat_* dialect `attributes`; errors are
 * the same in both.
 */
#ifndef CRMSYNC_SANDBOX_RECORDS_H
#define CRMSYNC_SANDBOX_RECORDS_H

#include "call.h"

/* Answers {"status_code","type","code","message"}; returns false. */
bool records_fail(struct call *call, int status, const char *code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
bool records_no_endpoint(struct call *call);
/* 400 for a body of the wrong shape: path is "data.values", complaint "Required". */
bool records_invalid(struct call *call, const char *path, const char *complaint);
/* May whoever calls write that attribute?  False: it was answered. */
bool records_may_write(struct call *call, const struct attribute *attribute, const char *slug);
/* 403 unless the token has the scope that the request needs. */
NODISCARD bool records_scope(struct call *call);
/* What the token may do, as the options say. */
struct str records_scopes(const struct call *call);
/* Counts against the reads, not the writes. */
bool records_is_read(const struct call *call);

void values_handle(struct call *call);
void flat_handle(struct call *call);
void flat_schema_init(struct sandbox *box);

/* JSON `{"attribute": value, …}` → changes.  `record` is what will be changed, NULL if new;
 * add: multi-select values are added to what is there. */
NODISCARD bool values_input(struct call *call, const struct object *object,
			    struct json_object *values, bool add, struct changes *ret_changes);
/* Nothing that is required is missing once that is done.  record: NULL if new. */
NODISCARD bool records_complete(struct call *call, const struct object *object,
				const struct record *record, const struct changes *changes);
NODISCARD bool flat_input(struct call *call, const struct object *object,
			  struct json_object *attributes, struct changes *ret_changes);
/* No other record has what is unique.  add_to: the record that is changed, or NULL. */
NODISCARD bool records_unique(struct call *call, const struct object *object,
			      const struct changes *changes, const struct record *but);

void values_render(struct call *call, const struct record *record, bool sparse, struct buf *out);
/* target: its "attributes" names those that are shown; NULL for all of them. */
void flat_render(const struct record *record, const struct target *target, struct buf *out);
void values_render_note(struct call *call, const struct record *record, const struct note *note,
			struct buf *out);
void values_actor(const struct sandbox *box, enum actor actor, const char **ret_type,
		  const char **ret_id);

/* One parsed and checked `filter`. */
NODISCARD bool values_filter_check(struct call *call, const struct object *object,
				   struct json_object *filter);
bool values_filter_match(struct call *call, const struct record *record,
			 struct json_object *filter);
NODISCARD bool flat_filter_check(struct call *call, const struct object *object,
				 struct json_object *filter);
bool flat_filter_match(struct call *call, const struct record *record, struct json_object *filter);

struct selection {
	VEC(struct record *) records;
};

/* The records that an index says could match, in creation order; false if no index helps. */
bool values_candidates(const struct object *object, struct json_object *filter,
		       struct selection *selection);

void values_notes(struct call *call);
/* …/objects/{object}/attributes, one of them, its options or statuses. */
void values_attributes(struct call *call, const struct object *object);
/* /v2/self, /v2/workspace_members */
void values_workspace(struct call *call);
/* After an e-mail was stored: the system may link a company in a moment. */
void values_link_later(struct call *call, const struct record *record);
void values_link_due(struct sandbox *box, int64_t now_ns);

#endif
