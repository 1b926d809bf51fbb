/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge_world: one field of one linked pair, and what the engine makes of a merge of it: at most one
 * write a round, people first (in the last round records first), shadows moved as settle.c moves them.
 * Servers store what they are sent.  A side whose value is unknown stays silent, also after a write; of a
 * list it says in its answer what it holds.
 */
#ifndef CRMSYNC_TESTS_MERGE_WORLD_H
#define CRMSYNC_TESTS_MERGE_WORLD_H

#include "core/sets.h"
#include "core_fixture.h"

#define WORLD_ROUNDS_MOST 3

/* What the servers tell of time, ns. */
struct world_dates {
	int64_t active_from; /* of what the side holds now */
	int64_t created_at;
	int64_t updated_at;
	int64_t shadow_updated_at;
	int64_t old_seen_at;
};

struct merge_world {
	struct one_field one;
	struct merge_rules rules;
	struct arena arena; /* of this cell */
	struct value now[SIDE_COUNT];
	struct value shadow[SIDE_COUNT];
	struct world_dates dates[SIDE_COUNT];
};

/* What the merge goes by: a side that does not say holds what it held. */
static inline const struct value *world_held(const struct merge_world *w, enum side side)
{
	return w->now[side].state == VALUE_UNKNOWN ? &w->shadow[side] : &w->now[side];
}

static inline bool world_first_contact(const struct merge_world *w)
{
	return w->shadow[SIDE_RECORDS].state == VALUE_UNKNOWN ||
	       w->shadow[SIDE_PEOPLE].state == VALUE_UNKNOWN;
}

static inline bool world_flows(const struct merge_world *w, enum side from)
{
	return direction_flows_from(w->one.row.direction, from) &&
	       direction_flows_from(w->rules.direction, from);
}

static inline bool world_changed(const struct merge_world *w, enum side side)
{
	return !world_first_contact(w) &&
	       merge_value_changed(&w->one.row, world_held(w, side), &w->shadow[side]);
}

static inline void world_merge(struct merge_world *w, struct merge_result *ret_result)
{
	struct merge_side sides[SIDE_COUNT];
	struct person now[SIDE_COUNT];
	struct person shadow[SIDE_COUNT];
	struct value values[SIDE_COUNT];

	for (int i = 0; i < SIDE_COUNT; i++) {
		const struct world_dates *dates = &w->dates[i];

		values[i] = w->now[i];
		values[i].active_from = dates->active_from;
		now[i] = (struct person){ .created_at = dates->created_at,
					  .updated_at = dates->updated_at,
					  .values = &values[i] };
		shadow[i] = (struct person){ .updated_at = dates->shadow_updated_at,
					     .values = &w->shadow[i] };
		sides[i] = (struct merge_side){ .now = &now[i],
						.shadow = &shadow[i],
						.old_seen_at = dates->old_seen_at };
	}
	merge_pair(&w->one.table, &w->rules, sides, &w->arena, ret_result);
}

/* As keep_own_edits() of settle.c: elements that the target added or removed by itself travel next; at
 * first contact all that it has. */
static inline struct value world_shadow_of_list(struct merge_world *w, enum side target,
						const struct value *answer,
						const struct value *base,
						const struct value *source)
{
	const struct value unknown = { 0 };
	const struct value *old = world_first_contact(w) ? &unknown : &w->shadow[target];

	if (!world_flows(w, target))
		return *answer;
	if (!w->one.row.single[SIDE_RECORDS])
		return sets_shadow_after(&w->one.row, answer, base, old, source, answer, &w->arena);
	const bool shown = !value_is_set(answer) ||
			   (value_is_set(source) && value_has(answer, source->items[0].key));

	return target == SIDE_PEOPLE && !shown ? *old : *answer;
}

static inline void world_write(struct merge_world *w, enum side target,
			       const struct merge_result *merged)
{
	const enum side source = side_other(target);
	const struct value *written = &merged->fields[0].write[target];
	const bool is_set = field_shape(w->one.row.type) == SHAPE_SET;
	const bool silent = w->now[target].state == VALUE_UNKNOWN && !is_set;
	struct value answer = value_copy(&w->arena, written);

	if (is_set)
		w->shadow[target] =
			world_shadow_of_list(w, target, &answer, &merged->now[target].values[0],
					     &merged->now[source].values[0]);
	else
		w->shadow[target] = answer;
	w->shadow[source] = merged->now[source].values[0];
	/* What is read next time does not know what was invented. */
	answer.invented = false;
	w->now[target] = silent ? (struct value){ 0 } : answer;
	/* Nobody edits any more: what is held was there long ago. */
	for (int i = 0; i < SIDE_COUNT; i++)
		w->dates[i] = (struct world_dates){ 0 };
}

/* One merge and what comes of it; false if nothing was to be written. */
static inline bool world_round(struct merge_world *w, bool last, struct merge_result *ret_result)
{
	const enum side first = last ? SIDE_RECORDS : SIDE_PEOPLE;

	world_merge(w, ret_result);
	for (int i = 0; i < SIDE_COUNT; i++)
		w->shadow[i] = ret_result->shadow[i].values[0];
	if (!ret_result->writes[SIDE_RECORDS] && !ret_result->writes[SIDE_PEOPLE])
		return false;
	world_write(w, ret_result->writes[first] ? first : side_other(first), ret_result);
	return true;
}

/* The other way round in everything. */
static inline void world_mirror(const struct merge_world *w, struct merge_world *ret_mirrored)
{
	static const enum policy policies[] = { POLICY_NEWEST, POLICY_PEOPLE, POLICY_RECORDS,
						POLICY_MANUAL };
	static const enum direction directions[] = { DIRECTION_BOTH, DIRECTION_TO_RECORDS,
						     DIRECTION_TO_PEOPLE, DIRECTION_NONE };
	struct merge_world m = *w;

	m.one.row.policy = policies[w->one.row.policy];
	m.one.row.direction = directions[w->one.row.direction];
	m.rules.direction = directions[w->rules.direction];
	m.rules.newest_fallback = policies[w->rules.newest_fallback];
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side other = side_other((enum side)i);

		m.one.row.single[i] = w->one.row.single[other];
		m.now[i] = w->now[other];
		m.shadow[i] = w->shadow[other];
		m.dates[i] = w->dates[other];
	}
	*ret_mirrored = m;
	ret_mirrored->one.table.fields = &ret_mirrored->one.row;
}

/* ---- Telling what went wrong ---- */

static inline const char *world_text(struct merge_world *w, const struct value *value)
{
	return text_of(&w->arena, w->one.row.type, value);
}

static inline const char *world_describe(struct merge_world *w)
{
	const struct field *row = &w->one.row;

	return arena_format(
		       &w->arena,
		       "%s%s, policy %s (else %s), %s/%s%s%s: records %s -> %s, people %s -> %s",
		       field_type_name(row->type), row->single[SIDE_RECORDS] ? ", single" : "",
		       policy_name(row->policy), policy_name(w->rules.newest_fallback),
		       direction_name(row->direction), direction_name(w->rules.direction),
		       row->enforce ? ", enforced" : "",
		       w->dates[SIDE_RECORDS].active_from > 0 ? ", dated" : "",
		       world_text(w, &w->shadow[SIDE_RECORDS]),
		       world_text(w, &w->now[SIDE_RECORDS]), world_text(w, &w->shadow[SIDE_PEOPLE]),
		       world_text(w, &w->now[SIDE_PEOPLE]))
		.p;
}

#define WORLD_MUST(w, condition, law) \
	do { \
		if (!(condition)) \
			fail_msg("%s; %s", law, world_describe(w)); \
	} while (0)

/* ---- What is enumerated beside values ---- */

struct world_ways {
	enum direction field, rules;
};

static const struct world_ways world_ways[] = {
	{ DIRECTION_BOTH, DIRECTION_BOTH },
	{ DIRECTION_TO_PEOPLE, DIRECTION_BOTH },
	{ DIRECTION_TO_RECORDS, DIRECTION_BOTH },
	{ DIRECTION_NONE, DIRECTION_BOTH },
	{ DIRECTION_TO_PEOPLE, DIRECTION_TO_RECORDS }, /* neither way */
	{ DIRECTION_BOTH, DIRECTION_TO_PEOPLE },
	{ DIRECTION_BOTH, DIRECTION_TO_RECORDS },
};

/* Which side is known to be the newer one, also at first contact. */
enum world_newer { NEWER_UNKNOWN, NEWER_RECORDS, NEWER_PEOPLE, NEWER_COUNT };

static inline void world_date(struct merge_world *w, enum world_newer newer)
{
	/* Who is cleared has no date of its own: then the record's has to do. */
	static const struct world_dates early = { .active_from = 100 * NS_PER_S,
						  .created_at = 50 * NS_PER_S,
						  .updated_at = 100 * NS_PER_S,
						  .shadow_updated_at = 40 * NS_PER_S,
						  .old_seen_at = 45 * NS_PER_S };
	static const struct world_dates late = { .created_at = 300 * NS_PER_S,
						 .updated_at = 500 * NS_PER_S,
						 .shadow_updated_at = 200 * NS_PER_S,
						 .old_seen_at = 250 * NS_PER_S };
	const struct world_dates unknown = { 0 };

	w->dates[SIDE_RECORDS] = newer == NEWER_UNKNOWN ? unknown :
				 newer == NEWER_RECORDS ? late :
							  early;
	w->dates[SIDE_PEOPLE] = newer == NEWER_UNKNOWN ? unknown :
				newer == NEWER_RECORDS ? early :
							 late;
}

static inline void world_init(struct merge_world *w, enum field_type type)
{
	*w = (struct merge_world){ .rules = { .direction = DIRECTION_BOTH,
					      .newest_fallback = POLICY_RECORDS,
					      .clock_tolerance_ns = 2 * NS_PER_S,
					      .now = 1000 * NS_PER_S } };
	one_field_init(&w->one, type, POLICY_NEWEST, DIRECTION_BOTH);
}

#endif
