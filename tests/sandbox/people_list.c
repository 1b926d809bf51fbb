/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "normal.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>

/*
 * The list of persons.  Unknown and malformed filters are ignored, as the server ignores them: the
 * answer is everybody.
 */

struct selection {
	VEC(struct record *) records;
};

enum order { ORDER_ID, ORDER_CREATED, ORDER_FAMILY };

struct question {
	struct call *call;
	const struct object *object;
	enum order order;
	bool descending;
	struct people_times times;
	uint64_t salt;         /* for rows of one second */
	struct record **group; /* the rows of the second that was last looked at */
	size_t low;
	size_t high;
};

/* "owner.id" and "owner.id[]" are the same filter; several values are alternatives. */
static bool is_filter(const struct parameter *parameter, const char *name)
{
	const size_t len = strlen(name);

	return str_equal_z(parameter->name, name) ||
	       (parameter->name.len == len + 2 && str_starts(parameter->name, str_from(name)) &&
		str_ends(parameter->name, STR_LIT("[]")));
}

static bool cell_has(const struct record *record, const char *slug, struct str key)
{
	const struct cell *cell = &record->cells[object_attribute(record->object, str_from(slug))];

	for (size_t i = 0; i < cell->n; i++) {
		if (str_equal(cell->values[i].key, key))
			return true;
	}
	return false;
}

static bool has_email(const struct question *question, const struct record *record, struct str text)
{
	const struct cell *cell =
		&record->cells[object_attribute(record->object, STR_LIT("emailAddresses"))];
	struct arena *arena = question->call->arena;

	if (!question->call->box->options.exact_search)
		return cell_has(record, "emailAddresses", normal_lower(arena, text));
	for (size_t i = 0; i < cell->n; i++) {
		const struct str quoted = json_quote(arena, text, JSON_SLASH_ESCAPED);

		if (str_ends(cell->values[i].json, quoted))
			return true;
	}
	return false;
}

static bool match_email(const struct question *question, const struct record *record,
			struct str text)
{
	return has_email(question, record, text);
}

static bool match_identifier(const struct question *question, const struct record *record,
			     struct str text)
{
	return has_email(question, record, text) || cell_has(record, "linkedinId", text) ||
	       cell_has(record, "phoneNumbers", text);
}

static bool match_owner(const struct question *question, const struct record *record,
			struct str text)
{
	(void)question;
	return cell_has(record, "owner", text);
}

static bool match_tag(const struct question *question, const struct record *record, struct str text)
{
	(void)question;
	return cell_has(record, "tags", text);
}

static bool match_segment(const struct question *question, const struct record *record,
			  struct str text)
{
	(void)question;
	return cell_has(record, "segments", text);
}

static bool match_search(const struct question *question, const struct record *record,
			 struct str text)
{
	static const char *const searched[] = { "familyName",     "givenName",    "additionalName",
						"emailAddresses", "phoneNumbers", "title" };

	(void)question;
	for (size_t i = 0; i < COUNT_OF(searched); i++) {
		const uint32_t k = object_attribute(record->object, str_from(searched[i]));

		for (size_t v = 0; k < record->object->n_attributes && v < record->cells[k].n;
		     v++) {
			if (normal_contains(record->cells[k].values[v].key, text))
				return true;
		}
	}
	return false;
}

typedef bool match_fn(const struct question *question, const struct record *record,
		      struct str text);

static const struct {
	const char *name;
	match_fn *match;
	bool indexed;
} filters[] = {
	{ "emailAddresses.email", match_email, true },
	{ "identifiers", match_identifier, true },
	{ "owner.id", match_owner, false },
	{ "tags.id", match_tag, false },
	{ "segments.uuid", match_segment, false },
	{ "q", match_search, false },
};

static bool passes_filters(const struct question *question, const struct record *record)
{
	const struct target *target = &question->call->target;

	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		bool asked = false;
		bool matched = false;

		for (size_t k = 0; k < target->n_parameters && !matched; k++) {
			const struct parameter *parameter = &target->parameters[k];

			if (!is_filter(parameter, filters[i].name) || parameter->value.len == 0)
				continue;
			asked = true;
			matched = filters[i].match(question, record, parameter->value);
		}
		if (asked && !matched)
			return false;
	}
	return true;
}

static bool passes_archived(const struct question *question, const struct record *record)
{
	const struct str wanted = target_value(&question->call->target, "exists[archivedAt]");
	const uint32_t i = object_attribute(record->object, STR_LIT("archivedAt"));

	if (str_equal_z(wanted, "true") || str_equal_z(wanted, "1"))
		return record->cells[i].n > 0;
	if (str_equal_z(wanted, "false") || str_equal_z(wanted, "0"))
		return record->cells[i].n == 0;
	return true;
}

static bool passes(const struct question *question, const struct record *record)
{
	return passes_filters(question, record) && passes_archived(question, record) &&
	       people_times_hold(&question->times, record->created_ns);
}

static void add_indexed(const struct question *question, const char *slug, struct str key,
			struct selection *selection)
{
	const struct index_entry *entry = index_first(
		&question->object->index, object_attribute(question->object, str_from(slug)), key);

	while (entry != NULL) {
		*VEC_PUSH(&selection->records) = entry->record;
		entry = index_next(entry);
	}
}

/* The candidates that the index knows; false if no filter is one of its kind. */
static bool indexed_candidates(const struct question *question, struct selection *selection)
{
	const struct target *target = &question->call->target;
	bool found = false;

	for (size_t i = 0; i < COUNT_OF(filters) && !found; i++) {
		for (size_t k = 0; filters[i].indexed && k < target->n_parameters; k++) {
			const struct str value = target->parameters[k].value;

			if (!is_filter(&target->parameters[k], filters[i].name) || value.len == 0)
				continue;
			found = true;
			add_indexed(question, "emailAddresses",
				    normal_lower(question->call->arena, value), selection);
			if (filters[i].match != match_identifier)
				continue;
			add_indexed(question, "linkedinId", value, selection);
			add_indexed(question, "phoneNumbers", value, selection);
		}
	}
	return found;
}

static int64_t order_number(const struct question *question, const struct record *record)
{
	return question->order == ORDER_CREATED ? record->created_ns / NS_PER_S : 0;
}

static int compare_in_order(const void *left, const void *right, void *context)
{
	const struct question *question = context;
	const struct record *a = *(struct record *const *)left;
	const struct record *b = *(struct record *const *)right;
	const int64_t x = order_number(question, a);
	const int64_t y = order_number(question, b);
	int order = x < y ? -1 : x > y;

	if (order == 0 && question->order == ORDER_FAMILY)
		order = str_compare(record_key(a, 0), record_key(b, 0));
	if (order != 0)
		return question->descending ? -order : order;
	if (question->order == ORDER_ID)
		return strcmp(a->id, b->id);
	/* Nothing breaks the tie: any order will do, and another one next time. */
	const uint64_t p = hash64(str_from(a->id), question->salt);
	const uint64_t q = hash64(str_from(b->id), question->salt);

	return p < q ? -1 : p > q;
}

static void read_order(struct question *question)
{
	const struct target *target = &question->call->target;
	const struct str created = target_value(target, "order[createdAt]");
	const struct str family = target_value(target, "order[familyName]");
	const struct str direction = created.len > 0 ? created : family;

	if (!str_equal_nocase(direction, STR_LIT("asc")) &&
	    !str_equal_nocase(direction, STR_LIT("desc")))
		return;
	question->order = created.len > 0 ? ORDER_CREATED : ORDER_FAMILY;
	question->descending = str_equal_nocase(direction, STR_LIT("desc"));
}

static bool any_filter(const struct call *call)
{
	for (size_t i = 0; i < call->target.n_parameters; i++) {
		const struct parameter *parameter = &call->target.parameters[i];

		if (str_starts(parameter->name, STR_LIT("createdAt[")) ||
		    str_equal_z(parameter->name, "exists[archivedAt]"))
			return true;
		for (size_t k = 0; k < COUNT_OF(filters); k++) {
			if (is_filter(parameter, filters[k].name))
				return true;
		}
	}
	return false;
}

static void render_item(struct call *call, const void *items, size_t i,
			const struct people_view *view, struct buf *out)
{
	struct record *const *records = items;

	people_render(call, records[i], view, out);
}

/* "To get only UUIDs". */
static void render_id(struct call *call, const void *items, size_t i,
		      const struct people_view *view, struct buf *out)
{
	struct record *const *records = items;

	(void)call;
	(void)view;
	json_add_text(out, str_from(records[i]->id), JSON_SLASH_PLAIN);
}

/* The rows of one second that the page touches, in an order of this request's own. */
static void load_group(struct question *question, size_t at)
{
	const struct object *object = question->object;
	const int64_t second = object->created.items[at]->created_ns / NS_PER_S;

	question->low = object_lower_bound(object, second * NS_PER_S);
	question->high = object_lower_bound(object, (second + 1) * NS_PER_S);
	const size_t n = question->high - question->low;

	question->group = arena_alloc(question->call->arena, n, sizeof(struct record *));
	memcpy(question->group, &object->created.items[question->low], n * sizeof(struct record *));
	qsort_r(question->group, n, sizeof(struct record *), compare_in_order, question);
}

static void render_created(struct call *call, const void *items, size_t i,
			   const struct people_view *view, struct buf *out)
{
	struct question *question = *(struct question *const *)items;
	const size_t n = question->object->created.n;
	const size_t at = question->descending ? n - 1 - i : i;

	if (question->group == NULL || at < question->low || at >= question->high)
		load_group(question, at);
	people_render(call,
		      question->group[question->descending ? question->high - 1 - at :
							     at - question->low],
		      view, out);
}

/* Where in the order of creation the candidates begin and end. */
static void created_range(const struct question *question, size_t *ret_low, size_t *ret_high)
{
	const struct people_times *times = &question->times;
	const bool open = times->high_s >= INT64_MAX / NS_PER_S;

	*ret_low = object_lower_bound(question->object, times->low_s * NS_PER_S);
	*ret_high = open ? question->object->created.n :
			   object_lower_bound(question->object, (times->high_s + 1) * NS_PER_S);
}

static void select_records(struct question *question, struct selection *selection)
{
	const bool indexed = indexed_candidates(question, selection);
	size_t low = 0;
	size_t high = selection->records.n;
	size_t n = 0;

	if (!indexed)
		created_range(question, &low, &high);
	for (size_t i = low; i < high; i++) {
		struct record *record =
			indexed ? selection->records.items[i] : question->object->created.items[i];

		if (!passes(question, record))
			continue;
		if (indexed)
			selection->records.items[n++] = record;
		else
			*VEC_PUSH(&selection->records) = record;
	}
	if (!indexed)
		n = selection->records.n;
	if (n > 0)
		qsort_r(selection->records.items, n, sizeof(struct record *), compare_in_order,
			question);
	/* One that was found by several keys stands together with itself now. */
	selection->records.n = 0;
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || selection->records.items[i] != selection->records.items[i - 1])
			selection->records.items[selection->records.n++] =
				selection->records.items[i];
	}
}

/* Persons without a filter: straight out of the sorted arrays. */
static void answer_all(struct call *call, struct question *question, struct people_page *page)
{
	page->total = question->object->created.n;
	if (question->order == ORDER_CREATED)
		people_answer_page(call, page, render_created, &question);
	else
		people_answer_page(call, page, render_item, question->object->by_id.items);
}

void people_list(struct call *call, const struct object *object)
{
	const bool persons = strcmp(object->slug, "people") == 0;
	const bool ids = str_equal_z(target_value(&call->target, "view"), "idx");
	struct people_page page = { .type = object->type };
	struct question question = { .call = call, .object = object };
	struct selection selection = { 0 };

	if (!people_read_page(call, &page))
		return;
	if (!persons) {
		page.total = object->created.n;
		people_answer_page(call, &page, render_item, object->created.items);
		return;
	}
	read_order(&question);
	question.times = people_times_of(call, "createdAt");
	if (call->box->options.shuffle_ties)
		question.salt = call->box->log.total;
	if (question.order != ORDER_FAMILY && !ids && !any_filter(call)) {
		answer_all(call, &question, &page);
		return;
	}
	select_records(&question, &selection);
	page.total = selection.records.n;
	people_answer_page(call, &page, ids ? render_id : render_item, selection.records.items);
	VEC_RELEASE(&selection.records);
}
