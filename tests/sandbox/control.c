/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "custom.h"
#include "faults.h"
#include "limits.h"
#include "request_log.h"

#include <inttypes.h>
#include <string.h>

bool control_fail(struct call *call, int status, const char *what)
{
	struct buf *out = call_answer(call, status, "application/json");

	buf_add_char(out, '{');
	json_add_member(out, "error", str_from(what), JSON_SLASH_PLAIN);
	buf_add_char(out, '}');
	return false;
}

void control_ok(struct call *call, struct str id)
{
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_char(out, '{');
	json_add_member(out, "id", id, JSON_SLASH_PLAIN);
	buf_add_char(out, '}');
}

bool control_side(struct call *call, enum sandbox_side *ret_side)
{
	struct str name = json_member_str(call->body, "side");

	if (name.len == 0)
		name = target_value(&call->target, "side");
	if (!str_equal_z(name, "records") && !str_equal_z(name, "people"))
		return control_fail(call, 400, "side must be records or people");
	*ret_side = str_equal_z(name, "people") ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
	return true;
}

static void add_counts(const struct sandbox *box, enum sandbox_side side, struct buf *out)
{
	const struct counts *counts = &box->counts[side];

	json_add_key(out, sandbox_side_name(side));
	buf_addf(out,
		 "{\"reads\":%" PRIu64 ",\"writes\":%" PRIu64 ",\"429\":%" PRIu64
		 ",\"401\":%" PRIu64 ",\"faults\":%" PRIu64 ",\"persons\":%zu}",
		 counts->reads, counts->writes, counts->limited, counts->unauthorized,
		 counts->faults, box->objects[side][0].created.n);
}

static void add_stats(const struct sandbox *box, struct buf *out)
{
	add_counts(box, SANDBOX_RECORDS, out);
	add_counts(box, SANDBOX_PEOPLE, out);
	json_add_key(out, "violations");
	buf_add_char(out, '[');
	for (size_t i = 0; i < box->violations.n; i++) {
		json_add_comma(out);
		json_add_text(out, str_from(box->violations.items[i]), JSON_SLASH_PLAIN);
	}
	buf_add_char(out, ']');
}

static void stats(struct call *call)
{
	struct buf *out = call_answer(call, 200, "application/json");

	buf_add_char(out, '{');
	add_stats(call->box, out);
	buf_add_char(out, '}');
}

static void show_log(struct call *call)
{
	const struct str name = target_value(&call->target, "side");
	const int64_t from = call_number(call, "from", 0);
	struct buf *out = call_answer(call, 200, "application/json");
	enum sandbox_side side = SANDBOX_SIDE_COUNT;

	if (name.len > 0)
		side = str_equal_z(name, "people") ? SANDBOX_PEOPLE : SANDBOX_RECORDS;
	buf_add_char(out, '{');
	request_log_write(&call->box->log, side, from > 0 ? (uint64_t)from : 0, out);
	json_add_key(out, "counts");
	buf_add_char(out, '{');
	add_stats(call->box, out);
	buf_add_z(out, "}}");
}

static void clear_log(struct call *call)
{
	struct sandbox *box = call->box;

	request_log_clear(&box->log);
	memset(box->counts, 0, sizeof(box->counts));
	for (size_t i = 0; i < box->violations.n; i++)
		free(box->violations.items[i]);
	VEC_RELEASE(&box->violations);
	control_ok(call, STR_LIT("log"));
}

static void set_number(struct call *call, const char *name, uint32_t *number)
{
	struct json_object *value = json_member(call->body, name);

	if (json_object_is_type(value, json_type_int) && json_object_get_int64(value) >= 0)
		*number = (uint32_t)json_object_get_int64(value);
}

static void set_flag(struct call *call, const char *name, bool *flag)
{
	struct json_object *value = json_member(call->body, name);

	if (json_object_is_type(value, json_type_boolean))
		*flag = json_object_get_boolean(value) != 0;
}

/* The options that may change while the process runs. */
static void read_options(struct call *call)
{
	struct sandbox_options *options = &call->box->options;
	const struct str dialect = json_member_str(call->body, "dialect");
	const struct str jsonld = json_member_str(call->body, "jsonld");
	uint32_t seed = (uint32_t)options->seed;

	set_number(call, "seed", &seed);
	options->seed = seed;
	set_number(call, "persons", &options->persons);
	set_number(call, "common", &options->common);
	set_number(call, "companies", &options->companies);
	set_number(call, "notes", &options->notes);
	set_flag(call, "filled", &options->filled);
	set_number(call, "records_reads_per_second", &options->records_reads_per_s);
	set_number(call, "records_writes_per_second", &options->records_writes_per_s);
	set_number(call, "people_per_minute", &options->people_per_min);
	set_flag(call, "rewrite", &options->rewrite);
	set_flag(call, "custom_attributes", &options->custom_attributes);
	set_flag(call, "sparse_queries", &options->sparse_queries);
	set_flag(call, "no_note_updates", &options->no_note_updates);
	if (json_is_text(json_member(call->body, "scopes")))
		options->scopes =
			arena_copy(&call->box->kept, json_member_str(call->body, "scopes")).p;
	set_flag(call, "link_companies", &options->link_companies);
	set_flag(call, "stable_nested_ids", &options->stable_nested_ids);
	set_flag(call, "exact_search", &options->exact_search);
	set_flag(call, "shuffle_ties", &options->shuffle_ties);
	set_flag(call, "unique_rows", &options->unique_rows);
	set_flag(call, "html_errors", &options->html_errors);
	if (dialect.len > 0)
		options->dialect =
			str_equal_z(dialect, "attributes") ? SANDBOX_ATTRIBUTES : SANDBOX_VALUES;
	if (jsonld.len > 0)
		options->jsonld = str_equal_z(jsonld, "hydra") ? SANDBOX_JSONLD_HYDRA :
				  str_equal_z(jsonld, "plain") ? SANDBOX_JSONLD_PLAIN :
								 SANDBOX_JSONLD_V4;
}

/* "attributes": as the option --attribute; absent: those that there are. */
static bool read_attributes(struct call *call)
{
	struct json_object *list = json_member(call->body, "attributes");

	if (list == NULL)
		return true;
	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) > SANDBOX_ATTRIBUTES_MAX)
		return control_fail(call, 400, "attributes must be a list, and not too long");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const struct str text = json_str(json_object_array_get_idx(list, i));
		const char *wrong =
			custom_check(call->box->options.dialect, arena_copy(call->arena, text).p);

		if (wrong != NULL)
			return control_fail(call, 400, wrong);
	}
	custom_keep(call->box, list);
	return true;
}

static void get(struct call *call, struct str what)
{
	enum sandbox_side side = SANDBOX_RECORDS;

	if (str_equal_z(what, "stats"))
		stats(call);
	else if (str_equal_z(what, "log"))
		show_log(call);
	else if (!str_equal_z(what, "dump"))
		(void)control_fail(call, 404, "no such control path");
	else if (control_side(call, &side))
		control_dump(call, side);
}

static bool post_without_side(struct call *call, struct str what)
{
	if (str_equal_z(what, "log") && target_is(&call->target, 2, "clear")) {
		clear_log(call);
	} else if (str_equal_z(what, "fault") && target_is(&call->target, 2, "clear")) {
		faults_clear(call->box);
		control_ok(call, STR_LIT("faults"));
	} else if (str_equal_z(what, "fault")) {
		faults_add(call);
	} else if (str_equal_z(what, "archive")) {
		control_archive(call);
	} else if (str_equal_z(what, "merge")) {
		control_merge(call);
	} else if (str_equal_z(what, "attribute")) {
		control_attribute(call);
	} else if (str_equal_z(what, "member")) {
		control_member(call);
	} else if (str_equal_z(what, "limits")) {
		/* Only the limits: what the servers hold stays. */
		read_options(call);
		limits_release(call->box);
		limits_init(call->box);
		control_ok(call, STR_LIT("limits"));
	} else if (str_equal_z(what, "reset")) {
		read_options(call);
		if (!read_attributes(call))
			return true;
		sandbox_reset(call->box);
		control_ok(call, STR_LIT("reset"));
	} else if (str_equal_z(what, "quit")) {
		call->response->quit = true;
		control_ok(call, STR_LIT("quit"));
	} else {
		return false;
	}
	return true;
}

static const struct {
	const char *what;
	const char *more; /* the next part of the path; NULL: there is none */
	void (*handle)(struct call *call, enum sandbox_side side);
} deeds[] = {
	{ "edit", NULL, control_edit },
	{ "create", NULL, control_create },
	{ "delete", NULL, control_delete },
	{ "touch", NULL, control_touch },
	{ "note", NULL, control_note },
	{ "note", "edit", control_note_edit },
	{ "note", "delete", control_note_delete },
};

static void post(struct call *call, struct str what)
{
	enum sandbox_side side = SANDBOX_RECORDS;

	if (post_without_side(call, what))
		return;
	if (!control_side(call, &side))
		return;
	for (size_t i = 0; i < COUNT_OF(deeds); i++) {
		const bool same = deeds[i].more == NULL ?
					  call->target.n_segments == 2 :
					  target_is(&call->target, 2, deeds[i].more);

		if (same && str_equal_z(what, deeds[i].what)) {
			deeds[i].handle(call, side);
			return;
		}
	}
	(void)control_fail(call, 404, "no such control path");
}

void control_handle(struct call *call)
{
	const struct str what =
		call->target.n_segments > 1 ? call->target.segments[1] : (struct str){ 0 };

	call->control = true;
	if (call->request->body.len > 0) {
		call->body = json_read(call->request->body);
		if (!json_object_is_type(call->body, json_type_object)) {
			(void)control_fail(call, 400, "the body must be a JSON object");
			return;
		}
	}
	if (call_method(call, "GET"))
		get(call, what);
	else
		post(call, what);
}
