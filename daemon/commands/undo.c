/* SPDX-License-Identifier: Apache-2.0 */
/*
 * undo: puts back the values that a cycle overwrote, where nobody has changed them since.
 *
 * Nothing is asked or written here: each value becomes a wish, bound to what the side holds now; the
 * next sync carries it out like an edit, to the other side as well.  Persons that the cycle created,
 * removed or restored stay as they are.
 */
#include "base/vec.h"
#include "core/merge.h"
#include "daemon/commands/verbs.h"
#include "state/users.h"

#include <assert.h>
#include <inttypes.h>

enum outcome_of_item {
	ITEM_BACK,
	ITEM_CHANGED,
	ITEM_IS_BACK,
	ITEM_UNLINKED,
	ITEM_RELINKED, /* with whom it was linked then is not known any more */
	ITEM_UNMAPPED,
	ITEM_ONE_WAY,
	ITEM_USERS_RECORD,
	ITEM_OUTCOMES
};

/* One value of one side, over all writes of the cycle to it. */
struct overwritten {
	struct history_entry entry; /* the first of them: what it held before */
	struct value new_held;      /* by the last */
	/* found out: */
	enum outcome_of_item outcome;
	struct str now;
	struct str person;
};

struct undo {
	struct verb_call *call;
	struct arena arena; /* of all items */
	VEC(struct overwritten) items;
	uint64_t n_others; /* entries that are no updates of a field */
	uint64_t n_back;
	struct arena row; /* of one item */
};

/* ---- What the cycle wrote ---- */

static bool on_entry(void *payload, const struct history_entry *entry, struct error *err)
{
	struct undo *undo = payload;
	struct arena *arena = &undo->arena;

	(void)err;
	if (!str_equal_z(entry->action, "update")) {
		undo->n_others++;
		return true;
	}
	struct overwritten *item = VEC_PUSH(&undo->items);

	*item = (struct overwritten){ .entry = *entry };
	item->entry.side_id = arena_copy(arena, entry->side_id);
	item->entry.field = arena_copy(arena, entry->field);
	item->entry.old_value = arena_copy(arena, entry->old_value);
	item->entry.new_value = arena_copy(arena, entry->new_value);
	item->entry.old_held = value_copy(arena, &entry->old_held);
	item->new_held = value_copy(arena, &entry->new_held);
	return true;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* A field's two sides follow one another. */
static int compare_items(const void *a, const void *b)
{
	const struct history_entry *left = &((const struct overwritten *)a)->entry;
	const struct history_entry *right = &((const struct overwritten *)b)->entry;

	if (left->link != right->link)
		return compare(left->link, right->link);
	if (!str_equal(left->field, right->field))
		return str_compare(left->field, right->field);
	if (left->side != right->side)
		return compare(left->side, right->side);
	return compare(left->id, right->id);
}

static bool is_same_value(const struct history_entry *a, const struct history_entry *b)
{
	return a->link == b->link && a->side == b->side && str_equal(a->field, b->field);
}

/* A value that the cycle wrote twice goes back to what it was before the first time; unless somebody
 * came in between, whose value it then is. */
static void join(struct undo *undo)
{
	size_t n = 0;

	if (undo->items.n > 0)
		qsort(undo->items.items, undo->items.n, sizeof(struct overwritten), compare_items);
	for (size_t i = 0; i < undo->items.n; i++) {
		struct overwritten *last = n > 0 ? &undo->items.items[n - 1] : NULL;
		const struct overwritten *item = &undo->items.items[i];

		if (last == NULL || !is_same_value(&last->entry, &item->entry))
			undo->items.items[n++] = *item;
		else if (str_equal(last->entry.new_value, item->entry.old_value))
			last->new_held = item->new_held;
		else
			*last = *item;
		if (last != NULL && is_same_value(&last->entry, &item->entry))
			last->entry.new_value = item->entry.new_value;
	}
	undo->items.n = n;
}

/* ---- What becomes of it ---- */

static enum outcome_of_item judge_value(const struct undo *undo, const struct field *field,
					const struct overwritten *item, const struct value *now)
{
	const enum direction direction = undo->call->context->config->sync.direction;
	const enum side from = side_other(item->entry.side);

	if (!merge_value_changed(field, now, &item->entry.old_held))
		return ITEM_IS_BACK;
	if (merge_value_changed(field, now, &item->new_held))
		return ITEM_CHANGED;
	return direction_flows_from(direction, from) &&
			       direction_flows_from(field->direction, from) ?
		       ITEM_BACK :
		       ITEM_ONE_WAY;
}

static struct value value_now(const struct pair *pair, enum side side, size_t i)
{
	if (pair->now[side].values[i].state != VALUE_UNKNOWN)
		return pair->now[side].values[i];
	if (pair->shadow[side].values[i].state != VALUE_UNKNOWN)
		return pair->shadow[side].values[i];
	return value_empty();
}

/* Sets the outcome and, where it can be known, what the side holds now. */
static bool judge(struct undo *undo, struct overwritten *item, struct value *ret_now,
		  struct error *err)
{
	const struct field_table *table = &undo->call->context->config->fields;
	const struct history_entry *entry = &item->entry;
	const int at = field_find(table, entry->field);
	struct arena *arena = &undo->row;
	struct link link;
	struct pair pair;
	bool found;

	item->outcome = ITEM_UNMAPPED;
	item->now = entry->new_value;
	if (at < 0 && str_starts(entry->field, STR_LIT(USER_FIELD))) {
		item->outcome = ITEM_USERS_RECORD;
		return true;
	}
	if (at < 0 || entry->old_held.state == VALUE_UNKNOWN ||
	    item->new_held.state == VALUE_UNKNOWN)
		return true;
	item->outcome = ITEM_UNLINKED;
	if (!store_link_find(undo->call->store, entry->side_id, arena, &link, &found, err))
		return false;
	if (!found || link.state != LINK_ACTIVE)
		return true;
	item->outcome = ITEM_RELINKED;
	if (link.id != entry->link)
		return true;
	if (!store_pair_get(undo->call->store, link.id, arena, &pair, err))
		return false;
	*ret_now = value_now(&pair, entry->side, (size_t)at);
	item->outcome = judge_value(undo, &table->fields[at], item, ret_now);
	item->now = field_display(&undo->arena, table->fields[at].type, ret_now);
	return true;
}

/* What was wished for the field before is overtaken; the other side of this undo stands before. */
static bool wish(struct undo *undo, const struct overwritten *item, const struct value *now,
		 bool first, struct error *err)
{
	const struct history_entry *entry = &item->entry;
	const struct wish wish = {
		.link = entry->link,
		.side = entry->side,
		.field = entry->field,
		.value = entry->old_held,
		.base = *now,
		.reason = arena_format(&undo->row, "undo of cycle %" PRId64, entry->cycle),
		.at = verb_now(),
	};

	return (!first || store_wish_drop(undo->call->store, entry->link, entry->field, err)) &&
	       store_wish_put(undo->call->store, &wish, err);
}

static bool take_back(struct undo *undo, struct error *err)
{
	const struct verb_call *call = undo->call;
	const struct history_entry *wished = NULL; /* the last one that was */
	bool ok = true;

	for (size_t i = 0; ok && i < undo->items.n; i++) {
		struct overwritten *item = &undo->items.items[i];
		const bool first = wished == NULL || wished->link != item->entry.link ||
				   !str_equal(wished->field, item->entry.field);
		struct value now = { 0 };
		struct str person = { NULL, 0 };

		ok = judge(undo, item, &now, err) &&
		     listing_label(call->store, &call->context->config->fields, item->entry.side,
				   item->entry.side_id, &undo->row, &person, err);
		item->person = arena_copy(&undo->arena, person);
		if (ok && item->outcome == ITEM_BACK) {
			undo->n_back++;
			wished = &item->entry;
			ok = call->given[VERB_DRY_RUN] || wish(undo, item, &now, first, err);
		}
		arena_reset(&undo->row);
	}
	return ok;
}

/* ---- The table ---- */

enum {
	COLUMN_SIDE,
	COLUMN_ID,
	COLUMN_PERSON,
	COLUMN_FIELD,
	COLUMN_NOW,
	COLUMN_BACK,
	COLUMN_OUTCOME,
	COLUMN_LINK,
	COLUMN_COUNT
};

static const struct listing_column columns[COLUMN_COUNT] = {
	[COLUMN_SIDE] = { "side", "side", LISTING_TEXT, false },
	[COLUMN_ID] = { "id", "id", LISTING_TEXT, true },
	[COLUMN_PERSON] = { "person", "person", LISTING_TEXT, false },
	[COLUMN_FIELD] = { "field", "field", LISTING_TEXT, false },
	[COLUMN_NOW] = { "now", "now", LISTING_TEXT, false },
	[COLUMN_BACK] = { "before the cycle", "back", LISTING_TEXT, false },
	[COLUMN_OUTCOME] = { "outcome", "outcome", LISTING_TEXT, false },
	[COLUMN_LINK] = { "link", "link", LISTING_NUMBER, true },
};

static bool print_item(struct listing *listing, const struct overwritten *item, struct error *err)
{
	static const char *const outcomes[] = {
		[ITEM_BACK] = "put back",
		[ITEM_CHANGED] = "left: changed since",
		[ITEM_IS_BACK] = "left: is so already",
		[ITEM_UNLINKED] = "left: no longer linked",
		[ITEM_RELINKED] = "left: linked anew since",
		[ITEM_UNMAPPED] = "left: the field is mapped otherwise now",
		[ITEM_ONE_WAY] = "left: the field does not go to that side",
		[ITEM_USERS_RECORD] = "left: a users record follows its person",
	};
	static_assert(COUNT_OF(outcomes) == ITEM_OUTCOMES, "every outcome");
	const struct history_entry *entry = &item->entry;
	const struct listing_cell cells[COLUMN_COUNT] = {
		[COLUMN_SIDE] = { .text = str_from(side_name(entry->side)) },
		[COLUMN_ID] = { .text = entry->side_id },
		[COLUMN_PERSON] = { .text = item->person },
		[COLUMN_FIELD] = { .text = entry->field },
		[COLUMN_NOW] = { .text = item->now },
		[COLUMN_BACK] = { .text = entry->old_value },
		[COLUMN_OUTCOME] = { .text = str_from(outcomes[item->outcome]) },
		[COLUMN_LINK] = { .number = entry->link },
	};

	return listing_add(listing, cells, err);
}

static bool print_items(const struct undo *undo, struct error *err)
{
	struct listing listing;
	bool ok = true;

	listing_start(&listing, verb_format(undo->call, LISTING_TABLE), columns, COLUMN_COUNT,
		      stdout);
	for (size_t i = 0; ok && i < undo->items.n; i++)
		ok = print_item(&listing, &undo->items.items[i], err);
	return listing_end(&listing, ok, err);
}

static bool print_end(const struct undo *undo, struct error *err)
{
	const struct verb_call *call = undo->call;
	bool ok = true;

	if (call->json || call->context->quiet)
		return true;
	ok = printf("values %s: %" PRIu64 "; left: %" PRIu64 "\n",
		    call->given[VERB_DRY_RUN] ? "that would be put back" :
						"that the next sync puts back",
		    undo->n_back, undo->items.n - undo->n_back) >= 0;
	if (ok && undo->n_others > 0)
		ok = puts("what the cycle created, linked or removed is not undone") >= 0;
	return listing_printed(ok, err);
}

static bool must_be_a_cycle(struct verb_call *call, uint64_t number, struct error *err)
{
	struct arena arena = { 0 };
	struct cycle_row cycle;
	bool found = false;
	const bool ok = store_cycle_get(call->store, (int64_t)number, &arena, &cycle, &found, err);

	arena_release(&arena);
	return ok &&
	       (found ||
		error_set(err, ERR_USAGE,
			  "there is no cycle %" PRIu64 "; `crmsync history` shows all", number));
}

static bool undo_all(struct undo *undo, struct error *err)
{
	struct verb_call *call = undo->call;
	const struct str word = call->words[0];
	uint64_t number;

	if (!str_to_u64(word, INT64_MAX, &number) || number == 0)
		return error_set(err, ERR_USAGE, "%.*s is not the number of a cycle",
				 STR_ARG(str_head(word, 80)));
	if (!must_be_a_cycle(call, number, err) ||
	    !store_history_each(call->store, (int64_t)number, 0, on_entry, undo, err))
		return false;
	join(undo);
	return take_back(undo, err);
}

static bool run(struct verb_call *call, struct error *err)
{
	struct undo undo = { .call = call };

	if (!store_begin(call->store, err))
		return false;
	bool ok = undo_all(&undo, err);

	ok = ok && store_commit(call->store, err);
	if (!ok)
		store_rollback(call->store);
	/* Once it is decided: a reader that goes away takes nothing back. */
	ok = ok && print_items(&undo, err) && print_end(&undo, err);
	VEC_RELEASE(&undo.items);
	arena_release(&undo.row);
	arena_release(&undo.arena);
	return ok;
}

int command_undo(struct command_context *context)
{
	static const struct verb verb = {
		"undo",      "a CYCLE", 1, 1, VERB_TAKES(VERB_DRY_RUN) | VERB_TAKES(VERB_JSON),
		STORE_WRITE, run,
	};

	return verbs_run(context, NULL, 0, &verb);
}
