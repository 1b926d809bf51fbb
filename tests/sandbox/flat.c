/* SPDX-License-Identifier: Apache-2.0 */
#include "flat.h"

#include "normal.h"
#include "relations.h"

#include "base/clock.h"

#include <string.h>

#define PAGE_SIZE 25
#define PAGE_SIZE_MAX 100

static struct record *find_record(struct call *call, const struct object *object)
{
	const struct str id = call->target.segments[4];
	struct record *record = object_find(object, id);

	if (record == NULL)
		(void)records_fail(call, 404, "not_found", "Record with ID \"%.*s\" was not found.",
				   STR_ARG(id));
	return record;
}

static void answer_record(struct call *call, int status, const struct record *record)
{
	struct buf *out = call_answer(call, status, "application/json");

	buf_add_z(out, "{\"data\":");
	flat_render(record, &call->target, out);
	buf_add_char(out, '}');
}

struct record *flat_create(struct call *call, struct object *object, const struct changes *changes)
{
	char id[RECORD_ID_BYTES];

	flat_id(&call->box->rng, id);
	struct record *record = object_add(object, id, &call->stamp);

	flat_update(call, record, changes);
	return record;
}

void flat_update(struct call *call, struct record *record, const struct changes *changes)
{
	for (size_t i = 0; i < changes->list.n; i++) {
		if (record_apply(record, &changes->list.items[i], &call->stamp))
			record->updated_ns = call->stamp.now_ns;
	}
}

enum order { ORDER_CREATED, ORDER_UPDATED, ORDER_ATTRIBUTE };

struct sorting {
	enum order order;
	uint32_t attribute;
	bool descending;
};

static bool read_sorting(struct call *call, const struct object *object, struct str slug,
			 struct str direction, struct sorting *ret_sorting)
{
	struct sorting sorting = { .order = ORDER_CREATED,
				   .attribute = object_attribute(object, slug),
				   .descending = str_equal_z(direction, "desc") };

	if (direction.len > 0 && !sorting.descending && !str_equal_z(direction, "asc"))
		return records_fail(call, 400, "validation_type", "direction: asc or desc.");
	if (str_equal_z(slug, "updated_at"))
		sorting.order = ORDER_UPDATED;
	else if (sorting.attribute < object->n_attributes)
		sorting.order = ORDER_ATTRIBUTE;
	else if (slug.len > 0 && !str_equal_z(slug, "created_at") &&
		 !str_equal_z(slug, "last_interaction"))
		return records_fail(call, 400, "value_not_found", "Cannot sort by \"%.*s\".",
				    STR_ARG(slug));
	*ret_sorting = sorting;
	return true;
}

static int compare_sorted(const void *left, const void *right, void *context)
{
	const struct sorting *sorting = context;
	const struct record *a = *(struct record *const *)left;
	const struct record *b = *(struct record *const *)right;
	int order = 0;

	if (sorting->order == ORDER_UPDATED)
		order = a->updated_ns < b->updated_ns ? -1 : a->updated_ns > b->updated_ns;
	else
		order = str_compare(record_key(a, sorting->attribute),
				    record_key(b, sorting->attribute));
	if (order != 0)
		return order;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static bool search_match(const struct record *record, struct str text)
{
	for (uint32_t i = 0; i < record->object->n_attributes; i++) {
		if (normal_contains(record_key(record, i), text))
			return true;
	}
	return false;
}

/* What a list or a query asks for. */
struct question {
	struct json_object *filter;
	struct str search;
	struct sorting sorting;
	size_t offset;
	size_t limit;
};

static void select_records(struct call *call, const struct object *object,
			   const struct question *question, struct selection *selection)
{
	for (size_t i = 0; i < object->created.n; i++) {
		struct record *record = object->created.items[i];

		if ((question->filter == NULL ||
		     flat_filter_match(call, record, question->filter)) &&
		    (question->search.len == 0 || search_match(record, question->search)))
			*VEC_PUSH(&selection->records) = record;
	}
	if (question->sorting.order != ORDER_CREATED && selection->records.n > 0)
		qsort_r(selection->records.items, selection->records.n, sizeof(struct record *),
			compare_sorted, (void *)(uintptr_t)&question->sorting);
}

/* Writes "data":[…]; returns how many there are in all. */
static size_t answer_page(struct call *call, const struct object *object,
			  const struct question *question, struct buf *out)
{
	const bool all = question->filter == NULL && question->search.len == 0 &&
			 question->sorting.order == ORDER_CREATED;
	struct selection selection = { 0 };

	if (!all)
		select_records(call, object, question, &selection);
	struct record *const *items = all ? object->created.items : selection.records.items;
	const size_t n = all ? object->created.n : selection.records.n;

	buf_add_z(out, "\"data\":[");
	for (size_t i = question->offset; i < n && i - question->offset < question->limit; i++) {
		json_add_comma(out);
		flat_render(items[question->sorting.descending ? n - 1 - i : i], &call->target,
			    out);
	}
	buf_add_char(out, ']');
	VEC_RELEASE(&selection.records);
	return n;
}

/* page and pageSize of the query; false if they are none. */
static bool read_page(struct call *call, int64_t *ret_page, size_t *ret_size)
{
	const int64_t size = call_number(call, "pageSize", PAGE_SIZE);

	*ret_page = call_number(call, "page", 1);
	if (*ret_page < 1 || size < 1)
		return records_fail(call, 400, "validation_type", "page and pageSize start at 1.");
	*ret_size = size > PAGE_SIZE_MAX ? PAGE_SIZE_MAX : (size_t)size;
	return true;
}

static void add_meta(struct buf *out, int64_t page, size_t size, size_t total)
{
	buf_addf(out, ",\"meta\":{\"page\":%lld,\"pageSize\":%zu,\"total\":%zu}", (long long)page,
		 size, total);
}

static void list(struct call *call, const struct object *object)
{
	struct question question = { .search = target_value(&call->target, "query") };
	int64_t page = 0;

	if (!read_page(call, &page, &question.limit) ||
	    !read_sorting(call, object, target_value(&call->target, "sort"),
			  target_value(&call->target, "direction"), &question.sorting))
		return;
	question.offset = (size_t)(page - 1) * question.limit;
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_char(out, '{');
	const size_t total = answer_page(call, object, &question, out);

	add_meta(out, page, question.limit, total);
	buf_add_char(out, '}');
}

static bool body_number(struct call *call, const char *name, int64_t other, size_t *ret_number)
{
	struct json_object *value = json_member(call->body, name);
	const int64_t number = value != NULL ? json_object_get_int64(value) : other;

	if ((value != NULL && !json_object_is_type(value, json_type_int)) || number < 0)
		return records_fail(call, 400, "validation_type", "%s: a number is expected.",
				    name);
	*ret_number = (size_t)number;
	return true;
}

static void query(struct call *call, const struct object *object)
{
	struct question question = { .filter = json_member(call->body, "filter") };
	struct json_object *sorts = json_member(call->body, "sorts");
	struct json_object *sort = NULL;

	if (json_object_is_type(sorts, json_type_array) && json_object_array_length(sorts) > 0)
		sort = json_object_array_get_idx(sorts, 0);
	if (!body_number(call, "limit", PAGE_SIZE, &question.limit) ||
	    !body_number(call, "offset", 0, &question.offset) ||
	    !read_sorting(call, object, json_member_str(sort, "attribute"),
			  json_member_str(sort, "direction"), &question.sorting) ||
	    (question.filter != NULL && !flat_filter_check(call, object, question.filter)))
		return;
	if (question.limit > PAGE_SIZE_MAX) {
		(void)records_fail(call, 400, "validation_type", "limit: at most 100 is allowed.");
		return;
	}
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_char(out, '{');
	(void)answer_page(call, object, &question, out);
	buf_add_char(out, '}');
}

static void create(struct call *call, struct object *object)
{
	struct changes changes = { 0 };

	if (flat_input(call, object, json_member(call->body, "attributes"), &changes) &&
	    records_complete(call, object, NULL, &changes) &&
	    records_unique(call, object, &changes, NULL))
		answer_record(call, 201, flat_create(call, object, &changes));
	changes_release(&changes);
}

static void update(struct call *call, const struct object *object, struct record *record)
{
	struct changes changes = { 0 };

	if (flat_input(call, object, json_member(call->body, "attributes"), &changes) &&
	    records_complete(call, object, record, &changes) &&
	    records_unique(call, object, &changes, record)) {
		flat_update(call, record, &changes);
		answer_record(call, 200, record);
	}
	changes_release(&changes);
}

static void one_record(struct call *call, struct object *object)
{
	const bool get = call_method(call, "GET");
	const bool patch = call_method(call, "PATCH");

	if (!get && !patch && !call_method(call, "DELETE")) {
		(void)records_no_endpoint(call);
		return;
	}
	struct record *record = find_record(call, object);

	if (record == NULL)
		return;
	if (get) {
		answer_record(call, 200, record);
	} else if (patch) {
		update(call, object, record);
	} else {
		relations_move(call, record, NULL);
		object_remove(object, record);
		(void)call_answer(call, 204, NULL);
	}
}

static void company(struct call *call, const struct object *object)
{
	const struct record *record = find_record(call, object);

	if (record == NULL)
		return;
	const struct record *found =
		object_find(&call->box->objects[SANDBOX_RECORDS][RECORDS_COMPANIES],
			    record_key(record, object_attribute(object, STR_LIT("company"))));

	if (found != NULL)
		answer_record(call, 200, found);
	else
		(void)records_fail(call, 404, "not_found", "The person has no company.");
}

static void add_activity(struct buf *out, const struct note *note)
{
	char time[CLOCK_TEXT_BYTES];

	clock_format(note->created_ns, 3, time);
	json_add_comma(out);
	buf_add_char(out, '{');
	json_add_member(out, "id", str_from(note->id), JSON_SLASH_PLAIN);
	json_add_member(out, "type", str_from(note->type), JSON_SLASH_PLAIN);
	json_add_member(out, "title", str_from(note->title), JSON_SLASH_PLAIN);
	json_add_member(out, "content", str_from(note->text), JSON_SLASH_PLAIN);
	json_add_member(out, "created_at", str_from(time), JSON_SLASH_PLAIN);
	buf_add_char(out, '}');
}

static void activities(struct call *call, const struct object *object)
{
	const struct record *record = find_record(call, object);
	const struct str type = target_value(&call->target, "type");
	int64_t page = 0;
	size_t size = 0;
	size_t n = 0;

	if (record == NULL || !read_page(call, &page, &size))
		return;
	const size_t from = (size_t)(page - 1) * size;
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_z(out, "{\"data\":[");
	for (size_t i = 0; i < record->notes.n; i++) {
		if (type.len > 0 && !str_equal_z(type, record->notes.items[i]->type))
			continue;
		if (n >= from && n - from < size)
			add_activity(out, record->notes.items[i]);
		n++;
	}
	buf_add_char(out, ']');
	add_meta(out, page, size, n);
	buf_add_char(out, '}');
}

static void people_handle(struct call *call, struct object *object)
{
	const struct target *target = &call->target;
	const size_t n = target->n_segments;
	const bool get = call_method(call, "GET");
	const bool post = call_method(call, "POST");

	if (n == 4 && get)
		list(call, object);
	else if (n == 4 && post)
		create(call, object);
	else if (n == 5 && target_is(target, 4, "query") && post)
		query(call, object);
	else if (n == 5 && target_is(target, 4, "batch") && (post || call_method(call, "PATCH")))
		flat_batch(call, object);
	else if (n == 5)
		one_record(call, object);
	else if (n == 6 && get && target_is(target, 5, "company"))
		company(call, object);
	else if (n == 6 && get && target_is(target, 5, "activities"))
		activities(call, object);
	else
		(void)records_no_endpoint(call);
}

void flat_handle(struct call *call)
{
	const struct target *target = &call->target;

	if (!records_scope(call))
		return;
	/* The document knows the people object only; companies are reached through a person. */
	if (target->n_segments < 4 || !target_is(target, 0, "v2") ||
	    !target_is(target, 1, "objects") || !target_is(target, 2, "people") ||
	    !target_is(target, 3, "records"))
		(void)records_no_endpoint(call);
	else
		people_handle(call, &call->box->objects[SANDBOX_RECORDS][RECORDS_PEOPLE]);
}
