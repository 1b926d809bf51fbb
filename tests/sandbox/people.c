/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "base/clock.h"

#include <string.h>

static struct object *persons_of(const struct call *call)
{
	return &call->box->objects[SANDBOX_PEOPLE][PEOPLE_PERSONS];
}

/* The server keeps whole seconds. */
static struct stamp whole_seconds(const struct call *call)
{
	struct stamp stamp = call->stamp;

	stamp.now_ns -= stamp.now_ns % NS_PER_S;
	return stamp;
}

static bool is_kind(const struct record *record, const struct change *change, int kind)
{
	return record->object->attributes[change->attribute].kind == kind;
}

/* updatedAt moves, except when nothing but e-mails changed. */
void people_apply(struct call *call, struct record *record, const struct changes *changes)
{
	const struct stamp stamp = whole_seconds(call);

	for (size_t i = 0; i < changes->list.n; i++) {
		const struct change *change = &changes->list.items[i];

		if (is_kind(record, change, PEOPLE_CREATED) ||
		    is_kind(record, change, PEOPLE_UPDATED))
			continue;
		if (record_apply(record, change, &stamp) && !is_kind(record, change, PEOPLE_EMAILS))
			record->updated_ns = stamp.now_ns;
	}
	/* The picture that an avatar becomes. */
	const uint32_t avatar = object_attribute(record->object, STR_LIT("avatar"));
	const uint32_t url = object_attribute(record->object, STR_LIT("avatarUrl"));

	if (avatar == record->object->n_attributes)
		return;
	struct change change = { .attribute = url };
	const struct record *media =
		object_find(&call->box->objects[SANDBOX_PEOPLE][PEOPLE_MEDIA_OBJECTS],
			    record_key(record, avatar));

	if (media != NULL)
		people_put_text(call, &change, record_key(media, 0));
	(void)record_apply(record, &change, &stamp);
}

/* Lists that a PATCH repeats unchanged: the rows are made anew, which a unique index may refuse. */
static bool check_rows(struct call *call, const struct record *record,
		       const struct changes *changes)
{
	for (size_t i = 0; i < changes->list.n; i++) {
		const struct change *change = &changes->list.items[i];
		const struct cell *cell = &record->cells[change->attribute];
		bool same = change->n == cell->n && cell->n > 0;

		if (!is_kind(record, change, PEOPLE_EMAILS) &&
		    !is_kind(record, change, PEOPLE_PHONES))
			continue;
		for (size_t k = 0; same && k < cell->n; k++)
			same = str_equal(cell->values[k].json, change->drafts[k].json);
		if (!same)
			continue;
		call_violation(call, "%s sent unchanged",
			       record->object->attributes[change->attribute].slug);
		if (call->box->options.unique_rows)
			return people_fail(call, 500, "Internal Server Error");
	}
	return true;
}

static void create(struct call *call, struct object *object)
{
	struct changes changes = { 0 };
	char id[UUID_TEXT_BYTES];

	if (people_check_media(call) && people_input(call, object, NULL, false, &changes)) {
		const struct stamp stamp = whole_seconds(call);

		rng_uuid(&call->box->rng, id);
		struct record *record = object_add(object, id, &stamp);

		people_apply(call, record, &changes);
		people_answer(call, 201, record);
	}
	changes_release(&changes);
}

static void update(struct call *call, struct object *object, struct record *record)
{
	const bool merge = call_method(call, "PATCH");
	struct changes changes = { 0 };

	if (people_check_media(call) && people_input(call, object, record, merge, &changes) &&
	    (!merge || check_rows(call, record, &changes))) {
		people_apply(call, record, &changes);
		/* Replacing a person loses even the time it was made. */
		if (!merge)
			object_move(object, record, 0);
		people_answer(call, 200, record);
	}
	changes_release(&changes);
}

static void persons_handle(struct call *call)
{
	const struct target *target = &call->target;
	struct object *object = persons_of(call);
	const bool notes = target->n_segments > 2 && target_is(target, 2, "notes");

	if (target->n_segments == 1) {
		if (call_method(call, "GET"))
			people_list(call, object);
		else if (call_method(call, "POST"))
			create(call, object);
		else
			(void)people_not_allowed(call, "GET, POST");
		return;
	}
	struct record *record = object_find(object, target->segments[1]);

	if (notes)
		people_notes(call, record);
	else if (!call_method(call, "GET") && !call_method(call, "PUT") &&
		 !call_method(call, "PATCH"))
		(void)people_not_allowed(call, "GET, PUT, PATCH");
	else if (record == NULL || target->n_segments > 2)
		(void)people_not_found(call);
	else if (call_method(call, "GET"))
		people_answer(call, 200, record);
	else
		update(call, object, record);
}

static void collection_handle(struct call *call, struct object *object)
{
	const bool growing =
		strcmp(object->slug, "tags") == 0 || strcmp(object->slug, "organizations") == 0;
	const struct record *record = NULL;

	if (call->target.n_segments == 1) {
		if (call_method(call, "GET"))
			people_list(call, object);
		else if (call_method(call, "POST") && growing)
			create(call, object);
		else
			(void)people_not_allowed(call, growing ? "GET, POST" : "GET");
		return;
	}
	if (call->target.n_segments == 2)
		record = object_find(object, call->target.segments[1]);
	if (record == NULL)
		(void)people_not_found(call);
	else if (!call_method(call, "GET"))
		(void)people_not_allowed(call, "GET");
	else
		people_answer(call, 200, record);
}

void people_handle(struct call *call)
{
	const struct str accept = call_media(call, SANDBOX_ACCEPT);
	struct object *object = call_object(call, call->target.segments[0]);

	if (object == NULL) {
		call_violation(call, "no such endpoint: %.*s", STR_ARG(call->target.path));
		(void)people_not_found(call);
	} else if (accept.len > 0 && !str_equal_nocase(accept, STR_LIT("application/ld+json")) &&
		   !str_equal_nocase(accept, STR_LIT("application/json")) &&
		   str_find(accept, '*') == accept.len && str_find(accept, ',') == accept.len) {
		(void)people_fail(call, 406, "Requested format \"%.*s\" is not supported.",
				  STR_ARG(accept));
	} else if (object == persons_of(call)) {
		persons_handle(call);
	} else {
		collection_handle(call, object);
	}
}
