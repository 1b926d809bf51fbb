/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/print/listing.h"

#include "base/clock.h"
#include "base/limits.h"
#include "daemon/print/table.h"
#include "daemon/system.h"
#include "mappers/json_write.h"
#include "state/store.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Rows that are aligned with one another; a list may be longer than fits into memory. */
#define ROWS_A_TABLE 10000
#define LINE_BYTES (4 * LIMIT_RECORD_BYTES)

bool listing_printed(bool ok, struct error *err)
{
	if (ok)
		return true;
	return error_set(err, errno == EPIPE ? ERR_CANCELED : ERR_STORE,
			 "the list cannot be printed: %s", system_error(errno));
}

bool listing_label(struct store *store, const struct field_table *fields, enum side side,
		   struct str id, struct arena *arena, struct str *ret_label, struct error *err)
{
	struct person person;
	bool found = false;

	if (id.len > 0 && !store_person_get(store, side, id, arena, &person, &found, err))
		return false;
	*ret_label = found ? person_label(arena, &person, fields) : (struct str){ NULL, 0 };
	return true;
}

/* ---- Cells ---- */

static struct str text_of(struct arena *arena, enum listing_kind kind,
			  const struct listing_cell *cell)
{
	char time[CLOCK_TEXT_BYTES];

	if (kind == LISTING_TEXT)
		return cell->text;
	if (kind != LISTING_COUNT && cell->number == 0)
		return (struct str){ NULL, 0 };
	if (kind != LISTING_TIME)
		return arena_format(arena, "%" PRId64, cell->number);
	clock_format(cell->number, 0, time);
	return arena_copy(arena, str_from(time));
}

static void write_cell(struct json_writer *writer, enum listing_kind kind,
		       const struct listing_cell *cell)
{
	if (kind == LISTING_TEXT)
		json_string_or_null(writer, cell->text);
	else if (kind == LISTING_TIME)
		json_time_or_null(writer, cell->number);
	else if (kind != LISTING_COUNT && cell->number == 0)
		json_null(writer);
	else
		json_number(writer, (uint64_t)cell->number);
}

/* ---- Table ---- */

static bool flush_table(struct listing *listing, struct error *err)
{
	const bool ok = listing->n_waiting == 0 || table_print(listing->table, 0, listing->out);

	table_free(listing->table);
	listing->table = NULL;
	listing->n_waiting = 0;
	return listing_printed(ok, err);
}

static struct table *new_table(struct listing *listing)
{
	const char **names = arena_alloc(&listing->arena, listing->n_columns, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < listing->n_columns; i++) {
		if (!listing->columns[i].detail)
			names[n++] = listing->columns[i].name;
	}
	return table_new(names, n, TABLE_HEADINGS);
}

static bool add_to_table(struct listing *listing, const struct listing_cell *cells,
			 struct error *err)
{
	struct str *texts = arena_alloc(&listing->arena, listing->n_columns, sizeof(*texts));
	size_t n = 0;

	if (listing->table == NULL)
		listing->table = new_table(listing);
	for (size_t i = 0; i < listing->n_columns; i++) {
		if (!listing->columns[i].detail)
			texts[n++] = text_of(&listing->arena, listing->columns[i].kind, &cells[i]);
	}
	table_add(listing->table, texts);
	listing->n_waiting++;
	return listing->n_waiting < ROWS_A_TABLE || flush_table(listing, err);
}

/* ---- One by one ---- */

static int widest(const struct listing *listing)
{
	size_t width = 0;

	for (size_t i = 0; i < listing->n_columns; i++) {
		const size_t len = strlen(listing->columns[i].name);

		width = len > width ? len : width;
	}
	return (int)width;
}

static bool show(struct listing *listing, const struct listing_cell *cells, struct error *err)
{
	const int width = widest(listing);
	bool ok = listing->n_rows == 0 || fputc('\n', listing->out) != EOF;

	for (size_t i = 0; ok && i < listing->n_columns; i++) {
		if (listing->columns[i].key == NULL)
			continue;
		const struct str text =
			table_clean(&listing->arena,
				    text_of(&listing->arena, listing->columns[i].kind, &cells[i]));

		if (text.len > 0)
			ok = fprintf(listing->out, "%-*s  %.*s\n", width, listing->columns[i].name,
				     STR_ARG(text)) >= 0;
	}
	return listing_printed(ok, err);
}

static bool print_json(struct listing *listing, const struct listing_cell *cells, struct error *err)
{
	struct buf *line = &listing->line;
	struct json_writer writer = json_writer(line);

	buf_reset(line);
	json_open(&writer, '{');
	for (size_t i = 0; i < listing->n_columns; i++) {
		if (listing->columns[i].key == NULL)
			continue;
		json_key(&writer, listing->columns[i].key);
		write_cell(&writer, listing->columns[i].kind, &cells[i]);
	}
	json_close(&writer, '}');
	buf_add_char(line, '\n');
	if (!buf_ok(line))
		return error_set(err, ERR_INTERNAL, "a line of the list is too long");
	return listing_printed(fwrite(line->bytes, 1, line->len, listing->out) == line->len, err);
}

/* ---- The whole ---- */

void listing_start(struct listing *listing, enum listing_format format,
		   const struct listing_column *columns, size_t n_columns, FILE *out)
{
	*listing = (struct listing){
		.format = format,
		.columns = columns,
		.n_columns = n_columns,
		.out = out,
	};
	buf_init(&listing->line, LINE_BYTES);
}

bool listing_add(struct listing *listing, const struct listing_cell *cells, struct error *err)
{
	static bool (*const printers[])(struct listing *, const struct listing_cell *,
					struct error *) = {
		[LISTING_TABLE] = add_to_table,
		[LISTING_SHOW] = show,
		[LISTING_JSON] = print_json,
	};
	const bool ok = printers[listing->format](listing, cells, err);

	listing->n_rows++;
	arena_reset(&listing->arena);
	return ok;
}

bool listing_end(struct listing *listing, bool ok, struct error *err)
{
	const bool printed = ok && flush_table(listing, err);

	table_free(listing->table);
	buf_release(&listing->line);
	arena_release(&listing->arena);
	return printed;
}
