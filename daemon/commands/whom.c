/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/commands/whom.h"

static bool look(struct store *store, struct arena *arena, struct whom *whom, struct error *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (whom->id[side].len > 0 &&
		    !store_person_get(store, (enum side)side, whom->id[side], arena,
				      &whom->now[side], &whom->known[side], err))
			return false;
	}
	return true;
}

bool whom_find(struct store *store, struct str word, struct arena *arena, struct whom *ret_whom,
	       struct error *err)
{
	struct whom whom = { .id = { word, word } };
	bool found = false;

	if (!look(store, arena, &whom, err) ||
	    !store_link_find(store, word, arena, &whom.link, &found, err))
		return false;
	const bool is_somebody = whom.known[SIDE_RECORDS] || whom.known[SIDE_PEOPLE];
	const bool by_number = found && !str_equal(whom.link.side_id[SIDE_RECORDS], word) &&
			       !str_equal(whom.link.side_id[SIDE_PEOPLE], word);

	if (!found && !is_somebody)
		return error_set(err, ERR_USAGE,
				 "nobody has the id %.*s on either side, and no link has that "
				 "number; `crmsync links list` shows the links",
				 STR_ARG(str_head(word, 80)));
	whom.has_link = found && !(by_number && is_somebody);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (whom.has_link)
			whom.id[side] = whom.link.side_id[side];
		else if (!whom.known[side])
			whom.id[side] = (struct str){ NULL, 0 };
	}
	if (whom.has_link && !look(store, arena, &whom, err))
		return false;
	*ret_whom = whom;
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
