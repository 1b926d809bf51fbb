/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/check/check_online.h"

#include "daemon/check/check_p.h"
#include "daemon/config/mapping.h"
#include "mappers/titles.h"

#include <assert.h>
#include <stdarg.h>

/* ---- Findings ---- */

static PRINTF_LIKE(5, 0) struct finding *note(struct check *check, enum finding_result result,
					      enum side side, const char *what, const char *fmt,
					      va_list args)
{
	char text[sizeof(((struct error *)NULL)->msg)];

	(void)vsnprintf(text, sizeof(text), fmt, args);
	struct finding *finding = VEC_PUSH(&check->findings);

	*finding = (struct finding){
		.result = result,
		.side = side == SIDE_COUNT ? STR_LIT("both") : str_from(side_name(side)),
		.what = str_from(what),
		.found = arena_copy(&check->arena, str_from(text)),
	};
	return finding;
}

struct finding *check_note(struct check *check, enum finding_result result, enum side side,
			   const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct finding *finding = note(check, result, side, what, fmt, args);

	va_end(args);
	return finding;
}

struct finding *check_note_wrong(struct check *check, enum exit_code code, enum side side,
				 const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct finding *finding = note(check, FINDING_WRONG, side, what, fmt, args);

	va_end(args);
	finding->code = code;
	return finding;
}

/* ---- Printing ---- */

enum {
	COLUMN_SIDE,
	COLUMN_WHAT,
	COLUMN_FIELD,
	COLUMN_RESULT,
	COLUMN_FOUND,
	COLUMN_TODO,
	COLUMN_COUNT
};

static const struct listing_column columns[COLUMN_COUNT] = {
	[COLUMN_SIDE] = { "side", "side", LISTING_TEXT, false },
	[COLUMN_WHAT] = { "check", "check", LISTING_TEXT, false },
	[COLUMN_FIELD] = { "field", "field", LISTING_TEXT, false },
	[COLUMN_RESULT] = { "result", "result", LISTING_TEXT, false },
	[COLUMN_FOUND] = { "found", "found", LISTING_TEXT, false },
	[COLUMN_TODO] = { "to do", "todo", LISTING_TEXT, false },
};

static const char *const results[] = {
	[FINDING_OK] = "ok",
	[FINDING_WARNING] = "warning",
	[FINDING_WRONG] = "wrong",
	[FINDING_UNCHECKED] = "not checked",
};
static_assert(COUNT_OF(results) == FINDING_RESULT_COUNT, "every result has a name");

static bool print(const struct check *check, enum listing_format format, FILE *out,
		  struct error *err)
{
	struct listing listing;
	bool ok = true;

	listing_start(&listing, format, columns, COLUMN_COUNT, out);
	for (size_t i = 0; ok && i < check->findings.n; i++) {
		const struct finding *finding = &check->findings.items[i];
		const struct listing_cell cells[COLUMN_COUNT] = {
			[COLUMN_SIDE] = { .text = finding->side },
			[COLUMN_WHAT] = { .text = finding->what },
			[COLUMN_FIELD] = { .text = finding->field },
			[COLUMN_RESULT] = { .text = str_from(results[finding->result]) },
			[COLUMN_FOUND] = { .text = finding->found },
			[COLUMN_TODO] = { .text = finding->todo },
		};

		ok = listing_add(&listing, cells, err);
	}
	return listing_end(&listing, ok, err);
}

static const struct finding *first_wrong(const struct check *check)
{
	for (size_t i = 0; i < check->findings.n; i++) {
		if (check->findings.items[i].result == FINDING_WRONG)
			return &check->findings.items[i];
	}
	return NULL;
}

static void complain(const struct finding *wrong, FILE *complaints)
{
	(void)fprintf(complaints, "crmsync: %.*s: %.*s%s%.*s: %.*s%s%.*s\n", STR_ARG(wrong->side),
		      STR_ARG(wrong->what), wrong->field.len > 0 ? " " : "", STR_ARG(wrong->field),
		      STR_ARG(wrong->found), wrong->todo.len > 0 ? "; " : "", STR_ARG(wrong->todo));
}

/* ---- The whole ---- */

static void set_up(struct check *check, const struct config *config)
{
	*check = (struct check){ .config = config, .tags = titles_new() };
	for (int side = 0; side < SIDE_COUNT; side++)
		check->mapper[side] = mapping_mapper(config, (enum side)side);
	check->context = mapping_context(config);
	check->context.collections[COLLECTION_TAGS] = check->tags;
}

static void release(struct check *check)
{
	for (int side = 0; side < SIDE_COUNT; side++)
		VEC_RELEASE(&check->sides[side].sample);
	VEC_RELEASE(&check->findings);
	titles_free(check->tags);
	arena_release(&check->arena);
}

/* What others need is asked first: the dozen may be used up. */
static void ask_all(struct check *check)
{
	for (int side = 0; side < SIDE_COUNT; side++)
		check_access(check, (enum side)side);
	for (int side = 0; side < SIDE_COUNT; side++)
		check_collections(check, (enum side)side);
	for (int side = 0; side < SIDE_COUNT; side++)
		check_fields(check, (enum side)side);
	for (int side = 0; side < SIDE_COUNT; side++)
		check_rounds(check, (enum side)side);
	check_time(check);
}

struct mapper_context check_context_of(const struct check *check, const struct field_table *table)
{
	struct mapper_context context = check->context;

	context.fields = table;
	return context;
}

struct field_table check_table_of(struct check *check, size_t field)
{
	struct field *row = arena_alloc(&check->arena, 1, sizeof(*row));
	struct field_table table;

	*row = check->config->fields.fields[field];
	field_table_init(&table, row, 1);
	return table;
}

bool check_online(const struct config *config, enum listing_format format, FILE *out,
		  FILE *complaints, enum exit_code *ret_code, struct error *err)
{
	struct check check;
	bool ok = false;

	set_up(&check, config);
	if (check_ask_open(&check, err)) {
		ask_all(&check);
		const struct finding *wrong = first_wrong(&check);

		*ret_code = wrong != NULL ? wrong->code : EXIT_CODE_OK;
		/* The complaint comes behind the table, also where both go to the same file. */
		ok = print(&check, format, out, err) && listing_printed(fflush(out) == 0, err);
		if (wrong != NULL)
			complain(wrong, complaints);
	}
	check_ask_close(&check);
	release(&check);
	return ok;
}
