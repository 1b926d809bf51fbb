/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values: one value of one field, for the history and for wishes.
 */
#include "state/store_p.h"

bool value_pack(struct store *store, struct str field, const struct value *value,
		struct arena *arena, struct str *ret_packed, struct error *err)
{
	const int at = field_find(store->fields, field);
	struct person person;
	struct str packed;

	*ret_packed = (struct str){ NULL, 0 };
	if (at < 0 || value->state == VALUE_UNKNOWN)
		return true;
	person_init(&person, arena, store->fields);
	person.values[at] = *value;
	if (!pack_person(store, &person, &packed, err))
		return false;
	*ret_packed = arena_copy(arena, packed);
	return true;
}

bool value_unpack(struct store *store, struct str field, struct str packed, struct arena *arena,
		  struct value *ret_value, struct error *err)
{
	const int at = field_find(store->fields, field);
	struct person person;

	*ret_value = (struct value){ 0 };
	if (at < 0 || packed.len == 0)
		return true;
	if (!person_unpack(packed, store->fields, arena, &person, err))
		return error_wrap(err, "state %s: a value of %.*s", store->path, STR_ARG(field));
	*ret_value = person.values[at];
	return true;
}
