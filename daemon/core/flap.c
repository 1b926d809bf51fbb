/* SPDX-License-Identifier: Apache-2.0 */
#include "core/flap.h"

/* Whether the value stood on either side before the writes from here on, or by one of them. */
static bool is_known(const struct flap_write *writes, size_t n, struct str value)
{
	for (size_t i = 0; i < n; i++) {
		if (str_equal(writes[i].old_value, value) || str_equal(writes[i].new_value, value))
			return true;
	}
	return false;
}

static bool brings_back(const struct flap_write *writes, size_t n)
{
	return str_equal(writes[0].old_value, writes[0].new_value) ||
	       is_known(writes + 1, n - 1, writes[0].new_value);
}

bool flap_is(const struct flap_write *writes, size_t n, enum side target, struct str next,
	     uint32_t limit)
{
	size_t n_back = 0;
	size_t n_turns = 0;

	if (n < limit)
		return false;
	while (n_back < n && brings_back(writes + n_back, n - n_back))
		n_back++;
	for (enum side side = target; n_turns < n && writes[n_turns].side != side; n_turns++)
		side = writes[n_turns].side;
	return n_turns >= limit || (n_back >= limit && is_known(writes, n, next));
}
