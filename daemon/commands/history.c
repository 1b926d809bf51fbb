/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: the cycles, and every write of one cycle or to one person, with its reason.
 */
#include "base/clock.h"
#include "daemon/commands/verbs.h"
#include "daemon/print/table.h"
#include "daemon/status/report.h"

#include <inttypes.h>
#include <string.h>

/* Blanks before what belongs to a heading. */
#define INDENT 4

/* ---- Cycles ---- */

enum {
	CYCLE_ID,
	CYCLE_KIND,
	CYCLE_STARTED,
	CYCLE_ENDED,
	CYCLE_OUTCOME,
	CYCLE_CREATED,
	CYCLE_UPDATED,
	CYCLE_REMOVED,
	CYCLE_LINKED,
	CYCLE_CONFLICTS,
	CYCLE_QUARANTINED,
	CYCLE_COLUMNS
};

/* The JSON of a cycle that ended is its own summary; the keys are for one that did not. */
static const struct listing_column cycle_columns[CYCLE_COLUMNS] = {
	[CYCLE_ID] = { "cycle", "id", LISTING_NUMBER, false },
	[CYCLE_KIND] = { "kind", "kind", LISTING_TEXT, false },
	[CYCLE_STARTED] = { "started", "started_at", LISTING_TIME, false },
	[CYCLE_ENDED] = { "ended", "ended_at", LISTING_TIME, true },
	[CYCLE_OUTCOME] = { "outcome", "outcome", LISTING_TEXT, false },
	[CYCLE_CREATED] = { "created", NULL, LISTING_TEXT, false },
	[CYCLE_UPDATED] = { "updated", NULL, LISTING_TEXT, false },
	[CYCLE_REMOVED] = { "removed", NULL, LISTING_TEXT, false },
	[CYCLE_LINKED] = { "linked", NULL, LISTING_COUNT, false },
	[CYCLE_CONFLICTS] = { "conflicts", NULL, LISTING_COUNT, false },
	[CYCLE_QUARANTINED] = { "quarantined", NULL, LISTING_COUNT, false },
};

struct cycle_view {
	struct verb_call *call;
	struct listing listing;
	struct arena arena; /* of one cycle */
};

/* "3 records, 1 people" */
static struct str by_side(struct arena *arena, const uint64_t n[SIDE_COUNT])
{
	struct str text = { NULL, 0 };

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (n[side] > 0)
			text = arena_format(arena, "%.*s%s%" PRIu64 " %s", STR_ARG(text),
					    text.len > 0 ? ", " : "", n[side],
					    side_name((enum side)side));
	}
	return text.len > 0 ? text : STR_LIT("0");
}

/* False if the summary is none of ours. */
static bool read_summary(struct str summary, struct arena *arena, struct cycle_report *ret_report)
{
	struct json_object *root;
	struct error ignored;

	if (summary.len == 0 || !json_parse(summary, &root, &ignored))
		return false;
	const bool ok = report_parse(root, arena, ret_report);

	json_object_put(root);
	return ok;
}

static bool on_cycle(void *payload, const struct cycle_row *cycle, struct error *err)
{
	struct cycle_view *view = payload;
	struct cycle_report report = { 0 };
	struct listing_cell cells[CYCLE_COLUMNS] = {
		[CYCLE_ID] = { .number = cycle->id },
		[CYCLE_KIND] = { .text = cycle->kind },
		[CYCLE_STARTED] = { .number = cycle->started_at },
		[CYCLE_ENDED] = { .number = cycle->ended_at },
		[CYCLE_OUTCOME] = { .text = cycle->outcome },
	};
	const bool ended = read_summary(cycle->summary, &view->arena, &report);

	if (ended && view->call->json)
		return listing_printed(printf("%.*s\n", STR_ARG(cycle->summary)) >= 0, err);
	if (ended) {
		cells[CYCLE_CREATED].text = by_side(&view->arena, report.created);
		cells[CYCLE_UPDATED].text = by_side(&view->arena, report.updated);
		cells[CYCLE_REMOVED].text = by_side(&view->arena, report.removed);
		cells[CYCLE_LINKED].number = (int64_t)report.linked;
		cells[CYCLE_CONFLICTS].number = (int64_t)report.conflicts;
		cells[CYCLE_QUARANTINED].number = (int64_t)report.quarantined;
	} else if (!view->call->json) {
		cells[CYCLE_OUTCOME].text = STR_LIT("not ended");
	}
	const bool ok = listing_add(&view->listing, cells, err);

	arena_reset(&view->arena);
	return ok;
}

static bool list(struct verb_call *call, struct error *err)
{
	struct cycle_view view = { .call = call };

	listing_start(&view.listing, verb_format(call, LISTING_TABLE), cycle_columns, CYCLE_COLUMNS,
		      stdout);
	const bool ok = store_cycle_each(call->store, on_cycle, &view, err);

	arena_release(&view.arena);
	return listing_end(&view.listing, ok, err);
}

/* ---- Writes ---- */

enum {
	WRITE_CYCLE,
	WRITE_AT,
	WRITE_ACTION,
	WRITE_SIDE,
	WRITE_ID,
	WRITE_PERSON,
	WRITE_FIELD,
	WRITE_OLD,
	WRITE_NEW,
	WRITE_WHY,
	WRITE_LINK,
	WRITE_COLUMNS
};

/* As plan --json has it, and when. */
static const struct listing_column write_columns[WRITE_COLUMNS] = {
	[WRITE_CYCLE] = { "cycle", "cycle", LISTING_NUMBER, false },
	[WRITE_AT] = { "at", "at", LISTING_TIME, false },
	[WRITE_ACTION] = { "action", "action", LISTING_TEXT, false },
	[WRITE_SIDE] = { "side", "side", LISTING_TEXT, false },
	[WRITE_ID] = { "id", "id", LISTING_TEXT, false },
	[WRITE_PERSON] = { "person", "person", LISTING_TEXT, false },
	[WRITE_FIELD] = { "field", "field", LISTING_TEXT, false },
	[WRITE_OLD] = { "old", "old", LISTING_TEXT, false },
	[WRITE_NEW] = { "new", "new", LISTING_TEXT, false },
	[WRITE_WHY] = { "why", "why", LISTING_TEXT, false },
	[WRITE_LINK] = { "link", "link", LISTING_NUMBER, false },
};

/* Entries that follow one another and are of one write stand under one heading. */
struct write_view {
	struct verb_call *call;
	struct listing listing; /* JSON */
	struct table *table;    /* text: the fields of the write under way */
	uint64_t n_entries;
	struct history_entry group; /* of the write under way: its ids, in group_arena */
	struct str person;
	struct arena group_arena;
	struct arena arena; /* of one entry */
};

static bool is_same_write(const struct write_view *view, const struct history_entry *entry)
{
	const struct history_entry *group = &view->group;

	/* Each field has a moment of its own. */
	return view->n_entries > 0 && group->cycle == entry->cycle && group->side == entry->side &&
	       group->link == entry->link && str_equal(group->side_id, entry->side_id) &&
	       str_equal(group->action, entry->action);
}

static bool is_create(const struct history_entry *entry)
{
	return str_equal_z(entry->action, "create");
}

static bool end_group(struct write_view *view, struct error *err)
{
	const bool ok = view->table == NULL || table_print(view->table, INDENT, stdout);

	table_free(view->table);
	view->table = NULL;
	return listing_printed(ok, err);
}

/* "2026-01-01T12:00:00Z, cycle 3: create people  Ada Lovelace (1234): no counterpart"; a create has one
 * reason for all of its fields. */
static bool print_heading(const struct write_view *view, struct arena *arena, struct error *err)
{
	const struct history_entry *group = &view->group;
	const struct str person = table_clean(arena, view->person);
	const struct str id = table_clean(arena, group->side_id);
	const struct str why =
		is_create(group) ? table_clean(arena, group->reason) : (struct str){ NULL, 0 };
	char at[CLOCK_TEXT_BYTES];

	clock_format(group->at, 0, at);
	return listing_printed(printf("%s, cycle %" PRId64 ": %.*s %s  %.*s%s(%.*s)%s%.*s\n", at,
				      group->cycle, STR_ARG(group->action), side_name(group->side),
				      STR_ARG(person), person.len > 0 ? " " : "", STR_ARG(id),
				      why.len > 0 ? ": " : "", STR_ARG(why)) >= 0,
			       err);
}

static bool start_group(struct write_view *view, const struct history_entry *entry,
			struct error *err)
{
	static const char *const names[] = { "field", "change", "why" };
	const struct verb_call *call = view->call;

	if (!end_group(view, err))
		return false;
	arena_reset(&view->group_arena);
	view->group = *entry;
	view->group.side_id = arena_copy(&view->group_arena, entry->side_id);
	view->group.action = arena_copy(&view->group_arena, entry->action);
	view->group.reason = arena_copy(&view->group_arena, entry->reason);
	if (!listing_label(call->store, &call->context->config->fields, entry->side, entry->side_id,
			   &view->group_arena, &view->person, err))
		return false;
	if (call->json)
		return true;
	view->table = table_new(names, is_create(entry) ? 2 : COUNT_OF(names), TABLE_NO_HEADINGS);
	return print_heading(view, &view->group_arena, err);
}

static void add_row(struct write_view *view, const struct history_entry *entry)
{
	const struct str empty = STR_LIT("(empty)");
	const struct str old_value = entry->old_value.len > 0 ? entry->old_value : empty;
	const struct str new_value = entry->new_value.len > 0 ? entry->new_value : empty;
	const bool is_new = is_create(entry) || entry->field.len == 0;
	const struct str cells[] = {
		entry->field,
		is_new ? entry->new_value :
			 arena_format(&view->arena, "%.*s → %.*s", STR_ARG(old_value),
				      STR_ARG(new_value)),
		entry->reason,
	};

	table_add(view->table, cells);
}

static bool add_json(struct write_view *view, const struct history_entry *entry, struct error *err)
{
	const struct listing_cell cells[WRITE_COLUMNS] = {
		[WRITE_CYCLE] = { .number = entry->cycle },
		[WRITE_AT] = { .number = entry->at },
		[WRITE_ACTION] = { .text = entry->action },
		[WRITE_SIDE] = { .text = str_from(side_name(entry->side)) },
		[WRITE_ID] = { .text = entry->side_id },
		[WRITE_PERSON] = { .text = view->person },
		[WRITE_FIELD] = { .text = entry->field },
		[WRITE_OLD] = { .text = entry->old_value },
		[WRITE_NEW] = { .text = entry->new_value },
		[WRITE_WHY] = { .text = entry->reason },
		[WRITE_LINK] = { .number = entry->link },
	};

	return listing_add(&view->listing, cells, err);
}

static bool on_entry(void *payload, const struct history_entry *entry, struct error *err)
{
	struct write_view *view = payload;

	if (!is_same_write(view, entry) && !start_group(view, entry, err))
		return false;
	view->n_entries++;
	if (view->call->json)
		return add_json(view, entry, err);
	/* A create names each field that the server said nothing of. */
	if (!is_create(entry) || entry->new_value.len > 0)
		add_row(view, entry);
	arena_reset(&view->arena);
	return true;
}

static void start_writes(struct write_view *view, struct verb_call *call)
{
	*view = (struct write_view){ .call = call };
	listing_start(&view->listing, LISTING_JSON, write_columns, WRITE_COLUMNS, stdout);
}

static bool end_writes(struct write_view *view, bool ok, struct error *err)
{
	ok = ok && end_group(view, err);
	table_free(view->table);
	arena_release(&view->group_arena);
	arena_release(&view->arena);
	return listing_end(&view->listing, ok, err);
}

static bool show(struct verb_call *call, struct error *err)
{
	const struct str word = call->words[0];
	struct write_view view;
	struct arena arena = { 0 };
	struct cycle_row cycle;
	uint64_t number;
	bool found = false;

	if (!str_to_u64(word, INT64_MAX, &number) || number == 0)
		return error_set(err, ERR_USAGE, "%.*s is not the number of a cycle",
				 STR_ARG(str_head(word, 80)));
	bool ok = store_cycle_get(call->store, (int64_t)number, &arena, &cycle, &found, err);

	arena_release(&arena);
	if (ok && !found)
		ok = error_set(err, ERR_USAGE,
			       "there is no cycle %" PRIu64 "; `crmsync history` shows all",
			       number);
	start_writes(&view, call);
	ok = ok && store_history_each(call->store, (int64_t)number, 0, on_entry, &view, err);
	return end_writes(&view, ok, err);
}

/* Either side's id, or a link's number: both persons of the link.  Of a person that has gone from the
 * state the id still tells. */
static bool person(struct verb_call *call, struct error *err)
{
	const struct str word = call->words[0];
	struct str id[SIDE_COUNT] = { word, word };
	struct write_view view;
	struct arena arena = { 0 };
	struct link link;
	bool found = false;
	bool ok = store_link_find(call->store, word, &arena, &link, &found, err);

	if (ok && found)
		memcpy(id, link.side_id, sizeof(id));
	start_writes(&view, call);
	ok = ok && store_history_person(call->store, id, on_entry, &view, err);
	if (ok && !found && view.n_entries == 0)
		ok = error_set(err, ERR_USAGE, "nothing is known of %.*s: no link and no write",
			       STR_ARG(str_head(word, 80)));
	ok = end_writes(&view, ok, err);
	arena_release(&arena);
	return ok;
}

int command_history(struct command_context *context)
{
	static const struct verb verbs[] = {
		{ "list", "", 0, 0, VERB_TAKES(VERB_JSON), STORE_READ, list },
		{ "show", "a CYCLE", 1, 1, VERB_TAKES(VERB_JSON), STORE_READ, show },
		{ "person", "an ID", 1, 1, VERB_TAKES(VERB_JSON), STORE_READ, person },
	};

	return verbs_run(context, verbs, COUNT_OF(verbs), &verbs[0]);
}
