/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/state_open.h"

void state_identity(const struct config *config, struct arena *arena,
		    struct str ret_identity[SIDE_COUNT])
{
	ret_identity[SIDE_RECORDS] =
		arena_format(arena, "%s %s %s", config->endpoint[SIDE_RECORDS].base_url,
			     config->records.object, dialect_name(config->records.dialect));
	ret_identity[SIDE_PEOPLE] = str_from(config->endpoint[SIDE_PEOPLE].base_url);
}

bool state_bind(const struct config *config, struct store *store, struct error *err)
{
	struct arena arena = { 0 };
	struct str identity[SIDE_COUNT];

	state_identity(config, &arena, identity);
	const bool ok =
		store_bind_identity(store, identity[SIDE_RECORDS], identity[SIDE_PEOPLE], err);

	arena_release(&arena);
	return ok;
}

static bool open_as(const struct config *config, enum store_mode mode, struct store **ret_store,
		    struct error *err)
{
	struct store *store;

	if (!store_open(config->state_path, mode, &config->fields, &store, err))
		return false;
	if (!state_bind(config, store, err)) {
		store_close(store);
		return false;
	}
	*ret_store = store;
	return true;
}

bool state_open(const struct config *config, enum store_mode mode, struct store **ret_store,
		struct error *err)
{
	struct store *store;

	/* A writer would make the file: whether there is one is for a reader to say. */
	if (!open_as(config, STORE_READ, &store, err))
		return false;
	if (mode == STORE_READ) {
		*ret_store = store;
		return true;
	}
	store_close(store);
	return open_as(config, mode, ret_store, err);
}
