/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void object_init(struct object *object, const struct attribute *attributes, uint32_t n_attributes)
{
	object->attributes = arena_alloc(&object->texts, n_attributes, sizeof(*object->attributes));
	memcpy(object->attributes, attributes, n_attributes * sizeof(*attributes));
	object->n_attributes = n_attributes;
}

void object_add_attribute(struct object *object, const struct attribute *attribute)
{
	const uint32_t n = object->n_attributes;
	struct attribute *table = arena_alloc(&object->texts, n + 1, sizeof(*table));

	assert(object->created.n == 0);
	memcpy(table, object->attributes, n * sizeof(*table));
	table[n] = *attribute;
	object->attributes = table;
	object->n_attributes++;
}

static void cell_release(struct cell *cell)
{
	for (size_t i = 0; i < cell->n; i++)
		free((char *)(uintptr_t)cell->values[i].json.p);
	free(cell->values);
	*cell = (struct cell){ 0 };
}

static void note_free(struct note *note)
{
	free(note->title);
	free(note->text);
	free(note->category);
	free(note->author);
	free(note);
}

static void record_free(struct record *record)
{
	for (uint32_t i = 0; i < record->object->n_attributes; i++)
		cell_release(&record->cells[i]);
	for (size_t i = 0; i < record->notes.n; i++)
		note_free(record->notes.items[i]);
	VEC_RELEASE(&record->notes);
	free(record);
}

void object_release(struct object *object)
{
	for (size_t i = 0; i < object->created.n; i++)
		record_free(object->created.items[i]);
	VEC_RELEASE(&object->created);
	VEC_RELEASE(&object->by_id);
	index_release(&object->index);
	arena_release(&object->texts);
}

static int compare_created(const void *left, const void *right)
{
	const struct record *a = *(struct record *const *)left;
	const struct record *b = *(struct record *const *)right;

	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int compare_id(const void *left, const void *right)
{
	const struct record *a = *(struct record *const *)left;
	const struct record *b = *(struct record *const *)right;

	return strcmp(a->id, b->id);
}

void object_bulk_begin(struct object *object)
{
	object->bulk = true;
}

void object_bulk_end(struct object *object)
{
	object->bulk = false;
	if (object->created.n == 0)
		return;
	qsort(object->created.items, object->created.n, sizeof(struct record *), compare_created);
	qsort(object->by_id.items, object->by_id.n, sizeof(struct record *), compare_id);
}

uint32_t object_attribute(const struct object *object, struct str slug)
{
	uint32_t i = 0;

	while (i < object->n_attributes && !str_equal_z(slug, object->attributes[i].slug))
		i++;
	return i;
}

bool object_shows(const struct object *object, uint32_t attribute)
{
	return attribute < object->n_attributes &&
	       (object->attributes[attribute].flags & ATTR_ARCHIVED) == 0;
}

typedef int compare_fn(const void *left, const void *right);

/* Where the record stands, or would stand, in a sorted array. */
static size_t position(struct record *const *items, size_t n, struct record *record,
		       compare_fn *compare)
{
	size_t low = 0;
	size_t high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare(&items[middle], &record) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert_at(struct record **items, size_t n, size_t at, struct record *record)
{
	memmove(&items[at + 1], &items[at], (n - at) * sizeof(*items));
	items[at] = record;
}

static void remove_at(struct record **items, size_t n, size_t at, const struct record *record)
{
	assert(at < n && items[at] == record);
	(void)record;
	memmove(&items[at], &items[at + 1], (n - at - 1) * sizeof(*items));
}

static void list_add(struct object *object, struct record *record)
{
	const size_t n = object->created.n;
	const size_t at =
		object->bulk ? n : position(object->created.items, n, record, compare_created);

	*VEC_PUSH(&object->created) = record;
	insert_at(object->created.items, n, at, record);
}

static void list_remove(struct object *object, struct record *record)
{
	const size_t n = object->created.n;

	remove_at(object->created.items, n,
		  position(object->created.items, n, record, compare_created), record);
	object->created.n--;
}

struct record *object_add(struct object *object, const char *id, const struct stamp *stamp)
{
	const size_t bytes = sizeof(struct record) + object->n_attributes * sizeof(struct cell);
	struct record *record = alloc_zeroed(1, bytes);

	assert(strlen(id) < sizeof(record->id));
	memcpy(record->id, id, strlen(id));
	record->object = object;
	record->seq = object->next_seq++;
	record->created_ns = stamp->now_ns;
	record->updated_ns = stamp->now_ns;
	record->created_by = stamp->actor;
	list_add(object, record);

	const size_t n = object->by_id.n;
	const size_t at = object->bulk ? n : position(object->by_id.items, n, record, compare_id);

	*VEC_PUSH(&object->by_id) = record;
	insert_at(object->by_id.items, n, at, record);
	index_add(&object->index, INDEX_ID, str_from(record->id), record);
	return record;
}

static void unindex(struct record *record, uint32_t attribute)
{
	const struct cell *cell = &record->cells[attribute];

	if ((record->object->attributes[attribute].flags & ATTR_INDEXED) == 0)
		return;
	for (size_t i = 0; i < cell->n; i++)
		index_remove(&record->object->index, attribute, cell->values[i].key, record);
}

static void reindex(struct record *record, uint32_t attribute)
{
	const struct cell *cell = &record->cells[attribute];

	if ((record->object->attributes[attribute].flags & ATTR_INDEXED) == 0)
		return;
	for (size_t i = 0; i < cell->n; i++)
		index_add(&record->object->index, attribute, cell->values[i].key, record);
}

void object_remove(struct object *object, struct record *record)
{
	assert(!object->bulk);
	const size_t n = object->by_id.n;

	list_remove(object, record);
	remove_at(object->by_id.items, n, position(object->by_id.items, n, record, compare_id),
		  record);
	object->by_id.n--;
	for (uint32_t i = 0; i < object->n_attributes; i++)
		unindex(record, i);
	index_remove(&object->index, INDEX_ID, str_from(record->id), record);
	while (record->notes.n > 0)
		record_remove_note(record, record->notes.items[record->notes.n - 1]);
	record_free(record);
}

struct record *object_find(const struct object *object, struct str id)
{
	const struct index_entry *entry = index_first(&object->index, INDEX_ID, id);

	return entry != NULL ? entry->record : NULL;
}

struct record *object_find_key(const struct object *object, uint32_t attribute, struct str key,
			       const struct record *but)
{
	const struct index_entry *entry = index_first(&object->index, attribute, key);

	while (entry != NULL && entry->record == but)
		entry = index_next(entry);
	return entry != NULL ? entry->record : NULL;
}

void object_move(struct object *object, struct record *record, int64_t created_ns)
{
	list_remove(object, record);
	record->created_ns = created_ns;
	list_add(object, record);
}

size_t object_lower_bound(const struct object *object, int64_t created_ns)
{
	size_t low = 0;
	size_t high = object->created.n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (object->created.items[middle]->created_ns < created_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct value value_new(const struct draft *draft, const struct stamp *stamp)
{
	char *text = alloc_resize(NULL, draft->json.len + draft->key.len + 1, 1);

	if (draft->json.len > 0)
		memcpy(text, draft->json.p, draft->json.len);
	if (draft->key.len > 0)
		memcpy(text + draft->json.len, draft->key.p, draft->key.len);
	return (struct value){ { text, draft->json.len },
			       { text + draft->json.len, draft->key.len },
			       stamp->now_ns,
			       stamp->actor };
}

static bool same(const struct attribute *attribute, struct str json, struct str key,
		 const struct draft *draft)
{
	return (attribute->flags & ATTR_BY_KEY) != 0 ? str_equal(key, draft->key) :
						       str_equal(json, draft->json);
}

/* The old value that the draft repeats, or n. */
static size_t find_same(const struct attribute *attribute, const struct cell *cell,
			const struct draft *draft)
{
	size_t i = 0;

	while (i < cell->n && !same(attribute, cell->values[i].json, cell->values[i].key, draft))
		i++;
	return i;
}

static bool repeated(const struct attribute *attribute, const struct change *change, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (same(attribute, change->drafts[i].json, change->drafts[i].key,
			 &change->drafts[at]))
			return true;
	}
	return false;
}

/* Moves the old values that stay behind the new ones (add), or releases them. */
static void rest_of(struct cell *cell, bool keep, struct cell *into)
{
	for (size_t i = 0; i < cell->n; i++) {
		struct value *old = &cell->values[i];

		if (old->json.p == NULL)
			continue;
		if (keep)
			into->values[into->n++] = *old;
		else
			free((char *)(uintptr_t)old->json.p);
	}
	free(cell->values);
}

bool record_apply(struct record *record, const struct change *change, const struct stamp *stamp)
{
	const struct attribute *attribute = &record->object->attributes[change->attribute];
	struct cell *cell = &record->cells[change->attribute];
	struct cell next = { .values =
				     alloc_zeroed(cell->n + change->n + 1, sizeof(struct value)) };
	bool changed = false;

	unindex(record, change->attribute);
	for (size_t i = 0; i < change->n; i++) {
		const size_t old = find_same(attribute, cell, &change->drafts[i]);

		if (repeated(attribute, change, i) || (old < cell->n && change->add))
			continue;
		changed = changed || old != next.n || old == cell->n;
		if (old == cell->n) {
			next.values[next.n++] = value_new(&change->drafts[i], stamp);
			continue;
		}
		next.values[next.n++] = cell->values[old];
		cell->values[old].json = (struct str){ 0 };
	}
	changed = changed || (!change->add && next.n != cell->n);
	rest_of(cell, change->add, &next);
	if (next.n == 0) {
		free(next.values);
		next.values = NULL;
	}
	next.was_set = cell->was_set || next.n > 0;
	*cell = next;
	reindex(record, change->attribute);
	return changed;
}

void record_replace(struct record *record, uint32_t attribute, size_t n, const struct draft *draft)
{
	struct value *value = &record->cells[attribute].values[n];
	const struct stamp stamp = { value->at_ns, value->actor };

	assert(n < record->cells[attribute].n);
	unindex(record, attribute);
	free((char *)(uintptr_t)value->json.p);
	*value = value_new(draft, &stamp);
	reindex(record, attribute);
}

struct note *record_add_note(struct record *record, struct rng *rng)
{
	struct note *note = alloc_zeroed(1, sizeof(*note));

	rng_uuid(rng, note->id);
	note->type = "note";
	*VEC_PUSH(&record->notes) = note;
	index_add(&record->object->index, INDEX_NOTE, str_from(note->id), record);
	return note;
}

struct note *object_find_note(const struct object *object, struct str id,
			      struct record **ret_record)
{
	const struct index_entry *entry = index_first(&object->index, INDEX_NOTE, id);

	for (size_t i = 0; entry != NULL && i < entry->record->notes.n; i++) {
		if (!str_equal_z(id, entry->record->notes.items[i]->id))
			continue;
		*ret_record = entry->record;
		return entry->record->notes.items[i];
	}
	return NULL;
}

/* Takes the note off its record and keeps the order of the others. */
static void take_note(struct record *record, const struct note *note)
{
	size_t n = 0;

	index_remove(&record->object->index, INDEX_NOTE, str_from(note->id), record);
	for (size_t i = 0; i < record->notes.n; i++) {
		if (record->notes.items[i] != note)
			record->notes.items[n++] = record->notes.items[i];
	}
	record->notes.n = n;
}

void record_remove_note(struct record *record, struct note *note)
{
	take_note(record, note);
	note_free(note);
}

void record_move_notes(struct record *from, struct record *into)
{
	while (from->notes.n > 0) {
		struct note *note = from->notes.items[0];

		take_note(from, note);
		*VEC_PUSH(&into->notes) = note;
		index_add(&into->object->index, INDEX_NOTE, str_from(note->id), into);
	}
}

struct str record_key(const struct record *record, uint32_t attribute)
{
	const struct cell *cell = &record->cells[attribute];

	return cell->n > 0 ? cell->values[0].key : (struct str){ 0 };
}

struct change *changes_add(struct changes *changes, uint32_t attribute)
{
	struct change *change = VEC_PUSH(&changes->list);

	*change = (struct change){ .attribute = attribute };
	return change;
}

void changes_release(struct changes *changes)
{
	VEC_RELEASE(&changes->list);
}

void change_put(struct change *change, struct arena *arena, struct str json, struct str key)
{
	/* The room is a power of two; it is doubled when it is full. */
	if ((change->n & (change->n - 1)) == 0) {
		struct draft *room =
			arena_alloc(arena, change->n > 0 ? change->n * 2 : 1, sizeof(*room));

		if (change->n > 0)
			memcpy(room, change->drafts, change->n * sizeof(*room));
		change->drafts = room;
	}
	change->drafts[change->n++] =
		(struct draft){ arena_copy(arena, json), arena_copy(arena, key) };
}
