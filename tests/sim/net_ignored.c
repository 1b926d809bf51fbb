/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_ignored: a server that accepts every write of one human and never carries out what it says of the title.
 */
#include "net_p.h"

#include <json-c/json.h>
#include <string.h>

/* What a user wrote after the program's last reading stays, and passes for what the server made of the write. */
static bool strip_update(struct sim *sim, const struct body *body)
{
	struct human *human = &sim->oracle.humans[sim->plan->deaf];

	if (body->human != sim->plan->deaf)
		return false;
	human->passes_for_ours = human->touched_ns > body->known_ns;
	return true;
}

/* Of a create only what is in it tells whom it is to be. */
static bool strip_create(const struct sim *sim, struct json_object *title)
{
	const char *text = json_object_get_string(title);
	const uint32_t token = text != NULL ? token_read(SLOT_TITLE, str_from(text)) : 0;
	bool any = false;

	for (uint32_t i = 0; i < sim->oracle.n_edits; i++) {
		const struct edit *edit = &sim->oracle.edits[i];

		any = any || (edit->slot == SLOT_TITLE && edit->token == token &&
			      edit->human == sim->plan->deaf);
	}
	return token != 0 && any;
}

static bool strip(struct http_call *call, struct str id, struct json_object *fields,
		  const char *name)
{
	struct sim *sim = call->sim;
	struct human *human = &sim->oracle.humans[sim->plan->deaf];
	const struct body *body = oracle_body_named(&sim->oracle, net_side(call->side), id);
	struct json_object *title = NULL;

	if (!json_object_object_get_ex(fields, name, &title) ||
	    !(body != NULL ? strip_update(sim, body) : strip_create(sim, title)))
		return false;
	json_object_object_del(fields, name);
	human->ignored_cycle = sim->cycle;
	human->ignored_ns = sim->queue.now_ns;
	return true;
}

/* {"records":[{"id":…,"attributes":{…}}]} */
static bool strip_batch(struct http_call *call, struct json_object *records)
{
	bool any = false;

	for (size_t i = 0; i < json_object_array_length(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		const char *id = json_object_get_string(json_object_object_get(record, "id"));

		any = strip(call, id != NULL ? str_from(id) : (struct str){ "", 0 },
			    json_object_object_get(record, "attributes"), "job_title") ||
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
	    call->request->kind != REQUEST_WRITE || body.len == 0)
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
