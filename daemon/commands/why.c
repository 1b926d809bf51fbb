/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why: one person: who it is linked with, what each side holds and held, and what happens next.
 * Everything is taken from the state: nobody is asked.
 */
#include "daemon/commands/why.h"

#include "base/clock.h"

enum {
	COLUMN_PERSON,
	COLUMN_LINK,
	COLUMN_STATE,
	COLUMN_HOW,
	COLUMN_SINCE,
	COLUMN_RECORDS_ID,
	COLUMN_PEOPLE_ID,
	COLUMN_RECORDS_SEEN,
	COLUMN_PEOPLE_SEEN,
	COLUMN_RECORDS_UPDATED,
	COLUMN_PEOPLE_UPDATED,
	COLUMN_NEXT,
	COLUMN_COUNT
};

static const struct listing_column columns[COLUMN_COUNT] = {
	[COLUMN_PERSON] = { "person", "person", LISTING_TEXT, false },
	[COLUMN_LINK] = { "link", "link", LISTING_NUMBER, false },
	[COLUMN_STATE] = { "state", "state", LISTING_TEXT, false },
	[COLUMN_HOW] = { "linked by", "how", LISTING_TEXT, false },
	[COLUMN_SINCE] = { "since", "since", LISTING_TIME, false },
	[COLUMN_RECORDS_ID] = { "records", "records_id", LISTING_TEXT, false },
	[COLUMN_PEOPLE_ID] = { "people", "people_id", LISTING_TEXT, false },
	[COLUMN_RECORDS_SEEN] = { "records seen", "records_seen_at", LISTING_TIME, false },
	[COLUMN_PEOPLE_SEEN] = { "people seen", "people_seen_at", LISTING_TIME, false },
	[COLUMN_RECORDS_UPDATED] = { "records changed", "records_updated_at", LISTING_TIME, false },
	[COLUMN_PEOPLE_UPDATED] = { "people changed", "people_updated_at", LISTING_TIME, false },
	[COLUMN_NEXT] = { "next", "next", LISTING_TEXT, false },
};

static const char *state_of(const struct why *why)
{
	if (!why->whom.has_link)
		return "not linked";
	return why->whom.link.state == LINK_ACTIVE ? "linked" : "no longer linked";
}

static bool print_person(struct why *why, struct str next, struct error *err)
{
	const struct whom *whom = &why->whom;
	struct listing_cell cells[COLUMN_COUNT] = {
		[COLUMN_PERSON] = { .text = whom_label(whom, &why->call->context->config->fields,
						       &why->arena) },
		[COLUMN_STATE] = { .text = str_from(state_of(why)) },
		[COLUMN_RECORDS_ID] = { .text = whom->id[SIDE_RECORDS] },
		[COLUMN_PEOPLE_ID] = { .text = whom->id[SIDE_PEOPLE] },
		[COLUMN_NEXT] = { .text = next },
	};
	struct listing listing;

	if (whom->has_link) {
		cells[COLUMN_LINK].number = whom->link.id;
		cells[COLUMN_HOW].text = whom->link.how;
		cells[COLUMN_SINCE].number = whom->link.created_at;
	}
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!whom->known[side])
			continue;
		cells[COLUMN_RECORDS_SEEN + side].number = whom->now[side].seen_at;
		cells[COLUMN_RECORDS_UPDATED + side].number = whom->now[side].updated_at;
	}
	listing_start(&listing, verb_format(why->call, LISTING_SHOW), columns, COLUMN_COUNT,
		      stdout);
	return listing_end(&listing, listing_add(&listing, cells, err), err);
}

static bool find_field(struct why *why, int *ret_at, struct error *err)
{
	const struct field_table *table = &why->call->context->config->fields;
	const struct str name = why->call->words[1];

	*ret_at = -1;
	if (why->call->n_words < 2)
		return true;
	*ret_at = field_find(table, name);
	return *ret_at >= 0 ||
	       error_set(err, ERR_USAGE,
			 "there is no field %.*s; `crmsync check --print-fields` shows all",
			 STR_ARG(str_head(name, 80)));
}

static bool print_forgotten(struct why *why, int64_t since, struct error *err)
{
	const struct listing_cell cells[COLUMN_COUNT] = {
		[COLUMN_STATE] = { .text = STR_LIT("forgotten") },
		[COLUMN_SINCE] = { .number = since },
		[COLUMN_NEXT] = { .text = STR_LIT("it is left alone: nothing is stored of it") },
	};
	struct listing listing;

	listing_start(&listing, verb_format(why->call, LISTING_SHOW), columns, COLUMN_COUNT,
		      stdout);
	return listing_end(&listing, listing_add(&listing, cells, err), err);
}

/* Nobody was asked: what a side holds by now is seen by the next sync. */
static bool print_moment(const struct why *why, struct error *err)
{
	const struct whom *whom = &why->whom;
	char text[CLOCK_TEXT_BYTES];
	int64_t seen_at = 0;

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (whom->known[side] && whom->now[side].seen_at > seen_at)
			seen_at = whom->now[side].seen_at;
	}
	if (why->call->json || seen_at == 0)
		return true;
	clock_format(seen_at, 0, text);
	return listing_printed(
		printf("\nas of the last sync that read the person, at %s; nobody was asked now\n",
		       text) >= 0,
		err);
}

static bool explain(struct why *why, struct error *err)
{
	struct store *store = why->call->store;
	struct buf next;
	int64_t forgotten_at;
	int at;

	if (!find_field(why, &at, err) ||
	    !whom_forgotten(store, why->call->words[0], &forgotten_at, err))
		return false;
	if (forgotten_at != 0)
		return print_forgotten(why, forgotten_at, err);
	if (!whom_find(store, why->call->words[0], &why->arena, &why->whom, err))
		return false;
	if (why_is_linked(why) &&
	    !store_pair_get(store, why->whom.link.id, &why->arena, &why->pair, err))
		return false;
	buf_init(&next, SIZE_MAX / 2);
	bool ok = why_next(why, &next, err) && print_person(why, buf_str(&next), err);

	buf_release(&next);
	if (ok && !why->call->json)
		ok = listing_printed(puts("") >= 0, err);
	return ok && why_fields(why, at, err) && print_moment(why, err);
}

/* One moment's view, also beside a sync. */
static bool run(struct verb_call *call, struct error *err)
{
	struct why why = { .call = call };

	if (!store_begin(call->store, err))
		return false;
	const bool ok = explain(&why, err);

	store_rollback(call->store);
	arena_release(&why.arena);
	return ok;
}

int command_why(struct command_context *context)
{
	static const struct verb verb = {
		"why", "an ID", 1, 2, VERB_TAKES(VERB_JSON), STORE_READ, run,
	};

	return verbs_run(context, NULL, 0, &verb);
}
