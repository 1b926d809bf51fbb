/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/print/table.h"

#include "base/alloc.h"

#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

/* No cell is shown longer than this. */
#define CELL_BYTES 4096

struct table {
	struct libscols_table *columns;
	size_t n_columns;
};

/* What the library has no memory for ends the process, like all allocation of ours. */
static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Our texts are UTF-8 whatever the user's locale says; without it the library escapes each byte of a
 * name like "Žižek". */
static void use_utf8(void)
{
	if (MB_CUR_MAX > 1)
		return;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
}

struct table *table_new(const char *const *names, size_t n_columns, enum table_headings headings)
{
	struct table *table = alloc_zeroed(1, sizeof(*table));

	use_utf8();
	table->columns = scols_new_table();
	check(table->columns != NULL);
	table->n_columns = n_columns;
	(void)scols_table_enable_noheadings(table->columns, headings == TABLE_NO_HEADINGS);
	/* Values have blanks of their own, and no heading shows where a column begins. */
	if (headings == TABLE_NO_HEADINGS)
		check(scols_table_set_column_separator(table->columns, "  ") == 0);
	for (size_t i = 0; i < n_columns; i++) {
		const int flags = i + 1 == n_columns ? SCOLS_FL_TRUNC : 0;

		check(scols_table_new_column(table->columns, names[i], 0, flags) != NULL);
	}
	return table;
}

void table_free(struct table *table)
{
	if (table == NULL)
		return;
	scols_unref_table(table->columns);
	free(table);
}

void table_add(struct table *table, const struct str *cells)
{
	struct libscols_line *line = scols_table_new_line(table->columns, NULL);

	check(line != NULL);
	for (size_t i = 0; i < table->n_columns; i++) {
		const struct str cell = str_head(cells[i], CELL_BYTES);
		char *text = alloc_copy(cell.len > 0 ? cell.p : "", cell.len);

		check(scols_line_refer_data(line, i, text) == 0);
	}
}

/* Each line of text behind the indent. */
static bool print_indented(const char *text, unsigned indent, FILE *out)
{
	struct str rest = str_from(text);
	struct str line;

	while (str_cut(&rest, '\n', &line)) {
		if (fprintf(out, "%*s%.*s\n", (int)indent, "", STR_ARG(line)) < 0)
			return false;
	}
	return true;
}

bool table_print(struct table *table, unsigned indent, FILE *out)
{
	char *text = NULL;

	if (isatty(fileno(out)) == 0)
		(void)scols_table_set_termforce(table->columns, SCOLS_TERMFORCE_NEVER);
	(void)scols_table_reduce_termwidth(table->columns, indent);
	if (scols_print_table_to_string(table->columns, &text) != 0)
		return false;
	const bool ok = print_indented(text, indent, out);

	free(text);
	return ok;
}

struct str table_clean(struct arena *arena, struct str text)
{
	struct str copy = arena_copy(arena, str_head(text, CELL_BYTES));
	char *bytes = arena_alloc(arena, copy.len + 1, 1);

	for (size_t i = 0; i < copy.len; i++) {
		const unsigned char c = (unsigned char)copy.p[i];

		bytes[i] = c < 0x20 || c == 0x7f ? '?' : copy.p[i];
		/* U+0080 to U+009F: a terminal may take them for escape sequences. */
		if (i > 0 && (unsigned char)copy.p[i - 1] == 0xc2 && c >= 0x80 && c < 0xa0)
			bytes[i - 1] = bytes[i] = '?';
	}
	return (struct str){ bytes, copy.len };
}
