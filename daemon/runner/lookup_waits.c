/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/runner/lookup_waits.h"

#include "base/hash.h"

#include <string.h>

/* Who comes on top of these is asked for in every cycle. */
#define WAITS_MOST 10000

void lookup_waits_release(struct lookup_waits *waits)
{
	VEC_RELEASE(&waits->all);
}

void lookup_waits_clear(struct lookup_waits *waits)
{
	waits->all.n = 0;
	waits->concluded = 0;
	memset(waits->said, 0, sizeof(waits->said));
}

/* Where it stands, or would have to. */
static size_t place_of(const struct lookup_waits *waits, uint64_t who)
{
	size_t first = 0;
	size_t end = waits->all.n;

	while (first < end) {
		const size_t middle = first + (end - first) / 2;

		if (waits->all.items[middle].who < who)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

static struct lookup_wait *find(const struct lookup_waits *waits, uint64_t who)
{
	const size_t i = place_of(waits, who);

	return i < waits->all.n && waits->all.items[i].who == who ? &waits->all.items[i] : NULL;
}

void lookup_waits_begin(struct lookup_waits *waits)
{
	for (size_t i = 0; i < waits->all.n; i++)
		waits->all.items[i].is_there = false;
}

enum wait_rank lookup_waits_meet(struct lookup_waits *waits, struct str id, bool reached)
{
	struct lookup_wait *wait = find(waits, hash64(id, 0));

	if (wait == NULL)
		return WAIT_NEW;
	wait->is_there = true;
	if (wait->number != 0)
		return reached && wait->number <= waits->concluded ? WAIT_READ : WAIT_LATER;
	return wait->round != waits->round ? WAIT_AGAIN : WAIT_LATER;
}

void lookup_waits_forget_others(struct lookup_waits *waits)
{
	size_t n = 0;

	for (size_t i = 0; i < waits->all.n; i++) {
		if (waits->all.items[i].is_there)
			waits->all.items[n++] = waits->all.items[i];
	}
	waits->all.n = n;
}

static void insert(struct lookup_waits *waits, const struct lookup_wait *wait)
{
	const size_t at = place_of(waits, wait->who);

	if (waits->all.n == WAITS_MOST)
		return;
	(void)VEC_PUSH(&waits->all);
	struct lookup_wait *slot = &waits->all.items[at];

	memmove(slot + 1, slot, (waits->all.n - 1 - at) * sizeof(*slot));
	*slot = *wait;
}

void lookup_waits_put_off(struct lookup_waits *waits, struct str id, int64_t number)
{
	const struct lookup_wait wait = {
		.who = hash64(id, 0), .number = number, .round = waits->round, .is_there = true
	};
	struct lookup_wait *known = find(waits, wait.who);

	if (known != NULL)
		*known = wait;
	else
		insert(waits, &wait);
}

void lookup_waits_remove(struct lookup_waits *waits, struct str id)
{
	struct lookup_wait *wait = find(waits, hash64(id, 0));

	if (wait == NULL)
		return;
	const size_t behind = waits->all.n - 1 - (size_t)(wait - waits->all.items);

	memmove(wait, wait + 1, behind * sizeof(*wait));
	waits->all.n--;
}

size_t lookup_waits_count(const struct lookup_waits *waits)
{
	size_t n = 0;

	for (size_t i = 0; i < waits->all.n; i++)
		n += waits->all.items[i].number != 0;
	return n;
}
