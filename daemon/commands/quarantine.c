/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine: writes that a server refused for a reason that repeating does not mend.
 *
 * A row keeps the refused content from being sent again; other content is tried by itself.  Without
 * the row the next sync tries it again: that is `retry`.  With `drop` the row stays, out of sight.
 * A person who cannot be read has a row, too: it ends when he is read, and he is at every reading of his list.
 */
#include "daemon/commands/verbs.h"

#include <inttypes.h>

enum {
	COLUMN_NUMBER,
	COLUMN_ACTION,
	COLUMN_SIDE,
	COLUMN_PERSON,
	COLUMN_STATUS,
	COLUMN_ATTEMPTS,
	COLUMN_SINCE,
	COLUMN_LAST,
	COLUMN_RECORDS_ID,
	COLUMN_PEOPLE_ID,
	COLUMN_LINK,
	COLUMN_DROPPED,
	COLUMN_WORDS,
	COLUMN_COUNT
};

static const struct listing_column columns[COLUMN_COUNT] = {
	[COLUMN_NUMBER] = { "number", "number", LISTING_NUMBER, false },
	[COLUMN_ACTION] = { "action", "action", LISTING_TEXT, false },
	[COLUMN_SIDE] = { "side", "side", LISTING_TEXT, false },
	[COLUMN_PERSON] = { "person", "person", LISTING_TEXT, false },
	[COLUMN_STATUS] = { "status", "status", LISTING_NUMBER, false },
	[COLUMN_ATTEMPTS] = { "attempts", "attempts", LISTING_NUMBER, false },
	[COLUMN_SINCE] = { "since", "first_at", LISTING_TIME, true },
	[COLUMN_LAST] = { "last", "last_at", LISTING_TIME, false },
	[COLUMN_RECORDS_ID] = { "records id", "records_id", LISTING_TEXT, true },
	[COLUMN_PEOPLE_ID] = { "people id", "people_id", LISTING_TEXT, true },
	[COLUMN_LINK] = { "link", "link", LISTING_NUMBER, true },
	[COLUMN_DROPPED] = { "dropped", "dropped", LISTING_TEXT, true },
	[COLUMN_WORDS] = { "the server said", "words", LISTING_TEXT, false },
};

struct quarantine_view {
	struct verb_call *call;
	struct listing listing;
	struct arena arena; /* of one row */
	struct str id;      /* of a person; NULL: whichever */
	int64_t number;     /* 0: whichever */
	/* what is done with each */
	bool (*act)(struct quarantine_view *view, const struct quarantine *row,
		    const struct str id[SIDE_COUNT], struct error *err);
	uint64_t n_rows;
	uint64_t n_persons; /* of these, who cannot be read */
};

static bool is_person(const struct quarantine *row)
{
	return row->link == QUARANTINE_UNREADABLE;
}

/* With his counterpart, if he has one. */
static bool ids_of_person(struct quarantine_view *view, const struct quarantine *row,
			  struct str ret_id[SIDE_COUNT], struct error *err)
{
	struct link link;
	bool found;

	if (!store_link_find(view->call->store, row->target_id, &view->arena, &link, &found, err))
		return false;
	ret_id[row->target] = row->target_id;
	ret_id[side_other(row->target)] =
		found && str_equal(link.side_id[row->target], row->target_id) ?
			link.side_id[side_other(row->target)] :
			(struct str){ NULL, 0 };
	return true;
}

/* A create has a source only. */
static bool ids_of(struct quarantine_view *view, const struct quarantine *row,
		   struct str ret_id[SIDE_COUNT], struct error *err)
{
	struct pair pair;

	if (is_person(row))
		return ids_of_person(view, row, ret_id, err);
	if (row->link == 0) {
		ret_id[row->target] = row->target_id;
		ret_id[side_other(row->target)] = row->source_id;
		return true;
	}
	if (!store_pair_get(view->call->store, row->link, &view->arena, &pair, err))
		return false;
	ret_id[SIDE_RECORDS] = pair.link.side_id[SIDE_RECORDS];
	ret_id[SIDE_PEOPLE] = pair.link.side_id[SIDE_PEOPLE];
	return true;
}

/* What was given up is out of sight unless it is named. */
static bool is_asked_for(const struct quarantine_view *view, const struct quarantine *row,
			 const struct str id[SIDE_COUNT])
{
	if (view->number != 0)
		return row->id == view->number;
	if (view->id.len == 0)
		return !row->dropped;
	return str_equal(id[SIDE_RECORDS], view->id) || str_equal(id[SIDE_PEOPLE], view->id);
}

static bool print(struct quarantine_view *view, const struct quarantine *row,
		  const struct str id[SIDE_COUNT], struct error *err)
{
	const enum side source = is_person(row) ? row->target : side_other(row->target);
	struct listing_cell cells[COLUMN_COUNT] = {
		[COLUMN_NUMBER] = { .number = row->id },
		[COLUMN_ACTION] = { .text = is_person(row) ? STR_LIT("read") :
					    row->link == 0 ? STR_LIT("create") :
							     STR_LIT("update") },
		[COLUMN_SIDE] = { .text = str_from(side_name(row->target)) },
		[COLUMN_STATUS] = { .number = row->status },
		[COLUMN_ATTEMPTS] = { .number = row->attempts },
		[COLUMN_SINCE] = { .number = row->first_at },
		[COLUMN_LAST] = { .number = row->last_at },
		[COLUMN_RECORDS_ID] = { .text = id[SIDE_RECORDS] },
		[COLUMN_PEOPLE_ID] = { .text = id[SIDE_PEOPLE] },
		[COLUMN_LINK] = { .number = is_person(row) ? 0 : row->link },
		[COLUMN_DROPPED] = { .text = row->dropped ? STR_LIT("yes") : STR_LIT("") },
		[COLUMN_WORDS] = { .text = row->words },
	};

	return listing_label(view->call->store, &view->call->context->config->fields, source,
			     id[source], &view->arena, &cells[COLUMN_PERSON].text, err) &&
	       listing_add(&view->listing, cells, err);
}

static bool lift(struct quarantine_view *view, const struct quarantine *row,
		 const struct str id[SIDE_COUNT], struct error *err)
{
	(void)id;
	return is_person(row) || store_quarantine_lift(view->call->store, row->target, row->link,
						       row->source_id, err);
}

static bool give_up(struct quarantine_view *view, const struct quarantine *row,
		    const struct str id[SIDE_COUNT], struct error *err)
{
	(void)id;
	return store_quarantine_drop(view->call->store, row->target, row->link, row->source_id,
				     err);
}

static bool on_row(void *payload, const struct quarantine *row, struct error *err)
{
	struct quarantine_view *view = payload;
	struct str id[SIDE_COUNT];
	bool ok = ids_of(view, row, id, err);

	if (ok && is_asked_for(view, row, id)) {
		view->n_rows++;
		view->n_persons += is_person(row);
		ok = view->act(view, row, id, err);
	}
	arena_reset(&view->arena);
	return ok;
}

/* By a person's id; a text of digits that is none may be a row's number.  One moment's rows and
 * persons, or one transaction. */
static bool each_asked_for(struct quarantine_view *view, struct error *err)
{
	struct store *store = view->call->store;
	uint64_t number;

	if (!store_begin(store, err))
		return false;
	bool ok = store_quarantine_each(store, on_row, view, err);

	if (ok && view->n_rows == 0 && str_to_u64(view->id, INT64_MAX, &number) && number != 0) {
		view->number = (int64_t)number;
		ok = store_quarantine_each(store, on_row, view, err);
	}
	if (ok && view->n_rows == 0 && view->id.len > 0)
		ok = error_set(
			err, ERR_USAGE,
			"nothing of %.*s is in quarantine; `crmsync quarantine list` shows all",
			STR_ARG(str_head(view->id, 80)));
	ok = ok && store_commit(store, err);
	if (!ok)
		store_rollback(store);
	arena_release(&view->arena);
	return ok;
}

static bool print_all(struct verb_call *call, enum listing_format format, struct error *err)
{
	struct quarantine_view view = { .call = call, .id = call->words[0], .act = print };

	listing_start(&view.listing, verb_format(call, format), columns, COLUMN_COUNT, stdout);
	const bool ok = each_asked_for(&view, err);

	return listing_end(&view.listing, ok, err);
}

static bool list(struct verb_call *call, struct error *err)
{
	return print_all(call, LISTING_TABLE, err);
}

static bool show(struct verb_call *call, struct error *err)
{
	return print_all(call, LISTING_SHOW, err);
}

/* What becomes of each kind. */
struct becomes {
	const char *write, *writes;
	const char *person, *persons;
};

static bool tell(const struct quarantine_view *view, const struct becomes *becomes,
		 struct error *err)
{
	const uint64_t n_writes = view->n_rows - view->n_persons;
	bool ok = true;

	if (n_writes > 0)
		ok = printf("%" PRIu64 " refused %s\n", n_writes,
			    n_writes == 1 ? becomes->write : becomes->writes) >= 0;
	if (ok && view->n_persons > 0)
		ok = printf("%" PRIu64 " %s\n", view->n_persons,
			    view->n_persons == 1 ? becomes->person : becomes->persons) >= 0;
	return listing_printed(ok, err);
}

static bool drop(struct verb_call *call, struct error *err)
{
	static const struct becomes becomes = {
		"write is given up; other content is tried again",
		"writes are given up; other content is tried again",
		"person who cannot be read is listed no more, and left alone until it can be",
		"persons who cannot be read are listed no more, and left alone until they can be",
	};
	struct quarantine_view view = { .call = call, .id = call->words[0], .act = give_up };

	return each_asked_for(&view, err) && (call->context->quiet || tell(&view, &becomes, err));
}

static bool retry(struct verb_call *call, struct error *err)
{
	static const struct becomes becomes = {
		"write is tried again by the next sync",
		"writes are tried again by the next sync",
		"person who cannot be read is read again with the next list that shows it",
		"persons who cannot be read are read again with the next list that shows them",
	};
	struct quarantine_view view = { .call = call, .id = call->words[0], .act = lift };

	if (!each_asked_for(&view, err))
		return false;
	if (call->context->quiet)
		return true;
	if (view.n_rows == 0)
		return listing_printed(puts("nothing is in quarantine") >= 0, err);
	return tell(&view, &becomes, err);
}

int command_quarantine(struct command_context *context)
{
	static const struct verb verbs[] = {
		{ "list", "", 0, 0, VERB_TAKES(VERB_JSON), STORE_READ, list },
		{ "show", "an ID", 1, 1, VERB_TAKES(VERB_JSON), STORE_READ, show },
		{ "retry", "", 0, 1, 0, STORE_WRITE, retry },
		{ "drop", "an ID", 1, 1, 0, STORE_WRITE, drop },
	};

	return verbs_run(context, verbs, COUNT_OF(verbs), NULL);
}
