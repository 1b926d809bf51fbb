/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_next: what waits for a person as a whole.
 */
#include "daemon/commands/why.h"

#include "state/forget.h"
#include "state/users.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>

struct next {
	struct why *why;
	struct buf *out;
	bool create_refused; /* it is not sent again as it is */
	bool in_doubt;       /* a conflict names this person */
	bool create_sent;
};

static void say(struct next *next, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void say(struct next *next, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_addf(next->out, "%s%s", next->out->len > 0 ? "; " : "", text);
}

/* ---- What stands in lists ---- */

static bool on_quarantine(void *payload, const struct quarantine *row, struct error *err)
{
	struct next *next = payload;
	const struct whom *whom = &next->why->whom;
	const bool is_create = row->link == 0;
	const bool concerns = is_create ?
				      whom_has_id(whom, side_other(row->target), row->source_id) :
				      whom->has_link && row->link == whom->link.id;

	(void)err;
	if (row->link == QUARANTINE_UNREADABLE && whom_has_id(whom, row->target, row->target_id))
		say(next,
		    "on the %s side it cannot be read: it and its counterpart are left as they are "
		    "until it can, see `crmsync quarantine show %" PRId64 "`",
		    side_name(row->target), row->id);
	if (!concerns)
		return true;
	next->create_refused = next->create_refused || is_create;
	say(next, "%s %s %s (status %d%s): see `crmsync quarantine show %" PRId64 "`",
	    is_create ? "its create on" : "a write to", side_name(row->target),
	    row->dropped ? "was refused and given up" : "was refused", row->status,
	    row->status == 0 ? ", not sent" : "", row->id);
	return true;
}

static bool on_conflict(void *payload, const struct conflict *conflict, struct error *err)
{
	struct next *next = payload;
	const struct whom *whom = &next->why->whom;

	(void)err;
	/* Those of single fields stand with the fields. */
	if (conflict->field.len > 0 && conflict->link != 0)
		return true;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!whom_has_id(whom, (enum side)side, conflict->side_id[side]))
			continue;
		next->in_doubt = true;
		say(next, "%.*s: %.*s (conflict %" PRId64 ")", STR_ARG(conflict->kind),
		    STR_ARG(conflict->evidence), conflict->id);
		return true;
	}
	return true;
}

static bool on_intent(void *payload, const struct intent *intent, struct arena *arena,
		      struct error *err)
{
	struct next *next = payload;
	const struct whom *whom = &next->why->whom;
	const bool is_create = intent->kind == INTENT_CREATE;
	const bool concerns =
		is_create ? whom_has_id(whom, side_other(intent->target), intent->source_id) :
			    whom->has_link && intent->link == whom->link.id;

	(void)arena;
	(void)err;
	if (!concerns)
		return true;
	next->create_sent = next->create_sent || is_create;
	say(next,
	    intent->state == INTENT_SENT ?
		    "%s %s was sent, its outcome is not known: the next sync finds out" :
		    "%s %s is decided and not sent yet",
	    is_create ? "its create on" : "a write to", side_name(intent->target));
	return true;
}

static bool read_lists(struct next *next, struct error *err)
{
	struct store *store = next->why->call->store;

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!store_intent_each(store, (enum side)side, 0, UINT32_MAX, on_intent, next, err))
			return false;
	}
	return store_quarantine_each(store, on_quarantine, next, err) &&
	       store_conflict_each(store, on_conflict, next, err);
}

/* ---- What it is ---- */

static void say_linked(struct next *next)
{
	const struct pair *pair = &next->why->pair;

	if (pair->now[SIDE_PEOPLE].archived_at != 0)
		say(next, "the people person is archived: sync.on_removed decides");
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (pair->gone_cycle[side] != 0)
			say(next,
			    "not found on %s since cycle %" PRId64 ": sync.on_removed decides",
			    side_name((enum side)side), pair->gone_cycle[side]);
	}
}

static bool say_user(struct next *next, struct error *err)
{
	const struct why *why = next->why;
	struct user_row row;
	bool found;

	if (!store_user_get(why->call->store, why->whom.link.id, &next->why->arena, &row, &found,
			    err))
		return false;
	if (found && row.has_write)
		say(next,
		    "a write of its users record was sent, its outcome is not known: the next "
		    "sync finds out");
	else if (found && row.record_id.len > 0 && row.claim.part[USER_ID].len == 0)
		say(next, "its users record %.*s is left as it is", STR_ARG(row.record_id));
	return true;
}

static void say_dissolved(struct next *next)
{
	static const char *const endings[] = {
		[LINK_END_NONE] = "the two stay apart",
		[LINK_END_USER] =
			"parted by hand: the two stay apart until they are linked by hand",
		[LINK_END_ARCHIVED] =
			"the people person was archived: un-archiving links the two again",
		[LINK_END_REMOVED] = "one of the two was removed: the other stays as it is",
		[LINK_END_MERGED] = "the record was merged into another one that is linked already",
	};
	static_assert(COUNT_OF(endings) == LINK_END_COUNT, "every ending");

	say(next, "%s", endings[next->why->whom.link.ending]);
}

static bool say_unlinked(struct next *next, struct error *err)
{
	const struct whom *whom = &next->why->whom;
	const enum side side = whom_is_there(whom, SIDE_RECORDS) ? SIDE_RECORDS : SIDE_PEOPLE;
	const enum direction create = next->why->call->context->config->sync.create;
	bool apart;

	if (whom->unreadable_since[side] != 0)
		return true; /* that has been said */
	if (!store_is_apart(next->why->call->store, side, whom->id[side], &apart, err))
		return false;
	if (apart)
		say(next, "was linked with somebody who was forgotten: it stays alone until it is "
			  "linked by hand");
	else if (whom->now[side].archived_at != 0)
		say(next, "archived and never linked: it takes no part");
	else if (next->in_doubt || next->create_sent || next->create_refused)
		return true;
	else if (direction_flows_from(create, side))
		say(next, "the next sync looks for it on %s, or creates it there",
		    side_name(side_other(side)));
	else
		say(next,
		    "the next sync looks for it on %s; sync.create lets nobody be created there",
		    side_name(side_other(side)));
	return true;
}

bool why_next(struct why *why, struct buf *out, struct error *err)
{
	struct next next = { .why = why, .out = out };

	if (!read_lists(&next, err))
		return false;
	if (why_is_linked(why))
		say_linked(&next);
	else if (why->whom.has_link)
		say_dissolved(&next);
	else
		return say_unlinked(&next, err);
	return say_user(&next, err);
}
