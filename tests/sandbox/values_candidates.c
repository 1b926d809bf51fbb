/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"
#include "records_schema.h"

#include <string.h>

/* Equality on an indexed attribute needs no look at all records. */

static void add_key(const struct object *object, uint32_t attribute, struct json_object *operand,
		    struct selection *selection)
{
	const struct index_entry *entry = index_first(&object->index, attribute, json_str(operand));

	while (entry != NULL) {
		*VEC_PUSH(&selection->records) = entry->record;
		entry = index_next(entry);
	}
}

/* The condition is equality with texts: a text, {"$eq"}, {"$in"}. */
static bool add_equal(const struct object *object, uint32_t attribute,
		      struct json_object *condition, struct selection *selection)
{
	struct json_object *list = json_member(condition, "$in");
	struct json_object *one =
		json_is_text(condition) ? condition : json_member(condition, "$eq");

	if (json_is_text(one)) {
		add_key(object, attribute, one, selection);
		return true;
	}
	if (list == NULL)
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		add_key(object, attribute, json_object_array_get_idx(list, i), selection);
	return true;
}

static bool add_attribute(const struct object *object, const char *slug,
			  struct json_object *condition, struct selection *selection)
{
	const uint32_t i = object_attribute(object, str_from(slug));

	if (strcmp(slug, "record_id") == 0)
		return add_equal(object, INDEX_ID, condition, selection);
	if (i == object->n_attributes || (object->attributes[i].flags & ATTR_INDEXED) == 0)
		return false;
	if (object->attributes[i].kind == VALUES_EMAIL && json_has(condition, "email_address"))
		condition = json_member(condition, "email_address");
	if (object->attributes[i].kind == VALUES_PHONE && json_has(condition, "phone_number"))
		condition = json_member(condition, "phone_number");
	return add_equal(object, i, condition, selection);
}

static bool collect(const struct object *object, struct json_object *filter,
		    struct selection *selection);

static bool collect_list(const struct object *object, struct json_object *list, bool any,
			 struct selection *selection)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const bool found = collect(object, json_object_array_get_idx(list, i), selection);

		/* One branch is enough for "and"; "or" needs all of them. */
		if (found != any)
			return found;
	}
	return any;
}

static bool collect(const struct object *object, struct json_object *filter,
		    struct selection *selection)
{
	const size_t before = selection->records.n;

	json_object_object_foreach(filter, name, part)
	{
		const bool any = strcmp(name, "$or") == 0;
		bool found = false;

		if (any || strcmp(name, "$and") == 0)
			found = collect_list(object, part, any, selection);
		else if (name[0] != '$')
			found = add_attribute(object, name, part, selection);
		if (found)
			return true;
		selection->records.n = before;
	}
	return false;
}

static int compare_order(const void *left, const void *right)
{
	const struct record *a = *(struct record *const *)left;
	const struct record *b = *(struct record *const *)right;

	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

bool values_candidates(const struct object *object, struct json_object *filter,
		       struct selection *selection)
{
	size_t n = 0;

	if (!collect(object, filter, selection))
		return false;
	if (selection->records.n == 0)
		return true;
	qsort(selection->records.items, selection->records.n, sizeof(struct record *),
	      compare_order);
	for (size_t i = 0; i < selection->records.n; i++) {
		if (i == 0 || selection->records.items[i] != selection->records.items[n - 1])
			selection->records.items[n++] = selection->records.items[i];
	}
	selection->records.n = n;
	return true;
}
