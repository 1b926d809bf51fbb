/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_load: reads a saved plan, and says what became of it.
 */
#include "base/vec.h"
#include "daemon/plan_file_p.h"
#include "daemon/plan_view.h"
#include "daemon/state_open.h"
#include "daemon/system.h"
#include "mappers/json_tree.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct loading {
	const char *path;
	const struct config *config;
	struct admit *admit;
	FILE *file;
	char *line; /* getline()'s */
	size_t capacity;
	struct digest sum; /* of the lines so far */
	uint64_t n_steps;
};

static bool damaged(const struct loading *loading, const char *what, struct error *err)
{
	return error_set(err, ERR_MALFORMED,
			 "plan %s is damaged (%s): make it anew with `crmsync plan --out`",
			 loading->path, what);
}

static bool foreign(const struct loading *loading, const char *what, struct error *err)
{
	return error_set(err, ERR_FOREIGN,
			 "plan %s was made %s: make it anew with `crmsync plan --out`",
			 loading->path, what);
}

/* The next line as JSON; the caller puts *ret_root. */
static bool next_line(struct loading *loading, struct str *ret_line, struct json_object **ret_root,
		      struct error *err)
{
	struct error ignored;
	const ssize_t n = getline(&loading->line, &loading->capacity, loading->file);

	if (n < 0 && ferror(loading->file) != 0)
		return error_set(err, ERR_USAGE, "cannot read plan %s: %s", loading->path,
				 system_error(errno));
	if (n <= 0)
		return damaged(loading, "it has no end", err);
	*ret_line = (struct str){ loading->line, (size_t)n };
	if ((size_t)n > PLAN_LINE_BYTES || loading->line[n - 1] != '\n' ||
	    !json_parse(*ret_line, ret_root, &ignored))
		return damaged(loading, "a line cannot be understood", err);
	return true;
}

static struct str text_of(struct json_object *root, const char *key)
{
	return json_text_or_empty(json_child(root, key));
}

static bool is_same(struct json_object *root, const char *key, struct str expected)
{
	return str_equal(text_of(root, key), expected);
}

static bool check_head(const struct loading *loading, struct json_object *root, struct error *err)
{
	const struct config *config = loading->config;
	struct arena arena = { 0 };
	struct str identity[SIDE_COUNT];
	int64_t schema = 0;
	bool ok = true;

	if (!json_integer(json_child(root, PLAN_MARK), &schema))
		return error_set(err, ERR_MALFORMED,
				 "%s is not a plan; `crmsync plan --out=FILE` makes one",
				 loading->path);
	state_identity(config, &arena, identity);
	if (schema != PLAN_SCHEMA)
		ok = foreign(loading, "by another version of crmsync", err);
	else if (!is_same(root, "records", identity[SIDE_RECORDS]) ||
		 !is_same(root, "people", identity[SIDE_PEOPLE]))
		ok = foreign(loading, "for other systems than the configuration names", err);
	else if (!is_same(root, "fields",
			  arena_format(&arena, "%016" PRIx64, config->fields.fingerprint)))
		ok = foreign(loading, "with another table of fields", err);
	arena_release(&arena);
	return ok;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static bool read_digest(struct json_object *root, const char *key, struct digest *ret_digest)
{
	const struct str text = text_of(root, key);

	if (text.len != 2 * sizeof(ret_digest->bytes))
		return false;
	for (size_t i = 0; i < sizeof(ret_digest->bytes); i++) {
		const int high = hex_digit(text.p[2 * i]);
		const int low = hex_digit(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret_digest->bytes[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

static bool take_step(struct loading *loading, struct json_object *root, struct error *err)
{
	struct step step = {
		.target_id = text_of(root, "id"),
		.source_id = text_of(root, "source_id"),
	};
	const struct str action = text_of(root, "action");
	bool known = false;

	for (int kind = 0; kind < INTENT_KIND_COUNT && !known; kind++) {
		step.kind = (enum intent_kind)kind;
		known = str_equal_z(action, plan_action(step.kind));
	}
	step.target = is_same(root, "side", str_from(side_name(SIDE_RECORDS))) ? SIDE_RECORDS :
										 SIDE_PEOPLE;
	if (!known || !is_same(root, "side", str_from(side_name(step.target))) ||
	    !read_digest(root, "content", &step.content) || !read_digest(root, "base", &step.base))
		return damaged(loading, "a step cannot be understood", err);
	admit_add_step(loading->admit, &step);
	loading->n_steps++;
	return true;
}

static bool check_end(struct loading *loading, struct json_object *root, struct error *err)
{
	struct digest sum;
	int64_t n = -1;

	if (!json_integer(json_child(root, PLAN_END), &n) || (uint64_t)n != loading->n_steps ||
	    !read_digest(root, "sum", &sum) || !digest_equal(&sum, &loading->sum))
		return damaged(loading, "its checksum does not fit", err);
	return fgetc(loading->file) == EOF || damaged(loading, "it goes on behind its end", err);
}

static bool load_all(struct loading *loading, struct error *err)
{
	bool ok = true;
	bool ended = false;

	for (uint64_t i = 0; ok && !ended; i++) {
		struct json_object *root;
		struct str line;

		if (!next_line(loading, &line, &root, err))
			return i > 0 || err->code != ERR_MALFORMED ?
				       false :
				       error_set(err, ERR_MALFORMED,
						 "%s is not a plan; `crmsync plan --out=FILE` "
						 "makes one",
						 loading->path);
		ended = i > 0 && json_has_key(root, STR_LIT(PLAN_END));
		if (i == 0)
			ok = check_head(loading, root, err);
		else
			ok = ended ? check_end(loading, root, err) : take_step(loading, root, err);
		loading->sum = plan_sum(&loading->sum, line);
		json_object_put(root);
	}
	return ok;
}

bool plan_load(const char *path, const struct config *config, struct admit *admit,
	       struct error *err)
{
	struct loading loading = { .path = path, .config = config, .admit = admit };

	loading.file = fopen(path, "re");
	if (loading.file == NULL)
		return error_set(err, ERR_USAGE, "cannot read plan %s: %s", path,
				 system_error(errno));
	admit_plan(admit);
	const bool ok = load_all(&loading, err);

	free(loading.line);
	(void)fclose(loading.file);
	return ok;
}

/* ---- What became of it ---- */

struct untaken {
	FILE *out;
	bool dry_run;
	bool over; /* the cycle came to its end: what was not decided again is no longer so */
	uint64_t n;
};

static void print_untaken(void *payload, const struct step *step)
{
	static const char *const words[] = {
		[STEP_WAITING] = "no longer so",
		[STEP_ADMITTED] = "not done yet",
		[STEP_DONE] = NULL,
		[STEP_REFUSED] = "refused, see `crmsync quarantine list`",
	};
	static_assert(COUNT_OF(words) == STEP_STATE_COUNT, "every state");
	struct untaken *untaken = payload;
	const bool is_create = step->kind == INTENT_CREATE;

	if (words[step->state] == NULL || (untaken->dry_run && step->state == STEP_ADMITTED))
		return;
	untaken->n++;
	if (untaken->over)
		(void)fprintf(untaken->out, "crmsync: %s: %s on %s%s %.*s\n", words[step->state],
			      plan_action(step->kind), side_name(step->target),
			      is_create ? " for" : "",
			      STR_ARG(is_create ? step->source_id : step->target_id));
}

uint64_t plan_print_untaken(const struct admit *admit, const struct cycle_report *report,
			    bool dry_run, FILE *out)
{
	struct untaken untaken = {
		.out = out,
		.dry_run = dry_run,
		.over = report->outcome == OUTCOME_OK || report->outcome == OUTCOME_GUARDED,
	};

	admit_each_step(admit, print_untaken, &untaken);
	if (untaken.n > 0)
		(void)fprintf(out, "crmsync: %" PRIu64 " steps of the plan were not taken%s\n",
			      untaken.n, untaken.over ? "" : "; the cycle did not come to its end");
	return untaken.n;
}
