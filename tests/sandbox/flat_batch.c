/* SPDX-License-Identifier: Apache-2.0 */
#include "flat.h"

#define BATCH_MAX 100

/* One record of the batch.  record: NULL when it is to be created. */
struct entry {
	struct record *record;
	struct changes changes;
};

static bool read_entry(struct call *call, const struct object *object, struct json_object *item,
		       bool update, struct entry *entry)
{
	const struct str id = json_member_str(item, "id");

	if (update) {
		entry->record = object_find(object, id);
		if (entry->record == NULL)
			return records_fail(call, 404, "not_found",
					    "Record with ID \"%.*s\" was not found.", STR_ARG(id));
	}
	return flat_input(call, object, json_member(item, "attributes"), &entry->changes) &&
	       records_complete(call, object, entry->record, &entry->changes) &&
	       records_unique(call, object, &entry->changes, entry->record);
}

/* Two entries that want the same unique value clash although neither is stored yet. */
static bool check_clash(struct call *call, const struct object *object, const struct entry *a,
			const struct entry *b)
{
	for (size_t i = 0; i < a->changes.list.n; i++) {
		const struct change *left = &a->changes.list.items[i];

		if ((object->attributes[left->attribute].flags & ATTR_UNIQUE) == 0 || left->n == 0)
			continue;
		for (size_t k = 0; k < b->changes.list.n; k++) {
			const struct change *right = &b->changes.list.items[k];

			if (right->attribute == left->attribute && right->n > 0 &&
			    str_equal(right->drafts[0].key, left->drafts[0].key))
				return records_fail(
					call, 400, "uniqueness_conflict",
					"Two records of the batch have the same \"%s\".",
					object->attributes[left->attribute].slug);
		}
	}
	if (a->record != NULL && a->record == b->record)
		return records_fail(call, 400, "validation_type",
				    "A record stands twice in the batch.");
	return true;
}

static bool read_batch(struct call *call, const struct object *object, struct json_object *records,
		       struct entry *entries)
{
	for (size_t i = 0; i < json_object_array_length(records); i++) {
		if (!read_entry(call, object, json_object_array_get_idx(records, i),
				call_method(call, "PATCH"), &entries[i]))
			return false;
		for (size_t k = 0; k < i; k++) {
			if (!check_clash(call, object, &entries[k], &entries[i]))
				return false;
		}
	}
	return true;
}

static void apply(struct call *call, struct object *object, struct entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (entries[i].record == NULL)
			entries[i].record = flat_create(call, object, &entries[i].changes);
		else
			flat_update(call, entries[i].record, &entries[i].changes);
	}
}

/* In any order: the document promises none. */
static void answer(struct call *call, struct entry *entries, size_t n)
{
	struct buf *out =
		call_answer(call, call_method(call, "POST") ? 201 : 200, "application/json");

	buf_add_z(out, "{\"data\":[");
	for (size_t left = n; left > 0; left--) {
		const uint32_t pick = rng_below(&call->box->ripple, (uint32_t)left);
		const struct record *record = entries[pick].record;

		entries[pick].record = entries[left - 1].record;
		json_add_comma(out);
		flat_render(record, NULL, out);
	}
	buf_add_z(out, "]}");
}

void flat_batch(struct call *call, struct object *object)
{
	struct json_object *records = json_member(call->body, "records");
	size_t n = 0;

	if (json_object_is_type(records, json_type_array))
		n = json_object_array_length(records);
	if (n == 0 || n > BATCH_MAX) {
		call_violation(call, "a batch of %zu", n);
		(void)records_fail(call, 400, "validation_type", "records: a list of 1 to %d.",
				   BATCH_MAX);
		return;
	}
	struct entry *entries = arena_alloc(call->arena, n, sizeof(*entries));

	if (read_batch(call, object, records, entries)) {
		apply(call, object, entries, n);
		answer(call, entries, n);
	}
	for (size_t i = 0; i < n; i++)
		changes_release(&entries[i].changes);
}
