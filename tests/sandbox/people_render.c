/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>

void people_time(int64_t ns, struct buf *out)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format(ns, 0, text);
	buf_add_char(out, '"');
	buf_add(out, text, 19);
	buf_add_z(out, "+00:00\"");
}

struct people_view people_view_of(const struct call *call)
{
	const struct sandbox_options *options = &call->box->options;
	const struct str accept = call_media(call, SANDBOX_ACCEPT);

	return (struct people_view){
		.ld = options->jsonld != SANDBOX_JSONLD_PLAIN &&
		      !str_equal_nocase(accept, STR_LIT("application/json")),
		.context = true,
		.nested_ids = !options->stable_nested_ids,
	};
}

static void add_nested(struct call *call, const struct attribute *attribute, struct str json,
		       const struct people_view *view, struct buf *out)
{
	char word[21];

	if (json.len == 0) {
		buf_add_z(out, "[]");
		return;
	}
	buf_add_char(out, '{');
	if (view->ld) {
		buf_add_z(out, "\"@type\":\"");
		buf_add_z(out, attribute->detail);
		buf_add_z(out, "\",");
	}
	if (view->ld && view->nested_ids) {
		rng_word(&call->box->ripple, 20, word);
		buf_add_z(out, "\"@id\":\"\\/.well-known\\/genid\\/");
		buf_add_z(out, word);
		buf_add_z(out, "\",");
	}
	buf_add_str(out, json);
	buf_add_char(out, '}');
}

/* Relations come in an order of the server's own. */
static size_t rotation(const struct record *record, const struct attribute *attribute, size_t n)
{
	if (attribute->kind != PEOPLE_IRIS || n < 2)
		return 0;
	return hash64(str_from(record->id), n) % n;
}

static void add_list(struct call *call, const struct record *record,
		     const struct attribute *attribute, const struct cell *cell,
		     const struct people_view *view, struct buf *out)
{
	const size_t turn = rotation(record, attribute, cell->n);

	buf_add_char(out, '[');
	for (size_t i = 0; i < cell->n; i++) {
		const struct value *value = &cell->values[(i + turn) % cell->n];

		if (i > 0)
			buf_add_char(out, ',');
		if (attribute->kind == PEOPLE_IRIS || attribute->kind == PEOPLE_TEXTS)
			buf_add_str(out, value->json);
		else
			add_nested(call, attribute, value->json, view, out);
	}
	buf_add_char(out, ']');
}

static void add_attribute(struct call *call, const struct record *record, uint32_t i,
			  const struct people_view *view, struct buf *out)
{
	const struct attribute *attribute = &record->object->attributes[i];
	const struct cell *cell = &record->cells[i];
	const bool own_time =
		attribute->kind == PEOPLE_CREATED || attribute->kind == PEOPLE_UPDATED;
	const int64_t ns =
		attribute->kind == PEOPLE_CREATED ? record->created_ns : record->updated_ns;

	if ((attribute->flags & ATTR_WRITE_ONLY) != 0)
		return;
	/* Nulls are left out. */
	if (own_time ? ns == 0 : cell->n == 0 && (attribute->flags & ATTR_MULTI) == 0)
		return;
	json_add_key(out, attribute->slug);
	if (own_time)
		people_time(ns, out);
	else if ((attribute->flags & ATTR_MULTI) != 0)
		add_list(call, record, attribute, cell, view, out);
	else if (attribute->kind == PEOPLE_ADDRESS)
		add_nested(call, attribute, cell->values[0].json, view, out);
	else
		buf_add_str(out, cell->values[0].json);
}

void people_render(struct call *call, const struct record *record, const struct people_view *view,
		   struct buf *out)
{
	const struct object *object = record->object;
	const bool segment = strcmp(object->slug, "segments") == 0;

	buf_add_char(out, '{');
	if (view->ld && view->context)
		buf_addf(out, "\"@context\":\"\\/contexts\\/%s\",", object->type);
	if (view->ld) {
		buf_add_z(out, "\"@id\":\"\\/");
		buf_add_z(out, object->slug);
		buf_add_z(out, "\\/");
		buf_add_z(out, record->id);
		buf_add_z(out, "\",\"@type\":\"");
		buf_add_z(out, object->type);
		buf_add_z(out, "\",");
	}
	json_add_member(out, segment ? "uuid" : "id", str_from(record->id), JSON_SLASH_PLAIN);
	if (segment)
		json_add_member(out, "id", str_from(record->id), JSON_SLASH_PLAIN);
	for (uint32_t i = 0; i < object->n_attributes; i++)
		add_attribute(call, record, i, view, out);
	buf_add_char(out, '}');
}

void people_answer(struct call *call, int status, const struct record *record)
{
	const struct people_view view = people_view_of(call);
	struct buf *out = call_answer(call, status, view.ld ? PEOPLE_LD : PEOPLE_JSON);

	people_render(call, record, &view, out);
}
