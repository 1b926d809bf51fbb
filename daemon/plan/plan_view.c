/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plan/plan_view.h"

#include "base/vec.h"
#include "state/notes.h"
#include "state/users.h"

#include <assert.h>

/* Intents that are read in one query. */
#define INTENTS_A_QUERY 256

struct walk {
	struct store *store;
	const struct field_table *table;
	plan_item_fn *fn;
	void *payload;
	int64_t last_id;
	unsigned n; /* intents of the query under way */
};

static const struct str nothing = { NULL, 0 };

/* ---- Intents ---- */

const char *plan_action(enum intent_kind kind)
{
	static const char *const names[] = {
		[INTENT_CREATE] = "create",
		[INTENT_UPDATE] = "update",
		[INTENT_REMOVE] = "remove",
		[INTENT_RESTORE] = "restore",
	};
	static_assert(COUNT_OF(names) == INTENT_KIND_COUNT, "every kind has its name");

	return names[kind];
}

static struct str old_value(const struct intent *intent, size_t i, enum field_type type,
			    struct arena *arena)
{
	if (intent->kind == INTENT_CREATE || intent->base.values == NULL)
		return nothing;
	return field_display(arena, type, &intent->base.values[i]);
}

static void add_fields(const struct walk *walk, const struct intent *intent, struct arena *arena,
		       struct plan_item *item)
{
	const struct field_table *table = walk->table;
	const struct str fallback =
		intent->kind == INTENT_CREATE ?
			arena_format(arena, "is not on %s", side_name(intent->target)) :
			nothing;

	item->rows = arena_alloc(arena, table->n + 1, sizeof(struct plan_row));
	for (size_t i = 0; i < table->n && intent->write.values != NULL; i++) {
		const struct value *value = &intent->write.values[i];
		const struct str why = intent_reason(intent, table->fields[i].name);

		if (value->state == VALUE_UNKNOWN ||
		    (intent->kind == INTENT_CREATE && value->state == VALUE_EMPTY))
			continue;
		item->rows[item->n_rows++] = (struct plan_row){
			.field = table->fields[i].name,
			.old_value = old_value(intent, i, table->fields[i].type, arena),
			.new_value = field_display(arena, table->fields[i].type, value),
			.why = why.len > 0 ? why : fallback,
		};
	}
	if (item->n_rows == 0)
		item->rows[item->n_rows++] = (struct plan_row){ .why = str_trim(intent->reasons) };
}

static bool on_intent(void *payload, const struct intent *intent, struct arena *arena,
		      struct error *err)
{
	struct walk *walk = payload;
	const struct person *known =
		intent->source.values != NULL ? &intent->source : &intent->base;
	struct plan_item item = {
		.action = str_from(plan_action(intent->kind)),
		.side = intent->target,
		.id = intent->target_id,
		.other_id = intent->source_id,
		.intent = intent,
	};

	if (known->values != NULL)
		item.person = person_label(arena, known, walk->table);
	add_fields(walk, intent, arena, &item);
	walk->last_id = intent->id;
	walk->n++;
	return walk->fn(walk->payload, &item, err);
}

static bool walk_intents(struct walk *walk, enum side target, struct error *err)
{
	walk->last_id = 0;
	do {
		walk->n = 0;
		if (!store_intent_each(walk->store, target, walk->last_id, INTENTS_A_QUERY,
				       on_intent, walk, err))
			return false;
	} while (walk->n == INTENTS_A_QUERY);
	return true;
}

/* ---- Notes ---- */

static bool on_note(void *payload, const struct note_pair *note, struct error *err)
{
	const struct walk *walk = payload;
	const struct note_write *write = &note->write;
	struct plan_row rows[NOTE_PART_COUNT];
	struct arena arena = { 0 };
	struct pair pair;
	struct plan_item item = {
		.action = STR_LIT("note"),
		.is_note = true,
		.side = write->target,
		.rows = rows,
	};
	bool ok = store_pair_get(walk->store, note->link, &arena, &pair, err);

	for (int part = 0; ok && part < NOTE_PART_COUNT; part++) {
		if (!write->wanted[part])
			continue;
		rows[item.n_rows++] = (struct plan_row){
			.field = str_from(note_part_name((enum note_part)part)),
			.old_value = write->held[part],
			.new_value = write->sent[part],
			.why = write->reason,
		};
	}
	if (ok) {
		item.id = pair.link.side_id[write->target];
		item.other_id = pair.link.side_id[side_other(write->target)];
		item.person = person_label(&arena, &pair.now[write->target], walk->table);
		ok = walk->fn(walk->payload, &item, err);
	}
	arena_release(&arena);
	return ok;
}

/* ---- Users ---- */

static bool on_user(void *payload, const struct user_row *user, struct error *err)
{
	const struct walk *walk = payload;
	const struct user_content *wanted = &user->write.content;
	bool parts[USER_PART_COUNT];
	struct plan_row rows[USER_PART_COUNT];
	struct arena arena = { 0 };
	struct pair pair;
	struct plan_item item = {
		.action = STR_LIT("user"),
		.is_user = true,
		.side = SIDE_RECORDS,
		.rows = rows,
	};
	bool ok = store_pair_get(walk->store, user->link, &arena, &pair, err);

	(void)user_differs(&user->held, 0, wanted, parts);
	for (int part = 0; ok && part < USER_PART_COUNT; part++) {
		if (!parts[part])
			continue;
		rows[item.n_rows++] = (struct plan_row){
			.field = arena_format(&arena, USER_FIELD "%s",
					      user_part_name((enum user_part)part)),
			.old_value = user->held.part[part],
			.new_value = wanted->part[part],
			.why = user->write.reason,
		};
	}
	/* Of an earlier run, and as it is known to be by now: it is sent once more. */
	if (ok && item.n_rows == 0)
		rows[item.n_rows++] = (struct plan_row){ .why = user->write.reason };
	if (ok) {
		item.id = pair.link.side_id[SIDE_RECORDS];
		item.other_id = pair.link.side_id[SIDE_PEOPLE];
		item.person = person_label(&arena, &pair.now[SIDE_PEOPLE], walk->table);
		ok = walk->fn(walk->payload, &item, err);
	}
	arena_release(&arena);
	return ok;
}

/* ---- Conflicts ---- */

/* They are few; kept while the persons that they name are looked up. */
struct conflicts {
	VEC(struct conflict) list;
	struct arena arena;
};

static bool on_conflict(void *payload, const struct conflict *conflict, struct error *err)
{
	struct conflicts *conflicts = payload;
	struct conflict *copy = VEC_PUSH(&conflicts->list);
	struct arena *arena = &conflicts->arena;

	(void)err;
	*copy = *conflict;
	copy->kind = arena_copy(arena, conflict->kind);
	copy->field = arena_copy(arena, conflict->field);
	copy->evidence = arena_copy(arena, conflict->evidence);
	for (int side = 0; side < SIDE_COUNT; side++)
		copy->side_id[side] = arena_copy(arena, conflict->side_id[side]);
	return true;
}

/* The person that a conflict is about, as far as it is in the state. */
static bool label_of(const struct walk *walk, const struct conflict *conflict, enum side side,
		     struct arena *arena, struct str *ret_label, struct error *err)
{
	struct person person;
	bool found = false;

	*ret_label = nothing;
	if (conflict->link != 0) {
		struct pair pair;

		if (!store_pair_get(walk->store, conflict->link, arena, &pair, err))
			return false;
		*ret_label = person_label(arena, &pair.now[side], walk->table);
		return true;
	}
	if (!store_unlinked_get(walk->store, side, conflict->side_id[side], arena, &person, &found,
				err))
		return false;
	if (found)
		*ret_label = person_label(arena, &person, walk->table);
	return true;
}

static bool show_conflict(const struct walk *walk, const struct conflict *conflict,
			  struct arena *arena, struct error *err)
{
	const enum side side = conflict->side_id[SIDE_RECORDS].len > 0 ? SIDE_RECORDS : SIDE_PEOPLE;
	struct plan_row row = { .field = conflict->field, .why = conflict->evidence };
	struct plan_item item = {
		.action = conflict->kind,
		.is_conflict = true,
		.side = side,
		.id = conflict->side_id[side],
		.other_id = conflict->side_id[side_other(side)],
		.n_rows = 1,
		.rows = &row,
	};

	return label_of(walk, conflict, side, arena, &item.person, err) &&
	       walk->fn(walk->payload, &item, err);
}

static bool walk_conflicts(struct walk *walk, struct error *err)
{
	struct conflicts conflicts = { 0 };
	struct arena arena = { 0 };
	bool ok = store_conflict_each(walk->store, on_conflict, &conflicts, err);

	for (size_t i = 0; ok && i < conflicts.list.n; i++) {
		ok = show_conflict(walk, &conflicts.list.items[i], &arena, err);
		arena_reset(&arena);
	}
	arena_release(&arena);
	arena_release(&conflicts.arena);
	VEC_RELEASE(&conflicts.list);
	return ok;
}

bool plan_each(struct store *store, const struct field_table *table, plan_item_fn *fn,
	       void *payload, struct error *err)
{
	struct walk walk = { .store = store, .table = table, .fn = fn, .payload = payload };

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!walk_intents(&walk, (enum side)side, err))
			return false;
	}
	return store_user_writes_each(store, on_user, &walk, err) &&
	       store_note_writes_each(store, on_note, &walk, err) && walk_conflicts(&walk, err);
}
