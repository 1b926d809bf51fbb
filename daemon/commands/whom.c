/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/commands/whom.h"

#include "state/forget.h"
#include "state/unreadable.h"

static bool look(struct store *store, struct arena *arena, struct whom *whom, struct error *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (whom->id[side].len > 0 &&
		    (!store_person_get(store, (enum side)side, whom->id[side], arena,
				       &whom->now[side], &whom->known[side], err) ||
		     !store_unreadable_since(store, (enum side)side, whom->id[side],
					     &whom->unreadable_since[side], err)))
			return false;
	}
	return true;
}

bool whom_is_there(const struct whom *whom, enum side side)
{
	return whom->known[side] || whom->unreadable_since[side] != 0;
}

bool whom_find(struct store *store, struct str word, struct arena *arena, struct whom *ret_whom,
	       struct error *err)
{
	struct whom whom = { .id = { word, word } };
	bool found = false;

	if (!look(store, arena, &whom, err) ||
	    !store_link_find(store, word, arena, &whom.link, &found, err))
		return false;
	const bool is_somebody =
		whom_is_there(&whom, SIDE_RECORDS) || whom_is_there(&whom, SIDE_PEOPLE);
	const bool by_number = found && !str_equal(whom.link.side_id[SIDE_RECORDS], word) &&
			       !str_equal(whom.link.side_id[SIDE_PEOPLE], word);

	int64_t forgotten_at = 0;

	if (!found && !is_somebody && !whom_forgotten(store, word, &forgotten_at, err))
		return false;
	if (forgotten_at != 0)
		return error_set(err, ERR_USAGE,
				 "%.*s was forgotten on request: nothing is stored of it",
				 STR_ARG(str_head(word, 80)));
	if (!found && !is_somebody)
		return error_set(err, ERR_USAGE,
				 "nobody has the id %.*s on either side, and no link has that "
				 "number; `crmsync links list` shows the links",
				 STR_ARG(str_head(word, 80)));
	whom.has_link = found && !(by_number && is_somebody);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (whom.has_link)
			whom.id[side] = whom.link.side_id[side];
		else if (!whom_is_there(&whom, (enum side)side))
			whom.id[side] = (struct str){ NULL, 0 };
	}
	if (whom.has_link && !look(store, arena, &whom, err))
		return false;
	*ret_whom = whom;
	return true;
}

/* Is the other end of that dissolved link somebody else? */
static bool is_another(struct store *store, const struct link *link, enum side side,
		       struct arena *arena, bool *ret_another, struct error *err)
{
	struct link now;
	bool found;

	if (!store_link_find(store, link->side_id[side], arena, &now, &found, err))
		return false;
	*ret_another = link->ending == LINK_END_USER ||
		       (found && now.state == LINK_ACTIVE &&
			str_equal(now.side_id[side], link->side_id[side]));
	return true;
}

bool whom_narrow(struct store *store, struct str word, struct arena *arena, struct whom *whom,
		 struct error *err)
{
	const struct link *link = &whom->link;

	if (!whom->has_link || link->state == LINK_ACTIVE)
		return true;
	const enum side own =
		str_equal(link->side_id[SIDE_RECORDS], word) ? SIDE_RECORDS : SIDE_PEOPLE;
	const enum side other = side_other(own);
	bool another[SIDE_COUNT];

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!is_another(store, link, (enum side)side, arena, &another[side], err))
			return false;
	}
	if ((another[own] || another[other]) && !str_equal(link->side_id[own], word))
		return error_set(err, ERR_USAGE,
				 "link %.*s was parted: name one of the two by its id",
				 STR_ARG(str_head(word, 80)));
	if (another[other]) {
		whom->id[other] = (struct str){ NULL, 0 };
		whom->known[other] = false;
		whom->unreadable_since[other] = 0;
	}
	return true;
}

bool whom_forgotten(struct store *store, struct str word, int64_t *ret_at, struct error *err)
{
	*ret_at = 0;
	for (int side = 0; side < SIDE_COUNT && *ret_at == 0; side++) {
		if (!store_forgotten_at(store, (enum side)side, word, ret_at, err))
			return false;
	}
	return true;
}

struct str whom_label(const struct whom *whom, const struct field_table *table, struct arena *arena)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (whom->known[side])
			return person_label(arena, &whom->now[side], table);
	}
	return (struct str){ NULL, 0 };
}

bool whom_has_id(const struct whom *whom, enum side side, struct str id)
{
	return whom->id[side].len > 0 && str_equal(whom->id[side], id);
}
