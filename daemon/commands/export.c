/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export: all that the state holds of a person, as one JSON object.
 */
#include "daemon/commands/export.h"

#include "state/forget.h"

#include <assert.h>

static bool on_key(void *payload, const struct match_key *key, struct error *err)
{
	struct export *export = payload;

	(void)err;
	json_open(&export->writer, '{');
	export_text(export, "kind", str_from(key_kind_name(key->kind)));
	export_text(export, "key", key->key);
	json_close(&export->writer, '}');
	return true;
}

static bool put_known(struct export *export, enum side side, struct error *err)
{
	const struct person *now = &export->whom.now[side];

	export_time(export, "created_at", now->created_at);
	export_time(export, "updated_at", now->updated_at);
	export_time(export, "archived_at", now->archived_at);
	export_time(export, "seen_at", now->seen_at);
	export_text(export, "marker", now->marker);
	export_fields(export, "fields", now);
	json_key(&export->writer, "recognized_by");
	json_open(&export->writer, '[');
	if (!store_key_each(export->call->store, side, export->whom.id[side], on_key, export, err))
		return false;
	json_close(&export->writer, ']');
	return true;
}

static bool put_side(struct export *export, enum side side, struct error *err)
{
	const struct whom *whom = &export->whom;

	json_key(&export->writer, side_name(side));
	if (!whom_is_there(whom, side)) {
		json_null(&export->writer);
		return true;
	}
	json_open(&export->writer, '{');
	export_text(export, "id", whom->id[side]);
	if (whom->unreadable_since[side] != 0)
		export_time(export, "unreadable_since", whom->unreadable_since[side]);
	const bool ok = !whom->known[side] || put_known(export, side, err);

	json_close(&export->writer, '}');
	return ok;
}

static bool put_agreed(struct export *export, struct error *err)
{
	json_key(&export->writer, "agreed");
	json_open(&export->writer, '{');
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct person person;
		bool found;

		if (!store_agreed_get(export->call->store, export->whom.link.id, (enum side)side,
				      &export->arena, &person, &found, err))
			return false;
		if (found && export->whom.id[side].len > 0)
			export_fields(export, side_name((enum side)side), &person);
	}
	json_close(&export->writer, '}');
	return true;
}

static bool on_link(void *payload, const struct link *link, struct error *err)
{
	static const char *const states[] = {
		[LINK_ACTIVE] = "active",
		[LINK_DISSOLVED] = "dissolved",
	};
	static_assert(COUNT_OF(states) == LINK_STATE_COUNT, "every state");
	struct export *export = payload;

	(void)err;
	if (!whom_has_id(&export->whom, SIDE_RECORDS, link->side_id[SIDE_RECORDS]) &&
	    !whom_has_id(&export->whom, SIDE_PEOPLE, link->side_id[SIDE_PEOPLE]))
		return true;
	json_open(&export->writer, '{');
	export_number(export, "number", link->id);
	export_text(export, "state", str_from(states[link->state]));
	export_text(export, "how", link->how);
	export_time(export, "since", link->created_at);
	export_text(export, "records_id", link->side_id[SIDE_RECORDS]);
	export_text(export, "people_id", link->side_id[SIDE_PEOPLE]);
	json_close(&export->writer, '}');
	return true;
}

static bool put_person(struct export *export, struct error *err)
{
	struct store *store = export->call->store;

	if (!whom_find(store, export->call->words[0], &export->arena, &export->whom, err) ||
	    !whom_narrow(store, export->call->words[0], &export->arena, &export->whom, err) ||
	    !put_side(export, SIDE_RECORDS, err) || !put_side(export, SIDE_PEOPLE, err))
		return false;
	json_key(&export->writer, "links");
	json_open(&export->writer, '[');
	if (!store_link_each(store, on_link, export, err))
		return false;
	json_close(&export->writer, ']');
	return (!export->whom.has_link || put_agreed(export, err)) && export_lists(export, err);
}

static bool put_all(struct export *export, struct error *err)
{
	int64_t at;

	if (!whom_forgotten(export->call->store, export->call->words[0], &at, err))
		return false;
	json_open(&export->writer, '{');
	export_time(export, "exported_at", verb_now());
	export_time(export, "forgotten_at", at);
	if (at == 0 && !put_person(export, err))
		return false;
	json_close(&export->writer, '}');
	return true;
}

/* One moment's view, also beside a sync; nothing is printed of what could not be read whole. */
static bool run(struct verb_call *call, struct error *err)
{
	struct export export = { .call = call };
	struct buf text;

	buf_init(&text, SIZE_MAX / 2);
	export.writer = json_writer(&text);
	bool ok = store_begin(call->store, err);

	if (ok) {
		ok = put_all(&export, err);
		store_rollback(call->store);
	}
	ok = ok &&
	     listing_printed(fwrite(text.bytes, 1, text.len, stdout) == text.len && puts("") >= 0,
			     err);
	buf_release(&text);
	arena_release(&export.arena);
	return ok;
}

int command_export(struct command_context *context)
{
	static const struct verb verb = {
		"export", "an ID", 1, 1, VERB_TAKES(VERB_JSON), STORE_READ, run,
	};

	return verbs_run(context, NULL, 0, &verb);
}
