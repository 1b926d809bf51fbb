/* SPDX-License-Identifier: Apache-2.0 */
#include "core/removal.h"

/* That many may always go: a share of a few links would be none. */
#define REMOVALS_LEAST 2
/* Below, a share says nothing: an edit of two persons out of three is an ordinary day. */
#define BLAST_LINKS_LEAST 100

static bool is_edited(const struct field_table *table, const struct merge_rules *rules,
		      enum side side, const struct person *now, const struct person *shadow)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const bool flows = direction_flows_from(field->direction, side) &&
				   direction_flows_from(rules->direction, side);

		if (!flows || now->values[i].state == VALUE_UNKNOWN)
			continue;
		if (rules->unreadable != NULL && rules->unreadable[i])
			continue;
		/* Never agreed on: nobody has it but this person. */
		if (shadow->values[i].state == VALUE_UNKNOWN ?
			    value_is_set(&now->values[i]) :
			    merge_value_changed(field, &now->values[i], &shadow->values[i]))
			return true;
	}
	return false;
}

enum fate removal_fate(const struct field_table *table, const struct merge_rules *rules,
		       enum side side, const struct person *now, const struct person *shadow,
		       bool gone)
{
	if (gone)
		return FATE_GONE;
	if (now->archived_at != 0)
		return FATE_ARCHIVED;
	return is_edited(table, rules, side, now, shadow) ? FATE_EDITED : FATE_SAME;
}

static enum removal by_rule(enum removal_rule rule)
{
	return rule == RULE_KEEP ? REMOVAL_DISSOLVE : REMOVAL_BY_RULE;
}

enum removal removal_decide(const struct removal_rules *rules, const enum fate fates[SIDE_COUNT])
{
	/* What an edit on the other side makes of a missing person. */
	static const enum removal edited[FATE_COUNT] = {
		[FATE_SAME] = REMOVAL_NONE,
		[FATE_EDITED] = REMOVAL_NONE,
		[FATE_ARCHIVED] = REMOVAL_RESTORE,
		[FATE_GONE] = REMOVAL_ANEW,
	};

	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum fate missing = fates[i];
		const enum fate other = fates[side_other((enum side)i)];

		if (missing != FATE_GONE && missing != FATE_ARCHIVED)
			continue;
		if (other == FATE_GONE || other == FATE_ARCHIVED)
			return REMOVAL_DISSOLVE;
		if (other == FATE_EDITED && !rules->removal_wins)
			return edited[missing];
		return by_rule(rules->of[i]);
	}
	return REMOVAL_NONE;
}

uint64_t removal_limit(uint64_t most, uint64_t percent, uint64_t n_links)
{
	const uint64_t share = n_links / 100 * percent + n_links % 100 * percent / 100;
	const uint64_t limit = share < REMOVALS_LEAST ? REMOVALS_LEAST : share;

	return limit < most ? limit : most;
}

bool removal_may_be_blast(uint64_t percent, uint64_t n_changed)
{
	return n_changed * 100 > BLAST_LINKS_LEAST * percent;
}

bool removal_is_blast(uint64_t percent, uint64_t n_changed, uint64_t n_links)
{
	return n_links >= BLAST_LINKS_LEAST && n_changed * 100 > n_links * percent;
}
