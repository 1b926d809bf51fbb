/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_print: the plan as JSON lines and for people.
 */
#include "base/limits.h"
#include "daemon/check/estimate.h"
#include "daemon/plan/plan_view.h"
#include "daemon/print/table.h"
#include "daemon/system.h"
#include "mappers/json_write.h"

#include <errno.h>
#include <inttypes.h>

/* Blanks before what belongs to a heading. */
#define INDENT 4
/* One line: two values of the largest size, escaped. */
#define LINE_BYTES (4 * LIMIT_RECORD_BYTES)

/* A reader that has gone away (head) has seen what it wanted: ERR_CANCELED. */
static bool printed(bool ok, struct error *err)
{
	if (ok)
		return true;
	return error_set(err, errno == EPIPE ? ERR_CANCELED : ERR_STORE,
			 "the plan cannot be printed: %s", system_error(errno));
}

/* ---- JSON ---- */

static void put(struct json_writer *writer, const char *key, struct str text)
{
	json_key(writer, key);
	json_string_or_null(writer, text);
}

struct json_out {
	FILE *file;
	struct buf line;
};

static bool print_row(struct json_out *out, const struct plan_item *item,
		      const struct plan_row *row, struct error *err)
{
	const enum side other = side_other(item->side);
	const char *const id_keys[] = {
		[SIDE_RECORDS] = "records_id", [SIDE_PEOPLE] = "people_id"
	};
	struct json_writer writer = json_writer(&out->line);

	buf_reset(&out->line);
	json_open(&writer, '{');
	put(&writer, "action", item->is_conflict ? STR_LIT("conflict") : item->action);
	put(&writer, "side", str_from(side_name(item->side)));
	put(&writer, "id", item->id);
	put(&writer, "person", item->person);
	put(&writer, "field", row->field);
	put(&writer, "old", row->old_value);
	put(&writer, "new", row->new_value);
	put(&writer, "why", row->why);
	put(&writer, "kind", item->is_conflict ? item->action : (struct str){ NULL, 0 });
	put(&writer, id_keys[item->side], item->id);
	put(&writer, id_keys[other], item->other_id);
	json_close(&writer, '}');
	buf_add_char(&out->line, '\n');
	if (!buf_ok(&out->line))
		return error_set(err, ERR_INTERNAL, "a line of the plan is too long");
	return printed(fwrite(out->line.bytes, 1, out->line.len, out->file) == out->line.len, err);
}

static bool print_item_json(void *payload, const struct plan_item *item, struct error *err)
{
	for (size_t i = 0; i < item->n_rows; i++) {
		if (!print_row(payload, item, &item->rows[i], err))
			return false;
	}
	return true;
}

bool plan_print_json(struct store *store, const struct config *config, FILE *out, struct error *err)
{
	struct json_out json = { .file = out };

	buf_init(&json.line, LINE_BYTES);
	const bool ok = plan_each(store, &config->fields, print_item_json, &json, err);

	buf_release(&json.line);
	return ok;
}

/* ---- Text ---- */

struct text_out {
	FILE *file;
	struct store *store;
	const struct field_table *table;
	int64_t cycle;
	uint64_t n_links; /* that were found in it */
	struct plan_counts counts;
	uint64_t n_conflicts;
	struct arena arena; /* of one item */
};

static void count(struct text_out *out, const struct plan_item *item)
{
	struct plan_counts *counts = &out->counts;

	if (item->is_conflict)
		out->n_conflicts++;
	else if (item->is_note)
		counts->notes[item->side]++;
	else if (item->is_user)
		counts->users++;
	else if (str_equal_z(item->action, "create"))
		counts->created[item->side]++;
	else if (str_equal_z(item->action, "update"))
		counts->updated[item->side]++;
	else
		counts->removed[item->side]++;
}

/* "update on people: Ada Lovelace (1234, records 5678)" */
static bool print_heading(struct text_out *out, const struct plan_item *item)
{
	struct arena *arena = &out->arena;
	const struct str person = table_clean(arena, item->person);
	const struct str id = table_clean(arena, item->id);
	const struct str other_id = table_clean(arena, item->other_id);
	const char *other = side_name(side_other(item->side));

	return fprintf(out->file, "%.*s on %s: %.*s (%.*s%s%s%s%.*s)\n", STR_ARG(item->action),
		       side_name(item->side), STR_ARG(person), STR_ARG(id),
		       id.len > 0 && other_id.len > 0 ? ", " : "", other_id.len > 0 ? other : "",
		       other_id.len > 0 ? " " : "", STR_ARG(other_id)) >= 0;
}

/* What is empty before or after is shown as such, not as a gap. */
static struct str change_of(const struct plan_item *item, const struct plan_row *row,
			    struct arena *arena)
{
	const struct str empty = STR_LIT("(empty)");
	const struct str old_value = row->old_value.len > 0 ? row->old_value : empty;
	const struct str new_value = row->new_value.len > 0 ? row->new_value : empty;

	if (row->field.len == 0 || item->is_conflict)
		return (struct str){ NULL, 0 };
	if (str_equal_z(item->action, "create"))
		return row->new_value;
	return arena_format(arena, "%.*s → %.*s", STR_ARG(old_value), STR_ARG(new_value));
}

static bool print_rows(struct text_out *out, const struct plan_item *item)
{
	static const char *const names[] = { "field", "change", "why" };
	/* A create has one reason for all of its fields, which its heading says. */
	const size_t columns = str_equal_z(item->action, "create") ? 2 : COUNT_OF(names);
	struct table *table = table_new(names, columns, TABLE_NO_HEADINGS);

	for (size_t i = 0; i < item->n_rows; i++) {
		const struct plan_row *row = &item->rows[i];
		const struct str cells[] = { row->field, change_of(item, row, &out->arena),
					     row->why };

		table_add(table, cells);
	}
	const bool ok = table_print(table, INDENT, out->file);

	table_free(table);
	return ok;
}

static bool print_reason(struct text_out *out, const struct plan_row *row)
{
	const struct str why = table_clean(&out->arena, row->why);

	return why.len == 0 || fprintf(out->file, "%*s%.*s\n", INDENT, "", STR_ARG(why)) >= 0;
}

static bool print_item_text(void *payload, const struct plan_item *item, struct error *err)
{
	struct text_out *out = payload;
	const bool has_fields = item->rows[0].field.len > 0;

	count(out, item);
	const bool ok = print_heading(out, item) &&
			(has_fields ? print_rows(out, item) : print_reason(out, &item->rows[0]));

	arena_reset(&out->arena);
	return printed(ok, err);
}

/* ", 2 notes", or nothing. */
static struct str extra_of(struct text_out *out, uint64_t n, const char *what)
{
	return n > 0 ? arena_format(&out->arena, ", %" PRIu64 " %s", n, what) :
		       (struct str){ NULL, 0 };
}

/* "link by email: Ada Lovelace (5678), Ada King (people 1234)" */
static bool print_link(void *payload, const struct link *link, struct error *err)
{
	struct text_out *out = payload;
	struct arena *arena = &out->arena;
	struct str person[SIDE_COUNT];
	struct pair pair;

	if (link->cycle != out->cycle || link->state != LINK_ACTIVE)
		return true;
	if (!store_pair_get(out->store, link->id, arena, &pair, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++)
		person[side] = table_clean(arena, person_label(arena, &pair.now[side], out->table));
	const struct str records_id = table_clean(arena, link->side_id[SIDE_RECORDS]);
	const struct str people_id = table_clean(arena, link->side_id[SIDE_PEOPLE]);
	const bool ok =
		fprintf(out->file, "link by %.*s: %.*s (%.*s), %.*s (people %.*s)\n",
			STR_ARG(link->how), STR_ARG(person[SIDE_RECORDS]), STR_ARG(records_id),
			STR_ARG(person[SIDE_PEOPLE]), STR_ARG(people_id)) >= 0;

	out->n_links++;
	arena_reset(arena);
	return printed(ok, err);
}

static bool print_foot(struct text_out *out, const struct config *config)
{
	const struct plan_counts *counts = &out->counts;

	if (out->n_links > 0 &&
	    fprintf(out->file, "links    %" PRIu64 " new ones, without a request\n", out->n_links) <
		    0)
		return false;

	for (int i = 0; i < SIDE_COUNT; i++) {
		const enum side side = (enum side)i;
		const uint64_t updates = counts->updated[i] + counts->removed[i];
		const uint64_t users = side == SIDE_RECORDS ? counts->users : 0;
		const uint64_t writes = estimate_writes(config, side, counts->created[i], updates) +
					counts->notes[i] + users;
		const uint64_t reads = estimate_verifying(config, side, updates);
		const struct str time =
			estimate_text(&out->arena, estimate_time(config, side, reads, writes));

		if (fprintf(out->file,
			    "%-8s %" PRIu64 " to create, %" PRIu64 " to update, %" PRIu64
			    " to remove%.*s%.*s; at least %" PRIu64 " requests, %.*s\n",
			    side_name(side), counts->created[i], counts->updated[i],
			    counts->removed[i], STR_ARG(extra_of(out, counts->notes[i], "notes")),
			    STR_ARG(extra_of(out, users, "users")), reads + writes,
			    STR_ARG(time)) < 0)
			return false;
	}
	return out->n_conflicts == 0 ||
	       fprintf(out->file, "conflicts that wait for a decision: %" PRIu64 "\n",
		       out->n_conflicts) >= 0;
}

bool plan_print_text(struct store *store, const struct config *config, int64_t cycle, FILE *out,
		     struct error *err)
{
	struct text_out text = {
		.file = out, .store = store, .table = &config->fields, .cycle = cycle
	};
	const bool ok = plan_each(store, &config->fields, print_item_text, &text, err) &&
			store_link_each(store, print_link, &text, err) &&
			printed(print_foot(&text, config), err);

	arena_release(&text.arena);
	return ok;
}
