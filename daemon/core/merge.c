/* SPDX-License-Identifier: Apache-2.0 */
#include "core/merge.h"

#include "core/location.h"
#include "core/name.h"
#include "core/newest.h"
#include "core/sets.h"

#include <assert.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_SAME] = "same",           [VERDICT_AGREED] = "agreed",
		[VERDICT_TO_PEOPLE] = "to_people", [VERDICT_TO_RECORDS] = "to_records",
		[VERDICT_TO_BOTH] = "to_both",     [VERDICT_CONFLICT] = "conflict",
		[VERDICT_LEFT] = "left",           [VERDICT_UNKNOWN] = "unknown",
	};
	static_assert(COUNT_OF(names) == VERDICT_COUNT, "every verdict has a name");

	return names[verdict];
}

/* Everything about one field of one pair; first contact has unknown shadows. */
struct context {
	const struct field *field;
	const struct merge_rules *rules;
	const struct merge_side *sides;
	struct value now[SIDE_COUNT];
	struct value shadow[SIDE_COUNT];
	bool flows[SIDE_COUNT]; /* edits of that side may travel */
	bool first_contact;
	struct arena *arena;
};

bool merge_value_changed(const struct field *field, const struct value *now,
			 const struct value *shadow)
{
	if (field_shape(field->type) != SHAPE_SET)
		return !value_equal(now, shadow);
	if (!value_equal_as_set(now, shadow))
		return true;
	return field_has_primary(field->type) && value_is_set(now) &&
	       !str_equal(now->items[0].key, shadow->items[0].key);
}

static bool sets_agree(const struct field *field, const struct value *records,
		       const struct value *people)
{
	const struct value *values[SIDE_COUNT] = { records, people };

	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct value *other = values[side_other((enum side)side)];

		if (field->single[side] && value_is_set(values[side]))
			return value_has(other, values[side]->items[0].key);
	}
	return value_equal_as_set(records, people);
}

bool merge_values_agree(const struct field *field, const struct value *records,
			const struct value *people, struct arena *arena)
{
	if (field->type == FIELD_NAME)
		return name_agrees(arena, records, people);
	if (!value_is_set(records) || !value_is_set(people))
		return !value_is_set(records) && !value_is_set(people);
	if (field->type == FIELD_LOCATION)
		return location_agrees(arena, records, people);
	if (field_shape(field->type) == SHAPE_SET)
		return sets_agree(field, records, people);
	return value_equal(records, people);
}

/* What `to` is to hold for it to say what `from` says. */
static struct value convert(const struct context *c, enum side from)
{
	const enum side to = side_other(from);
	const struct value *value = &c->now[from];
	const struct value *old = c->first_contact ? NULL : &c->shadow[from];

	if (!value_is_set(value))
		return value_empty();
	if (c->field->type == FIELD_NAME)
		return to == SIDE_PEOPLE ? name_to_people(c->arena, value, old, &c->now[to]) :
					   name_to_records(c->arena, value, old, &c->now[to],
							   c->field->single[SIDE_RECORDS]);
	if (c->field->type == FIELD_LOCATION)
		return to == SIDE_PEOPLE ? location_to_people(c->arena, value) :
					   location_to_records(c->arena, value, &c->now[to]);
	struct value copy = *value;

	copy.active_from = 0;
	copy.actor = ACTOR_UNKNOWN;
	return copy;
}

struct value merge_carried(const struct field *field, enum side from, const struct value *value,
			   const struct value *other, struct arena *arena)
{
	struct context c = { .field = field, .arena = arena, .first_contact = true };

	c.now[from] = *value;
	c.now[side_other(from)] = *other;
	return convert(&c, from);
}

static enum verdict verdict_towards(enum side to)
{
	return to == SIDE_PEOPLE ? VERDICT_TO_PEOPLE : VERDICT_TO_RECORDS;
}

/* Sends `from`'s value across, or finds that the other side already has it. */
static struct field_merge carry(const struct context *c, enum side from, const char *reason)
{
	const enum side to = side_other(from);
	const struct value wanted = convert(c, from);

	if (!merge_value_changed(c->field, &wanted, &c->now[to]))
		return (struct field_merge){ .verdict = VERDICT_AGREED,
					     .reason = "the other side already has it" };
	struct field_merge merge = { .verdict = verdict_towards(to), .reason = reason };

	merge.write[to] = wanted;
	return merge;
}

/* ---- Who wins ---- */

static bool decide_newest(const struct context *c, enum side *ret_winner)
{
	struct interval dates[SIDE_COUNT];

	for (int i = 0; i < SIDE_COUNT; i++)
		dates[i] = c->first_contact ?
				   newest_date_value(&c->sides[i], &c->now[i], c->rules->now) :
				   newest_date_edit(&c->sides[i], &c->now[i],
						    c->rules->clock_tolerance_ns, c->rules->now);
	return newest_decide(dates, c->rules->clock_tolerance_ns, ret_winner);
}

/* Both sides differ; returns false for manual.  Also names the reason. */
static bool decide(const struct context *c, enum side *ret_winner, const char **ret_reason)
{
	switch (c->field->policy) {
	case POLICY_RECORDS:
		*ret_winner = SIDE_RECORDS;
		*ret_reason = "changed on both sides, the policy prefers records";
		return true;
	case POLICY_PEOPLE:
		*ret_winner = SIDE_PEOPLE;
		*ret_reason = "changed on both sides, the policy prefers people";
		return true;
	case POLICY_MANUAL:
		*ret_reason = "changed on both sides, the policy leaves it to you";
		return false;
	case POLICY_NEWEST:
	case POLICY_COUNT:
		break;
	}
	if (decide_newest(c, ret_winner)) {
		*ret_reason = *ret_winner == SIDE_RECORDS ?
				      "changed on both sides, records is newer" :
				      "changed on both sides, people is newer";
		return true;
	}
	*ret_winner = c->rules->newest_fallback == POLICY_PEOPLE ? SIDE_PEOPLE : SIDE_RECORDS;
	*ret_reason =
		*ret_winner == SIDE_RECORDS ?
			"changed on both sides, which is newer cannot be known: records (fallback)" :
			"changed on both sides, which is newer cannot be known: people (fallback)";
	return true;
}

/* An invented name is nobody's: it neither wins nor loses.  What it stands for tells what the other side
 * held when it was invented: no name, where it was taken from an e-mail. */
static bool says_something(const struct context *c, enum side side)
{
	const struct value *value = &c->now[side];
	struct context then = *c;

	if (!value_is_set(value) || !value->invented)
		return value_is_set(value);
	if (!value_is_set(&c->shadow[side_other(side)]))
		then.now[side_other(side)] = value_empty();
	const struct value travels = convert(&then, side);

	return value_is_set(&travels);
}

static struct field_merge settle_contest(const struct context *c)
{
	struct field_merge merge;
	enum side winner = SIDE_RECORDS;
	const char *reason = NULL;

	if (c->now[SIDE_PEOPLE].invented && c->flows[SIDE_RECORDS] &&
	    says_something(c, SIDE_RECORDS) && !says_something(c, SIDE_PEOPLE))
		return carry(c, SIDE_RECORDS,
			     "changed on records, the name on people was invented");
	if (!c->flows[SIDE_RECORDS] && !c->flows[SIDE_PEOPLE])
		return (struct field_merge){ .verdict = VERDICT_LEFT,
					     .reason = "the field flows neither way" };
	/* Only one side may travel: it is the source, whoever was later. */
	if (c->flows[SIDE_RECORDS] != c->flows[SIDE_PEOPLE]) {
		winner = c->flows[SIDE_RECORDS] ? SIDE_RECORDS : SIDE_PEOPLE;
		reason = "changed on both sides, the field is one-way";
	} else if (!decide(c, &winner, &reason)) {
		return (struct field_merge){ .verdict = VERDICT_CONFLICT, .reason = reason };
	}
	merge = carry(c, winner, reason);
	/* At first contact an overruled value was nobody's edit, but it is overwritten all the same. */
	merge.lost[side_other(winner)] = merge.verdict != VERDICT_AGREED;
	return merge;
}

/* ---- One field ---- */

static struct field_merge merge_first_contact(const struct context *c)
{
	const bool set[SIDE_COUNT] = { says_something(c, SIDE_RECORDS),
				       says_something(c, SIDE_PEOPLE) };

	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side from = (enum side)i;

		if (!set[from] || set[side_other(from)])
			continue;
		if (!c->flows[from])
			return (struct field_merge){ .verdict = VERDICT_LEFT,
						     .reason = "the field does not flow that way" };
		return carry(c, from, "first contact, the other side has nothing");
	}
	return settle_contest(c);
}

static struct field_merge merge_one_edit(const struct context *c, enum side from)
{
	if (c->flows[from])
		return carry(c, from,
			     from == SIDE_RECORDS ? "changed on records" : "changed on people");
	if (c->field->enforce && c->flows[side_other(from)])
		return carry(c, side_other(from),
			     "changed on the target of a one-way field: put back");
	return (struct field_merge){ .verdict = VERDICT_LEFT,
				     .reason = "changed on the target of a one-way field: left" };
}

static struct field_merge merge_set(const struct context *c)
{
	struct set_side sides[SIDE_COUNT];
	struct value want[SIDE_COUNT];
	enum side winner = c->field->policy == POLICY_PEOPLE ? SIDE_PEOPLE : SIDE_RECORDS;
	struct field_merge merge = { .reason =
					     "the element was added or removed on the other side" };
	bool writes[SIDE_COUNT];

	for (int i = 0; i < SIDE_COUNT; i++) {
		const bool enforced = c->field->enforce && !c->flows[i];

		sides[i] = (struct set_side){ .now = &c->now[i],
					      .shadow = c->first_contact ? NULL : &c->shadow[i],
					      .flows = c->flows[i] };
		/* Put back: as if the target still held what it did when both agreed. */
		if (enforced && !c->first_contact)
			sides[i].now = &c->shadow[i];
	}
	sets_merge(c->field, sides, winner, c->arena, want);
	for (int i = 0; i < SIDE_COUNT; i++) {
		writes[i] = c->flows[side_other((enum side)i)] &&
			    merge_value_changed(c->field, &want[i], &c->now[i]);
		if (writes[i])
			merge.write[i] = want[i];
	}
	if (writes[SIDE_RECORDS] && writes[SIDE_PEOPLE])
		merge.verdict = VERDICT_TO_BOTH;
	else if (writes[SIDE_RECORDS] || writes[SIDE_PEOPLE])
		merge.verdict = verdict_towards(writes[SIDE_PEOPLE] ? SIDE_PEOPLE : SIDE_RECORDS);
	else
		merge = (struct field_merge){ .verdict = VERDICT_AGREED,
					      .reason = "the other side already has it" };
	return merge;
}

/*
 * A side has never said what it holds here.  If the other one has a value it is proposed, with an
 * unknown base: the runner reads the person in full before it writes, and merges again if there is a
 * value after all.
 */
static struct field_merge merge_unknown(const struct context *c)
{
	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side from = (enum side)i;
		const enum side to = side_other(from);

		if (!value_is_set(&c->now[from]) || !c->flows[from])
			continue;
		struct context as_empty = *c;

		as_empty.now[to] = value_empty();
		struct field_merge merge = {
			.verdict = verdict_towards(to),
			.reason = "the other side does not say that it has a value"
		};

		merge.write[to] = convert(&as_empty, from);
		if (!value_is_set(&merge.write[to]))
			continue; /* an invented name: it never travels */
		if (c->field->single[to] && field_shape(c->field->type) == SHAPE_SET)
			merge.write[to].n = 1;
		return merge;
	}
	return (struct field_merge){ .verdict = VERDICT_UNKNOWN, .reason = "a side did not say" };
}

static struct field_merge merge_field(const struct context *c)
{
	bool changed[SIDE_COUNT];

	if (c->now[SIDE_RECORDS].state == VALUE_UNKNOWN ||
	    c->now[SIDE_PEOPLE].state == VALUE_UNKNOWN)
		return merge_unknown(c);
	for (int i = 0; i < SIDE_COUNT; i++)
		changed[i] = c->first_contact ||
			     merge_value_changed(c->field, &c->now[i], &c->shadow[i]);
	if (!changed[SIDE_RECORDS] && !changed[SIDE_PEOPLE])
		return (struct field_merge){ .verdict = VERDICT_SAME, .reason = "unchanged" };
	if (changed[SIDE_RECORDS] && changed[SIDE_PEOPLE] &&
	    merge_values_agree(c->field, &c->now[SIDE_RECORDS], &c->now[SIDE_PEOPLE], c->arena))
		return (struct field_merge){ .verdict = VERDICT_AGREED,
					     .reason = "both sides say the same" };
	if (field_shape(c->field->type) == SHAPE_SET)
		return merge_set(c);
	if (c->first_contact)
		return merge_first_contact(c);
	if (changed[SIDE_RECORDS] && changed[SIDE_PEOPLE])
		return settle_contest(c);
	return merge_one_edit(c, changed[SIDE_RECORDS] ? SIDE_RECORDS : SIDE_PEOPLE);
}

/* ---- One pair ---- */

void merge_keep_invented(struct value *now, const struct value *shadow)
{
	if (shadow->invented && value_is_set(now) && value_is_set(shadow) &&
	    str_equal(value_part(now, NAME_FAMILY), value_part(shadow, NAME_FAMILY)))
		now->invented = true;
}

void merge_date_shadow(const struct field_table *table, int64_t before, const struct person *now,
		       struct person *shadow)
{
	shadow->updated_at = now->updated_at;
	for (size_t i = 0; i < table->n; i++) {
		if (merge_value_changed(&table->fields[i], &now->values[i], &shadow->values[i]))
			shadow->updated_at = before;
	}
}

/* A pair that agrees at first contact although only one side has a last name ("Cher"): the familyName
 * was invented by an earlier life of this program. */
static void find_invented(struct context *c)
{
	if (c->field->type != FIELD_NAME || !c->first_contact ||
	    !value_is_set(&c->now[SIDE_PEOPLE]) || !value_is_set(&c->now[SIDE_RECORDS]))
		return;
	const struct value wanted =
		name_to_people(c->arena, &c->now[SIDE_RECORDS], NULL, &c->now[SIDE_PEOPLE]);

	if (wanted.invented && str_equal(value_part(&wanted, NAME_FAMILY),
					 value_part(&c->now[SIDE_PEOPLE], NAME_FAMILY)))
		c->now[SIDE_PEOPLE].invented = true;
}

/* Somebody edited the name around an invented part: nothing of it is ours any more. */
static void give_up_invented(struct context *c)
{
	if (c->field->type != FIELD_NAME ||
	    !name_is_adopted(&c->now[SIDE_PEOPLE], &c->shadow[SIDE_PEOPLE],
			     &c->shadow[SIDE_RECORDS]))
		return;
	c->now[SIDE_PEOPLE].invented = false;
	c->shadow[SIDE_PEOPLE].invented = false;
}

static bool shadow_moves(enum verdict verdict)
{
	return verdict == VERDICT_SAME || verdict == VERDICT_AGREED || verdict == VERDICT_LEFT ||
	       verdict == VERDICT_UNKNOWN;
}

/*
 * The records' own system links a company a moment after an e-mail is stored.  That is nobody's edit: it is
 * taken note of, and neither carried nor put back, until somebody chooses otherwise on either side.  At first
 * contact it fills people who have none, and contests nothing.
 */
static void overlook_system_link(struct context *c)
{
	const struct value *link = &c->now[SIDE_RECORDS];
	const struct value *people = &c->now[SIDE_PEOPLE];

	if (c->field->type != FIELD_REFERENCE_OF_MANY || !value_is_set(link) ||
	    link->actor != ACTOR_SYSTEM || value_has(people, link->items[0].key) ||
	    (c->first_contact && !value_is_set(people)))
		return;
	c->shadow[SIDE_RECORDS] = *link;
	if (c->first_contact)
		c->shadow[SIDE_PEOPLE] = *people;
	c->first_contact = false;
}

static void merge_field_of_pair(const struct field_table *table, const struct merge_rules *rules,
				const struct merge_side sides[SIDE_COUNT], size_t i,
				struct arena *arena, struct merge_result *result)
{
	const struct field *field = &table->fields[i];
	struct context c = { .field = field, .rules = rules, .sides = sides, .arena = arena };

	for (int s = 0; s < SIDE_COUNT; s++) {
		c.flows[s] = direction_flows_from(field->direction, (enum side)s) &&
			     direction_flows_from(rules->direction, (enum side)s);
		if (sides[s].shadow != NULL)
			c.shadow[s] = sides[s].shadow->values[i];
		c.now[s] = sides[s].now->values[i];
		if (c.now[s].state == VALUE_UNKNOWN)
			c.now[s] = c.shadow[s];
		merge_keep_invented(&c.now[s], &c.shadow[s]);
		c.first_contact = c.first_contact || c.shadow[s].state == VALUE_UNKNOWN;
	}
	find_invented(&c);
	give_up_invented(&c);
	overlook_system_link(&c);
	const bool unreadable = rules->unreadable != NULL && rules->unreadable[i];

	result->fields[i] = unreadable ? (struct field_merge){ .verdict = VERDICT_UNKNOWN,
							       .reason = "cannot be read now" } :
					 merge_field(&c);
	struct field_merge *merge = &result->fields[i];

	for (int s = 0; s < SIDE_COUNT; s++) {
		result->now[s].values[i] = c.now[s];
		result->shadow[s].values[i] =
			shadow_moves(merge->verdict) && !unreadable ? c.now[s] : c.shadow[s];
		result->writes[s] = result->writes[s] || merge->write[s].state != VALUE_UNKNOWN;
	}
	result->n_conflicts += merge->verdict == VERDICT_CONFLICT;
}

void merge_pair(const struct field_table *table, const struct merge_rules *rules,
		const struct merge_side sides[SIDE_COUNT], struct arena *arena,
		struct merge_result *ret_result)
{
	*ret_result = (struct merge_result){ .fields = arena_alloc(arena, table->n,
								   sizeof(struct field_merge)) };
	for (int s = 0; s < SIDE_COUNT; s++) {
		ret_result->now[s] = *sides[s].now;
		ret_result->now[s].values = arena_alloc(arena, table->n, sizeof(struct value));
		ret_result->shadow[s] = *sides[s].now;
		ret_result->shadow[s].values = arena_alloc(arena, table->n, sizeof(struct value));
	}
	for (size_t i = 0; i < table->n; i++)
		merge_field_of_pair(table, rules, sides, i, arena, ret_result);
	for (int s = 0; s < SIDE_COUNT; s++) {
		if (sides[s].shadow != NULL)
			merge_date_shadow(table, sides[s].shadow->updated_at, &ret_result->now[s],
					  &ret_result->shadow[s]);
	}
}
