/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "records_schema.h"

#include "normal.h"
#include "relations.h"

#include "base/clock.h"

#include <string.h>

#define QUERY_LIMIT 500

static struct str slug_of(const struct call *call)
{
	return call->target.segments[2];
}

static void answer_record(struct call *call, const struct record *record)
{
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"data\":");
	values_render(call, record, false, out);
	buf_add_char(out, '}');
}

static bool merging(const struct call *call, struct str id)
{
	for (size_t i = 0; i < call->box->merging.n; i++) {
		if (str_equal_z(id, call->box->merging.items[i].record_id))
			return call->box->merging.items[i].until_ns > call->stamp.now_ns;
	}
	return false;
}

static struct record *find_record(struct call *call, const struct object *object)
{
	const struct str id = call->target.segments[4];
	struct record *record = object_find(object, id);

	if (record == NULL && merging(call, id)) {
		(void)records_fail(call, 404, "merge_in_progress",
				   "Record with ID \"%.*s\" is being merged.", STR_ARG(id));
		return NULL;
	}
	if (record == NULL && !normal_is_uuid(id)) {
		(void)records_fail(call, 400, "validation_type", "record_id: Invalid UUID.");
		return NULL;
	}
	if (record == NULL)
		(void)records_fail(call, 404, "not_found", "Record with ID \"%.*s\" was not found.",
				   STR_ARG(id));
	return record;
}

static struct json_object *body_values(struct call *call)
{
	return json_member(json_member(call->body, "data"), "values");
}

static void apply(struct call *call, struct record *record, const struct changes *changes)
{
	bool changed = false;

	for (size_t i = 0; i < changes->list.n; i++) {
		if (record_apply(record, &changes->list.items[i], &call->stamp))
			changed = true;
	}
	if (changed)
		record->updated_ns = call->stamp.now_ns;
	values_link_later(call, record);
}

static void create(struct call *call, struct object *object)
{
	struct changes changes = { 0 };
	char id[UUID_TEXT_BYTES];

	if (values_input(call, object, body_values(call), false, &changes) &&
	    records_complete(call, object, NULL, &changes) &&
	    records_unique(call, object, &changes, NULL)) {
		rng_uuid(&call->box->rng, id);
		struct record *record = object_add(object, id, &call->stamp);

		apply(call, record, &changes);
		answer_record(call, record);
	}
	changes_release(&changes);
}

static void update(struct call *call, struct object *object)
{
	struct record *record = find_record(call, object);
	struct changes changes = { 0 };

	if (record == NULL)
		return;
	if (values_input(call, object, body_values(call), call_method(call, "PATCH"), &changes) &&
	    records_complete(call, object, record, &changes) &&
	    records_unique(call, object, &changes, record)) {
		apply(call, record, &changes);
		answer_record(call, record);
	}
	changes_release(&changes);
}

static const struct change *find_change(const struct changes *changes, uint32_t attribute)
{
	for (size_t i = 0; i < changes->list.n; i++) {
		if (changes->list.items[i].attribute == attribute && changes->list.items[i].n > 0)
			return &changes->list.items[i];
	}
	return NULL;
}

/* The one record that holds any of the matching values; several are a conflict. */
static bool assert_target(struct call *call, const struct object *object,
			  const struct change *matching, struct record **ret_record)
{
	struct record *found = NULL;

	for (size_t i = 0; i < matching->n; i++) {
		struct record *record =
			object_find_key(object, matching->attribute, matching->drafts[i].key, NULL);

		if (record != NULL && found != NULL && record != found)
			return records_fail(call, 400, "multiple_match_results",
					    "Multiple records match the given values.");
		if (record != NULL)
			found = record;
	}
	*ret_record = found;
	return true;
}

static void assert_with(struct call *call, struct object *object, uint32_t attribute,
			struct changes *changes)
{
	const struct change *matching = find_change(changes, attribute);
	struct record *record = NULL;
	char id[UUID_TEXT_BYTES];

	if (matching == NULL) {
		(void)records_fail(call, 400, "validation_type",
				   "The matching attribute must be among the values.");
		return;
	}
	if (!assert_target(call, object, matching, &record) ||
	    !records_complete(call, object, record, changes) ||
	    !records_unique(call, object, changes, record))
		return;
	if (record == NULL) {
		rng_uuid(&call->box->rng, id);
		record = object_add(object, id, &call->stamp);
	}
	/* The matching multi-select is added to, every other one is overwritten. */
	for (size_t i = 0; i < changes->list.n; i++) {
		struct change *change = &changes->list.items[i];

		change->add = change->attribute == attribute &&
			      (object->attributes[attribute].flags & ATTR_MULTI) != 0;
	}
	apply(call, record, changes);
	answer_record(call, record);
}

static void assert_record(struct call *call, struct object *object)
{
	const struct str slug = target_value(&call->target, "matching_attribute");
	const uint32_t attribute = attribute_find(object, slug);
	struct changes changes = { 0 };

	if (attribute == object->n_attributes ||
	    (object->attributes[attribute].flags & ATTR_UNIQUE) == 0) {
		(void)records_fail(call, 400, "value_not_found",
				   "matching_attribute \"%.*s\" is not a unique attribute.",
				   STR_ARG(slug));
		return;
	}
	if (values_input(call, object, body_values(call), false, &changes))
		assert_with(call, object, attribute, &changes);
	changes_release(&changes);
}

/* A number in the body of a query; false if it is out of range. */
static bool body_number(struct call *call, const char *name, int64_t other, int64_t max,
			int64_t *ret_number)
{
	struct json_object *value = json_member(call->body, name);

	*ret_number = value != NULL ? json_object_get_int64(value) : other;
	if ((value == NULL || json_object_is_type(value, json_type_int)) && *ret_number >= 0 &&
	    *ret_number <= max)
		return true;
	call_violation(call, "%s is out of range in a query", name);
	return records_fail(call, 400, "validation_type",
			    "%s: a number from 0 to %lld is expected.", name, (long long)max);
}

struct sorting {
	uint32_t attribute;
	bool by_created;
	bool by_id;
	bool descending;
};

static bool read_sorting(struct call *call, const struct object *object,
			 struct sorting *ret_sorting)
{
	struct json_object *sorts = json_member(call->body, "sorts");
	struct json_object *sort = NULL;

	*ret_sorting = (struct sorting){ .by_id = true };
	if (sorts == NULL)
		return true;
	if (!json_object_is_type(sorts, json_type_array))
		return records_fail(call, 400, "validation_type", "sorts: a list is expected.");
	if (json_object_array_length(sorts) == 0)
		return true;
	sort = json_object_array_get_idx(sorts, 0);
	const struct str direction = json_member_str(sort, "direction");
	const struct str slug = json_member_str(sort, "attribute");
	const uint32_t i = object_attribute(object, slug);

	if (!object_shows(object, i) && !str_equal_z(slug, "record_id"))
		return records_fail(call, 400, "value_not_found",
				    "Cannot sort by attribute \"%.*s\".", STR_ARG(slug));
	if (!str_equal_z(direction, "asc") && !str_equal_z(direction, "desc"))
		return records_fail(call, 400, "validation_type",
				    "sorts: direction must be \"asc\" or \"desc\".");
	*ret_sorting = (struct sorting){ .attribute = i,
					 .by_created = str_equal_z(slug, "created_at"),
					 .by_id = i == object->n_attributes,
					 .descending = str_equal_z(direction, "desc") };
	return true;
}

static int compare_sorted(const void *left, const void *right, void *context)
{
	const struct sorting *sorting = context;
	const struct record *a = *(struct record *const *)left;
	const struct record *b = *(struct record *const *)right;
	const int order = sorting->by_id ? strcmp(a->id, b->id) :
					   str_compare(record_key(a, sorting->attribute),
						       record_key(b, sorting->attribute));

	if (order != 0)
		return order;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* All records that match, in ascending order; `created` and `by_id` are used as they are. */
static void select_records(struct call *call, const struct object *object,
			   struct json_object *filter, const struct sorting *sorting,
			   struct selection *selection)
{
	const bool indexed = filter != NULL && values_candidates(object, filter, selection);
	const size_t n_all = indexed ? selection->records.n : object->created.n;
	size_t n = 0;

	for (size_t i = 0; i < n_all; i++) {
		struct record *record =
			indexed ? selection->records.items[i] : object->created.items[i];

		if (filter != NULL && !values_filter_match(call, record, filter))
			continue;
		if (indexed)
			selection->records.items[n++] = record;
		else
			*VEC_PUSH(&selection->records) = record;
	}
	if (indexed)
		selection->records.n = n;
	if (!sorting->by_created && selection->records.n > 0)
		qsort_r(selection->records.items, selection->records.n, sizeof(struct record *),
			compare_sorted, (void *)(uintptr_t)sorting);
}

static void answer_page(struct call *call, struct record *const *items, size_t n,
			const struct sorting *sorting, size_t offset, size_t limit)
{
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"data\":[");
	for (size_t i = offset; i < n && i - offset < limit; i++) {
		json_add_comma(out);
		values_render(call, items[sorting->descending ? n - 1 - i : i],
			      call->box->options.sparse_queries, out);
	}
	buf_add_z(out, "]}");
}

static void query(struct call *call, const struct object *object)
{
	struct json_object *filter = json_member(call->body, "filter");
	struct selection selection = { 0 };
	struct sorting sorting;
	int64_t limit = 0;
	int64_t offset = 0;

	if (!body_number(call, "limit", QUERY_LIMIT, QUERY_LIMIT, &limit) ||
	    !body_number(call, "offset", 0, INT32_MAX, &offset) ||
	    !read_sorting(call, object, &sorting) ||
	    (filter != NULL && !values_filter_check(call, object, filter)))
		return;
	if (filter == NULL && (sorting.by_created || sorting.by_id)) {
		struct record *const *items =
			sorting.by_created ? object->created.items : object->by_id.items;

		answer_page(call, items, object->created.n, &sorting, (size_t)offset,
			    (size_t)limit);
		return;
	}
	select_records(call, object, filter, &sorting, &selection);
	answer_page(call, selection.records.items, selection.records.n, &sorting, (size_t)offset,
		    (size_t)limit);
	VEC_RELEASE(&selection.records);
}

static void one_record(struct call *call, struct object *object)
{
	struct record *record = NULL;

	if (call_method(call, "PATCH") || call_method(call, "PUT")) {
		update(call, object);
		return;
	}
	if (!call_method(call, "GET") && !call_method(call, "DELETE")) {
		(void)records_no_endpoint(call);
		return;
	}
	record = find_record(call, object);
	if (record == NULL)
		return;
	if (call_method(call, "GET")) {
		answer_record(call, record);
		return;
	}
	relations_move(call, record, NULL);
	object_remove(object, record);
	buf_add_z(call_answer(call, 200, "application/json"), "{}");
}

static void objects_handle(struct call *call)
{
	struct object *object = call_object(call, slug_of(call));
	const size_t n = call->target.n_segments;
	const bool records = target_is(&call->target, 3, "records");

	if (object == NULL)
		(void)records_fail(call, 404, "not_found",
				   "Could not find object with slug or ID \"%.*s\".",
				   STR_ARG(slug_of(call)));
	else if (target_is(&call->target, 3, "attributes"))
		values_attributes(call, object);
	else if (n == 5 && records && target_is(&call->target, 4, "query") &&
		 call_method(call, "POST"))
		query(call, object);
	else if (n == 4 && records && call_method(call, "POST"))
		create(call, object);
	else if (n == 4 && records && call_method(call, "PUT"))
		assert_record(call, object);
	else if (n == 5 && records)
		one_record(call, object);
	else
		(void)records_no_endpoint(call);
}

void values_handle(struct call *call)
{
	const struct target *target = &call->target;
	const bool v2 = target_is(target, 0, "v2");

	if (!records_scope(call))
		return;
	if (v2 && target_is(target, 1, "objects") && target->n_segments >= 4)
		objects_handle(call);
	else if (v2 && target_is(target, 1, "notes"))
		values_notes(call);
	else if (v2 && call_method(call, "GET") && target->n_segments == 2 &&
		 (target_is(target, 1, "self") || target_is(target, 1, "workspace_members")))
		values_workspace(call);
	else
		(void)records_no_endpoint(call);
}
