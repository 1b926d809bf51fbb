/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links: which person of one side is which of the other, and how that is known.
 */
#include "daemon/commands/verbs.h"
#include "daemon/print/table.h"

#include <assert.h>
#include <inttypes.h>

enum {
	COLUMN_NUMBER,
	COLUMN_STATE,
	COLUMN_HOW,
	COLUMN_SINCE,
	COLUMN_CYCLE,
	COLUMN_RECORDS_ID,
	COLUMN_PEOPLE_ID,
	COLUMN_PERSON,
	COLUMN_COUNT
};

static const struct listing_column columns[COLUMN_COUNT] = {
	[COLUMN_NUMBER] = { "number", "number", LISTING_NUMBER, false },
	[COLUMN_STATE] = { "state", "state", LISTING_TEXT, false },
	[COLUMN_HOW] = { "how", "how", LISTING_TEXT, false },
	[COLUMN_SINCE] = { "since", "since", LISTING_TIME, false },
	[COLUMN_CYCLE] = { "cycle", "cycle", LISTING_NUMBER, true },
	[COLUMN_RECORDS_ID] = { "records", "records_id", LISTING_TEXT, false },
	[COLUMN_PEOPLE_ID] = { "people", "people_id", LISTING_TEXT, false },
	[COLUMN_PERSON] = { "person", "person", LISTING_TEXT, false },
};

static struct str state_name(enum link_state state)
{
	static const char *const names[] = {
		[LINK_ACTIVE] = "active",
		[LINK_DISSOLVED] = "dissolved",
	};
	static_assert(COUNT_OF(names) == LINK_STATE_COUNT, "every state has its name");

	return str_from(names[state]);
}

struct link_view {
	struct verb_call *call;
	struct listing listing;
	struct arena arena; /* of one link */
};

static bool on_link(void *payload, const struct link *link, struct error *err)
{
	struct link_view *view = payload;
	struct listing_cell cells[COLUMN_COUNT] = {
		[COLUMN_NUMBER] = { .number = link->id },
		[COLUMN_STATE] = { .text = state_name(link->state) },
		[COLUMN_HOW] = { .text = link->how },
		[COLUMN_SINCE] = { .number = link->created_at },
		[COLUMN_CYCLE] = { .number = link->cycle },
		[COLUMN_RECORDS_ID] = { .text = link->side_id[SIDE_RECORDS] },
		[COLUMN_PEOPLE_ID] = { .text = link->side_id[SIDE_PEOPLE] },
	};
	struct listing_cell *label = &cells[COLUMN_PERSON];
	bool ok = true;

	for (int side = 0; ok && side < SIDE_COUNT && label->text.len == 0; side++)
		ok = listing_label(view->call->store, &view->call->context->config->fields,
				   (enum side)side, link->side_id[side], &view->arena, &label->text,
				   err);
	ok = ok && listing_add(&view->listing, cells, err);
	arena_reset(&view->arena);
	return ok;
}

static bool list(struct verb_call *call, struct error *err)
{
	struct link_view view = { .call = call };

	listing_start(&view.listing, verb_format(call, LISTING_TABLE), columns, COLUMN_COUNT,
		      stdout);
	const bool ok = store_link_each(call->store, on_link, &view, err);

	arena_release(&view.arena);
	return listing_end(&view.listing, ok, err);
}

/* ---- show ---- */

static bool find(struct verb_call *call, struct arena *arena, struct link *ret_link,
		 struct error *err)
{
	const struct str id = call->words[0];
	bool found;

	if (!store_link_find(call->store, id, arena, ret_link, &found, err))
		return false;
	return found ||
	       error_set(err, ERR_USAGE, "there is no link of %.*s; `crmsync links list` shows all",
			 STR_ARG(str_head(id, 80)));
}

/* What both were last known to agree on; before the first merge what each holds. */
static bool add_fields(struct verb_call *call, const struct pair *pair, struct listing *listing,
		       struct arena *arena, struct error *err)
{
	const struct field_table *table = &call->context->config->fields;
	const bool merged = pair->has_shadow[SIDE_RECORDS] && pair->has_shadow[SIDE_PEOPLE];
	const struct person *persons = merged ? pair->shadow : pair->now;

	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const struct listing_cell cells[] = {
			{ .text = field->name },
			{ .text = field_display(arena, field->type,
						&persons[SIDE_RECORDS].values[i]) },
			{ .text = field_display(arena, field->type,
						&persons[SIDE_PEOPLE].values[i]) },
		};

		if (cells[1].text.len + cells[2].text.len > 0 && !listing_add(listing, cells, err))
			return false;
	}
	return true;
}

static bool show_fields(struct verb_call *call, const struct link *link, struct arena *arena,
			struct error *err)
{
	static const struct listing_column names[] = {
		{ "field", "field", LISTING_TEXT, false },
		{ "records", "records", LISTING_TEXT, false },
		{ "people", "people", LISTING_TEXT, false },
	};
	struct listing listing;
	struct pair pair;

	if (link->state != LINK_ACTIVE)
		return true;
	if (!store_pair_get(call->store, link->id, arena, &pair, err))
		return false;
	const bool merged = pair.has_shadow[SIDE_RECORDS] && pair.has_shadow[SIDE_PEOPLE];

	if (!call->json && !listing_printed(puts(merged ? "" : "\nnot merged yet") >= 0, err))
		return false;
	listing_start(&listing, verb_format(call, LISTING_TABLE), names, COUNT_OF(names), stdout);
	const bool ok = add_fields(call, &pair, &listing, arena, err);

	return listing_end(&listing, ok, err);
}

static bool show(struct verb_call *call, struct error *err)
{
	struct link_view view = { .call = call };
	struct arena arena = { 0 };
	struct link link;

	if (!store_begin(call->store, err))
		return false;
	listing_start(&view.listing, verb_format(call, LISTING_SHOW), columns, COLUMN_COUNT,
		      stdout);
	bool ok = find(call, &arena, &link, err) && on_link(&view, &link, err);

	ok = listing_end(&view.listing, ok, err) && show_fields(call, &link, &arena, err);
	store_rollback(call->store);
	arena_release(&view.arena);
	arena_release(&arena);
	return ok;
}

/* ---- link, unlink ---- */

/* Elsewhere a link's number will do. */
static bool must_be_an_id(struct verb_call *call, enum side side, struct error *err)
{
	const struct str id = call->words[side];
	struct arena arena = { 0 };
	struct person person;
	uint64_t number;
	bool found = false;
	bool ok = store_person_get(call->store, side, id, &arena, &person, &found, err);

	if (ok && !found && str_to_u64(id, INT64_MAX, &number))
		ok = error_set(err, ERR_USAGE,
			       "no %s person has the id %" PRIu64
			       "; links link wants the ids of the two sides, records first, and "
			       "no numbers of links",
			       side_name(side), number);
	arena_release(&arena);
	return ok;
}

static bool must_not_be_archived(struct verb_call *call, enum side side, struct error *err)
{
	const struct str id = call->words[side];
	struct arena arena = { 0 };
	struct person person;
	bool found = false;
	bool ok = store_unlinked_get(call->store, side, id, &arena, &person, &found, err);

	if (ok && found && person.archived_at != 0)
		ok = error_set(err, ERR_USAGE, "%s person %.*s is archived: un-archive it first",
			       side_name(side), STR_ARG(str_head(id, 80)));
	arena_release(&arena);
	return ok;
}

/* Of a create whose answer was lost it is not known whether there is a counterpart by now. */
static bool must_not_be_created(void *payload, const struct intent *intent, struct arena *arena,
				struct error *err)
{
	const struct verb_call *call = payload;
	const enum side source = side_other(intent->target);

	(void)arena;
	if (intent->kind != INTENT_CREATE || !str_equal(intent->source_id, call->words[source]))
		return true;
	return error_set(err, ERR_USAGE,
			 "%s person %.*s was perhaps just created across; run `crmsync sync` first",
			 side_name(source), STR_ARG(str_head(intent->source_id, 80)));
}

/* Who they are is settled, and that one of them cannot be created across does not matter any more. */
static bool settle_doubts(struct verb_call *call, struct error *err)
{
	return store_conflict_drop_matches(call->store, call->words, err) &&
	       store_quarantine_lift(call->store, SIDE_PEOPLE, 0, call->words[SIDE_RECORDS], err) &&
	       store_quarantine_lift(call->store, SIDE_RECORDS, 0, call->words[SIDE_PEOPLE], err);
}

static bool end(struct verb_call *call, bool ok, struct error *err)
{
	if (ok && store_commit(call->store, err))
		return true;
	store_rollback(call->store);
	return false;
}

static bool link_two(struct verb_call *call, struct error *err)
{
	int64_t number = 0;

	static_assert(SIDE_RECORDS == 0 && SIDE_PEOPLE == 1, "the order of the two words");
	if (!store_begin(call->store, err))
		return false;
	bool ok = true;

	for (int side = 0; ok && side < SIDE_COUNT; side++)
		ok = must_be_an_id(call, (enum side)side, err) &&
		     must_not_be_archived(call, (enum side)side, err) &&
		     store_intent_each(call->store, (enum side)side, 0, UINT32_MAX,
				       must_not_be_created, call, err);
	ok = ok &&
	     store_link_add(call->store, call->words, STR_LIT("user"), 0, verb_now(), &number,
			    err) &&
	     settle_doubts(call, err);
	if (!end(call, ok, err))
		return false;
	return call->context->quiet ||
	       listing_printed(
		       printf("link %lld: the next sync merges the two\n", (long long)number) >= 0,
		       err);
}

static bool dissolve(struct verb_call *call, struct arena *arena, struct link *ret_link,
		     struct error *err)
{
	if (!find(call, arena, ret_link, err))
		return false;
	if (ret_link->state == LINK_DISSOLVED)
		return error_set(err, ERR_USAGE, "link %lld is dissolved already",
				 (long long)ret_link->id);
	return store_link_dissolve(call->store, ret_link->id, LINK_END_USER, err);
}

static bool unlink_two(struct verb_call *call, struct error *err)
{
	struct arena arena = { 0 };
	struct link link = { 0 };

	if (!store_begin(call->store, err))
		return false;
	const bool ok = dissolve(call, &arena, &link, err);

	arena_release(&arena);
	if (!end(call, ok, err))
		return false;
	return call->context->quiet ||
	       listing_printed(printf("link %lld is dissolved; the two stay apart unless they are "
				      "linked again\n",
				      (long long)link.id) >= 0,
			       err);
}

int command_links(struct command_context *context)
{
	static const struct verb verbs[] = {
		{ "list", "", 0, 0, VERB_TAKES(VERB_JSON), STORE_READ, list },
		{ "show", "an ID", 1, 1, VERB_TAKES(VERB_JSON), STORE_READ, show },
		{ "link", "RECORDS_ID PEOPLE_ID", 2, 2, 0, STORE_WRITE, link_two },
		{ "unlink", "an ID", 1, 1, 0, STORE_WRITE, unlink_two },
	};

	return verbs_run(context, verbs, COUNT_OF(verbs), NULL);
}
