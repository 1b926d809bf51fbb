/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_lists: what waits for a person, what was refused or contested, and what was written.
 */
#include "daemon/commands/export.h"

#include "state/notes.h"
#include "state/users.h"

#include <assert.h>

static bool is_its_link(const struct export *export, int64_t link)
{
	return export->whom.has_link && link != 0 && link == export->whom.link.id;
}

static bool end_item(struct export *export)
{
	json_close(&export->writer, '}');
	return true;
}

static bool on_wish(void *payload, const struct wish *wish, struct arena *arena, struct error *err)
{
	struct export *export = payload;
	const struct field_table *table = &export->call->context->config->fields;
	const int at = field_find(table, wish->field);

	(void)arena;
	(void)err;
	json_open(&export->writer, '{');
	export_text(export, "side", str_from(side_name(wish->side)));
	export_text(export, "field", wish->field);
	if (at >= 0) {
		export_value(export, "value", table->fields[at].type, &wish->value);
		export_value(export, "instead_of", table->fields[at].type, &wish->base);
	}
	export_text(export, "reason", wish->reason);
	export_time(export, "at", wish->at);
	return end_item(export);
}

static bool on_intent(void *payload, const struct intent *intent, struct arena *arena,
		      struct error *err)
{
	static const char *const kinds[] = {
		[INTENT_CREATE] = "create",
		[INTENT_UPDATE] = "update",
		[INTENT_REMOVE] = "remove",
		[INTENT_RESTORE] = "restore",
	};
	static_assert(COUNT_OF(kinds) == INTENT_KIND_COUNT, "every kind");
	struct export *export = payload;
	const enum side source = side_other(intent->target);

	(void)arena;
	(void)err;
	if (!is_its_link(export, intent->link) &&
	    !whom_has_id(&export->whom, source, intent->source_id) &&
	    !whom_has_id(&export->whom, intent->target, intent->target_id))
		return true;
	json_open(&export->writer, '{');
	export_text(export, "kind", str_from(kinds[intent->kind]));
	export_text(export, "side", str_from(side_name(intent->target)));
	export_text(export, "id", intent->target_id);
	export_time(export, "decided_at", intent->created_at);
	export_time(export, "sent_at", intent->sent_at);
	export_fields(export, "write", &intent->write);
	export_fields(export, "held", &intent->base);
	export_fields(export, "from", &intent->source);
	export_text(export, "reasons", intent->reasons);
	return end_item(export);
}

/* Of their texts, what is in a write whose answer has not come. */
static bool on_note(void *payload, const struct note_pair *note, struct error *err)
{
	struct export *export = payload;

	(void)err;
	json_open(&export->writer, '{');
	export_text(export, "records_note", note->id[SIDE_RECORDS]);
	export_text(export, "people_note", note->id[SIDE_PEOPLE]);
	for (int part = 0; note->has_write && part < NOTE_PART_COUNT; part++) {
		const char *name = note_part_name((enum note_part)part);

		json_key(&export->writer, name);
		json_open(&export->writer, '{');
		export_text(export, "old", note->write.held[part]);
		export_text(export, "new", note->write.sent[part]);
		json_close(&export->writer, '}');
	}
	return end_item(export);
}

static void put_user_content(struct export *export, const struct user_content *content)
{
	for (int part = 0; part < USER_PART_COUNT; part++)
		export_text(export, user_part_name((enum user_part)part), content->part[part]);
}

static bool put_user(struct export *export, struct error *err)
{
	struct user_row row;
	bool found = false;

	json_key(&export->writer, "users_record");
	if (export->whom.has_link && !store_user_get(export->call->store, export->whom.link.id,
						     &export->arena, &row, &found, err))
		return false;
	if (!found) {
		json_null(&export->writer);
		return true;
	}
	json_open(&export->writer, '{');
	export_text(export, "id", row.record_id);
	put_user_content(export, &row.held);
	if (row.has_write) {
		json_key(&export->writer, "sent");
		json_open(&export->writer, '{');
		put_user_content(export, &row.write.content);
		json_close(&export->writer, '}');
	}
	return end_item(export);
}

static bool on_conflict(void *payload, const struct conflict *conflict, struct error *err)
{
	struct export *export = payload;

	(void)err;
	if (!is_its_link(export, conflict->link) &&
	    !whom_has_id(&export->whom, SIDE_RECORDS, conflict->side_id[SIDE_RECORDS]) &&
	    !whom_has_id(&export->whom, SIDE_PEOPLE, conflict->side_id[SIDE_PEOPLE]))
		return true;
	json_open(&export->writer, '{');
	export_text(export, "kind", conflict->kind);
	export_text(export, "field", conflict->field);
	export_text(export, "records_id", conflict->side_id[SIDE_RECORDS]);
	export_text(export, "people_id", conflict->side_id[SIDE_PEOPLE]);
	export_text(export, "evidence", conflict->evidence);
	export_number(export, "first_cycle", conflict->first_cycle);
	export_number(export, "last_cycle", conflict->last_cycle);
	return end_item(export);
}

static bool on_refusal(void *payload, const struct quarantine *row, struct error *err)
{
	struct export *export = payload;

	(void)err;
	const bool is_his =
		row->link == QUARANTINE_UNREADABLE ?
			whom_has_id(&export->whom, row->target, row->target_id) :
			row->link == 0 &&
				whom_has_id(&export->whom, side_other(row->target), row->source_id);

	if (!is_its_link(export, row->link) && !is_his)
		return true;
	json_open(&export->writer, '{');
	export_text(export, "side", str_from(side_name(row->target)));
	export_text(export, "id", row->target_id);
	export_number(export, "status", row->status);
	export_text(export, "words", row->words);
	export_number(export, "attempts", row->attempts);
	export_time(export, "first_at", row->first_at);
	export_time(export, "last_at", row->last_at);
	return end_item(export);
}

static void put_entry(struct export *export, const struct history_entry *entry)
{
	const struct field_table *table = &export->call->context->config->fields;
	const int at = field_find(table, entry->field);

	json_open(&export->writer, '{');
	export_number(export, "cycle", entry->cycle);
	export_time(export, "at", entry->at);
	export_text(export, "side", str_from(side_name(entry->side)));
	export_text(export, "id", entry->side_id);
	export_text(export, "action", entry->action);
	export_text(export, "field", entry->field);
	export_text(export, "old", entry->old_value);
	export_text(export, "new", entry->new_value);
	if (at >= 0 && value_is_set(&entry->old_held))
		export_value(export, "old_held", table->fields[at].type, &entry->old_held);
	if (at >= 0 && value_is_set(&entry->new_held))
		export_value(export, "new_held", table->fields[at].type, &entry->new_held);
	export_text(export, "reason", entry->reason);
	json_close(&export->writer, '}');
}

static bool on_entry(void *payload, const struct history_entry *entry, struct error *err)
{
	(void)err;
	put_entry(payload, entry);
	return true;
}

/* Of its link, what was written to somebody who is not one of these two any more, by a merge. */
static bool on_entry_of_link(void *payload, const struct history_entry *entry, struct error *err)
{
	struct export *export = payload;

	(void)err;
	if (!whom_has_id(&export->whom, entry->side, entry->side_id))
		put_entry(export, entry);
	return true;
}

static void open_list(struct export *export, const char *key)
{
	json_key(&export->writer, key);
	json_open(&export->writer, '[');
}

bool export_lists(struct export *export, struct error *err)
{
	struct store *store = export->call->store;
	const struct whom *whom = &export->whom;
	const bool both = whom->id[SIDE_RECORDS].len > 0 && whom->id[SIDE_PEOPLE].len > 0;
	bool ok = true;

	open_list(export, "decided_by_hand");
	ok = !whom->has_link || store_wish_each(store, whom->link.id, on_wish, export, err);
	json_close(&export->writer, ']');
	open_list(export, "waiting");
	for (int side = 0; ok && side < SIDE_COUNT; side++)
		ok = store_intent_each(store, (enum side)side, 0, UINT32_MAX, on_intent, export,
				       err);
	json_close(&export->writer, ']');
	ok = ok && put_user(export, err);
	open_list(export, "notes");
	ok = ok && (!whom->has_link || store_note_each(store, whom->link.id, on_note, export, err));
	json_close(&export->writer, ']');
	open_list(export, "conflicts");
	ok = ok && store_conflict_each(store, on_conflict, export, err);
	json_close(&export->writer, ']');
	open_list(export, "refused");
	ok = ok && store_quarantine_each(store, on_refusal, export, err);
	json_close(&export->writer, ']');
	open_list(export, "history");
	ok = ok && store_history_person(store, whom->id, on_entry, export, err) &&
	     (!whom->has_link || !both ||
	      store_history_each(store, 0, whom->link.id, on_entry_of_link, export, err));
	json_close(&export->writer, ']');
	return ok;
}
