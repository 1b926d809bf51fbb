/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflicts: what waits for a person to decide: fields that both sides changed, and persons of whom it
 * is not clear who they are.
 */
#include "daemon/commands/resolve.h"

enum {
	COLUMN_NUMBER,
	COLUMN_KIND,
	COLUMN_SINCE,
	COLUMN_LAST,
	COLUMN_PERSON,
	COLUMN_FIELD,
	COLUMN_ON_RECORDS,
	COLUMN_ON_PEOPLE,
	COLUMN_RECORDS_ID,
	COLUMN_PEOPLE_ID,
	COLUMN_RECORDS_PERSON,
	COLUMN_PEOPLE_PERSON,
	COLUMN_RECORDS_VALUE,
	COLUMN_PEOPLE_VALUE,
	COLUMN_LINK,
	COLUMN_EVIDENCE,
	COLUMN_COUNT
};

/* In a table "records" and "people" are the two values of a field, or the two ids of a match. */
static const struct listing_column columns[COLUMN_COUNT] = {
	[COLUMN_NUMBER] = { "number", "number", LISTING_NUMBER, false },
	[COLUMN_KIND] = { "kind", "kind", LISTING_TEXT, false },
	[COLUMN_SINCE] = { "since cycle", "first_cycle", LISTING_NUMBER, false },
	[COLUMN_LAST] = { "last met in cycle", "last_cycle", LISTING_NUMBER, true },
	[COLUMN_PERSON] = { "person", "person", LISTING_TEXT, false },
	[COLUMN_FIELD] = { "field", "field", LISTING_TEXT, false },
	[COLUMN_ON_RECORDS] = { "records", NULL, LISTING_TEXT, false },
	[COLUMN_ON_PEOPLE] = { "people", NULL, LISTING_TEXT, false },
	[COLUMN_RECORDS_ID] = { "records id", "records_id", LISTING_TEXT, true },
	[COLUMN_PEOPLE_ID] = { "people id", "people_id", LISTING_TEXT, true },
	[COLUMN_RECORDS_PERSON] = { "records person", "records_person", LISTING_TEXT, true },
	[COLUMN_PEOPLE_PERSON] = { "people person", "people_person", LISTING_TEXT, true },
	[COLUMN_RECORDS_VALUE] = { "records value", "records_value", LISTING_TEXT, true },
	[COLUMN_PEOPLE_VALUE] = { "people value", "people_value", LISTING_TEXT, true },
	[COLUMN_LINK] = { "link", "link", LISTING_NUMBER, true },
	[COLUMN_EVIDENCE] = { "evidence", "evidence", LISTING_TEXT, false },
};

struct conflict_view {
	struct verb_call *call;
	struct listing listing;
	struct arena arena; /* of one conflict */
	struct str id;      /* of a person; NULL: whichever */
	int64_t number;     /* 0: whichever */
};

static struct str value_of(const struct conflict_view *view, const struct person *person,
			   struct str field, struct arena *arena)
{
	const struct field_table *table = &view->call->context->config->fields;
	const int i = field_find(table, field);

	if (i < 0)
		return (struct str){ NULL, 0 };
	return field_display(arena, table->fields[i].type, &person->values[i]);
}

static bool fill_side(struct conflict_view *view, const struct conflict *conflict, enum side side,
		      struct listing_cell *cells, struct error *err)
{
	const struct field_table *table = &view->call->context->config->fields;
	const bool is_match = conflict->link == 0;
	struct person person;
	bool found = false;

	cells[COLUMN_RECORDS_ID + (int)side].text = conflict->side_id[side];
	if (conflict->side_id[side].len > 0 &&
	    !store_person_get(view->call->store, side, conflict->side_id[side], &view->arena,
			      &person, &found, err))
		return false;
	if (found) {
		cells[COLUMN_RECORDS_PERSON + (int)side].text =
			person_label(&view->arena, &person, table);
		cells[COLUMN_RECORDS_VALUE + (int)side].text =
			value_of(view, &person, conflict->field, &view->arena);
	}
	cells[COLUMN_ON_RECORDS + (int)side].text =
		is_match ? conflict->side_id[side] : cells[COLUMN_RECORDS_VALUE + (int)side].text;
	return true;
}

/* "Ada Lovelace", or both if they are called differently. */
static struct str both_names(const struct listing_cell *cells, struct arena *arena)
{
	const struct str records = cells[COLUMN_RECORDS_PERSON].text;
	const struct str people = cells[COLUMN_PEOPLE_PERSON].text;

	if (people.len == 0 || str_equal(records, people))
		return records;
	if (records.len == 0)
		return people;
	return arena_format(arena, "%.*s / %.*s", STR_ARG(records), STR_ARG(people));
}

static bool is_asked_for(const struct conflict_view *view, const struct conflict *conflict)
{
	if (view->number != 0)
		return conflict->id == view->number;
	return view->id.len == 0 || str_equal(conflict->side_id[SIDE_RECORDS], view->id) ||
	       str_equal(conflict->side_id[SIDE_PEOPLE], view->id);
}

static bool on_conflict(void *payload, const struct conflict *conflict, struct error *err)
{
	struct conflict_view *view = payload;
	struct listing_cell cells[COLUMN_COUNT] = {
		[COLUMN_NUMBER] = { .number = conflict->id },
		[COLUMN_KIND] = { .text = conflict->kind },
		[COLUMN_SINCE] = { .number = conflict->first_cycle },
		[COLUMN_LAST] = { .number = conflict->last_cycle },
		[COLUMN_FIELD] = { .text = conflict->field },
		[COLUMN_LINK] = { .number = conflict->link },
		[COLUMN_EVIDENCE] = { .text = conflict->evidence },
	};

	struct str choice;

	if (!is_asked_for(view, conflict))
		return true;
	if (!conflict_choice(view->call, conflict, &view->arena, &choice, err))
		return false;
	if (choice.len > 0)
		cells[COLUMN_EVIDENCE].text = arena_format(
			&view->arena, "%.*s; the next sync carries it out", STR_ARG(choice));
	bool ok = fill_side(view, conflict, SIDE_RECORDS, cells, err) &&
		  fill_side(view, conflict, SIDE_PEOPLE, cells, err);

	if (ok) {
		cells[COLUMN_PERSON].text = both_names(cells, &view->arena);
		ok = listing_add(&view->listing, cells, err);
	}
	arena_reset(&view->arena);
	return ok;
}

static bool list(struct verb_call *call, struct error *err)
{
	struct conflict_view view = { .call = call };

	listing_start(&view.listing, verb_format(call, LISTING_TABLE), columns, COLUMN_COUNT,
		      stdout);
	const bool ok = store_conflict_each(call->store, on_conflict, &view, err);

	arena_release(&view.arena);
	return listing_end(&view.listing, ok, err);
}

/* By a person's id; a text of digits that is none may be a conflict's number. */
static bool show(struct verb_call *call, struct error *err)
{
	struct conflict_view view = { .call = call, .id = call->words[0] };
	uint64_t number;

	listing_start(&view.listing, verb_format(call, LISTING_SHOW), columns, COLUMN_COUNT,
		      stdout);
	bool ok = store_conflict_each(call->store, on_conflict, &view, err);

	if (ok && view.listing.n_rows == 0 && str_to_u64(view.id, INT64_MAX, &number)) {
		view.number = (int64_t)number;
		ok = number == 0 || store_conflict_each(call->store, on_conflict, &view, err);
	}
	if (ok && view.listing.n_rows == 0)
		ok = error_set(err, ERR_USAGE,
			       "there is no conflict %.*s; `crmsync conflicts list` shows all",
			       STR_ARG(str_head(view.id, 80)));
	arena_release(&view.arena);
	return listing_end(&view.listing, ok, err);
}

int command_conflicts(struct command_context *context)
{
	static const struct verb verbs[] = {
		{ "list", "", 0, 0, VERB_TAKES(VERB_JSON), STORE_READ, list },
		{ "show", "an ID", 1, 1, VERB_TAKES(VERB_JSON), STORE_READ, show },
		{ "resolve", "an ID", 1, 1, VERB_TAKES(VERB_USE) | VERB_TAKES(VERB_VALUE),
		  STORE_WRITE, conflict_resolve },
	};

	return verbs_run(context, verbs, COUNT_OF(verbs), NULL);
}
