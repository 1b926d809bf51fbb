/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/app/watch.h"

bool watch_look(struct watch *watch, const struct watch_facts *facts, int64_t now_ns)
{
	if (watch->moved_ns == 0 || facts->mark != watch->mark || now_ns < facts->excused_until_ns)
		watch->moved_ns = now_ns;
	watch->mark = facts->mark;
	return now_ns - watch->moved_ns <= facts->patience_ns;
}
