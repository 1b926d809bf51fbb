/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_load: reads a saved plan, and says what became of it.
 */
#include "base/vec.h"
#include "daemon/plan/plan_file_p.h"
#include "daemon/plan/plan_view.h"
#include "daemon/state_open.h"
#include "daemon/system.h"
#include "mappers/json_tree.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct plan_reader {
	const char *path;
	const struct config *config;
	struct admit *admit;
	uint64_t n_lines;
	struct digest sum; /* of the lines so far */
	uint64_t n_steps, steps_max;
	bool whole;
};

static bool damaged(const struct plan_reader *reader, const char *what, struct error *err)
{
	return error_set(err, ERR_MALFORMED,
			 "plan %s is damaged (%s): make it anew with `crmsync plan --out`",
			 reader->path, what);
}

static bool foreign(const struct plan_reader *reader, const char *what, struct error *err)
{
	return error_set(err, ERR_FOREIGN,
			 "plan %s was made %s: make it anew with `crmsync plan --out`",
			 reader->path, what);
}

static bool no_plan(const struct plan_reader *reader, struct error *err)
{
	return error_set(err, ERR_MALFORMED,
			 "%s is not a plan; `crmsync plan --out=FILE` makes one", reader->path);
}

static struct str text_of(struct json_object *root, const char *key)
{
	return json_text_or_empty(json_child(root, key));
}

static bool is_same(struct json_object *root, const char *key, struct str expected)
{
	return str_equal(text_of(root, key), expected);
}

static bool check_head(const struct plan_reader *reader, struct json_object *root,
		       struct error *err)
{
	const struct config *config = reader->config;
	struct arena arena = { 0 };
	struct str identity[SIDE_COUNT];
	int64_t schema = 0;
	bool ok = true;

	if (!json_integer(json_child(root, PLAN_MARK), &schema))
		return no_plan(reader, err);
	state_identity(config, &arena, identity);
	if (schema != PLAN_SCHEMA)
		ok = foreign(reader, "by another version of crmsync", err);
	else if (!is_same(root, "records", identity[SIDE_RECORDS]) ||
		 !is_same(root, "people", identity[SIDE_PEOPLE]))
		ok = foreign(reader, "for other systems than the configuration names", err);
	else if (!is_same(root, "fields",
			  arena_format(&arena, "%016" PRIx64, config->fields.fingerprint)))
		ok = foreign(reader, "with another table of fields", err);
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

static bool take_step(struct plan_reader *reader, struct json_object *root, struct error *err)
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
		return damaged(reader, "a step cannot be understood", err);
	if (reader->n_steps >= reader->steps_max)
		return error_set(err, ERR_USAGE,
				 "plan %s has more than %" PRIu64 " steps, which a daemon does not "
				 "take: stop it for the time, or save a plan of fewer persons",
				 reader->path, reader->steps_max);
	admit_add_step(reader->admit, &step);
	reader->n_steps++;
	return true;
}

static bool check_end(struct plan_reader *reader, struct json_object *root, struct error *err)
{
	struct digest sum;
	int64_t n = -1;

	if (!json_integer(json_child(root, PLAN_END), &n) || (uint64_t)n != reader->n_steps ||
	    !read_digest(root, "sum", &sum) || !digest_equal(&sum, &reader->sum))
		return damaged(reader, "its checksum does not fit", err);
	reader->whole = true;
	return true;
}

static bool take_line(struct plan_reader *reader, struct json_object *root, struct str line,
		      struct error *err)
{
	bool ok;

	if (reader->n_lines == 0)
		ok = check_head(reader, root, err);
	else if (json_has_key(root, STR_LIT(PLAN_END)))
		ok = check_end(reader, root, err);
	else
		ok = take_step(reader, root, err);
	reader->sum = plan_sum(&reader->sum, line);
	reader->n_lines++;
	return ok;
}

struct plan_reader *plan_reader_new(const char *path, const struct config *config,
				    struct admit *admit, uint64_t steps_max)
{
	struct plan_reader *reader = alloc_zeroed(1, sizeof(*reader));

	reader->path = path;
	reader->config = config;
	reader->admit = admit;
	reader->steps_max = steps_max;
	admit_plan(admit);
	return reader;
}

void plan_reader_free(struct plan_reader *reader)
{
	free(reader);
}

bool plan_reader_take(struct plan_reader *reader, struct str line, struct error *err)
{
	struct json_object *root;
	struct error ignored;

	if (reader->whole)
		return damaged(reader, "it goes on behind its end", err);
	if (line.len > PLAN_FILE_LINE_BYTES || !str_ends(line, STR_LIT("\n")) ||
	    !json_parse(line, &root, &ignored))
		return reader->n_lines > 0 ? damaged(reader, "a line cannot be understood", err) :
					     no_plan(reader, err);
	const bool ok = take_line(reader, root, line, err);

	json_object_put(root);
	return ok;
}

bool plan_reader_is_whole(const struct plan_reader *reader)
{
	return reader->whole;
}

static bool read_all(FILE *file, struct plan_reader *reader, struct error *err)
{
	size_t capacity = 0;
	char *line = NULL;
	bool ok = true;
	ssize_t n;

	while (ok && (n = getline(&line, &capacity, file)) > 0)
		ok = plan_reader_take(reader, (struct str){ line, (size_t)n }, err);
	if (ok && ferror(file) != 0)
		ok = error_set(err, ERR_USAGE, "cannot read plan %s: %s", reader->path,
			       system_error(errno));
	free(line);
	if (!ok || reader->whole)
		return ok;
	return reader->n_lines > 0 ? damaged(reader, "it has no end", err) : no_plan(reader, err);
}

bool plan_load(const char *path, const struct config *config, struct admit *admit,
	       struct error *err)
{
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return error_set(err, ERR_USAGE, "cannot read plan %s: %s", path,
				 system_error(errno));
	struct plan_reader *reader = plan_reader_new(path, config, admit, UINT64_MAX);
	const bool ok = read_all(file, reader, err);

	plan_reader_free(reader);
	(void)fclose(file);
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
		(void)fprintf(out,
			      "crmsync: steps of the plan that were not taken: %" PRIu64 "%s\n",
			      untaken.n, untaken.over ? "" : "; the cycle did not come to its end");
	return untaken.n;
}
