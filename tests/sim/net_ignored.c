/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_ignored: a server that accepts every update of one human and never carries out what it says of the title.
 */
#include "net_p.h"

#include <json-c/json.h>
#include <string.h>

static bool is_deaf_to(struct sim *sim, enum sandbox_side side, struct str id)
{
	const struct body *body = oracle_body_named(&sim->oracle, side, id);

	return body != NULL && body->human == sim->plan->deaf;
}

static bool strip(struct json_object *fields, const char *name)
{
	if (!json_object_object_get_ex(fields, name, NULL))
		return false;
	json_object_object_del(fields, name);
	return true;
}

/* {"records":[{"id":…,"attributes":{…}}]} */
static bool strip_batch(struct http_call *call, struct json_object *records)
{
	bool any = false;

	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		const char *id = json_object_get_string(json_object_object_get(record, "id"));

		if (id != NULL && is_deaf_to(call->sim, SANDBOX_RECORDS, str_from(id)))
			any = strip(json_object_object_get(record, "attributes"), "job_title") ||
			      any;
	}
	return any;
}

/* Of the path the last part; a query has none of the titles. */
static struct str person_of(struct str target)
{
	size_t from = target.len;

	while (from > 0 && target.p[from - 1] != '/')
		from--;
	return str_skip(target, from);
}

static bool strip_all(struct http_call *call, struct json_object *root)
{
	const bool people = call->side == SIDE_PEOPLE;
	struct json_object *part = NULL;

	if (!people && json_object_object_get_ex(root, "records", &part))
		return strip_batch(call, part);
	if (!is_deaf_to(call->sim, net_side(call->side),
			person_of(buf_str(&call->request->target))))
		return false;
	if (people)
		return strip(root, "jobTitle");
	if (json_object_object_get_ex(root, "data", &part))
		return strip(json_object_object_get(part, "values"), "job_title");
	return strip(json_object_object_get(root, "attributes"), "job_title");
}

bool net_ignores(struct http_call *call, struct buf *ret_body)
{
	struct sim *sim = call->sim;
	const struct str body = buf_str(&call->request->body);

	if (sim->plan->deaf == NOBODY || net_side(call->side) != sim->plan->deaf_side ||
	    call->request->kind != REQUEST_WRITE || call->request->method == METHOD_POST ||
	    body.len == 0)
		return false;
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root = json_tokener_parse_ex(tokener, body.p, (int)body.len);
	const bool ignores = strip_all(call, root);

	json_tokener_free(tokener);
	if (ignores) {
		buf_init(ret_body, body.len + 1);
		buf_add_z(ret_body, json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN));
		sim->figures.ignored++;
		trace_line(sim->trace, sim->queue.now_ns, "  #%u the title is ignored",
			   call->number);
	}
	json_object_put(root);
	return ignores;
}
