/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_ignored: a server that accepts every update of one human and never carries out what it says of the title.
 */
#include "net_p.h"

#include <json-c/json.h>
#include <string.h>

/* What a user wrote after the program's last reading stays, and passes for what the server made of the write. */
static bool strip(struct http_call *call, struct str id, struct json_object *fields,
		  const char *name)
{
	struct oracle *oracle = &call->sim->oracle;
	const struct body *body = oracle_body_named(oracle, net_side(call->side), id);

	if (body == NULL || body->human != call->sim->plan->deaf ||
	    !json_object_object_get_ex(fields, name, NULL))
		return false;
	json_object_object_del(fields, name);
	oracle->humans[body->human].passes_for_ours =
		oracle->humans[body->human].touched_ns > body->known_ns;
	oracle->humans[body->human].ignored_cycle = call->sim->cycle;
	oracle->humans[body->human].ignored_ns = call->sim->queue.now_ns;
	return true;
}

/* {"records":[{"id":…,"attributes":{…}}]} */
static bool strip_batch(struct http_call *call, struct json_object *records)
{
	bool any = false;

	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		const char *id = json_object_get_string(json_object_object_get(record, "id"));

		any = (id != NULL &&
		       strip(call, str_from(id), json_object_object_get(record, "attributes"),
			     "job_title")) ||
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
	const struct str id = person_of(buf_str(&call->request->target));
	struct json_object *part = NULL;

	if (call->side == SIDE_PEOPLE)
		return strip(call, id, root, "jobTitle");
	if (json_object_object_get_ex(root, "records", &part))
		return strip_batch(call, part);
	if (json_object_object_get_ex(root, "data", &part))
		return strip(call, id, json_object_object_get(part, "values"), "job_title");
	return strip(call, id, json_object_object_get(root, "attributes"), "job_title");
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
