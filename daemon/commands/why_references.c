/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_references: what a value refers to, against what is known of the other side's collections.
 */
#include "daemon/commands/why.h"

#include "daemon/config/mapping.h"
#include "mappers/titles.h"
#include "mappers/value_map.h"
#include "state/members.h"

static bool on_member(void *payload, const struct stored_member *member, struct error *err)
{
	struct mapper_titles *titles = payload;

	return titles_add(titles, member->id, member->text) ||
	       error_set(err, ERR_STORE, "the state holds too many members of a collection");
}

bool why_lacks(const struct why *why, const struct field *field, enum side target,
	       const struct value *value, bool *ret_lacks, struct error *err)
{
	const enum collection which = field_collection(field, target);
	struct mapper_titles *titles = titles_new();
	struct arena arena = { 0 };
	int64_t read_at = 0;
	uint32_t n_requests = 0;
	bool ok = true;

	const struct mapper *mapper = mapping_mapper(why->call->context->config, target);

	*ret_lacks = false;
	for (uint32_t i = 0; mapper->takes != NULL && value_is_set(value) && i < value->n; i++)
		*ret_lacks = *ret_lacks || !mapper->takes(field, value->items[i].text);
	if (which != COLLECTION_NONE && value_is_set(value))
		ok = store_members_each(why->call->store, collection_name(which), &read_at,
					&n_requests, on_member, titles, err);
	/* What was never read can't be told. */
	for (uint32_t i = 0; ok && read_at != 0 && i < value->n; i++) {
		const struct str text =
			value_map_written(&arena, field, target, value->items[i].text);

		*ret_lacks = *ret_lacks || titles_id_of(titles, text).len == 0;
	}
	titles_free(titles);
	arena_release(&arena);
	return ok;
}
