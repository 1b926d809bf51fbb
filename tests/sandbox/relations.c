/* SPDX-License-Identifier: Apache-2.0 */
#include "relations.h"

#include "flat.h"
#include "people.h"
#include "records_schema.h"

#include <string.h>

static void put(struct call *call, struct change *change, const struct record *target)
{
	if (call->request->side == SANDBOX_PEOPLE)
		people_put_iri(call, change, target);
	else if (call->box->options.dialect == SANDBOX_ATTRIBUTES)
		flat_put_company(call, change, target);
	else
		put_reference(call, change, target);
}

static void move_cell(struct call *call, struct record *record, uint32_t attribute,
		      const struct record *from, const struct record *into)
{
	const struct cell *cell = &record->cells[attribute];
	struct change change = { .attribute = attribute };
	bool found = false;

	for (size_t i = 0; i < cell->n; i++) {
		const struct value *value = &cell->values[i];

		if (!str_equal_z(value->key, from->id)) {
			change_put(&change, call->arena, value->json, value->key);
			continue;
		}
		found = true;
		if (into != NULL)
			put(call, &change, into);
	}
	if (found)
		(void)record_apply(record, &change, &call->stamp);
}

static void move_attribute(struct call *call, struct object *object, uint32_t attribute,
			   const struct record *from, const struct record *into)
{
	if ((object->attributes[attribute].flags & ATTR_INDEXED) == 0) {
		for (size_t i = 0; i < object->created.n; i++)
			move_cell(call, object->created.items[i], attribute, from, into);
		return;
	}
	/* Each move takes one entry out of the index. */
	const struct index_entry *entry =
		index_first(&object->index, attribute, str_from(from->id));

	while (entry != NULL) {
		move_cell(call, entry->record, attribute, from, into);
		entry = index_first(&object->index, attribute, str_from(from->id));
	}
}

/* Authors and categories of notes lie outside of the attributes. */
static void forget_notes(struct object *object, const struct record *gone)
{
	const bool category = strcmp(gone->object->slug, "note_categories") == 0;

	for (size_t i = 0; i < object->created.n; i++) {
		const struct record *record = object->created.items[i];

		for (size_t k = 0; k < record->notes.n; k++) {
			struct note *note = record->notes.items[k];
			char **id = category ? &note->category : &note->author;

			if (*id == NULL || strcmp(*id, gone->id) != 0)
				continue;
			free(*id);
			*id = NULL;
		}
	}
}

void relations_move(struct call *call, const struct record *from, const struct record *into)
{
	struct object *objects = call->box->objects[call->request->side];
	const char *slug = from->object->slug;

	for (size_t i = 0; i < PEOPLE_OBJECT_COUNT; i++) {
		for (uint32_t k = 0; k < objects[i].n_attributes; k++) {
			const struct attribute *attribute = &objects[i].attributes[k];

			if ((attribute->flags & ATTR_REFERENCE) != 0 &&
			    strcmp(attribute->detail, slug) == 0)
				move_attribute(call, &objects[i], k, from, into);
		}
	}
	if (call->request->side == SANDBOX_PEOPLE && into == NULL &&
	    (strcmp(slug, "note_categories") == 0 || strcmp(slug, "users") == 0))
		forget_notes(&objects[PEOPLE_PERSONS], from);
}
