/* SPDX-License-Identifier: Apache-2.0 */
#include "core/note.h"

#include "base/clock.h"

#include <assert.h>

/* Keeps digests of a title and of a text apart. */
#define CONTENT_SEED 0x6e6f7465u
/* The people side keeps seconds, and may cut or round. */
#define SAME_MOMENT_NS NS_PER_S

struct note_content note_content_of(const struct note *note)
{
	struct note_content content = { 0 };

	for (int part = 0; part < NOTE_PART_COUNT; part++)
		content.part[part] = digest_of(note->part[part], CONTENT_SEED + (unsigned)part);
	return content;
}

bool note_content_equal(const struct note_content *a, const struct note_content *b)
{
	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		if (!digest_equal(&a->part[part], &b->part[part]))
			return false;
	}
	return true;
}

size_t note_bytes(const struct note *note)
{
	return note->part[NOTE_TITLE].len + note->part[NOTE_TEXT].len;
}

const char *note_part_name(enum note_part part)
{
	return part == NOTE_TITLE ? "note_title" : "note_text";
}

/* ---- The same note on both sides ---- */

bool note_same_moment(const struct note *note, const struct note *other)
{
	const int64_t a = note->created_at;
	const int64_t b = other->created_at;

	return a != 0 && b != 0 && (a > b ? a - b : b - a) <= SAME_MOMENT_NS;
}

size_t note_find_twin(const struct note *note, const struct note_content *content,
		      const struct note_list *list, bool any_time)
{
	size_t best = list->n;

	for (size_t i = 0; i < list->n; i++) {
		const struct note *other = &list->notes[i];

		if (list->taken[i] || other->is_private ||
		    !note_content_equal(content, &list->contents[i]))
			continue;
		if (note_same_moment(note, other))
			return i;
		if (any_time && best == list->n)
			best = i;
	}
	return best;
}

/* ---- Edits ---- */

static struct note_decision carry(const struct note_rules *rules, enum side from,
				  enum note_verdict verdict, const char *reason)
{
	const bool flows =
		direction_flows_from(rules->direction, from) && rules->editable[side_other(from)];

	return (struct note_decision){ flows ? verdict : NOTE_LEFT, from, reason };
}

/* Both sides changed it, to different things. */
static struct note_decision contest(const struct note_rules *rules)
{
	static const char *const reasons[] = {
		[SIDE_RECORDS] = "edited on both sides, records wins",
		[SIDE_PEOPLE] = "edited on both sides, people wins",
	};
	const bool one_way = !direction_flows_from(rules->direction, SIDE_RECORDS) ||
			     !direction_flows_from(rules->direction, SIDE_PEOPLE);
	enum policy policy =
		rules->conflict == POLICY_NEWEST ? rules->newest_fallback : rules->conflict;

	/* What may not be written cannot lose. */
	if (one_way)
		policy = direction_flows_from(rules->direction, SIDE_RECORDS) ? POLICY_RECORDS :
										POLICY_PEOPLE;
	else if (policy == POLICY_MANUAL)
		return (struct note_decision){ NOTE_CONTESTED, SIDE_RECORDS, "" };
	const enum side from = policy == POLICY_PEOPLE ? SIDE_PEOPLE : SIDE_RECORDS;

	return carry(rules, from, NOTE_WON, reasons[from]);
}

static struct note_decision merge_part(const struct note_rules *rules, const bool changed[],
				       bool equal)
{
	static const char *const edited[] = {
		[SIDE_RECORDS] = "edited on records",
		[SIDE_PEOPLE] = "edited on people",
	};

	if (!changed[SIDE_RECORDS] && !changed[SIDE_PEOPLE])
		return (struct note_decision){ NOTE_SAME, SIDE_RECORDS, "" };
	if (equal)
		return (struct note_decision){ NOTE_AGREED, SIDE_RECORDS, "" };
	if (changed[SIDE_RECORDS] && changed[SIDE_PEOPLE])
		return contest(rules);
	const enum side from = changed[SIDE_RECORDS] ? SIDE_RECORDS : SIDE_PEOPLE;

	return carry(rules, from, NOTE_CARRIED, edited[from]);
}

void note_merge(const struct note_rules *rules, const struct note_content base[SIDE_COUNT],
		const struct note_content now[SIDE_COUNT],
		struct note_decision ret_parts[NOTE_PART_COUNT])
{
	for (int part = 0; part < NOTE_PART_COUNT; part++) {
		bool changed[SIDE_COUNT];

		for (int side = 0; side < SIDE_COUNT; side++)
			changed[side] =
				!digest_equal(&base[side].part[part], &now[side].part[part]);
		ret_parts[part] = merge_part(
			rules, changed,
			digest_equal(&now[SIDE_RECORDS].part[part], &now[SIDE_PEOPLE].part[part]));
	}
}
