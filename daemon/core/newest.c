/* SPDX-License-Identifier: Apache-2.0 */
#include "core/newest.h"

static bool has_own_date(const struct value *value)
{
	return value->state == VALUE_SET && value->active_from > 0;
}

struct interval newest_date_edit(const struct merge_side *side, const struct value *now,
				 int64_t tolerance_ns, int64_t now_ns)
{
	if (has_own_date(now))
		return (struct interval){ now->active_from, now->active_from };
	const int64_t updated_at = side->now->updated_at;

	/* The record's time speaks for this field only if it moved after the old value was seen. */
	if (updated_at > 0 && updated_at > side->shadow->updated_at &&
	    updated_at + tolerance_ns >= side->old_seen_at)
		return (struct interval){ updated_at, updated_at };
	return (struct interval){ side->old_seen_at, now_ns };
}

struct interval newest_date_value(const struct merge_side *side, const struct value *now,
				  int64_t now_ns)
{
	if (has_own_date(now))
		return (struct interval){ now->active_from, now->active_from };
	const struct person *person = side->now;

	return (struct interval){ person->created_at,
				  person->updated_at > 0 ? person->updated_at : now_ns };
}

bool newest_decide(const struct interval dates[SIDE_COUNT], int64_t tolerance_ns,
		   enum side *ret_later)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct interval *later = &dates[side];
		const struct interval *earlier = &dates[side_other((enum side)side)];

		if (later->from > earlier->to && later->from - earlier->to > tolerance_ns) {
			*ret_later = (enum side)side;
			return true;
		}
	}
	return false;
}
