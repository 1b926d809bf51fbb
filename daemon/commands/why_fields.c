/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_fields: the fields of a person side by side, and what the next merge makes of each.
 */
#include "daemon/commands/why.h"
#include "daemon/runner/runner.h"

#include <assert.h>

enum {
	COLUMN_FIELD,
	COLUMN_RECORDS,
	COLUMN_PEOPLE,
	COLUMN_RECORDS_AGREED,
	COLUMN_PEOPLE_AGREED,
	COLUMN_RECORDS_SET_AT,
	COLUMN_PEOPLE_SET_AT,
	COLUMN_RECORDS_SET_BY,
	COLUMN_PEOPLE_SET_BY,
	COLUMN_RULE,
	COLUMN_VERDICT,
	COLUMN_NEXT,
	COLUMN_WHY,
	COLUMN_COUNT
};

/* "agreed" is what the side held when both were last known to agree: changes are told by it. */
static const struct listing_column columns[COLUMN_COUNT] = {
	[COLUMN_FIELD] = { "field", "field", LISTING_TEXT, false },
	[COLUMN_RECORDS] = { "records", "records", LISTING_TEXT, false },
	[COLUMN_PEOPLE] = { "people", "people", LISTING_TEXT, false },
	[COLUMN_RECORDS_AGREED] = { "records agreed", "records_agreed", LISTING_TEXT, true },
	[COLUMN_PEOPLE_AGREED] = { "people agreed", "people_agreed", LISTING_TEXT, true },
	[COLUMN_RECORDS_SET_AT] = { "records set", "records_set_at", LISTING_TIME, true },
	[COLUMN_PEOPLE_SET_AT] = { "people set", "people_set_at", LISTING_TIME, true },
	[COLUMN_RECORDS_SET_BY] = { "records set by", "records_set_by", LISTING_TEXT, true },
	[COLUMN_PEOPLE_SET_BY] = { "people set by", "people_set_by", LISTING_TEXT, true },
	[COLUMN_RULE] = { "rule", "rule", LISTING_TEXT, true },
	[COLUMN_VERDICT] = { "verdict", "verdict", LISTING_TEXT, true },
	[COLUMN_NEXT] = { "next", "next", LISTING_TEXT, false },
	[COLUMN_WHY] = { "why", "why", LISTING_TEXT, false },
};

struct fields {
	struct why *why;
	const struct field_table *table;
	struct merge_result merged;    /* of a linked pair */
	struct wish *wish[SIDE_COUNT]; /* one a row; link 0: none */
	struct str *frozen;            /* one a row: why the field is not written at all */
	struct str *left_out;          /* one a row: why a value is not written */
	struct arena *arena;
};

/* ---- Rules ---- */

static struct str rule_of(const struct fields *fields, const struct field *field)
{
	static const char *const directions[] = {
		[DIRECTION_BOTH] = "both ways",
		[DIRECTION_TO_PEOPLE] = "to people only",
		[DIRECTION_TO_RECORDS] = "to records only",
		[DIRECTION_NONE] = "not carried",
	};
	static const char *const policies[] = {
		[POLICY_NEWEST] = "the newest edit wins, or else sync.newest_fallback",
		[POLICY_RECORDS] = "records wins",
		[POLICY_PEOPLE] = "people wins",
		[POLICY_MANUAL] = "two edits are decided by hand",
	};
	static_assert(COUNT_OF(directions) == DIRECTION_COUNT, "every direction");
	static_assert(COUNT_OF(policies) == POLICY_COUNT, "every policy");
	const char *way = directions[field->direction];

	if (field->direction == DIRECTION_NONE)
		return str_from(way);
	if (field->direction != DIRECTION_BOTH)
		return arena_format(fields->arena, "%s; an edit there is %s", way,
				    field->enforce ? "put back" : "left");
	if (field_shape(field->type) == SHAPE_SET)
		return arena_format(fields->arena, "%s, element by element", way);
	return arena_format(fields->arena, "%s; %s", way, policies[field->policy]);
}

static const char *actor_name(enum actor actor)
{
	static const char *const names[] = {
		[ACTOR_UNKNOWN] = "",
		[ACTOR_MEMBER] = "a person",
		[ACTOR_SYSTEM] = "the system",
		[ACTOR_TOKEN] = "an API token",
	};
	static_assert(COUNT_OF(names) == ACTOR_COUNT, "every actor");

	return names[actor];
}

/* ---- What comes next ---- */

static struct str becomes(const struct fields *fields, size_t i,
			  const struct value *const to[SIDE_COUNT])
{
	struct str text = { NULL, 0 };

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (to[side] == NULL || to[side]->state == VALUE_UNKNOWN)
			continue;
		const struct str value =
			field_display(fields->arena, fields->table->fields[i].type, to[side]);

		text = arena_format(fields->arena, "%.*s%s%s becomes %.*s", STR_ARG(text),
				    text.len > 0 ? ", " : "", side_name((enum side)side),
				    STR_ARG(value.len > 0 ? value : STR_LIT("(empty)")));
	}
	return text;
}

static void fill_wished(const struct fields *fields, size_t i, struct listing_cell *cells)
{
	const struct value *to[SIDE_COUNT] = { NULL, NULL };

	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct wish *wish = &fields->wish[side][i];

		if (wish->link == 0)
			continue;
		cells[COLUMN_WHY].text = wish->reason;
		if (merge_value_changed(&fields->table->fields[i], &wish->value, &wish->base))
			to[side] = &wish->value;
	}
	cells[COLUMN_VERDICT].text = STR_LIT("by_hand");
	cells[COLUMN_NEXT].text = becomes(fields, i, to);
	if (cells[COLUMN_NEXT].text.len == 0)
		cells[COLUMN_NEXT].text = STR_LIT("nothing");
}

static void fill_merged(const struct fields *fields, size_t i, struct listing_cell *cells)
{
	static const char *const words[] = {
		[VERDICT_SAME] = "nothing",       [VERDICT_AGREED] = "nothing",
		[VERDICT_TO_PEOPLE] = "",         [VERDICT_TO_RECORDS] = "",
		[VERDICT_TO_BOTH] = "",           [VERDICT_CONFLICT] = "waits for a decision",
		[VERDICT_LEFT] = "left as it is", [VERDICT_UNKNOWN] = "nothing",
	};
	static_assert(COUNT_OF(words) == VERDICT_COUNT, "every verdict");
	const struct field_merge *merge = &fields->merged.fields[i];
	const struct value *to[SIDE_COUNT] = { &merge->write[SIDE_RECORDS],
					       &merge->write[SIDE_PEOPLE] };

	cells[COLUMN_VERDICT].text = str_from(verdict_name(merge->verdict));
	cells[COLUMN_WHY].text = str_from(merge->reason);
	cells[COLUMN_NEXT].text = *words[merge->verdict] != '\0' ? str_from(words[merge->verdict]) :
								   becomes(fields, i, to);
}

static void fill_next(const struct fields *fields, size_t i, struct listing_cell *cells)
{
	if (!why_is_linked(fields->why))
		return;
	if (fields->wish[SIDE_RECORDS][i].link != 0 || fields->wish[SIDE_PEOPLE][i].link != 0)
		fill_wished(fields, i, cells);
	else
		fill_merged(fields, i, cells);
	if (fields->left_out[i].len > 0) {
		cells[COLUMN_NEXT].text = STR_LIT("left out");
		cells[COLUMN_WHY].text = fields->left_out[i];
	}
	if (fields->frozen[i].len > 0) {
		cells[COLUMN_NEXT].text = STR_LIT("frozen");
		cells[COLUMN_WHY].text = fields->frozen[i];
	}
}

/* ---- Rows ---- */

static void fill_side(const struct fields *fields, size_t i, enum side side,
		      struct listing_cell *cells)
{
	const struct why *why = fields->why;
	const enum field_type type = fields->table->fields[i].type;
	const struct value *shadow = NULL;
	const struct value *now;

	if (!why->whom.known[side])
		return;
	now = &why->whom.now[side].values[i];
	if (why_is_linked(why)) {
		shadow = &why->pair.shadow[side].values[i];
		now = &fields->merged.now[side].values[i];
	}
	cells[COLUMN_RECORDS + (int)side].text = field_display(fields->arena, type, now);
	cells[COLUMN_RECORDS_SET_AT + (int)side].number = now->active_from;
	cells[COLUMN_RECORDS_SET_BY + (int)side].text = str_from(actor_name(now->actor));
	if (shadow != NULL)
		cells[COLUMN_RECORDS_AGREED + (int)side].text =
			field_display(fields->arena, type, shadow);
}

static bool add_row(const struct fields *fields, size_t i, bool wanted, struct listing *listing,
		    struct error *err)
{
	const struct field *field = &fields->table->fields[i];
	struct listing_cell cells[COLUMN_COUNT] = {
		[COLUMN_FIELD] = { .text = field->name },
		[COLUMN_RULE] = { .text = rule_of(fields, field) },
	};

	for (int side = 0; side < SIDE_COUNT; side++)
		fill_side(fields, i, (enum side)side, cells);
	fill_next(fields, i, cells);
	/* What nobody has is of interest only if it was asked for. */
	const bool empty = cells[COLUMN_RECORDS].text.len + cells[COLUMN_PEOPLE].text.len +
				   cells[COLUMN_RECORDS_AGREED].text.len +
				   cells[COLUMN_PEOPLE_AGREED].text.len ==
			   0;

	return (empty && !wanted) || listing_add(listing, cells, err);
}

/* ---- Gathering ---- */

static bool on_wish(void *payload, const struct wish *wish, struct arena *row_arena,
		    struct error *err)
{
	struct fields *fields = payload;
	const int at = field_find(fields->table, wish->field);

	(void)row_arena;
	(void)err;
	if (at < 0 || wish->value.state == VALUE_UNKNOWN)
		return true;
	struct wish *copy = &fields->wish[wish->side][at];

	*copy = *wish;
	copy->reason = arena_copy(fields->arena, wish->reason);
	copy->value = value_copy(fields->arena, &wish->value);
	copy->base = value_copy(fields->arena, &wish->base);
	return true;
}

static bool on_conflict(void *payload, const struct conflict *conflict, struct error *err)
{
	struct fields *fields = payload;
	const int at = field_find(fields->table, conflict->field);

	(void)err;
	if (at >= 0 && conflict->link == fields->why->whom.link.id &&
	    str_equal_z(conflict->kind, "flapping"))
		fields->frozen[at] = arena_copy(fields->arena, conflict->evidence);
	return true;
}

static bool find_left_out(struct fields *fields, struct error *err)
{
	fields->left_out = arena_alloc(fields->arena, fields->table->n, sizeof(struct str));
	for (size_t i = 0; i < fields->table->n; i++) {
		for (int side = 0; side < SIDE_COUNT; side++) {
			bool lacks;

			if (!why_lacks(fields->why, &fields->table->fields[i], (enum side)side,
				       &fields->merged.fields[i].write[side], &lacks, err))
				return false;
			if (lacks)
				fields->left_out[i] = arena_format(
					fields->arena,
					field_collection(&fields->table->fields[i],
							 (enum side)side) == COLLECTION_NONE ?
						"%s cannot hold all of it" :
						"%s has nothing by that name, or several",
					side_name((enum side)side));
		}
	}
	return true;
}

static bool merge(struct fields *fields, struct error *err)
{
	const struct why *why = fields->why;
	const struct pair *pair = &why->pair;
	struct store *store = why->call->store;
	const struct merge_rules rules = runner_rules(why->call->context->config, verb_now());
	struct merge_side sides[SIDE_COUNT];

	for (int side = 0; side < SIDE_COUNT; side++) {
		fields->wish[side] =
			arena_alloc(fields->arena, fields->table->n, sizeof(struct wish));
		sides[side] = (struct merge_side){
			.now = &pair->now[side],
			.shadow = pair->has_shadow[side] ? &pair->shadow[side] : NULL,
			.old_seen_at = pair->old_seen_at[side],
		};
	}
	fields->frozen = arena_alloc(fields->arena, fields->table->n, sizeof(struct str));
	merge_pair(fields->table, &rules, sides, fields->arena, &fields->merged);
	return find_left_out(fields, err) &&
	       store_wish_each(store, pair->link.id, on_wish, fields, err) &&
	       store_conflict_each(store, on_conflict, fields, err);
}

bool why_fields(struct why *why, int at, struct error *err)
{
	const struct field_table *table = &why->call->context->config->fields;
	struct fields fields = { .why = why, .table = table, .arena = &why->arena };
	const enum listing_format format =
		verb_format(why->call, at >= 0 ? LISTING_SHOW : LISTING_TABLE);
	struct listing listing;
	bool ok = true;

	if (why_is_linked(why) && !merge(&fields, err))
		return false;
	listing_start(&listing, format, columns, COLUMN_COUNT, stdout);
	for (size_t i = 0; ok && i < table->n; i++) {
		if (at < 0 || (size_t)at == i)
			ok = add_row(&fields, i, at >= 0, &listing, err);
	}
	return listing_end(&listing, ok, err);
}
