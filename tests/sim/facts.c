/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include "../sandbox/call.h"

#include "base/hash.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static const char *const values_slugs[SLOT_COUNT] = {
	[SLOT_NAME] = "name",
	[SLOT_TITLE] = "job_title",
	[SLOT_LINKEDIN] = "linkedin",
	[SLOT_ADDRESS] = "primary_location",
	[SLOT_EMAIL] = "email_addresses",
	[SLOT_PHONE] = "phone_numbers",
	[SLOT_TAG] = "tags",
	[SLOT_CODE] = "code",
	[SLOT_POINTS] = "points",
	[SLOT_LEVEL] = "level",
};

static const char *const flat_slugs[SLOT_COUNT] = {
	[SLOT_NAME] = "name",   [SLOT_TITLE] = "job_title", [SLOT_LINKEDIN] = "linkedin_url",
	[SLOT_ADDRESS] = "",    [SLOT_EMAIL] = "email",     [SLOT_PHONE] = "phone",
	[SLOT_TAG] = "tags",    [SLOT_CODE] = "code",       [SLOT_POINTS] = "points",
	[SLOT_LEVEL] = "level",
};

static const char *const people_slugs[SLOT_COUNT] = {
	[SLOT_NAME] = "familyName", [SLOT_TITLE] = "jobTitle",       [SLOT_LINKEDIN] = "linkedinId",
	[SLOT_ADDRESS] = "address", [SLOT_EMAIL] = "emailAddresses", [SLOT_PHONE] = "phoneNumbers",
	[SLOT_TAG] = "tags",        [SLOT_CODE] = "customerId",      [SLOT_POINTS] = "dealSize",
	[SLOT_LEVEL] = "stage",
};

static const struct cell *cell_of(const struct record *record, const char *slug)
{
	const uint32_t i = object_attribute(record->object, str_from(slug));

	return i < record->object->n_attributes ? &record->cells[i] : NULL;
}

/* The text between the quotes behind "name": in a value's members. */
static struct str member_text(struct str json, const char *name)
{
	char needle[32];
	const int n = snprintf(needle, sizeof(needle), "\"%s\":\"", name);
	const char *at = json.len > 0 ? memmem(json.p, json.len, needle, (size_t)n) : NULL;

	if (at == NULL)
		return (struct str){ NULL, 0 };
	const struct str rest = str_skip(json, (size_t)(at - json.p) + (size_t)n);

	return str_head(rest, str_find(rest, '"'));
}

static struct str cell_text(const struct record *record, const char *slug)
{
	const struct cell *cell = cell_of(record, slug);

	return cell != NULL && cell->n > 0 ? cell->values[0].key : (struct str){ NULL, 0 };
}

static void put(struct facts *facts, enum slot slot, uint32_t token)
{
	if (token == 0 || token == TOKEN_INVENTED || facts->n[slot] >= FACTS_TOKENS)
		return;
	facts->tokens[slot][facts->n[slot]++] = token;
}

static void read_people_name(const struct record *record, struct facts *facts)
{
	char text[256];
	const struct str given = cell_text(record, "givenName");
	const struct str additional = cell_text(record, "additionalName");
	const struct str family = cell_text(record, "familyName");

	(void)snprintf(text, sizeof(text), "%.*s %.*s %.*s", STR_ARG(given), STR_ARG(additional),
		       STR_ARG(family));
	put(facts, SLOT_NAME, token_read(SLOT_NAME, str_from(text)));
}

static void read_values_name(const struct cell *cell, struct facts *facts)
{
	char text[256];

	if (cell == NULL || cell->n == 0)
		return;
	const struct str json = cell->values[0].json;
	const struct str first = member_text(json, "first_name");
	const struct str last = member_text(json, "last_name");

	if (first.len + last.len == 0) {
		put(facts, SLOT_NAME, token_read(SLOT_NAME, member_text(json, "full_name")));
		return;
	}
	(void)snprintf(text, sizeof(text), "%.*s %.*s", STR_ARG(first), STR_ARG(last));
	put(facts, SLOT_NAME, token_read(SLOT_NAME, str_from(text)));
}

static void read_slot(const struct sandbox *box, enum sandbox_side side,
		      const struct record *record, enum slot slot, struct facts *facts)
{
	const bool flat = box->options.dialect == SANDBOX_ATTRIBUTES;
	const char *slug = side == SANDBOX_PEOPLE ? people_slugs[slot] :
			   flat                   ? flat_slugs[slot] :
						    values_slugs[slot];
	const struct cell *cell = cell_of(record, slug);

	if (slot == SLOT_NAME && side == SANDBOX_PEOPLE) {
		read_people_name(record, facts);
	} else if (slot == SLOT_NAME && !flat) {
		read_values_name(cell, facts);
	} else if (slot == SLOT_ADDRESS && cell != NULL && cell->n > 0) {
		const char *name = side == SANDBOX_PEOPLE ? "street" : "line_1";

		put(facts, slot, token_read(slot, member_text(cell->values[0].json, name)));
	} else if (slot == SLOT_TAG && side == SANDBOX_PEOPLE && cell != NULL) {
		for (size_t i = 0; i < cell->n; i++) {
			const struct record *tag = object_find(
				&box->objects[SANDBOX_PEOPLE][PEOPLE_TAGS], cell->values[i].key);

			put(facts, slot,
			    tag != NULL ? token_read(slot, cell_text(tag, "title")) : TOKEN_ALIEN);
		}
	} else if (slot == SLOT_POINTS && cell != NULL && cell->n > 0) {
		put(facts, slot, token_read(slot, cell->values[0].json));
	} else if (slot != SLOT_ADDRESS && cell != NULL) {
		for (size_t i = 0; i < cell->n; i++)
			put(facts, slot, token_read(slot, cell->values[i].key));
	}
}

static void read_one(const struct sandbox *box, enum sandbox_side side, const struct record *record,
		     struct facts *facts)
{
	const struct cell *archived = cell_of(record, "archivedAt");

	memset(facts, 0, sizeof(*facts));
	(void)snprintf(facts->id, sizeof(facts->id), "%s", record->id);
	facts->seq = record->seq;
	facts->archived = archived != NULL && archived->n > 0;
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		read_slot(box, side, record, (enum slot)slot, facts);
	for (uint32_t i = 0; i < record->object->n_attributes && i < FACTS_CELLS; i++) {
		uint64_t sum = 0;

		for (size_t k = 0; k < record->cells[i].n; k++)
			sum = hash64(record->cells[i].values[k].json, sum + 1);
		facts->cells[i] = sum;
		facts->sum = facts->sum * 31 + sum;
	}
}

void facts_read(const struct sandbox *box, enum sandbox_side side, struct facts_list *ret_list)
{
	const struct object *object = &box->objects[side][0];

	ret_list->n = 0;
	for (size_t i = 0; i < object->created.n && ret_list->n < FACTS_MAX; i++)
		read_one(box, side, object->created.items[i], &ret_list->items[ret_list->n++]);
}

const struct facts *facts_find(const struct facts_list *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->items[i].id, id) == 0)
			return &list->items[i];
	}
	return NULL;
}

bool facts_has(const struct facts *facts, enum slot slot, uint32_t token)
{
	for (size_t i = 0; i < facts->n[slot]; i++) {
		if (facts->tokens[slot][i] == token)
			return true;
	}
	return false;
}

size_t facts_cell(const struct sandbox *box, enum sandbox_side side, struct str slug)
{
	const struct object *object = &box->objects[side][0];
	const uint32_t i = object_attribute(object, slug);

	return i < object->n_attributes && i < FACTS_CELLS ? i : FACTS_CELLS;
}

void facts_tag_iri(const struct sandbox *box, uint32_t token, char ret_iri[static TOKEN_TEXT_BYTES])
{
	const struct object *tags = &box->objects[SANDBOX_PEOPLE][PEOPLE_TAGS];

	ret_iri[0] = '\0';
	for (size_t i = 0; i < tags->created.n; i++) {
		const struct record *tag = tags->created.items[i];

		if (token_read(SLOT_TAG, cell_text(tag, "title")) == token)
			(void)snprintf(ret_iri, TOKEN_TEXT_BYTES, "/tags/%.40s", tag->id);
	}
}

uint64_t facts_hash(const struct sandbox *box)
{
	uint64_t hash = 1;

	for (int side = 0; side < SANDBOX_SIDE_COUNT; side++) {
		const struct object *object = &box->objects[side][0];

		for (size_t i = 0; i < object->created.n; i++) {
			const struct record *record = object->created.items[i];

			hash = hash64(str_from(record->id), hash + (uint64_t)record->updated_ns);
			for (uint32_t a = 0; a < object->n_attributes; a++) {
				for (size_t k = 0; k < record->cells[a].n; k++)
					hash = hash64(record->cells[a].values[k].json, hash + a);
			}
		}
	}
	return hash;
}

size_t facts_violations(const struct sandbox *box)
{
	return box->violations.n;
}

const char *facts_violation(const struct sandbox *box, size_t i)
{
	return box->violations.items[i];
}

struct facts_note facts_notes(const struct sandbox *box, enum sandbox_side side, const char *title)
{
	const struct object *object = &box->objects[side][0];
	struct facts_note found = { .n = 0 };

	for (size_t i = 0; i < object->created.n; i++) {
		const struct record *record = object->created.items[i];

		for (size_t k = 0; k < record->notes.n; k++) {
			const struct note *note = record->notes.items[k];

			if (note->title == NULL || strcmp(note->title, title) != 0)
				continue;
			found.n++;
			found.id = note->id;
			found.text = note->text != NULL ? note->text : "";
		}
	}
	return found;
}

const char *facts_note_category(const struct sandbox *box)
{
	return box->objects[SANDBOX_PEOPLE][PEOPLE_CATEGORIES].created.items[0]->id;
}
